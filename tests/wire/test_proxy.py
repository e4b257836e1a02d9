"""Proxies by environment: which one a URL gets, and that both HTTP and WebSockets go through it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cockpit.core.clock import WallClock
from cockpit.venues.contract import Fetch, Frame, Input, Reply
from cockpit.wire.coalesce import Coalescer
from cockpit.wire.fetcher import Fetcher
from cockpit.wire.link import WebSocketLink
from cockpit.wire.proxy import proxy_for
from cockpit.wire.reasons import Ending
from tests.support import only, until
from tests.wire.loopback import closed_port, desk, venue
from tests.wire.tiny import SPEC

BOTH = {"HTTPS_PROXY": "http://tls.proxy:3128", "HTTP_PROXY": "http://plain.proxy:3128"}


@pytest.mark.parametrize(
    ("url", "environ", "through"),
    [
        ("wss://venue.example/ws", {}, None),
        ("https://venue.example", BOTH, "http://tls.proxy:3128"),
        ("wss://venue.example/ws", BOTH, "http://tls.proxy:3128"),
        ("ws://venue.example/ws", BOTH, "http://plain.proxy:3128"),
        ("wss://venue.example", {"ALL_PROXY": "http://all:1"}, "http://all:1"),
        ("wss://venue.example", {"all_proxy": "http://all:1", **BOTH}, "http://tls.proxy:3128"),
        ("wss://venue.example", {"HTTPS_PROXY": "proxy:3128"}, "http://proxy:3128"),
        ("wss://venue.example", {**BOTH, "https_proxy": ""}, None),
        ("wss://venue.example", {"https_proxy": "http://small:1", **BOTH}, "http://small:1"),
        ("ws://127.0.0.1:9000/ws", BOTH, None),
        ("ws://[::1]:9000/ws", BOTH, None),
        ("http://localhost:9000", BOTH, None),
    ],
)
def test_the_proxy_of_a_url(url, environ, through):
    proxy = proxy_for(url, environ)
    assert (proxy.url if proxy else None) == through


@pytest.mark.parametrize(
    ("entries", "is_direct"),
    [
        ("*", True),
        ("venue.example", True),
        (".venue.example", True),
        ("*.venue.example", True),
        ("other.example, example", True),
        ("venue.example:443", True),
        ("venue.example:8443", False),
        ("nue.example", False),
        ("other.example", False),
        ("", False),
    ],
)
def test_hosts_that_are_reached_directly(entries, is_direct):
    for name in ("NO_PROXY", "no_proxy"):
        assert (
            proxy_for("wss://api.venue.example/ws", {**BOTH, name: entries}) is None
        ) is is_direct


def test_networks_that_are_reached_directly():
    environ = {**BOTH, "NO_PROXY": "10.1.0.0/16,192.168.7.7"}
    assert proxy_for("https://10.1.2.3", environ) is None
    assert proxy_for("https://192.168.7.7:8443", environ) is None
    assert proxy_for("https://10.2.2.3", environ) is not None


@pytest.mark.parametrize("value", ["ftp://proxy:1", "http://", "http://proxy:port"])
def test_what_is_no_proxy_is_said_with_its_variable(value):
    proxy = proxy_for("https://venue.example", {"HTTPS_PROXY": value})
    assert proxy.problem.startswith("HTTPS_PROXY is no proxy")


def test_a_password_is_never_shown():
    proxy = proxy_for("https://venue.example", {"HTTPS_PROXY": "http://me:secret@proxy:3128"})
    assert proxy.shown == "http://proxy:3128"


class Tunnel:
    """A proxy: it connects whoever asks for any host to the same port on loopback."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.asked: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first = head.split(b"\r\n")[0].decode()
        self.asked.append(first)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        if first.startswith("CONNECT "):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            far_writer.write(head)
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


@asynccontextmanager
async def tunnel_to(port: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tunnel]:
    tunnel = Tunnel(port)
    async with await asyncio.start_server(tunnel.serve, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for name in (
            "https_proxy",
            "http_proxy",
            "all_proxy",
            "no_proxy",
            "HTTPS_PROXY",
            "NO_PROXY",
        ):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HTTP_PROXY", address)
        yield tunnel


class Listener:
    """What a link tells its driver, kept."""

    def __init__(self) -> None:
        self.inputs: list[Input] = []

    def feed(self, item: Input) -> None:
        self.inputs.append(item)

    def connecting(self, link: str, ended: Ending | None) -> None:
        """Said by the link before every attempt."""

    def reject(self, reason: str) -> None:
        raise AssertionError(reason)


async def test_a_websocket_goes_through_the_proxy(monkeypatch):
    host = Listener()
    url = "ws://venue.example:8080/ws"
    async with venue() as there, tunnel_to(there.port, monkeypatch) as tunnel:
        link = WebSocketLink("main", url, 2**20, host, WallClock(), Coalescer())
        running = asyncio.create_task(link.run())
        await until(lambda: there.open, "the connection through the proxy")
        await there.say("px 1")
        await until(lambda: only(Frame, host.inputs), "a frame through the proxy")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert only(Frame, host.inputs)[0].data == "px 1"
    assert tunnel.asked[0].startswith("CONNECT venue.example:8080 ")


async def test_http_goes_through_the_same_proxy(monkeypatch):
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    replies: list[Reply] = []
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with tunnel_to(port, monkeypatch) as tunnel:
            fetcher = Fetcher(
                SPEC, "http://venue.example", WallClock(), replies.append, lambda reason: None
            )
            fetcher.add(Fetch(name="instruments", path="/all"))
            running = asyncio.create_task(fetcher.run())
            await until(lambda: replies, "the answer through the proxy")
            running.cancel()
    assert (replies[0].status, replies[0].body) == (200, "ok")
    assert "venue.example" in tunnel.asked[0]


async def test_a_proxy_that_is_not_there_is_named_in_the_reason(monkeypatch):
    address = f"http://me:secret@127.0.0.1:{closed_port()}"
    monkeypatch.setenv("HTTPS_PROXY", address)
    async with desk("wss://venue.example/ws") as here:
        await until(here.reasons, "a reason")
        shown = address.replace("me:secret@", "")
        assert here.reasons()[0] == f"through proxy {shown}: connection refused"


async def test_a_proxy_of_a_kind_that_cannot_be_used_is_not_passed_by(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "ftp://127.0.0.1:1")
    async with desk("wss://venue.example/ws") as here:
        await until(here.reasons, "a reason")
        assert here.reasons()[0].startswith("HTTPS_PROXY is no proxy")
