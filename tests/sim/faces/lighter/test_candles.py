"""Candles of the simulated Lighter, of trades and of the mark, and its slow-moving reads."""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_S
from cockpit.sim.faces import lighter
from tests.sim.asking import get
from tests.sim.faces.lighter.client import Client
from tests.sim.fake_world import FakeWorld

MINUTE_S = 60


def ask(world: FakeWorld, target: str) -> Any:
    answer = json.loads(get(lighter, world, f"/api/v1/{target}").body)
    assert answer["code"] == 200
    return answer


def minutes(world: FakeWorld, begin_s: int) -> list[Any]:
    window = f"start_timestamp={begin_s}&end_timestamp={world.now_ns() // NS_PER_S}"
    query = f"market_id=1&resolution=1m&{window}&count_back=2"
    rows: list[Any] = ask(world, f"candles?{query}")["c"]
    return rows


def test_a_minute_is_made_of_its_trades_and_no_longer_moves_when_it_is_over() -> None:
    world = FakeWorld(lighter.PROFILE)
    world.trade("BTC", Side.BUY, 1_110_000, 1)
    world.step(40.0)  # 08:54:00
    for ticks in (1_110_050, 1_110_200, 1_109_900, 1_110_100):
        world.trade("BTC", Side.SELL, ticks, 100_000)
        world.step(10.0)
    world.step(30.0)
    world.trade("BTC", Side.SELL, 1_105_000, 7)
    begin_s = world.now_ns() // NS_PER_S // MINUTE_S * MINUTE_S - MINUTE_S
    minute = minutes(world, begin_s)[0]
    assert [minute[key] for key in "ohlc"] == [111_005.0, 111_020.0, 110_990.0, 111_010.0]
    assert minute["v"] == 4.0
    world.trade("BTC", Side.SELL, 1_100_000, 7)
    assert minutes(world, begin_s)[0] == minute


def test_a_candle_names_its_last_trade_and_the_names_rise() -> None:
    world = FakeWorld(lighter.PROFILE)
    world.step(40.0)
    first = world.trade("BTC", Side.BUY, 1_110_000, 1)
    world.step(60.0)
    second = world.trade("BTC", Side.BUY, 1_110_000, 1)
    begin_s = world.now_ns() // NS_PER_S // MINUTE_S * MINUTE_S
    named = [row["i"] for row in minutes(world, begin_s - MINUTE_S)]
    assert named == [first.trade_id, second.trade_id]
    start = f"start_timestamp={begin_s - 600}&end_timestamp={begin_s + 60}&count_back=9"
    rows = ask(world, f"candles?market_id=1&resolution=1m&{start}")["c"]
    assert [row["i"] for row in rows] == sorted({row["i"] for row in rows})


def test_a_candle_that_has_closed_is_told_with_its_successor() -> None:
    client = Client()
    first = client.subscribe("candle/1/1m")["candles"][0]
    client.world.trade("BTC", Side.BUY, 1_110_050, 3)
    client.step(client.world.step(60.0))
    client.world.trade("BTC", Side.BUY, 1_110_060, 3)
    (message,) = client.step(client.world.step(1.0))
    assert message["type"] == "update/candle"
    client.world.step(60.0)
    client.world.trade("BTC", Side.BUY, 1_110_070, 3)
    (message,) = client.step(client.world.step(1.0))
    begins = [row["t"] for row in message["candles"]]
    assert begins == sorted(begins)
    assert len(begins) == 2
    assert begins[0] >= first["t"]


def test_the_candle_of_the_mark_is_streamed_when_the_mark_moves() -> None:
    client = Client()
    first = client.subscribe("mark_price_candle/1/5m")
    assert first["type"] == "subscribed/mark_price_candle"
    assert set(first["candles"][0]) == {"t", "o", "h", "l", "c", "sc"}
    client.world.set_level("BTC", Side.BUY, 1_109_999, 5)
    assert client.step(client.world.step(1.0)) == []
    client.world.change("BTC", lambda state: setattr(state, "mark", 112_345.6))
    (message,) = client.step(client.world.step(1.0))
    assert message["candles"][0]["c"] == 112_345.6
    assert message["candles"][0]["h"] >= 112_345.6


def test_there_are_no_binary_options() -> None:
    client = Client()
    assert client.subscribe("bo_market_stats/all")["bo_market_stats"] == {}
    assert client.subscribe("bo_market_stats/3000")["error"]["code"] == 30005
    assert client.subscribe("mark_price_candle/9999/1m")["error"]["code"] == 30005


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("events", "events"),
        ("priceOracleInfo", "markets"),
        ("feeTiers", "bo_tiers"),
    ],
)
def test_what_does_not_exist_here_is_an_empty_list(target: str, key: str) -> None:
    assert ask(FakeWorld(lighter.PROFILE), target)[key] == []


def test_tokens_are_the_markets() -> None:
    world = FakeWorld(lighter.PROFILE)
    assert {row["symbol"] for row in ask(world, "tokenlist")["tokens"]} == set(world.markets)
