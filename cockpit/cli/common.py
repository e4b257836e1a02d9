"""Options that every live command takes, and what is made of them.

Imports nothing at its head but argparse: a screen says hello before it reads its settings.
"""

import argparse
from typing import TYPE_CHECKING, Any

from cockpit.cli.options import number, whole_number
from cockpit.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from cockpit.config import Config
    from cockpit.core.events import Position
    from cockpit.desk.memory import MemoryOrder
    from cockpit.history.writer_lock import Role
    from cockpit.wire.endpoints import Endpoint


def add_live_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to connect to")
    group.add_argument("--config", metavar="FILE", help="settings (default: `cockpit config path`)")
    group.add_argument("--venues", metavar="A,B", help="only these venues")
    group.add_argument("--symbols", metavar="X,Y", help="only these symbols")
    group.add_argument(
        "--endpoints", metavar="FILE", help="URLs in place of the venues': `cockpit sim`'s line"
    )
    group.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), help="of the log file"
    )


def add_screen_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the screen")
    group.add_argument("--theme", metavar="NAME", help="a theme's name")
    group.add_argument("--hz", type=number, metavar="N", help="most frames a second")
    group.add_argument("--color", choices=("auto", "truecolor", "256", "16", "none"))
    group.add_argument("--glyphs", choices=("auto", "braille", "block", "ascii"))
    group.add_argument(
        "--mouse",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="take the mouse, or leave it to the terminal, as over SSH",
    )
    group.add_argument(
        "--no-diff", dest="diff", action="store_false", help="send whole lines, not changed cells"
    )
    group.add_argument("--layout", choices=("auto", "wide", "normal", "narrow"))


def add_history_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--history",
        metavar="DIR",
        help="remember in this folder; what is not the venues' own world (the demo, --endpoints) "
        "is remembered only so",
    )


def memory_order(
    args: argparse.Namespace, config: "Config", role: "Role" = "cockpit", *, is_real: bool = True
) -> "MemoryOrder | None":
    """Where a run remembers; None where it does not.

    A made-up exchange is no memory of the trader's: what it says goes into no folder but one that
    was asked for. `is_real` False is such a world.
    """
    if not config.history.enabled:
        return None
    from pathlib import Path

    from cockpit.desk.memory import MemoryOrder
    from cockpit.history.layout import Folder, default_folder

    if args.history:
        folder = Folder(Path(args.history))
    elif args.endpoints or not is_real:
        return None
    else:
        folder = Folder(default_folder())
    return MemoryOrder(folder=folder, settings=config.history, role=role)


def load_config(args: argparse.Namespace) -> "Config":
    """Settings after flags, environment and file; ConfigError with a sentence."""
    from pathlib import Path

    from cockpit import config
    from cockpit.storage import paths

    _refuse_nothing(args.config, "--config", "a file")
    paths.choose_config(Path(args.config) if args.config else None)
    path = paths.config_file()
    is_there = args.config or _exists(path)
    return config.load(path if is_there else None, _flags(args))


def _refuse_nothing(given: str | None, option: str, expected: str) -> None:
    """InputError for a text without letters: `"$FILE"` where FILE is not set means something."""
    if given is not None and not given.strip():
        raise InputError(f"{option}: is empty; expected {expected}")


def _exists(path: "Path") -> bool:
    """False also where a home may not be looked into, which is said: its settings do not hold."""
    import sys

    try:
        return path.exists()
    except OSError as error:
        print(f"cockpit: {path}: cannot be looked at: {error.strerror}", file=sys.stderr)
        return False


def load_positions() -> "list[Position]":
    """What the trader typed into `positions.toml`; ConfigError with a sentence."""
    from cockpit.core.clock import WallClock
    from cockpit.portfolio import manual
    from cockpit.storage import paths

    return manual.positions(manual.load(paths.positions_file()), WallClock().now_ns())


def load_config_without_file(args: argparse.Namespace) -> "Config":
    """Settings from flags and environment only."""
    from cockpit import config
    from cockpit.storage import paths

    paths.choose_config(None)
    return config.load(None, _flags(args))


def _flags(args: argparse.Namespace) -> dict[str, Any]:
    """Dotted keys of the options that were given; None stands for not given."""
    from cockpit.cli.options import parse_symbols, parse_venues
    from cockpit.venues import REGISTRY

    venues, symbols = args.venues, args.symbols
    flags: dict[str, Any] = {
        "watch.venues": None if venues is None else parse_venues(venues, "--venues", REGISTRY),
        "watch.symbols": None if symbols is None else parse_symbols(symbols, "--symbols"),
        "watch.depth": getattr(args, "depth", None),
        "log_level": args.log_level,
    }
    for name in ("theme", "hz", "color", "glyphs", "layout", "mouse"):
        flags[f"screen.{name}"] = getattr(args, name, None)
    return flags


def load_endpoint_file(args: argparse.Namespace) -> "dict[str, Endpoint] | None":
    """The endpoints to use in place of the venues' own, or None."""
    if args.endpoints is None:
        return None
    _refuse_nothing(args.endpoints, "--endpoints", "a file")
    from pathlib import Path

    from cockpit.wire.endpoints import load_endpoints

    return load_endpoints(Path(args.endpoints))


def positive_int(text: str) -> int:
    """An argparse type: a whole number above zero."""
    number = whole_number(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return number


def require_json(args: argparse.Namespace) -> None:
    """For commands whose only output is JSON; said plainly so that it can be changed later."""
    if not args.json:
        raise InputError("this command prints JSON only: add --json")
