"""GRVT's perpetuals: how they are listed, and how they pay funding every 1, 4 or 8 hours.

Sources: https://help.grvt.io (new funding rate mechanism, October 2025): the premium is averaged
over the interval, the dampener is 5 bps around an interest of 1 bp per 8 h, and the cap is that of
the market. Rates are published in per cent with four decimals.
"""

import math

from cockpit.core.units import HOUR_S
from cockpit.sim.world.contract import Asset, FundingRule, Listing, Profile

FOUR_HOURLY = frozenset({"HYPE", "SUI", "ADA", "AAVE", "WIF", "ENA", "BONK", "PEPE"})
HOURLY = frozenset({"FARTCOIN"})
MAJORS = frozenset({"BTC", "ETH"})
THOUSANDS = frozenset({"PEPE", "BONK", "SHIB"})
PRICE_DECIMALS = {"BTC": 1, "ETH": 2, "SOL": 2}
SIZE_DECIMALS = {"BTC": 3, "ETH": 3, "SOL": 2}
MIN_NOTIONAL_USD = {"BTC": 100.0, "ETH": 20.0}
MAJOR_CAP, CAP = 0.003, 0.02


def rule_of(symbol: str) -> FundingRule:
    hours = 1 if symbol in HOURLY else 4 if symbol in FOUR_HOURLY else 8
    return FundingRule(
        interval_s=hours * HOUR_S, sample_s=60.0, interest_8h=0.0001, dampener=0.0005,
        cap=MAJOR_CAP if symbol in MAJORS else CAP, quantum=1e-6,
        impact_notional_usd=20_000.0 if symbol in MAJORS else 10_000.0,
    )  # fmt: skip


def list_asset(asset: Asset, number: int) -> Listing:
    symbol = asset.symbol
    contract = 1000 if symbol in THOUSANDS else 1
    magnitude = math.floor(math.log10(asset.price * contract))
    leverage = 50 if symbol in MAJORS else 20
    return Listing(
        symbol=symbol,
        native=f"{'K' if contract > 1 else ''}{symbol}_USDT_Perp",
        market_id=number + 1,
        price_decimals=PRICE_DECIMALS.get(symbol, max(0, 4 - magnitude)),
        size_decimals=SIZE_DECIMALS.get(symbol, max(0, min(2, magnitude + 1))),
        contract=contract,
        max_leverage=leverage,
        imf=1 / leverage,
        mmf=1 / (2 * leverage),
        min_notional_usd=MIN_NOTIONAL_USD.get(symbol, 5.0),
        rule=rule_of(symbol),
        quote="USDT",
    )


PROFILE = Profile(
    name="grvt",
    rule=rule_of(""),
    list_asset=list_asset,
    delisted=(Listing("MATIC", "MATIC_USDT_Perp", 9_001, 4, 0, status="delisted", quote="USDT"),),
    latency_ms=(15.0, 5.0),
)
