"""Hyperliquid's listings and the JSON shapes that its REST and its socket share.

Sources: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api (tick-and-lot-size,
info-endpoint/perpetuals, info-endpoint/spot, websocket/subscriptions) and
https://hyperliquid.gitbook.io/hyperliquid-docs/trading (funding, margin-tiers).
"""

import hashlib
import math
from collections.abc import Iterable
from typing import Any

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.world.accounts import AccountPlan, HoldingPlan
from cockpit.sim.world.contract import (
    Asset,
    FundingRule,
    Listing,
    MarginRule,
    MarketState,
    Profile,
    TradeTick,
    VenueWorld,
    decimal_text,
)

Json = Any
"""What msgspec can encode."""

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
MAJOR_RULE = FundingRule(
    interval_s=3600,
    sample_s=5.0,
    weighting="plain",
    interest_8h=0.0001,
    dampener=0.0005,
    cap=0.04,
    quantum=1e-10,
    impact_notional_usd=20_000.0,
)

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
SMALL_OI_USD, MIDDLE_OI_USD = 25e6, 100e6


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


ACCOUNTS = (
    AccountPlan(
        "a trader on Hyperliquid",
        deposit_usd=22_000.0,
        holdings=(
            HoldingPlan("BTC", 60_000.0, leverage=20, opened_h=61.3),
            HoldingPlan("ETH", -35_000.0, leverage=10, opened_h=30.2),
            HoldingPlan("PEPE", 6_000.0, leverage=5, opened_h=12.6),
            HoldingPlan("SOL", 15_000.0, leverage=3, isolated=True, opened_h=20.4),
        ),
        trade_every_s=40.0,
    ),
    AccountPlan("an agent", agent_of="a trader on Hyperliquid"),
    AccountPlan(
        "a hedger",
        deposit_usd=20_000.0,
        holdings=(HoldingPlan("BTC", 60_000.0, leverage=10, opened_h=44.7),),
    ),
)


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
    accounts=ACCOUNTS,
)


def universe(world: VenueWorld) -> list[MarketState]:
    """Every market of the first dex in the order of its asset ids, dead ones in place."""
    return sorted(world.markets.values(), key=lambda state: state.listing.market_id)


def number(units: int, decimals: int) -> str:
    """Trailing zeros cut, one digit after the point kept: 111065 -> '111065.0'."""
    return trimmed(decimal_text(units, decimals))


def trimmed(text: str) -> str:
    if "." not in text:
        return f"{text}.0"
    text = text.rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def fraction(value: float, decimals: int = 10) -> str:
    """A rate or premium; zero is '0.0'."""
    return number(round(value * 10**decimals), decimals)


def price(state: MarketState, value: float) -> str:
    decimals = state.listing.price_decimals
    return number(round(value * 10**decimals), decimals)


def size(state: MarketState, lots: int) -> str:
    return number(lots, state.listing.size_decimals)


def level(state: MarketState, ticks: int, lots: int) -> Json:
    """`n` is the number of orders, which the world does not know: a stable small one."""
    return {
        "px": number(ticks, state.listing.price_decimals),
        "sz": size(state, lots),
        "n": 1 + (ticks * 31 + lots) % 7,
    }


def book(
    state: MarketState,
    time_ms: int,
    *,
    depth: int = BOOK_DEPTH,
    figures: int | None = None,
    mantissa: int | None = None,
    fast: bool = False,
) -> Json:
    """A full snapshot, bids first; `figures` and `mantissa` group levels away from the mid."""
    bids, asks = state.ladder(Side.BUY), state.ladder(Side.SELL)
    if figures is not None:
        bids = _grouped(state, bids, Side.BUY, figures, mantissa or 1)
        asks = _grouped(state, asks, Side.SELL, figures, mantissa or 1)
    shown: dict[str, Json] = {
        "coin": state.listing.native,
        "time": time_ms,
        "levels": [[level(state, *row) for row in side[:depth]] for side in (bids, asks)],
    }
    if figures is not None and bids and asks:
        shown["spread"] = number(asks[0][0] - bids[0][0], state.listing.price_decimals)
    if fast:
        shown["fast"] = True
    return shown


def _grouped(
    state: MarketState, levels: list[tuple[int, int]], side: Side, figures: int, mantissa: int
) -> list[tuple[int, int]]:
    groups: dict[int, int] = {}
    for ticks, lots in levels:
        step = 10 ** max(0, len(str(ticks)) - figures) * mantissa
        group = ticks // step * step if side is Side.BUY else -(-ticks // step) * step
        groups[group] = groups.get(group, 0) + lots
    return list(groups.items())


def empty_book(coin: str, time_ms: int) -> Json:
    return {"coin": coin, "time": time_ms, "levels": [[], []]}


def bbo(state: MarketState, time_ms: int) -> Json:
    """Best bid and ask, null where a side is empty."""
    best = [state.ladder(side, 1) for side in (Side.BUY, Side.SELL)]
    return {
        "coin": state.listing.native,
        "time": time_ms,
        "bbo": [level(state, *rows[0]) if rows else None for rows in best],
    }


def mid(state: MarketState) -> str | None:
    bids, asks = state.ladder(Side.BUY, 1), state.ladder(Side.SELL, 1)
    if not bids or not asks:
        return None
    return number((bids[0][0] + asks[0][0]) * 5, state.listing.price_decimals + 1)


def impact_price(state: MarketState, side: Side) -> float | None:
    """Average price of hitting one side of the book for the rule's impact notional."""
    scale, lot = 10**state.listing.price_decimals, 10**state.listing.size_decimals
    left = state.rule.impact_notional_usd
    base = 0.0
    paid = 0.0
    for ticks, lots in state.ladder(side):
        value = min(left, ticks / scale * lots / lot)
        base += value / (ticks / scale)
        paid += value
        left -= value
        if left <= 0:
            break
    return paid / base if base else None


def ctx(state: MarketState) -> Json:
    """An asset context. Without a book, premium, midPx and impactPxs are null together."""
    if state.mark is None or state.index is None:
        return dead_ctx(DELISTED_PRICE)
    bid, ask = impact_price(state, Side.BUY), impact_price(state, Side.SELL)
    has_book = bid is not None and ask is not None and state.premium is not None
    impact_decimals = MAX_DECIMALS - state.listing.size_decimals
    volume = state.day_volume_base / state.listing.contract
    before = state.prev_day_price if state.prev_day_price is not None else state.mark
    return {
        "funding": fraction(state.rate or 0.0) if has_book else "0.0",
        "openInterest": size(state, state.open_interest_lots),
        "prevDayPx": price(state, before),
        "dayNtlVlm": trimmed(f"{volume * state.mark:.10f}"),
        "premium": fraction(state.premium or 0.0) if has_book else None,
        "oraclePx": price(state, state.index),
        "markPx": price(state, state.mark),
        "midPx": mid(state) if has_book else None,
        "impactPxs": [fraction(bid or 0.0, impact_decimals), fraction(ask or 0.0, impact_decimals)]
        if has_book
        else None,
        "dayBaseVlm": fraction(volume, state.listing.size_decimals),
    }


def dead_ctx(frozen: str) -> Json:
    return {
        "funding": "0.0",
        "openInterest": "0.0",
        "prevDayPx": frozen,
        "dayNtlVlm": "0.0",
        "premium": None,
        "oraclePx": frozen,
        "markPx": frozen,
        "midPx": None,
        "impactPxs": None,
        "dayBaseVlm": "0.0",
    }


def trades(state: MarketState, fills: Iterable[TradeTick]) -> list[Json]:
    """`side` is the aggressor, B or A; `users` are buyer and seller."""
    return [
        {
            "coin": state.listing.native,
            "side": "B" if fill.side is Side.BUY else "A",
            "px": number(fill.ticks, state.listing.price_decimals),
            "sz": size(state, fill.lots),
            "time": fill.at_ns // NS_PER_MS,
            "hash": tx_hash(fill.trade_id) if fill.trade_id % 5 else f"0x{0:064x}",
            "tid": trade_tid(fill.trade_id),
            "users": [address(fill.trade_id), address(fill.trade_id + 1)],
        }
        for fill in fills
    ]


def block(height: int, block_ns: int) -> Json:
    return {
        "blockTime": block_ns // NS_PER_MS,
        "hash": tx_hash(height),
        "height": height,
        "numTxs": 100 + height * 7919 % 900,
        "proposer": address(height % 24),
    }


def address(seed: int) -> str:
    return f"0x{hashlib.sha256(f'address {seed}'.encode()).hexdigest()[:40]}"


def trade_tid(seed: int) -> int:
    """Fifty bits, scattered."""
    return seed * 0x9E3779B97F4A7 & (1 << 50) - 1


def tx_hash(seed: int) -> str:
    return f"0x{hashlib.sha256(f'hash {seed}'.encode()).hexdigest()}"
