"""DuckDB as history uses it: in memory, bounded, without extensions, fed by numpy columns.

Imports duckdb: only the worker process and the command line may load this module.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

MEMORY_MB: Final = 120
"""Below the 300 MB of the whole worker, the interpreter and the buffers of COPY included."""
_CHUNK: Final = 20_000

Connection = duckdb.DuckDBPyConnection
Error = duckdb.Error

_NUMBERS: Final = {"DOUBLE": np.float64, "FLOAT": np.float64}
_WHOLE: Final = frozenset({"BIGINT", "INTEGER"})


def connect(memory_mb: int = MEMORY_MB, threads: int = 1, spill: Path | None = None) -> Connection:
    """A database in memory. With `spill`, what does not fit is written there, else it fails."""
    database = duckdb.connect(
        config={
            "memory_limit": f"{memory_mb}MB",
            "threads": threads,
            "temp_directory": str(spill) if spill else "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": True,
        }
    )
    # A cold file never changes under its name, so its footer need not be read twice.
    database.execute("SET parquet_metadata_cache = true")
    return database


def make_table(
    connection: Connection,
    name: str,
    columns: Sequence[tuple[str, str]],
    rows: Iterable[tuple[Any, ...]],
) -> int:
    """A table of these (column, type) and rows; returns how many rows it has.

    A None is NULL. Rows are taken some thousands at a time, so memory stays bounded.
    """
    definition = ", ".join(f"{column} {kind}" for column, kind in columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({definition})")
    total = 0
    for chunk in _chunks(rows):
        arrays = {
            column: _array(values, kind)
            for (column, kind), values in zip(columns, zip(*chunk, strict=True), strict=True)
        }
        connection.register("chunk", arrays)
        connection.execute(f"INSERT INTO {name} SELECT * FROM chunk")
        connection.unregister("chunk")
        total += len(chunk)
    return total


def quoted(text: str | Path) -> str:
    """A string literal of SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def first_line(error: Exception) -> str:
    """What DuckDB says, as one line: what follows repeats the statement."""
    return str(error).strip().partition("\n")[0].rstrip(".")


def _chunks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    source = iter(rows)
    while chunk := list(islice(source, _CHUNK)):
        yield chunk


def _array(values: Sequence[Any], kind: str) -> Any:
    """One column. None is masked; NaN cannot come out of the store, so it stands for None."""
    if kind in _NUMBERS:
        floats = np.array(values, dtype=np.float64)
        return np.ma.masked_array(floats, mask=np.isnan(floats))
    if kind in _WHOLE:
        missing = [value is None for value in values]
        whole = np.array([0 if value is None else value for value in values], dtype=np.int64)
        return np.ma.masked_array(whole, mask=missing)
    return np.array(values, dtype=object)
