"""The tables of a history folder as views of DuckDB. Imports duckdb (through `duck`)."""

import sqlite3
from pathlib import Path
from typing import Final

import msgspec

from cockpit.core.units import HOUR_NS
from cockpit.history import duck
from cockpit.history.cold import COLUMNS, hour_ranges, table_rows
from cockpit.history.hot_read import read_hot
from cockpit.history.layout import Folder
from cockpit.history.manifest import ColdFile, cold_files, count_imported
from cockpit.history.schema import SMALL_TABLES, VIEWS

_ALWAYS: Final = 1 << 62


class Opened(msgspec.Struct, frozen=True):
    """What the reader should know: files that are damaged or gone, a sentence each."""

    warnings: tuple[str, ...]


def open_views(
    database: duck.Connection,
    folder: Folder,
    names: frozenset[str],
    from_ns: int = 0,
    to_ns: int = _ALWAYS,
) -> Opened:
    """Create the views that are asked for; `samples` reaches over every tier of the span.

    One view of the hot store is read, so an hour is seen in exactly one tier. HistoryError if the
    store cannot be read.
    """
    for name in VIEWS:
        if name in names:
            duck.make_table(database, f"hot_{name}", VIEWS[name], ())

    def load(connection: sqlite3.Connection) -> list[ColdFile]:
        connection.execute("SELECT 1 FROM meta").fetchone()
        for name, sql in SMALL_TABLES.items():
            if name in names:
                duck.make_table(database, f"hot_{name}", VIEWS[name], connection.execute(sql))
        if "samples" not in names:
            return []
        load_hot(database, connection, from_ns, to_ns)
        return cold_files(connection, from_ns, to_ns)

    none: list[ColdFile] = []
    files = read_hot(folder.hot, load, none)
    for name in names & VIEWS.keys():
        if name != "samples":
            database.execute(f"CREATE VIEW {name} AS SELECT * FROM hot_{name}")
    if "samples" not in names:
        return Opened(())
    warnings = []
    parts = []
    for file in files:
        path = folder.cold / file.name
        if _size(path) == file.size:
            parts.append(_part(path, file))
        else:
            warnings.append(f"{path}: is damaged or missing; {len(file.hours)} h are left out")
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in VIEWS["samples"])
    every = " UNION ALL ".join([*parts, "SELECT * FROM hot_samples"])
    database.execute(f"CREATE VIEW samples AS SELECT {columns} FROM ({every})")
    return Opened(tuple(warnings))


def load_hot(
    database: duck.Connection, connection: sqlite3.Connection, from_ns: int, to_ns: int
) -> None:
    """`hot_samples`: the rows of the span that no cold file owns."""
    owned = connection.execute(
        "SELECT hour_ns FROM hours WHERE file IS NULL AND hot_rows > 0 AND hour_ns + ? > ? "
        "AND hour_ns < ? ORDER BY hour_ns",
        (HOUR_NS, from_ns, to_ns),
    ).fetchall()
    sources = [
        table_rows(connection, "samples", max(hour_ns, from_ns), min(hour_ns + HOUR_NS, to_ns))
        for (hour_ns,) in owned
    ]
    if count_imported(connection, from_ns, to_ns):
        sources.append(table_rows(connection, "imported", from_ns, to_ns))
    duck.make_table(database, "hot_samples", COLUMNS, (row for rows in sources for row in rows))


def _part(path: Path, file: ColdFile) -> str:
    """The rows that a file owns."""
    rows = f"SELECT {', '.join(name for name, _ in COLUMNS)} FROM read_parquet({duck.quoted(path)})"
    return rows if file.owns_all else f"{rows} WHERE {hour_ranges(list(file.hours))}"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
