"""Hourly cells: one market's settlements and telemetry on a grid of UTC hours.

A cell holds what had arrived by the end of its hour; settlement stamps are rounded, since a venue
settles some milliseconds to two minutes after the hour. NaN is missing, everywhere.
"""

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOUR_NS = 3_600_000_000_000
HOUR_S = 3600.0
BPS = 1e4
WINDOW_H = 720
"""Hours that features look back: thirty days."""

DEFAULT_DAMPENER = 5e-4
"""Premium around the interest (fraction per 8 h) at which funding is pinned to it."""

DEFAULT_INTEREST_HOURLY = 1.25e-5
"""1 bp per 8 h, the interest of most venues: the rate at which funding is pinned."""

SAMPLED = (
    "bid10_usd", "ask10_usd", "bid25_usd", "ask25_usd", "bid50_usd", "ask50_usd", "spread_bps",
    "oi_base", "mark", "index_price", "mid", "volume_24h_usd",
)  # fmt: skip
"""Figures of a market that history samples; names as in its `samples`."""

MACHINERY = ("cadence_s", "block_age_s", "latency_ms", "latency_p99_ms", "gaps")
"""What history samples of a venue: its chain and its links."""

TELEMETRY = (
    *SAMPLED, *MACHINERY,
    "taker_imbalance", "liquidated_usd", "others_rate", "others_dispersion", "settle_lag_ms",
)  # fmt: skip
"""Columns a market may have beside rate and premium, each as it stood at the end of an hour."""

TELEMETRY_H = 169
"""Hours that features look back on telemetry: a week, and the hour that it is measured against."""


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The settlements of one market, oldest first; arrays are (n,).

    `rate` is a fraction per `interval_s`, positive = longs pay; `premium` the average of the
    interval that ends at the settlement. `at_ns` is when the row was known (UTC).
    `interest_hourly` is the venue's pin, a fraction per hour (0: the venue has none), and
    `dampener` the premium around it, a fraction per 8 h, that does not move funding.
    """

    venue: str
    symbol: str
    at_ns: Ints
    rate: Floats
    interval_s: Floats
    premium: Floats | None = None
    telemetry: Mapping[str, Floats] = {}
    interest_hourly: float = DEFAULT_INTEREST_HOURLY
    dampener: float = DEFAULT_DAMPENER


class Cells(msgspec.Struct, frozen=True, kw_only=True):
    """A market on the grid of hours; arrays are (cells,), the first at hour `first_hour`.

    `paid` is what was settled in the cell and `covered` the hours it covers (0 where nothing
    settled): a mean rate per hour is a sum of `paid` over a sum of `covered`, whatever the
    interval and however it changed.
    """

    first_hour: int
    paid: Floats
    covered: Floats
    premium: Floats | None
    telemetry: Mapping[str, Floats]
    interest_hourly: float
    dampener: float


def hour_of(at_ns: Ints) -> Ints:
    """The UTC hour whose settlement a stamp belongs to."""
    return (at_ns + HOUR_NS // 2) // HOUR_NS


def cells_of(series: Series, until_ns: int | None = None) -> Cells:
    """The grid of a series; the later of two rows of one hour wins.

    `until_ns` is now: rows that arrived later are not seen, and the grid goes on to this hour
    even where nothing settled of late.
    """
    if until_ns is not None:
        series = _known_by(series, until_ns)
    series = _with_settle_lag(series)
    hours = hour_of(series.at_ns)
    first = int(hours[0]) if len(hours) else 0
    last = int(hours[-1]) if len(hours) else -1
    if until_ns is not None and len(hours):
        last = max(last, until_ns // HOUR_NS)
    count = last - first + 1
    place = hours - first
    return Cells(
        first_hour=first,
        paid=_placed(series.rate, place, count, 0.0),
        covered=_placed(series.interval_s / HOUR_S, place, count, 0.0),
        premium=None if series.premium is None else _placed(series.premium, place, count, np.nan),
        telemetry={
            name: _placed(values, place, count, np.nan) for name, values in series.telemetry.items()
        },
        interest_hourly=series.interest_hourly,
        dampener=series.dampener,
    )


def _with_settle_lag(series: Series) -> Series:
    """The series with how many ms after the hour the venue stamped each settlement, unless it
    stamps the hour itself, or the rows say it already."""
    lag_ms = (series.at_ns - hour_of(series.at_ns) * HOUR_NS) / 1e6
    if "settle_lag_ms" in series.telemetry or not np.any(lag_ms != 0):
        return series
    telemetry = {**series.telemetry, "settle_lag_ms": lag_ms}
    return msgspec.structs.replace(series, telemetry=telemetry)


def _known_by(series: Series, until_ns: int) -> Series:
    rows = series.at_ns <= until_ns
    return msgspec.structs.replace(
        series,
        at_ns=series.at_ns[rows],
        rate=series.rate[rows],
        interval_s=series.interval_s[rows],
        premium=None if series.premium is None else series.premium[rows],
        telemetry={name: values[rows] for name, values in series.telemetry.items()},
    )


def _placed(values: Floats, place: Ints, count: int, missing: float) -> Floats:
    cells = np.full(count, missing)
    cells[place] = values
    return cells
