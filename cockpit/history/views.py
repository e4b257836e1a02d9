"""The tables of a history folder as views of DuckDB. Imports duckdb (through `columnar`)."""

import sqlite3
from pathlib import Path
from typing import Final

import msgspec

from cockpit.core.units import HOUR_NS
from cockpit.history import columnar
from cockpit.history.cold import COLUMNS, hour_ranges, table_rows
from cockpit.history.hot_read import read_hot
from cockpit.history.layout import Folder
from cockpit.history.manifest import ColdFile, cold_files
from cockpit.history.schema import SMALL_TABLES, VIEWS, small_rows

_ALWAYS: Final = 1 << 62


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which samples will be asked for: `from_ns` <= at_ns < `to_ns`, of one market or of all. Rows
    outside of it may be missing from the view."""

    from_ns: int = 0
    to_ns: int = _ALWAYS
    market: tuple[str, str] | None = None


EVERYTHING: Final = Scope()


class Opened(msgspec.Struct, frozen=True):
    """What the reader should know: files that are damaged or gone, a sentence each."""

    warnings: tuple[str, ...]


def open_views(
    database: columnar.Connection,
    folder: Folder,
    names: frozenset[str],
    scope: Scope = EVERYTHING,
) -> Opened:
    """Create the views that are asked for, in place of those of an earlier question; `samples`
    reaches over every tier.

    One view of the hot store is read, so an hour is seen in exactly one tier. HistoryError if the
    store cannot be read.
    """
    for name in VIEWS:
        if name in names:
            columnar.make_table(database, f"hot_{name}", VIEWS[name], ())

    columnar.make_table(database, "late_samples", COLUMNS, ())

    def load(connection: sqlite3.Connection) -> list[ColdFile]:
        for name in SMALL_TABLES.keys() & names:
            columnar.make_table(database, f"hot_{name}", VIEWS[name], small_rows(connection, name))
        if "samples" not in names:
            return []
        load_hot(database, connection, scope)
        return cold_files(connection, scope.from_ns, scope.to_ns)

    none: list[ColdFile] = []
    files = read_hot(folder.hot, load, none)
    for name in names & VIEWS.keys():
        if name != "samples":
            database.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM hot_{name}")
    if "samples" not in names:
        return Opened(())
    whole, parts, warnings = [], [], []
    for file in files:
        path = folder.cold / file.name
        if _size(path) != file.size:
            warnings.append(f"{path}: is damaged or missing; {len(file.hours)} h are left out")
        elif file.owns_all:
            whole.append(columnar.quoted(path))
        else:
            parts.append(
                f"{_rows_of([columnar.quoted(path)])} WHERE {hour_ranges(list(file.hours))}"
            )
    if whole:
        parts.append(_rows_of(whole))
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in VIEWS["samples"])
    late = "SELECT * FROM late_samples"
    span = database.execute("SELECT min(at_ns), max(at_ns) FROM late_samples").fetchone()
    if parts and span and span[0] is not None:
        # A process that was killed between two steps may have left a row in both places.
        late += (
            f" l WHERE NOT EXISTS (SELECT 1 FROM ({' UNION ALL '.join(parts)}) p WHERE "
            f"p.at_ns BETWEEN {span[0]} AND {span[1]} AND p.venue = l.venue "
            "AND p.symbol = l.symbol AND p.at_ns = l.at_ns)"
        )
    every = " UNION ALL ".join([*parts, "SELECT * FROM hot_samples", late])
    database.execute(f"CREATE OR REPLACE VIEW samples AS SELECT {columns} FROM ({every})")
    return Opened(tuple(warnings))


def load_hot(database: columnar.Connection, connection: sqlite3.Connection, scope: Scope) -> None:
    """`hot_samples`: the rows of the scope that no cold file owns; `late_samples`: those that wait
    to be put into one."""
    first_ns, last_ns = scope.from_ns, scope.to_ns
    owned = connection.execute(
        "SELECT hour_ns FROM hours WHERE file IS NULL AND hot_rows > 0 AND hour_ns + ? > ? "
        "AND hour_ns < ? ORDER BY hour_ns",
        (HOUR_NS, first_ns, last_ns),
    ).fetchall()
    hot = (
        row
        for (hour_ns,) in owned
        for row in table_rows(
            connection,
            "samples",
            max(hour_ns, first_ns),
            min(hour_ns + HOUR_NS, last_ns),
            scope.market,
        )
    )
    columnar.make_table(database, "hot_samples", COLUMNS, hot)
    late = table_rows(connection, "imported", first_ns, last_ns, scope.market)
    columnar.make_table(database, "late_samples", COLUMNS, late)


def _rows_of(paths: list[str]) -> str:
    columns = ", ".join(name for name, _ in COLUMNS)
    return f"SELECT {columns} FROM read_parquet([{', '.join(paths)}])"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
