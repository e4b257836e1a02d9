"""Every message and reply of dYdX's face is made of what the recorded one is made of."""

from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.sim.faces import dydx
from tests.sim.faces.dydx.client import Client, ask
from tests.sim.fake_world import FakeWorld
from tests.sim.skeleton import recorded, skeleton
from tests.support import capture_lines

NEWER_MARKET_KEYS = {
    "openInterestLowerCap": "0",
    "openInterestUpperCap": "0",
    "baseOpenInterest": "1",
    "defaultFundingRate1H": "0",
}
"""The Indexer grew these after the socket recording; the REST recording has them."""


@pytest.fixture
def world() -> FakeWorld:
    world = FakeWorld(dydx.PROFILE)
    for number in range(3):
        world.trade("BTC", Side.BUY, 111_000 + number, 5)
    world.step()
    return world


@pytest.mark.parametrize(
    ("name", "path", "query"),
    [
        ("rest_time", "time", {}),
        ("rest_block_height", "height", {}),
        ("rest_orderbook", "orderbooks/perpetualMarket/BTC-USD", {}),
        ("rest_trades", "trades/perpetualMarket/BTC-USD", {}),
        ("rest_historical_funding", "historicalFunding/BTC-USD", {}),
        ("rest_candles", "candles/perpetualMarkets/BTC-USD", {"resolution": "1MIN"}),
    ],
)
def test_a_rest_reply_has_the_recorded_shape(
    world: FakeWorld, name: str, path: str, query: dict[str, Any]
) -> None:
    status, body = ask(world, path, **query)
    assert status == 200
    assert skeleton(body) == skeleton(recorded(f"dydx/{name}.json"))


def test_a_market_row_has_the_recorded_shape_and_order_of_keys(world: FakeWorld) -> None:
    theirs = recorded("dydx/rest_perpetual_markets.json")["markets"]["BTC-USD"]
    ours = ask(world, "perpetualMarkets")[1]["markets"]["BTC-USD"]
    assert skeleton(ours) == skeleton(theirs)
    assert list(ours) == list(theirs)


def test_the_first_message_has_the_recorded_shape() -> None:
    assert skeleton(Client().seen[0]) == skeleton(recorded("dydx/ws_connected.json"))


def test_a_book_snapshot_and_a_batch_have_the_recorded_shapes() -> None:
    lines = capture_lines("dydx/ws_orderbook_eth_sequence.jsonl")
    client = Client()
    snapshot = client.subscribe("v4_orderbook", "ETH-USD", batched=True)[0]
    client.world.set_level("ETH", Side.BUY, 42_990, 7)
    client.world.set_level("ETH", Side.SELL, 43_020, 0)
    batch = client.wait()[0]
    assert skeleton(snapshot) == skeleton(lines[0])
    assert skeleton(batch) == skeleton(lines[1] | {"version": "1.0.0"})


def test_a_candle_has_the_shape_of_rest_at_first_and_no_mid_prices_later(world: FakeWorld) -> None:
    client = Client(world)
    first = client.subscribe("v4_candles", "BTC-USD/1HOUR", batched=True)[0]
    assert skeleton(first["contents"]) == skeleton(recorded("dydx/rest_candles.json"))
    world.trade("BTC", Side.SELL, 110_000, 4)
    batch = client.wait()[0]
    kept = recorded("dydx/ws_candles_batch.json")
    kept["contents"][0]["resolution"] = "1HOUR"
    assert skeleton(batch) == skeleton(kept)
    assert batch["contents"][0]["close"] == "110000"


def test_trades_have_the_shape_of_rest_at_first_and_no_height_later(world: FakeWorld) -> None:
    client = Client(world)
    first = client.subscribe("v4_trades", "BTC-USD", batched=True)[0]
    world.trade("BTC", Side.SELL, 110_999, 4)
    batch = client.wait()[0]
    assert skeleton(first["contents"]) == skeleton(recorded("dydx/rest_trades.json"))
    theirs = recorded("dydx/ws_trades_batch.json") | {"version": "2.1.0"}
    for item in theirs["contents"]:
        item["trades"] = [row | {"type": "LIMIT"} for row in item["trades"]]
    assert skeleton(batch) == skeleton(theirs)


def test_the_markets_snapshot_has_the_recorded_shape() -> None:
    theirs = recorded("dydx/ws_markets_subscribed_full.json")
    ours = Client().subscribe("v4_markets")[0]
    assert skeleton(ours) | {"contents": 0} == skeleton(theirs) | {"contents": 0}
    row = theirs["contents"]["markets"]["BTC-USD"] | NEWER_MARKET_KEYS
    assert skeleton(ours["contents"]["markets"]["BTC-USD"]) == skeleton(row)


def test_a_funding_update_has_the_recorded_shape() -> None:
    client = Client()
    client.subscribe("v4_markets", batched=True)
    for symbol in ("BTC", "ETH"):
        client.world.change(symbol, lambda state: setattr(state, "rate", 0.000003))
    message = client.wait(30)[0]
    theirs = recorded("dydx/ws_markets_next_funding_rate_batch.json")
    assert skeleton(message) == skeleton(theirs)


def test_an_oracle_update_has_the_recorded_shape() -> None:
    client = Client()
    client.subscribe("v4_markets", batched=True)
    client.world.change("BTC", lambda state: setattr(state, "mark", 111_007.0))
    message = client.wait(0.7, blocks=1)[0]
    theirs = recorded("dydx/ws_markets_oracle_batch.json") | {"version": "1.0.0"}
    assert skeleton(message) == skeleton(theirs)


def test_block_heights_have_the_recorded_shapes_and_two_names_for_the_height() -> None:
    client = Client()
    first = client.subscribe("v4_block_height")[0]
    update = client.wait(0.7, blocks=1)[0]
    assert skeleton(first) == skeleton(recorded("dydx/synthetic_ws_block_height_subscribed.json"))
    assert skeleton(update) == skeleton(recorded("dydx/synthetic_ws_block_height_update.json"))


def test_an_error_has_the_recorded_shape() -> None:
    error = Client().say({"type": "nonsense"})[0]
    assert skeleton(error) == skeleton(recorded("dydx/ws_error_could_not_fetch.json"))
