"""What stock clients of Bybit ask for besides the market is there, in its documented form."""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.sim.faces import bybit
from tests.sim.asking import Client, get
from tests.sim.fake_world import FakeWorld


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(bybit.PROFILE)


def ask(world: FakeWorld, path: str) -> Any:
    answer = json.loads(get(bybit, world, f"/v5/{path}").body)
    assert (answer["retCode"], answer["retMsg"]) == (0, "OK")
    return answer["result"]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (
            "market/account-ratio?category=linear&symbol=BTCUSDT&period=1h",
            {"symbol", "buyRatio", "sellRatio", "timestamp"},
        ),
        ("market/insurance", {"coin", "symbols", "balance", "value"}),
        (
            "market/adlAlert?symbol=BTCUSDT",
            {
                "coin",
                "symbol",
                "balance",
                "maxBalance",
                "insurancePnlRatio",
                "pnlRatio",
                "adlTriggerThreshold",
                "adlStopRatio",
            },
        ),
        (
            "market/fee-group-info?productType=contract",
            {
                "groupName",
                "weightingFactor",
                "symbolsNumbers",
                "symbols",
                "feeRates",
                "updateTime",
            },
        ),
    ],
)
def test_a_row_has_the_documented_fields(world: FakeWorld, path: str, fields: set[str]) -> None:
    assert set(ask(world, path)["list"][0]) == fields


@pytest.mark.parametrize(
    "path",
    [
        "market/delivery-price?category=linear",
        "market/new-delivery-price?category=option&baseCoin=BTC",
        "system/status",
        "announcements/index?locale=en-US",
    ],
)
def test_where_nothing_happened_the_list_is_empty(world: FakeWorld, path: str) -> None:
    assert ask(world, path)["list"] == []


def test_long_and_short_accounts_add_up_to_one_newest_first(world: FakeWorld) -> None:
    path = "market/account-ratio?category=linear&symbol=BTCUSDT&period=5min&limit=500"
    rows = ask(world, path)["list"]
    assert len(rows) == 500
    assert all(
        float(row["buyRatio"]) + float(row["sellRatio"]) == pytest.approx(1.0) for row in rows
    )
    stamps = [int(row["timestamp"]) for row in rows]
    assert stamps == sorted(stamps, reverse=True)


def test_options_have_a_volatility_and_nothing_else_has(world: FakeWorld) -> None:
    assert ask(world, "market/historical-volatility?category=option&baseCoin=BTC") == []
    refused = json.loads(get(bybit, world, "/v5/market/historical-volatility?category=spot").body)
    assert refused["retCode"] == 10001


def test_the_parts_of_an_index_add_up_to_it(world: FakeWorld) -> None:
    found = ask(world, "market/index-price-components?indexName=1000PEPEUSDT")
    assert sum(float(row["weight"]) for row in found["components"]) == pytest.approx(1.0)
    mean = sum(float(row["weight"]) * float(row["price"]) for row in found["components"])
    assert mean == pytest.approx(float(found["lastPrice"]))
    assert {row["multiplier"] for row in found["components"]} == {"1000"}


def test_the_retail_book_is_the_book_with_a_third_column(world: FakeWorld) -> None:
    retail = ask(world, "market/rpi_orderbook?symbol=BTCUSDT&limit=5")
    plain = ask(world, "market/orderbook?category=linear&symbol=BTCUSDT&limit=5")
    assert [level[:2] for level in retail["b"]] == plain["b"]
    assert {level[2] for level in retail["a"]} == {"0"}


def test_the_retail_book_is_followed_like_the_other(world: FakeWorld) -> None:
    client = Client(bybit, world)
    snapshot = client.send({"op": "subscribe", "args": ["orderbook.rpi.BTCUSDT"]})[1]
    assert {len(level) for level in snapshot["data"]["b"]} == {3}
    world.set_level("BTC", Side.BUY, 1_109_999, 7)
    delta = client.step(world.step(0.2))[0]
    assert delta["data"]["b"] == [["110999.90", "0.007", "0"]]
    assert delta["data"]["u"] == snapshot["data"]["u"] + 1


def test_open_interest_pages_by_cursor_to_the_beginning_of_history(world: FakeWorld) -> None:
    base = "market/open-interest?category=linear&symbol=BTCUSDT&intervalTime=4h&limit=100"
    stamps: list[int] = []
    cursor = ""
    while True:
        page = ask(world, f"{base}&cursor={cursor}")
        stamps += [int(row["timestamp"]) for row in page["list"]]
        if not (cursor := page["nextPageCursor"]):
            break
    assert stamps == sorted(set(stamps), reverse=True)
    assert len(stamps) > 100


def test_limits_of_orders_surround_the_mark(world: FakeWorld) -> None:
    client = Client(bybit, world)
    shown = client.send({"op": "subscribe", "args": ["priceLimit.BTCUSDT"]})[1]["data"]
    mark = world.by_symbol["BTC"].mark or 0.0
    assert float(shown["sellLmt"]) < mark < float(shown["buyLmt"])


def test_a_pool_can_be_subscribed_and_says_nothing(world: FakeWorld) -> None:
    client = Client(bybit, world)
    answers = client.send({"op": "subscribe", "args": ["insurance.USDT", "adlAlert.USDC"]})
    assert [answer["success"] for answer in answers] == [True]
    world.set_level("BTC", Side.BUY, 1_109_999, 7)
    assert client.step(world.step(1.0)) == []


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
