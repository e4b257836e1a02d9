"""Beyond the visible book: the square-root law, and the best split under it.

Toth et al., "Anomalous price impact and the critical nature of liquidity in financial markets",
Phys. Rev. X 1, 021006 (2011); Bouchaud et al., "Trades, Quotes and Prices" (CUP 2018).
The law misses how thin the book is now, the book misses what is hidden and refills: for a large
order use the larger of the two.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_BISECTIONS = 100


class SqrtSplit(NamedTuple):
    """Sizes of shape (V,) in USD, their cost in USD, and what the caps left over.

    `marginal` is the common marginal cost as a fraction of notional: every venue between 0 and
    its cap sits there. None when nothing is placed.
    """

    sizes: Array
    cost: float
    marginal: float | None
    shortfall: float


def sqrt_impact_bps(size: float, daily_volume: float, sigma_day: float, y: float) -> float:
    """Y sigma sqrt(Q / V) in bps: average cost of an order of `size`, same unit as the volume.

    `sigma_day` is the daily volatility as a fraction, `y` a constant near 1 (0.5 to 1.5).
    ValueError if the volume is not above 0 or anything is negative or not finite.
    """
    return sqrt_coefficient(daily_volume, sigma_day, y) * math.sqrt(_checked("size", size)) * 1e4


def sqrt_coefficient(daily_volume: float, sigma_day: float, y: float) -> float:
    """b in cost = b q^1.5: Y sigma / sqrt(V). Errors as in `sqrt_impact_bps`."""
    if not daily_volume > 0 or not math.isfinite(daily_volume):
        raise ValueError(f"daily volume must be above 0, got {daily_volume}")
    return _checked("y", y) * _checked("sigma_day", sigma_day) / math.sqrt(daily_volume)


def larger_impact_bps(book_bps: float | None, law_bps: float | None) -> float | None:
    """The more pessimistic of the book and the law; None only if neither is known."""
    known = [bps for bps in (book_bps, law_bps) if bps is not None]
    return max(known) if known else None


def sqrt_cost(linear: Array, coefficients: Array, sizes: Array) -> float:
    """Sum of a q + b q^1.5, in USD; the arrays have shape (V,)."""
    return float(np.sum(linear * sizes + coefficients * sizes**1.5))


def sqrt_marginals(linear: Array, coefficients: Array, sizes: Array) -> Array:
    """a + 1.5 b sqrt(q), shape (V,): what the next dollar costs at each venue, as a fraction."""
    marginals: Array = linear + 1.5 * coefficients * np.sqrt(sizes)
    return marginals


def sqrt_split(linear: Array, coefficients: Array, caps: Array, size: float) -> SqrtSplit:
    """The cheapest split of `size` USD under cost_v = a_v q + b_v q^1.5 with q_v <= cap_v.

    Shapes (V,): `linear` a_v (half spread and fee, fractions), `coefficients` b_v > 0, `caps` in
    USD (inf for none). Caps that do not hold the size are filled, the rest is `shortfall`.
    ValueError for b_v <= 0, a negative cap, or anything that is not a number.
    """
    a, b, caps = (np.asarray(x, dtype=np.float64) for x in (linear, coefficients, caps))
    if not np.isfinite(a).all() or not (np.isfinite(b) & (b > 0)).all():
        raise ValueError("linear costs must be finite, square-root coefficients above 0")
    if not (caps >= 0).all():
        raise ValueError("caps must be 0 or more")
    room = np.minimum(caps, _checked("size", size))
    total = float(np.sum(room))
    if total <= size:
        marginals = sqrt_marginals(a, b, room)[room > 0]
        return SqrtSplit(
            room, sqrt_cost(a, b, room), float(marginals.max()) if marginals.size else None,
            size - total,
        )  # fmt: skip
    low, high = float(a.min()), float(sqrt_marginals(a, b, room).max())
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if float(np.sum(_at(middle, a, b, room))) < size:
            low = middle
        else:
            high = middle
    sizes = _at(high, a, b, room)
    between = np.flatnonzero((sizes > 0) & (sizes < room))
    if between.size:
        widest = between[np.argmax(sizes[between])]
        sizes[widest] += size - float(np.sum(sizes))
    return SqrtSplit(sizes, sqrt_cost(a, b, sizes), high if size > 0 else None, 0.0)


def _at(marginal: float, a: Array, b: Array, room: Array) -> Array:
    sizes: Array = np.minimum(room, (np.maximum(marginal - a, 0.0) / (1.5 * b)) ** 2)
    return sizes


def _checked(name: str, value: float) -> float:
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} must be a finite number, 0 or more, got {value}")
    return value
