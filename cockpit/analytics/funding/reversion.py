"""AR(1): what a mean-reverting rate sums to over a horizon, and how sure that is.

x' = mu + phi (x - mu) + e, e normal with sd `sigma`, one step an interval; phi from 0 to 1. All
in the unit of the series. A funding series' own phi is depressed by the pin zone: where a premium
is known, fit the premium. Hamilton, "Time Series Analysis" (Princeton UP 1994), ch. 3 and 4.
"""

import math
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_MAX_PHI = 0.999


class Ar1(NamedTuple):
    """A fit: long-run mean, persistence a step, sd of the innovations, pairs it was made from."""

    mu: float
    phi: float
    sigma: float
    n: int


def fit_ar1(series: Array, min_pairs: int) -> Ar1 | None:
    """OLS on neighbours of an evenly spaced series of shape (n,), NaN where there is a gap.

    phi is clipped to 0..0.999 and mu is the sample mean (OLS puts it anywhere when phi is near
    1). None with fewer than `min_pairs` known pairs (at least 3), or if nothing varies.
    """
    values = np.asarray(series, dtype=np.float64)
    before, after = values[:-1], values[1:]
    known = np.isfinite(values)
    if not known.all():
        both = known[:-1] & known[1:]
        before, after = before[both], after[both]
        values = values[known]
    n = before.size
    if n < max(3, min_pairs) or np.min(before) == np.max(before):
        # A mean is rounded: around it even a constant series would seem to vary.
        return None
    x, y = before - _mean(before), after - _mean(after)
    spread = float(np.dot(x, x))
    if spread <= 0:
        return None
    phi = min(max(float(np.dot(x, y)) / spread, 0.0), _MAX_PHI)
    y -= phi * x
    sigma = math.sqrt(float(np.dot(y, y)) / (n - 2))
    return Ar1(_mean(values), phi, sigma, n)


def probability_below(threshold: float, mean: float, sd: float) -> float:
    """P(X < threshold) for X normal; with sd 0 it is certain: 0 or 1."""
    if sd > 0:
        return NormalDist(mean, sd).cdf(threshold)
    return 1.0 if mean < threshold else 0.0


def expected_sum(now: float, mu: float, phi: float, steps: float) -> float:
    """E of the next `steps` values added up: what one unit of notional is expected to pay."""
    return steps * mu + (now - mu) * _geometric(phi, steps)


def expected_mean(now: float, mu: float, phi: float, steps: int) -> float | None:
    """E of the average of the next `steps` values; None for no steps."""
    return expected_sum(now, mu, phi, steps) / steps if steps > 0 else None


@lru_cache(maxsize=256)
def sum_variance(phi: float, sigma: float, steps: int) -> float:
    """Variance of the next `steps` values added up."""
    gathered = np.cumsum(phi ** np.arange(float(max(0, steps))))
    return sigma * sigma * float(np.dot(gathered, gathered))


def _mean(values: Array) -> float:
    """`values.mean()`, which is slower than the sum of hundreds of values."""
    return float(np.add.reduce(values)) / values.size


def _geometric(phi: float, steps: float) -> float:
    """phi + phi^2 + ... + phi^steps."""
    if phi == 1.0:
        return float(steps)
    if phi <= 0.0:
        return phi * (1.0 - math.pow(phi, steps)) / (1.0 - phi)
    # Near 1 the difference of two numbers near 1 would have lost its digits.
    return phi * -math.expm1(steps * math.log(phi)) / (1.0 - phi)
