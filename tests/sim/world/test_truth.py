"""The truth: the world in base units, and the hands on its clock."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from cockpit.core.clock import ManualClock
from cockpit.core.errors import ConfigError
from cockpit.core.scenario import Scenario
from cockpit.sim.server.exchange import Exchange
from cockpit.sim.world import truth
from cockpit.sim.world.contract import FundingRule
from cockpit.sim.world.world import World
from tests.sim import tinyface

START_NS = 1_795_400_000_000_000_000
MARKET_KEYS = {
    "venue", "symbol", "bids", "asks", "mark", "index", "open_interest_base", "volume_24h_base",
    "funding_rate_hourly", "next_funding_ns", "book_seq",
}  # fmt: skip


def world(**changes: Any) -> World:
    profile = tinyface.profile(**changes)
    return World(4, [profile], ["BTC", "PEPE"], Scenario(name="quiet"), START_NS)


def market(document: dict[str, Any], symbol: str) -> dict[str, Any]:
    return next(m for m in document["markets"] if m["symbol"] == symbol)


def test_the_document_has_the_promised_keys() -> None:
    document = truth.document(world())
    assert set(document) == {"at_ns", "markets", "chains", "accounts", "trades"}
    assert all(set(m) == MARKET_KEYS for m in document["markets"])
    assert [set(chain) for chain in document["chains"]] == [{"venue", "height", "block_ns"}]


def test_prices_and_sizes_are_those_of_one_coin() -> None:
    subject = world()
    state = subject.venues["tiny"].by_symbol["PEPE"]
    told = market(truth.document(subject), "PEPE")
    ticks, lots = min(state.asks.items())
    assert told["asks"][0] == (
        float(state.price_text(ticks)) / 1000,
        float(state.size_text(lots)) * 1000,
    )
    assert told["mark"] == state.mark / 1000
    assert told["open_interest_base"] == float(state.size_text(state.open_interest_lots)) * 1000


def test_books_are_as_deep_as_the_venue_publishes() -> None:
    assert len(market(truth.document(world(book_depth=7)), "BTC")["bids"]) == 7
    subject = world(book_depth=None)
    whole = len(subject.venues["tiny"].by_symbol["BTC"].bids)
    assert len(market(truth.document(subject), "BTC")["bids"]) == whole


def test_levels_are_best_first() -> None:
    told = market(truth.document(world()), "BTC")
    assert told["bids"] == sorted(told["bids"], reverse=True)
    assert told["asks"] == sorted(told["asks"])


def test_the_rate_is_per_hour_whatever_the_interval() -> None:
    from cockpit.sim.world.contract import FundingRule

    subject = world(rule=FundingRule(interval_s=28_800, interest_8h=1e-4, dampener=5e-4))
    state = subject.venues["tiny"].by_symbol["BTC"]
    told = market(truth.document(subject), "BTC")
    assert told["funding_rate_hourly"] == pytest.approx(state.rate / 8)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "not JSON"),
        (b"[]", "expected an object"),
        (b"{}", "expected an object"),
        (b'{"paws": true}', "unknown key 'paws'"),
        (b'{"pause": "yes"}', "pause"),
        (b'{"step_s": -1}', "step_s"),
        (b'{"step_s": 1e99}', "step_s"),
        (b'{"faults": 3}', "faults"),
        (b'{"interval_s": {"BTC": 3600}}', "VENUE/SYMBOL"),
        (b'{"interval_s": {"tiny/BTC": 0}}', "VENUE/SYMBOL"),
    ],
)
def test_a_command_that_makes_no_sense_is_a_sentence(body: bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        truth.read_command(body)


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    subject = Exchange(
        {"tiny": tinyface}, ["BTC"], Scenario(name="quiet"), seed=1, clock=ManualClock(START_NS)
    )
    await subject.listen()
    running = asyncio.create_task(subject.run())
    yield subject
    running.cancel()
    await subject.close()


async def ask(exchange: Exchange, **command: Any) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        url = exchange.ready()["truth_url"]
        return await (http.post(url, json=command) if command else http.get(url))


async def test_get_tells_and_post_commands(exchange: Exchange) -> None:
    reply = await ask(exchange)
    assert reply.status_code == 200
    assert reply.json()["markets"][0]["venue"] == "tiny"
    bad = await ask(exchange, paws=True)
    assert bad.status_code == 400
    assert "paws" in bad.json()["error"]
    async with httpx.AsyncClient() as http:
        url = exchange.ready()["truth_url"]
        assert (await http.delete(url)).status_code == 405
        assert (await http.get(url + "s")).status_code == 404


async def test_the_time_that_the_world_was_in_the_making_is_no_latency_of_its_messages() -> None:
    clock = ManualClock(START_NS)
    exchange = Exchange({"tiny": tinyface}, ["BTC"], Scenario(name="quiet"), seed=1, clock=clock)
    clock.advance_s(3.0)
    running = asyncio.create_task(exchange.run())
    await asyncio.sleep(0)
    assert exchange.world.now_ns == clock.now_ns()
    running.cancel()


async def test_a_paused_world_keeps_its_books_and_its_sockets(exchange: Exchange) -> None:
    async with connect(exchange.ready()["venues"]["tiny"]["ws_urls"]["main"]) as client:
        paused = (await ask(exchange, pause=True)).json()
        flushes = 0
        while flushes == 0:
            flushes += "flush" in (said := json.loads(await client.recv())) and said["flush"]
        # Steps go on so that faces can keep their lines warm, but nothing is in them.
        for _ in range(3):
            assert json.loads(await client.recv())["books"] == []
        later = (await ask(exchange)).json()
        assert later["markets"] == paused["markets"]
        assert later["chains"] == paused["chains"]
        await ask(exchange, pause=False)
        while not json.loads(await client.recv())["books"]:
            pass


async def test_paused_time_can_be_wound_on(exchange: Exchange) -> None:
    before = (await ask(exchange, pause=True)).json()
    after = (await ask(exchange, step_s=30)).json()
    assert after["at_ns"] - before["at_ns"] >= 30_000_000_000
    assert after["markets"][0]["book_seq"] > before["markets"][0]["book_seq"]
    assert after["chains"][0]["height"] - before["chains"][0]["height"] == pytest.approx(60, abs=8)
    assert (await ask(exchange)).json()["markets"] == after["markets"]


async def test_an_hour_can_be_wound_past_to_see_a_payment(exchange: Exchange) -> None:
    before = (await ask(exchange, pause=True)).json()["markets"][0]["next_funding_ns"]
    after = (await ask(exchange, step_s=3600)).json()["markets"][0]["next_funding_ns"]
    assert after - before == 3600 * 10**9


async def test_a_running_world_is_not_wound(exchange: Exchange) -> None:
    reply = await ask(exchange, step_s=1)
    assert reply.status_code == 400
    assert "pause" in reply.json()["error"]


async def test_faults_are_replaced_whole(exchange: Exchange) -> None:
    await ask(exchange, faults={"http_500": 1.0})
    async with httpx.AsyncClient() as http:
        url = exchange.ready()["venues"]["tiny"]["rest_url"] + "/echo"
        assert (await http.get(url)).status_code == 500
        assert (await ask(exchange, faults={"http_500": 2})).status_code == 400
        assert (await http.get(url)).status_code == 500
        assert (await ask(exchange, faults={})).status_code == 200
        assert (await http.get(url)).status_code == 200


async def test_a_paused_world_has_no_faults(exchange: Exchange) -> None:
    await ask(exchange, faults={"http_500": 1.0}, pause=True)
    async with httpx.AsyncClient() as http:
        url = exchange.ready()["venues"]["tiny"]["rest_url"] + "/echo"
        assert (await http.get(url)).status_code == 200


def test_where_funding_accrues_all_the_time_there_is_no_next_payment() -> None:
    continuous = truth.document(world(rule=FundingRule(accrual="continuous")))
    assert market(continuous, "BTC")["next_funding_ns"] is None
    assert market(truth.document(world()), "BTC")["next_funding_ns"] > START_NS


async def test_a_markets_funding_interval_is_changed_by_command(exchange: Exchange) -> None:
    reply = await ask(exchange, interval_s={"tiny/BTC": 14_400})
    [row] = reply.json()["markets"]
    assert row["next_funding_ns"] % (14_400 * 10**9) == 0
    assert exchange.world.venues["tiny"].by_symbol["BTC"].rule.interval_s == 14_400
    refused = await ask(exchange, interval_s={"tiny/DOGE": 14_400})
    assert refused.status_code == 400
    assert "tiny/DOGE" in refused.json()["error"]
