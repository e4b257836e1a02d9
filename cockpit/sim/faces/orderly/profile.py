"""Orderly's perpetuals: how they are listed, how they pay funding, who holds some.

Figures from the listing and https://orderly.network/docs (funding rate, margin): the impact
notional is 1000 USDC times the maximum leverage, and a premium above 0.5 % counts double, above
1.5 % four times. The page leaves open whether its last term alone is scaled to the interval: here
all of it is, which rests at the recorded half of an eight-hourly rate where four hours are paid.
"""

import math

from cockpit.core.units import HOUR_S
from cockpit.sim.world.contract import Asset, FundingRule, Listing, MarginRule, Profile
from cockpit.sim.world.demonstration import demonstration_accounts

FOUR_HOURLY = frozenset({"HYPE", "SUI", "ADA", "AAVE", "WIF", "ENA", "BONK"})
HOURLY = frozenset({"FARTCOIN"})
MAJORS = frozenset({"BTC", "ETH", "SOL"})
THOUSANDS = frozenset({"PEPE", "BONK", "SHIB", "FLOKI"})
PRICE_DECIMALS = {"BTC": 1, "ETH": 2, "SOL": 3}
SIZE_DECIMALS = {"BTC": 5, "ETH": 4, "SOL": 3}
IMPACT_PER_LEVERAGE_USD = 1000.0
MIN_NOTIONAL_USD = 10.0


def rule_of(symbol: str) -> FundingRule:
    """Most markets pay every 8 h, some every 4 h, a few every hour."""
    hours = 1 if symbol in HOURLY else 4 if symbol in FOUR_HOURLY else 8
    is_major = symbol in MAJORS
    return FundingRule(
        interval_s=hours * HOUR_S, sample_s=15.0, interest_8h=0.0001, quantum=1e-8,
        dampener=0.0004 if is_major else 0.0001, cap=0.003 if is_major else 0.02,
        impact_notional_usd=IMPACT_PER_LEVERAGE_USD * _leverage(symbol),
        steeper=((0.005, 2.0), (0.015, 4.0)),
    )  # fmt: skip


def _leverage(symbol: str) -> int:
    return 100 if symbol in MAJORS else 20


def list_asset(asset: Asset, number: int) -> Listing:
    symbol = asset.symbol
    contract = 1000 if symbol in THOUSANDS else 1
    magnitude = math.floor(math.log10(asset.price * contract))
    leverage = _leverage(symbol)
    coin = symbol if contract == 1 else f"{contract}{symbol}"
    return Listing(
        symbol=symbol, native=f"PERP_{coin}_USDC", market_id=number + 1, contract=contract,
        price_decimals=PRICE_DECIMALS.get(symbol, max(0, 4 - magnitude)),
        size_decimals=SIZE_DECIMALS.get(symbol, max(0, min(2, magnitude + 1))),
        max_leverage=leverage, imf=1 / leverage, mmf=0.006 if symbol in MAJORS else 0.025,
        min_notional_usd=MIN_NOTIONAL_USD, rule=rule_of(symbol), quote="USDC",
    )  # fmt: skip


PROFILE = Profile(
    name="orderly", rule=rule_of(""), list_asset=list_asset, latency_ms=(25.0, 8.0),
    margin=MarginRule(taker_fee=0.0005), accounts=demonstration_accounts(__package__),
    delisted=(Listing("MATIC", "PERP_MATIC_USDC", 9_001, 4, 0, status="delisted"),),
)  # fmt: skip
