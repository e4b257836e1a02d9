"""What Hyperliquid lists, in its own ticks, lots and margin tables, and how it pays funding.

Sources: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api (tick-and-lot-size) and
https://hyperliquid.gitbook.io/hyperliquid-docs/trading (funding, margin-tiers).
"""

import math
from dataclasses import replace

from cockpit.sim.world.contract import Asset, FundingRule, Listing, MarginRule, Profile
from cockpit.sim.world.demonstration import demonstration_accounts

BOOK_DEPTH = 20
MAX_DECIMALS = 6
DELISTED_INDEX = 3
"""A dead market stands between live ones, so that dropping it before joining shifts the rest."""
DELISTED_PRICE = "0.37838"

RULE = FundingRule(
    interval_s=3600,
    sample_s=5.0,
    weighting="plain",
    interest_8h=0.0001,
    dampener=0.0005,
    cap=0.04,
    quantum=1e-10,
    impact_notional_usd=6_000.0,
)
MAJOR_RULE = replace(RULE, impact_notional_usd=20_000.0)

SIZE_DECIMALS = {"BTC": 5, "ETH": 4, "SOL": 2, "BNB": 3, "HYPE": 2, "AVAX": 2, "LTC": 2, "ZEC": 2}
THOUSANDS = frozenset({"PEPE", "SHIB", "BONK", "FLOKI", "LUNC", "DOGS", "NEIRO"})
"""Quoted per 1000 coins, with a small k before the name."""

MARGIN_TABLES: tuple[tuple[int, tuple[tuple[float, int], ...]], ...] = (
    (50, ((0.0, 50),)),
    (51, ((0.0, 10), (3e6, 5))),
    (52, ((0.0, 10), (20e6, 5))),
    (53, ((0.0, 20), (40e6, 10))),
    (54, ((0.0, 20), (70e6, 10))),
    (55, ((0.0, 25), (100e6, 15))),
    (56, ((0.0, 40), (150e6, 20))),
)
"""id -> (notional from which in USD, maximum leverage); ids below 50 are one tier of that name."""
MARGIN_TABLE_OF = {"BTC": 56, "ETH": 55, "SOL": 54, "XRP": 53, "MATIC": 20}
SMALL_OI_USD = 25e6


def list_asset(asset: Asset, index: int) -> Listing:
    """Price decimals keep to five significant figures until the price is half as high again."""
    contract = 1000 if asset.symbol in THOUSANDS else 1
    price = asset.price * contract
    size_decimals = SIZE_DECIMALS.get(asset.symbol, max(0, min(2, math.floor(math.log10(price)))))
    figures = 4 - math.floor(math.log10(price * 1.5))
    leverage = _max_leverage(asset)
    return Listing(
        symbol=asset.symbol,
        native=f"k{asset.symbol}" if contract > 1 else asset.symbol,
        market_id=index if index < DELISTED_INDEX else index + 1,
        price_decimals=max(0, min(MAX_DECIMALS - size_decimals, figures)),
        size_decimals=size_decimals,
        contract=contract,
        max_leverage=leverage,
        imf=1 / leverage,
        mmf=1 / (2 * leverage),
        rule=MAJOR_RULE if asset.symbol in ("BTC", "ETH") else None,
    )


def _max_leverage(asset: Asset) -> int:
    table = MARGIN_TABLE_OF.get(asset.symbol)
    if table is not None:
        return dict(MARGIN_TABLES)[table][0][1]
    return 10 if asset.oi_usd >= SMALL_OI_USD else 5


def margin_table(listing: Listing) -> int:
    small = 51 if listing.max_leverage == 10 else listing.max_leverage
    return MARGIN_TABLE_OF.get(listing.symbol, small)


def margin_tiers(listing: Listing) -> tuple[tuple[float, int], ...]:
    return dict(MARGIN_TABLES).get(margin_table(listing), ((0.0, listing.max_leverage),))


PROFILE = Profile(
    name="hyperliquid",
    chain="hyperliquid-l1",
    block_s=0.07,
    block_jitter_frac=0.3,
    rule=RULE,
    list_asset=list_asset,
    delisted=(
        Listing(
            symbol="MATIC",
            native="MATIC",
            market_id=DELISTED_INDEX,
            price_decimals=5,
            size_decimals=1,
            max_leverage=20,
            imf=0.05,
            mmf=0.025,
            status="delisted",
        ),
    ),
    book_depth=BOOK_DEPTH,
    latency_ms=(180.0, 60.0),
    margin=MarginRule(taker_fee=0.00045, tiers=margin_tiers),
    accounts=demonstration_accounts(__package__),
)
