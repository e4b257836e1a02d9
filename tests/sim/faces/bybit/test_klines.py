"""Klines of the simulated Bybit, over HTTP and on the socket, against the trades that make them."""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces import bybit
from tests.sim.asking import Client, get
from tests.sim.fake_world import FakeWorld

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(bybit.PROFILE)


def klines(world: FakeWorld, path: str = "kline", **query: Any) -> list[list[str]]:
    text = "&".join(f"{key}={value}" for key, value in {"symbol": "BTCUSDT", **query}.items())
    answer = json.loads(get(bybit, world, f"/v5/market/{path}?category=linear&{text}").body)
    assert answer["retCode"] == 0
    rows: list[list[str]] = answer["result"]["list"]
    return rows


def starts(rows: list[list[str]]) -> list[int]:
    return [int(row[0]) for row in rows]


def test_a_start_without_an_end_is_answered_forwards(world: FakeWorld) -> None:
    noon_ms = world.now_ns() // NS_PER_MS // DAY_MS * DAY_MS - DAY_MS // 2
    rows = klines(world, interval=60, start=noon_ms, limit=3)
    assert starts(rows) == [noon_ms + hours * HOUR_MS for hours in (2, 1, 0)]
    between = klines(world, interval=60, start=noon_ms + 1, limit=1)
    assert starts(between) == [noon_ms + HOUR_MS]


def test_a_window_longer_than_the_limit_is_answered_from_its_end(world: FakeWorld) -> None:
    noon_ms = world.now_ns() // NS_PER_MS // DAY_MS * DAY_MS - DAY_MS // 2
    rows = klines(world, interval=60, start=noon_ms - DAY_MS, end=noon_ms, limit=2)
    assert starts(rows) == [noon_ms, noon_ms - HOUR_MS]


def test_pages_that_go_forwards_meet_the_running_kline_and_then_nothing(world: FakeWorld) -> None:
    now_ms = world.now_ns() // NS_PER_MS
    found: list[int] = []
    begin_ms = now_ms - 10 * HOUR_MS
    while page := klines(world, interval=60, start=begin_ms, limit=4):
        found += reversed(starts(page))
        begin_ms = found[-1] + HOUR_MS
    assert found == sorted(set(found))
    assert found[-1] == now_ms // HOUR_MS * HOUR_MS


def test_weeks_begin_on_monday_and_months_on_the_first(world: FakeWorld) -> None:
    monday_ms, first_ms = 1_759_708_800_000, 1_759_276_800_000
    assert starts(klines(world, interval="W", limit=1)) == [monday_ms]
    assert starts(klines(world, interval="M", limit=1)) == [first_ms]


def test_there_are_no_klines_from_before_the_market_had_a_history(world: FakeWorld) -> None:
    oldest_ms = world.by_symbol["BTC"].settled[0][0] // NS_PER_MS
    assert starts(klines(world, interval="D", limit=1000))[-1] == oldest_ms // DAY_MS * DAY_MS
    assert klines(world, interval="D", start=1, end=oldest_ms - DAY_MS) == []


def test_the_premium_is_a_fraction_and_ends_at_the_one_of_now(world: FakeWorld) -> None:
    running = klines(world, "premium-index-price-kline", interval=1, limit=1)[0]
    assert len(running) == 5
    assert float(running[4]) == pytest.approx(world.by_symbol["BTC"].premium, abs=1e-6)


@pytest.mark.parametrize(("path", "price"), [("mark", "mark"), ("index", "index")])
def test_a_price_kline_ends_at_that_price(world: FakeWorld, path: str, price: str) -> None:
    running = klines(world, f"{path}-price-kline", interval=1, limit=1)[0]
    assert float(running[4]) == pytest.approx(getattr(world.by_symbol["BTC"], price), abs=0.01)
    assert float(running[3]) <= float(running[4]) <= float(running[2])


def test_the_category_of_a_kline_may_be_left_out(world: FakeWorld) -> None:
    answer = json.loads(get(bybit, world, "/v5/market/kline?symbol=BTCUSDT&interval=5").body)
    assert answer["result"]["category"] == "linear"


def test_a_minute_is_made_of_its_trades_and_no_longer_moves_when_it_is_over(
    world: FakeWorld,
) -> None:
    world.trade("BTC", Side.BUY, 1_110_000, 1)
    world.step(40.0)  # 08:54:00
    for ticks, lots in ((1_110_050, 3), (1_110_200, 4), (1_109_900, 5), (1_110_100, 6)):
        world.trade("BTC", Side.BUY, ticks, lots)
        world.step(10.0)
    world.step(30.0)
    world.trade("BTC", Side.SELL, 1_105_000, 7)
    row = klines(world, interval=1, limit=2)[1]
    assert row[1:6] == ["111005.00", "111020.00", "110990.00", "111010.00", "0.018"]
    assert klines(world, interval=1, limit=1)[0][4] == "110500.00"
    world.trade("BTC", Side.SELL, 1_100_000, 7)
    assert klines(world, interval=1, limit=2)[1] == row


def test_a_minute_without_trades_stands_at_the_last_price(world: FakeWorld) -> None:
    world.trade("BTC", Side.BUY, 1_110_000, 1)
    world.step(160.0)
    row = klines(world, interval=1, limit=2)[1]
    assert set(row[1:5]) == {"111000.00"}
    assert float(row[5]) == 0.0


def test_a_kline_that_ends_is_told_once_more_and_confirmed(world: FakeWorld) -> None:
    client = Client(bybit, world)
    client.send({"op": "subscribe", "args": ["kline.1.BTCUSDT"]})
    world.trade("BTC", Side.BUY, 1_110_050, 3)
    running = client.step(world.step(1.0))[0]["data"][0]
    assert running["confirm"] is False
    ended = client.step(world.step(60.0))[0]["data"][0]
    assert (ended["confirm"], ended["start"]) == (True, running["start"])
    assert ended["end"] == ended["start"] + MINUTE_MS - 1
    world.trade("BTC", Side.BUY, 1_110_060, 3)
    following = client.step(world.step(1.0))[0]["data"][0]
    assert (following["confirm"], following["start"]) == (False, ended["end"] + 1)
