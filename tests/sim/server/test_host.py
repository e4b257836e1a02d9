"""One port a venue: HTTP and WebSocket on loopback, with faults, and without ever falling over."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from cockpit.core.clock import ManualClock
from cockpit.core.errors import InputError
from cockpit.core.scenario import Scenario
from cockpit.sim.server.exchange import Exchange
from cockpit.sim.server.faults import parse_plan
from tests.sim import tinyface
from tests.support import PATIENCE_S

START_NS = 1_795_400_000_000_000_000


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """A small venue that listens, and steps only when a test says so."""
    modules = {"tiny": tinyface}
    subject = Exchange(
        modules, ["BTC", "ETH"], Scenario(name="quiet"), seed=1, clock=ManualClock(START_NS)
    )
    await subject.listen()
    yield subject
    await subject.close()


def rest(exchange: Exchange) -> str:
    return str(exchange.ready()["venues"]["tiny"]["rest_url"])


def ws(exchange: Exchange) -> str:
    return str(exchange.ready()["venues"]["tiny"]["ws_urls"]["main"])


async def heard(client: ClientConnection) -> object:
    return json.loads(await asyncio.wait_for(client.recv(), PATIENCE_S))


async def hear_out(client: ClientConnection) -> None:
    """Read until the connection ends, which it must: ConnectionClosed."""
    while True:
        await asyncio.wait_for(client.recv(), PATIENCE_S)


def fault(exchange: Exchange, **faults: float) -> None:
    exchange.plan(parse_plan(faults, ["tiny"]))


async def test_http_and_websocket_share_one_port(exchange: Exchange) -> None:
    assert rest(exchange).partition("://")[2] in ws(exchange)
    async with httpx.AsyncClient() as http, connect(ws(exchange)) as client:
        assert "snapshot" in await heard(client)
        reply = await http.post(f"{rest(exchange)}/echo", content="hello")
        assert reply.json() == {"method": "POST", "body": "hello"}


async def test_a_socket_opens_below_its_path_unless_the_face_refuses(exchange: Exchange) -> None:
    async with connect(f"{ws(exchange)}/BTC?depth=5") as client:
        assert "snapshot" in await heard(client)
    for path, status in (("/closed", 400), ("x", 404)):
        with pytest.raises(websockets.InvalidStatus) as refused:
            await connect(f"{ws(exchange)}{path}")
        assert refused.value.response.status_code == status


async def test_a_connection_answers_one_request_after_another(exchange: Exchange) -> None:
    host, port = rest(exchange).removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    request = b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"
    writer.write(request + request)
    for _ in range(2):
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
        assert head.startswith(b"HTTP/1.1 200")
        assert b'"GET"' in await asyncio.wait_for(reader.readuntil(b"}"), PATIENCE_S)
    writer.close()


async def test_the_face_answers_unknown_paths(exchange: Exchange) -> None:
    async with httpx.AsyncClient(base_url=rest(exchange)) as http:
        reply = await http.get("/nothing")
        assert (reply.status_code, reply.json()) == (404, {"error": "no such path"})


async def test_head_and_options_are_answered_for_every_face(exchange: Exchange) -> None:
    async with httpx.AsyncClient(base_url=rest(exchange)) as http:
        head = await http.head("/echo")
        assert head.status_code == 200
        assert head.content == b""
        options = await http.options("/echo")
        assert options.status_code == 204
        assert "POST" in options.headers["Allow"]


async def test_a_websocket_on_an_unknown_path_is_the_faces_404(exchange: Exchange) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await connect(rest(exchange).replace("http", "ws") + "/elsewhere")
    assert refused.value.response.status_code == 404


async def test_a_query_after_the_websocket_path_is_allowed(exchange: Exchange) -> None:
    async with connect(f"{ws(exchange)}?readonly=true") as client:
        assert "snapshot" in await heard(client)


async def test_what_is_not_http_is_refused_and_hung_up_on(exchange: Exchange) -> None:
    host, port = rest(exchange).removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"\x16\x03\x01 hello there\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    assert answer.startswith(b"HTTP/1.1 400")
    writer.close()


async def test_a_body_that_is_too_large_is_refused(exchange: Exchange) -> None:
    async with httpx.AsyncClient(base_url=rest(exchange)) as http:
        try:
            reply = await http.post("/echo", content=b"x" * (3 << 20))
            assert reply.status_code == 413
        except (httpx.WriteError, httpx.ReadError):
            pass  # the refusal may overtake the rest of the body
        assert (await http.get("/echo")).status_code == 200


async def test_a_broken_face_is_a_500_and_a_1011_and_nothing_worse(exchange: Exchange) -> None:
    async with httpx.AsyncClient(base_url=rest(exchange)) as http:
        assert (await http.get("/broken")).status_code == 500
        async with connect(ws(exchange)) as client:
            await client.send("{}")
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await hear_out(client)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1011
        assert (await http.get("/echo")).status_code == 200


async def test_messages_compress_only_for_a_client_that_offers_it(exchange: Exchange) -> None:
    for compression in ("deflate", None):
        async with connect(ws(exchange), compression=compression) as client:
            assert bool(client.protocol.extensions) is (compression == "deflate")
            assert "snapshot" in await heard(client)


async def test_a_fragmented_message_is_one_message(exchange: Exchange) -> None:
    async with connect(ws(exchange)) as client:
        await heard(client)
        await client.send(['{"pi', 'ng": ', "4}"])
        assert await heard(client) == {"pong": 4}


async def test_protocol_pings_are_answered(exchange: Exchange) -> None:
    async with connect(ws(exchange)) as client:
        await asyncio.wait_for(await client.ping(), PATIENCE_S)


async def test_the_close_handshake_completes(exchange: Exchange) -> None:
    client = await connect(ws(exchange))
    await client.close(1000, "done")
    assert client.close_code == 1000


async def test_what_a_face_says_after_a_step_arrives_in_order(exchange: Exchange) -> None:
    host = exchange.hosts["tiny"]
    async with connect(ws(exchange)) as client:
        await heard(client)
        for _ in range(20):
            host.step(exchange.world.step(0.1)["tiny"])
        counts = [(await heard(client))["i"] for _ in range(20)]
        assert counts == list(range(1, 21))


async def test_latency_delays_but_keeps_the_order(exchange: Exchange) -> None:
    fault(exchange, delay_ms=30)
    host = exchange.hosts["tiny"]
    async with connect(ws(exchange)) as client:
        await heard(client)
        await client.send('{"ping": 1}')
        for _ in range(10):
            host.step(exchange.world.step(0.1)["tiny"])
        said = [await heard(client) for _ in range(11)]
        assert [m["i"] for m in said if "i" in m] == list(range(1, 11))
        assert {"pong": 1} in said


async def test_a_pause_delivers_at_once_what_is_on_its_way(exchange: Exchange) -> None:
    fault(exchange, delay_ms=600_000)
    async with connect(ws(exchange)) as client:
        host = exchange.hosts["tiny"]
        while not host.connections:
            await asyncio.sleep(0)
        host.step(exchange.world.step(0.1)["tiny"])
        async with httpx.AsyncClient() as http:
            url = exchange.ready()["truth_url"]
            assert (await http.post(url, json={"pause": True})).status_code == 200
        assert "snapshot" in await heard(client)
        assert (await heard(client))["i"] == 1
        assert (await heard(client))["flush"] is True


async def test_refused_requests_say_when_to_come_back(exchange: Exchange) -> None:
    fault(exchange, http_429=1.0)
    async with httpx.AsyncClient(base_url=rest(exchange)) as http:
        reply = await http.get("/echo")
        assert reply.status_code == 429
        assert int(reply.headers["Retry-After"]) > 0
        fault(exchange, http_500=1.0)
        assert (await http.get("/echo")).status_code == 500


async def test_a_hanging_request_is_never_answered(exchange: Exchange) -> None:
    fault(exchange, http_hang=1.0)
    async with httpx.AsyncClient(base_url=rest(exchange), timeout=0.2) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.get("/echo")


async def test_a_cut_line_ends_without_a_close_frame(exchange: Exchange) -> None:
    fault(exchange, disconnect_every_s=0.05)
    async with connect(ws(exchange)) as client:
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await hear_out(client)
        assert closed.value.rcvd is None


async def test_a_halted_venue_says_it_all_afterwards(exchange: Exchange) -> None:
    host = exchange.hosts["tiny"]
    async with connect(ws(exchange)) as client:
        await heard(client)
        fault(exchange, halt_s=0.3)
        loop = asyncio.get_running_loop()
        began = loop.time()
        for _ in range(3):
            host.step(exchange.world.step(0.1)["tiny"])
        assert [(await heard(client))["i"] for _ in range(3)] == [1, 2, 3]
        assert loop.time() - began >= 0.29


async def test_a_client_that_does_not_read_is_cut_off(exchange: Exchange) -> None:
    host, port = rest(exchange).removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    writer.write(
        b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
    venue = exchange.hosts["tiny"]
    (connection,) = venue.connections
    for _ in range(100):
        if not venue.connections:
            break
        connection._write(["x" * (1 << 20)])
        await asyncio.sleep(0)
    assert not venue.connections
    writer.close()


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.10", "::", "example.org", ""])
async def test_no_address_but_loopback_is_listened_on(address: str) -> None:
    subject = Exchange({"tiny": tinyface}, ["BTC"], Scenario(name="quiet"), seed=1)
    with pytest.raises(InputError, match="loopback"):
        await subject.listen(address)
