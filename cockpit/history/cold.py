"""The cold tier: closed hours and days as Parquet, and one row a minute of what is old.

Every file is written under a temporary name, synced and renamed, and becomes somebody's truth only
by a transaction of the manifest. A process that is killed leaves at most a file that nobody owns.
Imports duckdb (through `columnar`).
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.history import columnar
from cockpit.history.hot import HotStore, Overtaken
from cockpit.history.layout import DAY_NS, ColdName, Folder, Tier
from cockpit.history.manifest import (
    ColdFile,
    Hour,
    NewFile,
    cold_files,
    discard,
    hand_over,
    hours,
    next_generation,
    replace_hours,
)
from cockpit.history.schema import FIGURES, figure_type
from cockpit.storage.atomic import claim, publish

COLUMNS: Final[tuple[tuple[str, str], ...]] = (
    ("venue", "VARCHAR"),
    ("symbol", "VARCHAR"),
    ("at_ns", "BIGINT"),
    *((name, figure_type(name)) for name in FIGURES),
)
"""Columns of a cold file, in order."""

_NAMES: Final = ", ".join(name for name, _ in COLUMNS)
ROW_GROUP: Final = 122_880
"""Rows that are skipped or read together, fourteen markets of a day: a curve reads little, and the
footers of many files stay small."""
_MINUTE_NS: Final = 60 * NS_PER_S

_FROM_TABLE: Final = (
    "SELECT m.venue, m.symbol, t.at_ns, {figures} FROM markets m CROSS JOIN {table} t "
    "ON t.market = m.id WHERE t.at_ns >= ? AND t.at_ns < ?"
)


def table_rows(
    connection: sqlite3.Connection,
    table: str,
    from_ns: int,
    to_ns: int,
    market: tuple[str, str] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Rows of `samples` or `imported` within the span, of all markets or of one (venue, symbol),
    as the columns of a cold file."""
    figures = ", ".join(f"t.{name}" for name in FIGURES)
    sql = _FROM_TABLE.format(figures=figures, table=table)
    if market is None:
        return connection.execute(sql, (from_ns, to_ns))
    return connection.execute(f"{sql} AND m.venue = ? AND m.symbol = ?", (from_ns, to_ns, *market))


class _Day(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one day, as SELECTs over its files and the table `late`."""

    sources: tuple[str, ...]
    has_late: bool
    tier: Tier

    def rows(self) -> str:
        """Everything; `rank` puts what a file says before what came later for the same moment."""
        numbered = [f"SELECT {_NAMES}, 0 AS rank FROM ({source})" for source in self.sources]
        if self.has_late:
            numbered.append(f"SELECT {_NAMES}, 1 AS rank FROM late")
        return " UNION ALL ".join(numbered)

    def kept(self, venue: str) -> str:
        """What stays of one venue's rows: each moment once, or the last of each minute."""
        rows = f"SELECT {_NAMES} FROM ({self.rows()}) WHERE venue = {columnar.quoted(venue)}"
        if self.tier == "minute":
            first = f"symbol, at_ns // {_MINUTE_NS} ORDER BY at_ns DESC, rank"
        elif self.has_late:
            first = "symbol, at_ns ORDER BY rank"
        else:
            return rows
        return f"{rows} QUALIFY row_number() OVER (PARTITION BY {first}) = 1"


class Cold:
    """Writes cold files for one store, with one database until `close`."""

    def __init__(self, store: HotStore, memory_mb: int = columnar.MEMORY_MB) -> None:
        self._store = store
        self._folder: Folder = store.folder
        self._spill = self._folder.cold / f".spill-{os.getpid()}"
        self._database = columnar.connect(memory_mb, spill=self._spill)

    def close(self) -> None:
        self._database.close()
        with contextlib.suppress(OSError):
            self._spill.rmdir()

    def seal(self, hour: Hour) -> bool:
        """Give a closed hour of `samples` to a file of its own. False if it was overtaken."""
        to_ns = hour.hour_ns + HOUR_NS
        with _snapshot(self._store.connection) as connection:
            if hours(connection, hour.hour_ns, to_ns) != [hour]:
                return False
            source = table_rows(connection, "samples", hour.hour_ns, to_ns)
            columnar.make_table(self._database, "part", COLUMNS, source)
        file = self._write(
            f"SELECT {_NAMES} FROM part ORDER BY venue, symbol, at_ns", "raw", hour.hour_ns, to_ns
        )
        self._database.execute("DROP TABLE part")
        return self._commit(file, lambda: hand_over(self._store, hour, file))

    def rewrite_day(self, day_ns: int, tier: Tier, now_ns: int) -> bool:
        """One file of the whole day, imported rows included. False if there is nothing to do or
        it was overtaken. With the tier `minute`, the last row of each minute stays, as it was."""
        to_ns = day_ns + DAY_NS
        with _snapshot(self._store.connection) as connection:
            before = hours(connection, day_ns, to_ns)
            files = cold_files(connection, day_ns, to_ns)
            source = table_rows(connection, "imported", day_ns, to_ns)
            waiting = columnar.make_table(self._database, "late", COLUMNS, source)
        if not files and not waiting:
            return False
        day = _Day(sources=self._sources(files, day_ns, to_ns), has_late=waiting > 0, tier=tier)
        known = {hour.hour_ns for hour in before}
        new = self._database.execute(
            f"SELECT DISTINCT at_ns // {HOUR_NS} * {HOUR_NS} FROM late ORDER BY 1"
        ).fetchall()
        new_hours = tuple(hour_ns for (hour_ns,) in new if hour_ns not in known)
        # Venue by venue: a sort of the whole day would not fit into the memory that is allowed.
        venues = self._database.execute(
            f"SELECT DISTINCT venue FROM ({day.rows()}) ORDER BY venue"
        ).fetchall()
        ordered = " UNION ALL ".join(
            f"({day.kept(venue)} ORDER BY symbol, at_ns)" for (venue,) in venues
        )
        file = self._write(ordered, tier, day_ns, to_ns)
        self._database.execute("DROP TABLE late")
        return self._commit(
            file,
            lambda: replace_hours(self._store, before, waiting, new_hours, file, now_ns),
        )

    def count_rows(self, name: str) -> int | None:
        """Rows of a cold file; None if it is not a whole Parquet file."""
        path = columnar.quoted(self._folder.cold / name)
        try:
            found = self._database.execute(f"SELECT count(*) FROM read_parquet({path})").fetchone()
        except columnar.Error:
            return None
        return int(found[0]) if found else None

    def _sources(self, files: list[ColdFile], from_ns: int, to_ns: int) -> tuple[str, ...]:
        """SELECTs of what these files own within the span: whole files in one, others by hours."""
        whole, sources = [], []
        for file in files:
            path = columnar.quoted(self._folder.cold / file.name)
            owned = [hour for hour in file.hours if from_ns <= hour < to_ns]
            if file.owns_all and len(owned) == len(file.hours):
                whole.append(path)
            else:
                sources.append(f"SELECT * FROM read_parquet({path}) WHERE {hour_ranges(owned)}")
        if whole:
            sources.append(f"SELECT * FROM read_parquet([{', '.join(whole)}])")
        return tuple(sources)

    def _write(self, rows: str, tier: Tier, from_ns: int, to_ns: int) -> NewFile:
        """A synced file of these rows, which are ordered by venue, symbol and time, under its own
        name that no manifest knows yet."""
        name = ColdName(
            tier=tier, from_ns=from_ns, to_ns=to_ns, generation=next_generation(self._store)
        )
        path = self._folder.cold / str(name)
        temporary = path.with_name(f".{name}.part")
        try:
            claim(temporary)
            self._database.execute(
                f"COPY ({rows}) TO "
                f"{columnar.quoted(temporary)} (FORMAT parquet, COMPRESSION zstd, "
                f"COMPRESSION_LEVEL 9, PARQUET_VERSION v2, ROW_GROUP_SIZE {ROW_GROUP})"
            )
            counted = self._database.execute(
                f"SELECT count(*) FROM read_parquet({columnar.quoted(temporary)})"
            ).fetchone()
            size = temporary.stat().st_size
            publish(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return NewFile(name=name, rows=int(counted[0]) if counted else 0, size=size)

    def _commit(self, file: NewFile, commit: Callable[[], None]) -> bool:
        try:
            commit()
        except Overtaken:
            discard(self._store, file.name)
            return False
        return True


def hour_ranges(owned: list[int]) -> str:
    """A condition on `at_ns`: within one of these hours, neighbours taken together."""
    ranges: list[tuple[int, int]] = []
    for hour_ns in sorted(owned):
        if ranges and ranges[-1][1] == hour_ns:
            ranges[-1] = (ranges[-1][0], hour_ns + HOUR_NS)
        else:
            ranges.append((hour_ns, hour_ns + HOUR_NS))
    if not ranges:
        return "false"
    return " OR ".join(f"(at_ns >= {first} AND at_ns < {last})" for first, last in ranges)


@contextlib.contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One unchanging view of the store."""
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        connection.execute("ROLLBACK")
