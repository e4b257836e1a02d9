"""One link of a venue, kept open: connect, read, write, back off. Speaks plain WebSocket."""

import asyncio
import logging
import os
from collections import deque
from typing import TYPE_CHECKING, Protocol

from cockpit.core.clock import Clock
from cockpit.venues.contract import MAIN, Closed, Frame, Input, Opened
from cockpit.wire import reasons, tls
from cockpit.wire.backoff import Backoff
from cockpit.wire.coalesce import Coalescer
from cockpit.wire.fetcher import USER_AGENT
from cockpit.wire.proxy import Proxy, proxy_for
from cockpit.wire.reasons import Ending

if TYPE_CHECKING:
    from cockpit.wire.delivery import DirectConnection

log = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 10.0
PING_S = 20.0
CLOSE_TIMEOUT_S = 0.25
"""How long a venue may take to say goodbye; the cockpit must be able to leave at once."""


class Host(Protocol):
    """What a link tells its driver."""

    def feed(self, item: Input) -> None: ...

    def connecting(self, link: str, ended: Ending | None) -> None:
        """A connection is being made; `ended` says why the one before did, if there was one."""
        ...

    def reject(self, reason: str) -> None: ...


class AnyLink(Protocol):
    """A WebSocket, or the polling that takes its place at a venue without one."""

    async def run(self) -> None:
        """Keep it open until cancelled."""
        ...

    def send(self, data: str) -> None:
        """Write a frame; dropped while the link is not open."""
        ...

    def restart(self, reason: str) -> None:
        """Drop it and begin again; nothing more is heard from it until then."""
        ...


class WebSocketLink:
    """A WebSocket that is opened again whenever it ends, with `Opened` and `Closed` fed each time.

    Of the `queries` the one that the venue took last is asked for, and the next, in turn, where it
    is refused with HTTP 400. Without a `coalescer` (telemetry) the link is read at once, always. A
    `compressed` one offers permessage-deflate.
    """

    def __init__(
        self,
        name: str,
        url: str,
        max_frame_bytes: int,
        host: Host,
        clock: Clock,
        coalescer: Coalescer | None,
        backoff: Backoff | None = None,
        *,
        queries: tuple[str, ...] = ("",),
        compressed: bool = False,
    ) -> None:
        self._name = name
        self._compression = "deflate" if compressed else None
        self._url = url
        self._queries = deque(queries)
        self._max_frame_bytes = max_frame_bytes
        self._host = host
        self._clock = clock
        self._coalescer = coalescer
        self._backoff = backoff or Backoff()
        self._outbox: asyncio.Queue[str] | None = None
        self._socket: DirectConnection | None = None
        self._restart_reason: str | None = None
        self._fault: Exception | None = None
        self._closing: asyncio.Task[None] | None = None

    def send(self, data: str) -> None:
        if self._outbox is not None:
            self._outbox.put_nowait(data)

    def restart(self, reason: str) -> None:
        if self._socket is None or self._restart_reason is not None:
            return
        self._restart_reason = reason
        self._closing = asyncio.create_task(self._socket.close())

    async def run(self) -> None:
        ended = None
        while True:
            self._host.connecting(self._name, ended)
            ended = await self._life()
            self._host.feed(_closed(self._clock.now_ns(), self._name, ended))
            await asyncio.sleep(self._backoff.next_s())

    async def _life(self) -> Ending:
        """One connection from attempt to end; why it ended."""
        loop = asyncio.get_running_loop()
        socket = await self._open()
        if isinstance(socket, Ending):
            return socket
        opened_s = loop.time()
        self._socket, self._restart_reason = socket, None
        outbox: asyncio.Queue[str] = asyncio.Queue()
        self._outbox = outbox
        writer = asyncio.create_task(_write(socket, outbox))
        try:
            return await self._read(socket)
        finally:
            self._backoff.lived(loop.time() - opened_s)
            self._outbox = self._socket = None
            if self._coalescer is not None:
                self._coalescer.remove(socket.transport)
            writer.cancel()
            await socket.close()

    async def _open(self) -> "DirectConnection | Ending":
        """A connection in the first dialect that the venue takes, or why there is none."""
        from websockets.exceptions import WebSocketException

        ended = Ending("address", "no address")
        for _ in range(len(self._queries)):
            url = _asking(self._url, self._queries[0])
            proxy = proxy_for(url, os.environ)
            if proxy is not None and proxy.problem:
                return Ending("proxy", proxy.problem)
            try:
                return await self._connect(url, proxy)
            except (OSError, WebSocketException, ValueError) as error:
                log.info("not connected link=%s error=%r", self._name, error)
                ended = reasons.not_connected(error)
                if proxy is not None:
                    ended = ended._replace(words=f"through proxy {proxy.shown}: {ended.words}")
                if not reasons.is_bad_request(error):
                    break
            self._queries.rotate(-1)
        return ended

    async def _connect(self, url: str, proxy: Proxy | None) -> "DirectConnection":
        from cockpit.wire.delivery import Connect, DirectConnection

        connection = await Connect(
            url,
            create_connection=DirectConnection,
            ssl=tls.context() if url.startswith("wss:") else None,
            proxy=proxy.url if proxy else None,
            user_agent_header=USER_AGENT,
            compression=self._compression,
            max_size=self._max_frame_bytes,
            max_queue=None,
            open_timeout=OPEN_TIMEOUT_S,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=CLOSE_TIMEOUT_S,
        )
        assert isinstance(connection, DirectConnection)
        return connection

    async def _read(self, socket: "DirectConnection") -> Ending:
        from websockets.exceptions import ConnectionClosed

        if self._coalescer is not None:
            self._coalescer.add(socket.transport)
        self._host.feed(Opened(at_ns=self._clock.now_ns(), link=self._name))
        socket.deliver_to(self._deliver)
        try:
            await socket.recv()
        except ConnectionClosed as error:
            if self._fault is not None:
                raise self._fault from None
            if self._restart_reason is None:
                ended = reasons.closed(error, self._max_frame_bytes)
                if reasons.is_too_big(error):
                    self._host.reject(ended.words)
                return ended
        return reasons.restarted(self._restart_reason or "")

    def _deliver(self, data: str | bytes) -> None:
        """One message, while the socket is being read; nothing more after a restart was asked."""
        if self._restart_reason is not None:
            return
        if self._coalescer is not None:
            self._coalescer.messages += 1
        try:
            self._host.feed(Frame(at_ns=self._clock.now_ns(), data=data, link=self._name))
        except Exception as error:
            # Raised here it would be the transport's affair; it belongs to whoever runs the link.
            self._fault = error
            self.restart("fault")


class PolledLink:
    """The link of a venue without WebSocket: open from the start, closed only by a restart."""

    def __init__(self, host: Host, clock: Clock, backoff: Backoff | None = None) -> None:
        self._host = host
        self._clock = clock
        self._backoff = backoff or Backoff()
        self._restarts: asyncio.Queue[str] = asyncio.Queue()

    def send(self, data: str) -> None:
        """There is nowhere to write to."""

    def restart(self, reason: str) -> None:
        self._restarts.put_nowait(reason)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            opened_s = loop.time()
            self._restarts = asyncio.Queue()
            self._host.feed(Opened(at_ns=self._clock.now_ns(), link=MAIN))
            reason = await self._restarts.get()
            self._backoff.lived(loop.time() - opened_s)
            self._host.feed(_closed(self._clock.now_ns(), MAIN, reasons.restarted(reason)))
            await asyncio.sleep(self._backoff.next_s())


def _closed(at_ns: int, link: str, ended: Ending) -> Closed:
    return Closed(at_ns=at_ns, link=link, reason=ended.words, cause=ended.cause)


def _asking(url: str, query: str) -> str:
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"


async def _write(socket: "DirectConnection", outbox: asyncio.Queue[str]) -> None:
    """Write what the session sends, in order, until the connection ends."""
    from websockets.exceptions import ConnectionClosed

    try:
        while True:
            await socket.send(await outbox.get())
    except ConnectionClosed:
        return
