"""`cockpit replay`: the same screen on recorded tapes."""

import argparse
import math

from cockpit.cli import common

HELP = "the screen on recorded tapes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a tape, or a folder of tapes")
    parser.add_argument("--speed", default="1", metavar="X", help="times real time, or max")
    parser.add_argument(
        "--from", dest="start", metavar="TIME", help="start here: ISO 8601 UTC, or +30s into it"
    )
    common.add_live_options(parser)
    common.add_screen_options(parser)


def run(args: argparse.Namespace) -> int:
    from cockpit.cli.screen import refuse_without_terminal, run_screen, splash

    with splash():
        from cockpit.desk.recordings import find_tapes
        from cockpit.desk.replay import ReplayEngine
        from cockpit.desk.trader_files import TraderPaths
        from cockpit.storage import paths

        speed = parse_speed(args.speed)
        config = common.load_config(args)
        files = find_tapes(args.paths)
        kept = TraderPaths(plans=paths.plans_dir())
        engine = ReplayEngine(
            files, speed=speed, start=args.start, config=config, trader_paths=kept
        )
        refuse_without_terminal()
        return run_screen(engine, config, diff=args.diff)


def parse_speed(text: str) -> float | None:
    """Times real time; None is as fast as possible. InputError otherwise."""
    from cockpit.core.errors import InputError

    if text == "max":
        return None
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = math.nan
    if not 0 < speed <= 10_000:
        raise InputError(f"--speed is {text!r}; expected a number above 0, such as 10, or max")
    return speed
