"""Aster's perpetuals: how they are listed, and how they pay funding.

Sources: github.com/asterdex/api-docs (V3 futures), whole replies of 2026-09-07: most markets pay
each hour, the large ones each 8 hours, some each 4; all rest at 0.01 % per 8 hours.
"""

import math

from cockpit.core.units import HOUR_S
from cockpit.sim.world.contract import Asset, FundingRule, Listing, MarginRule, Profile
from cockpit.sim.world.demonstration import demonstration_accounts

MAJORS = frozenset({"BTC", "ETH"})
EIGHT_HOURLY = MAJORS | {"SOL", "BNB", "XRP", "DOGE", "SHIB"}
FOUR_HOURLY = frozenset({"HYPE", "SUI", "ADA", "AAVE", "WIF", "ENA"})
MAJOR_CAP, CAP = 0.003, 0.02
"""Largest rate per interval, either sign."""
THOUSANDS = frozenset({"PEPE", "BONK", "SHIB", "FLOKI", "LUNC"})
PRICE_DECIMALS = {"BTC": 1, "ETH": 2, "SOL": 2}
SIZE_DECIMALS = {"BTC": 3, "ETH": 3, "SOL": 2}


def cap_of(symbol: str) -> float:
    return MAJOR_CAP if symbol in MAJORS else CAP


def rule_of(symbol: str) -> FundingRule:
    hours = 8 if symbol in EIGHT_HOURLY else 4 if symbol in FOUR_HOURLY else 1
    return FundingRule(
        interval_s=hours * HOUR_S, sample_s=60.0, weighting="ramp", interest_8h=0.0001,
        dampener=0.0005, cap=cap_of(symbol), quantum=1e-8,
        impact_notional_usd=16_000.0 if symbol in MAJORS else 4_000.0,
    )  # fmt: skip


def list_asset(asset: Asset, index: int) -> Listing:
    symbol = asset.symbol
    contract = 1000 if symbol in THOUSANDS or asset.price < 1e-4 else 1
    magnitude = math.floor(math.log10(asset.price * contract))
    leverage = 100 if symbol in MAJORS else 50 if asset.oi_usd >= 1e8 else 25
    return Listing(
        symbol=symbol, native=f"1000{symbol}USDT" if contract > 1 else f"{symbol}USDT",
        market_id=index + 1,
        price_decimals=PRICE_DECIMALS.get(symbol, min(8, max(0, 4 - magnitude))),
        size_decimals=SIZE_DECIMALS.get(symbol, max(0, min(2, magnitude))),
        contract=contract, max_leverage=leverage, imf=1 / leverage, mmf=1 / (2 * leverage),
        min_notional_usd=5.0, rule=rule_of(symbol), quote="USDT",
    )  # fmt: skip


PROFILE = Profile(
    name="aster", rule=rule_of(""), list_asset=list_asset, margin=MarginRule(taker_fee=0.0004),
    delisted=(
        Listing(
            "TON", "TONUSDT", 9001, 4, 1, max_leverage=50, imf=0.02, mmf=0.01,
            min_notional_usd=5.0, status="delisted", quote="USDT",
        ),
    ),
    # Never at once: clients note what they asked for only after they have sent it.
    latency_ms=(20.0, 6.0),
    accounts=demonstration_accounts(__package__),
)  # fmt: skip
