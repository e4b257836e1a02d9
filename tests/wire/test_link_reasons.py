"""Each way to fail to connect has its own few words."""

import asyncio
import errno
import socket
import ssl

import msgspec
import pytest

from cockpit.core.events import Link
from cockpit.wire import link
from cockpit.wire.reasons import not_connected
from tests.support import until
from tests.wire.loopback import closed_port, desk, venue


async def reason_at(url: str) -> str:
    async with desk(url) as here:
        await until(lambda: here.reasons(), "a reason")
        return here.reasons()[0]


async def test_a_port_where_nobody_listens() -> None:
    assert await reason_at(f"ws://127.0.0.1:{closed_port()}/ws") == "connection refused"
    assert await reason_at(f"ws://localhost:{closed_port()}/ws") == "connection refused"


async def test_a_name_that_does_not_exist() -> None:
    assert await reason_at("wss://no-such-venue.invalid/ws") == "DNS failure"


async def test_a_venue_that_does_not_speak_tls() -> None:
    async with venue() as there:
        assert await reason_at(f"wss://127.0.0.1:{there.port}/ws") == "TLS failure"


async def test_a_venue_that_refuses_the_handshake() -> None:
    async with venue() as there:
        assert await reason_at(f"ws://127.0.0.1:{there.port}/forbidden") == "HTTP 403"


async def test_a_venue_that_sends_us_to_another_host() -> None:
    async with venue() as there:
        assert await reason_at(f"ws://127.0.0.1:{there.port}/elsewhere") == "HTTP 302"


async def test_a_venue_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "OPEN_TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert await reason_at(f"ws://127.0.0.1:{mute.getsockname()[1]}/ws") == "timeout"


async def test_something_that_is_no_websocket() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await reason_at(f"ws://127.0.0.1:{port}/ws") == "no WebSocket there"


async def test_a_venue_that_stops_answering_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "PING_S", 0.1)
    async with venue() as there, desk(f"ws://127.0.0.1:{there.port}/ws") as here:
        await until(lambda: there.open, "the connection")
        there.open[0].transport.pause_reading()
        await until(lambda: here.reasons(), "a reason")
        assert here.reasons()[0] == "no pong"
        there.open[0].transport.abort()


async def test_a_venue_that_breaks_the_protocol() -> None:
    async with venue() as there, desk(f"ws://127.0.0.1:{there.port}/ws") as here:
        await until(lambda: there.open, "the connection")
        there.open[0].transport.write(b"\xff\xff\xff\xff")
        await until(lambda: here.reasons(), "a reason")
        assert here.reasons()[0] == "protocol error 1002"


async def test_text_that_is_not_utf8() -> None:
    async with venue() as there, desk(f"ws://127.0.0.1:{there.port}/ws") as here:
        await until(lambda: there.open, "the connection")
        there.open[0].transport.write(b"\x81\x02\xff\xfe")
        await until(lambda: here.reasons(), "a reason")
        assert here.reasons()[0] == "protocol error 1007"


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (
            ssl.SSLCertVerificationError("self-signed"),
            ("tls", "TLS failure: certificate not trusted"),
        ),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), ("tls", "TLS failure")),
        (OSError(errno.EHOSTUNREACH, "x"), ("unreachable", "host unreachable")),
        (OSError(errno.ENETUNREACH, "x"), ("unreachable", "network unreachable")),
        (ConnectionResetError(errno.ECONNRESET, "x"), ("lost", "connection reset")),
        (OSError("something new"), ("unreachable", "network error")),
        (ValueError("label too long"), ("address", "invalid address")),
    ],
)
def test_errors_that_no_loopback_can_show(error: Exception, ending: tuple[str, str]) -> None:
    assert not_connected(error) == ending


def test_of_several_addresses_the_number_in_the_text_is_this_systems_or_anothers() -> None:
    error = OSError("Multiple exceptions: [Errno 111] ::1, [Errno 111] 127.0.0.1")
    is_ours = errno.ECONNREFUSED == 111
    assert not_connected(error).cause == ("refused" if is_ours else "unreachable")


async def test_the_cause_of_a_lost_link_is_told_with_its_end_and_with_the_next_attempt() -> None:
    async with desk(f"ws://127.0.0.1:{closed_port()}/ws") as here:
        await until(lambda: len(here.reasons()) > 1, "the second attempt")
        links = [event for event in here.events if isinstance(event, Link)]
    told = {(link.state, link.cause) for link in links}
    assert {("down", "refused"), ("connecting", "refused")} <= told
    assert links[0].cause is msgspec.UNSET, "the first attempt has no end before it"
