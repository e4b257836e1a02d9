"""HTTP/1.1 on one TCP connection, with a door to WebSocket. Nothing in here knows a venue."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http.client import responses

import h11

from cockpit.sim.world.contract import HttpReply

MAX_BODY_BYTES = 1 << 20
MAX_HEAD_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """`target` is path and query; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Answer = Callable[[HttpRequest], Awaitable[HttpReply | None]]
"""Answers a request; None never answers (and keeps the connection open)."""
Upgrade = Callable[[str], asyncio.Protocol | HttpReply | None]
"""The protocol that takes over at this target, a refusal, or None where no WebSocket lives."""


def error_reply(status: int, sentence: str) -> HttpReply:
    return HttpReply(status, f"{sentence}\n", "text/plain; charset=utf-8")


ANY_PAGE = {"Access-Control-Allow-Origin": "*"}
METHODS = "GET, HEAD, POST"


class HttpConnection(asyncio.Protocol):
    """One client. Keeps the connection alive, bounds the body, answers HEAD and OPTIONS itself.

    With `for_pages` a browser lets any page read the answers, as public venues do.
    """

    def __init__(
        self,
        answer: Answer,
        upgrade: Upgrade = lambda target: None,
        *,
        for_pages: bool = False,
    ) -> None:
        self._answer = answer
        self._upgrade = upgrade
        self._for_pages = for_pages
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._transport: asyncio.Transport | None = None
        self._raw = bytearray()
        self._request: h11.Request | None = None
        self._body = bytearray()
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._task:
            self._task.cancel()

    def eof_received(self) -> bool:
        self._http.receive_data(b"")
        self._advance()
        return self._task is not None

    def data_received(self, data: bytes) -> None:
        if self._request is None:
            self._raw += data
        self._http.receive_data(data)
        self._advance()

    def _advance(self) -> None:
        """Read events until a request is complete, or more bytes are needed."""
        while self._task is None and self._transport is not None:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                self._refuse(error.error_status_hint, str(error))
                return
            if isinstance(event, h11.Request):
                self._request = event
                taken = self._try_upgrade(event)
                if isinstance(taken, HttpReply):
                    self._hang_up(taken)
                if taken:
                    return
                self._encourage()
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > MAX_BODY_BYTES:
                    self._refuse(413, f"a body may have {MAX_BODY_BYTES} bytes")
                    return
            elif isinstance(event, h11.EndOfMessage):
                self._task = asyncio.get_running_loop().create_task(self._respond())
            elif isinstance(event, h11.ConnectionClosed):
                self._transport.close()
                return
            else:
                return

    def _try_upgrade(self, request: h11.Request) -> bool | HttpReply:
        """Whether a WebSocket took over, or the reply that refuses it."""
        headers = dict(request.headers)
        if headers.get(b"upgrade", b"").lower() != b"websocket" or self._transport is None:
            return False
        protocol = self._upgrade(request.target.decode("latin-1"))
        if protocol is None:
            return False
        if isinstance(protocol, HttpReply):
            return protocol
        transport, raw = self._transport, bytes(self._raw)
        self._transport = None
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(raw)
        return True

    def _encourage(self) -> None:
        """A client may ask whether its body is welcome before it sends it."""
        if self._http.they_are_waiting_for_100_continue and self._transport is not None:
            out = self._http.send(h11.InformationalResponse(status_code=100, headers=[]))
            self._transport.write(out or b"")

    async def _respond(self) -> None:
        assert self._request is not None
        event = self._request
        method = event.method.decode("latin-1")
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in event.headers}
        request = HttpRequest(
            "GET" if method == "HEAD" else method,
            event.target.decode("latin-1"),
            headers,
            bytes(self._body),
        )
        if method == "OPTIONS":
            reply: HttpReply | None = HttpReply(204, "", headers=self._allowed(headers))
        else:
            reply = await self._answer(request)
        if reply is not None:
            self._task = None
            self._send(reply, with_body=method != "HEAD")

    def _allowed(self, headers: Mapping[str, str]) -> dict[str, str]:
        """What may be asked, also in the words of a browser that asks for a page."""
        allowed = {"Allow": METHODS}
        if self._for_pages and "access-control-request-method" in headers:
            allowed["Access-Control-Allow-Methods"] = METHODS
            asked = headers.get("access-control-request-headers", "*")
            allowed["Access-Control-Allow-Headers"] = asked
        return allowed

    def _send(self, reply: HttpReply, *, with_body: bool = True) -> None:
        if self._transport is None:
            return
        body = reply.body.encode()
        headers = [
            ("Date", formatdate(usegmt=True)),
            ("Content-Type", reply.content_type),
            ("Content-Length", str(len(body))),
            *({**ANY_PAGE, **reply.headers} if self._for_pages else reply.headers).items(),
        ]
        reason = responses.get(reply.status, "").encode()
        out = self._http.send(
            h11.Response(status_code=reply.status, headers=headers, reason=reason)
        )
        assert out is not None
        if with_body and reply.status != 204:
            out += self._http.send(h11.Data(data=body)) or b""
        self._transport.write(out + (self._http.send(h11.EndOfMessage()) or b""))
        if self._http.our_state is h11.MUST_CLOSE:
            self._transport.close()
            return
        self._http.start_next_cycle()
        self._request = None
        self._body.clear()
        self._raw = bytearray(self._http.trailing_data[0])
        self._advance()

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer what cannot be understood, and hang up."""
        self._hang_up(error_reply(status, sentence))

    def _hang_up(self, reply: HttpReply) -> None:
        """The last answer on this connection."""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = reply.body.encode()
            out = self._http.send(
                h11.Response(
                    status_code=reply.status,
                    headers=[
                        ("Content-Type", reply.content_type),
                        ("Content-Length", str(len(body))),
                        ("Connection", "close"),
                    ],
                )
            )
            out = (out or b"") + (self._http.send(h11.Data(data=body)) or b"")
            if self._transport:
                self._transport.write(out)
        if self._transport:
            self._transport.close()
