"""One WebSocket client of one venue: the face's messages, on time, in order, and with faults.

The protocol itself (handshake, compression, pings, close) is the sans-IO half of `websockets`.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from cockpit.sim.server.faults import FaultLine, Faults
from cockpit.sim.world.contract import CloseConnection, Face, Outgoing, Step

MAX_INCOMING_BYTES = 1 << 20
MAX_UNREAD_BYTES = 8 << 20
"""A client that lets this much pile up is cut off."""
PING_EVERY_S = 30.0
"""Most venues ping at the protocol level about so often."""
CLOSE_WITHIN_S = 5.0
"""How long a client may take to answer a close frame."""
logger = logging.getLogger(__name__)
# A client's protocol errors are its own affair, not worth a line each.
_quiet = logging.getLogger(f"{__name__}.protocol")
_quiet.setLevel(logging.CRITICAL)


class WebSocketConnection(asyncio.Protocol):
    """From the handshake to the end of one connection."""

    def __init__(
        self,
        face: Face,
        faults: Callable[[], Faults],
        latency_s: Callable[[], float],
        line: FaultLine,
        on_open: Callable[["WebSocketConnection"], None],
        on_close: Callable[["WebSocketConnection"], None],
    ) -> None:
        self._opening = face
        self._faults = faults
        self._latency_s = latency_s
        self._line = line
        self._on_open = on_open
        self._on_close = on_close
        self._face: Face | None = None
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._outbox: deque[tuple[float, list[Outgoing]]] = deque()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._fragments: list[bytes] = []
        self._fragments_text = True
        self._protocol = ServerProtocol(
            extensions=[ServerPerMessageDeflateFactory()],
            max_size=MAX_INCOMING_BYTES,
            logger=_quiet,
        )

    # --- the TCP connection ---------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for timer in self._timers.values():
            timer.cancel()
        self._outbox.clear()
        if self._face is not None:
            self._face = None
            self._on_close(self)

    def eof_received(self) -> bool:
        self._protocol.receive_eof()
        self._pump()
        return False

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._accept(event)
            elif isinstance(event, Frame):
                self._on_ws_frame(event)
        self._pump()

    def _pump(self) -> None:
        """Write what the protocol wants written."""
        if self._transport is None or self._transport.is_closing():
            return
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof():
                self._transport.write_eof()
        if self._transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self.abort()
        elif self._protocol.state is State.CLOSED:
            self._transport.close()

    def abort(self) -> None:
        """The connection breaks, without a word."""
        if self._transport is not None:
            self._transport.abort()

    def end(self, code: int, reason: str) -> None:
        """The close handshake, from our side."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)
            self._pump()
            self._timers["close"] = self._loop.call_later(CLOSE_WITHIN_S, self.abort)

    # --- the protocol ----------------------------------------------------------------------------

    def _accept(self, request: Request) -> None:
        response = self._protocol.accept(request)
        self._protocol.send_response(response)
        if self._protocol.state is not State.OPEN:
            return
        self._pump()
        self._face = self._opening
        self._on_open(self)
        self._timers["ping"] = self._loop.call_later(PING_EVERY_S, self._ping)
        self.draw_life(self._faults())
        self._ask(self._face.on_open)

    def draw_life(self, faults: Faults) -> None:
        """How long until the line is cut, by these faults."""
        if timer := self._timers.pop("life", None):
            timer.cancel()
        life_s = self._line.life_s(faults)
        if life_s is not None:
            self._timers["life"] = self._loop.call_later(life_s, self._cut)

    def _cut(self) -> None:
        """A paused world has no faults: what would have been cut then lives on for a while."""
        if self._faults().disconnect_every_s:
            self.abort()
        else:
            self._timers["life"] = self._loop.call_later(1.0, self._cut)

    def _ping(self) -> None:
        if self._protocol.state is State.OPEN:
            self._protocol.send_ping(b"")
            self._pump()
            self._timers["ping"] = self._loop.call_later(PING_EVERY_S, self._ping)

    def _on_ws_frame(self, frame: Frame) -> None:
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        if frame.opcode is not Opcode.CONT:
            self._fragments_text = frame.opcode is Opcode.TEXT
        self._fragments.append(bytes(frame.data))
        if not frame.fin:
            return
        data = b"".join(self._fragments)
        self._fragments.clear()
        face = self._face
        if face is None:
            return
        if not self._fragments_text:
            self._ask(lambda: face.on_frame(data))
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.end(1007, "text is not UTF-8")
            return
        self._ask(lambda: face.on_frame(text))

    # --- the face --------------------------------------------------------------------------------

    def step(self, step: Step, late_s: float) -> None:
        """What the face pushes after a step arrives `late_s` later, or after what is before it."""
        if self._face is not None:
            face = self._face
            self._ask(lambda: face.on_step(step), late_s)

    def _ask(self, call: Callable[[], Sequence[Outgoing]], late_s: float | None = None) -> None:
        messages = self._told(call)
        if messages:
            delay_s = self._latency_s() if late_s is None else late_s
            faults = self._faults()
            self._post(self._line.apply(faults, messages), delay_s + self._line.delay_s(faults))

    def _told(self, call: Callable[[], Sequence[Outgoing]]) -> Sequence[Outgoing]:
        """The face's answer; its errors end the connection and are told on stderr."""
        try:
            return call()
        except Exception as error:  # a face's bug must not take the exchange down
            logger.error("face failed on a socket: %s: %s", type(error).__name__, error)
            logger.debug("face failed", exc_info=True)
            self.end(1011, "internal error")
            return ()

    def flush(self, step: Step) -> None:
        """Everything that is on its way arrives now, then what the face says last; no faults."""
        while self._outbox:
            self._write(self._outbox.popleft()[1])
        self._write(self._line.release())
        if self._face is not None:
            face = self._face
            self._write(self._told(lambda: face.on_step(step)))

    def _post(self, messages: list[Outgoing], delay_s: float) -> None:
        """Send after a delay, but never before what was posted earlier."""
        if not messages:
            return
        due = self._loop.time() + delay_s
        if self._outbox:
            due = max(due, self._outbox[-1][0])
        elif delay_s <= 0:
            self._write(messages)
            return
        self._outbox.append((due, messages))
        if "mail" not in self._timers:
            self._timers["mail"] = self._loop.call_at(due, self._deliver)

    def _deliver(self) -> None:
        del self._timers["mail"]
        now = self._loop.time() + 1e-4
        while self._outbox and self._outbox[0][0] <= now:
            self._write(self._outbox.popleft()[1])
        if self._outbox:
            self._timers["mail"] = self._loop.call_at(self._outbox[0][0], self._deliver)

    def _write(self, messages: Iterable[Outgoing]) -> None:
        for message in messages:
            if self._protocol.state is not State.OPEN:
                return
            if isinstance(message, CloseConnection):
                self._pump()
                self.end(message.code, message.reason)
            elif isinstance(message, bytes):
                self._protocol.send_binary(message)
            else:
                self._protocol.send_text(message.encode())
        self._pump()
