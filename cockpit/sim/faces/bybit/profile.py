"""Bybit's linear perpetuals: how they are listed, and how they pay funding.

Sources: https://bybit-exchange.github.io/docs/v5/market/instrument,
https://www.bybit.com/en/help-center (funding fee calculation).
"""

import math

from cockpit.core.units import HOUR_S
from cockpit.sim.world.contract import Asset, FundingRule, Listing, Profile

FOUR_HOURLY = frozenset({"HYPE", "SUI", "ADA", "AAVE", "PEPE", "WIF", "ENA", "BONK"})
HOURLY = frozenset({"TIA", "FARTCOIN"})
MAJORS = frozenset({"BTC", "ETH"})
MAJOR_CAP, CAP = 0.005, 0.02
"""Largest rate per interval, either sign."""

THOUSANDS = frozenset({"PEPE", "BONK", "FLOKI", "LUNC", "TURBO"})
PRICE_DECIMALS = {"BTC": 1, "ETH": 2, "SOL": 2}
SIZE_DECIMALS = {"BTC": 3, "ETH": 2, "SOL": 1}

PRELAUNCH = Listing(
    symbol="BIO",
    native="BIOUSDT",
    market_id=9001,
    price_decimals=4,
    size_decimals=0,
    max_leverage=5,
    imf=0.2,
    mmf=0.1,
    min_notional_usd=5.0,
)


def rule_of(symbol: str) -> FundingRule:
    """Most markets pay every 8 h, some every 4 h, a few every hour."""
    hours = 1 if symbol in HOURLY else 4 if symbol in FOUR_HOURLY else 8
    is_major = symbol in MAJORS
    return FundingRule(
        interval_s=hours * HOUR_S,
        sample_s=60.0,
        weighting="ramp",
        interest_8h=0.0001,
        dampener=0.0005,
        cap=MAJOR_CAP if is_major else CAP,
        quantum=1e-8,
        impact_notional_usd=20_000.0 if is_major else 10_000.0,
    )


def list_asset(asset: Asset, index: int) -> Listing:
    symbol = asset.symbol
    contract = 1000 if symbol in THOUSANDS else 1
    magnitude = math.floor(math.log10(asset.price * contract))
    leverage = 100 if asset.oi_usd >= 5e8 else 75 if asset.oi_usd >= 1e8 else 50
    return Listing(
        symbol=symbol,
        native=f"1000{symbol}USDT" if contract > 1 else f"{symbol}USDT",
        market_id=index + 5,
        price_decimals=PRICE_DECIMALS.get(symbol, max(0, 4 - magnitude)),
        size_decimals=SIZE_DECIMALS.get(symbol, max(0, min(2, magnitude))),
        contract=contract,
        max_leverage=leverage,
        imf=1 / leverage,
        mmf=1 / (2 * leverage),
        min_notional_usd=5.0,
        rule=rule_of(symbol),
    )


PROFILE = Profile(
    name="bybit",
    rule=rule_of(""),
    list_asset=list_asset,
    delisted=(
        Listing(
            symbol="MATIC",
            native="MATICUSDT",
            market_id=9002,
            price_decimals=4,
            size_decimals=0,
            max_leverage=50,
            imf=0.02,
            mmf=0.01,
            min_notional_usd=5.0,
            status="delisted",
        ),
    ),
    book_depth=1000,
    # Never at once: clients note what they asked for only after they have sent it.
    latency_ms=(20.0, 6.0),
)
