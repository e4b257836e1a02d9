"""What a sample of outcomes says about the tail, and how surely.

Outcomes are gains (+) and losses (-) in USD, shape (n,); VaR and ES are losses, positive when
money is lost. Standard errors of order statistics and of the tail mean: Glasserman, "Monte Carlo
Methods in Financial Engineering" (2004), ch. 9.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure and its Monte Carlo standard error."""

    value: float
    se: float


class Tail(NamedTuple):
    """VaR: the loss that a share `level` of outcomes does not exceed. ES: the mean from there."""

    var: Estimate
    es: Estimate


class Histogram(NamedTuple):
    """`counts` (k,) between `edges` (k + 1,) in USD."""

    edges: Floats
    counts: NDArray[np.int64]


def mean(pnl: Floats) -> Estimate:
    """NaN without outcomes; the error needs two."""
    if pnl.size < 2:
        return Estimate(float(pnl[0]) if pnl.size else math.nan, math.nan)
    return Estimate(float(np.mean(pnl)), float(np.std(pnl, ddof=1) / math.sqrt(pnl.size)))


def standard_deviation(pnl: Floats) -> Estimate:
    """Its error from the fourth moment, so that fat tails widen it."""
    if pnl.size < 2:
        return Estimate(math.nan, math.nan)
    unit = _unit(pnl)
    shares = pnl / unit
    variance = float(np.var(shares, ddof=1))
    if variance == 0:
        return Estimate(0.0, 0.0)
    fourth = float(np.mean((shares - np.mean(shares)) ** 4))
    error = math.sqrt(max(fourth - variance**2, 0.0) / pnl.size) / (2 * math.sqrt(variance))
    return Estimate(math.sqrt(variance) * unit, error * unit)


def tail(pnl: Floats, level: float) -> Tail:
    """VaR and ES at a level such as 0.99. ValueError unless it lies in (0, 1); NaN without data.

    VaR is an order statistic; its error is half the distance between the order statistics one
    binomial standard deviation to either side. ES is the mean of the losses at or above VaR.
    """
    if not 0 < level < 1:
        raise ValueError(f"the level must lie between 0 and 1, got {level}")
    n = pnl.size
    if n == 0 or np.isnan(pnl).any():
        return Tail(Estimate(math.nan, math.nan), Estimate(math.nan, math.nan))
    losses = np.sort(-pnl)
    rank = math.ceil(n * level - 1e-9) - 1
    step = math.sqrt(n * level * (1 - level))
    low, high = max(math.floor(rank - step), 0), min(math.ceil(rank + step), n - 1)
    var = float(losses[rank])
    unit = _unit(pnl)
    beyond = losses[rank:] / unit
    es = float(np.mean(beyond))
    error = math.sqrt((float(np.var(beyond)) + level * (es - var / unit) ** 2) / beyond.size)
    var_error = float(losses[high] - losses[low]) / 2
    return Tail(Estimate(var, var_error), Estimate(es * unit, error * unit))


def _unit(pnl: Floats) -> float:
    """A power of two as large as the outcomes: their fourth powers stay numbers, digits stay."""
    largest = float(np.max(np.abs(pnl)))
    return math.ldexp(1.0, math.frexp(largest)[1]) if 0 < largest < math.inf else 1.0


def probability(happened: NDArray[np.bool_]) -> Estimate:
    """Share of paths, shape (n,); NaN without paths."""
    if not happened.size:
        return Estimate(math.nan, math.nan)
    p = float(np.mean(happened))
    return Estimate(p, math.sqrt(p * (1 - p) / happened.size))


def histogram(pnl: Floats, bins: int, tail_frac: float = 0.0) -> Histogram:
    """Equal bins from the lowest to the highest known outcome; no bins without one.

    With `tail_frac` the first and the last bin hold that share of the outcomes each and reach to
    the extremes; the others share the mass between them. Outcomes that differ by rounding alone are
    one: they share bins that are wide enough to be told apart.
    """
    known = pnl[np.isfinite(pnl)]
    if not known.size:
        return Histogram(np.empty(0), np.empty(0, dtype=np.int64))
    low, high = float(known.min()), float(known.max())
    least = max(abs(low), abs(high)) * bins * 1e-12
    room = max(0.0, least - (high - low)) / 2
    edges = np.linspace(low - room, high + room, bins + 1)
    if tail_frac > 0 and bins > 2:
        begin, end = np.quantile(known, [tail_frac, 1 - tail_frac])
        if low < begin and end < high and end - begin > least:
            edges = np.concatenate(([low], np.linspace(begin, end, bins - 1), [high]))
    counts, edges = np.histogram(known, bins=edges)
    return Histogram(edges.astype(np.float64), counts.astype(np.int64))
