"""`cockpit watch`: every changed market as a line of JSON, at most N times a second."""

import argparse
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.cli import common, loops, output
from cockpit.cli.headless import make_desk
from cockpit.cli.options import number, parse_duration
from cockpit.core.errors import NoVenueError
from cockpit.desk import reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cockpit.desk.contract import Desk, RunningDesk
    from cockpit.desk.stats import DeskStats

HELP = "changed markets as JSON lines until stopped"
ALERTS_HELP = (
    "alerts as they fire and clear, instead of markets: at_ns, rule, kind, happening "
    "(fired|escalated|cleared), severity, subject, venue|null, symbol|null, value|null in unit, "
    "threshold, words"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_live_options(parser)
    common.add_history_option(parser)
    parser.add_argument("--for", dest="duration", metavar="D", help="stop after (default: never)")
    parser.add_argument(
        "--hz", type=number, default=2.0, metavar="N", help="most lines a second and market"
    )
    parser.add_argument("--depth", type=common.positive_int, metavar="N", help="levels a side")
    parser.add_argument("--alerts", action="store_true", help=ALERTS_HELP)
    parser.add_argument("--json", action="store_true", help="print JSON lines (the only format)")


def run(args: argparse.Namespace) -> int:
    common.require_json(args)
    duration_s = parse_duration(args.duration, "--for") if args.duration else None
    if not 0 < args.hz <= 50:
        from cockpit.core.errors import InputError

        raise InputError(f"--hz is {args.hz:g}; expected above 0 and at most 50")
    order = _Order(args.hz, args.depth, duration_s, args.alerts)
    args.hz = None
    config = common.load_config(args)
    desk = make_desk(
        args,
        config,
        None if args.alerts else [],
        with_alerts=args.alerts,
        memory=common.memory_order(args, config),
        # A rule about a position needs its market; of markets, those that were named are meant.
        watches_held=args.alerts or not args.symbols,
    )
    return loops.run(_stream(desk, config.watch.symbols, order))


@dataclass(frozen=True, slots=True)
class _Order:
    """`depth` None is as deep as books are followed, `duration_s` None without end."""

    hz: float
    depth: int | None
    duration_s: float | None
    is_of_alerts: bool


class Changed:
    """Every market as it is now, if it is not as it was when it was written last."""

    def __init__(self, depth: int | None) -> None:
        self._depth = depth
        self._written: dict[tuple[str, str], int] = {}

    def lines(self, desk: "Desk", stats: "DeskStats") -> "Iterator[object]":
        from msgspec.structs import asdict

        from cockpit.documents.snapshot import is_listed, market_document

        at_ns = stats.at_ns
        for market in desk.view.markets():
            key = (market.venue, market.symbol)
            if market.version == self._written.get(key, 0) or not is_listed(desk.view, market):
                continue
            self._written[key] = market.version
            yield {"at_ns": at_ns, **asdict(market_document(market, at_ns, self._depth))}


class Told:
    """The alerts that were told since the last look."""

    def __init__(self) -> None:
        self._told = 0

    def lines(self, desk: "Desk", stats: "DeskStats") -> "Iterator[object]":
        new, self._told = stats.alerts.told - self._told, stats.alerts.told
        shown = stats.alerts.history[-new:] if new else ()
        if len(shown) < new:
            _say([f"{new - len(shown)} alerts came at once and are not written"])
        yield from shown


async def _stream(desk: "RunningDesk", wanted: "Sequence[str]", order: _Order) -> int:
    stop = loops.StopSignals(order.duration_s)
    source: Told | Changed = Told() if order.is_of_alerts else Changed(order.depth)
    # A rule is looked at once a second, and few of its alerts are remembered for long.
    period_s = min(1.0, 1 / order.hz) if order.is_of_alerts else 1 / order.hz
    incomplete: dict[str, None] = {}
    broken: dict[str, None] = {}
    missing: list[str] = []
    is_reached = False
    failed: dict[str, str] = {}
    await desk.start()
    try:
        while not stop.is_set:
            stats = desk.stats()
            _say_once(incomplete, [*reach.unlisted(desk.view, wanted), *_complaints(desk)])
            history = stats.feed.history.problem if stats.feed.history else ""
            _say_once(broken, filter(None, (stats.alerts.problem, history)))
            _write(source.lines(desk, stats))
            await stop.within(period_s)
            venues = desk.view.venues()
            is_reached = is_reached or any(venue.state == "live" for venue in venues)
            failed |= {v.name: v.reason or v.state for v in venues if v.state == "down"}
        if order.is_of_alerts:
            _write(source.lines(desk, desk.stats()))
        had_its_time = not stop.told or len(failed) == len(desk.view.venues())
        if is_reached and had_its_time:
            missing = [f"{venue}: {reason}" for venue, reason in reach.missing(desk).items()]
    finally:
        await desk.stop()
    _say(missing)
    if stop.interrupted:
        return 130
    # Who is told to end before the first answer has not failed.
    if had_its_time and not is_reached:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in failed.items()) or "no answer"
        raise NoVenueError(f"no venue could be reached: {reasons}")
    return 4 if incomplete or missing else 0


def _complaints(desk: "Desk") -> list[str]:
    """What the trader's own files say that cannot be used: a rule of them never fires, and who
    relies on it has to know."""
    return [
        notice.text for notice in desk.notices() if notice.is_answer and notice.severity != "info"
    ]


def _say_once(said: dict[str, None], sentences: "Iterable[str]") -> None:
    """What has not been told yet goes to stderr, and to what was `said`."""
    new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in said]
    said.update(dict.fromkeys(new))
    _say(new)


def _say(sentences: "Iterable[str]") -> None:
    for sentence in sentences:
        print(f"cockpit: {sentence}", file=sys.stderr)


def _write(lines: "Iterable[object]") -> None:
    """Each line at once: a reader of the pipe never sees half of one."""
    import msgspec

    for line in lines:
        with output.stdout() as out:
            out.write(msgspec.json.encode(line) + b"\n")
