"""`cockpit snapshot`: connect, wait until everything wanted is there, print it, leave."""

import argparse
import asyncio
from typing import TYPE_CHECKING

from cockpit.cli import common, loops, output
from cockpit.cli.headless import make_engine
from cockpit.cli.options import parse_duration
from cockpit.desk import reach

if TYPE_CHECKING:
    from cockpit.desk.live import Engine
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
    engine = make_engine(args, common.load_config(args), watches_held=not args.symbols)

    document = loops.run(collect(engine, duration_s, args.depth))
    output.write_document(document)
    return 4 if document.warnings else 0


async def collect(engine: "Engine", duration_s: float, depth: int | None) -> "SnapshotDocument":
    """Wait until complete or out of time, and describe the state. Raises for exits 2 and 3."""
    from cockpit.core.errors import NoVenueError
    from cockpit.documents.snapshot import snapshot

    loop = asyncio.get_running_loop()
    deadline = loop.time() + duration_s
    await engine.start()
    try:
        while loop.time() < deadline:
            await asyncio.sleep(POLL_S)
            # Nothing to wait for if nobody lists any of what is wanted: raises.
            reach.unlisted(engine.view, engine.wanted)
            if is_complete(engine):
                if has_history(engine):
                    break
                deadline = min(deadline, loop.time() + HISTORY_GRACE_S)
        missing = reach.unreachable(engine.view)
        if len(missing) == len(engine.specs):
            reasons = "; ".join(f"{venue}: {reason}" for venue, reason in missing.items())
            raise NoVenueError(f"no venue could be reached: {reasons}")
        missing |= reach.unanswered(engine.view, engine.stats())
        notes = [f"{venue}: {reason}" for venue, reason in missing.items()]
        notes += reach.unlisted(engine.view, engine.wanted)
        # Before the links close: with them the books go.
        return snapshot(engine.view, engine.clock.now_ns(), depth, notes)
    finally:
        await engine.stop()


def is_complete(engine: "Engine") -> bool:
    """Whether nothing is lacking in any market that its venue lists."""
    from cockpit.documents.snapshot import lacks
    from cockpit.portfolio.positions import is_unread

    now_ns = engine.clock.now_ns()
    if any(not engine.view.listed(name) for name in engine.specs):
        return False
    if any(is_unread(book, now_ns) for book in engine.view.accounts()):
        return False
    return all(lacks(market, now_ns) in ([], ["delisted"]) for market in _listed(engine))


def has_history(engine: "Engine") -> bool:
    """Whether every market that trades has at least one settled rate."""
    return all(
        len(market.settled) or (market.instrument and market.instrument.status == "delisted")
        for market in _listed(engine)
    )


def _listed(engine: "Engine") -> "list[MarketRead]":
    from cockpit.documents.snapshot import is_listed

    return [market for market in engine.view.markets() if is_listed(engine.view, market)]
