"""A span of one table as a file. Imports duckdb (through `columnar`)."""

from pathlib import Path
from typing import Final, Literal

import duckdb
import msgspec

from cockpit.core.errors import InputError
from cockpit.history import columnar
from cockpit.history.columnar import first_line
from cockpit.history.layout import Folder
from cockpit.history.schema import VIEWS
from cockpit.history.views import Scope, open_views

Format = Literal["csv", "parquet"]

TIME_OF: Final = {
    "samples": "at_ns",
    "settled": "paid_at_ns",
    "chain": "at_ns",
    "exposure": "at_ns",
    "forecasts": "made_ns",
    "gaps": "from_ns",
}
_FORMATS: Final[dict[Format, str]] = {
    "csv": "FORMAT csv, HEADER",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """What to export: `from_ns` <= time < `to_ns`; no venues or symbols means all."""

    table: str = "samples"
    from_ns: int = 0
    to_ns: int = 1 << 62
    venues: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    rows: int
    warnings: tuple[str, ...]


def export(folder: Folder, span: Span, target: Path, kind: Format) -> Exported:
    """Write the rows, by venue, symbol and time. InputError if the file exists or cannot be
    written; an unfinished one is not left behind."""
    if target.exists():
        raise InputError(f"{target}: exists and stays as it is: choose another name")
    names = [name for name, _ in VIEWS[span.table]]
    time = TIME_OF[span.table]
    conditions = [f"{time} >= {span.from_ns}", f"{time} < {span.to_ns}"]
    for column, wanted in (("venue", span.venues), ("symbol", span.symbols)):
        if wanted and column not in names:
            raise InputError(f"history: {span.table} has no {column} to choose by")
        if wanted:
            listed = ", ".join(columnar.quoted(value) for value in wanted)
            conditions.append(f"{column} IN ({listed})")
    order = ", ".join(name for name in ("venue", "symbol", time) if name in names)
    temporary = target.with_name(f".{target.name}.part")
    with columnar.connect(threads=2) as database:
        scope = Scope(from_ns=span.from_ns, to_ns=span.to_ns)
        opened = open_views(database, folder, frozenset({span.table}), scope)
        try:
            database.execute(f"SET temp_directory = {columnar.quoted(target.parent)}")
            written = database.execute(
                f"COPY (SELECT * FROM {span.table} WHERE {' AND '.join(conditions)} "
                f"ORDER BY {order}) TO {columnar.quoted(temporary)} ({_FORMATS[kind]})"
            ).fetchone()
            temporary.chmod(0o600)
            temporary.rename(target)
        except (duckdb.Error, OSError) as error:
            temporary.unlink(missing_ok=True)
            raise InputError(f"{target}: cannot be written: {first_line(error)}") from None
    return Exported(rows=int(written[0]) if written else 0, warnings=opened.warnings)
