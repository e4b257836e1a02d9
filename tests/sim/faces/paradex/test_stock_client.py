"""ccxt's own parser, fed by the face in memory: its book is the truth once all has been read."""

import json
from typing import Any

import pytest

from cockpit.core.scenario import load_scenario
from cockpit.sim.faces import paradex
from cockpit.sim.server.memory import MemoryConnection, MemoryVenue
from cockpit.sim.world import truth
from cockpit.sim.world.world import World
from tests.sim.fake_world import START_NS

pro = pytest.importorskip("ccxt.pro")

BTC, BITCOIN = "BTC-USD-PERP", "BTC/USD:USDC"
JSON, BINARY = "", "?sbeSchemaId=1&sbeSchemaVersion=3"


class Waiters:
    """What ccxt tells of each message to those who wait for one."""

    def __init__(self) -> None:
        self.resolved: set[str] = set()
        self.subscriptions: dict[str, Any] = {}
        self.futures: dict[str, Any] = {}

    def resolve(self, result: Any, name: str) -> None:
        self.resolved.add(name)


def stock_client(venue: MemoryVenue) -> Any:
    client = pro.paradex()
    answer = venue.http("GET", f"/v1/markets?market={BTC}", b"")
    assert answer is not None
    client.set_markets([client.parse_market(row) for row in json.loads(answer.body)["results"]])
    return client


def heard(client: Any, waiters: Waiters, connection: MemoryConnection) -> None:
    for frame in connection.pending():
        client.handle_message(waiters, frame if isinstance(frame, bytes) else json.loads(frame))


@pytest.mark.parametrize("query", [JSON, BINARY])
def test_its_book_trades_and_rate_are_those_of_the_world(query: str) -> None:
    world = World(5, [paradex.PROFILE], ("BTC", "ETH"), load_scenario("calm"), START_NS)
    venue = MemoryVenue(world, paradex)
    client, waiters = stock_client(venue), Waiters()
    connection = venue.connect(f"/v1{query}")
    book_channel = f"order_book.{BTC}.snapshot@15@100ms"
    for channel in (book_channel, f"trades.{BTC}", "funding_data"):
        said = {"jsonrpc": "2.0", "method": "subscribe", "params": {"channel": channel}}
        connection.receive(json.dumps(said))
    for _ in range(100):
        venue.step(0.1)
    venue.flush()
    heard(client, waiters, connection)

    (market,) = [m for m in truth.document(world)["markets"] if m["symbol"] == "BTC"]
    book = client.orderbooks[BITCOIN]
    assert [tuple(level[:2]) for level in book["bids"]] == market["bids"][:15]
    assert [tuple(level[:2]) for level in book["asks"]] == market["asks"][:15]
    assert {trade["symbol"] for trade in client.trades[BITCOIN]} == {BITCOIN}
    rate = client.fundingRates[BITCOIN]
    assert rate["interval"] == "8h"
    hourly = market["funding_rate_hourly"]
    assert rate["fundingRate"] / 8 == pytest.approx(hourly, abs=1e-8 / 8)
    assert waiters.resolved >= {book_channel, f"trades.{BTC}", "funding_data"}
