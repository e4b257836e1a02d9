"""A venue on loopback that does what a test tells it, and a driver that faces it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from cockpit.core.clock import WallClock
from cockpit.core.events import Event, Link, Prices, Reject
from cockpit.venues.contract import VenueSpec, Wants
from cockpit.wire.coalesce import Coalescer
from cockpit.wire.driver import Driver
from cockpit.wire.endpoints import Endpoint
from cockpit.wire.tape import TapeWriter
from tests.support import only
from tests.wire.tiny import SPEC, Session


class Venue:
    """The server's side: what it heard, and the connections to speak on."""

    def __init__(self) -> None:
        self.heard: list[str | bytes] = []
        self.open: list[ServerConnection] = []
        self.requests: list[Request] = []
        self.dialect = ""
        """The only query that `/particular` takes."""
        self.server: Server

    @property
    def port(self) -> int:
        port: int = next(iter(self.server.sockets)).getsockname()[1]
        return port

    async def say(self, *words: str | bytes) -> None:
        for word in words:
            await self.open[-1].send(word)

    async def _serve(self, connection: ServerConnection) -> None:
        self.open.append(connection)
        async for message in connection:
            self.heard.append(message)

    def _request(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        path, _, query = request.path.partition("?")
        if path == "/forbidden":
            return connection.respond(403, "no")
        if path == "/particular" and query != self.dialect:
            return connection.respond(400, "no")
        if path == "/elsewhere":
            response = connection.respond(302, "there")
            response.headers["Location"] = "ws://tiny.example/ws"
            return response
        return None


@asynccontextmanager
async def venue() -> AsyncIterator[Venue]:
    here = Venue()
    async with serve(
        here._serve, "127.0.0.1", 0, process_request=here._request, compression=None
    ) as here.server:
        yield here


class Desk:
    """A running driver and what it said."""

    def __init__(self, driver: Driver, events: list[Event]) -> None:
        self.driver = driver
        self.events = events

    def states(self, link: str = "main") -> list[str]:
        return [event.state for event in only(Link, self.events) if event.link == link]

    def reasons(self) -> list[str]:
        return [event.reason for event in only(Link, self.events) if event.state == "down"]

    def marks(self) -> list[float | None]:
        return [event.mark for event in only(Prices, self.events) if event.mark is not None]

    def rejects(self) -> list[str]:
        return [event.reason for event in only(Reject, self.events)]


@asynccontextmanager
async def desk(
    url: str | None,
    *,
    spec: VenueSpec = SPEC,
    blocks: str | None = None,
    tape: TapeWriter | None = None,
    black_box_dir: Path | None = None,
    coalescer: Coalescer | None = None,
) -> AsyncIterator[Desk]:
    """A driver whose main link is `url`; its REST host refuses."""
    events: list[Event] = []
    ws_urls = {} if url is None else {"main": url}
    if blocks is not None:
        ws_urls["blocks"] = blocks
    driver = Driver(
        spec,
        Session,
        Wants(symbols=("BTC",)),
        sink=events.extend,
        clock=WallClock(),
        endpoint=Endpoint(rest_url=f"http://127.0.0.1:{closed_port()}", ws_urls=ws_urls),
        tape=tape,
        black_box_dir=black_box_dir,
        coalescer=coalescer,
    )
    task = asyncio.create_task(driver.run())
    try:
        yield Desk(driver, events)
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled(), task.exception()


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
