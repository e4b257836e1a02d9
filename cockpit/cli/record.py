"""`cockpit record`: a headless recorder that outlives the terminal it was started from."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli import common, loops
from cockpit.cli.options import parse_duration
from cockpit.storage import paths

if TYPE_CHECKING:
    from cockpit.desk.contract import Desk, RunningDesk
    from cockpit.desk.memory import MemoryOrder
    from cockpit.desk.stats import VenueStats
    from cockpit.history.service import Status

HELP = "record every venue to a tape and into history, without a screen"
LOOK_S = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_live_options(parser)
    common.add_history_option(parser)
    parser.add_argument("--out", metavar="DIR", help="folder for the tapes (default: state folder)")
    parser.add_argument("--for", dest="duration", metavar="D", help="stop after (default: never)")
    parser.add_argument(
        "--history-only", action="store_true", help="keep history alone, write no tapes"
    )


def run(args: argparse.Namespace) -> int:
    duration_s = parse_duration(args.duration, "--for") if args.duration else None
    config = common.load_config(args)
    endpoints = common.load_endpoint_file(args)

    from msgspec.structs import replace

    from cockpit.cli.logs import start_logging
    from cockpit.core.errors import InputError
    from cockpit.desk.live import DeskFiles, Engine
    from cockpit.desk.recorder import TapeOrder

    start_logging(config.log_level)
    memory = common.memory_order(args, config, "recorder")
    tapes = None
    if args.history_only:
        _require_memory(memory, config.history.enabled, args.out)
    else:
        folder = Path(args.out) if args.out else paths.tapes_dir()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise InputError(f"--out {folder}: cannot be made: {error.strerror}") from error
        tapes = TapeOrder(folder, origin="sim" if endpoints else "mainnet")
    desk = Engine(
        # Whoever records does not watch: people are told by the screen and by `watch --alerts`.
        replace(config, notify={}),
        endpoints=endpoints,
        files=DeskFiles(tapes=tapes, memory=memory, black_boxes=paths.black_box_dir()),
        is_forecasting=memory is not None,
    )
    interrupted = loops.run(_record(desk, duration_s))
    print(report(desk), file=sys.stderr)
    if interrupted:
        return 130
    wires = desk.stats().venues.values()
    if any(wire.tape_error for wire in wires):
        return 4
    return 0 if any(wire.frames for wire in wires) else 3


def _require_memory(memory: "MemoryOrder | None", is_enabled: bool, out: str | None) -> None:
    """InputError where `--history-only` would write nothing, or where tapes were asked for too."""
    from cockpit.core.errors import InputError

    if out:
        raise InputError("--out is a folder for tapes, and --history-only writes none")
    if memory is None and not is_enabled:
        raise InputError("--history-only: history.enabled is false in your config")
    if memory is None:
        raise InputError("--history-only with --endpoints needs --history DIR: see --help")


async def _record(desk: "RunningDesk", duration_s: float | None) -> bool:
    """Until told to stop, or until no tape can be written any more; True if interrupted.

    A hang-up is no reason to stop: that is what the recorder is for.
    """
    loop = asyncio.get_running_loop()
    stop = loops.StopSignals(duration_s)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    loop.add_signal_handler(signal.SIGUSR1, lambda: print(report(desk), file=sys.stderr))
    try:
        await desk.start()
        while not await stop.within(LOOK_S):
            stats = desk.stats()
            if stats.feed.recording and all(wire.tape_error for wire in stats.venues.values()):
                break
    finally:
        await desk.stop()
    return stop.interrupted


def report(desk: "Desk") -> str:
    """A line a venue: state, messages, tape size, trouble."""
    stats = desk.stats()
    lines = []
    for name, wire in stats.venues.items():
        venue = desk.view.venue(name)
        state = f"{venue.state} {venue.reason}".strip() if venue else "unknown"
        tape = _tape(wire) if stats.feed.recording else "no tape wanted"
        lines.append(
            f"{name}: {state}, {wire.frames} messages, {wire.rejects} rejects, "
            f"{wire.reconnects} reconnects, {tape}"
        )
    if stats.feed.history is not None:
        lines.append(f"history: {_history(stats.feed.history)}")
    return "\n".join(lines)


def _history(status: "Status") -> str:
    rows = f"{status.samples} rows written"
    if status.standing == "following":
        return f"{rows}; another process writes"
    return f"{rows}; {status.problem or status.notice}".rstrip("; ")


def _tape(wire: "VenueStats") -> str:
    words = f"{wire.tape_bytes} bytes in {wire.tape}" if wire.tape else "no tape"
    return f"{words}; recording ended: {wire.tape_error}" if wire.tape_error else words
