"""What HTTP clients of other makes do before and around a request, on every venue's port."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from cockpit.core.clock import ManualClock
from cockpit.core.scenario import Scenario
from cockpit.sim.server.exchange import Exchange
from tests.sim import tinyface
from tests.support import PATIENCE_S

START_NS = 1_795_400_000_000_000_000


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    subject = Exchange(
        {"tiny": tinyface}, ["BTC"], Scenario(name="quiet"), seed=1, clock=ManualClock(START_NS)
    )
    await subject.listen()
    yield subject
    await subject.close()


def rest(exchange: Exchange) -> str:
    return str(exchange.ready()["venues"]["tiny"]["rest_url"])


async def test_a_client_that_asks_whether_its_body_is_welcome_is_told_so(
    exchange: Exchange,
) -> None:
    host, port = rest(exchange).removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    writer.write(head)
    told = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
    assert told.startswith(b"HTTP/1.1 100")
    writer.write(b"hello")
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
    assert answer.startswith(b"HTTP/1.1 200")
    body = await asyncio.wait_for(reader.readexactly(len(b'{"method":"POST"')), PATIENCE_S)
    assert b"POST" in body
    writer.close()


async def test_a_body_that_comes_at_once_needs_no_welcome(exchange: Exchange) -> None:
    async with httpx.AsyncClient() as http:
        reply = await http.post(
            f"{rest(exchange)}/echo", content="hello", headers={"Expect": "100-continue"}
        )
    assert json.loads(reply.text) == {"method": "POST", "body": "hello"}


async def test_any_page_may_read_a_venue(exchange: Exchange) -> None:
    """As the venues allow it: their own front ends ask from a browser."""
    async with httpx.AsyncClient() as http:
        reply = await http.get(f"{rest(exchange)}/echo", headers={"Origin": "https://example.org"})
        assert reply.headers["access-control-allow-origin"] == "*"
        asked = {
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        allowed = await http.options(f"{rest(exchange)}/echo", headers=asked)
    assert allowed.status_code == 204
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert allowed.headers["access-control-allow-headers"] == "content-type"


async def test_no_page_may_read_or_command_the_truth(exchange: Exchange) -> None:
    truth = str(exchange.ready()["truth_url"])
    async with httpx.AsyncClient() as http:
        reply = await http.get(truth, headers={"Origin": "https://example.org"})
        asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
        allowed = await http.options(truth, headers=asked)
    assert "access-control-allow-origin" not in reply.headers
    assert "access-control-allow-methods" not in allowed.headers
