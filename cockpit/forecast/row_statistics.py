"""Statistics of each row of a window, with what is missing left out; (rows, hours) to (rows,)."""

import numpy as np

from cockpit.forecast.cells import Floats, Ints
from cockpit.forecast.labels import Bools
from cockpit.forecast.windows import Windows

SHORT_COVERAGE = 0.7
LONG_COVERAGE = 0.5
"""Share of a window that must be known: up to a day, and longer (a hole of nine days stays out)."""

MOST_SDS = 30.0


def last_settled(hourly: Floats, covered: Floats) -> Floats:
    """The rate of the newest settlement, while its own interval has not passed once more."""
    rows = np.arange(len(hourly))
    age, interval_h = last_interval(covered)
    newest = hourly.shape[1] - 1 - age
    return np.where(age < interval_h, hourly[rows, newest], np.nan)


def last_interval(covered: Floats) -> tuple[Ints, Floats]:
    """Hours since the newest settlement, and the hours that it covers (0 where none is known)."""
    age = np.argmax(covered[:, ::-1] > 0, axis=1)
    interval_h: Floats = covered[np.arange(len(covered)), covered.shape[1] - 1 - age]
    return age, interval_h


def mean_rate(windows: Windows, hours: int) -> Floats:
    """Mean rate per hour of the last hours, by time covered; NaN where too little is."""
    covered = np.ascontiguousarray(windows.covered[:, -hours:]).sum(axis=1)
    paid = np.ascontiguousarray(windows.paid[:, -hours:]).sum(axis=1)
    enough = covered >= hours * (SHORT_COVERAGE if hours <= 24 else LONG_COVERAGE)
    return ratio(paid, np.where(enough, covered, 0.0))


def mean_sd(values: Floats, hours: Floats, enough_h: float) -> tuple[Floats, Floats]:
    """Mean and deviation of each row, each value weighing its hours; NaN where too few are."""
    total = hours.sum(axis=1)
    safe = np.where(total >= enough_h, total, np.nan)
    kept = np.where(hours > 0, values, 0.0)
    mean = (kept * hours).sum(axis=1) / safe
    off = np.where(hours > 0, values - mean[:, None], 0.0)
    return mean, np.sqrt((off * off * hours).sum(axis=1) / safe)


def hourly_mean_sd(values: Floats, coverage: float) -> tuple[Floats, Floats]:
    """The same of a column known once an hour."""
    hours = np.where(np.isnan(values), 0.0, 1.0)
    return mean_sd(values, hours, coverage * values.shape[1])


def share(what: Bools, known: Bools, hours: int) -> Floats:
    """Share of the settlements of the last hours; NaN where there was none."""
    count = known[:, -hours:].sum(axis=1)
    hits = (what & known)[:, -hours:].sum(axis=1)
    return ratio(hits.astype(np.float64), count.astype(np.float64))


def first_known(*choices: Floats) -> Floats:
    """Of each row the first that is not missing."""
    best = choices[0]
    for choice in choices[1:]:
        best = np.where(np.isnan(best), choice, best)
    return best


def z_score(distance: Floats, sd: Floats) -> Floats:
    """Deviations, at most thirty either way."""
    return np.clip(ratio(distance, sd), -MOST_SDS, MOST_SDS)


def extreme(values: Floats, of: np.ufunc) -> Floats:
    """Lowest or highest of what is known of a day; NaN where too little is."""
    enough = (~np.isnan(values)).sum(axis=1) > 0
    return np.where(enough, of.reduce(values, axis=1), np.nan)


def quantile(values: Floats, share: float) -> Floats:
    """A quantile of each row, linear between order statistics, missing values left out."""
    ordered = np.sort(values, axis=1)  # NaN last
    last = (~np.isnan(values)).sum(axis=1) - 1
    spot = np.maximum(share * last, 0.0)
    low = spot.astype(np.int64)
    rows = np.arange(len(values))
    below, above = ordered[rows, low], ordered[rows, np.minimum(low + 1, np.maximum(last, 0))]
    result: Floats = below + (above - below) * (spot - low)
    return result


def ratio(top: Floats, bottom: Floats) -> Floats:
    """NaN where the divisor is 0."""
    result: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)
    return result
