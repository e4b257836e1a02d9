"""Somebody's SQL over what is kept: reading only, and bounded. Imports duckdb (by `columnar`).

The statement must be one SELECT. The database then sees no file but those of the history folder,
cannot load extensions, cannot change its settings, has a limit of memory and of time, and stops
after so many rows.
"""

import re
import threading
from typing import Any, Final

import duckdb
import msgspec

from cockpit.core.errors import InputError
from cockpit.history import columnar
from cockpit.history.columnar import first_line
from cockpit.history.layout import Folder
from cockpit.history.schema import VIEWS
from cockpit.history.views import open_views

MEMORY_MB: Final = 256
TIME_S: Final = 30.0
ROWS: Final = 10_000


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What one query may cost."""

    memory_mb: int = MEMORY_MB
    time_s: float = TIME_S
    rows: int = ROWS


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A table. `truncated`: there are more rows than were asked for."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    truncated: bool
    warnings: tuple[str, ...] = ()


def query(folder: Folder, sql: str, bounds: Bounds | None = None) -> Answer:
    """Answer one SELECT. InputError with a sentence if it is not one, fails, or costs too much;
    HistoryError if the store cannot be read."""
    bounds = bounds or Bounds()
    with columnar.connect(bounds.memory_mb, threads=2) as database:
        _check_is_select(database, sql)
        words = {word.lower() for word in re.findall(r"\w+", sql)}
        timer = threading.Timer(bounds.time_s, database.interrupt)
        timer.start()
        try:
            opened = open_views(database, folder, frozenset(VIEWS.keys() & words))
            _confine(database, folder)
            cursor = database.execute(sql)
            columns = tuple(column[0] for column in cursor.description or ())
            rows = cursor.fetchmany(bounds.rows + 1)
        except duckdb.InterruptException:
            raise InputError(
                f"query: took longer than {bounds.time_s:g} s; ask for a shorter span, or raise "
                "--time"
            ) from None
        except duckdb.OutOfMemoryException:
            raise InputError(
                f"query: needs more than {bounds.memory_mb} MB; ask for a shorter span or fewer "
                "columns, or raise --memory"
            ) from None
        except duckdb.Error as error:
            raise InputError(f"query: {first_line(error)}") from None
        finally:
            timer.cancel()
            timer.join()
    return Answer(
        columns=columns,
        rows=rows[: bounds.rows],
        truncated=len(rows) > bounds.rows,
        warnings=opened.warnings,
    )


def _check_is_select(database: columnar.Connection, sql: str) -> None:
    try:
        statements = database.extract_statements(sql)
    except duckdb.Error as error:
        raise InputError(f"query: {first_line(error)}") from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise InputError(
            "query: expected one SELECT; history is read only, views are " + ", ".join(VIEWS)
        )


def _confine(database: columnar.Connection, folder: Folder) -> None:
    """From here on only what stands in the cold folder can be opened, and nothing be changed."""
    database.execute(f"SET allowed_directories = [{columnar.quoted(str(folder.cold) + '/')}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
