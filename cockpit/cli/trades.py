"""`cockpit trades`: positions as trades, what each earned part by part, and rows for tax tools."""

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from cockpit.cli import common, output
from cockpit.cli.headless import make_engine
from cockpit.cli.options import parse_duration
from cockpit.core.errors import InputError
from cockpit.desk import reach

if TYPE_CHECKING:
    from collections.abc import Callable

    from cockpit.config import Config
    from cockpit.desk.live import Engine

HELP = "positions as trades: profit part by part, spreads, dangers; `export` for tax tools"
FORMATS = ("csv", "koinly", "cointracker")
POLL_S = 0.05
SETTLE_S = 2.0
"""How long a complete state still waits for what tells of the past: fills, payments, rates."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("export",), help="rows instead of a document")
    common.add_live_options(parser)
    parser.add_argument("--format", choices=FORMATS, help="of the rows")
    parser.add_argument(
        "--for", dest="duration", default="10s", metavar="D", help="wait at most (default 10s)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON (the only format)")


def run(args: argparse.Namespace) -> int:
    if args.what == "export":
        if args.format is None:
            raise InputError(f"--format: is missing; expected one of {', '.join(FORMATS)}")
    else:
        if args.format is not None:
            raise InputError("--format: belongs to `cockpit trades export`")
        common.require_json(args)
    duration_s = parse_duration(args.duration, "--for")
    return asyncio.run(_collect(args, duration_s, _export if args.what else _document))


def _document(engine: "Engine", args: argparse.Namespace) -> int:
    from cockpit.documents.trades import trades_document
    from cockpit.portfolio import positions as exposures
    from cockpit.portfolio.trades import reading

    now_ns = engine.clock.now_ns()
    trades = reading.read(engine.view, now_ns)
    warnings = [
        *exposures.read(engine.view, now_ns).warnings,
        *(f"{t.name}: {danger.words}" for t in trades.trades for danger in t.dangers),
    ]
    output.write_document(trades_document(trades, engine.view.trades.closed, warnings))
    return 4 if warnings else 0


def _export(engine: "Engine", args: argparse.Namespace) -> int:
    from cockpit.documents.trades_export import csv_text, rows

    found = rows(engine.view, engine.clock.now_ns())
    with output.stdout() as out:
        out.write(csv_text(found.rows, args.format).encode())
    for words in found.left_out:
        print(f"cockpit: {words}", file=sys.stderr)
    return 4 if found.left_out else 0


async def _collect(
    args: argparse.Namespace,
    duration_s: float,
    answer: "Callable[[Engine, argparse.Namespace], int]",
) -> int:
    """Connect, wait until accounts and their markets are known, answer before the links close."""
    from cockpit.core.errors import NoVenueError
    from cockpit.portfolio.trades.storage import recall
    from cockpit.storage import paths

    engine = make_engine(args, _config(args))
    if not args.endpoints:
        recall(paths.state_dir(), engine.view.trades)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + duration_s
    await engine.start()
    try:
        while loop.time() < deadline:
            await asyncio.sleep(POLL_S)
            engine.watch_held()
            if _is_complete(engine):
                deadline = min(deadline, loop.time() + SETTLE_S)
        missing = reach.unreachable(engine.view)
        if len(missing) == len(engine.specs):
            reasons = "; ".join(f"{venue}: {reason}" for venue, reason in missing.items())
            raise NoVenueError(f"no venue could be reached: {reasons}")
        engine.core.trades.look()
        return answer(engine, args)
    finally:
        await engine.stop()


def _config(args: argparse.Namespace) -> "Config":
    from cockpit.storage import paths

    config = common.load_config(args)
    if not config.account and not common.load_positions():
        raise InputError(
            "no account is followed: give an [[account]] table in "
            f"{args.config or paths.config_file()}, or positions in {paths.positions_file()}"
        )
    return config


def _is_complete(engine: "Engine") -> bool:
    """Whether every account has answered and the markets of what it holds are known."""
    from cockpit.cli.exposure import is_complete

    return is_complete(engine) and all(
        (market := engine.view.market(position.venue, position.symbol)) is not None
        and len(market.settled) > 0
        for book in engine.view.accounts()
        for position in book.positions
    )
