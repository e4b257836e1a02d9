"""What the simulated Hyperliquid says on its socket.

Figures: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket and
rate-limits-and-user-limits.
"""

import base64
import json
import zlib
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


def test_fast_contexts_are_deflated_and_name_only_what_changed(
    world: FakeWorld, client: Client
) -> None:
    def unpacked(frame: Any) -> Any:
        return json.loads(zlib.decompress(base64.b64decode(frame["data"]), -15))

    assert set(unpacked(subscribe(client, "fastAssetCtxs")[1])) == set(world.markets) - {"MATIC"}
    world.change("SOL", lambda state: setattr(state, "mark", 203.0))
    assert unpacked(client.step(world.step(1.0))[0]) == {"SOL": {"markPx": "203.0"}}


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


def test_a_running_candle_follows_trades(world: FakeWorld, client: Client) -> None:
    first = subscribe(client, "candle", coin="SOL", interval="1m")[1]["data"]
    assert (first["s"], first["i"]) == ("SOL", "1m")
    world.trade("SOL", Side.BUY, 20_150, 5)
    frames = client.step(world.step(1.0))
    assert [frame["data"]["c"] for frame in frames] == ["201.5"]


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("userFills", "fills"),
        ("userFundings", "fundings"),
        ("userNonFundingLedgerUpdates", "nonFundingLedgerUpdates"),
        ("userTwapSliceFills", "twapSliceFills"),
        ("userTwapHistory", "history"),
    ],
)
def test_account_histories_begin_with_an_empty_snapshot(
    client: Client, kind: str, rows: str
) -> None:
    frame = subscribe(client, kind, user=NOBODY)[1]
    assert frame == {"channel": kind, "data": {"isSnapshot": True, "user": NOBODY, rows: []}}


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("clearinghouseState", "clearinghouseState"),
        ("allDexsClearinghouseState", "clearinghouseStates"),
        ("openOrders", "orders"),
        ("spotState", "spotState"),
        ("twapStates", "states"),
        ("webData2", "assetCtxs"),
    ],
)
def test_account_states_come_once_at_the_start(client: Client, kind: str, key: str) -> None:
    frame = subscribe(client, kind, user=NOBODY)[1]
    assert frame["channel"] == kind
    assert key in frame["data"]


@pytest.mark.parametrize("kind", ["userEvents", "orderUpdates", "notification"])
def test_account_events_stay_silent_without_events(client: Client, kind: str) -> None:
    assert len(subscribe(client, kind, user=NOBODY)) == 1


def test_a_repeated_subscription_is_an_error_that_quotes_it(client: Client) -> None:
    subscribe(client, "trades", coin="BTC")
    error = subscribe(client, "trades", coin="BTC")
    assert error == [
        {"channel": "error", "data": 'Already subscribed: {"type":"trades","coin":"BTC"}'}
    ]


def test_unsubscribing_ends_the_feed_and_doing_it_twice_is_an_error(
    world: FakeWorld, client: Client
) -> None:
    subscribe(client, "bbo", coin="SOL")
    assert unsubscribe(client, "bbo", coin="SOL")[0]["data"]["method"] == "unsubscribe"
    world.set_level("SOL", Side.BUY, 19_999, 1)
    assert client.step(world.step()) == []
    error = unsubscribe(client, "bbo", coin="SOL")[0]
    assert error["data"].startswith("Already unsubscribed: {")


@pytest.mark.parametrize(
    "text",
    [
        '{"method":"subscribe","xsubscription":{"type":"bbo","coin":"SOL"}}',
        '{"method":"subscribe","subscription":{"type":"nope"}}',
        '{"method":"subscribe","subscription":{"type":"bbo"}}',
        '{"method":"subscribe","subscription":{"type":"userFills","user":"0x1"}}',
        '{"method":"order"}',
        "[]",
        "not json",
    ],
)
def test_an_unreadable_request_is_quoted_back(client: Client, text: str) -> None:
    assert client.send(text) == [
        {
            "channel": "error",
            "data": f"Error parsing JSON into valid websocket request: {text}",
        }
    ]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("l2Book", {"coin": "NOPE"}),
        ("l2Book", {"coin": "BTC", "nSigFigs": 9}),
        ("candle", {"coin": "BTC", "interval": "7m"}),
        ("allMids", {"dex": "nope"}),
    ],
)
def test_a_subscription_to_what_does_not_exist_is_refused(
    client: Client, kind: str, fields: dict[str, Any]
) -> None:
    answers = subscribe(client, kind, **fields)
    assert [answer["channel"] for answer in answers] == ["error"]
    assert answers[0]["data"].startswith("Invalid subscription {")


def test_reads_can_be_posted_over_the_socket(client: Client) -> None:
    request = {"type": "info", "payload": {"type": "l2Book", "coin": "ETH"}}
    answer = client.send({"method": "post", "id": 123, "request": request})[0]
    assert (answer["channel"], answer["data"]["id"]) == ("post", 123)
    payload = answer["data"]["response"]["payload"]
    assert (payload["type"], payload["data"]["coin"]) == ("l2Book", "ETH")


@pytest.mark.parametrize(
    "request_", [{"type": "info", "payload": {"type": "nope"}}, {"type": "action", "payload": {}}]
)
def test_a_post_that_fails_is_a_text_like_an_http_status(
    client: Client, request_: dict[str, Any]
) -> None:
    answer = client.send({"method": "post", "id": 1, "request": request_})[0]
    response = answer["data"]["response"]
    assert response["type"] == "error"
    assert response["payload"].startswith("422 ")


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
    client.step(world.step(60.0))
    assert client.send({"method": "ping"}) == [{"channel": "pong"}]
