"""`cockpit scan`: every pair of every asset, ranked by what it leaves at one size."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli import common, loops, output
from cockpit.cli.options import number, parse_duration
from cockpit.core.assets import listed_symbol
from cockpit.core.errors import InputError
from cockpit.desk import reach

if TYPE_CHECKING:
    from cockpit.calculators.common.market_data import Settings
    from cockpit.calculators.scan.listing import Listing, Row, ScanInputs
    from cockpit.calculators.scan.ranked import RankedPairs
    from cockpit.config import Config
    from cockpit.desk.contract import Desk, RunningDesk
    from cockpit.state.view import MarketView

HELP = "every pair of every asset on every venue, ranked net at one size"
POLL_S = 0.05
BEST_FOLLOWED = 10
"""Assets whose books and funding history are fetched once they are known to be the best."""
SURVEY_SHARE = 0.6
"""Of the time that may be waited: a venue that has not told its markets by then is left out."""
HISTORY_GRACE_S = 3.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--usd", type=number, default=10_000.0, metavar="N", help="of one leg (default 10k)"
    )
    parser.add_argument("--hold", default="24h", metavar="D", help="whole hours (default 24h)")
    parser.add_argument(
        "--where", metavar="EXPR", help='such as "net>50 and oi>5m and venue!=NAME and gate=pass"'
    )
    parser.add_argument("--top", type=common.positive_int, metavar="N", help="only the best N")
    parser.add_argument("--view", metavar="FILE", help="rank a saved `cockpit snapshot --json`")
    common.add_live_options(parser)
    parser.add_argument(
        "--history",
        metavar="DIR",
        help="what was paid from this folder (default: what the cockpit remembers of the venues' "
        "own world, for --endpoints nothing)",
    )
    parser.add_argument(
        "--for", dest="duration", default="15s", metavar="D", help="wait at most (default 15s)"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON document")
    form.add_argument("--csv", action="store_true", help="print CSV, a row a pair")


def run(args: argparse.Namespace) -> int:
    if not (args.json or args.csv):
        raise InputError("this command prints JSON or CSV: add --json or --csv")
    import numpy as np

    from cockpit.calculators.scan import where
    from cockpit.calculators.scan.document import scan_document

    duration_s = parse_duration(args.duration, "--for")
    inputs = _inputs(args)
    try:
        conditions = where.parse_where(args.where) if args.where else ()
    except ValueError as error:
        raise InputError(f"--where: {error}") from None
    config = common.load_config(args)
    only = frozenset(config.watch.symbols) if args.symbols else None
    memory = common.memory_order(args, config)
    scan = _Scan(config, inputs, only, memory.folder.path if memory else None)
    warnings: list[str] = []
    if args.view:
        from cockpit.documents.saved_view import load_view

        saved = load_view(Path(args.view))
        saved.asset_rules, saved.own_margins = config.assets, config.own_margins
        at_ns, pairs = saved.at_ns, scan.ranked(saved, saved.at_ns)
    else:
        from cockpit.cli.headless import make_desk

        desk = make_desk(args, config, watches_held=only is None)
        at_ns, warnings, pairs = loops.run(scan.live(desk, duration_s))
    warnings += scan.trouble
    kept = pairs.rows(np.flatnonzero(where.chosen(pairs, conditions)).tolist()[: args.top])
    if args.csv:
        _write_csv(kept)
        for words in warnings:
            print(f"cockpit: {words}", file=sys.stderr)
    else:
        output.write_document(
            scan_document(kept, inputs, at_ns=at_ns, markets=scan.markets, warnings=warnings)
        )
    return 4 if warnings else 0


def _inputs(args: argparse.Namespace) -> "ScanInputs":
    from cockpit.calculators.scan.listing import ScanInputs

    hold_h = parse_duration(args.hold, "--hold") / 3600
    if hold_h != int(hold_h) or not 1 <= hold_h <= 87600:
        raise InputError(f"--hold: {args.hold!r}: expected whole hours, 1h at least")
    if not args.usd > 0:
        raise InputError(f"--usd: {args.usd:g}: expected a size above zero")
    return ScanInputs(usd=args.usd, hold_h=int(hold_h))


class _Scan:
    """One ranking, from a saved state or from venues that are asked now."""

    def __init__(
        self,
        config: "Config",
        inputs: "ScanInputs",
        only: frozenset[str] | None,
        history: Path | None,
    ) -> None:
        self._config = config
        self._inputs = inputs
        self._only = only
        self._history = history
        self.markets = 0
        """How many were looked at, of the last ranking."""
        self.trouble: list[str] = []
        """Why history was not used in it."""

    def ranked(self, view: "MarketView", at_ns: int) -> "RankedPairs":
        from cockpit.calculators.scan.ranking import ScanJob, rank
        from cockpit.calculators.scan.reading import listings_of, market_count

        settings = self._settings(at_ns, view.clock_offset_ns)
        listings = self._with_kept(listings_of(view, settings, self._inputs), at_ns)
        if self._only is not None:
            listings = tuple(one for one in listings if one.symbol in self._only)
        self.markets = market_count(view)
        return rank(ScanJob(listings=listings, inputs=self._inputs, at_ns=settings.now_ns))

    async def live(
        self, desk: "RunningDesk", duration_s: float
    ) -> "tuple[int, list[str], RankedPairs]":
        """(time, warnings, pairs): survey all, then follow the best, then rank again.

        NoVenueError if no venue could be reached.
        """
        from cockpit.cli.snapshot import has_history, is_complete
        from cockpit.desk.contract import Survey, Watch

        loop = asyncio.get_running_loop()
        began = loop.time()
        deadline = began + duration_s
        desk.post(Survey(is_on=True))
        await desk.start()
        try:
            while loop.time() < began + SURVEY_SHARE * duration_s and not _is_surveyed(desk):
                await asyncio.sleep(POLL_S)
            reach.require_any(desk.view)
            best = self._best(self.ranked(desk.view, desk.stats().at_ns))
            if best:
                desk.post(Watch(best))
            while best and loop.time() < deadline:
                await asyncio.sleep(POLL_S)
                if is_complete(desk):
                    if has_history(desk):
                        break
                    deadline = min(deadline, loop.time() + HISTORY_GRACE_S)
            at_ns = desk.stats().at_ns
            # Before the links close: with them the books go.
            named = () if self._only is None else self._config.watch.symbols
            unlisted = reach.unlisted(desk.view, named)
            return at_ns, [*_lacks(desk), *unlisted], self.ranked(desk.view, at_ns)
        finally:
            await desk.stop()

    def _best(self, pairs: "RankedPairs") -> tuple[str, ...]:
        """The symbols to follow: those asked for, else the watch list and those of the best pairs.

        Nothing where there is no watch list: then everything is followed as it is.
        """
        watched = self._config.watch.symbols
        if self._only is not None or not watched:
            return watched
        named = (
            pairs.symbol_of(place)
            for place in pairs.best.tolist()
            if pairs.value(place, "net_usd") is not None
        )
        best = tuple(dict.fromkeys(listed_symbol(name) for name in named))[:BEST_FOLLOWED]
        return tuple(dict.fromkeys((*watched, *best)))

    def _with_kept(self, listings: "tuple[Listing, ...]", at_ns: int) -> "tuple[Listing, ...]":
        """The same with what history keeps of the funding that was paid, where there is any."""
        from cockpit.core.errors import CockpitError
        from cockpit.desk.scan_worker import with_kept

        self.trouble = []
        try:
            return listings if self._history is None else with_kept(listings, self._history, at_ns)
        except CockpitError as error:
            self.trouble = [f"history is not used: {error.ui_message}"]
            return listings

    def _settings(self, at_ns: int, clock_offset_ns: int) -> "Settings":
        from cockpit import venues
        from cockpit.desk.calculator_settings import settings_for

        specs = venues.specs(venues.REGISTRY)
        return settings_for(self._config, specs, at_ns, clock_offset_ns)


def _is_surveyed(desk: "Desk") -> bool:
    """Whether every venue has told the figures of all its markets."""
    return all(
        venue.surveyed_ns is not None and desk.view.listed(venue.name)
        for venue in desk.view.venues()
    )


def _lacks(desk: "Desk") -> list[str]:
    """What a reader must know of the venues that were asked."""
    missing = reach.missing(desk)
    warnings = [f"{venue}: {reason}" for venue, reason in missing.items()]
    silent = (
        venue.name
        for venue in desk.view.venues()
        if venue.surveyed_ns is None and venue.name not in missing
    )
    return [*warnings, *(f"{name}: has not told its markets in time" for name in silent)]


def _write_csv(rows: "Sequence[Row]") -> None:
    import csv
    import io

    from cockpit.calculators.scan.document import HEADER, csv_row

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(csv_row(row) for row in rows)
    with output.stdout() as out:
        out.write(text.getvalue().encode())
