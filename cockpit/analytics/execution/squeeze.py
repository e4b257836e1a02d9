"""Venues on related infrastructure gap together: spreading an order against that.

Minimises a'q + q'(D + lambda Sigma)q / 2 over sizes q in USD with sum Q and 0 <= q <= cap
(mean-variance allocation, Markowitz, J. Finance 7 (1952); solved by the primal active-set method,
Nocedal, Wright, "Numerical Optimization", 2nd ed., alg. 16.3). a and D are what trading costs
(fraction, and fraction per USD), Sigma the covariance of each venue's gap from consensus
(fraction^2), lambda the price of that risk in 1/USD.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.depth import Levels, walk_usd

Array = NDArray[np.float64]
_TOLERANCE = 1e-12


class LinearCost(NamedTuple):
    """Cost of q USD is `first` q + `slope` q^2 / 2: a fraction, and a fraction per USD."""

    first: float
    slope: float


def linear_cost(levels: Levels, mid: float, side: int, fee: float, usd: float) -> LinearCost | None:
    """The straight line through a book's marginal cost that prices `usd` exactly.

    `first` is the cost of the touch against mid plus the fee. None on an empty side or when the
    visible book does not hold `usd`.
    """
    taken = walk_usd(levels, usd)
    vwap = taken.vwap
    if vwap is None or taken.unfilled > 0:
        return None
    touch = side * (levels[0][0] / mid - 1.0)
    average = side * (vwap / mid - 1.0)
    return LinearCost(touch + fee, max(0.0, 2.0 * (average - touch) / usd))


def assumed_correlation(stacks: Sequence[frozenset[str]], shared: float, other: float) -> Array:
    """Correlation, shape (V, V): `shared` for two venues with a layer in common, else `other`.

    A stack names what a venue runs on (sequencer, data availability, settlement layer). For when
    there is too little history; the two numbers are the caller's assumption.
    """
    related = np.array([[bool(one & two) for two in stacks] for one in stacks], dtype=bool)
    matrix: Array = np.where(related.reshape(len(stacks), len(stacks)), shared, other)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def covariance(sds: Array, correlation: Array) -> Array:
    """From sds of shape (V,) and correlations (V, V)."""
    matrix: Array = np.outer(sds, sds) * correlation
    return matrix


def squeeze_sd_usd(sizes: Array, sigma: Array) -> float:
    """sqrt(q' Sigma q): what a joint gap of one sd costs these sizes (USD)."""
    return math.sqrt(max(0.0, float(sizes @ sigma @ sizes)))


def penalised_split(
    first: Array, slopes: Array, sigma: Array, penalty: float, caps: Array, size: float
) -> Array:
    """Sizes of shape (V,) in USD; they sum to `size`, or to the caps where those hold less.

    `first` (V,) fractions, `slopes` (V,) fractions per USD, `sigma` (V, V), `caps` (V,) USD or
    inf. More penalty never raises `squeeze_sd_usd` of the result. ValueError if D + lambda Sigma
    is not positive definite, or for anything negative or not a number that must not be.
    """
    a, caps = np.asarray(first, float), np.asarray(caps, float)
    if not math.isfinite(size) or size < 0 or not math.isfinite(penalty) or penalty < 0:
        raise ValueError("size and penalty must be finite and 0 or more")
    if not np.isfinite(a).all() or not (caps >= 0).all():
        raise ValueError("costs must be finite and caps 0 or more")
    room: Array = np.minimum(caps, size)
    if size == 0 or float(room.sum()) <= size:
        return room
    # In shares of the size: numbers near 1 whatever the notional.
    matrix = size * (np.diag(np.asarray(slopes, float)) + penalty * np.asarray(sigma, float))
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise ValueError("slopes and covariance must be positive definite together") from None
    shares: Array = _active_set(matrix, a, room / size) * size
    return shares


def _active_set(matrix: Array, a: Array, upper: Array) -> Array:
    count = a.size
    x: Array = upper / upper.sum()
    bound = (upper <= 0).astype(np.int8)
    scale = float(np.abs(a).max() + np.abs(matrix).max())
    for _ in range(50 * (count + 1)):
        free = np.flatnonzero(bound == 0)
        gradient = matrix @ x + a
        step, price = _newton_step(matrix, gradient, free)
        if np.abs(step).max(initial=0.0) <= _TOLERANCE:
            # bound is +1 at zero, -1 at the cap: a good bound pushes outwards.
            push = np.where(bound != 0, (gradient - price) * bound, 0.0)
            push[upper <= 0] = 0.0
            worst = int(np.argmin(push))
            if push[worst] >= -_TOLERANCE * scale:
                break
            bound[worst] = 0
            continue
        limits = np.full(count, np.inf)
        down, up = step < 0, step > 0
        limits[down] = -x[down] / step[down]
        limits[up] = (upper[up] - x[up]) / step[up]
        nearest = int(np.argmin(limits))
        length = min(1.0, float(limits[nearest]))
        x = np.minimum(np.maximum(x + length * step, 0.0), upper)
        if length < 1.0:
            bound[nearest] = 1 if step[nearest] < 0 else -1
            x[nearest] = 0.0 if step[nearest] < 0 else upper[nearest]
    return x


def _newton_step(matrix: Array, gradient: Array, free: NDArray[np.intp]) -> tuple[Array, float]:
    """The step to the minimum over the free entries at an unchanged sum, and its multiplier."""
    step = np.zeros(gradient.size)
    if free.size == 0:
        return step, float(np.median(gradient))
    inside = matrix[np.ix_(free, free)]
    solved = np.linalg.solve(inside, np.column_stack((gradient[free], np.ones(free.size))))
    price = float(solved[:, 0].sum() / solved[:, 1].sum())
    step[free] = price * solved[:, 1] - solved[:, 0]
    return step, price
