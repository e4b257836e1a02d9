"""What the simulated Aster says on its socket and answers over HTTP.

Figures: github.com/asterdex/api-docs and recordings of September 2026.
"""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS
from cockpit.sim.faces import aster
from cockpit.sim.world.contract import CloseConnection
from tests import shapes
from tests.sim.asking import Client, get
from tests.sim.fake_world import FakeWorld

BITCOIN_MID = 1_110_000
"""In ticks of 0.1."""


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(aster.PROFILE)


@pytest.fixture
def client(world: FakeWorld) -> Client:
    return Client(aster, world)


def subscribe(client: Client, *streams: str, method: str = "SUBSCRIBE", **more: Any) -> list[Any]:
    return client.send({"method": method, "params": streams, **more})


def ask(world: FakeWorld, path: str, status: int = 200) -> Any:
    reply = get(aster, world, f"/fapi/v3/{path}")
    assert reply.status == status
    return json.loads(reply.body)


def payload(frames: list[Any]) -> list[Any]:
    return [frame["data"] for frame in frames]


# --- requests ---------------------------------------------------------------------------------


def test_a_request_is_acknowledged_by_its_id_with_or_without_one(client: Client) -> None:
    assert subscribe(client, "btcusdt@aggTrade", id=7) == [{"id": 7, "result": None}]
    assert subscribe(client, "btcusdt@depth20") == [{"id": None, "result": None}]
    listed = client.send({"method": "LIST_SUBSCRIPTIONS", "id": 8})
    assert listed == [{"id": 8, "result": ["btcusdt@aggTrade", "btcusdt@depth20"]}]


@pytest.mark.parametrize("stream", ["BTCUSDT@aggTrade", "nousdt@aggTrade", "tonusdt@aggTrade"])
def test_a_stream_that_does_not_exist_is_acknowledged_and_silent(
    client: Client, world: FakeWorld, stream: str
) -> None:
    assert subscribe(client, stream, id=1) == [{"id": 1, "result": None}]
    world.trade("BTC", Side.BUY, BITCOIN_MID, 5)
    assert client.step(world.step()) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("{", 3), ("[1]", 2), ({"method": "DANCE", "id": 1}, 2),
        ({"method": "SUBSCRIBE", "params": [1], "id": 1}, 1),
    ],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused_by_code(
    client: Client, said: Any, code: int
) -> None:
    (refusal,) = client.send(said)
    assert refusal["error"]["code"] == code


def test_more_streams_than_a_connection_carries_end_it(client: Client) -> None:
    names = [f"c{number}usdt@ticker" for number in range(201)]
    asked = json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1})
    (closed,) = client.face.on_frame(asked)
    assert isinstance(closed, CloseConnection)


def test_what_is_left_says_no_more(client: Client, world: FakeWorld) -> None:
    subscribe(client, "btcusdt@aggTrade")
    subscribe(client, "btcusdt@aggTrade", method="UNSUBSCRIBE")
    world.trade("BTC", Side.BUY, BITCOIN_MID, 5)
    assert client.step(world.step()) == []


# --- streams ----------------------------------------------------------------------------------


def test_changes_of_a_book_are_linked_and_join_to_a_reading(
    client: Client, world: FakeWorld
) -> None:
    subscribe(client, "btcusdt@depth@100ms")
    world.set_level("BTC", Side.BUY, BITCOIN_MID - 1, 70)
    (one,) = payload(client.step(world.step(0.2)))
    reading = ask(world, "depth?symbol=BTCUSDT&limit=5")
    world.set_level("BTC", Side.SELL, BITCOIN_MID + 1, 0)
    (two,) = payload(client.step(world.step(0.2)))
    assert one["u"] == reading["lastUpdateId"] == two["pu"]
    assert one["pu"] < one["U"] <= one["u"] < two["U"] <= two["u"]
    assert (one["b"], one["a"]) == ([["110999.9", "0.070"]], [])
    assert two["a"] == [["111000.1", "0.000"]]


def test_a_level_that_came_back_is_in_the_change_for_who_read_in_between(
    client: Client, world: FakeWorld
) -> None:
    subscribe(client, "btcusdt@depth@100ms")
    best = world.by_symbol["BTC"].bids[BITCOIN_MID - 1]
    world.set_level("BTC", Side.BUY, BITCOIN_MID - 1, 1)
    assert client.step(world.step(0.01)) == []
    reading = ask(world, "depth?symbol=BTCUSDT&limit=5")
    assert reading["bids"][0] == ["110999.9", "0.001"]
    world.set_level("BTC", Side.BUY, BITCOIN_MID - 1, best)
    (change,) = payload(client.step(world.step(0.2)))
    assert change["U"] <= reading["lastUpdateId"] < change["u"]
    assert change["b"] == [["110999.9", f"0.{best:03d}"]]


def test_a_partial_book_is_whole_each_time(client: Client, world: FakeWorld) -> None:
    subscribe(client, "btcusdt@depth5")
    (first,) = payload(client.step(world.step(0.3)))
    assert len(first["b"]) == len(first["a"]) == 5
    assert client.step(world.step(0.3)) == [], "nothing changed"


def test_the_resting_buyer_marks_a_seller_who_took(client: Client, world: FakeWorld) -> None:
    subscribe(client, "btcusdt@aggTrade")
    world.trade("BTC", Side.SELL, BITCOIN_MID, 20)
    (fill,) = payload(client.step(world.step()))
    assert (fill["m"], fill["p"], fill["q"]) == (True, "111000.0", "0.020")


def test_the_running_candle_is_the_last_one_over_http_and_not_the_last_word(
    client: Client, world: FakeWorld
) -> None:
    subscribe(client, "btcusdt@kline_1h", "btcusdt@kline_7x")
    (update,) = payload(client.step(world.step(1.0)))
    candle = update["k"]
    row = ask(world, "klines?symbol=BTCUSDT&interval=1h")[-1]
    assert [candle[word] for word in "tohlcv"] == row[:6]
    assert (update["s"], candle["i"], candle["x"]) == ("BTCUSDT", "1h", False)
    assert candle["T"] - candle["t"] == 3_600_000 - 1


def test_a_last_price_is_told_alone_and_spot_has_none(world: FakeWorld) -> None:
    assert ask(world, "ticker/price?symbol=BTCUSDT")["price"] == "111000.0"
    for kind in ("24hr", "bookTicker", "price"):
        assert json.loads(get(aster, world, f"/api/v3/ticker/{kind}").body) == []


def test_all_marks_name_every_market_each_three_seconds(client: Client, world: FakeWorld) -> None:
    subscribe(client, "!markPrice@arr")
    assert client.step(world.step(2.9)) == []
    (rows,) = payload(client.step(world.step(0.2)))
    assert {row["s"] for row in rows} == set(world.markets)
    rate = next(row for row in rows if row["s"] == "BTCUSDT")
    assert (rate["r"], rate["T"]) == ("0.00010000", 1_760_025_600_000)


# --- HTTP -------------------------------------------------------------------------------------


def test_names_that_are_gone_or_wait_stand_in_some_lists_and_not_in_others(
    world: FakeWorld,
) -> None:
    listed = {row["symbol"]: row["status"] for row in ask(world, "exchangeInfo")["symbols"]}
    told = {row["symbol"] for row in ask(world, "premiumIndex")}
    assert (listed["TONUSDT"], listed["MBLUSDT"]) == ("SETTLING", "PENDING_TRADING")
    assert "GNSUSD" not in listed
    assert {"TONUSDT", "GNSUSD"} <= told
    assert "MBLUSDT" not in told
    assert told == {row["symbol"] for row in ask(world, "fundingInfo")}


def test_intervals_and_caps_differ_by_market(world: FakeWorld) -> None:
    rows = {row["symbol"]: row for row in ask(world, "fundingInfo")}
    hours = {name: row["fundingIntervalHours"] for name, row in rows.items()}
    assert (hours["BTCUSDT"], hours["HYPEUSDT"], hours["1000PEPEUSDT"]) == (8, 4, 1)
    assert rows["BTCUSDT"]["fundingFeeCap"] == -rows["BTCUSDT"]["fundingFeeFloor"] == 0.003


def test_a_rate_of_zero_is_written_without_decimals(world: FakeWorld) -> None:
    world.change("BTC", lambda state: setattr(state, "rate", 0.0))
    assert ask(world, "premiumIndex?symbol=BTCUSDT")["lastFundingRate"] == "0"


def test_payments_ascend_from_a_start_or_are_the_newest(world: FakeWorld) -> None:
    for rate in (0.0001, 0.0002, 0.0003):
        world.at_ns += 8 * HOUR_NS
        world.settle("BTC", rate)
    (first,) = ask(world, f"fundingRate?symbol=BTCUSDT&startTime={1_760_000_000_000}&limit=1")
    (last,) = ask(world, "fundingRate?symbol=BTCUSDT&limit=1")
    assert (first["fundingRate"], last["fundingRate"]) == ("0.00010000", "0.00030000")
    # Paid at 16:53:20, stamped with the boundary.
    assert first["fundingTime"] == 1_760_025_600_000


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("depth?symbol=BTCUSDT&limit=7", -4021), ("depth?symbol=NOUSDT", -1121),
        ("openInterest?symbol=TONUSDT", -1121), ("fundingRate", -1102),
    ],
)  # fmt: skip
def test_refusals_have_a_code_and_http_400(world: FakeWorld, path: str, code: int) -> None:
    assert ask(world, path, 400)["code"] == code


@pytest.mark.parametrize(
    ("path", "recording", "kind"),
    [
        ("exchangeInfo", "rest_20260907_exchangeInfo_12symbols.json", ""),
        ("fundingInfo", "rest_20260907_fundingInfo_all_732.json", "list"),
        ("premiumIndex", "rest_20260907_premiumIndex_all_732.json", "list"),
        ("fundingRate?symbol=BTCUSDT", "rest_20260911_fundingRate_btcusdt_5rows.json", "list"),
        ("trades?symbol=BTCUSDT", "rest_20260907_trades_btcusdt_20.json", "list"),
    ],
)
def test_an_answer_has_the_recorded_shape(
    world: FakeWorld, path: str, recording: str, kind: str
) -> None:
    world.settle("BTC", 0.0001)
    world.trade("BTC", Side.BUY, BITCOIN_MID, 4)
    shown = shapes.shape(ask(world, path))
    recorded = shapes.recorded_shape("aster", recording, kind)
    assert shapes.differences(recorded, shown) == []


def test_a_touch_has_the_recorded_shape_over_http_and_when_it_moves(
    client: Client, world: FakeWorld
) -> None:
    asked = shapes.recorded_shape(
        "aster", "rest_202609_depth_bookticker.jsonl", "* /fapi/v*/ticker/bookTicker?symbol=*"
    )
    shown = ask(world, "ticker/bookTicker?symbol=BTCUSDT")
    assert shapes.differences(asked["body"], shapes.shape(shown)) == []
    subscribe(client, "btcusdt@bookTicker")
    world.set_level("BTC", Side.BUY, BITCOIN_MID - 1, 70)
    (moved,) = payload(client.step(world.step(0.1)))
    pushed = shapes.recorded_shape("aster", "ws_20260928_single_frames.jsonl", "bookTicker")
    assert shapes.differences(pushed, shapes.shape(moved)) == []
    assert (moved["b"], moved["B"]) == ("110999.9", "0.070")
    world.set_level("BTC", Side.BUY, BITCOIN_MID - 5, 70)
    assert client.step(world.step(0.1)) == []


def test_the_older_version_answers_as_the_newer_one(world: FakeWorld) -> None:
    older = json.loads(get(aster, world, "/fapi/v1/depth?symbol=BTCUSDT&limit=5").body)
    assert older == ask(world, "depth?symbol=BTCUSDT&limit=5")


def test_fills_are_oldest_first_and_an_aggregate_is_of_one(world: FakeWorld) -> None:
    for lots in (4, 5):
        world.trade("BTC", Side.SELL, BITCOIN_MID, lots)
    rows = ask(world, "trades?symbol=BTCUSDT")
    assert [row["qty"] for row in rows] == ["0.004", "0.005"]
    assert {row["isBuyerMaker"] for row in rows} == {True}
    (newest,) = ask(world, "aggTrades?symbol=BTCUSDT&limit=1")
    assert newest["f"] == newest["l"] == newest["a"] == rows[1]["id"]
    assert (newest["p"], newest["q"], newest["m"]) == ("111000.0", "0.005", True)


def test_candles_ascend_and_a_start_begins_them(world: FakeWorld) -> None:
    hour_ms = world.at_ns // HOUR_NS * 3_600_000
    rows = ask(world, "klines?symbol=BTCUSDT&interval=1h&limit=2")
    assert [row[0] for row in rows] == [hour_ms - 3_600_000, hour_ms]
    assert [row[6] - row[0] for row in rows] == [3_599_999, 3_599_999]
    assert rows[1][4] == "111000.0"
    from_first = ask(world, f"klines?symbol=BTCUSDT&interval=1h&startTime={rows[0][0]}&limit=1")
    assert from_first == rows[:1]
    assert ask(world, "klines?symbol=BTCUSDT&interval=7x", 400)["code"] == -1102


def test_a_change_has_the_recorded_shape(client: Client, world: FakeWorld) -> None:
    subscribe(client, "btcusdt@depth@100ms")
    world.set_level("BTC", Side.BUY, BITCOIN_MID - 1, 70)
    (change,) = payload(client.step(world.step(0.2)))
    recorded = shapes.recorded_shape("aster", "ws_20260928_single_frames.jsonl", "depthUpdate")
    assert shapes.differences(recorded, shapes.shape(change)) == []


def test_the_chain_says_of_an_address_that_nobody_has_that_it_holds_nothing(
    world: FakeWorld,
) -> None:
    def post(call: Any) -> Any:
        body = json.dumps(call).encode()
        return json.loads(aster.on_http(world, "POST", "/info", {}, body).body)

    address = "0x1111111111111111111111111111111111111111"
    call = {"jsonrpc": "2.0", "id": 4, "method": "aster_getBalance", "params": [address, "latest"]}
    told = post(call)
    assert (told["id"], told["result"]["perpAssets"]) == (4, [])
    assert told["result"]["accountPrivacy"] == "disabled"
    assert post({**call, "method": "aster_sign"})["error"]["code"] == -32601
