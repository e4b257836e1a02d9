"""The hot store: SQLite in WAL mode, one commit a tick, many readers.

Which tier owns an hour is told here and nowhere else, in the table `hours`, so that every change
of it is one transaction with the rows that it is about:

* an hour whose `file` is NULL is owned by `samples`;
* an hour with a file is owned by that file, whatever `samples` still holds of it for quick reads;
* rows that come late take their hour back from the file, as long as `samples` still holds it all
  (from `hot_from_ns` on); older ones wait in `imported` until the cold files are written anew.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from cockpit.core.events import Instrument
from cockpit.core.units import hour_floor_ns
from cockpit.history.errors import HistoryError
from cockpit.history.layout import ColdName, Folder
from cockpit.history.rows import Batch, Gap, Sample, Settled, kept_values
from cockpit.history.schema import CHAIN, EXPOSURE, FIGURES, FORECASTS, VERSION, migrate, version_of
from cockpit.storage.atomic import claim

BUSY_MS: Final = 5_000
_SLOTS = ", ".join("?" * (len(FIGURES) + 2))
_INTO_SAMPLES = f"INSERT OR IGNORE INTO samples VALUES ({_SLOTS})"
_INTO_IMPORTED = f"INSERT OR IGNORE INTO imported VALUES ({_SLOTS})"
_INTO_CHAIN = f"INSERT OR IGNORE INTO chain VALUES ({', '.join('?' * len(CHAIN))})"
_INTO_EXPOSURE = f"INSERT OR IGNORE INTO exposure VALUES ({', '.join('?' * len(EXPOSURE))})"
_INTO_FORECASTS = (
    f"INSERT INTO forecasts VALUES ({', '.join('?' * len(FORECASTS))}) "
    "ON CONFLICT DO UPDATE SET outcome = coalesce(excluded.outcome, outcome), "
    "flipped = coalesce(excluded.flipped, flipped), spiked = coalesce(excluded.spiked, spiked)"
)
_INTO_LISTINGS = (
    "INSERT INTO listings VALUES (?, ?, ?) ON CONFLICT DO UPDATE "
    "SET listed_ns = excluded.listed_ns, instrument = excluded.instrument "
    "WHERE excluded.listed_ns > listed_ns AND excluded.instrument <> instrument"
)
"""What a venue says anew at every start, and seldom changes, is written once."""

T = TypeVar("T")


class NewerStore(HistoryError):
    """The store was written by a later version of the program."""


class Overtaken(Exception):
    """Another process, or a late row, changed what was decided on."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of a batch were new, by table."""

    samples: int = 0
    settled: int = 0
    chain: int = 0
    exposure: int = 0
    forecasts: int = 0
    gaps: int = 0


class HotStore:
    """The writing side. One thread uses it at a time; other processes may read meanwhile."""

    def __init__(self, folder: Folder) -> None:
        """Open or create the store. NewerStore, sqlite3.Error or OSError if it cannot be had."""
        folder.create()
        self.folder = folder
        if not folder.hot.exists():
            with contextlib.suppress(FileExistsError):
                claim(folder.hot)
        self._identity = _identity(folder.hot)
        self.connection = sqlite3.connect(
            folder.hot, isolation_level=None, timeout=BUSY_MS / 1000, check_same_thread=False
        )
        try:
            self.connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            version = version_of(self.connection)
            if version.is_newer:
                raise NewerStore(
                    f"{folder.hot}: was written by a later version (schema {version.number}, "
                    f"this program knows {VERSION}); update the program"
                )
            self.connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
            migrate(self.connection)
            if version.number == 0:
                self._begin_after_cold_files()
            self._markets: dict[tuple[str, str], int] = {
                (venue, symbol): number
                for number, venue, symbol in self.connection.execute("SELECT * FROM markets")
            }
        except BaseException:
            self.connection.close()
            raise

    def _begin_after_cold_files(self) -> None:
        """A new store beside old files: what falls into their time waits until they are known, so
        that no row takes an hour for its own that a file holds."""
        names = (ColdName.parse(path.name) for path in self.folder.cold.glob("*.parquet"))
        ends_ns = max((name.to_ns for name in names if name), default=0)
        self.connection.execute(
            "UPDATE meta SET value = max(value, ?) WHERE key = 'hot_from_ns'", (ends_ns,)
        )

    def close(self) -> None:
        """The last connection to leave folds the WAL into the store."""
        self.connection.close()

    def was_replaced(self) -> bool:
        """True when the file under our connection is no longer the one of that name."""
        return _identity(self.folder.hot) != self._identity

    def transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` as one transaction that writes; whatever it raises undoes all of it."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(self.connection)
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            # An id that was given inside the undone transaction is not an id.
            self._markets = {}
            raise
        return result

    def append(
        self, batch: Batch, committed_ns: int | None = None, if_generation: int | None = None
    ) -> Written:
        """Everything of a tick in one commit. What is there already (same market, same time)
        stays as it is. When this returns, the rows survive a SIGKILL. sqlite3.Error if not.

        `committed_ns` is the time of a commit of the elected writer, from which a later one tells
        how long nobody wrote. With `if_generation`, Overtaken if cold files changed since that one.
        """

        def commit(connection: sqlite3.Connection) -> Written:
            if if_generation is not None and meta(connection, "generation") != if_generation:
                raise Overtaken
            return self._append(connection, batch, committed_ns)

        return self.transaction(commit)

    def _append(
        self, connection: sqlite3.Connection, batch: Batch, committed_ns: int | None
    ) -> Written:
        if committed_ns is not None:
            connection.execute(
                "INSERT INTO meta VALUES ('committed_ns', ?) "
                "ON CONFLICT DO UPDATE SET value = excluded.value",
                (committed_ns,),
            )
        chain = [msgspec.structs.astuple(row) for row in batch.chain]
        exposure = [msgspec.structs.astuple(row) for row in batch.exposure]
        forecasts = [msgspec.structs.astuple(row) for row in batch.forecasts]
        self._listings(connection, batch.listings)
        return Written(
            samples=self._samples(connection, batch.samples),
            settled=self._settled(connection, batch.settled),
            chain=_many(connection, _INTO_CHAIN, chain),
            exposure=_many(connection, _INTO_EXPOSURE, exposure),
            forecasts=_many(connection, _INTO_FORECASTS, forecasts),
            gaps=_gaps(connection, batch.gaps),
        )

    def _samples(self, connection: sqlite3.Connection, samples: Sequence[Sample]) -> int:
        """Rows by hour: late ones take their hour back from its file, older ones wait."""
        if not samples:
            return 0
        hot_from_ns = meta(connection, "hot_from_ns")
        added = 0
        ordered = sorted(samples, key=_hour_of)
        for hour_ns, group in groupby(ordered, key=_hour_of):
            rows = [
                (
                    self._market(connection, row.venue, row.symbol),
                    row.at_ns,
                    *kept_values(row.figures),
                )
                for row in group
            ]
            if hour_ns < hot_from_ns:
                added += _many(connection, _INTO_IMPORTED, rows)
                continue
            new = _many(connection, _INTO_SAMPLES, rows)
            if new:
                connection.execute(
                    "INSERT INTO hours VALUES (?, ?, NULL) ON CONFLICT DO UPDATE "
                    "SET hot_rows = hot_rows + excluded.hot_rows, file = NULL",
                    (hour_ns, new),
                )
            added += new
        return added

    def _settled(self, connection: sqlite3.Connection, rows: Sequence[Settled]) -> int:
        return _many(
            connection,
            "INSERT OR IGNORE INTO settled VALUES (?, ?, ?, ?, ?)",
            [
                (
                    self._market(connection, row.venue, row.symbol),
                    row.paid_at_ns,
                    row.rate,
                    row.interval_s,
                    row.premium,
                )
                for row in rows
            ],
        )

    def _listings(self, connection: sqlite3.Connection, listed: Sequence[Instrument]) -> None:
        _many(
            connection,
            _INTO_LISTINGS,
            [
                (
                    self._market(connection, row.venue, row.symbol),
                    row.recv_ns,
                    # Without the moment it is the same text for as long as it is the same listing.
                    msgspec.json.encode(msgspec.structs.replace(row, recv_ns=0)).decode(),
                )
                for row in listed
            ],
        )

    def _market(self, connection: sqlite3.Connection, venue: str, symbol: str) -> int:
        """The number of a market; other processes may have given it one."""
        number = self._markets.get((venue, symbol))
        if number is None:
            connection.execute(
                "INSERT OR IGNORE INTO markets (venue, symbol) VALUES (?, ?)", (venue, symbol)
            )
            number = int(
                connection.execute(
                    "SELECT id FROM markets WHERE venue = ? AND symbol = ?", (venue, symbol)
                ).fetchone()[0]
            )
            self._markets[(venue, symbol)] = number
        return number

    def not_followed(self, samples: Sequence[Sample], within_ns: int) -> tuple[Sample, ...]:
        """Those of whose market no row stands at their time, or so soon after it."""
        near = (
            "SELECT 1 FROM markets m JOIN samples s ON s.market = m.id WHERE m.venue = ? "
            "AND m.symbol = ? AND s.at_ns >= ? AND s.at_ns < ? LIMIT 1"
        )
        return tuple(
            row
            for row in samples
            if self.connection.execute(
                near, (row.venue, row.symbol, row.at_ns, row.at_ns + within_ns)
            ).fetchone()
            is None
        )

    def gap_ahead_ns(self, why: str, now_ns: int) -> int:
        """The end of the last gap of this cause in which the present lies; 0 for none."""
        (end_ns,) = self.connection.execute(
            "SELECT max(to_ns) FROM gaps WHERE why = ? AND from_ns <= ? AND to_ns > ?",
            (why, now_ns, now_ns),
        ).fetchone()
        return int(end_ns or 0)

    def committed_ns(self) -> int | None:
        """When a writer last committed; None before the first."""
        found = self.connection.execute(
            "SELECT value FROM meta WHERE key = 'committed_ns'"
        ).fetchone()
        return None if found is None else int(found[0])


def meta(connection: sqlite3.Connection, key: str) -> int:
    return int(connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])


def _hour_of(sample: Sample) -> int:
    return hour_floor_ns(sample.at_ns)


def _many(connection: sqlite3.Connection, sql: str, rows: Iterable[tuple[Any, ...]]) -> int:
    """How many rows the statement changed."""
    changed = connection.executemany(sql, rows).rowcount
    return max(0, changed)


def _gaps(connection: sqlite3.Connection, gaps: Sequence[Gap]) -> int:
    """A gap that goes on is the same gap with a later end."""
    return _many(
        connection,
        "INSERT INTO gaps (from_ns, to_ns, venue, why) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
        "SET to_ns = max(to_ns, excluded.to_ns)",
        [(gap.from_ns, gap.to_ns, gap.venue or "", gap.why) for gap in gaps],
    )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
