"""`cockpit backtest`: forecasts and carry, run over the past."""

import argparse
import sys

HELP = "forecasts and carry over the past: what they were worth"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", metavar="forecast|carry", required=True)
    forecast = kinds.add_parser(
        "forecast", help="walk-forward forecasts of funding against historical averages"
    )
    forecast.add_argument("files", nargs="+", metavar="FILE", help="settled funding, CSV or .gz")
    forecast.add_argument("--interval", metavar="D", help="hours a rate covers (default: spacing)")
    forecast.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    from pathlib import Path

    import msgspec

    from cockpit.backtest import forecast_run, rows
    from cockpit.backtest.walk_forward import Plan

    loaded = rows.load([Path(name) for name in args.files])
    document = forecast_run.document(loaded.series, loaded.warnings, Plan())
    sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
    return 0
