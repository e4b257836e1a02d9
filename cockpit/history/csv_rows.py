"""A CSV with named columns as rows of `samples` or of `settled`.

`time_ms` and `at_ns`, `coin` and `symbol` are understood, `funding_rate` and `rate` too; other
columns are named in `ignored`. A line that cannot be used is counted, and the next is read.
"""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, Final

import msgspec

from cockpit.core.errors import InputError
from cockpit.core.typed import parse_symbol
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.history.rows import WHOLE, Batch, Figures, Sample, Settled
from cockpit.history.schema import FIGURES
from cockpit.storage.reading import csv_lines

TIMES: Final = {"at_ns": 1, "paid_at_ns": 1, "time_ns": 1, "time_ms": NS_PER_MS}
SYMBOLS: Final = ("symbol", "coin")
RATES: Final = ("rate", "funding_rate")
VENUES: Final = ("venue", "exchange")
MIN_INTERVAL_S: Final = 60
MAX_INTERVAL_S: Final = 86_400
BATCH_ROWS: Final = 5_000
MOST_RATE: Final = 1.0
"""A rate of 100 % an interval is no rate."""
LATEST_NS: Final = (1 << 63) - 1
"""Beyond it no time can be kept: one in nanoseconds in a column of milliseconds is."""
LARGEST: Final = 1e18
"""No figure of a market is as large."""
_NOTHING: Final = frozenset({"", "null", "none", "nan"})


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Where each thing stands in a line. `rate` is None for samples."""

    time: int
    ns_per_unit: int
    symbol: int
    venue: int | None
    rate: int | None
    interval: int | None
    premium: int | None
    figures: tuple[tuple[str, int], ...]
    ignored: tuple[str, ...]


class CsvFile:
    """One file. `venue` and `interval_s` stand for columns that it lacks."""

    def __init__(self, path: Path, venue: str | None, interval_s: int | None) -> None:
        """InputError if the header cannot be used."""
        self.path = path
        self._venue = venue
        with self._open() as file:
            self.columns = read_header(path, next(csv.reader(csv_lines(file)), []), venue)
        self.bad_lines: Counter[str] = Counter()
        self.first_bad: list[tuple[int, str]] = []
        self._interval_s = interval_s
        if self.columns.rate is not None and self.columns.interval is None and interval_s is None:
            self._interval_s = self._spacing_s()

    def batches(self) -> Iterator[Batch]:
        """The rows, some thousands at a time. OSError if the file cannot be read on."""
        settled: list[Settled] = []
        samples: list[Sample] = []
        for number, line in self._lines():
            try:
                row = self._row(line)
            except ValueError as error:
                self._bad(number, str(error))
                continue
            if isinstance(row, Settled):
                settled.append(row)
            else:
                samples.append(row)
            if len(settled) + len(samples) >= BATCH_ROWS:
                yield Batch(samples=tuple(samples), settled=tuple(settled))
                settled.clear()
                samples.clear()
        if settled or samples:
            yield Batch(samples=tuple(samples), settled=tuple(settled))

    def _row(self, line: list[str]) -> Settled | Sample:
        """ValueError with words if the line does not say what its columns promise."""
        columns = self.columns
        venue_column = None if self._venue else columns.venue
        needed = (columns.time, columns.symbol, venue_column, columns.rate, columns.interval)
        if len(line) <= max(place for place in needed if place is not None):
            raise ValueError("has too few fields")
        at_ns = _whole(line[columns.time], "time", LATEST_NS // columns.ns_per_unit)
        at_ns *= columns.ns_per_unit
        symbol = parse_symbol(line[columns.symbol])
        venue = self._venue or ""
        if venue_column is not None:
            venue = line[venue_column].strip().lower()
        if not (symbol and symbol.isprintable() and venue and venue.isprintable()):
            raise ValueError("names no market")
        if columns.rate is not None:
            interval_s = self._interval_s
            if columns.interval is not None:
                interval_s = _whole(line[columns.interval], "interval_s", LATEST_NS)
            if interval_s is None or interval_s <= 0:
                raise ValueError("interval_s is not above zero")
            rate = _number(line[columns.rate], "rate")
            if rate is None:
                raise ValueError("rate is missing")
            if not -MOST_RATE < rate < MOST_RATE:
                raise ValueError("rate is not a fraction between -1 and 1")
            premium = None
            if columns.premium is not None and columns.premium < len(line):
                premium = _number(line[columns.premium], "premium")
            return Settled(
                venue=venue,
                symbol=symbol,
                paid_at_ns=at_ns,
                rate=rate,
                interval_s=interval_s,
                premium=premium,
            )
        figures: dict[str, float | int | None] = {}
        for name, position in columns.figures:
            text = line[position] if position < len(line) else ""
            value = _number(text, name)
            figures[name] = int(value) if value is not None and name in WHOLE else value
        return Sample(
            venue=venue, symbol=symbol, at_ns=at_ns, figures=msgspec.convert(figures, Figures)
        )

    def _spacing_s(self) -> int:
        """The commonest time between two lines of one symbol. InputError if there is none."""
        columns = self.columns
        times: dict[str, list[int]] = {}
        for _, line in self._lines():
            if len(line) > max(columns.time, columns.symbol):
                text = line[columns.time].strip()
                if text.isdecimal():
                    at_ns = int(text) * columns.ns_per_unit
                    times.setdefault(line[columns.symbol], []).append(at_ns)
        steps = Counter(
            round((later - earlier) / NS_PER_S)
            for stamps in times.values()
            for earlier, later in pairwise(sorted(stamps))
        )
        usual = steps.most_common(1)
        if not usual or not MIN_INTERVAL_S <= usual[0][0] <= MAX_INTERVAL_S:
            raise InputError(
                f"{self.path}: the funding interval cannot be told from its rows; say it with "
                "--interval, such as 1h or 8h"
            )
        # Stamps trail the hour by milliseconds, so a step is a second off now and then.
        return round(usual[0][0] / MIN_INTERVAL_S) * MIN_INTERVAL_S

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """(line number, fields) below the header."""
        with self._open() as file:
            reader = csv.reader(csv_lines(file))
            next(reader, None)
            for line in reader:
                if line:
                    yield reader.line_num, line

    def _bad(self, number: int, reason: str) -> None:
        self.bad_lines[reason] += 1
        if len(self.first_bad) < 5:
            self.first_bad.append((number, reason))

    def _open(self) -> IO[str]:
        if self.path.suffix == ".gz":
            return io.TextIOWrapper(gzip.open(self.path), encoding="utf-8-sig", newline="")
        return open(self.path, encoding="utf-8-sig", newline="")


def read_header(path: Path, names: list[str], venue: str | None) -> Columns:
    """What the columns are. InputError names what is missing."""
    places = {name.strip().lower(): place for place, name in enumerate(names)}
    time = next((name for name in TIMES if name in places), None)
    symbol = next((name for name in SYMBOLS if name in places), None)
    if time is None or symbol is None:
        raise InputError(
            f"{path}, line 1: expected a header with a time (time_ms or at_ns) and a symbol "
            "(symbol or coin)"
        )
    venue_name = next((name for name in VENUES if name in places), None)
    if venue is None and venue_name is None:
        raise InputError(f"{path}, line 1: names no venue; add a column venue, or say --venue")
    rate = next((name for name in RATES if name in places), None)
    figures = tuple((name, places[name]) for name in FIGURES if name in places)
    interval = premium = None
    if rate is not None:
        interval, premium = places.get("interval_s"), places.get("premium")
        used = {time, symbol, venue_name, rate, "interval_s", "premium"}
        figures = ()
    elif figures:
        used = {time, symbol, venue_name, *(name for name, _ in figures)}
    else:
        raise InputError(
            f"{path}, line 1: has nothing that is kept; expected rate (or funding_rate), or "
            f"columns of samples such as {', '.join(FIGURES[:5])}"
        )
    return Columns(
        time=places[time],
        ns_per_unit=TIMES[time],
        symbol=places[symbol],
        venue=None if venue_name is None else places[venue_name],
        rate=None if rate is None else places[rate],
        interval=interval,
        premium=premium,
        figures=figures,
        ignored=tuple(name for name in places if name not in used),
    )


def _whole(text: str, name: str, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ValueError(f"{name} is not a whole number") from None
    if not 0 < number <= most:
        raise ValueError(f"{name} is out of bounds")
    return number


def _number(text: str, name: str) -> float | None:
    """None for an empty field: not known."""
    stripped = text.strip()
    if stripped.lower() in _NOTHING:
        return None
    try:
        number = float(stripped)
    except ValueError:
        raise ValueError(f"{name} is not a number") from None
    if not -LARGEST <= number <= LARGEST:
        raise ValueError(f"{name} is out of bounds")
    return number
