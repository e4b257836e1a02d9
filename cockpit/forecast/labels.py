"""What came of it: the targets of a decision, from settlements after it and nothing else.

A label needs every hour of its horizon to be covered by a settlement: a gap is not bridged.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.forecast.cells import Cells, Floats, Ints

Bools = NDArray[np.bool_]

SPIKE_FLOOR = 1e-5
"""A deviation from the pin below this is none, whatever the quantile says (fraction an hour)."""

LARGE_SDS = 1.5
DEVIATION_FLOOR = 2e-6
EVENTS = ("spike", "onset", "flip", "large_dev")


class Outcomes(msgspec.Struct, frozen=True, kw_only=True):
    """(rows,) of the hours after each decision; NaN where the horizon is not wholly covered.

    `mean` is the mean rate per hour, `peak` the largest deviation from the pin, `lowest` and
    `highest` the extremes of the rate.
    """

    mean: Floats
    peak: Floats
    lowest: Floats
    highest: Floats


def outcomes(cells: Cells, places: Ints, horizon_h: int) -> Outcomes:
    """What settled in (t, t + horizon] after each decision at the cells `places`."""
    paid = np.concatenate([cells.paid, np.zeros(horizon_h)])
    covered = np.concatenate([cells.covered, np.zeros(horizon_h)])
    with np.errstate(divide="ignore", invalid="ignore"):
        hourly = np.where(covered > 0, paid / covered, np.nan)
    ahead = np.lib.stride_tricks.sliding_window_view

    after = places + 1
    hours = np.ascontiguousarray(ahead(covered, horizon_h)[after])
    rates = np.ascontiguousarray(ahead(hourly, horizon_h)[after])
    whole = hours.sum(axis=1) == horizon_h
    mean = np.ascontiguousarray(ahead(paid, horizon_h)[after]).sum(axis=1) / horizon_h
    deviation = np.abs(rates - cells.interest_hourly)
    return Outcomes(
        mean=np.where(whole, mean, np.nan),
        peak=np.where(whole, np.where(np.isnan(deviation), -np.inf, deviation).max(axis=1), np.nan),
        lowest=np.where(whole, np.where(np.isnan(rates), np.inf, rates).min(axis=1), np.nan),
        highest=np.where(whole, np.where(np.isnan(rates), -np.inf, rates).max(axis=1), np.nan),
    )


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """(rows,) what an event is measured against, known at the decision; fractions an hour."""

    rate: Floats
    deviation: Floats
    deviation_q95: Floats
    mean_7d: Floats
    sd_30d: Floats


def events(situation: Situation, after: Outcomes) -> dict[str, Floats]:
    """1 where the event came, 0 where not, NaN where it cannot be said or does not apply."""
    threshold = np.maximum(situation.deviation_q95, SPIKE_FLOOR)
    spike = _label(after.peak > threshold, ~np.isnan(after.peak) & ~np.isnan(threshold))
    calm = situation.deviation <= threshold
    up = situation.rate > 0
    flipped = np.where(up, after.lowest < 0, after.highest > 0)
    surprise = np.abs(after.mean - situation.mean_7d)
    limit = LARGE_SDS * np.maximum(situation.sd_30d, DEVIATION_FLOOR)
    return {
        "spike": spike,
        "onset": np.where(calm, spike, np.nan),
        "flip": _label(flipped, ~np.isnan(after.lowest) & (situation.rate != 0)),
        "large_dev": _label(surprise > limit, ~np.isnan(surprise) & ~np.isnan(limit)),
    }


def _label(happened: Bools, known: Bools) -> Floats:
    return np.where(known, happened.astype(np.float64), np.nan)
