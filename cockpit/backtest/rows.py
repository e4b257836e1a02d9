"""Settled funding from CSV: `time_ms, coin, funding_rate[, premium]` and what telemetry it has.

Rates are fractions per interval; the interval is the option's, the column's (`interval_s`) or
that of the rows' spacing. A row that cannot be read is left out, counted and named once.
"""

import csv
import gzip
import math
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

import msgspec
import numpy as np

from cockpit.backtest.intervals import intervals_of
from cockpit.core.errors import InputError
from cockpit.core.units import utc
from cockpit.forecast.cells import (
    DEFAULT_DAMPENER,
    DEFAULT_INTEREST_HOURLY,
    TELEMETRY,
    Floats,
    Series,
    hour_of,
)
from cockpit.storage.reading import csv_lines

REQUIRED = ("time_ms", "coin", "funding_rate")
CANDLE = ("high", "low", "close", "volume")
"""Of a bar that starts at the row's time: not known at that time, and never read."""

EXPECTED = "a time in ms, a coin and a rate between -1 and 1"

MOST_RATE = 1.0
"""A rate of 100 % an interval is no rate."""

FIRST_NS, LAST_NS = 1_262_304_000_000_000_000, 4_102_444_800_000_000_000
"""2010 to 2100: a time outside is not in milliseconds."""

CLOSER = 0.75
"""Rows that come this much closer than their rate's interval accrue: each covers its spacing."""

PINNED_SHARE = 0.005
"""Share of rows at the usual interest from which a venue is taken to pin its funding there."""


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One settlement as a file or the history has it; what is not known is NaN or left out."""

    venue: str
    symbol: str
    at_ns: int
    rate: float
    premium: float = math.nan
    interval_s: float = math.nan
    telemetry: dict[str, float] = {}


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """The series of some files, what they lack, and what to know of them."""

    series: tuple[Series, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()


def load(paths: Sequence[Path], interval_s: float | None = None) -> Loaded:
    """Every coin of every file as a series; InputError where a file is not one of ours."""
    rows: list[Row] = []
    warnings: list[str] = []
    notes: list[str] = []
    for path in paths:
        try:
            with _opened(path) as text:
                rows.extend(_rows(path, text, warnings, notes))
        except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
            reason = getattr(error, "strerror", None) or "it is not a readable CSV or gzip file"
            raise InputError(f"{path}: {reason}") from error
    crowded = [row for of_one in _by_market(rows) for row in _crowded(of_one)]
    if crowded:
        first = crowded[0]
        warnings.append(
            f"{len(crowded)} settlements share an hour with another of their market, first "
            f"{first.symbol} ({first.venue}) at {utc(first.at_ns):%Y-%m-%d %H:%M}: the last one of "
            "the file counts"
        )
    return Loaded(series=series_of(rows, interval_s), warnings=tuple(warnings), notes=tuple(notes))


def series_of(rows: Sequence[Row], interval_s: float | None = None) -> tuple[Series, ...]:
    """Rows in any order as one series a market; the door for rows that come from elsewhere."""
    return tuple(_series(of_one, interval_s) for of_one in _by_market(rows))


def _by_market(rows: Sequence[Row]) -> list[list[Row]]:
    markets: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        markets.setdefault((row.venue, row.symbol), []).append(row)
    return list(markets.values())


def _crowded(rows: Sequence[Row]) -> Iterator[Row]:
    """Of one market the settlements that share their hour with one before in the file, and are
    not the same row again."""
    known: dict[int, Row] = {}
    hours = hour_of(np.array([row.at_ns for row in rows])).tolist()
    for row, hour in zip(rows, hours, strict=True):
        before = known.get(hour)
        known[hour] = row
        if before is not None and (before.at_ns, before.rate) != (row.at_ns, row.rate):
            yield row


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _rows(path: Path, text: TextIO, warnings: list[str], notes: list[str]) -> Iterator[Row]:
    reader = csv.DictReader(csv_lines(text))
    header = reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise InputError(
            f"{path}: the header lacks {', '.join(missing)}; expected {', '.join(REQUIRED)}"
            "[, premium]"
        )
    if any(name in header for name in CANDLE):
        notes.append(
            f"{path.name}: {', '.join(name for name in CANDLE if name in header)} belong to a bar "
            "that starts at the row's time, so they are not known then and are not used"
        )
    known = [name for name in (*TELEMETRY, "open") if name in header]
    refused: list[int] = []
    count = 0
    for line, fields in enumerate(reader, start=2):
        row = _row(path.name.partition(".")[0], fields, known)
        if row is None:
            refused.append(line)
        else:
            count += 1
            yield row
    if not count:
        at = f": line {refused[0]} has none" if refused else ""
        raise InputError(f"{path}: no row with {EXPECTED}{at}")
    if refused:
        warnings.append(
            f"{path.name}: {len(refused)} rows were left out, the first at line {refused[0]}: "
            f"expected {EXPECTED}"
        )


def _row(venue: str, fields: dict[str, str], known: Sequence[str]) -> Row | None:
    try:
        at_ns, rate = int(fields["time_ms"]) * 1_000_000, float(fields["funding_rate"])
    except (TypeError, ValueError):
        return None
    coin = (fields["coin"] or "").strip()
    if not coin or not -MOST_RATE < rate < MOST_RATE or not FIRST_NS < at_ns < LAST_NS:
        return None
    telemetry = {name: _number(fields[name]) for name in known}
    opened_at = telemetry.pop("open", math.nan)
    if not math.isnan(opened_at):
        telemetry.setdefault("mid", opened_at)
    return Row(
        venue=fields.get("venue") or venue,
        symbol=sys.intern(coin.upper()),
        at_ns=at_ns,
        rate=rate,
        premium=_number(fields.get("premium")),
        interval_s=_positive(fields.get("interval_s")),
        telemetry=telemetry,
    )


def _number(text: str | None) -> float:
    """A finite number, or NaN for what is none."""
    try:
        value = float(text) if text else math.nan
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _positive(text: str | None) -> float:
    value = _number(text)
    return value if value > 0 else math.nan


def _series(rows: Sequence[Row], interval_s: float | None) -> Series:
    # Of two rows of one settlement the later in the file wins; sorting is stable.
    by_hour = {
        int(hour): row
        for hour, row in zip(hour_of(np.array([row.at_ns for row in rows])), rows, strict=True)
    }
    ordered = [by_hour[hour] for hour in sorted(by_hour)]
    at_ns = np.array([row.at_ns for row in ordered])
    rate = np.array([row.rate for row in ordered])
    stated = np.array([row.interval_s for row in ordered])
    if interval_s is not None:
        stated = np.full(len(ordered), interval_s)
    interval = intervals_of(hour_of(at_ns), stated)
    spacing = intervals_of(hour_of(at_ns), np.full(len(ordered), math.nan))
    if np.median(spacing) < CLOSER * np.median(interval):
        rate, interval = rate * spacing / interval, spacing
    premium = np.array([row.premium for row in ordered])
    names = {name for row in ordered for name in row.telemetry}
    telemetry = {
        name: np.array([row.telemetry.get(name, math.nan) for row in ordered])
        for name in sorted(names)
    }
    pinned = _is_pinned(rate, interval)
    return Series(
        venue=ordered[0].venue,
        symbol=ordered[0].symbol,
        at_ns=at_ns,
        rate=rate,
        interval_s=interval,
        premium=None if np.isnan(premium).all() else premium,
        telemetry={name: values for name, values in telemetry.items() if _tells(values)},
        interest_hourly=DEFAULT_INTEREST_HOURLY if pinned else 0.0,
        dampener=DEFAULT_DAMPENER if pinned else 0.0,
    )


def _is_pinned(rate: Floats, interval_s: Floats) -> bool:
    """Whether rows often show exactly 1 bp per 8 h: a property of the venue's formula."""
    hourly = rate * 3600.0 / interval_s
    return bool(np.mean(np.abs(hourly - DEFAULT_INTEREST_HOURLY) < 2e-10) >= PINNED_SHARE)


def _tells(values: Floats) -> bool:
    return not bool(np.isnan(values).all())
