"""Lighter as it was recorded, and Lighter as its documentation shows it."""

import json

import pytest

from cockpit.core.events import (
    BookDelta,
    BookReset,
    BookSnapshot,
    Funding,
    Instrument,
    OpenInterest,
    Prices,
    Reject,
    Trade,
)
from cockpit.venues.contract import Wants
from cockpit.venues.lighter import Session
from tests.support import CAPTURES, capture, capture_lines, capture_text, feed, frame, only, reply

RECORDED_NS = 1_760_041_996_000_000_000
"""2025-10-09 20:33:16 UTC."""
HOUR_20_NS = 1_760_040_000_002_000_000


def recorded(name):
    return [line["frame"] for line in capture_lines(f"lighter/{name}")]


def play(messages, *symbols):
    session = Session(Wants(symbols=symbols))
    return feed(session, *[frame(message, at_ns=RECORDED_NS) for message in messages])


def test_the_btc_book_ends_as_the_recorder_found_it():
    outputs = play(recorded("ws_20251009_order_book_1_btc.jsonl"), "BTC")
    assert [type(output) for output in outputs] == [BookSnapshot] + [BookDelta] * 2257
    assert {output.symbol for output in outputs} == {"BTC"}
    sides = (dict(outputs[0].bids), dict(outputs[0].asks))
    assert (len(sides[0]), len(sides[1])) == (3663, 3106)
    for delta in outputs[1:]:
        for side, levels in zip(sides, (delta.bids, delta.asks), strict=True):
            for price, size in levels:
                if size:
                    side[price] = size
                else:
                    del side[price]
        assert max(sides[0]) < min(sides[1])
    assert (len(sides[0]), len(sides[1])) == (3631, 3177)
    assert (max(sides[0]), min(sides[1])) == (121027.9, 121029.5)


def test_one_lost_message_of_the_recording_is_noticed():
    messages = recorded("ws_20251009_order_book_1_btc.jsonl")[:100]
    del messages[50]
    outputs = play(messages, "BTC")
    assert len(only(BookReset, outputs)) == 1
    assert len(only(BookDelta, outputs)) == 49


def test_every_recorded_fill_is_told_once_and_the_first_fifty_liquidations_are_marked():
    messages = recorded("ws_20251009_trade_1_btc.jsonl")
    trades = only(Trade, play(messages))
    first = messages[0]
    assert sum(trade.liquidation for trade in trades) == len(first["liquidation_trades"]) == 50
    ids = {row["trade_id"] for message in messages for row in message["trades"] or []}
    assert sum(not trade.liquidation for trade in trades) == len(ids)
    signed = sum(trade.side.sign * trade.size for trade in trades if not trade.liquidation)
    by_hand = {
        row["trade_id"]: float(row["size"]) * (1 if row["is_maker_ask"] else -1)
        for message in messages
        for row in message["trades"] or []
    }
    assert signed == pytest.approx(sum(by_hand.values()))


def test_the_recorded_statistics_name_92_markets_of_which_the_delisted_one_is_silent():
    outputs = play(recorded("ws_20251009_market_stats_all_first380.jsonl")[:1])
    assert not only(Reject, outputs)
    assert len(only(Prices, outputs)) == 91
    assert "@28" not in {output.symbol for output in outputs}
    settled = [event for event in only(Funding, outputs) if event.kind == "settled"]
    assert len(settled) == 91
    assert max(abs(event.venue_ns - HOUR_20_NS) for event in settled) < 5_000_000
    live = {e.symbol: e for e in only(Funding, outputs) if e.kind == "live"}
    assert live["@91"].rate == pytest.approx(0.005)
    assert live["BTC"].next_ns == 1_760_043_600 * 1_000_000_000


def test_recorded_open_interest_over_its_mark_is_a_whole_number_of_lots():
    session = Session(Wants(symbols=("ETH", "BTC")))
    lots = {"ETH": 1e-4, "BTC": 1e-5}
    messages = recorded("ws_20251009_market_stats_all_first380.jsonl")
    outputs = feed(session, *[frame(message, at_ns=RECORDED_NS) for message in messages])
    interests = only(OpenInterest, outputs)
    assert len(interests) > 100
    for interest in interests:
        units = interest.base / lots[interest.symbol]
        assert units == pytest.approx(round(units), abs=0.02)


def test_the_recorded_statistics_settle_each_market_once():
    outputs = play(recorded("ws_20251009_market_stats_all_first380.jsonl"))
    settled = [event.symbol for event in only(Funding, outputs) if event.kind == "settled"]
    assert len(settled) == len(set(settled))


@pytest.mark.parametrize(
    ("name", "interest"),
    [
        ("rest_202511_orderBookDetails_eth.json", 39559.3278),
        ("rest_20260505_orderBookDetails_eth.json", 27350.8981),
    ],
)
def test_both_generations_of_metadata_list_the_same_market(name, interest):
    text = capture_text(f"lighter/{name}")
    outputs = feed(Session(Wants()), reply("instruments", text))
    (eth,) = only(Instrument, outputs)
    assert (eth.symbol, eth.tick, eth.lot, eth.max_leverage) == ("ETH", 0.01, 0.0001, 50.0)
    assert eth.mmf == pytest.approx(0.012)
    assert (eth.taker_fee, eth.maker_fee) == (0.0, 0.0)
    assert only(OpenInterest, outputs)[0].base == interest


def test_single_frames_of_november_2025_are_understood_apart_from_the_errors_they_carry():
    frames = capture_lines("lighter/ws_2025-11_single_frames.jsonl")
    outputs = play(frames)
    errors = [message for message in frames if "error" in message]
    assert len(only(Reject, outputs)) == len(errors) == 3
    assert {event.symbol for event in only(Prices, outputs)} == {"ETH", "@96"}


def test_every_documentation_example_is_understood():
    folder = capture("lighter/doc_examples")
    for path in sorted(folder.glob("ws_*.json")):
        assert not only(Reject, play([json.loads(path.read_text())])), path.name
    for path in sorted(folder.glob("http_*.json")):
        outputs = feed(Session(Wants(symbols=("BTC",))), reply(path.stem, path.read_text()))
        assert not only(Reject, outputs), path.name


def test_every_recorded_rest_reply_is_understood():
    for path in sorted((CAPTURES / "lighter").glob("rest_*.json")):
        outputs = feed(Session(Wants()), reply(path.stem, path.read_text()))
        assert not only(Reject, outputs), path.name
