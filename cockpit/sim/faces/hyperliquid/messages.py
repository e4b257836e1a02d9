"""The JSON shapes that Hyperliquid's REST and its socket share.

Sources: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api (tick-and-lot-size,
info-endpoint/perpetuals, info-endpoint/spot, websocket/subscriptions) and
https://hyperliquid.gitbook.io/hyperliquid-docs/trading (funding, margin-tiers).
"""

import hashlib
from collections.abc import Iterable

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.hyperliquid.profile import BOOK_DEPTH, DELISTED_PRICE, MAX_DECIMALS
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.world.contract import MarketState, TradeTick, VenueWorld, decimal_text
from cockpit.sim.world.past_prices import Candle


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
    best = [state.best(side) for side in (Side.BUY, Side.SELL)]
    return {
        "coin": state.listing.native,
        "time": time_ms,
        "bbo": [level(state, *row) if row else None for row in best],
    }


def mid(state: MarketState) -> str | None:
    bid, ask = state.best(Side.BUY), state.best(Side.SELL)
    if bid is None or ask is None:
        return None
    return number((bid[0] + ask[0]) * 5, state.listing.price_decimals + 1)


def impact_price(state: MarketState, side: Side) -> float | None:
    """Average price of hitting one side of the book for the rule's impact notional.

    Of a market without a book it is the touch.
    """
    scale, lot = 10**state.listing.price_decimals, 10**state.listing.size_decimals
    left = state.rule.impact_notional_usd
    base = 0.0
    paid = 0.0
    best = state.best(side)
    if not state.has_book:
        return best[0] / scale if best else None
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


def candle(state: MarketState, interval: str, length_s: int, row: Candle) -> Json:
    """`t` and `T` are its first and last millisecond, `v` is in units, `n` counts trades."""
    decimals, begin_ms = state.listing.price_decimals, row.begin_ns // NS_PER_MS
    return {
        "t": begin_ms,
        "T": begin_ms + length_s * 1000 - 1,
        "s": state.listing.native,
        "i": interval,
        "o": number(row.open, decimals),
        "c": number(row.close, decimals),
        "h": number(row.high, decimals),
        "l": number(row.low, decimals),
        "v": size(state, row.lots),
        "n": row.trades,
    }


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
