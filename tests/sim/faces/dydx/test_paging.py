"""Pages of the simulated dYdX's public trades, and the parts of its API that are empty."""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.sim.faces import dydx
from tests.sim.asking import get
from tests.sim.fake_world import FakeWorld


@pytest.fixture
def world() -> FakeWorld:
    """Seven trades, one in each of seven blocks."""
    world = FakeWorld(dydx.PROFILE)
    for number in range(7):
        world.trade("BTC", Side.BUY, 111_000 + number, 10)
        world.step(0.65, blocks=1)
    return world


def trades(world: FakeWorld, **query: Any) -> Any:
    text = "&".join(f"{key}={value}" for key, value in query.items())
    return json.loads(get(dydx, world, f"/v4/trades/perpetualMarket/BTC-USD?{text}").body)


def prices(answer: Any) -> list[str]:
    return [row["price"] for row in answer["trades"]]


def test_pages_of_trades_join_newest_first_without_loss(world: FakeWorld) -> None:
    pages = [trades(world, limit=3, page=page) for page in (1, 2, 3, 4)]
    joined = [price for page in pages for price in prices(page)]
    assert joined == prices(trades(world))
    assert [page["offset"] for page in pages] == [0, 3, 6, 9]
    assert {(page["pageSize"], page["totalResults"]) for page in pages} == {(3, 7)}


def test_without_a_page_there_are_no_counts(world: FakeWorld) -> None:
    assert set(trades(world, limit=2)) == {"trades"}


def test_trades_until_a_block_are_asked_for_by_its_height(world: FakeWorld) -> None:
    rows = trades(world)["trades"]
    middle = rows[3]
    older = trades(world, createdBeforeOrAtHeight=middle["createdAtHeight"])["trades"]
    assert older == [
        row for row in rows if int(row["createdAtHeight"]) <= int(middle["createdAtHeight"])
    ]
    assert older
    assert trades(world, createdBeforeOrAtHeight=1)["trades"] == []


def test_trades_until_a_moment_are_asked_for_by_its_time(world: FakeWorld) -> None:
    rows = trades(world)["trades"]
    older = trades(world, createdBeforeOrAt=rows[2]["createdAt"])["trades"]
    assert older == rows[2:]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("megavault/historicalPnl?resolution=day", "megavaultPnl"),
        ("megavault/positions", "positions"),
        ("vaults/historicalPnl?resolution=day", "vaultsPnl"),
    ],
)
def test_there_are_no_vaults(world: FakeWorld, path: str, key: str) -> None:
    assert json.loads(get(dydx, world, f"/v4/vault/v1/{path}").body) == {key: []}
    assert get(dydx, world, "/v4/vault/v1/nope").status == 404


def test_a_minute_is_made_of_its_trades_and_no_longer_moves_when_it_is_over() -> None:
    world = FakeWorld(dydx.PROFILE)
    world.trade("BTC", Side.BUY, 111_000, 1)
    world.step(40.0)  # 08:54:00
    for ticks in (111_005, 111_020, 110_990, 111_010):
        world.trade("BTC", Side.SELL, ticks, 10_000)
        world.step(10.0)
    world.step(30.0)
    world.trade("BTC", Side.SELL, 110_500, 7)
    path = "/v4/candles/perpetualMarkets/BTC-USD?resolution=1MIN&limit=2"
    running, minute = json.loads(get(dydx, world, path).body)["candles"]
    shown = [minute[key] for key in ("open", "high", "low", "close")]
    assert shown == ["111005", "111020", "110990", "111010"]
    assert (minute["baseTokenVolume"], minute["trades"]) == ("4", 4)
    assert running["close"] == "110500"
    world.trade("BTC", Side.SELL, 110_000, 7)
    assert json.loads(get(dydx, world, path).body)["candles"][1] == minute
