"""`cockpit sim`: only the built-in exchange, on loopback."""

import argparse
import asyncio
import os
import signal
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli import output
from cockpit.cli.options import parse_duration, parse_symbols, parse_venues, whole_number

if TYPE_CHECKING:
    from cockpit.sim.server.exchange import Exchange

MOST_MARKETS = 1000
HELP = """the built-in exchange alone, on loopback

The first line on stdout says where everything is, as JSON. It ends at SIGTERM, SIGINT, --for, or
when its stdin, being a pipe, closes: hold it open with `tail -f /dev/null | cockpit sim`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed", type=whole_number, default=7, metavar="N", help="of the world (default 7)"
    )
    parser.add_argument("--scenario", default="calm", metavar="NAME", help="what happens in it")
    parser.add_argument("--faults", metavar="FILE", help="a fault plan, TOML or JSON")
    parser.add_argument("--venues", metavar="A,B", help="only these venues (default: all)")
    parser.add_argument("--symbols", metavar="X,Y", help="only these symbols")
    parser.add_argument(
        "--markets",
        type=whole_number,
        default=0,
        metavar="N",
        help="a venue, the quiet ones included",
    )
    parser.add_argument("--for", dest="duration", metavar="D", help="end after (default: never)")


def run(args: argparse.Namespace) -> int:
    import logging

    from cockpit.core.errors import InputError
    from cockpit.core.names import did_you_mean
    from cockpit.core.scenario import load_scenario
    from cockpit.sim import FACES, load
    from cockpit.sim.server.faults import read_plan
    from cockpit.sim.world.assets import DEFAULT_SYMBOLS

    venues = tuple(FACES) if args.venues is None else parse_venues(args.venues, "--venues", FACES)
    for name in venues:
        if name not in FACES:
            raise InputError(
                f"--venues: the built-in exchange has no {name!r}{did_you_mean(name, FACES)}; "
                f"expected some of {', '.join(FACES)}"
            )
    if not 0 <= args.markets <= MOST_MARKETS:
        raise InputError(
            f"--markets: {args.markets} is not between 0 (no quiet ones) and {MOST_MARKETS}"
        )
    symbols = DEFAULT_SYMBOLS if args.symbols is None else parse_symbols(args.symbols, "--symbols")
    duration_s = parse_duration(args.duration, "--for") if args.duration else None
    scenario = load_scenario(args.scenario)
    plan = read_plan(Path(args.faults), venues) if args.faults else None

    from cockpit.sim.server.exchange import Exchange

    logging.basicConfig(level=logging.WARNING, format="cockpit sim: %(message)s")
    modules = {name: load(name) for name in venues}
    exchange = Exchange(modules, symbols, scenario, args.seed, plan, markets=args.markets)
    asyncio.run(_serve(exchange, duration_s))
    return 0


async def _serve(exchange: "Exchange", duration_s: float | None) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await exchange.listen()
    output.write_document(exchange.ready())
    if duration_s is not None:
        loop.call_later(duration_s, stop.set)
    _stop_with_stdin(loop, stop)
    running = loop.create_task(exchange.run())
    stopping = loop.create_task(stop.wait())
    try:
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        running.cancel()
        stopping.cancel()
        await exchange.close()


def _stop_with_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Whoever holds the other end of our stdin keeps us alive; no terminal, file or null does.

    A terminal must not be read, or the shell would stop us in the background; /dev/null is at its
    end from the beginning, and cannot close.
    """
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return

    def read() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            stop.set()

    loop.add_reader(0, read)
