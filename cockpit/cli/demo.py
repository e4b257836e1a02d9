"""`cockpit demo`: the same screen on the built-in exchange, on this machine only."""

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from cockpit.cli import common

if TYPE_CHECKING:
    from cockpit.wire.endpoints import Endpoint

HELP = "the screen on a built-in exchange: no network, no config, no key"
READY_WITHIN_S = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="of the world")
    parser.add_argument("--scenario", default="calm", metavar="NAME", help="what happens in it")
    common.add_live_options(parser)
    common.add_screen_options(parser)


def run(args: argparse.Namespace) -> int:
    from cockpit.cli.screen import refuse_without_terminal, run_screen, splash
    from cockpit.core.errors import InputError
    from cockpit.core.names import did_you_mean
    from cockpit.sim.names import scenario_names, symbol_names

    if args.scenario not in scenario_names():
        raise InputError(
            f"--scenario: unknown scenario {args.scenario!r}"
            f"{did_you_mean(args.scenario, scenario_names())}; "
            f"expected one of {', '.join(scenario_names())}"
        )
    if args.endpoints:
        raise InputError("--endpoints: demo has its own exchange; use `cockpit --endpoints FILE`")
    if not args.config:
        # The demo promises to need no config: only a file that was asked for is read.
        args.symbols = args.symbols or ",".join(symbol_names())
        config = common.load_config_without_file(args)
    else:
        config = common.load_config(args)
    refuse_without_terminal()
    splash()
    from cockpit.engine import Engine

    exchange = Exchange(args.seed, args.scenario, config.watch.venues, config.watch.symbols)
    engine = Engine(config, mode="DEMO", endpoint_source=exchange.start)
    try:
        return run_screen(engine, config, diff=args.diff)
    finally:
        exchange.stop()


class Exchange:
    """The built-in exchange as a child process; it ends when its stdin closes."""

    def __init__(
        self, seed: int, scenario: str, venues: tuple[str, ...], symbols: tuple[str, ...]
    ) -> None:
        self._argv = [sys.executable, "-m", "cockpit", "sim", "--seed", str(seed)]
        self._argv += ["--scenario", scenario, "--venues", ",".join(venues)]
        self._argv += ["--symbols", ",".join(symbols)]
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> "dict[str, Endpoint]":
        """Start it and read its addresses. CockpitError with its own words if it fails."""
        from cockpit.core.errors import CockpitError
        from cockpit.wire.endpoints import parse_endpoints

        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._argv, stdin=pipe, stdout=pipe, stderr=pipe, limit=2**20
        )
        process = self._process
        if process.stdout is None or process.stderr is None:
            raise CockpitError("the built-in exchange has no output")
        try:
            line = await asyncio.wait_for(process.stdout.readline(), READY_WITHIN_S)
        except TimeoutError:
            raise CockpitError("the built-in exchange did not start in time") from None
        if not line:
            words = (await process.stderr.read()).decode("utf-8", "replace").strip()
            raise CockpitError(f"the built-in exchange ended: {words}")
        return parse_endpoints(line, "the built-in exchange")

    def stop(self) -> None:
        """End it now; it also ends by itself when we are gone."""
        if self._process is not None and self._process.returncode is None:
            try:
                self._process.terminate()
            except ProcessLookupError:
                return
