"""Reading what is kept: the same answers whichever tier they come from.

What lies within the hot store is read here, in a millisecond or two; what reaches further back is
asked of the worker. Nothing is created by reading. All of it blocks: a cockpit calls it from a
thread.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.core.errors import InputError
from cockpit.core.events import Instrument
from cockpit.core.units import NS_PER_S, hour_floor_ns
from cockpit.history.client import Worker
from cockpit.history.hot import meta
from cockpit.history.hot_read import read_hot
from cockpit.history.layout import DAY_NS, Folder
from cockpit.history.manifest import cold_files
from cockpit.history.protocol import (
    Baseline,
    BaselineAnswer,
    BaselineQuestion,
    HourlyAnswer,
    HourlyFigures,
    HourlyQuestion,
    MomentAnswer,
    MomentQuestion,
    SeriesAnswer,
    SeriesQuestion,
)
from cockpit.history.rows import (
    ChainSample,
    ExposureSample,
    Forecast,
    Gap,
    Sample,
    Settled,
    sample_of,
)
from cockpit.history.schema import (
    CHAIN,
    EXPOSURE,
    FIGURES,
    FORECASTS,
    LISTINGS_SINCE,
    version_of,
)
from cockpit.state.recollection import CurvePoint

Floats = NDArray[np.float64]

_CURVE: Final = (
    "SELECT at_ns, mid, spread_bps, bid25_usd + ask25_usd, oi_base, "
    "live_rate * 3600.0 / interval_s FROM samples "
    "WHERE market = ? AND at_ns BETWEEN ? AND ? ORDER BY at_ns"
)
"""The columns of a `CurvePoint`, in its order."""
_INSTRUMENT: Final = msgspec.json.Decoder(Instrument)
_FIGURES: Final = ", ".join(f"s.{name}" for name in FIGURES)


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one market through time: `at_ns` ascending, NaN where one was not known.

    `warnings` name cold files that are damaged, whose hours are missing here.
    """

    at_ns: NDArray[np.int64]
    values: dict[str, Floats]
    warnings: tuple[str, ...] = ()


class PaidSeries(msgspec.Struct, frozen=True, kw_only=True):
    """What one market paid, (n,) each, `at_ns` ascending: rates are fractions per `interval_s`,
    `premium` is NaN where it was not said."""

    venue: str
    symbol: str
    at_ns: NDArray[np.int64]
    rate: Floats
    interval_s: Floats
    premium: Floats


class Hourly(msgspec.Struct, frozen=True, kw_only=True):
    """Figures at the end of `hours` since the epoch, ascending, (n,) each, NaN: not known."""

    hours: NDArray[np.int64]
    values: dict[str, Floats]


class HistoryReader:
    """Reads one folder. Not for two threads at once where the worker is asked."""

    def __init__(self, folder: Folder, worker: Worker | None = None) -> None:
        self._folder = folder
        self._worker = worker or Worker(folder)

    def close(self) -> None:
        self._worker.close()

    def series(self, question: SeriesQuestion) -> Series:
        """InputError for a column that is not kept, HistoryError if nothing can be read."""
        unknown = [name for name in question.columns if name not in FIGURES]
        if unknown:
            raise InputError(
                f"history: {unknown[0]!r} is not kept; expected one of {', '.join(FIGURES)}"
            )

        def read(connection: sqlite3.Connection) -> Series | None:
            if question.from_ns < _complete_from_ns(connection, question.to_ns):
                return None
            return _hot_series(connection, question)

        nothing: Series | None = _nothing(question.columns)
        hot = read_hot(self._folder.hot, read, nothing)
        if hot is not None:
            return hot
        answer = self._worker.ask(question, SeriesAnswer)
        return Series(
            at_ns=np.frombuffer(answer.at_ns, dtype="<i8"),
            values={
                name: np.frombuffer(packed, dtype="<f8")
                for name, packed in zip(question.columns, answer.values, strict=True)
            },
            warnings=answer.warnings,
        )

    def baselines(self, question: BaselineQuestion) -> tuple[Baseline, ...]:
        """What is usual for every market; markets without a known row are not there."""
        return self._worker.ask(question, BaselineAnswer).baselines

    def hourly(self, from_ns: int, to_ns: int) -> dict[tuple[str, str], Hourly]:
        """(venue, symbol) -> how the market stood at the end of each hour of the span; with an
        empty symbol, the venue's machinery. Asked day by day, so that a year needs no more memory
        than a day. An hour in which the span begins is there whole, and one in which it ends is
        not: how that will stand at its end nobody knows. HistoryError."""
        parts: dict[tuple[str, str], list[HourlyFigures]] = {}
        first_ns = self.first_ns()
        if first_ns is None:
            return {}
        # Cut on whole hours: one that lay in two days would come as two.
        from_ns, to_ns = hour_floor_ns(max(from_ns, first_ns - 1)), hour_floor_ns(to_ns)
        for start_ns in range(from_ns, to_ns, DAY_NS):
            question = HourlyQuestion(from_ns=start_ns, to_ns=min(start_ns + DAY_NS, to_ns))
            for part in self._worker.ask(question, HourlyAnswer).figures:
                parts.setdefault((part.venue, part.symbol), []).append(part)
        return {
            key: Hourly(
                hours=np.concatenate([np.frombuffer(part.hours, dtype="<i8") for part in of]),
                values={
                    name: np.concatenate(
                        [np.frombuffer(part.values[name], dtype="<f8") for part in of]
                    )
                    for name in of[0].values
                },
            )
            for key, of in parts.items()
        }

    def last_samples(self) -> list[Sample]:
        """The newest row of every market that the hot store knows: how it stood when it was last
        looked at. `at_ns` tells how long ago that is."""

        def read(connection: sqlite3.Connection) -> list[Sample]:
            found = connection.execute(
                f"SELECT m.venue, m.symbol, s.at_ns, {_FIGURES} FROM markets m JOIN samples s ON "
                "s.market = m.id AND s.at_ns = (SELECT max(at_ns) FROM samples "
                "WHERE market = m.id) ORDER BY m.venue, m.symbol"
            )
            return [sample_of(row) for row in found]

        none: list[Sample] = []
        return read_hot(self._folder.hot, read, none)

    def first_ns(self) -> int | None:
        """The time of the oldest row, in whichever tier; None where nothing is kept."""

        def read(connection: sqlite3.Connection) -> int | None:
            cold = [hour_ns for file in cold_files(connection) for hour_ns in file.hours]
            if cold:
                # The first row of an hour that was written whole.
                return min(cold) + 60 * NS_PER_S
            (oldest_ns,) = connection.execute("SELECT min(at_ns) FROM samples").fetchone()
            return None if oldest_ns is None else int(oldest_ns)

        none: int | None = None
        return read_hot(self._folder.hot, read, none)

    def hot_curves(
        self, from_ns: int, to_ns: int, symbols: Collection[str]
    ) -> dict[tuple[str, str], list[CurvePoint]]:
        """(venue, symbol) -> points with `from_ns` <= at_ns <= `to_ns` that the hot store has of
        these symbols, oldest first."""
        wanted = json.dumps(sorted(symbols))

        def read(connection: sqlite3.Connection) -> dict[tuple[str, str], list[CurvePoint]]:
            markets = connection.execute(
                "SELECT venue, symbol, id FROM markets "
                "WHERE symbol IN (SELECT value FROM json_each(?)) ORDER BY venue, symbol",
                (wanted,),
            ).fetchall()
            return {
                (venue, symbol): list(
                    map(CurvePoint._make, connection.execute(_CURVE, (market, from_ns, to_ns)))
                )
                for venue, symbol, market in markets
            }

        none: dict[tuple[str, str], list[CurvePoint]] = {}
        return read_hot(self._folder.hot, read, none)

    def samples_at(self, question: MomentQuestion) -> list[Sample]:
        """How every market stood at a moment. HistoryError if nothing can be read."""
        from_ns = question.at_ns - question.within_s * NS_PER_S

        def read(connection: sqlite3.Connection) -> list[Sample] | None:
            if from_ns < _complete_from_ns(connection, question.at_ns + 1):
                return None
            found = connection.execute(
                f"SELECT m.venue, m.symbol, s.at_ns, {_FIGURES} FROM markets m JOIN samples s ON "
                "s.market = m.id AND s.at_ns = (SELECT max(at_ns) FROM samples "
                "WHERE market = m.id AND at_ns <= ?) WHERE s.at_ns > ? "
                "ORDER BY m.venue, m.symbol",
                (question.at_ns, from_ns),
            )
            return [sample_of(row) for row in found]

        none: list[Sample] | None = []
        hot = read_hot(self._folder.hot, read, none)
        if hot is not None:
            return hot
        return list(self._worker.ask(question, MomentAnswer).samples)

    def listings(self) -> dict[tuple[str, str], Instrument]:
        """(venue, symbol) -> what it was last listed as, and when that was first said."""

        def read(connection: sqlite3.Connection) -> dict[tuple[str, str], Instrument]:
            if version_of(connection).number < LISTINGS_SINCE:
                return {}
            found = connection.execute(
                "SELECT m.venue, m.symbol, t.listed_ns, t.instrument "
                "FROM listings t JOIN markets m ON m.id = t.market"
            )
            listed = (
                (_listing(text, at_ns), venue, symbol) for venue, symbol, at_ns, text in found
            )
            return {(venue, symbol): row for row, venue, symbol in listed if row is not None}

        none: dict[tuple[str, str], Instrument] = {}
        return read_hot(self._folder.hot, read, none)

    def settled(
        self, days: int, now_ns: int, symbols: Collection[str] | None = None
    ) -> list[Settled]:
        """Funding paid within the last days, by market, oldest first; of these symbols alone, if
        any are given."""
        wanted = None if symbols is None else json.dumps(sorted(symbols))

        def read(connection: sqlite3.Connection) -> list[Settled]:
            found = connection.execute(
                "SELECT m.venue, m.symbol, t.paid_at_ns, t.rate, t.interval_s, t.premium "
                "FROM markets m CROSS JOIN settled t ON t.market = m.id WHERE t.paid_at_ns > ?1 "
                "AND (?2 IS NULL OR m.symbol IN (SELECT value FROM json_each(?2))) "
                "ORDER BY m.venue, m.symbol, t.paid_at_ns",
                (now_ns - days * DAY_NS, wanted),
            )
            return [
                Settled(
                    venue=venue,
                    symbol=symbol,
                    paid_at_ns=at_ns,
                    rate=rate,
                    interval_s=interval_s,
                    premium=premium,
                )
                for venue, symbol, at_ns, rate, interval_s, premium in found
            ]

        none: list[Settled] = []
        return read_hot(self._folder.hot, read, none)

    def exposure(self, from_ns: int, to_ns: int) -> list[ExposureSample]:
        """Accounts with `from_ns` <= at_ns <= `to_ns`, oldest first."""

        def read(connection: sqlite3.Connection) -> list[ExposureSample]:
            found = connection.execute(
                f"SELECT {', '.join(EXPOSURE)} FROM exposure WHERE at_ns BETWEEN ? AND ? "
                "ORDER BY at_ns, venue, account",
                (from_ns, to_ns),
            )
            return [ExposureSample(**dict(zip(EXPOSURE, row, strict=True))) for row in found]

        none: list[ExposureSample] = []
        return read_hot(self._folder.hot, read, none)

    def chains(self, from_ns: int, to_ns: int) -> list[ChainSample]:
        """Venues' machinery with `from_ns` <= at_ns <= `to_ns`, by venue, oldest first."""

        def read(connection: sqlite3.Connection) -> list[ChainSample]:
            found = connection.execute(
                f"SELECT {', '.join(CHAIN)} FROM chain WHERE at_ns BETWEEN ? AND ? "
                "ORDER BY venue, at_ns",
                (from_ns, to_ns),
            )
            return [ChainSample(**dict(zip(CHAIN, row, strict=True))) for row in found]

        none: list[ChainSample] = []
        return read_hot(self._folder.hot, read, none)

    def exposure_sums(self, from_ns: int, to_ns: int, step_s: int) -> Series:
        """All accounts together, a minute of each step: NaN where one of them was not known.

        The columns are `net_usd`, `carry_usd_per_hour` and `margin_ratio`, which is the worst.
        """
        names = ("net_usd", "carry_usd_per_hour", "margin_ratio")

        def read(connection: sqlite3.Connection) -> Series:
            rows = connection.execute(
                "SELECT at_ns, "
                "CASE WHEN count(net_usd) = count(*) THEN sum(net_usd) END, "
                "CASE WHEN count(carry_usd_per_hour) = count(*) THEN sum(carry_usd_per_hour) END, "
                "CASE WHEN count(coalesce(net_usd, equity_usd, margin_ratio)) = count(*) "
                "THEN max(margin_ratio) END FROM exposure "
                "WHERE at_ns BETWEEN ? AND ? AND at_ns % ? < ? GROUP BY at_ns ORDER BY at_ns",
                (from_ns, to_ns, step_s * NS_PER_S, 60 * NS_PER_S),
            ).fetchall()
            return _series(names, rows)

        return read_hot(self._folder.hot, read, _nothing(names))

    def payments(self, from_ns: int, to_ns: int, symbol: str | None = None) -> list[PaidSeries]:
        """Funding paid from `from_ns` to before `to_ns`, by market, oldest first: as arrays, since
        they may be years of it. With a `symbol`, of it alone."""

        def read(connection: sqlite3.Connection) -> list[PaidSeries]:
            markets = connection.execute(
                "SELECT venue, symbol, id FROM markets WHERE ?1 IS NULL OR symbol = ?1 "
                "ORDER BY 1, 2",
                (symbol,),
            )
            return [
                found
                for venue, symbol, number in markets.fetchall()
                for found in _paid_series(connection, (venue, symbol, number), from_ns, to_ns)
            ]

        none: list[PaidSeries] = []
        return read_hot(self._folder.hot, read, none)

    def forecasts(self, from_ns: int, to_ns: int, most: int) -> list[Forecast]:
        """Forecasts made from `from_ns` to before `to_ns`, the newest `most` of them, newest
        first."""

        def read(connection: sqlite3.Connection) -> list[Forecast]:
            found = connection.execute(
                "SELECT * FROM forecasts WHERE made_ns >= ? AND made_ns < ? "
                "ORDER BY made_ns DESC LIMIT ?",
                (from_ns, to_ns, most),
            )
            # A store that nobody has migrated yet lacks the last columns.
            return [Forecast(**dict(zip(FORECASTS, row, strict=False))) for row in found]

        none: list[Forecast] = []
        return read_hot(self._folder.hot, read, none)

    def gaps(self, from_ns: int, to_ns: int) -> list[Gap]:
        """Spans without rows that touch this one, oldest first."""

        def read(connection: sqlite3.Connection) -> list[Gap]:
            found = connection.execute(
                "SELECT from_ns, to_ns, venue, why FROM gaps WHERE to_ns > ? AND from_ns < ? "
                "ORDER BY from_ns, venue",
                (from_ns, to_ns),
            )
            return [
                Gap(from_ns=first, to_ns=last, venue=venue or None, why=why)
                for first, last, venue, why in found
            ]

        none: list[Gap] = []
        return read_hot(self._folder.hot, read, none)


def _listing(text: str, at_ns: int) -> Instrument | None:
    """None for one that another version wrote, which this one cannot read."""
    try:
        return msgspec.structs.replace(_INSTRUMENT.decode(text), recv_ns=at_ns)
    except msgspec.DecodeError:
        return None


def _complete_from_ns(connection: sqlite3.Connection, to_ns: int) -> int:
    """From when on the hot store alone has everything up to `to_ns`.

    Before its first row ever there is nothing in any tier, so that is as good as complete.
    """
    begins_ns = meta(connection, "hot_from_ns")
    older = connection.execute(
        "SELECT 1 FROM hours WHERE hour_ns < ? AND hour_ns < ? LIMIT 1", (begins_ns, to_ns)
    ).fetchone()
    waiting = connection.execute("SELECT 1 FROM imported LIMIT 1").fetchone()
    return begins_ns if older or waiting else 0


def _hot_series(connection: sqlite3.Connection, question: SeriesQuestion) -> Series:
    columns = ", ".join(f"s.{name}" for name in question.columns)
    # Beside a max() stand the columns of its own row.
    time, by = (
        ("s.at_ns", "") if question.step_s is None else ("max(s.at_ns)", "GROUP BY s.at_ns / ?")
    )
    step = [] if question.step_s is None else [question.step_s * NS_PER_S]
    rows = connection.execute(
        f"SELECT {time}, {columns} FROM markets m JOIN samples s ON s.market = m.id "
        f"WHERE m.venue = ? AND m.symbol = ? AND s.at_ns >= ? AND s.at_ns < ? {by} ORDER BY 1",
        (question.venue, question.symbol, question.from_ns, question.to_ns, *step),
    ).fetchall()
    return _series(question.columns, rows)


def _series(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Series:
    """Rows of (at_ns, *columns), None for what is not known."""
    if not rows:
        return _nothing(columns)
    at_ns, *values = zip(*rows, strict=True)
    return Series(
        at_ns=np.array(at_ns, dtype=np.int64),
        values={
            name: np.array(column, dtype=np.float64)
            for name, column in zip(columns, values, strict=True)
        },
    )


def _paid_series(
    connection: sqlite3.Connection, market: tuple[str, str, int], from_ns: int, to_ns: int
) -> Iterator[PaidSeries]:
    """The series of a market; none where it paid nothing in the span."""
    venue, symbol, number = market
    rows = connection.execute(
        "SELECT paid_at_ns, rate, interval_s, premium FROM settled WHERE market = ? "
        "AND paid_at_ns >= ? AND paid_at_ns < ? ORDER BY paid_at_ns",
        (number, from_ns, to_ns),
    ).fetchall()
    if rows:
        at_ns, rate, interval_s, premium = zip(*rows, strict=True)
        yield PaidSeries(
            venue=venue,
            symbol=symbol,
            at_ns=np.array(at_ns, dtype=np.int64),
            rate=np.array(rate, dtype=np.float64),
            interval_s=np.array(interval_s, dtype=np.float64),
            premium=np.array(premium, dtype=np.float64),
        )


def _nothing(columns: Sequence[str]) -> Series:
    return Series(
        at_ns=np.empty(0, dtype=np.int64),
        values={name: np.empty(0, dtype=np.float64) for name in columns},
    )
