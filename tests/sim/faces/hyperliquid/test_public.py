"""The smaller public reads and channels of the simulated Hyperliquid, and its candles."""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces import hyperliquid
from cockpit.sim.world.contract import HttpReply
from tests.sim.asking import Client
from tests.sim.fake_world import FakeWorld

NOBODY = "0x" + "0" * 40


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(hyperliquid.PROFILE)


@pytest.fixture
def client(world: FakeWorld) -> Client:
    return Client(hyperliquid, world)


def reply(world: FakeWorld, **request: Any) -> HttpReply:
    return hyperliquid.on_http(world, "POST", "/info", {}, json.dumps(request).encode())


def ask(world: FakeWorld, kind: str, **fields: Any) -> Any:
    answer = reply(world, type=kind, **fields)
    assert answer.status == 200
    return json.loads(answer.body)


def subscribe(client: Client, kind: str, **fields: Any) -> list[Any]:
    return client.send({"method": "subscribe", "subscription": {"type": kind, **fields}})


def test_a_margin_table_is_read_by_its_id_and_small_ids_are_one_tier(world: FakeWorld) -> None:
    listed = dict(ask(world, "meta")["marginTables"])
    assert ask(world, "marginTable", id=56) == listed[56]
    (tier,) = ask(world, "marginTable", id=7)["marginTiers"]
    assert (float(tier["lowerBound"]), tier["maxLeverage"]) == (0.0, 7)


def test_a_token_is_described_by_its_id_at_the_price_of_its_pair(world: FakeWorld) -> None:
    for token in ask(world, "spotMeta")["tokens"]:
        shown = ask(world, "tokenDetails", tokenId=token["tokenId"])
        assert (shown["name"], shown["szDecimals"]) == (token["name"], token["szDecimals"])
    mids = ask(world, "allMids")
    purr = next(row for row in ask(world, "spotMeta")["tokens"] if row["name"] == "PURR")
    assert ask(world, "tokenDetails", tokenId=purr["tokenId"])["midPx"] == mids["PURR/USDC"]


def test_validators_are_those_who_propose_blocks(world: FakeWorld, client: Client) -> None:
    known = {row["validator"] for row in ask(world, "validatorSummaries")}
    subscribe(client, "explorerBlock")
    (blocks,) = client.step(world.step(blocks=3))
    assert {block["proposer"] for block in blocks} <= known


@pytest.mark.parametrize(
    "kind", ["gossipRootIps", "liquidatable", "validatorL1Votes", "vaultSummaries"]
)
def test_what_the_venue_lists_and_nobody_has_is_an_empty_list(world: FakeWorld, kind: str) -> None:
    assert ask(world, kind) == []


@pytest.mark.parametrize(
    "request_",
    [
        {"type": "marginTable"},
        {"type": "tokenDetails", "tokenId": "0x0"},
        {"type": "borrowLendReserveState", "token": 5},
        {"type": "alignedQuoteTokenInfo"},
        {"type": "perpAnnotation"},
        {"type": "leadingVaults"},
    ],
)
def test_a_read_of_what_does_not_exist_is_422(world: FakeWorld, request_: dict[str, Any]) -> None:
    assert reply(world, **request_).status == 422


def test_only_the_other_dex_is_annotated(world: FakeWorld) -> None:
    (coin, annotation), *_ = ask(world, "perpConciseAnnotations")
    assert ask(world, "perpAnnotation", coin=coin)["category"] == annotation["category"]
    assert ask(world, "perpAnnotation", coin="BTC") is None


def test_contexts_of_one_dex_are_those_of_its_universe(world: FakeWorld, client: Client) -> None:
    ack, first = subscribe(client, "assetCtxs")
    assert ack["data"]["subscription"]["dex"] == ""
    meta, ctxs = ask(world, "metaAndAssetCtxs")
    assert first == {"channel": "assetCtxs", "data": {"dex": "", "ctxs": ctxs}}
    assert len(meta["universe"]) == len(ctxs)
    other = subscribe(client, "assetCtxs", dex="xyz")[1]
    assert (other["data"]["dex"], len(other["data"]["ctxs"])) == ("xyz", 1)


def test_contexts_of_a_dex_move_with_its_prices(world: FakeWorld, client: Client) -> None:
    subscribe(client, "assetCtxs")
    world.set_level("BTC", Side.BUY, 111_000, 5)
    (frame,) = client.step(world.step(1.0))
    assert frame["data"]["ctxs"][0]["midPx"] != "111000.0"


def test_spot_contexts_are_told_once(world: FakeWorld, client: Client) -> None:
    first = subscribe(client, "spotAssetCtxs")[1]
    assert first["data"] == ask(world, "spotMetaAndAssetCtxs")[1]
    world.set_level("BTC", Side.BUY, 110_999, 5)
    assert client.step(world.step(1.0)) == []


def test_a_page_is_told_who_it_is_for(client: Client) -> None:
    shown = subscribe(client, "webData3", user=NOBODY)[1]["data"]
    assert shown["userState"]["user"] == NOBODY
    assert len(shown["perpDexStates"]) == 2


def candles(world: FakeWorld, interval: str, start_ms: int) -> list[Any]:
    asked = {"coin": "BTC", "interval": interval, "startTime": start_ms}
    rows: list[Any] = ask(world, "candleSnapshot", req=asked)
    return rows


def test_there_are_no_candles_from_before_the_market_had_a_history(world: FakeWorld) -> None:
    oldest_ms = world.by_symbol["BTC"].settled[0][0] // NS_PER_MS
    first = candles(world, "1d", 0)[0]
    assert first["t"] <= oldest_ms <= first["T"]


def test_a_minute_is_made_of_its_trades_and_no_longer_moves_when_it_is_over(
    world: FakeWorld,
) -> None:
    world.trade("BTC", Side.BUY, 111_000, 1)
    world.step(40.0)  # 08:54:00
    for ticks in (111_005, 111_020, 110_990, 111_010):
        world.trade("BTC", Side.SELL, ticks, 100_000)
        world.step(10.0)
    world.step(30.0)
    world.trade("BTC", Side.SELL, 110_500, 7)
    begin_ms = world.now_ns() // NS_PER_MS // 60_000 * 60_000 - 60_000
    minute = candles(world, "1m", begin_ms)[0]
    prices = [float(minute[key]) for key in "ohlc"]
    assert prices == [111_005.0, 111_020.0, 110_990.0, 111_010.0]
    assert (float(minute["v"]), minute["n"]) == (4.0, 4)
    world.trade("BTC", Side.SELL, 110_000, 7)
    assert candles(world, "1m", begin_ms)[0] == minute
