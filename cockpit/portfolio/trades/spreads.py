"""The spread of a trade: what it was entered at, what it is, and what leaving it costs now.

Short less long, in bps of the reference: a trade that sold dearer than it bought has a positive
one, and earns what it shrinks by. `exit_bps` buys the shorts back at the asks and sells the longs
at the bids, as deep as the trade's size reaches, with the taker fees in it.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.depth import walk
from cockpit.core.market import Side
from cockpit.state.view import MarketRead


class LegPrice(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A leg of signed `size` and what it was entered at, is worth, and would be closed at.

    `exit` has its fee in it; None of either is not known.
    """

    size: float
    entry: float | None = None
    mark: float | None = None
    exit: float | None = None


class Spreads(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """In bps of the reference; None is not known."""

    entry_bps: float | None = None
    now_bps: float | None = None
    exit_bps: float | None = None


def spreads(legs: Sequence[LegPrice], reference: float | None) -> Spreads:
    """All three; each on its own, so that an unknown one costs no other."""
    if not reference:
        return Spreads()
    return Spreads(
        entry_bps=_bps([(leg.size, leg.entry) for leg in legs], reference),
        now_bps=_bps([(leg.size, leg.mark) for leg in legs], reference),
        exit_bps=_bps([(leg.size, leg.exit) for leg in legs], reference),
    )


def spread_curve(
    sizes: Sequence[float], prices: Sequence[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The spread through time in bps of the legs' mean, shape (n,): one array of prices (n,) a leg.

    NaN where the price of a leg was not known, and without a short and a long.
    """
    if not (any(size > 0 for size in sizes) and any(size < 0 for size in sizes)):
        return np.full(len(prices[0]) if len(prices) else 0, np.nan)
    weights, rows = np.array(sizes, dtype=np.float64), np.array(prices, dtype=np.float64)
    longs, shorts = np.maximum(weights, 0.0), np.maximum(-weights, 0.0)
    long, short = longs @ rows / longs.sum(), shorts @ rows / shorts.sum()
    return np.asarray((short - long) / (short + long) * 2e4)


def exit_price(
    market: MarketRead | None, size: float, taker_fee: float | None, now_ns: int
) -> float | None:
    """The average price of closing `size` signed base units now, the fee (a fraction) included.

    None where the book is not known, old, or too short, and where the fee is not known.
    """
    if market is None or not size or market.is_stale("book", now_ns):
        return None
    side = Side.SELL if size > 0 else Side.BUY
    rows = market.book.bids() if side is Side.SELL else market.book.asks()
    if taker_fee is None or not rows:
        return None
    found = walk(rows, abs(size))
    if found.unfilled > 0 or not found.base > 0:
        return None
    return found.usd / found.base * (1 + side.sign * taker_fee)


def _bps(rows: Sequence[tuple[float, float | None]], reference: float) -> float | None:
    shorts = _average([row for row in rows if row[0] < 0])
    longs = _average([row for row in rows if row[0] > 0])
    return None if shorts is None or longs is None else (shorts - longs) / reference * 1e4


def _average(rows: Sequence[tuple[float, float | None]]) -> float | None:
    size = worth = 0.0
    for amount, price in rows:
        if price is None:
            return None
        size, worth = size + amount, worth + amount * price
    return worth / size if size else None
