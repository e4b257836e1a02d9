"""What other venues paid on the same asset, as it was known at each of a series' rows."""

from collections.abc import Sequence

import msgspec
import numpy as np

from cockpit.forecast.cells import HOUR_S, TELEMETRY_H, Floats, Ints, Series
from cockpit.forecast.row_statistics import last_settled
from cockpit.forecast.windows import Windows

DECISION_NS = 60 * 1_000_000_000
"""A forecast is made within a minute after a settlement: others of the same hour have arrived."""

GRACE_NS = 600 * 1_000_000_000
"""A settlement stands for its interval and ten minutes; then it is old."""


def with_others(series: Series, others: Sequence[Series]) -> Series:
    """The series with the median rate per hour of the others and their dispersion as columns."""
    known = [_standing(other, series.at_ns + DECISION_NS) for other in others]
    if not known:
        return series
    ordered = np.sort(np.stack(known), axis=0)  # NaN last
    count = (~np.isnan(ordered)).sum(axis=0)
    rows = np.arange(len(series.at_ns))
    low, high = np.maximum(count - 1, 0) // 2, np.maximum(count // 2, 0)
    high = np.minimum(high, np.maximum(count - 1, 0))
    median = np.where(count > 0, (ordered[low, rows] + ordered[high, rows]) / 2.0, np.nan)
    spread = np.where(count > 1, ordered[np.maximum(count - 1, 0), rows] - ordered[0], np.nan)
    return msgspec.structs.replace(
        series,
        telemetry={**series.telemetry, "others_rate": median, "others_dispersion": spread},
    )


def others_of(series: Series, every: Sequence[Series]) -> list[Series]:
    """The same asset at other venues."""
    return [
        other for other in every if other.symbol == series.symbol and other.venue != series.venue
    ]


def with_others_now(windows: Windows, symbols: Sequence[str]) -> Windows:
    """The same for the newest hour of many markets, and for the one a day before: all that
    features look at. `symbols` are the rows' assets; every other row of one is another venue."""
    rows, width = len(symbols), TELEMETRY_H
    rate, dispersion = np.full((rows, width), np.nan), np.full((rows, width), np.nan)
    of_asset: dict[str, list[int]] = {}
    for row, symbol in enumerate(symbols):
        of_asset.setdefault(symbol, []).append(row)
    for back in (1, 25):
        end = windows.paid.shape[1] - back + 1
        known, paid = windows.covered[:, :end], windows.paid[:, :end]
        hourly = np.divide(paid, known, out=np.full(paid.shape, np.nan), where=known > 0)
        standing = last_settled(hourly, known)
        for places in of_asset.values():
            if len(places) < 2:
                continue
            for row in places:
                others = standing[[place for place in places if place != row]]
                others = others[~np.isnan(others)]
                if len(others):
                    rate[row, -back] = np.median(others)
                if len(others) > 1:
                    dispersion[row, -back] = others.max() - others.min()
    return msgspec.structs.replace(
        windows,
        telemetry={**windows.telemetry, "others_rate": rate, "others_dispersion": dispersion},
    )


def _standing(other: Series, at_ns: Ints) -> Floats:
    """The newest settled rate per hour that had arrived by each moment, NaN when it is old."""
    if not len(other.at_ns):
        return np.full(len(at_ns), np.nan)
    newest = np.searchsorted(other.at_ns, at_ns, side="right") - 1
    place = np.maximum(newest, 0)
    age_ns = at_ns - other.at_ns[place]
    fresh = (newest >= 0) & (age_ns <= other.interval_s[place] * 1e9 + GRACE_NS)
    return np.where(fresh, other.rate[place] * HOUR_S / other.interval_s[place], np.nan)
