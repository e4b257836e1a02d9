"""`cockpit demo`: the same screen on the built-in exchange, on this machine only."""

import argparse
import sys
from typing import TYPE_CHECKING

from cockpit.cli import common
from cockpit.cli.options import whole_number

if TYPE_CHECKING:
    from cockpit.config import Config, Follow
    from cockpit.wire.endpoints import Endpoint

HELP = "the screen on a built-in exchange: no network, no config, no key"
READY_WITHIN_S = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=whole_number, default=7, metavar="N", help="of the world")
    parser.add_argument("--scenario", default="calm", metavar="NAME", help="what happens in it")
    parser.add_argument(
        "--tour", action="store_true", help="six things to see, one after the other"
    )
    common.add_live_options(parser)
    common.add_history_option(parser)
    common.add_screen_options(parser)


def run(args: argparse.Namespace) -> int:
    from cockpit.cli.screen import refuse_without_terminal, run_screen, splash

    with splash():
        config = _config(args)
        refuse_without_terminal()
        # Beside our own imports, which take as long as the exchange needs to make its world.
        exchange = Exchange(args.seed, args.scenario, config.watch.venues, config.watch.symbols)
        try:
            from cockpit.desk.live import DeskFiles, Engine
            from cockpit.desk.tape_over_live import TapeOverLive
            from cockpit.desk.trader_files import TraderPaths
            from cockpit.storage import paths

            async def addresses() -> "dict[str, Endpoint]":
                found = await exchange.addresses()
                engine.follow(exchange.accounts)
                return found

            memory = common.memory_order(args, config, is_real=False)
            kept = TraderPaths(plans=paths.plans_dir())
            engine = Engine(
                config,
                mode="DEMO",
                endpoints=addresses,
                files=DeskFiles(memory=memory, trader=kept),
                is_forecasting=True,
            )
            desk = TapeOverLive(engine, config, kept, paths.tapes_dir())
            return run_screen(desk, config, diff=args.diff, is_tour=args.tour)
        finally:
            exchange.stop()


def _config(args: argparse.Namespace) -> "Config":
    """What the options say of the exchange and the screen; InputError with a sentence."""
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
    if args.config:
        return common.load_config(args)
    # The demo promises to need no config: only a file that was asked for is read.
    args.symbols = args.symbols or ",".join(symbol_names())
    return common.load_config_without_file(args)


class Exchange:
    """The built-in exchange as a child process; it ends when its stdin closes.

    `accounts` are those that somebody trades on it, known together with the addresses.
    """

    def __init__(
        self, seed: int, scenario: str, venues: tuple[str, ...], symbols: tuple[str, ...]
    ) -> None:
        import subprocess
        import tempfile

        argv = [sys.executable, "-m", "cockpit", "sim", "--seed", str(seed)]
        argv += ["--scenario", scenario, "--venues", ",".join(venues)]
        argv += ["--symbols", ",".join(symbols)]
        self.accounts: list[Follow] = []
        # Its words go to a file: a pipe that nobody reads would stop it when full.
        self._words = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._words
        )

    async def addresses(self) -> "dict[str, Endpoint]":
        """Where it listens. CockpitError with its own words if it failed to start."""
        import asyncio

        from cockpit.core.errors import CockpitError
        from cockpit.wire.endpoints import parse_endpoints

        reader = asyncio.StreamReader(limit=2**20)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), self._process.stdout
        )
        try:
            line = await asyncio.wait_for(reader.readline(), READY_WITHIN_S)
        except TimeoutError:
            raise CockpitError("the built-in exchange did not start in time") from None
        finally:
            transport.close()
        if not line:
            self._words.seek(0)
            words = self._words.read().decode("utf-8", "replace").strip()
            raise CockpitError(f"the built-in exchange ended: {words}")
        self.accounts = _accounts(line)
        return parse_endpoints(line, "the built-in exchange")

    def stop(self) -> None:
        """End it now: it has nothing to save. It also ends by itself when we are gone."""
        self._process.kill()
        self._process.wait()
        self._words.close()


def _accounts(line: bytes) -> "list[Follow]":
    """The accounts of a ready line: public addresses, by venue."""
    import msgspec

    from cockpit.config import Follow

    class Ready(msgspec.Struct):
        accounts: dict[str, list[str]] = {}

    ready = msgspec.json.decode(line, type=Ready)
    return [
        Follow(venue=venue, address=address)
        for venue, addresses in ready.accounts.items()
        for address in addresses
    ]
