"""Every message and reply of Lighter's face is made of what the recorded one is made of."""

from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.sim.faces import lighter
from tests.sim.faces.lighter.client import Client, ask, get
from tests.sim.fake_world import FakeWorld
from tests.sim.skeleton import missing, recorded, skeleton
from tests.support import capture_lines

EXAMPLES = "lighter/doc_examples"
SINGLE_FRAMES = "lighter/ws_2025-11_single_frames.jsonl"
OPTIONAL_TRADE_KEYS = {
    "taker_fee",
    "maker_fee",
    "taker_position_sign_changed",
    "maker_position_sign_changed",
}
"""Absent from the venue's rows where they would be zero or false."""


@pytest.fixture
def client() -> Client:
    client = Client(FakeWorld(lighter.PROFILE))
    for number in range(60):
        client.world.trade("ETH", Side.BUY, 430_000 + number, 1_000, liquidation=number % 7 == 0)
    client.step(client.world.step(0.1))
    return client


def _example(name: str) -> Any:
    return recorded(f"{EXAMPLES}/{name}.json")


def test_the_greeting_the_errors_and_the_acknowledgement_have_the_recorded_shapes(
    client: Client,
) -> None:
    frames = capture_lines(SINGLE_FRAMES)
    greeting = frames[0]
    errors = {frame["error"]["code"]: frame for frame in frames if "error" in frame}
    ack = next(frame for frame in frames if frame.get("type") == "unsubscribed")
    assert skeleton(client.seen[0]) == skeleton(greeting)
    assert client.subscribe("ticker/99999") == errors[30005]
    client.subscribe("market_stats/all")
    assert client.subscribe("market_stats/all") == errors[30003]
    assert client.unsubscribe("order_book/0") == errors[30002]
    client.subscribe("order_book/0")
    assert client.unsubscribe("order_book/0") == ack


def test_books_have_the_shapes_with_nonces(client: Client) -> None:
    first = client.subscribe("order_book/0")
    client.world.set_level("ETH", Side.BUY, 429_990, 10_000)
    client.world.set_level("ETH", Side.SELL, 430_001, 0)
    (update,) = client.wait()
    assert skeleton(first) == skeleton(_example("ws_order_book_subscribed"))
    theirs = _example("ws_order_book_update")
    theirs["order_book"]["bids"] = theirs["order_book"]["asks"]
    assert skeleton(update) == skeleton(theirs)
    assert list(update) == list(theirs)


def test_the_book_of_a_dead_market_has_the_shape_of_an_empty_one(client: Client) -> None:
    theirs = _example("ws_order_book_subscribed_empty")
    ours = client.subscribe("order_book/28")
    assert skeleton(ours) == skeleton(theirs)
    assert (ours["order_book"]["nonce"], ours["order_book"]["begin_nonce"]) == (0, 0)


@pytest.mark.parametrize(
    ("channel", "example"),
    [
        ("market_stats/1", "ws_market_stats_subscribed_single"),
        ("ticker/0", "ws_ticker_subscribed"),
        ("ticker/28", "ws_ticker_subscribed_empty"),
        ("user_stats/1234", "ws_user_stats_update"),
    ],
)
def test_an_answer_to_a_subscription_has_the_documented_shape(
    client: Client, channel: str, example: str
) -> None:
    assert skeleton(client.subscribe(channel)) == skeleton(_example(example))


def test_updates_of_ticker_and_height_have_the_documented_shapes(client: Client) -> None:
    for channel in ("ticker/0", "height"):
        client.subscribe(channel)
    client.world.set_level("ETH", Side.BUY, 430_000, 10)
    client.world.trade("ETH", Side.SELL, 430_000, 10)
    ticker, height = client.wait(1.0, blocks=6)
    assert skeleton(ticker) == skeleton(_example("ws_ticker_update"))
    assert skeleton(height) == skeleton(_example("ws_height_update"))


def test_statistics_have_every_field_of_the_recordings_in_its_type(client: Client) -> None:
    frames = capture_lines("lighter/ws_20251009_market_stats_all_first380.jsonl")
    client.subscribe("market_stats/all")
    first = client.seen[-1]
    assert missing(first["market_stats"]["0"], frames[0]["frame"]["market_stats"]["0"]) == []
    assert missing(first["market_stats"]["28"], frames[0]["frame"]["market_stats"]["28"]) == []
    client.world.change("BTC", lambda state: setattr(state, "mark", 111_222.2))
    (update,) = client.wait()
    assert list(update["market_stats"]) == ["1"]
    assert missing(update, frames[1]["frame"] | {"market_stats": {}}) == []


def test_trades_have_every_field_of_the_recordings_in_its_type(client: Client) -> None:
    documented = _example("ws_trade_subscribed")
    frames = [line["frame"] for line in capture_lines("lighter/ws_20251009_trade_1_btc.jsonl")]
    ours = client.subscribe("trade/0")
    assert skeleton(ours).keys() == skeleton(documented).keys()
    for rows in (ours["trades"], ours["liquidation_trades"]):
        for theirs in (documented["trades"][0], frames[0]["trades"][0], frames[1]["trades"][0]):
            required = {k: v for k, v in theirs.items() if k not in OPTIONAL_TRADE_KEYS}
            assert missing(rows[0], required) == []
    client.world.trade("ETH", Side.BUY, 430_001, 5)
    (update,) = client.wait()
    assert skeleton(update).keys() == skeleton(frames[1]).keys()
    assert update["liquidation_trades"] is None


def test_status_has_the_recorded_shape(client: Client) -> None:
    status, body = ask(client.world, "/")
    assert status == 200
    assert skeleton(body) == skeleton(recorded("lighter/rest_202511_status.json"))


def test_metadata_has_every_field_of_both_recorded_generations(client: Client) -> None:
    body = get(client.world, "orderBookDetails?market_id=0")
    for generation in ("202511", "20260505"):
        theirs = recorded(f"lighter/rest_{generation}_orderBookDetails_eth.json")
        assert missing(body, theirs) == []


def test_the_list_of_books_has_every_recorded_field(client: Client) -> None:
    theirs = recorded("lighter/rest_20260505_orderBooks_eth.json")
    assert missing(get(client.world, "orderBooks?market_id=0"), theirs) == []


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("orderBookOrders?market_id=0&limit=1", "lighter/rest_20260505_orderBookOrders_eth.json"),
        (
            "fundings?market_id=0&resolution=1h&start_timestamp=0&end_timestamp=2000000000",
            f"{EXAMPLES}/http_fundings.json",
        ),
        ("funding-rates", "lighter/rest_2025-09_funding-rates_excerpt.json"),
    ],
)
def test_a_rest_reply_has_the_recorded_shape(client: Client, target: str, name: str) -> None:
    assert skeleton(get(client.world, target)) == skeleton(recorded(name))


def test_trades_of_a_dead_market_are_null(client: Client) -> None:
    theirs = _example("http_recent_trades_null")
    assert get(client.world, "recentTrades?market_id=28&limit=10") == theirs
