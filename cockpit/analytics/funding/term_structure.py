"""The funding curve: what was paid over growing windows, what comes next, what is expected.

All points are fractions per hour, so that venues of unlike intervals line up. None is unknown.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.rates import Formula, expected_rate, realised_mean
from cockpit.core.units import HOUR_S

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
WINDOWS_H = (1, 8, 24, 168, 720)
"""The windows of the realised means: 1 h, 8 h, 24 h, 7 d, 30 d."""


class Curve(NamedTuple):
    """`realised` in the order of WINDOWS_H, then the venue's forecast and the model's means."""

    realised: tuple[float | None, ...]
    predicted: float | None
    next_8h: float | None
    next_24h: float | None


def realised_curve(
    rates_hourly: Array, stamps_ns: Ints, intervals_s: Array, now_ns: int, min_coverage: float
) -> tuple[float | None, ...]:
    """`realised_mean` over each of WINDOWS_H."""
    return tuple(
        realised_mean(rates_hourly, stamps_ns, intervals_s, now_ns, hours * HOUR_S, min_coverage)
        for hours in WINDOWS_H
    )


def expected_hourly(
    formula: Formula, premium: float, mu: float, phi: float, sigma: float, hours: int
) -> float | None:
    """The model's mean hourly rate over the next `hours`, through the venue's clamp and caps.

    The interval's average premium follows an AR(1) a funding interval (`phi`, `sigma` per
    interval, `mu` its mean); each future one is normal and pushed through the formula. Only whole
    intervals count; None when not one fits.
    """
    steps = hours * HOUR_S // formula.interval_s
    if steps < 1:
        return None
    ahead = np.arange(1.0, steps + 1.0)
    means: Array = mu + phi**ahead * (premium - mu)
    sds: Array = sigma * np.sqrt(np.cumsum(phi ** (2.0 * (ahead - 1))))
    return float(expected_rate(formula, means, sds).mean()) * HOUR_S / formula.interval_s
