"""`cockpit trades`: positions as trades, what each earned part by part, and rows for tax tools."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli import common, output
from cockpit.cli.exposure import add_account_options, followed, is_complete, parse_account
from cockpit.cli.headless import make_desk
from cockpit.cli.options import parse_duration
from cockpit.core.errors import InputError
from cockpit.desk import reach

if TYPE_CHECKING:
    from cockpit.core.account import Account
    from cockpit.desk.contract import Desk
    from cockpit.state.view import MarketView

HELP = "positions as trades: profit part by part, spreads, dangers; `export` for tax tools"
FORMATS = ("csv", "koinly", "cointracker")
POLL_S = 0.05
SETTLE_S = 2.0
"""How long a complete state still waits for what tells of the past: fills, payments, rates."""
DEPTH = 20
"""Levels of the books that leaving a trade is priced on."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("export",), help="rows instead of a document")
    common.add_live_options(parser)
    parser.add_argument("--format", choices=FORMATS, help="of the rows")
    add_account_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    if args.what == "export":
        if args.format is None and not args.json:
            raise InputError(
                f"--format: is missing; expected one of {', '.join(FORMATS)}, or --json instead"
            )
        if args.format is not None and args.json:
            raise InputError(f"--json: is another form than --format {args.format}; give one")
    else:
        if args.format is not None:
            raise InputError("--format: belongs to `cockpit trades export`")
        common.require_json(args)
    duration_s = parse_duration(args.duration, "--for")
    chosen = [parse_account(text) for text in args.account] if args.account else None
    if args.view:
        return _of_snapshot(args, chosen)
    return asyncio.run(_live(args, chosen, duration_s))


def _answer(args: argparse.Namespace, view: "MarketView", now_ns: int) -> int:
    """Print what was asked for; 4 where a part of it is not known."""
    return _export(args, view, now_ns) if args.what else _document(view, now_ns)


def _document(view: "MarketView", now_ns: int) -> int:
    from cockpit.documents.trades import trades_document
    from cockpit.portfolio import positions as exposures
    from cockpit.portfolio.trades import reading
    from cockpit.portfolio.trades.dangers import INCOMPLETE

    trades = reading.read(view, now_ns)
    warnings = [
        *exposures.read(view, now_ns).warnings,
        *(
            f"{trade.name}: {danger.words}"
            for trade in trades.trades
            for danger in trade.dangers
            if danger.kind in INCOMPLETE
        ),
    ]
    output.write_document(trades_document(trades, view.trades.closed, warnings))
    return 4 if warnings else 0


def _export(args: argparse.Namespace, view: "MarketView", now_ns: int) -> int:
    from cockpit.documents.trades_export import csv_text, rows

    found = rows(view, now_ns)
    if args.json:
        output.write_document(found)
        return 4 if found.left_out else 0
    with output.stdout() as out:
        out.write(csv_text(found.rows, args.format).encode())
    for words in found.left_out:
        print(f"cockpit: {words}", file=sys.stderr)
    return 4 if found.left_out else 0


def _of_snapshot(args: argparse.Namespace, chosen: "list[Account] | None") -> int:
    """A snapshot knows what is held, and nothing of what was traded."""
    from cockpit.documents.saved_view import load_view
    from cockpit.portfolio.trades.keeper import Keeper

    view = load_view(Path(args.view))
    config = common.load_config(args)
    view.asset_rules, view.own_taker_fees = config.assets, config.own_taker_fees
    if chosen is not None:
        there = {(book.venue, book.address) for book in view.accounts()}
        for account in chosen:
            if (account.venue, account.address) not in there:
                raise InputError(f"{args.view}: has no account {account}")
        view.follow((account.venue, account.address, "") for account in chosen)
        view.set_manual(())
    Keeper(view).look(view.at_ns)
    return _answer(args, view, view.at_ns)


async def _live(args: argparse.Namespace, chosen: "list[Account] | None", duration_s: float) -> int:
    """Connect, wait until accounts and their markets are known, answer before the links close."""
    from cockpit.desk.contract import LookAtTrades
    from cockpit.storage import paths

    config, typed = followed(args, chosen, DEPTH)
    is_own = not args.endpoints and chosen is None
    desk = make_desk(args, config, typed, trades=paths.state_dir() if is_own else None)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + duration_s
    await desk.start()
    try:
        while loop.time() < deadline:
            await asyncio.sleep(POLL_S)
            if _knows_the_past(desk):
                deadline = min(deadline, loop.time() + SETTLE_S)
        reach.require_any(desk.view)
        desk.post(LookAtTrades())
        return _answer(args, desk.view, desk.stats().at_ns)
    finally:
        await desk.stop()


def _knows_the_past(desk: "Desk") -> bool:
    """Whether every account has answered and what its markets paid is known."""
    return is_complete(desk) and all(
        (market := desk.view.market(position.venue, position.symbol)) is not None
        and len(market.settled) > 0
        for book in desk.view.accounts()
        for position in book.positions
    )
