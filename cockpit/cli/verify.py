"""`cockpit verify`: what the live wire says of each point that documents left open."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli import common, loops, output
from cockpit.cli.options import parse_duration
from cockpit.desk import reach

if TYPE_CHECKING:
    from cockpit.config import Config
    from cockpit.desk.contract import Desk, RunningDesk
    from cockpit.desk.stats import VenueStats
    from cockpit.verify.examination import Row
    from cockpit.verify.report import Report, VenueWatched

HELP = "what the live wire says of each point that documents left open; records a tape"
LOOK_S = 0.2
ONE_FILE_BYTES = 2**40
"""A tape that is read again as soon as it ends is one file, however long."""
WATCHED = ("BTC", "ETH", "SOL")
COLUMNS = ("venue", "point", "standing", "verdict", "why")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("venue", nargs="*", metavar="VENUE", help="only these (default: config's)")
    common.add_live_options(parser)
    parser.add_argument(
        "--for", dest="duration", default="2m", metavar="D", help="watch for (default 2m)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    duration_s = parse_duration(args.duration, "--for")
    if args.venue:
        args.venues = ",".join((*args.venue, *filter(None, (args.venues,))))
    config = common.load_config(args)
    desk = _desk(args, config)
    interrupted = loops.run(_watch(desk, duration_s))

    report = _report(desk)
    if args.json:
        output.write_document(report)
    else:
        _print(report)
    if interrupted:
        return 130
    if not any(venue.messages for venue in report.venues):
        return 3
    if any(row.verdict == "contradicted" for row in report.claims):
        return 1
    return 4 if any(venue.problem for venue in report.venues) else 0


def _desk(args: argparse.Namespace, config: "Config") -> "RunningDesk":
    """Not started yet. No account is followed: the tape is there to be shown to others."""
    from msgspec.structs import replace

    from cockpit.alerts.rule import Hook
    from cockpit.cli.logs import start_logging
    from cockpit.core.clock import WallClock
    from cockpit.core.errors import InputError
    from cockpit.core.units import utc_stamp
    from cockpit.desk.live import DeskFiles, Engine
    from cockpit.desk.recorder import TapeOrder
    from cockpit.storage import paths

    endpoints = common.load_endpoint_file(args)
    start_logging(config.log_level)
    folder = paths.tapes_dir() / f"verify-{utc_stamp(WallClock().now_ns())}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made: {error.strerror}") from error
    # A survey has no books: of a config that names no market, some are watched all the same.
    watch = replace(config.watch, symbols=config.watch.symbols or WATCHED)
    return Engine(
        replace(config, watch=watch, account=(), alert_hook=Hook(), notify={}),
        endpoints=endpoints,
        files=DeskFiles(
            tapes=TapeOrder(
                folder, origin="sim" if endpoints else "mainnet", rotate_bytes=ONE_FILE_BYTES
            ),
            black_boxes=paths.black_box_dir(),
        ),
    )


async def _watch(desk: "RunningDesk", duration_s: float) -> bool:
    """Until time is over or told to stop; True if interrupted."""
    stop = loops.StopSignals(duration_s)
    try:
        await desk.start()
        while not await stop.within(LOOK_S):
            pass
    finally:
        await desk.stop()
    return stop.interrupted


def _report(desk: "Desk") -> "Report":
    """Every tape before the judges of its venue."""
    from cockpit.verify.report import Report

    stats = desk.stats()
    venues, claims = [], []
    for name, wire in stats.venues.items():
        watched, rows = _examine(desk, name, wire)
        venues.append(watched)
        claims += rows
    return Report(at_ns=stats.at_ns, venues=venues, claims=claims)


def _examine(desk: "Desk", name: str, wire: "VenueStats") -> "tuple[VenueWatched, list[Row]]":
    """What one venue's tape says of its claims, and what kept it from saying more."""
    from cockpit.desk.recordings import open_recording
    from cockpit.verify.examination import Examination, examine
    from cockpit.verify.report import VenueWatched

    examination = Examination.of(name, desk.view.clock_offset_ns)
    messages = examine(*open_recording(Path(wire.tape)), examination) if wire.tape else 0
    unreached = "" if messages else reach.unreachable(desk.view).get(name, "nothing was said")
    watched = VenueWatched(
        venue=name,
        messages=messages,
        tape=wire.tape,
        problem=unreached or wire.tape_error,
    )
    return watched, examination.rows()


def _print(report: "Report") -> None:
    """The table, then where the tapes are; both of what was reached and of what was not."""
    rows = [COLUMNS] + [
        (row.venue, row.point, row.standing, row.verdict, row.why) for row in report.claims
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS) - 1)]
    with output.stdout() as out:
        for row in rows:
            cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
            out.write(("  ".join((*cells, row[-1])) + "\n").encode())
        for venue in report.venues:
            words = f"{venue.venue}: {venue.messages} messages in {venue.tape or 'no tape'}"
            out.write((words + f"; {venue.problem}" * bool(venue.problem) + "\n").encode())
