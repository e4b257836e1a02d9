"""What a book is worth to somebody who has to trade into it.

Levels are sequences of `(price, size)`, best first; sizes in base units, depth in quote (USD).
Sides are `+1` to buy (walks the asks) and `-1` to sell (walks the bids). Everything returns None
where the book cannot answer, never 0. A level of size 0 is skipped; a price or size that is not a
finite positive number is a ValueError, because no adapter may let it through.
Formulas: Bouchaud, Bonart, Donier, Gould, "Trades, Quotes and Prices" (CUP 2018).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.ladder import DUST, Ladder, ladder
from cockpit.analytics.execution.ladder import Array as Array
from cockpit.analytics.execution.ladder import Levels as Levels


class Walk(NamedTuple):
    """What an order takes out of one side: `base` units bought or sold for `usd`.

    `unfilled` is in the unit that was asked for (base for `walk`, USD for `walk_usd`) and above
    zero when the visible book is exhausted. `worst` is the last price touched.
    """

    base: float
    usd: float
    unfilled: float
    worst: float | None

    @property
    def vwap(self) -> float | None:
        """Average price in quote per base; None when nothing was filled."""
        return self.usd / self.base if self.base > 0 else None


def book_problem(bids: Levels, asks: Levels) -> str | None:
    """Why this book cannot be used, in words; None for a good book."""
    for name, levels in (("bids", bids), ("asks", asks)):
        try:
            prices, _ = ladder(levels)
        except ValueError:
            return f"the {name} hold something that is not a level"
        if prices.size == 0:
            return f"there are no {name}"
    if bids[0][0] >= asks[0][0]:
        return "the book is crossed"
    return None


def mid_price(bids: Levels, asks: Levels) -> float | None:
    """Middle of the touch; None with an empty side."""
    return (bids[0][0] + asks[0][0]) / 2 if bids and asks else None


def microprice(bids: Levels, asks: Levels) -> float | None:
    """The touch weighted by the opposite queues, (ask Qb + bid Qa) / (Qb + Qa); None if unknown."""
    if not (bids and asks):
        return None
    (bid, bid_size), (ask, ask_size) = bids[0], asks[0]
    total = bid_size + ask_size
    return (ask * bid_size + bid * ask_size) / total if total > 0 else None


def spread_bps(bids: Levels, asks: Levels) -> float | None:
    """Best ask minus best bid, in bps of mid."""
    mid = mid_price(bids, asks)
    return None if mid is None else (asks[0][0] - bids[0][0]) / mid * 1e4


def walk(levels: Levels, size: float) -> Walk:
    """Fill `size` base units from the best price on. ValueError if size is negative or not finite.

    An exhausted book gives what it has and says the rest in `unfilled`; nothing is extrapolated.
    """
    _check_amount("size", size)
    side = Ladder.of(levels)
    touched = side.touched(size)
    prices, rests = side.prices[:touched], side.sizes[:touched]
    taken = np.minimum(size - side.before[:touched], rests)
    worst = float(prices[-1]) if touched else None
    filled = size if side.total >= size * (1 - DUST) else side.total
    return Walk(filled, float(np.dot(prices, taken)), size - filled, worst)


def walk_usd(levels: Levels, usd: float) -> Walk:
    """Fill `usd` of quote from the best price on; `unfilled` is in USD. Errors as in `walk`."""
    _check_amount("usd", usd)
    prices, sizes = ladder(levels)
    worth = prices * sizes
    through = np.add.accumulate(worth)
    before = through - worth
    touched = int(before.searchsorted(usd * (1 - DUST)))
    spent = np.minimum(usd - before[:touched], worth[:touched])
    base = float(np.add.reduce(spent / prices[:touched]))
    filled = min(usd, float(np.add.reduce(worth)))
    worst = float(prices[touched - 1]) if touched else None
    return Walk(base, filled, usd - filled, worst)


def impact_bps(side: int, vwap: float, mid: float) -> float:
    """Cost against mid, half the spread included; positive is worse for the trader."""
    return side * (vwap / mid - 1.0) * 1e4


def slip_bps(side: int, vwap: float, touch: float) -> float:
    """Cost against the best price, the spread not included; positive is worse for the trader."""
    return side * (vwap / touch - 1.0) * 1e4


def depth_usd(levels: Levels, mid: float, bps: float) -> float:
    """Notional resting within `bps` of mid on this side, inclusive."""
    if not levels:
        return 0.0
    array = np.asarray(levels, dtype=np.float64)
    near = _within(array[:, 0], mid, bps)
    return float(np.sum(array[near, 0] * array[near, 1]))


def depth_base(levels: Levels, mid: float, bps: float) -> float:
    """Base units resting within `bps` of mid on this side, inclusive."""
    prices, sizes = ladder(levels)
    return float(np.sum(sizes[_within(prices, mid, bps)]))


def covered_bps(levels: Levels, mid: float) -> float | None:
    """How far from mid the visible book reaches: depth beyond this is unknown, not absent."""
    return abs(levels[-1][0] / mid - 1.0) * 1e4 if levels else None


def imbalance(bid_usd: float, ask_usd: float) -> float | None:
    """(bid - ask) / (bid + ask) in [-1, 1], any one unit; None for an empty band."""
    total = bid_usd + ask_usd
    return (bid_usd - ask_usd) / total if total > 0 else None


def haircut_frac(depths: Array, window: int, quantile: float) -> float | None:
    """The share of quoted depth that tends to stay: a low quantile of its persistence.

    `depths` has shape (n,), evenly sampled, any unit, NaN where unknown. Persistence of a window
    of `window` samples is its minimum over its mean: 1 is solid, 0 a mirage. None with fewer
    known samples than one window holds. ValueError unless 0 <= quantile <= 1 and window > 0.
    """
    if window <= 0 or not 0 <= quantile <= 1:
        raise ValueError("a haircut needs a window above 0 and a quantile from 0 to 1")
    known = np.asarray(depths, dtype=np.float64)
    known = known[np.isfinite(known)]
    if known.size < window:
        return None
    sums, least = _windows(known, window)
    if not (sums > 0).any():
        return 0.0
    persistence = window * least / np.where(sums > 0, sums, 1.0)
    # np.quantile is the same, and several times as slow for so few numbers.
    persistence.sort()
    place = quantile * (persistence.size - 1)
    low = int(place)
    under, over = (float(x) for x in persistence[[low, min(low + 1, persistence.size - 1)]])
    return min(1.0, under + (place - low) * (over - under))


def haircut(levels: Levels, frac: float) -> list[tuple[float, float]]:
    """The same prices with `frac` of each size. ValueError unless 0 <= frac <= 1."""
    if not 0 <= frac <= 1:
        raise ValueError(f"the share of depth that stays must be from 0 to 1, got {frac}")
    return [(price, size * frac) for price, size in levels]


def refill_half_life_s(depths: Array, step_s: float) -> float | None:
    """Seconds in which half of a dent in depth is refilled: AR(1) on log depth.

    `depths` has shape (n,), one sample each `step_s`; None where it does not revert, where fewer
    than three pairs are known, or where nothing moves.
    """
    values = np.asarray(depths, dtype=np.float64)
    logs = np.log(np.where(values > 0, values, np.nan))
    before, after = logs[:-1], logs[1:]
    both = np.isfinite(before) & np.isfinite(after)
    if int(both.sum()) < 3:
        return None
    before, after = before[both] - before[both].mean(), after[both] - after[both].mean()
    spread = float(np.dot(before, before))
    rho = float(np.dot(before, after)) / spread if spread > 1e-18 else 0.0
    return step_s * math.log(0.5) / math.log(rho) if 0 < rho < 1 else None


def _windows(values: Array, width: int) -> tuple[Array, Array]:
    """Sum and minimum of each `width` neighbours, (n - width + 1,), by doubling their number."""
    count = values.size - width + 1
    sums, least = np.zeros(count), np.full(count, np.inf)
    span, span_sums, span_least, done = 1, values, values, 0
    while True:
        if width & span:
            sums += span_sums[done : done + count]
            np.minimum(least, span_least[done : done + count], out=least)
            done += span
        if done == width:
            return sums, least
        span_sums = span_sums[:-span] + span_sums[span:]
        span_least = np.minimum(span_least[:-span], span_least[span:])
        span *= 2


def _within(prices: Array, mid: float, bps: float) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = np.abs(prices / mid - 1.0) * 1e4 <= bps + 1e-9
    return near


def _check_amount(name: str, amount: float) -> None:
    if not math.isfinite(amount) or amount < 0:
        raise ValueError(f"{name} must be a finite number, 0 or more, got {amount}")
