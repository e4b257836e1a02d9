"""The whole exchange in one asyncio loop: a world, a host for each venue, and the truth."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from cockpit.core.clock import Clock, WallClock
from cockpit.core.errors import ConfigError
from cockpit.core.scenario import Scenario
from cockpit.core.units import NS_PER_S
from cockpit.sim.server.faults import FaultPlan, parse_plan
from cockpit.sim.server.host import VenueHost, require_loopback
from cockpit.sim.server.http import HttpConnection, HttpRequest
from cockpit.sim.world import truth
from cockpit.sim.world.contract import FaceModule, HttpReply, Step
from cockpit.sim.world.world import World

STEP_S = 0.1
MOST_LAG_S = 1.0
"""A machine that falls further behind skips the time instead of rushing after it."""
WINDING_STEPS = 300
"""At most so many steps when paused time is wound on by hand."""
READ_S = 0.3
"""Within so long a client has read what was sent."""


class Exchange:
    """Listens, steps, and obeys the truth's commands."""

    def __init__(
        self,
        modules: Mapping[str, FaceModule],
        symbols: Sequence[str],
        scenario: Scenario,
        seed: int,
        plan: FaultPlan | None = None,
        clock: Clock | None = None,
        markets: int = 0,
    ) -> None:
        """`modules` by venue name, `markets` how many each lists, quiet ones beyond `symbols`.

        InputError for an unknown symbol.
        """
        self.seed = seed
        self._clock = clock or WallClock()
        profiles = [module.PROFILE for module in modules.values()]
        self.world = World(seed, profiles, symbols, scenario, self._clock.now_ns(), markets)
        self.hosts = {
            name: VenueHost(self.world.venues[name], module, random.Random(f"{seed}/{name}/host"))
            for name, module in modules.items()
        }
        self._truth: asyncio.Server | None = None
        self._truth_url = ""
        self._paused = False
        self._winding = asyncio.Lock()
        self.plan(plan or FaultPlan())

    def plan(self, plan: FaultPlan) -> None:
        """Replace the fault plan everywhere."""
        for host in self.hosts.values():
            host.plan(plan)

    async def listen(self, host: str = "127.0.0.1") -> None:
        """Open all ports. InputError for an address that is not loopback."""
        require_loopback(host)
        for venue in self.hosts.values():
            await venue.listen(host)
        loop = asyncio.get_running_loop()
        self._truth = await loop.create_server(lambda: HttpConnection(self._answer), host, 0)
        address = f"[{host}]" if ":" in host else host
        self._truth_url = f"http://{address}:{self._truth.sockets[0].getsockname()[1]}/truth"

    async def close(self) -> None:
        if self._truth is not None:
            self._truth.close()
        for host in self.hosts.values():
            await host.close()

    def ready(self) -> dict[str, Any]:
        """The ready line: where everything is."""
        return {
            "ready": True,
            "truth_url": self._truth_url,
            "seed": self.seed,
            "venues": {
                name: {"rest_url": host.rest_url, "ws_urls": host.ws_urls}
                for name, host in self.hosts.items()
            },
            "accounts": {
                name: list(venue.accounts.addresses)
                for name, venue in self.world.venues.items()
                if venue.accounts.addresses
            },
        }

    async def run(self) -> None:
        """Step ten times a second, until cancelled.

        The world was seconds in the making; its time starts now, or every message would seem late.
        """
        loop = asyncio.get_running_loop()
        due = loop.time()
        self.world.idle(max(0, self._clock.now_ns() - self.world.now_ns) / NS_PER_S)
        while True:
            due += STEP_S
            now = loop.time()
            if now - due > MOST_LAG_S:
                self.world.idle(now - due)
                due = now
            await asyncio.sleep(max(0.0, due - now))
            async with self._winding:
                steps = self.world.idle(STEP_S) if self._paused else self.world.step(STEP_S)
                for name, step in steps.items():
                    self.hosts[name].step(step)

    # --- the truth's commands ----------------------------------------------------------------

    async def _answer(self, request: HttpRequest) -> HttpReply:
        if request.target.partition("?")[0] != "/truth":
            return _json(404, {"error": "the truth lives at /truth"})
        if request.method not in ("GET", "POST"):
            return _json(405, {"error": "GET reads the truth, POST commands it"})
        if request.method == "POST":
            try:
                await self.obey(truth.read_command(request.body))
            except ConfigError as error:
                return _json(400, {"error": error.ui_message})
        return _json(200, truth.document(self.world))

    async def obey(self, command: truth.Command) -> None:
        """Faults first, then pause or resume, then the step. ConfigError if it cannot be done."""
        plan = None
        if command.faults is not None:
            plan = parse_plan(command.faults, self.hosts)
        async with self._winding:
            paused = self._paused if command.pause is None else command.pause
            if command.step_s is not None and not paused:
                raise ConfigError("truth: step_s moves a paused world; send pause first.")
            self._change_intervals(command.interval_s or {})
            if plan is not None:
                self.plan(plan)
            if paused and not self._paused:
                self._flush()
            self._pause(paused)
            if command.step_s is not None:
                await self._wind(command.step_s)

    def _change_intervals(self, seconds_of: dict[str, int]) -> None:
        places = {market: market.partition("/")[::2] for market in seconds_of}
        for market, (venue, symbol) in places.items():
            if venue not in self.world.venues or symbol not in self.world.venues[venue].live:
                raise ConfigError(f"truth: interval_s: {market!r} is not traded here.")
        for market, (venue, symbol) in places.items():
            self.world.change_interval(venue, symbol, seconds_of[market])

    def _pause(self, paused: bool) -> None:
        self._paused = paused
        for host in self.hosts.values():
            host.paused = paused

    def _flush(self) -> None:
        self._push(self.world.flush())

    async def _wind(self, seconds: float) -> None:
        """What fills of accounts met is sent, and read, before them: time that is wound on leaves
        nobody the seconds in which to hear of it."""
        count = min(WINDING_STEPS, max(1, round(seconds / STEP_S)))
        for _ in range(count):
            steps = self.world.step(seconds / count)
            self._push({name: replace(step, fills=[]) for name, step in steps.items()})
            if any(step.fills for step in steps.values()):
                self._flush()
                await asyncio.sleep(READ_S)
                self._push({n: Step(step.at_ns, fills=step.fills) for n, step in steps.items()})
            await asyncio.sleep(0)
        self._flush()

    def _push(self, steps: Mapping[str, Step]) -> None:
        for name, step in steps.items():
            self.hosts[name].catch_up(step)


def _json(status: int, content: Any) -> HttpReply:
    return HttpReply(status, msgspec.json.encode(content).decode())
