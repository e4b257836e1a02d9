"""What Nado lists, in its own ticks, lots and weights, and how it pays funding.

Product ids are even for perpetuals, and follow no order that a client could count on. Sources:
https://docs.nado.xyz/developer-resources/api/gateway/queries/symbols, the published contracts
(funding capped at 2 % a day, github.com/nadohq/nado-contracts) and recordings.
"""

import math

from cockpit.core.units import HOUR_S
from cockpit.sim.world.contract import Asset, FundingRule, Listing, MarginRule, Profile
from cockpit.sim.world.demonstration import demonstration_accounts

HOURS_QUOTED = 24
RULE = FundingRule(
    interval_s=HOUR_S, sample_s=20.0, premium_s=HOURS_QUOTED * HOUR_S, interest_8h=0.0003,
    dampener=0.0002, cap_8h=0.02,
)  # fmt: skip
"""By the day: a market that rests pays 0.03 %, and none more than 2 %."""
THOUSANDS = frozenset({"PEPE", "BONK"})
_FIRST = ("BTC", "ETH", "SOL", "XRP", "BNB", "HYPE")
PRODUCT_IDS = dict(zip(_FIRST, (2, 4, 8, 10, 14, 16), strict=True))
FIRST_FREE_ID = 200
PRICE_DECIMALS = {"BTC": 0, "ETH": 1, "SOL": 2}
MARGIN = ((1e9, 0.02), (5e7, 0.05), (0.0, 0.1))
"""Typical open interest in USD at least, then the initial fraction; half of it is maintenance."""
TAKER_FEE, MAKER_FEE = 0.00035, 0.0001


def list_asset(asset: Asset, number: int) -> Listing:
    """Five significant digits of price."""
    contract = 1000 if asset.symbol in THOUSANDS else 1
    magnitude = math.floor(math.log10(asset.price * contract))
    imf = next(fraction for least, fraction in MARGIN if asset.oi_usd >= least)
    coin = f"k{asset.symbol}" if contract > 1 else asset.symbol
    return Listing(
        symbol=asset.symbol, native=f"{coin}-PERP", contract=contract,
        market_id=PRODUCT_IDS.get(asset.symbol, FIRST_FREE_ID + 2 * number),
        price_decimals=PRICE_DECIMALS.get(asset.symbol, max(0, 4 - magnitude)),
        size_decimals=max(0, min(5, magnitude)), max_leverage=round(1 / imf), imf=imf, mmf=imf / 2,
        min_notional_usd=100.0, quote="USDT0",
    )  # fmt: skip


PROFILE = Profile(
    name="nado", rule=RULE, list_asset=list_asset, book_depth=100, latency_ms=(12.0, 5.0),
    margin=MarginRule(taker_fee=TAKER_FEE), accounts=demonstration_accounts(__package__),
    delisted=(
        Listing(
            "ANSEM", "ANSEM-PERP", 184, 5, 0, imf=0.2, mmf=0.1, status="delisted", quote="USDT0"
        ),
    ),
)  # fmt: skip
