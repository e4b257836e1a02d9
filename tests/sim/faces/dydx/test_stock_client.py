"""dYdX's own Python client, unchanged but for its base URL, works on the built-in exchange."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cockpit.core.scenario import Scenario
from cockpit.sim.faces import dydx
from cockpit.sim.server.host import VenueHost
from cockpit.sim.world.world import World
from tests.sim.fake_world import START_NS
from tests.support import PATIENCE_S

indexer_client = pytest.importorskip("dydx_v4_client.indexer.rest.indexer_client")
websocket = pytest.importorskip("dydx_v4_client.indexer.socket.websocket")


@contextlib.asynccontextmanager
async def _exchange() -> AsyncIterator[VenueHost]:
    world = World(3, [dydx.PROFILE], ("BTC", "ETH"), Scenario(name="calm"), START_NS)
    host = VenueHost(world.venues["dydx"], dydx, random.Random(3))
    await host.listen()

    async def run() -> None:
        while True:
            host.step(world.step(0.1)["dydx"])
            await asyncio.sleep(0.01)

    running = asyncio.create_task(run())
    try:
        yield host
    finally:
        running.cancel()
        await host.close()


async def test_its_rest_client_reads_markets_books_funding_and_time() -> None:
    async with _exchange() as host:
        client = indexer_client.IndexerClient(host.rest_url)
        markets = (await client.markets.get_perpetual_markets())["markets"]
        assert float(markets["BTC-USD"]["openInterest"]) > 0
        book = await client.markets.get_perpetual_market_orderbook("BTC-USD")
        assert float(book["bids"][0]["price"]) < float(book["asks"][0]["price"])
        history = await client.markets.get_perpetual_market_historical_funding("BTC-USD", limit=5)
        assert len(history["historicalFunding"]) == 5
        assert (await client.utility.get_time())["epoch"] > 1.7e9
        assert int((await client.utility.get_height())["height"]) > 0


async def test_its_socket_follows_books_trades_and_markets() -> None:
    kinds: set[tuple[str, str]] = set()
    wanted = {
        ("subscribed", "v4_orderbook"),
        ("subscribed", "v4_trades"),
        ("subscribed", "v4_markets"),
        ("channel_batch_data", "v4_orderbook"),
        ("channel_batch_data", "v4_trades"),
        ("channel_batch_data", "v4_markets"),
    }

    def on_message(ws: Any, message: dict[str, Any]) -> None:
        if message["type"] == "connected":
            ws.order_book.subscribe("BTC-USD")
            ws.trades.subscribe("BTC-USD")
            ws.markets.subscribe()
        kinds.add((message["type"], message.get("channel", "")))
        if wanted <= kinds:
            ws.close()

    async with _exchange() as host:
        socket = websocket.IndexerSocket(host.ws_urls["main"], on_message=on_message)
        await asyncio.wait_for(asyncio.to_thread(socket.run_forever), PATIENCE_S)
    assert wanted <= kinds


async def test_its_socket_is_told_a_subaccount_and_that_a_stranger_has_none() -> None:
    address = dydx.PROFILE.address("a trader on dYdX")
    told: dict[str, Any] = {}

    def on_message(ws: Any, message: dict[str, Any]) -> None:
        if message["type"] == "connected":
            ws.subaccounts.subscribe(address, 0)
            ws.subaccounts.subscribe(address, 77)
        if message["type"] == "subscribed":
            told[message["id"]] = message["contents"]
        if len(told) == 2:
            ws.close()

    async with _exchange() as host:
        socket = websocket.IndexerSocket(host.ws_urls["main"], on_message=on_message)
        await asyncio.wait_for(asyncio.to_thread(socket.run_forever), PATIENCE_S)
        client = indexer_client.IndexerClient(host.rest_url)
        read = (await client.account.get_subaccount(address, 0))["subaccount"]
    assert told[f"{address}/0"]["subaccount"]["openPerpetualPositions"].keys() == (
        read["openPerpetualPositions"].keys()
    )
    assert told[f"{address}/77"] == {}
