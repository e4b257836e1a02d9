"""`cockpit bench`: what the program costs on this machine, as JSON."""

import argparse
import sys

from cockpit.cli import common

HELP = "the built-in benchmarks: pipeline"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", default="pipeline", choices=("pipeline",))
    parser.add_argument("--runs", type=common.positive_int, default=5, metavar="N")
    parser.add_argument("--json", action="store_true", help="print JSON (the only format)")


def run(args: argparse.Namespace) -> int:
    common.require_json(args)
    import msgspec

    from cockpit.bench.pipeline import measure

    document = measure(args.runs)
    sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
    return 0
