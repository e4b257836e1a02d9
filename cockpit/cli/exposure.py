"""`cockpit exposure`: positions by public address, and what they amount to over all venues."""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli import common, output
from cockpit.cli.headless import make_desk
from cockpit.cli.options import parse_duration
from cockpit.core.errors import InputError
from cockpit.desk import reach

if TYPE_CHECKING:
    from cockpit.config import Config
    from cockpit.core.account import Account
    from cockpit.core.events import Position
    from cockpit.desk.contract import Desk, RunningDesk
    from cockpit.portfolio.positions import Portfolio

HELP = "positions, exposure, carry, margin and liquidation distances of followed accounts"
POLL_S = 0.05
PAYMENTS_GRACE_S = 3.0
"""How long a complete state still waits for what was paid, which some venues tell page by page."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_live_options(parser)
    add_account_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON (the only format)")


def add_account_options(parser: argparse.ArgumentParser) -> None:
    """Of whose positions, and from where they are read."""
    parser.add_argument(
        "--account",
        action="append",
        metavar="VENUE:ADDRESS",
        help="only this public address; may be given again",
    )
    parser.add_argument("--view", metavar="FILE", help="compute on a saved snapshot, not live")
    parser.add_argument(
        "--for", dest="duration", default="10s", metavar="D", help="wait at most (default 10s)"
    )


def run(args: argparse.Namespace) -> int:
    common.require_json(args)
    duration_s = parse_duration(args.duration, "--for")
    chosen = [parse_account(text) for text in args.account] if args.account else None

    from cockpit.documents.exposure import exposure_document

    if args.view:
        from cockpit.documents.saved_portfolio import load_portfolio

        portfolio = load_portfolio(Path(args.view), chosen, common.load_config(args).assets)
    else:
        portfolio = asyncio.run(_live(args, chosen, duration_s))
    output.write_document(exposure_document(portfolio))
    return 4 if portfolio.warnings else 0


def parse_account(text: str) -> "Account":
    from cockpit.core.account import Account
    from cockpit.venues import account_problem

    try:
        account = Account.parse(text)
    except ValueError as error:
        raise InputError(f"--account: {error}, such as VENUE:ADDRESS") from None
    problem = account_problem(account)
    if problem:
        raise InputError(f"--account: {problem}")
    return account


async def _live(
    args: argparse.Namespace, chosen: "list[Account] | None", duration_s: float
) -> "Portfolio":
    """Connect, wait until all accounts and the rates of their markets are known, or time is up."""
    config, typed = followed(args, chosen)
    return await _collect(make_desk(args, config, typed), duration_s)


def followed(
    args: argparse.Namespace, chosen: "list[Account] | None", depth: int = 1
) -> "tuple[Config, list[Position]]":
    """The settings with the accounts that are meant and their markets, and what was typed.

    `chosen` are only these accounts. InputError where there is neither account nor position.
    """
    import msgspec

    from cockpit.config import Follow
    from cockpit.storage import paths
    from cockpit.venues import REGISTRY

    config = common.load_config(args)
    typed = [] if chosen is not None else common.load_positions()
    if chosen is not None:
        follows = tuple(Follow(venue=a.venue, address=a.address) for a in chosen)
        config = msgspec.structs.replace(config, account=follows)
    if not config.account and not typed:
        raise InputError(
            "no account is followed: give --account VENUE:ADDRESS, an [[account]] table in "
            f"{args.config or paths.config_file()}, or positions in {paths.positions_file()}"
        )
    venues = dict.fromkeys([*(f.venue for f in config.account), *(p.venue for p in typed)])
    strangers = [venue for venue in venues if venue not in REGISTRY]
    if strangers:
        # What is held elsewhere is worth what a venue that is followed says of its asset.
        kept = [venue for venue in venues if venue in REGISTRY]
        venues = dict.fromkeys([*kept, *config.watch.venues])
    symbols = dict.fromkeys([*config.watch.symbols, *(p.symbol for p in typed)])
    watch = msgspec.structs.replace(
        config.watch, venues=tuple(venues), symbols=tuple(symbols), depth=depth
    )
    return msgspec.structs.replace(config, watch=watch), typed


async def _collect(desk: "RunningDesk", duration_s: float) -> "Portfolio":
    from cockpit.portfolio import positions as exposures

    loop = asyncio.get_running_loop()
    deadline = loop.time() + duration_s
    await desk.start()
    try:
        while loop.time() < deadline:
            if is_complete(desk):
                if has_payments(desk):
                    break
                deadline = min(deadline, loop.time() + PAYMENTS_GRACE_S)
            await asyncio.sleep(POLL_S)
        # Before the links close: what is read then is stale.
        portfolio = exposures.read(desk.view, desk.stats().at_ns)
        if not _has_read(portfolio):
            reach.require_any(desk.view)
        return portfolio
    finally:
        await desk.stop()


def _has_read(portfolio: "Portfolio") -> bool:
    """Whether any account or price was read at all; what was read and lost again is only old."""
    accounts = any(account.age_s is not None for account in portfolio.accounts)
    return accounts or any(row.leg.price is not None for row in portfolio.rows)


def is_complete(desk: "Desk") -> bool:
    """Whether every account has answered and every position has a price and a rate.

    Of a venue that is not followed no rate will ever come.
    """
    from cockpit.portfolio import positions as exposures

    now_ns = desk.stats().at_ns
    if any(exposures.is_unread(book, now_ns) for book in desk.view.accounts()):
        return False
    portfolio = exposures.read(desk.view, now_ns)
    legs = [row.leg for row in portfolio.rows]
    has_margin = all(book.margins or book.status not in ("read", "flat")
                     for book in desk.view.accounts())  # fmt: skip
    return has_margin and all(
        leg.price is not None
        and (leg.carry_usd_per_hour is not None or desk.view.venue(leg.venue) is None)
        for leg in legs
    )


def has_payments(desk: "Desk") -> bool:
    """Whether of every position that was read it is known what it was paid."""
    from cockpit.portfolio import positions as exposures

    rows = exposures.read(desk.view, desk.stats().at_ns).rows
    return all(row.funding_paid_usd is not None or row.leg.is_manual for row in rows)
