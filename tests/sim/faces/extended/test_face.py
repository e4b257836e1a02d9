"""What the simulated Extended says on its sockets and answers over HTTP.

Figures: https://api.docs.extended.exchange and recordings of 2026.
"""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, NS_PER_MS
from cockpit.sim.faces import extended
from cockpit.sim.world.contract import UpgradeRefused
from tests import shapes
from tests.sim.asking import Client, decoded, get
from tests.sim.fake_world import FakeWorld

API = "/api/v1/info"


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(extended.PROFILE)


@pytest.fixture
def client(world: FakeWorld) -> Client:
    return Client(extended, world)


def subscribe(client: Client, scope: str, number: Any = "1", **selector: Any) -> list[Any]:
    params = {"scope": scope, "selector": {"market": "BTC-USD", **selector}}
    return client.send({"jsonrpc": "2.0", "id": number, "method": "subscribe", "params": params})


def socket(world: FakeWorld, path: str) -> Client:
    """A socket of one stream, its greeting left to `on_open`."""
    client = object.__new__(Client)
    client.face = extended.Face(world, f"/stream.extended.exchange/v1{path}")
    return client


def ask(world: FakeWorld, path: str) -> Any:
    reply = get(extended, world, f"{API}{path}")
    assert reply.status == 200
    return json.loads(reply.body)["data"]


def test_a_subscription_is_acknowledged_by_the_clients_own_id_and_unnumbered(
    client: Client,
) -> None:
    ack, mark = subscribe(client, "prices", "17", type="mark")
    assert ack == {
        "id": "17", "jsonrpc": "2.0",
        "result": {"method": "subscribe", "status": "OK", "subscription": "prices.mark.BTC-USD"},
    }  # fmt: skip
    assert (mark["seq"], mark["subscription"]) == (0, "prices.mark.BTC-USD")
    assert mark["data"]["ts"] == 0


def test_one_number_counts_the_frames_of_all_topics(world: FakeWorld, client: Client) -> None:
    frames = subscribe(client, "orderbooks") + subscribe(client, "prices", type="index")
    world.set_level("BTC", Side.BUY, 110_990, 7)
    world.trade("BTC", Side.SELL, 110_999, 3)
    frames += subscribe(client, "trades") + client.step(world.step(0.2))
    assert [frame["seq"] for frame in frames if "seq" in frame] == list(range(5))


def test_a_change_is_signed_and_says_what_stands_after_it(world: FakeWorld, client: Client) -> None:
    subscribe(client, "orderbooks")
    world.set_level("BTC", Side.BUY, 110_999, 0)
    world.set_level("BTC", Side.SELL, 111_001, 251)
    (delta,) = client.step(world.step(0.2))
    # The first bid had 101 lots of 0.00001, the first ask 201.
    assert delta["data"]["b"] == [{"q": "-0.00101", "p": "110999", "c": "0"}]
    assert delta["data"]["a"] == [{"q": "0.0005", "p": "111001", "c": "0.00251"}]


def test_each_minute_the_book_comes_whole_after_a_change_that_may_be_empty(
    world: FakeWorld, client: Client
) -> None:
    subscribe(client, "orderbooks")
    delta, whole = client.step(world.step(60.0))
    assert (delta["type"], delta["data"]["b"]) == ("ORDERBOOKS.DELTA", [])
    assert (whole["type"], len(whole["data"]["b"])) == ("ORDERBOOKS.SNAPSHOT", 30)
    assert delta["ts"] == whole["ts"]


def test_a_second_subscription_is_answered_with_the_book_again(client: Client) -> None:
    subscribe(client, "orderbooks")
    ack, whole = subscribe(client, "orderbooks", "2")
    assert ack["result"]["subscription"] == "orderbooks.BTC-USD"
    assert whole["type"] == "ORDERBOOKS.SNAPSHOT"


def test_a_depth_that_does_not_exist_is_not_answered(client: Client) -> None:
    assert subscribe(client, "orderbooks", depth="5") == []
    (_, touch) = subscribe(client, "orderbooks", depth="1")
    assert (touch["data"]["d"], len(touch["data"]["b"])) == ("1", 1)


def test_an_unknown_market_and_an_unknown_method_are_errors_by_id(client: Client) -> None:
    (told,) = subscribe(client, "trades", "9", market="NOPE-USD")
    assert (told["id"], told["error"]["code"]) == ("9", 1001)
    (told,) = client.send({"jsonrpc": "2.0", "id": "3", "method": "dance"})
    assert told["error"]["code"] == -32601


def test_a_client_can_ping_leave_and_ask_what_it_has(client: Client) -> None:
    subscribe(client, "trades")
    subscribe(client, "funding-rates")
    (told,) = client.send({"jsonrpc": "2.0", "id": "5", "method": "list-subscriptions"})
    assert told["result"]["subscriptions"] == ["funding-rates.BTC-USD", "trades.BTC-USD"]
    left = {"scope": "trades", "selector": {"market": "BTC-USD"}}
    client.send({"jsonrpc": "2.0", "id": "6", "method": "unsubscribe", "params": left})
    (told,) = client.send({"jsonrpc": "2.0", "id": "7", "method": "list-subscriptions"})
    assert told["result"]["subscriptions"] == ["funding-rates.BTC-USD"]
    (pong,) = client.send({"jsonrpc": "2.0", "id": 8, "method": "ping"})
    assert (pong["id"], "error" in pong) == (8, False)


def test_funding_first_shows_a_rate_of_now_and_then_what_is_paid(
    world: FakeWorld, client: Client
) -> None:
    _, first = subscribe(client, "funding-rates")
    assert first["data"]["T"] == world.now_ns() // NS_PER_MS
    world.settle("BTC", 0.000021)
    (paid,) = client.step(world.step(0.2))
    assert (paid["type"], paid["data"]["f"]) == ("FUNDING_RATES", "0.000021")


def test_a_socket_of_one_stream_counts_from_one_and_names_no_topic(world: FakeWorld) -> None:
    client = socket(world, "/orderbooks/BTC-USD")
    (whole,) = decoded(client.face.on_open())
    assert (whole["type"], whole["seq"], "subscription" in whole) == ("SNAPSHOT", 1, False)
    world.set_level("BTC", Side.BUY, 110_990, 7)
    assert [frame["seq"] for frame in client.step(world.step(0.2))] == [2]
    world.trade("BTC", Side.BUY, 111_001, 2)
    client = socket(world, "/publicTrades/BTC-USD")
    (trades,) = decoded(client.face.on_open())
    assert set(trades) == {"data", "ts", "seq"}
    assert trades["data"][0]["i"] > 2**53


def test_the_running_candle_has_a_topic_and_a_socket_of_its_own(
    world: FakeWorld, client: Client
) -> None:
    (ack,) = subscribe(client, "candles", type="last", interval="PT1H")
    assert ack["result"]["subscription"] == "candles.last.BTC-USD.PT1H"
    alone = socket(world, "/candles/BTC-USD/trades?interval=PT1H")
    step = world.step(1.0)
    (topic,) = client.step(step)
    (frame,) = alone.step(step)
    assert frame == {key: topic[key] for key in ("data", "ts")} | {"seq": 1}
    assert frame["data"] == ask(world, "/candles/BTC-USD/trades?interval=PT1H&limit=1")
    assert subscribe(client, "candles", type="best", interval="PT1H") == []
    assert socket(world, "/candles/BTC-USD/trades?interval=PT7X").step(world.step(1.0)) == []


def test_a_socket_of_an_unknown_market_stays_silent_and_one_of_no_stream_does_not_open(
    world: FakeWorld,
) -> None:
    client = socket(world, "/orderbooks/NOPE-USD")
    assert client.face.on_open() == []
    assert client.step(world.step(1.0)) == []
    with pytest.raises(UpgradeRefused):
        socket(world, "/dances/BTC-USD")


def test_without_a_user_agent_everything_is_refused(world: FakeWorld) -> None:
    assert extended.on_http(world, "GET", f"{API}/markets", {}, b"").status == 403


def test_the_listing_has_rows_that_a_client_must_tell_apart(world: FakeWorld) -> None:
    rows = {row["name"]: row for row in ask(world, "/markets")}
    assert rows["BTCSPOT-USD"]["type"] == "SPOT"
    assert rows["GILD_24_5-USD"]["status"] == "PRELISTED"
    assert rows["MATIC-USD"]["status"] == "DELISTED"
    assert float(rows["MATIC-USD"]["marketStats"]["fundingRate"]) != 0
    assert rows["1000PEPE-USD"]["uiName"] == "kPEPE-USD"
    stats = rows["BTC-USD"]["marketStats"]
    assert stats["fundingRate"] == "0.000012"  # 0.0000125 to six digits
    assert stats["nextFundingRate"] % 3_600_000 == 0


def test_markets_are_asked_by_name_and_an_unknown_one_is_an_error(world: FakeWorld) -> None:
    rows = ask(world, "/markets?market=ETH-USD&market=BTC-USD")
    assert [row["name"] for row in rows] == ["ETH-USD", "BTC-USD"]
    reply = get(extended, world, f"{API}/markets?market=NOPE-USD")
    assert json.loads(reply.body)["error"] == {
        "code": 1001, "message": "Market not found", "debugInfo": "",
    }  # fmt: skip
    reply = get(extended, world, f"{API}/markets/NOPE-USD/orderbook")
    assert json.loads(reply.body) == {"status": "OK"}


def test_payments_are_paged_from_the_newest_by_a_cursor(world: FakeWorld) -> None:
    world.at_ns += HOUR_NS
    seen: list[int] = []
    query = "limit=300"
    for _ in range(3):
        reply = json.loads(get(extended, world, f"{API}/BTC-USD/funding?{query}").body)
        seen += [row["T"] for row in reply["data"]]
        query = f"limit=300&cursor={reply['pagination']['cursor']}"
    assert len(seen) == 720
    assert seen == sorted(set(seen), reverse=True)


def test_above_the_budget_there_is_429(world: FakeWorld) -> None:
    statuses = [get(extended, world, f"{API}/assets").status for _ in range(1001)]
    assert (statuses[999], statuses[1000]) == (200, 429)


@pytest.mark.parametrize(
    ("path", "recording"),
    [
        ("/markets/BTC-USD/orderbook", "rest_202604_orderbook_btc.json"),
        ("/BTC-USD/funding?limit=9", "rest_202604_funding_history_btc.json"),
        ("/assets", "rest_202604_assets.json"),
    ],
)
def test_an_answer_has_the_recorded_shape(world: FakeWorld, path: str, recording: str) -> None:
    shown = shapes.shape(json.loads(get(extended, world, f"{API}{path}").body))
    assert shapes.differences(shapes.recorded_shape("extended", recording, ""), shown) == []


def test_a_market_has_the_recorded_shape_but_for_whom_would_be_deleveraged(
    world: FakeWorld,
) -> None:
    recording = shapes.recorded_shape("extended", "rest_20260928_market_nvda_24_5.json", "* *")
    shown = [shapes.shape(row) for row in ask(world, "/markets")]
    (left_out,) = shapes.differences(recording, shapes.merged(shown))
    assert left_out == "$.marketStats.deleverageLevels is missing"


def test_a_tier_and_the_chain_say_what_leverage_and_lot_say(world: FakeWorld) -> None:
    (bitcoin,) = ask(world, "/markets?market=BTC-USD")
    tier = bitcoin["tradingConfig"]["riskFactorConfig"][0]
    assert float(tier["riskFactor"]) * float(bitcoin["tradingConfig"]["maxLeverage"]) == 1.0
    # "BTC-6" in hexadecimal digits, as the venue shows it for a million units to the coin.
    assert bitcoin["l2Config"]["syntheticId"] == "0x4254432d3600000000000000000000"
    assert bitcoin["l2Config"]["syntheticResolution"] == 1_000_000


def test_candles_are_newest_first_and_interest_oldest_first(world: FakeWorld) -> None:
    rows = ask(world, "/candles/BTC-USD/trades?interval=PT1H&limit=2")
    hour_ms = world.at_ns // HOUR_NS * 3_600_000
    assert [row["T"] for row in rows] == [hour_ms, hour_ms - 3_600_000]
    assert rows[0]["c"] == "111000"
    assert ask(world, "/candles/BTC-USD/mark-prices?interval=PT1H&limit=2") == rows
    interest = ask(world, f"/BTC-USD/open-interests?interval=PT1H&startTime={rows[1]['T']}")
    assert [row["t"] for row in interest] == [hour_ms - 3_600_000, hour_ms]
    shown = ask(world, "/markets/BTC-USD/stats")
    assert float(interest[0]["I"]) == float(shown["openInterestBase"])
    refused = get(extended, world, f"{API}/candles/BTC-USD/trades?interval=PT7S")
    assert json.loads(refused.body)["error"]["code"] == 1005


@pytest.mark.parametrize(
    ("path", "recording", "kind"),
    [
        ("/orderbooks/BTC-USD", "ws_v1_20260928_orderbook_btc.jsonl", "*"),
        ("/orderbooks/BTC-USD?depth=1", "ws_v1_20260928_orderbook_depth1_btc.jsonl", "*"),
        ("/prices/mark/BTC-USD", "ws_v1_20260928_mark_btc.jsonl", "*"),
        ("/publicTrades/BTC-USD", "ws_v1_20260928_trades_btc.jsonl", ""),
    ],
)
def test_a_frame_has_the_recorded_shape(
    world: FakeWorld, path: str, recording: str, kind: str
) -> None:
    world.trade("BTC", Side.BUY, 111_001, 2)
    client = socket(world, path)
    frames = decoded(client.face.on_open())
    world.set_level("BTC", Side.BUY, 110_999, 7)
    frames += client.step(world.step(0.2))
    shown = shapes.merged([shapes.shape(frame) for frame in frames])
    assert shapes.differences(shapes.recorded_shape("extended", recording, kind), shown) == []


def test_a_stock_clients_book_of_these_frames_is_the_worlds(world: FakeWorld) -> None:
    """ccxt takes `c` for the size, and `q` where there is none: every change must carry `c`."""
    ccxt = pytest.importorskip("ccxt.pro")
    stock = ccxt.extended()
    line = SimpleNamespace(subscriptions={}, resolve=lambda *_: None)
    client = socket(world, "/orderbooks/ETH-USD")
    for message in decoded(client.face.on_open()):
        stock.handle_order_book(line, message)
    for ticks, lots in ((42_999, 0), (42_990, 5), (42_999, 77), (42_998, 1)):
        world.set_level("ETH", Side.BUY, ticks, lots)
        for message in client.step(world.step(0.2)):
            stock.handle_order_book(line, message)
    state = world.by_symbol["ETH"]
    expected = [
        [float(state.price_text(ticks)), float(state.size_text(lots))]
        for ticks, lots in state.ladder(Side.BUY)
    ]
    (book,) = stock.orderbooks.values()
    assert list(map(list, book["bids"])) == expected
