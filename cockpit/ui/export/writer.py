"""What a pane shows, for a file and for a clipboard: JSON, CSV, tab-separated text.

An unknown figure is null in JSON and empty in CSV. A pane without figures gives its lines.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import msgspec

from cockpit.core.units import utc_stamp
from cockpit.storage.atomic import create_atomically
from cockpit.ui.export.account_tables import TABLES as ACCOUNT_TABLES
from cockpit.ui.export.market_tables import TABLES, Table, Value
from cockpit.ui.export.scan_table import TABLES as SCAN_TABLES
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import Line, plain


def table_of(readings: Readings, pane: str, drawn: Sequence[Line]) -> Table:
    """The figures behind a pane; `drawn` are its lines, for panes that are only words."""
    make = TABLES.get(pane) or ACCOUNT_TABLES.get(pane) or SCAN_TABLES.get(pane)
    if make is not None:
        return make(readings)
    return Table(("line",), [(plain(line).rstrip(),) for line in drawn])


def as_json(table: Table, pane: str, readings: Readings) -> bytes:
    """One document: what, when, and the rows as objects."""
    document = {
        "pane": pane,
        "at_ns": readings.now_ns,
        "mode": readings.mode,
        "symbol": readings.symbol,
        "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def as_text(table: Table, delimiter: str = ",") -> str:
    """CSV, or with a tab what spreadsheets take from a clipboard."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_plain_cell(value) for value in row] for row in table.rows)
    return out.getvalue()


def write(folder: Path, pane: str, table: Table, readings: Readings) -> tuple[Path, Path]:
    """Two new files, JSON and CSV, readable by their owner alone. OSError if they cannot be."""
    stem = f"{pane}-{utc_stamp(readings.now_ns)}"
    count = 1
    while (folder / f"{stem}.json").exists() or (folder / f"{stem}.csv").exists():
        count += 1
        stem = f"{pane}-{utc_stamp(readings.now_ns)}-{count}"
    paths = folder / f"{stem}.json", folder / f"{stem}.csv"
    for path, data in zip(
        paths, (as_json(table, pane, readings), as_text(table).encode()), strict=True
    ):
        create_atomically(path, data)
    return paths


def _plain_cell(value: Value) -> Value:
    """Text that a spreadsheet would run as a formula is marked as text: venues write some of it."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return "'" + value
    return value
