"""`cockpit bench`: what the program costs on this machine, as one JSON document."""

import argparse
from typing import Any

from cockpit.cli import common, output

HELP = "the built-in benchmarks: pipeline, calculators, scan, screen, history"
PARTS = ("pipeline", "calculators", "scan", "screen", "history")
ALONE = ("history_day",)
"""Measured when it is named: it takes minutes by itself."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        default="all",
        choices=(*PARTS, *ALONE, "all"),
        help="what to measure (default: all, which takes some minutes)",
    )
    parser.add_argument("--runs", type=common.positive_int, default=5, metavar="N")
    parser.add_argument("--json", action="store_true", help="print JSON (the only format)")


def run(args: argparse.Namespace) -> int:
    common.require_json(args)
    from cockpit.bench import machine

    document: dict[str, Any] = {"machine": machine()}
    for part in PARTS if args.what == "all" else (args.what,):
        document[part] = _measure(part, args.runs)
    output.write_document(document)
    return 0


def _measure(part: str, runs: int) -> dict[str, Any]:
    """One section: medians of `runs`, with min and max beside."""
    import importlib

    measured: dict[str, Any] = importlib.import_module(f"cockpit.bench.{part}").measure(runs)
    return measured
