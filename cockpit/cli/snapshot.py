"""`cockpit snapshot`: connect, wait until everything wanted is there, print it, leave."""

import argparse
import asyncio
from typing import TYPE_CHECKING

from cockpit.cli import common, loops, output
from cockpit.cli.headless import make_desk
from cockpit.cli.options import parse_duration
from cockpit.desk import reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.desk.contract import Desk, RunningDesk
    from cockpit.documents.schema import SnapshotDocument
    from cockpit.state.view import MarketRead

HELP = "the state of every wanted market as one JSON document"
POLL_S = 0.05
HISTORY_GRACE_S = 3.0
"""How long a complete state still waits for settled history, which a venue's limits may slow."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_live_options(parser)
    parser.add_argument(
        "--for", dest="duration", default="10s", metavar="D", help="wait at most (default 10s)"
    )
    parser.add_argument("--depth", type=common.positive_int, metavar="N", help="levels a side")
    parser.add_argument("--schema", action="store_true", help="print the JSON schema and leave")
    parser.add_argument("--json", action="store_true", help="print JSON (the only format)")


def run(args: argparse.Namespace) -> int:
    if args.schema:
        from cockpit.documents.schema import json_schema

        output.write_document(json_schema())
        return 0
    common.require_json(args)
    duration_s = parse_duration(args.duration, "--for")
    config = common.load_config(args)
    desk = make_desk(args, config, watches_held=not args.symbols)
    document = loops.run(collect(desk, config.watch.symbols, duration_s, args.depth))
    output.write_document(document)
    return 4 if document.warnings else 0


async def collect(
    desk: "RunningDesk", wanted: "Sequence[str]", duration_s: float, depth: int | None
) -> "SnapshotDocument":
    """Wait until complete or out of time, and describe the state. Raises for exits 2 and 3.

    `wanted` are the symbols that were named: of one that nobody lists there is a warning.
    """
    from cockpit.documents.snapshot import snapshot

    loop = asyncio.get_running_loop()
    deadline = loop.time() + duration_s
    await desk.start()
    try:
        while loop.time() < deadline:
            await asyncio.sleep(POLL_S)
            # Nothing to wait for if nobody lists any of what is wanted: raises.
            reach.unlisted(desk.view, wanted)
            if is_complete(desk):
                if has_history(desk):
                    break
                deadline = min(deadline, loop.time() + HISTORY_GRACE_S)
        reach.require_any(desk.view)
        notes = [f"{venue}: {reason}" for venue, reason in reach.missing(desk).items()]
        notes += reach.unlisted(desk.view, wanted)
        # Before the links close: with them the books go.
        return snapshot(desk.view, desk.stats().at_ns, depth, notes)
    finally:
        await desk.stop()


def is_complete(desk: "Desk") -> bool:
    """Whether nothing is lacking in any market that its venue lists."""
    from cockpit.documents.snapshot import lacks
    from cockpit.portfolio.positions import is_unread

    now_ns = desk.stats().at_ns
    if not reach.is_listing(desk.view):
        return False
    if any(is_unread(book, now_ns) for book in desk.view.accounts()):
        return False
    return all(lacks(market, now_ns) in ([], ["delisted"]) for market in _listed(desk))


def has_history(desk: "Desk") -> bool:
    """Whether every market that trades has at least one settled rate."""
    return all(
        len(market.settled) or (market.instrument and market.instrument.status == "delisted")
        for market in _listed(desk)
    )


def _listed(desk: "Desk") -> "list[MarketRead]":
    from cockpit.documents.snapshot import is_listed

    return [market for market in desk.view.markets() if is_listed(desk.view, market)]
