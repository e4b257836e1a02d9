"""`cockpit history`: what is remembered, asked, written out, taken in and put away."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli import output
from cockpit.cli.common import positive_int

if TYPE_CHECKING:
    from cockpit.history.layout import Folder
    from cockpit.history.query import Answer
    from cockpit.history.settings import HistorySettings

HELP = "what is remembered: status, query (SQL), export, import, prune"
TABLES = ("samples", "settled", "chain", "exposure", "forecasts", "gaps")
MAX_CELL = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="settings in place of the user's own")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    status = actions.add_parser("status", help="how much is kept, and who writes")
    status.add_argument("--json", action="store_true", help="print JSON")
    query = actions.add_parser(
        "query",
        help="one SELECT over what is kept",
        description=f"One SELECT over the views {', '.join(TABLES)}. Times are ns since the epoch, "
        "rates fractions per interval_s; NULL is not known.",
    )
    query.add_argument("sql", metavar="SQL")
    form = query.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--csv", action="store_true", help="print CSV")
    query.add_argument("--rows", type=positive_int, metavar="N", help="most rows (default 10000)")
    query.add_argument("--time", metavar="D", help="longest it may take (default 30s)")
    query.add_argument("--memory", type=positive_int, metavar="MB", help="most memory (256)")
    export = actions.add_parser("export", help="a span as CSV or Parquet")
    export.add_argument("--out", required=True, metavar="FILE", help="must not exist yet")
    export.add_argument("--format", choices=("csv", "parquet"), help="default: FILE's ending")
    export.add_argument("--table", choices=TABLES, default="samples")
    export.add_argument("--from", dest="begin", metavar="TIME", help="ISO 8601, UTC")
    export.add_argument("--to", dest="end", metavar="TIME", help="ISO 8601, UTC; not included")
    export.add_argument("--venues", metavar="A,B")
    export.add_argument("--symbols", metavar="X,Y")
    export.add_argument("--json", action="store_true", help="print JSON")
    taken = actions.add_parser("import", help="tapes, or CSV with named columns")
    taken.add_argument("files", nargs="+", metavar="FILE", help="a tape, a folder of tapes, a CSV")
    taken.add_argument("--venue", metavar="NAME", help="the venue of a CSV that names none")
    taken.add_argument("--interval", metavar="D", help="the funding interval of a CSV, such as 8h")
    taken.add_argument("--json", action="store_true", help="print JSON")
    prune = actions.add_parser("prune", help="put away and forget as [history] says, now")
    prune.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    from cockpit.history.layout import Folder, default_folder

    folder = Folder(default_folder())
    if args.action == "status":
        return _status(folder, _settings(args), as_json=args.json)
    if args.action == "query":
        return _query(folder, args)
    if args.action == "export":
        return _export(folder, args)
    if args.action == "prune":
        return _prune(folder, _settings(args), as_json=args.json)
    from cockpit.cli.history_import import run_import

    return run_import(folder, _settings(args), args)


def _settings(args: argparse.Namespace) -> "HistorySettings":
    """`[history]` of the trader's file, or the defaults."""
    from cockpit import config
    from cockpit.storage import paths

    path = Path(args.config) if args.config else paths.config_file()
    return config.load(path if args.config or path.exists() else None).history


def _status(folder: "Folder", settings: "HistorySettings", *, as_json: bool) -> int:
    from cockpit.core.units import utc
    from cockpit.history.report import status

    found = status(folder, settings)
    _warn(found.warnings)
    if as_json:
        output.write_document(found)
        return 4 if found.warnings else 0
    writer = f"process {found.writer.pid}" if found.writer else "nobody"
    lines = [("folder", found.folder), ("writer", writer if found.enabled else f"{writer}, off")]
    for name, tier in (("hot", found.hot), ("raw", found.cold), ("minutes", found.minute)):
        span = "nothing"
        if tier.from_ns is not None and tier.to_ns is not None:
            span = f"{utc(tier.from_ns):%Y-%m-%d %H:%M} to {utc(tier.to_ns):%Y-%m-%d %H:%M}"
        lines.append((name, f"{span}, {tier.rows} rows, {tier.bytes / 1e6:.1f} MB"))
    lines += [
        ("settled", f"{found.settled.rows} payments of {found.settled.markets} markets"),
        ("gaps", str(found.gaps)),
        ("used", f"{found.used_bytes / 1e9:.2f} of {found.max_bytes / 1e9:g} GB"),
        *(("set aside", name) for name in found.quarantined),
    ]
    output.write_lines(f"{name:<10}{text}" for name, text in lines)
    return 4 if found.warnings else 0


def _query(folder: "Folder", args: argparse.Namespace) -> int:
    from cockpit.cli.options import parse_duration
    from cockpit.history.query import MEMORY_MB, ROWS, TIME_S, Bounds, query

    bounds = Bounds(
        memory_mb=args.memory or MEMORY_MB,
        time_s=parse_duration(args.time, "--time") if args.time else TIME_S,
        rows=args.rows or ROWS,
    )
    answer = query(folder, args.sql, bounds)
    warnings = list(answer.warnings)
    if answer.truncated:
        warnings.append(f"query: only the first {bounds.rows} rows; raise --rows for more")
    _warn(warnings)
    if args.json:
        _print_json(answer, warnings)
    elif args.csv:
        _print_csv(answer)
    else:
        _print_table(answer)
    return 4 if warnings else 0


def _print_json(answer: "Answer", warnings: list[str]) -> None:
    import msgspec

    document = {
        "columns": answer.columns,
        "rows": [[_plain(value) for value in row] for row in answer.rows],
        "truncated": answer.truncated,
        "warnings": warnings,
    }
    encoder = msgspec.json.Encoder(decimal_format="number")
    with output.stdout() as out:
        out.write(encoder.encode(document) + b"\n")


def _print_csv(answer: "Answer") -> None:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([_plain(value) for value in row] for row in answer.rows)
    with output.stdout() as out:
        out.write(text.getvalue().encode())


def _print_table(answer: "Answer") -> None:
    cells = [["–" if value is None else _cell(value) for value in row] for row in answer.rows]
    widths = [
        max(len(name), *(len(row[place]) for row in cells), 0)
        for place, name in enumerate(answer.columns)
    ]
    output.write_lines(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (list(answer.columns), *cells)
    )


def _cell(value: object) -> str:
    """One value within a line of the terminal: what cannot be printed does not reach it."""
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    printable = "".join(letter if letter.isprintable() else "·" for letter in text)
    return printable if len(printable) <= MAX_CELL else printable[: MAX_CELL - 1] + "…"


def _plain(value: object) -> object:
    """What JSON can say: a number that is none is null, what it has no word for is text."""
    import datetime
    import decimal
    import math

    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, decimal.Decimal):
        return value if value.is_finite() else None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 63:
        return float(value)
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return value


def _export(folder: "Folder", args: argparse.Namespace) -> int:
    from cockpit.cli.options import parse_symbols, parse_venues
    from cockpit.core.errors import InputError
    from cockpit.history.exporter import Format, Span, export
    from cockpit.venues import REGISTRY

    target = Path(args.out)
    ending = args.format or target.suffix.lstrip(".")
    if ending not in ("csv", "parquet"):
        raise InputError(f"--out: {target} ends neither in .csv nor in .parquet; say --format")
    kind: Format = "csv" if ending == "csv" else "parquet"
    span = Span(
        table=args.table,
        from_ns=_time(args.begin, "--from") if args.begin else 0,
        to_ns=_time(args.end, "--to") if args.end else 1 << 62,
        venues=() if args.venues is None else parse_venues(args.venues, "--venues", REGISTRY),
        symbols=() if args.symbols is None else parse_symbols(args.symbols, "--symbols"),
    )
    if span.from_ns >= span.to_ns:
        raise InputError("--to: is not after --from")
    done = export(folder, span, target, kind)
    _warn(done.warnings)
    if args.json:
        document = {"file": str(target), "rows": done.rows, "warnings": list(done.warnings)}
        output.write_document(document)
    else:
        print(f"{done.rows} rows of {args.table} in {target}", file=sys.stderr)
    return 4 if done.warnings else 0


def _prune(folder: "Folder", settings: "HistorySettings", *, as_json: bool) -> int:
    from cockpit.cli.history_import import maintain_now

    if not folder.hot.exists():
        print("cockpit: nothing is kept yet", file=sys.stderr)
        return 1
    report = maintain_now(folder, settings)
    if report is None:
        print("cockpit: another process writes; it prunes by itself every hour", file=sys.stderr)
        return 1
    _warn(report.problems)
    if as_json:
        output.write_document(report)
    else:
        print(
            f"{report.sealed_hours} hours and {report.merged_days} days put away, "
            f"{report.rolled_up_days} days cut to minutes, {report.dropped_days} forgotten"
        )
    return 4 if report.problems else 0


def _time(text: str, option: str) -> int:
    from cockpit.core.errors import InputError
    from cockpit.core.units import parse_utc

    try:
        return parse_utc(text)
    except ValueError:
        raise InputError(
            f"{option}: {text!r} is not a time; expected ISO 8601, such as 2026-01-31T12:00"
        ) from None


def _warn(sentences: "list[str] | tuple[str, ...]") -> None:
    for sentence in sentences:
        print(f"cockpit: {sentence}", file=sys.stderr)
