"""Extended's perpetuals: how they are listed, and how they pay funding each hour.

Sources: https://api.docs.extended.exchange (markets), https://docs.extended.exchange (funding
payments): the premium is sampled each minute, later minutes weigh more, and an eighth of the
eight-hour rate is paid each hour. The cap is that of the market, per cent an hour.
"""

import math

from cockpit.sim.world.contract import Asset, FundingRule, Listing, Profile

MAJORS = frozenset({"BTC", "ETH"})
MAJOR_CAP_PCT, CAP_PCT = 0.25, 1.0
THOUSANDS = frozenset({"PEPE", "BONK", "SHIB"})
SIZE_DECIMALS = {"BTC": 5}


def cap_pct(symbol: str) -> float:
    return MAJOR_CAP_PCT if symbol in MAJORS else CAP_PCT


def rule_of(symbol: str) -> FundingRule:
    return FundingRule(
        interval_s=3600,
        sample_s=60.0,
        weighting="ramp",
        interest_8h=0.0001,
        dampener=0.0005,
        cap=cap_pct(symbol) / 100,
        quantum=1e-6,
        impact_notional_usd=10_000.0,
    )


def list_asset(asset: Asset, index: int) -> Listing:
    symbol = asset.symbol
    contract = 1000 if symbol in THOUSANDS or asset.price < 1e-4 else 1
    magnitude = math.floor(math.log10(asset.price * contract))
    leverage = 50 if symbol in MAJORS else 25 if asset.oi_usd >= 1e8 else 10
    return Listing(
        symbol=symbol,
        native=f"1000{symbol}-USD" if contract > 1 else f"{symbol}-USD",
        market_id=index + 1,
        price_decimals=max(0, 4 - magnitude),
        size_decimals=SIZE_DECIMALS.get(symbol, max(0, magnitude)),
        contract=contract,
        max_leverage=leverage,
        imf=1 / leverage,
        mmf=1 / (2 * leverage),
        min_lots=10,
        min_notional_usd=None,
        rule=rule_of(symbol),
    )


PROFILE = Profile(
    name="extended",
    rule=rule_of(""),
    list_asset=list_asset,
    delisted=(
        Listing("MATIC", "MATIC-USD", 9001, 4, 0, max_leverage=10, imf=0.1, status="delisted"),
    ),
    latency_ms=(12.0, 4.0),
)
