"""Telemetry made known: values at their arrival, never at the time they speak of."""

import msgspec
import numpy as np

from cockpit.forecast.cells import Floats, Ints
from cockpit.forecast.windows import Windows


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


def joined(hours: Ints, known_hours: Ints, values: Floats) -> Floats:
    """`values` (n, ...) of `known_hours` (n,), ascending, at these hours; NaN where not known."""
    if not len(known_hours):
        return np.full((len(hours), *values.shape[1:]), np.nan)
    place = np.minimum(np.searchsorted(known_hours, hours), len(known_hours) - 1)
    found = values[place]
    found[known_hours[place] != hours] = np.nan
    return found


def with_running_premium(windows: Windows, running: Floats) -> Windows:
    """The windows with the premium of the last hour up to now, (rows,), in place of the last
    settlement's; a row where it is NaN stays as it was.

    At a settlement both are the same average.
    """
    known = ~np.isnan(running)
    if not known.any():
        return windows
    premium = (
        np.full(windows.paid.shape, np.nan) if windows.premium is None else windows.premium.copy()
    )
    premium[known, -1] = running[known]
    return msgspec.structs.replace(windows, premium=premium)
