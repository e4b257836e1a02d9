"""One venue on one loopback port: its HTTP and its WebSockets, at the venue's own paths."""

import asyncio
import ipaddress
import logging
import random

from cockpit.core.errors import InputError
from cockpit.sim.server.faults import (
    HALT_EVERY_S,
    NO_FAULTS,
    RETRY_AFTER_S,
    FaultLine,
    FaultPlan,
    Faults,
)
from cockpit.sim.server.http import HttpConnection, HttpRequest, error_reply
from cockpit.sim.server.websocket import WebSocketConnection
from cockpit.sim.world.contract import FaceModule, HttpReply, Step, UpgradeRefused
from cockpit.sim.world.venue import SimVenue

logger = logging.getLogger(__name__)


def require_loopback(host: str) -> str:
    """The address, if it is one of this machine's own. InputError for any other."""
    try:
        own = ipaddress.ip_address(host).is_loopback
    except ValueError:
        own = False
    if not own:
        raise InputError(
            f"the built-in exchange listens on loopback only, not on {host!r}: use 127.0.0.1."
        )
    return host


class VenueHost:
    """Serves one face module. Faults apply while the world runs, never while it is paused."""

    def __init__(self, venue: SimVenue, module: FaceModule, rng: random.Random) -> None:
        self.venue = venue
        self._module = module
        self._rng = rng
        self._faults = NO_FAULTS
        self._line = FaultLine(rng)
        self.connections: set[WebSocketConnection] = set()
        self._server: asyncio.Server | None = None
        self._port = 0
        self._host = ""
        self._halt_from_s: float | None = None
        self.paused = False

    async def listen(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Open the port (0: any free one). InputError for an address that is not loopback."""
        self._host = require_loopback(host)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connect, host, port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Say goodbye to every client and free the port."""
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.end(1001, "the exchange is closing")
        await asyncio.sleep(0)
        for connection in list(self.connections):
            connection.abort()

    @property
    def rest_url(self) -> str:
        return f"http://{self._authority}"

    @property
    def ws_urls(self) -> dict[str, str]:
        return {
            link: f"ws://{self._authority}{path}" for link, path in self._module.WS_PATHS.items()
        }

    @property
    def _authority(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    # --- the world's side ------------------------------------------------------------------------

    def plan(self, plan: FaultPlan) -> None:
        """Replace the faults; connections live as long as the new plan says."""
        self._faults = plan.at(self.venue.name)
        self.venue.trouble(self._faults.crossed, self._faults.clock_skew_ms)
        self._halt_from_s = None
        for connection in self.connections:
            connection.draw_life(self._faults)

    def step(self, step: Step) -> None:
        """Push a step to every client, one latency after the venue's stamp."""
        late_s = self._latency_s() + self._halt_left_s()
        for connection in list(self.connections):
            connection.step(step, late_s)

    def catch_up(self, step: Step) -> None:
        """Push a step at once: time is being wound on while the world is paused."""
        for connection in list(self.connections):
            connection.flush(step)

    def _active(self) -> Faults:
        return NO_FAULTS if self.paused else self._faults

    def _latency_s(self) -> float:
        mean, spread = self.venue.profile.latency_ms
        return max(0.0, self._rng.gauss(mean, spread)) / 1000

    def _halt_left_s(self) -> float:
        """How long the venue still says nothing."""
        faults = self._active()
        if not faults.halt_s:
            return 0.0
        now = asyncio.get_running_loop().time()
        if self._halt_from_s is None:
            self._halt_from_s = now
        since = (now - self._halt_from_s) % max(HALT_EVERY_S, 2 * faults.halt_s)
        return max(0.0, faults.halt_s - since)

    # --- the clients' side -----------------------------------------------------------------------

    def _connect(self) -> HttpConnection:
        return HttpConnection(self._answer, self._upgrade, for_pages=True)

    def _upgrade(self, target: str) -> WebSocketConnection | HttpReply | None:
        path = target.partition("?")[0]
        if not any(
            path == at or path.startswith(f"{at}/") for at in self._module.WS_PATHS.values()
        ):
            return None
        try:
            face = self._module.Face(self.venue, target)
        except UpgradeRefused as refused:
            return refused.reply
        return WebSocketConnection(
            face,
            faults=self._active,
            latency_s=lambda: self._latency_s() + self._halt_left_s(),
            line=FaultLine(random.Random(self._rng.random())),
            on_open=self.connections.add,
            on_close=self.connections.discard,
        )

    async def _answer(self, request: HttpRequest) -> HttpReply | None:
        outcome = self._line.http(self._active())
        if outcome == "hang":
            return None
        await asyncio.sleep(self._latency_s())
        if outcome == "429":
            reply = error_reply(429, "Too many requests")
            return HttpReply(
                429, reply.body, reply.content_type, {"Retry-After": str(RETRY_AFTER_S)}
            )
        if outcome == "500":
            return error_reply(500, "Internal server error")
        try:
            return self._module.on_http(
                self.venue, request.method, request.target, request.headers, request.body
            )
        except Exception as error:  # a face's bug must not take the exchange down
            logger.error(
                "%s: face failed on %s %s: %s: %s",
                self.venue.name, request.method, request.target, type(error).__name__, error,
            )  # fmt: skip
            logger.debug("face failed", exc_info=True)
            return error_reply(500, "Internal server error")
