"""What the simulated Hyperliquid says on its socket.

Figures: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket and
rate-limits-and-user-limits.
"""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.sim.faces import hyperliquid
from cockpit.sim.world.contract import CloseConnection
from tests.sim.asking import Client
from tests.sim.fake_world import FakeWorld

NOBODY = "0x" + "0" * 40


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(hyperliquid.PROFILE)


@pytest.fixture
def client(world: FakeWorld) -> Client:
    return Client(hyperliquid, world)


def subscribe(client: Client, kind: str, **fields: Any) -> list[Any]:
    return client.send({"method": "subscribe", "subscription": {"type": kind, **fields}})


def unsubscribe(client: Client, kind: str, **fields: Any) -> list[Any]:
    return client.send({"method": "unsubscribe", "subscription": {"type": kind, **fields}})


def test_a_candle_is_shown_at_once_and_again_when_the_price_moved(
    client: Client, world: FakeWorld
) -> None:
    shown = subscribe(client, "candle", coin="BTC", interval="1m")[1]
    assert (shown["channel"], shown["data"]["i"]) == ("candle", "1m")
    world.trade("BTC", Side.BUY, 111_500, 5)
    (moved,) = client.step(world.step(1.5))
    assert moved["data"]["c"] == moved["data"]["h"] == "111500.0"
    refused = subscribe(client, "candle", coin="BTC", interval="7m")[0]
    assert refused["channel"] == "error"


def test_an_info_request_by_socket_is_answered_under_its_number(client: Client) -> None:
    def post(kind: str, payload: Any) -> Any:
        asked = {"method": "post", "id": 7, "request": {"type": kind, "payload": payload}}
        (answer,) = client.send(asked)
        assert (answer["channel"], answer["data"]["id"]) == ("post", 7)
        return answer["data"]["response"]

    told = post("info", {"type": "l2Book", "coin": "BTC"})
    assert told["type"] == "info"
    assert told["payload"]["type"] == "l2Book"
    assert told["payload"]["data"]["coin"] == "BTC"
    for refused in (post("info", {"type": "nope"}), post("action", {}), post("info", None)):
        assert refused["type"] == "error"


def test_the_ack_echoes_the_request_with_its_defaults_filled_in(client: Client) -> None:
    ack = subscribe(client, "l2Book", coin="BTC")[0]
    assert ack == {
        "channel": "subscriptionResponse",
        "data": {
            "method": "subscribe",
            "subscription": {"type": "l2Book", "coin": "BTC", "nSigFigs": None, "mantissa": None},
        },
    }


def test_the_book_comes_at_once_and_then_at_most_each_half_second(
    world: FakeWorld, client: Client
) -> None:
    first = subscribe(client, "l2Book", coin="SOL")[1]
    assert len(first["data"]["levels"][0]) == 20
    world.set_level("SOL", Side.BUY, 19_999, 777)
    assert client.step(world.step(0.3)) == []
    frames = client.step(world.step(0.3))
    assert [frame["data"]["levels"][0][0]["sz"] for frame in frames] == ["7.77"]
    assert client.step(world.step(0.6)) == []


def test_a_flush_brings_what_the_cadence_held_back(world: FakeWorld, client: Client) -> None:
    subscribe(client, "l2Book", coin="SOL")
    world.set_level("SOL", Side.SELL, 20_001, 0)
    assert client.step(world.step(0.05)) == []
    frame = client.step(world.step(0.0, flush=True))[0]
    assert frame["data"]["levels"][1][0]["px"] == "200.02"


def test_a_clock_that_is_set_back_does_not_silence_the_book(
    world: FakeWorld, client: Client
) -> None:
    subscribe(client, "l2Book", coin="SOL")
    world.set_level("SOL", Side.SELL, 20_001, 0)
    assert len(client.step(world.step(-30.0))) == 1


def test_a_fast_book_has_five_levels_and_says_so(client: Client) -> None:
    book = subscribe(client, "l2Book", coin="BTC", fast=True)[1]["data"]
    assert [len(side) for side in book["levels"]] == [5, 5]
    assert book["fast"] is True


def test_two_precisions_of_one_book_are_two_subscriptions(client: Client) -> None:
    subscribe(client, "l2Book", coin="BTC")
    coarse = subscribe(client, "l2Book", coin="BTC", nSigFigs=3)[1]["data"]
    assert coarse["levels"][0][0]["px"] == "110000.0"
    assert coarse["spread"] == "2000.0"


def test_a_delisted_coin_has_an_empty_book_and_no_best_price(client: Client) -> None:
    assert subscribe(client, "l2Book", coin="MATIC")[1]["data"]["levels"] == [[], []]
    assert subscribe(client, "bbo", coin="MATIC")[1]["data"]["bbo"] == [None, None]


def test_trades_begin_with_a_replay_of_old_ones(world: FakeWorld, client: Client) -> None:
    for number in range(40):
        world.trade("BTC", Side.BUY, 111_001, 10 + number)
    replay = subscribe(client, "trades", coin="BTC")[1]["data"]
    assert len(replay) == 30
    assert replay[-1]["sz"] == "0.00049"
    client.step(world.step(1.0))
    world.trade("BTC", Side.SELL, 110_999, 5)
    world.trade("ETH", Side.SELL, 42_999, 5)
    frame = client.step(world.step(0.1))[0]
    assert [(row["coin"], row["side"]) for row in frame["data"]] == [("BTC", "A")]


def test_the_best_price_is_sent_only_when_it_changes(world: FakeWorld, client: Client) -> None:
    assert len(subscribe(client, "bbo", coin="SOL")) == 2
    world.set_level("SOL", Side.BUY, 19_990, 1)
    assert client.step(world.step()) == []
    world.set_level("SOL", Side.BUY, 19_999, 1)
    bid, _ = client.step(world.step())[0]["data"]["bbo"]
    assert bid["sz"] == "0.01"


def test_contexts_move_with_the_oracle_at_most_once_a_second(
    world: FakeWorld, client: Client
) -> None:
    first = subscribe(client, "activeAssetCtx", coin="SOL")[1]["data"]
    assert (first["coin"], first["ctx"]["oraclePx"]) == ("SOL", "200.0")
    world.change("SOL", lambda state: setattr(state, "index", 201.5))
    assert client.step(world.step(0.5)) == []
    world.change("SOL", lambda state: setattr(state, "index", 202.5))
    frames = client.step(world.step(0.5))
    assert [frame["data"]["ctx"]["oraclePx"] for frame in frames] == ["202.5"]


def test_a_spot_coin_has_its_own_channel(client: Client) -> None:
    assert subscribe(client, "activeAssetCtx", coin="@1")[1]["channel"] == "activeSpotAssetCtx"


def test_one_subscription_covers_every_market_of_every_dex(
    world: FakeWorld, client: Client
) -> None:
    ctxs = dict(subscribe(client, "allDexsAssetCtxs")[1]["data"]["ctxs"])
    assert set(ctxs) == {"", "xyz"}
    assert len(ctxs[""]) == len(world.markets)
    assert ctxs[""][3]["premium"] is None
    assert ctxs["xyz"][0]["funding"] == "0.0"


def test_mids_of_the_other_dex_name_it(client: Client) -> None:
    data = subscribe(client, "allMids", dex="xyz")[1]["data"]
    assert data == {"mids": {"xyz:XYZ100": "25451.0"}, "dex": "xyz"}


def test_blocks_come_as_a_bare_array_several_at_once(world: FakeWorld, client: Client) -> None:
    subscribe(client, "explorerBlock")
    height = world.height
    frame = client.step(world.step(0.2, blocks=3))[0]
    assert [row["height"] for row in frame] == [height + 1, height + 2, height + 3]
    assert set(frame[0]) == {"blockTime", "hash", "height", "numTxs", "proposer"}
    assert client.step(world.step(0.2)) == []


def test_ping_is_answered_with_pong(client: Client) -> None:
    assert client.send({"method": "ping"}) == [{"channel": "pong"}]


def test_a_connection_that_was_sent_nothing_for_a_minute_is_closed(
    world: FakeWorld, client: Client
) -> None:
    assert client.face.on_step(world.step(59.0)) == []
    client.send({"method": "ping"})
    assert client.face.on_step(world.step(59.0)) == []
    assert client.face.on_step(world.step(1.0)) == [CloseConnection(1000, "Inactive")]


def test_a_connection_follows_ten_users_at_most(client: Client) -> None:
    for number in range(10):
        assert len(subscribe(client, "userFills", user=f"0x{number:040x}")) == 2
    assert len(subscribe(client, "userFundings", user=f"0x{9:040x}")) == 2
    refused = subscribe(client, "userFills", user=f"0x{10:040x}")
    assert refused == [{"channel": "error", "data": "Cannot track more than 10 total users."}]


def test_a_client_sends_two_thousand_messages_a_minute_at_most(
    world: FakeWorld, client: Client
) -> None:
    for _ in range(2000):
        assert client.send({"method": "ping"}) == [{"channel": "pong"}]
    assert client.send({"method": "ping"})[0]["channel"] == "error"
    client.step(world.step(45.0))
    assert client.send({"method": "ping"}) == [{"channel": "pong"}]


def test_contexts_of_one_dex_are_those_of_its_universe(world: FakeWorld, client: Client) -> None:
    ack, first = subscribe(client, "assetCtxs")
    assert ack["data"]["subscription"]["dex"] == ""
    meta, ctxs = json.loads(
        hyperliquid.on_http(world, "POST", "/info", {}, b'{"type":"metaAndAssetCtxs"}').body
    )
    assert first == {"channel": "assetCtxs", "data": {"dex": "", "ctxs": ctxs}}
    assert len(meta["universe"]) == len(ctxs)
    other = subscribe(client, "assetCtxs", dex="xyz")[1]
    assert (other["data"]["dex"], len(other["data"]["ctxs"])) == ("xyz", 1)


def test_contexts_of_a_dex_move_with_its_prices(world: FakeWorld, client: Client) -> None:
    subscribe(client, "assetCtxs")
    world.set_level("BTC", Side.BUY, 111_000, 5)
    (frame,) = client.step(world.step(1.0))
    assert frame["data"]["ctxs"][0]["midPx"] != "111000.0"
