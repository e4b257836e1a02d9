"""The tables of the hot store, how an older store becomes one of today, and the columns of SQL.

Times are ns since the epoch, rates fractions per `interval_s` (positive = longs pay), sizes base
units. NULL is "not known". A store's version is SQLite's `user_version`.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from cockpit.history.rows import (
    COARSE,
    SINGLE,
    WHOLE,
    ChainSample,
    ExposureSample,
    Figures,
    Forecast,
    Settled,
)

VERSION: Final = 3
LISTINGS_SINCE: Final = 3
"""A store that no writer has opened since has no listings."""

FIGURES: Final = tuple(Figures.__struct_fields__)
CHAIN: Final = tuple(ChainSample.__struct_fields__)
EXPOSURE: Final = tuple(ExposureSample.__struct_fields__)
FORECASTS: Final = tuple(Forecast.__struct_fields__)
SETTLED: Final = tuple(Settled.__struct_fields__)


def figure_type(name: str) -> str:
    """The Parquet type of a figure."""
    if name in WHOLE:
        return "INTEGER"
    return "FLOAT" if name in SINGLE | COARSE else "DOUBLE"


VIEWS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "samples": (
        ("venue", "VARCHAR"),
        ("symbol", "VARCHAR"),
        ("at_ns", "BIGINT"),
        *((name, "INTEGER" if name in WHOLE else "DOUBLE") for name in FIGURES),
    ),
    "settled": (
        ("venue", "VARCHAR"),
        ("symbol", "VARCHAR"),
        ("paid_at_ns", "BIGINT"),
        ("rate", "DOUBLE"),
        ("interval_s", "INTEGER"),
        ("premium", "DOUBLE"),
    ),
    "chain": (
        ("venue", "VARCHAR"),
        ("at_ns", "BIGINT"),
        ("height", "BIGINT"),
        ("block_age_s", "DOUBLE"),
        ("cadence_s", "DOUBLE"),
        ("latency_p50_ms", "DOUBLE"),
        ("latency_p99_ms", "DOUBLE"),
        ("gaps", "BIGINT"),
        ("reconnects", "BIGINT"),
        ("stage", "VARCHAR"),
    ),
    "exposure": (
        ("venue", "VARCHAR"),
        ("account", "VARCHAR"),
        ("at_ns", "BIGINT"),
        *((name, "DOUBLE") for name in EXPOSURE[3:]),
    ),
    "forecasts": (
        ("venue", "VARCHAR"),
        ("symbol", "VARCHAR"),
        ("made_ns", "BIGINT"),
        ("for_ns", "BIGINT"),
        ("horizon_s", "BIGINT"),
        ("model", "VARCHAR"),
        ("value", "DOUBLE"),
        ("p_flip", "DOUBLE"),
        ("p_spike", "DOUBLE"),
        ("outcome", "DOUBLE"),
        ("low", "DOUBLE"),
        ("high", "DOUBLE"),
        ("rate", "DOUBLE"),
        ("usual", "DOUBLE"),
        ("spike_above", "DOUBLE"),
        ("days", "DOUBLE"),
        ("flipped", "INTEGER"),
        ("spiked", "INTEGER"),
    ),
    "gaps": (
        ("from_ns", "BIGINT"),
        ("to_ns", "BIGINT"),
        ("venue", "VARCHAR"),
        ("why", "VARCHAR"),
    ),
}
"""What `cockpit history query` offers: view -> (column, DuckDB type). A promise: only added to."""

SMALL_TABLES: Final[dict[str, str]] = {
    "settled": (
        "SELECT m.venue, m.symbol, t.paid_at_ns, t.rate, t.interval_s, t.premium "
        "FROM settled t JOIN markets m ON m.id = t.market"
    ),
    "chain": f"SELECT {', '.join(CHAIN)} FROM chain",
    "exposure": f"SELECT {', '.join(EXPOSURE)} FROM exposure",
    "forecasts": "SELECT * FROM forecasts",
    "gaps": "SELECT from_ns, to_ns, nullif(venue, ''), why FROM gaps",
}
"""View -> its rows in the hot store, in the order of `VIEWS`; see `small_rows`."""


def small_rows(connection: sqlite3.Connection, name: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a small table. A store that nobody has migrated yet lacks the last columns:
    what it does not have is not known."""
    width = len(VIEWS[name])
    for row in connection.execute(SMALL_TABLES[name]):
        yield row if len(row) == width else (*row, *(None,) * (width - len(row)))


_FIGURE_COLUMNS = ", ".join(f"{name} {'INTEGER' if name in WHOLE else 'REAL'}" for name in FIGURES)
_SAMPLE_TABLE = (
    "CREATE TABLE {name} (market INTEGER NOT NULL, at_ns INTEGER NOT NULL, "
    f"{_FIGURE_COLUMNS}, PRIMARY KEY (market, at_ns)) WITHOUT ROWID"
)

_FIRST: Final = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO meta VALUES ('generation', 0), ('hot_from_ns', 0)",
    "CREATE TABLE markets (id INTEGER PRIMARY KEY, venue TEXT NOT NULL, symbol TEXT NOT NULL, "
    "UNIQUE (venue, symbol))",
    _SAMPLE_TABLE.format(name="samples"),
    _SAMPLE_TABLE.format(name="imported"),
    "CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, tier TEXT NOT NULL, "
    "from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL, rows INTEGER NOT NULL, "
    "bytes INTEGER NOT NULL)",
    "CREATE TABLE hours (hour_ns INTEGER PRIMARY KEY, hot_rows INTEGER NOT NULL, "
    "file INTEGER REFERENCES files (id))",
    "CREATE TABLE obsolete (name TEXT PRIMARY KEY, since_ns INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE settled (market INTEGER NOT NULL, paid_at_ns INTEGER NOT NULL, "
    "rate REAL NOT NULL, interval_s INTEGER NOT NULL, premium REAL, "
    "PRIMARY KEY (market, paid_at_ns)) WITHOUT ROWID",
    "CREATE TABLE chain (venue TEXT NOT NULL, at_ns INTEGER NOT NULL, height INTEGER, "
    "block_age_s REAL, cadence_s REAL, latency_p50_ms REAL, latency_p99_ms REAL, gaps INTEGER, "
    "reconnects INTEGER, stage TEXT, PRIMARY KEY (venue, at_ns)) WITHOUT ROWID",
    "CREATE TABLE exposure (venue TEXT NOT NULL, account TEXT NOT NULL, at_ns INTEGER NOT NULL, "
    + ", ".join(f"{name} REAL" for name in EXPOSURE[3:])
    + ", PRIMARY KEY (venue, account, at_ns)) WITHOUT ROWID",
    "CREATE TABLE forecasts (venue TEXT NOT NULL, symbol TEXT NOT NULL, made_ns INTEGER NOT NULL, "
    "for_ns INTEGER NOT NULL, horizon_s INTEGER NOT NULL, model TEXT NOT NULL, value REAL, "
    "p_flip REAL, p_spike REAL, outcome REAL, "
    "PRIMARY KEY (venue, symbol, made_ns, horizon_s, model)) WITHOUT ROWID",
    "CREATE TABLE gaps (from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL, "
    "venue TEXT NOT NULL DEFAULT '', why TEXT NOT NULL, PRIMARY KEY (from_ns, venue, why)) "
    "WITHOUT ROWID",
)

_SECOND: Final = (
    *(f"ALTER TABLE forecasts ADD COLUMN {name} REAL"
      for name in ("low", "high", "rate", "usual", "spike_above", "days")),
    *(f"ALTER TABLE forecasts ADD COLUMN {name} INTEGER" for name in ("flipped", "spiked")),
    "CREATE INDEX forecasts_made ON forecasts (made_ns)",
)  # fmt: skip
"""What a forecast is measured against, and what came of its events."""

_THIRD: Final = (
    "CREATE TABLE listings (market INTEGER PRIMARY KEY, listed_ns INTEGER NOT NULL, "
    "instrument TEXT NOT NULL)",
)
"""What a venue lists a market as, as `cockpit decode` prints it: a start knows fees, steps and
margins before any venue has answered."""

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_FIRST, _SECOND, _THIRD)
"""Statements that lead from version N to N + 1; a step is never changed once it was released."""


class SchemaVersion(msgspec.Struct, frozen=True):
    """What a store says of itself; 0 is an empty file."""

    number: int

    @property
    def is_newer(self) -> bool:
        return self.number > VERSION


def version_of(connection: sqlite3.Connection) -> SchemaVersion:
    return SchemaVersion(int(connection.execute("PRAGMA user_version").fetchone()[0]))


def migrate(
    connection: sqlite3.Connection, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS
) -> None:
    """Bring a store to today's version, in one transaction: all of it or nothing.

    The connection is in autocommit mode. A store of a newer version is left as it is; the caller
    asked `version_of` before.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(connection).number
        if version < len(migrations):
            for step in migrations[version:]:
                for statement in step:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
