"""Telemetry made known: values at their arrival, never at the time they speak of."""

import msgspec
import numpy as np

from cockpit.forecast.cells import HOUR_S, Cells, Floats, Ints


def as_known(row_ns: Ints, arrived_ns: Ints, values: Floats, most_age_s: float) -> Floats:
    """Of each row the newest value that had arrived by then; NaN when that is too old."""
    if not len(arrived_ns):
        return np.full(len(row_ns), np.nan)
    newest = np.searchsorted(arrived_ns, row_ns, side="right") - 1
    place = np.maximum(newest, 0)
    fresh = (newest >= 0) & (row_ns - arrived_ns[place] <= most_age_s * 1e9)
    return np.where(fresh, values[place], np.nan)


def bar_arrival_ns(start_ns: Ints, interval_s: float) -> Ints:
    """When the high, low, close and volume of bars are known: a bar that starts now is future."""
    return start_ns + round(interval_s * 1e9)


def mean_before(row_ns: Ints, arrived_ns: Ints, values: Floats, span_s: float) -> Floats:
    """Mean of what arrived in the span up to each row; NaN where nothing did."""
    known = ~np.isnan(values)
    arrived_ns, values = arrived_ns[known], values[known]
    total = np.concatenate([[0.0], np.cumsum(values)])
    end = np.searchsorted(arrived_ns, row_ns, side="right")
    start = np.searchsorted(arrived_ns, row_ns - round(span_s * 1e9), side="right")
    count = end - start
    mean = (total[end] - total[start]) / np.maximum(count, 1)
    return np.where(count > 0, mean, np.nan)


def with_running_premium(cells: Cells, now_ns: int, arrived_ns: Ints, premium: Floats) -> Cells:
    """The cells with the premium of the last hour up to now in place of the last settlement's.

    At a settlement both are the same average; an hour without a sample changes nothing.
    """
    mean = mean_before(np.array([now_ns]), arrived_ns, premium, HOUR_S)[0]
    if np.isnan(mean) or not len(cells.paid):
        return cells
    known = np.full(len(cells.paid), np.nan) if cells.premium is None else cells.premium.copy()
    known[-1] = mean
    return msgspec.structs.replace(cells, premium=known)
