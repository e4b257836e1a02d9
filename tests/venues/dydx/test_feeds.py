"""dYdX trades and blocks, and messages that mean nothing."""

import json
from typing import Any

import pytest

from cockpit.core.events import Block, Reject, Trade
from cockpit.core.market import Side
from cockpit.venues.contract import Wants
from cockpit.venues.dydx.session import Session
from tests.support import capture_text, feed, frame, needs_captures, only
from tests.venues.dydx.messages import block, envelope, trades


def fill(id: str, second: int = 0, **changes: Any) -> dict[str, Any]:
    return {
        "id": id, "side": "BUY", "size": "0.5", "price": "89942", "type": "LIMIT",
        "createdAt": f"2025-12-08T16:11:{second:02}.590Z", "createdAtHeight": "66624085", **changes,
    }  # fmt: skip


# --- trades -----------------------------------------------------------------------------------


def test_a_trade_has_the_taker_s_side_and_the_venue_s_time() -> None:
    message = trades(6, fill("a", side="SELL"), kind="channel_batch_data")
    [trade] = only(Trade, feed(Session(Wants()), frame(message)))
    assert (trade.symbol, trade.price, trade.size) == ("BTC", 89942.0, 0.5)
    assert trade.side is Side.SELL
    assert trade.venue_ns == 1_765_210_260_590_000_000


@pytest.mark.parametrize(
    ("kind", "forced"), [("LIMIT", False), ("LIQUIDATED", True), ("DELEVERAGED", True)]
)
def test_a_forced_close_is_marked(kind: str, forced: bool) -> None:
    [trade] = only(Trade, feed(Session(Wants()), frame(trades(6, fill("a", type=kind)))))
    assert trade.liquidation is forced


@pytest.mark.parametrize(("part", "forced"), [({}, False), ({"liquidation": True}, True)])
def test_in_2022_a_forced_close_had_a_flag(part: dict[str, Any], forced: bool) -> None:
    row = {key: value for key, value in fill("a").items() if key != "type"} | part
    [trade] = only(Trade, feed(Session(Wants()), frame(trades(6, row))))
    assert trade.liquidation is forced


def test_a_trade_needs_no_id() -> None:
    row = {key: value for key, value in fill("a").items() if key != "id"}
    assert only(Trade, feed(Session(Wants()), frame(trades(6, row))))


def test_the_trades_of_the_start_come_newest_first_and_are_told_oldest_first() -> None:
    message = trades(3, fill("c", 9, price="3"), fill("b", 5, price="2"), fill("a", 5, price="1"))
    outputs = feed(Session(Wants()), frame(message))
    assert [trade.price for trade in only(Trade, outputs)] == [1.0, 2.0, 3.0]


def test_a_second_start_tells_only_what_is_new() -> None:
    session = Session(Wants())
    feed(session, frame(trades(3, fill("b", 5), fill("a", 1))))
    feed(session, frame(trades(4, fill("c", 7), kind="channel_batch_data")))
    outputs = feed(session, frame(trades(9, fill("d", 8), fill("c", 7), fill("b", 5))))
    assert len(only(Trade, outputs)) == 1


FAR = "9999-12-31T23:59:59.999Z"
LONG_AGO = "1970-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "part",
    [
        {"price": "0"}, {"size": "-1"}, {"price": "NaN"}, {"createdAt": FAR},
        {"createdAt": LONG_AGO},
    ],
)  # fmt: skip
def test_an_insane_trade_is_rejected_alone(part: dict[str, str]) -> None:
    message = trades(6, fill("a", **part), fill("b"), kind="channel_batch_data")
    outputs = feed(Session(Wants()), frame(message))
    assert (len(only(Reject, outputs)), len(only(Trade, outputs))) == (1, 1)


@needs_captures
@pytest.mark.parametrize("name", ["subscribed", "batch"])
def test_recorded_trades_of_2022_are_read(name: str) -> None:
    text = capture_text(f"dydx/ws_trades_{name}.json")
    contents = json.loads(text)["contents"]
    updates = contents if isinstance(contents, list) else [contents]
    rows = [row for update in updates for row in update["trades"]]
    outputs = feed(Session(Wants()), frame(text))
    told = sorted((trade.price, trade.size, trade.side) for trade in only(Trade, outputs))
    assert told == sorted((float(r["price"]), float(r["size"]), r["side"].lower()) for r in rows)
    assert not only(Reject, outputs)


# --- blocks -----------------------------------------------------------------------------------


def test_a_block_is_named_height_at_the_start_and_block_height_afterwards() -> None:
    start = {"height": "66624132", "time": "2025-12-08T16:11:59.450Z"}
    id = "v4_block_height"
    outputs = feed(
        Session(Wants()),
        frame(envelope("subscribed", 2, id, id, start)),
        frame(block(5, 66624134, second=1)),
    )
    told = [(seen.height, seen.block_ns, seen.venue_ns) for seen in only(Block, outputs)]
    assert told == [
        (66624132, 1_765_210_319_450_000_000, 1_765_210_319_450_000_000),
        (66624134, 1_765_210_261_450_000_000, 1_765_210_261_450_000_000),
    ]
    assert {seen.chain for seen in only(Block, outputs)} == {"dydx-mainnet-1"}


def test_a_trade_of_the_far_future_hides_none_that_follow() -> None:
    session = Session(Wants())
    feed(session, frame(trades(3, fill("a", createdAt=FAR))))
    outputs = feed(session, frame(trades(9, fill("c", 7), fill("b", 5))))
    assert len(only(Trade, outputs)) == 2


@pytest.mark.parametrize(
    "contents",
    [
        {}, {"blockHeight": "7"}, {"blockHeight": "x", "time": "y"},
        {"blockHeight": "7", "time": FAR}, {"blockHeight": "7", "time": LONG_AGO},
        {"blockHeight": "-7", "time": "2025-12-08T16:11:59.450Z"},
    ],
)  # fmt: skip
def test_a_block_without_height_or_time_is_rejected(contents: dict[str, str]) -> None:
    message = envelope("channel_data", 5, "v4_block_height", "v4_block_height", contents)
    outputs = feed(Session(Wants()), frame(message))
    assert [type(output) for output in outputs] == [Reject]


@needs_captures
@pytest.mark.parametrize(("name", "height"), [("subscribed", 12345678), ("update", 12345679)])
def test_the_documented_block_messages_are_read(name: str, height: int) -> None:
    text = capture_text(f"dydx/synthetic_ws_block_height_{name}.json")
    assert [seen.height for seen in only(Block, feed(Session(Wants()), frame(text)))] == [height]
