"""`cockpit backtest forecast|carry`: forecasts and carry run over the past."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cockpit.forecast.learned import Learned

HELP = "forecasts and carry over the past: what they were worth"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", metavar="forecast|carry", required=True)
    forecast = kinds.add_parser(
        "forecast", help="walk-forward forecasts of funding against historical averages"
    )
    _add_files(forecast)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="settled funding as CSV (also .gz): time_ms, coin, funding_rate[, premium]",
    )
    parser.add_argument(
        "--interval", metavar="D", help="time a rate covers, such as 1h (default: from the rows)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    return _forecast(args)


def _forecast(args: argparse.Namespace) -> int:
    import msgspec

    from cockpit.backtest import forecast_run, forecast_table, rows

    loaded = rows.load([Path(name) for name in args.files], _interval_s(args.interval))
    document = forecast_run.run(loaded.series, loaded.warnings, reference=reference())
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
    else:
        print(forecast_table.text(document))
    return 0


def _interval_s(text: str | None) -> float | None:
    from cockpit.cli.options import parse_duration

    return parse_duration(text, "--interval") if text else None


def reference() -> "Learned":
    """The coefficients that the package brings along."""
    from importlib import resources

    from cockpit.forecast.reference import decode

    folder = resources.files("cockpit") / "data"
    return decode((folder / "forecast_reference.json").read_bytes())
