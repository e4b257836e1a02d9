"""What the simulated Bybit says on its socket.

Figures: https://bybit-exchange.github.io/docs/v5/ws/connect and .../v5/websocket/public.
"""

from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.sim.faces import bybit
from cockpit.sim.world.contract import CloseConnection
from tests.sim.asking import Client, differences, shape
from tests.sim.fake_world import FakeWorld
from tests.support import capture_lines

SINCE_2023 = frozenset(
    {
        "cts",
        "RPI",
        "seq",
        "singleOpenInterest",
        "singleOpenInterestValue",
        "fundingIntervalHour",
        "fundingCap",
    }
)


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(bybit.PROFILE)


@pytest.fixture
def client(world: FakeWorld) -> Client:
    return Client(bybit, world)


def subscribe(client: Client, *topics: str, **more: Any) -> list[Any]:
    return client.send({"op": "subscribe", "args": list(topics), **more})


def test_the_running_candle_is_shown_each_second(client: Client, world: FakeWorld) -> None:
    assert subscribe(client, "kline.1.BTCUSDT")[0]["success"]
    assert client.step(world.step(0.5)) == []
    (frame,) = client.step(world.step(0.5))
    (row,) = frame["data"]
    assert (row["interval"], row["confirm"], row["close"]) == ("1", False, "111000.00")
    assert row["end"] - row["start"] == 59_999
    assert not subscribe(client, "kline.7.BTCUSDT")[0]["success"]


def test_an_answer_names_the_connection_and_the_request(client: Client) -> None:
    ack = subscribe(client, "publicTrade.BTCUSDT", req_id="abc")[0]
    pong = client.send({"op": "ping"})[0]
    assert ack == {
        "success": True,
        "ret_msg": "",
        "conn_id": pong["conn_id"],
        "req_id": "abc",
        "op": "subscribe",
    }
    assert pong == {
        "success": True,
        "ret_msg": "pong",
        "conn_id": ack["conn_id"],
        "op": "ping",
    }
    assert client.send({"op": "ping", "req_id": "7"})[0]["req_id"] == "7"


def test_two_connections_have_two_names(world: FakeWorld) -> None:
    one, two = (Client(bybit, world).send({"op": "ping"})[0] for _ in range(2))
    assert one["conn_id"] != two["conn_id"]


@pytest.mark.parametrize("depth", [50, 200, 1000])
def test_a_book_is_a_snapshot_and_then_deltas_that_count_by_one(
    world: FakeWorld, client: Client, depth: int
) -> None:
    book = subscribe(client, f"orderbook.{depth}.BTCUSDT")[1]
    assert (book["type"], len(book["data"]["b"])) == ("snapshot", 30)
    world.set_level("BTC", Side.BUY, 1_109_999, 55)
    world.set_level("BTC", Side.SELL, 1_110_001, 0)
    first = client.step(world.step(0.2))[0]
    world.set_level("BTC", Side.BUY, 1_109_999, 56)
    second = client.step(world.step(0.2))[0]
    assert first["type"] == second["type"] == "delta"
    assert first["data"]["b"] == [["110999.90", "0.055"]]
    assert first["data"]["a"] == [["111000.10", "0"]]
    updates = [frame["data"]["u"] for frame in (book, first, second)]
    assert updates == [updates[0], updates[0] + 1, updates[0] + 2]
    sequence = [frame["data"]["seq"] for frame in (book, first, second)]
    assert sequence[0] < sequence[1] < sequence[2]
    assert all(frame["cts"] <= frame["ts"] for frame in (book, first, second))


def test_a_level_that_leaves_the_published_depth_is_deleted_and_one_that_enters_appears(
    world: FakeWorld, client: Client
) -> None:
    for extra in range(31, 61):
        world.set_level("BTC", Side.BUY, 1_110_000 - extra, 100 + extra)
    world.step()
    book = subscribe(client, "orderbook.50.BTCUSDT")[1]
    assert book["data"]["b"][-1] == ["110995.00", "0.150"]
    world.set_level("BTC", Side.BUY, 1_110_000, 9)
    delta = client.step(world.step())[0]["data"]
    assert delta["b"] == [["111000.00", "0.009"], ["110995.00", "0"]]


def test_a_change_below_the_published_depth_says_nothing(world: FakeWorld, client: Client) -> None:
    for extra in range(31, 61):
        world.set_level("BTC", Side.BUY, 1_110_000 - extra, 100 + extra)
    world.step()
    subscribe(client, "orderbook.50.BTCUSDT")
    world.set_level("BTC", Side.BUY, 1_110_000 - 60, 1)
    assert client.step(world.step()) == []


def test_level_one_is_all_snapshots_and_repeats_itself_after_three_quiet_seconds(
    world: FakeWorld, client: Client
) -> None:
    first = subscribe(client, "orderbook.1.BTCUSDT")[1]
    assert first["data"]["b"] == [["110999.90", "0.101"]]
    world.set_level("BTC", Side.BUY, 1_109_990, 1)
    assert client.step(world.step(0.1)) == []
    world.set_level("BTC", Side.BUY, 1_109_999, 2)
    second = client.step(world.step(0.1))[0]
    assert (second["type"], second["data"]["b"]) == ("snapshot", [["110999.90", "0.002"]])
    assert second["data"]["u"] == first["data"]["u"] + 1
    assert client.step(world.step(2.9)) == []
    repeated = client.step(world.step(0.2))[0]
    assert repeated["data"] == second["data"]


def test_equal_seq_means_equal_books_at_every_depth(world: FakeWorld, client: Client) -> None:
    _, top, deep = subscribe(client, "orderbook.1.BTCUSDT", "orderbook.50.BTCUSDT")
    assert top["data"]["seq"] == deep["data"]["seq"]
    assert top["data"]["b"] == deep["data"]["b"][:1]


def test_the_cadence_of_a_depth_holds_deltas_back_and_a_flush_lets_them_go(
    world: FakeWorld, client: Client
) -> None:
    subscribe(client, "orderbook.1000.BTCUSDT")
    world.set_level("BTC", Side.BUY, 1_109_999, 2)
    assert client.step(world.step(0.1)) == []
    assert len(client.step(world.step(0.0, flush=True))) == 1
    world.set_level("BTC", Side.BUY, 1_109_999, 3)
    assert client.step(world.step(0.1)) == []
    assert len(client.step(world.step(0.1))) == 1


def test_a_later_subscription_never_counts_backwards(world: FakeWorld, client: Client) -> None:
    subscribe(client, "orderbook.50.BTCUSDT")
    for size in range(1, 5):
        world.set_level("BTC", Side.BUY, 1_109_999, size)
        last = client.step(world.step())[0]["data"]["u"]
    client.send({"op": "unsubscribe", "args": ["orderbook.50.BTCUSDT"]})
    assert subscribe(client, "orderbook.50.BTCUSDT")[1]["data"]["u"] >= last


def test_a_ticker_is_whole_once_and_then_only_what_changed(
    world: FakeWorld, client: Client
) -> None:
    snapshot = subscribe(client, "tickers.BTCUSDT")[1]
    assert snapshot["type"] == "snapshot"
    assert snapshot["data"]["fundingIntervalHour"] == "8"
    world.change("BTC", lambda state: setattr(state, "rate", 0.00031))
    assert client.step(world.step(0.05)) == []
    delta = client.step(world.step(0.0, flush=True))[0]
    assert delta["type"] == "delta"
    assert delta["data"] == {"symbol": "BTCUSDT", "fundingRate": "0.00031"}


def test_a_ticker_repeats_no_value_that_the_client_knows(world: FakeWorld, client: Client) -> None:
    subscribe(client, "tickers.BTCUSDT")
    world.change("BTC", lambda state: None)
    assert client.step(world.step(0.2)) == []


def test_a_dated_future_has_a_basis_and_no_funding(client: Client) -> None:
    data = subscribe(client, "tickers.BTC-27MAR27")[1]["data"]
    assert "basisRate" in data
    assert "fundingRate" not in data


def test_the_usdc_perpetual_has_the_book_of_its_coin(client: Client) -> None:
    _, usdt, usdc = subscribe(client, "orderbook.50.BTCUSDT", "orderbook.50.BTCPERP")
    assert usdc["data"]["s"] == "BTCPERP"
    assert usdc["data"]["b"] == usdt["data"]["b"]


def test_a_pre_listing_can_be_subscribed_and_says_nothing(world: FakeWorld, client: Client) -> None:
    answers = subscribe(client, "orderbook.50.BIOUSDT", "tickers.BIOUSDT")
    assert [answer["success"] for answer in answers] == [True]
    world.change("BTC", lambda state: None)
    assert client.step(world.step(1.0)) == []


def test_trades_carry_the_takers_side_and_the_way_of_the_price(
    world: FakeWorld, client: Client
) -> None:
    subscribe(client, "publicTrade.BTCUSDT")
    world.trade("BTC", Side.SELL, 1_109_999, 5)
    world.trade("BTC", Side.BUY, 1_110_001, 7)
    world.trade("BTC", Side.BUY, 1_110_001, 8)
    rows = client.step(world.step())[0]["data"]
    assert [(row["S"], row["p"], row["v"]) for row in rows] == [
        ("Sell", "110999.90", "0.005"),
        ("Buy", "111000.10", "0.007"),
        ("Buy", "111000.10", "0.008"),
    ]
    assert [row["L"] for row in rows[1:]] == ["PlusTick", "ZeroPlusTick"]
    assert len({row["i"] for row in rows}) == 3


def test_a_liquidated_long_is_named_by_its_own_side(world: FakeWorld, client: Client) -> None:
    subscribe(client, "allLiquidation.BTCUSDT")
    world.trade("BTC", Side.SELL, 1_109_999, 5, liquidation=True)
    world.trade("BTC", Side.SELL, 1_109_999, 6)
    rows = client.step(world.step())[0]["data"]
    assert [(row["S"], row["v"]) for row in rows] == [("Buy", "0.005")]


@pytest.mark.parametrize(
    "topic",
    [
        "orderbook.7.BTCUSDT",
        "orderbook.500.BTCUSDT",
        "orderbook.50.NOPEUSDT",
        "orderbook.BTCUSDT",
        "nope.BTCUSDT",
        "kline.7.BTCUSDT",
        "tickers.MATICUSDT",
        "tickers",
        "",
    ],
)
def test_one_bad_topic_fails_the_whole_request(
    world: FakeWorld, client: Client, topic: str
) -> None:
    answers = subscribe(client, "orderbook.50.BTCUSDT", topic, req_id="r")
    assert len(answers) == 1
    assert (answers[0]["success"], answers[0]["req_id"]) == (False, "r")
    assert answers[0]["ret_msg"] == f"error:handler not found,topic:{topic}"
    world.set_level("BTC", Side.BUY, 1_109_999, 2)
    assert client.step(world.step()) == []


def test_a_topic_is_subscribed_once(client: Client) -> None:
    subscribe(client, "tickers.BTCUSDT")
    again = subscribe(client, "tickers.ETHUSDT", "tickers.BTCUSDT")
    assert [answer["ret_msg"] for answer in again] == [
        "error:already subscribed,topic:tickers.BTCUSDT"
    ]


def test_topics_of_a_connection_have_21_000_characters_in_all(client: Client) -> None:
    answers = subscribe(client, *["tickers.BTCUSDT"] * 1401)
    assert [answer["success"] for answer in answers] == [False]
    assert "21000" in answers[0]["ret_msg"]


@pytest.mark.parametrize(
    "message", ["", "{", "[]", {"op": 1}, {"op": "nope"}, {"op": "subscribe", "args": "tickers"}]
)
def test_what_is_not_understood_fails_without_closing(client: Client, message: Any) -> None:
    assert [answer["success"] for answer in client.send(message)] == [False]


def test_unsubscribing_ends_the_feed(world: FakeWorld, client: Client) -> None:
    subscribe(client, "orderbook.50.BTCUSDT")
    answer = client.send({"op": "unsubscribe", "args": ["orderbook.50.BTCUSDT"], "req_id": "u"})
    assert [(row["success"], row["op"], row["req_id"]) for row in answer] == [
        (True, "unsubscribe", "u")
    ]
    world.set_level("BTC", Side.BUY, 1_109_999, 2)
    assert client.step(world.step()) == []


def test_a_connection_silent_for_ten_minutes_is_closed_and_a_ping_keeps_it(
    world: FakeWorld, client: Client
) -> None:
    assert client.face.on_step(world.step(599.0)) == []
    client.send({"op": "ping"})
    assert client.face.on_step(world.step(599.0)) == []
    assert client.face.on_step(world.step(1.0)) == [CloseConnection(1000, "idle")]


def test_every_frame_has_the_keys_and_types_of_the_recorded_one(
    world: FakeWorld, client: Client
) -> None:
    topics = ("tickers.BTCUSDT", "orderbook.50.BTCUSDT", "orderbook.1.BTCUSDT")
    shown = {
        (frame["topic"].split(".")[0], frame["type"]): shape(frame)
        for frame in subscribe(client, *topics, "publicTrade.BTCUSDT")[1:]
    }
    world.trade("BTC", Side.BUY, 1_110_001, 7)
    world.set_level("BTC", Side.BUY, 1_109_999, 2)
    world.set_level("BTC", Side.SELL, 1_110_001, 0)
    for frame in client.step(world.step(0.2)):
        shown.setdefault((frame["topic"].split(".")[0], frame["type"]), shape(frame))
    for kept in capture_lines("bybit/ws_v5_2023_single_frames.jsonl"):
        kind = kept["topic"].split(".")[0], kept["type"]
        assert differences(shape(kept), shown[kind], SINCE_2023) == []


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("hello", "but found h"),
        ({"op": "nope"}, "error:invalid op"),
        ({"args": ["tickers.BTCUSDT"]}, "error:invalid op"),
    ],
)
def test_a_refusal_is_in_the_venues_words(world: FakeWorld, message: Any, words: str) -> None:
    (answer,) = Client(bybit, world).send(message)
    assert answer["success"] is False
    assert words in answer["ret_msg"]


def test_a_request_that_is_named_by_a_number_is_answered_by_its_text(world: FakeWorld) -> None:
    """Some clients count their requests and find the answer by the text of the number."""
    client = Client(bybit, world)
    for op in ("subscribe", "unsubscribe", "ping"):
        answer = client.send({"op": op, "req_id": 3, "args": ["publicTrade.BTCUSDT"]})[0]
        assert (answer["op"], answer["req_id"]) == (op, "3")
