"""An exchange whose time is wound on, and a desk that lives in its time, over real sockets.

Both live in this process. The world is paused and stepped by the commands of its truth, and the
desk's clock is the world's: minutes pass in seconds, and an hour is full when a test wants it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from cockpit import config
from cockpit.config import Follow
from cockpit.core.clock import ManualClock
from cockpit.core.scenario import load_scenario
from cockpit.core.units import NS_PER_S
from cockpit.desk.live import Engine
from cockpit.sim import load as load_face
from cockpit.sim.server.exchange import Exchange
from cockpit.sim.world import truth
from cockpit.sim.world.accounts import AccountFill
from cockpit.wire.endpoints import Endpoint


class WorldClock:
    """A `Clock` that shows the world's time."""

    def __init__(self, exchange: Exchange) -> None:
        self._world = exchange.world

    def now_ns(self) -> int:
        return self._world.now_ns


@dataclass
class Wound:
    """Both sides of the wire."""

    exchange: Exchange
    engine: Engine

    async def obey(self, **command: Any) -> None:
        """POST to the truth: pause=False, interval_s={…}."""
        await self.exchange.obey(truth.Command(**command))

    async def wind(self, seconds: float) -> None:
        """So much time passes at once."""
        await self.obey(step_s=seconds)

    async def wind_to(self, at_ns: int) -> None:
        await self.wind((at_ns - self.now_ns) / NS_PER_S)

    @property
    def now_ns(self) -> int:
        return self.exchange.world.now_ns

    def truth(self) -> dict[str, dict[str, Any]]:
        """Name of a trade -> what it came to."""
        return {row["name"]: row for row in truth.document(self.exchange.world)["trades"]}

    def fills(self, venue: str, owner: str) -> Sequence[AccountFill]:
        """What the accounts of an owner traded at a venue."""
        there = self.exchange.world.venues[venue]
        accounts = there.accounts.of(there.profile.address(owner))
        return [fill for account in accounts for fill in account.fills]

    def cut(self, *venues: str) -> None:
        """Every connection of these venues breaks."""
        for venue in venues:
            for connection in list(self.exchange.hosts[venue].connections):
                connection.abort()


@asynccontextmanager
async def wound(
    venues: Sequence[str],
    symbols: Sequence[str],
    owner: str,
    at_ns: int,
    *,
    is_seated: bool = False,
) -> AsyncIterator[Wound]:
    """An exchange that stands still at `at_ns`, and a desk that follows the accounts of `owner`.

    `is_seated`: a screen starts and stops the desk.
    """
    faces = {name: load_face(name) for name in venues}
    exchange = Exchange(faces, symbols, load_scenario("calm"), 7, clock=ManualClock(at_ns))
    await exchange.listen()
    running = asyncio.create_task(exchange.run())
    await exchange.obey(truth.Command(pause=True))
    watched = {"watch.venues": list(venues), "watch.symbols": list(symbols)}
    follows = tuple(
        Follow(venue=name, address=face.PROFILE.address(owner)) for name, face in faces.items()
    )
    settings = replace(config.load(None, watched, environ={}), account=follows)
    places = {
        name: Endpoint(rest_url=host.rest_url, ws_urls=host.ws_urls)
        for name, host in exchange.hosts.items()
    }
    engine = Engine(settings, endpoints=places, clock=WorldClock(exchange))
    if not is_seated:
        await engine.start()
    try:
        yield Wound(exchange, engine)
    finally:
        if not is_seated:
            await engine.stop()
        running.cancel()
        await exchange.close()
