"""What a sample of outcomes says about the tail, how surely, and whether VaR kept its promise.

Outcomes are gains (+) and losses (-) in USD, shape (n,); VaR and ES are losses, positive when
money is lost. Sources: Kupiec, J. Derivatives 3 (1995); Christoffersen, International Economic
Review 39 (1998); standard errors of order statistics and of the tail mean: Glasserman, "Monte
Carlo Methods in Financial Engineering" (2004), ch. 9.
"""

import math
from collections.abc import Sequence
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


def histogram(pnl: Floats, bins: int) -> Histogram:
    """Equal bins from the lowest to the highest known outcome; no bins without one.

    Outcomes that differ by rounding alone are one: they share bins that are wide enough to be told
    apart.
    """
    known = pnl[np.isfinite(pnl)]
    if not known.size:
        return Histogram(np.empty(0), np.empty(0, dtype=np.int64))
    low, high = float(known.min()), float(known.max())
    least = max(abs(low), abs(high)) * bins * 1e-12
    room = max(0.0, least - (high - low)) / 2
    counts, edges = np.histogram(known, bins=bins, range=(low - room, high + room))
    return Histogram(edges.astype(np.float64), counts.astype(np.int64))


def kupiec(days: int, breaches: int, probability_of_breach: float) -> float:
    """Likelihood ratio that VaR was exceeded as often as promised; chi-square(1), 95 %: 3.841.

    ValueError unless 0 <= breaches <= days, days > 0, and the probability lies in (0, 1).
    """
    p = probability_of_breach
    if days <= 0 or not 0 <= breaches <= days or not 0 < p < 1:
        raise ValueError(f"cannot test {breaches} breaches in {days} days at {p}")
    return -2 * (_loglik(breaches, days, p) - _loglik(breaches, days, breaches / days))


def christoffersen(breached: Sequence[bool]) -> float:
    """Likelihood ratio that breaches come independently of each other; chi-square(1).

    Added to `kupiec` it tests both at once, chi-square(2), 95 %: 5.991. NaN under two days.
    """
    hits = np.asarray(breached, dtype=bool)
    before, after = hits[:-1], hits[1:]
    if not after.size:
        return math.nan
    calm, n_calm = int(np.sum(~before & after)), int(np.sum(~before))
    hot, n_hot = int(np.sum(before & after)), int(np.sum(before))
    together = _loglik(calm + hot, after.size, (calm + hot) / after.size)
    apart = sum(_loglik(x, n, x / n) for x, n in ((calm, n_calm), (hot, n_hot)) if n)
    return -2 * (together - apart)


def _loglik(hits: int, trials: int, p: float) -> float:
    """Binomial log likelihood without its constant; 0 log 0 is 0."""
    misses = trials - hits
    return (hits * math.log(p) if hits else 0.0) + (misses * math.log1p(-p) if misses else 0.0)
