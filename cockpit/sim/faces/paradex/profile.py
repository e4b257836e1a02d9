"""Paradex's perpetuals: how they are listed, and how their funding accrues.

Sources: https://docs.paradex.trade/risk-system/funding-mechanism and
https://docs.paradex.trade/risk-system/cross-margin-requirement.
"""

import math

from cockpit.core.units import HOUR_S
from cockpit.sim.world.contract import Asset, FundingRule, Listing, Profile

HOURLY = frozenset({"TIA", "FARTCOIN"})
MAJORS = frozenset({"BTC", "ETH", "SOL"})
DEEP = frozenset({"BTC", "ETH"})
MAJOR_CAP, CAP = 0.02, 0.05
"""Largest rate per period, either sign."""
BY_THE_THOUSAND_BELOW = 0.001
"""Coins cheaper than this are listed by the thousand."""


def rule_of(symbol: str) -> FundingRule:
    """Accrues all the time, at a rate per 8 h, of few markets per hour."""
    return FundingRule(
        interval_s=(1 if symbol in HOURLY else 8) * HOUR_S, sample_s=5.0, interest_8h=0.0001,
        dampener=0.0005, cap=MAJOR_CAP if symbol in MAJORS else CAP, quantum=1e-14,
        impact_notional_usd=5_000.0 if symbol in DEEP else 1_000.0, accrual="continuous",
    )  # fmt: skip


def list_asset(asset: Asset, index: int) -> Listing:
    symbol = asset.symbol
    contract = 1000 if asset.price < BY_THE_THOUSAND_BELOW else 1
    magnitude = math.floor(math.log10(asset.price * contract))
    leverage = 50 if symbol in DEEP else 20 if symbol in MAJORS else 10
    prefix = "k" if contract > 1 else ""
    return Listing(
        symbol=symbol, native=f"{prefix}{symbol}-USD-PERP", market_id=index + 1,
        price_decimals=max(1, 4 - magnitude), size_decimals=max(0, min(5, magnitude + 1)),
        contract=contract, max_leverage=leverage, imf=1 / leverage, mmf=1 / (2 * leverage),
        min_notional_usd=10.0, rule=rule_of(symbol),
    )  # fmt: skip


PROFILE = Profile(
    name="paradex", rule=rule_of(""), list_asset=list_asset,
    # Never at once: clients note what they asked for only after they have sent it.
    latency_ms=(18.0, 5.0),
)  # fmt: skip
