"""`cockpit watch`: every changed market as a line of JSON, at most N times a second."""

import argparse
import sys
from typing import TYPE_CHECKING

from cockpit.cli import common, loops, output
from cockpit.cli.headless import make_engine
from cockpit.cli.options import number, parse_duration
from cockpit.core.errors import NoVenueError
from cockpit.desk import reach

if TYPE_CHECKING:
    from cockpit.desk.live import Engine

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
    hz, args.hz = args.hz, None
    config = common.load_config(args)
    engine = make_engine(
        args,
        config,
        None if args.alerts else [],
        with_alerts=args.alerts,
        memory=common.memory_order(args, config),
        # A rule about a position needs its market; of markets, those that were named are meant.
        watches_held=args.alerts or not args.symbols,
    )
    return loops.run(_stream(engine, hz, args.depth, duration_s, alerts=args.alerts))


async def _stream(
    engine: "Engine", hz: float, depth: int | None, duration_s: float | None, *, alerts: bool
) -> int:
    import msgspec

    from cockpit.documents.snapshot import is_listed, market_document

    stop = loops.StopSignals(duration_s)
    drawn: dict[tuple[str, str], int] = {}
    encode = msgspec.json.Encoder().encode
    fired: list[bytes] = []
    if alerts:
        # Written below and not here: a reader that has gone must end the command, not the alerts.
        engine.alerting.listen(lambda alert: fired.append(encode(alert)))
    problem = trouble = ""
    unlisted: list[str] = []
    complaints: list[str] = []
    is_reached = False
    failed: dict[str, str] = {}
    await engine.start()
    try:
        while not stop.is_set:
            unlisted = _say_once(unlisted, reach.unlisted(engine.view, engine.wanted))
            _write_all(fired)
            # A rule that cannot be used fires never: who relies on it has to know.
            complaints = _say_once(complaints, _complaints(engine))
            problem = _say(engine.alerting.hook_problem, problem)
            if engine.memory is not None:
                trouble = _say(engine.memory.status.problem, trouble)
            now_ns = engine.clock.now_ns()
            for market in () if alerts else engine.view.markets():
                key = (market.venue, market.symbol)
                if market.version == drawn.get(key, 0) or not is_listed(engine.view, market):
                    continue
                drawn[key] = market.version
                said = market_document(market, now_ns, depth)
                line = {"at_ns": now_ns, **msgspec.structs.asdict(said)}
                _write(encode(line))
            await stop.within(1 / hz)
            is_reached = is_reached or any(venue.state == "live" for venue in engine.view.venues())
            failed |= {
                venue.name: venue.reason or venue.state
                for venue in engine.view.venues()
                if venue.state == "down"
            }
        _write_all(fired)
        had_its_time = duration_s is not None or failed.keys() >= engine.specs.keys()
        missing = _missing(engine) if is_reached and had_its_time else []
    finally:
        await engine.stop()
    _say_once([], missing)
    if stop.interrupted:
        return 130
    # Who is told to end before the first answer has not failed.
    if had_its_time and not is_reached:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in failed.items()) or "no answer"
        raise NoVenueError(f"no venue could be reached: {reasons}")
    return 4 if unlisted or complaints or missing else 0


def _missing(engine: "Engine") -> list[str]:
    """A sentence for each venue that is away at the end, or never told its markets."""
    missing = reach.unreachable(engine.view) | reach.unanswered(engine.view, engine.stats())
    return [f"{venue}: {reason}" for venue, reason in missing.items()]


def _complaints(engine: "Engine") -> list[str]:
    """What the trader's own files say that cannot be used, in words."""
    return [
        notice.text for notice in engine.notices() if notice.is_answer and notice.severity != "info"
    ]


def _write_all(lines: list[bytes]) -> None:
    for line in lines:
        _write(line)
    lines.clear()


def _say_once(said: list[str], sentences: list[str]) -> list[str]:
    """What has not been told yet goes to stderr; returns all that has been told."""
    new = [sentence for sentence in sentences if sentence not in said]
    for sentence in new:
        print(f"cockpit: {sentence}", file=sys.stderr)
    return said + new


def _say(problem: str, before: str) -> str:
    """What does not work (a hook, the history) is told on stderr, once; returns what has been."""
    if problem and problem != before:
        print(f"cockpit: {problem}", file=sys.stderr)
    return problem


def _write(line: bytes) -> None:
    """A whole line at once: a reader of the pipe never sees half of one."""
    with output.stdout() as out:
        out.write(line + b"\n")
