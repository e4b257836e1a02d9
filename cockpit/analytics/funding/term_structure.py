"""The funding curve: what was paid over growing windows.

All points are fractions per hour, so that venues of unlike intervals line up. None is unknown.
"""

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.rates import realised_mean
from cockpit.core.units import HOUR_S

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
WINDOWS_H = (1, 8, 24, 168, 720)
"""The windows of the realised means: 1 h, 8 h, 24 h, 7 d, 30 d."""


def realised_curve(
    rates_hourly: Array, stamps_ns: Ints, intervals_s: Array, now_ns: int, min_coverage: float
) -> tuple[float | None, ...]:
    """`realised_mean` over each of WINDOWS_H."""
    return tuple(
        realised_mean(rates_hourly, stamps_ns, intervals_s, now_ns, hours * HOUR_S, min_coverage)
        for hours in WINDOWS_H
    )
