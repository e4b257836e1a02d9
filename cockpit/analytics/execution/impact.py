"""Beyond the visible book: the square-root law.

Toth et al., "Anomalous price impact and the critical nature of liquidity in financial markets",
Phys. Rev. X 1, 021006 (2011); Bouchaud et al., "Trades, Quotes and Prices" (CUP 2018).
The law misses how thin the book is now, the book misses what is hidden and refills: for a large
order use the larger of the two.
"""

import math


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


def _checked(name: str, value: float) -> float:
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} must be a finite number, 0 or more, got {value}")
    return value
