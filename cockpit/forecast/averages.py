"""The forecast to beat: what has been usual, and nothing else."""

import numpy as np

from cockpit.forecast.cells import BPS, Floats
from cockpit.forecast.features import INDEX
from cockpit.forecast.labels import SPIKE_FLOOR, Bools, Situation
from cockpit.forecast.row_statistics import ratio
from cockpit.forecast.windows import Windows

EVENT_H = 8
LEAST_ROWS = 24
"""Past moments of which the outcome is known, before a share of them is a forecast."""

AVERAGES = ("mean_24h", "mean_8h", "rate", "mean_7d")
"""The mean of a day, else what is nearest to it."""


def usual_level(values: Floats) -> Floats:
    """Mean rate expected of any horizon, (rows,), a fraction per hour; NaN is not known."""
    level = np.full(len(values), np.nan)
    for name in AVERAGES:
        level = np.where(np.isnan(level), values[:, INDEX[name]], level)
    return level / BPS


def usual_chances(windows: Windows, situation: Situation) -> tuple[Floats, Floats]:
    """How often the 8 hours after a settlement of the last thirty days held a flip, and a spike
    beyond today's threshold: (rows,) each, NaN where too few moments are known."""
    known = windows.covered > 0
    hourly = np.divide(
        windows.paid, windows.covered, out=np.full(windows.paid.shape, np.nan), where=known
    )
    deviation = np.abs(hourly - windows.interest_hourly[:, None])
    threshold = np.maximum(situation.deviation_q95, SPIKE_FLOOR)[:, None]
    spiking = known & (deviation > threshold)
    covered = _ahead(windows.covered)
    now = hourly[:, :-EVENT_H]
    asked = known[:, :-EVENT_H] & (covered == EVENT_H)
    opposite = np.where(
        now > 0, _ahead((hourly < 0).astype(np.float64)), _ahead((hourly > 0).astype(np.float64))
    )
    signed = asked & (now != 0)
    spiked = np.where(np.isnan(threshold), np.nan, _ahead(spiking.astype(np.float64)) > 0)
    return _share(np.where(opposite > 0, 1.0, 0.0), signed), _share(spiked, asked)


def _ahead(values: Floats) -> Floats:
    """Of each moment the sum over the 8 hours after it."""
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    summed: Floats = total[:, EVENT_H + 1 :] - total[:, 1:-EVENT_H]
    return summed


def _share(happened: Floats, asked: Bools) -> Floats:
    """Laplace's share: an event that never came is not impossible."""
    count = asked.sum(axis=1).astype(np.float64)
    hits = np.where(asked, happened, 0.0).sum(axis=1)
    return np.where(count >= LEAST_ROWS, ratio(hits + 1.0, count + 2.0), np.nan)
