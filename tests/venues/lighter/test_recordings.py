"""Lighter as it was recorded in 2025 and 2026, as it is documented, and as it never is."""

import pytest

from cockpit.core.events import (
    BookDelta,
    BookReset,
    BookSnapshot,
    Funding,
    Instrument,
    Margin,
    OpenInterest,
    Position,
    Prices,
    Reject,
    Trade,
)
from tests.support import (
    capture,
    capture_lines,
    capture_text,
    feed,
    frame,
    only,
    reply,
)
from tests.venues.lighter.samples import BTC, listing, session

RECORDED_NS = 1_760_041_996_000_000_000
"""2025-10-09 20:33:16 UTC."""
BOOK = "ws_20251009_order_book_1_btc.jsonl"
ALL_STATS = "ws_20251009_market_stats_all_first380.jsonl"


def play(name, *, but=(), **wants):
    messages = [line.get("frame", line) for line in capture_lines(f"lighter/{name}")]
    kept = [message for n, message in enumerate(messages) if n not in but]
    return feed(session(**wants), *[frame(message, RECORDED_NS) for message in kept])


def test_the_btc_book_ends_as_the_recorder_found_it():
    outputs = play(BOOK)
    assert [type(output) for output in outputs] == [BookSnapshot] + [BookDelta] * 2257
    sides = (dict(outputs[0].bids), dict(outputs[0].asks))
    assert (len(sides[0]), len(sides[1])) == (3663, 3106)
    for delta in outputs[1:]:
        for side, levels in zip(sides, (delta.bids, delta.asks), strict=True):
            side.update({price: size for price, size in levels if size})
            for price, size in levels:
                if not size:
                    del side[price]
    assert (len(sides[0]), len(sides[1])) == (3631, 3177)
    assert (max(sides[0]), min(sides[1])) == (121027.9, 121029.5)


def test_one_lost_message_of_the_recording_is_noticed():
    outputs = play(BOOK, but=(50,))
    assert (len(only(BookReset, outputs)), len(only(BookDelta, outputs))) == (1, 49)


def test_every_recorded_fill_is_told_once_and_the_first_fifty_liquidations_are_marked():
    trades = only(Trade, play("ws_20251009_trade_1_btc.jsonl"))
    assert sum(trade.liquidation for trade in trades) == 50
    lines = capture_lines("lighter/ws_20251009_trade_1_btc.jsonl")
    rows = {r["trade_id"]: r for line in lines for r in line["frame"]["trades"] or []}
    by_hand = sum(float(r["size"]) * (1 if r["is_maker_ask"] else -1) for r in rows.values())
    told = [trade for trade in trades if not trade.liquidation]
    assert len(told) == len(rows)
    assert sum(trade.side.sign * trade.size for trade in told) == pytest.approx(by_hand)


def test_the_recorded_statistics_name_92_markets_of_which_the_delisted_one_is_silent():
    outputs = play(ALL_STATS, survey=True)
    assert only(Reject, outputs) == []
    assert len({prices.symbol for prices in only(Prices, outputs)}) == 91
    settled = [event for event in only(Funding, outputs) if event.kind == "settled"]
    assert len(settled) == len({event.symbol for event in settled}) == 91
    capped = [e.rate for e in only(Funding, outputs) if (e.symbol, e.kind) == ("@91", "live")]
    assert capped[0] == pytest.approx(0.005)


def test_recorded_open_interest_over_its_mark_is_a_whole_number_of_lots():
    interests = only(OpenInterest, play(ALL_STATS, survey=True))
    for symbol, lot in (("ETH", 1e-4), ("BTC", 1e-5)):
        units = [event.base / lot for event in interests if event.symbol == symbol]
        assert len(units) > 20
        assert units == pytest.approx([round(unit) for unit in units], abs=0.02)


@pytest.mark.parametrize("name", ["rest_202511", "rest_20260505"])
def test_both_generations_of_metadata_list_the_same_market(name):
    text = capture_text(f"lighter/{name}_orderBookDetails_eth.json")
    outputs = feed(session("ETH"), reply("instruments", text))
    [eth] = only(Instrument, outputs)
    assert (eth.symbol, eth.tick, eth.lot, eth.max_leverage) == ("ETH", 0.01, 0.0001, 50.0)
    assert eth.mmf == pytest.approx(0.012)


def test_single_frames_of_november_2025_are_understood_apart_from_the_errors_they_carry():
    outputs = play("ws_2025-11_single_frames.jsonl", survey=True)
    assert len(only(Reject, outputs)) == 3
    assert {event.symbol for event in only(Prices, outputs)} == {"ETH", "@96"}


def test_every_documented_message_is_understood():
    folder = capture("lighter/doc_examples")
    for path in sorted(folder.glob("ws_*.json")):
        outputs = feed(session(accounts=("1234",)), frame(path.read_text()))
        assert not only(Reject, outputs), path.name
        if "account_all" in path.name:
            [eth] = only(Position, outputs)
            assert (eth.symbol, eth.size, eth.entry, eth.leverage) == ("ETH", 1.5, 2350.10, 20.0)
        if "user_stats" in path.name:
            assert [(m.equity, m.used) for m in only(Margin, outputs)] == [(40.0, 0.0)]


def test_the_documented_replies_are_understood():
    account = capture_text("lighter/doc_examples/http_account.json")
    outputs = feed(session(accounts=("123456",)), reply("account", account, key="123456"))
    assert only(Position, outputs) == [], "a flat row"
    assert [margin.equity for margin in only(Margin, outputs)] == [0.0]
    fundings = capture_text("lighter/doc_examples/http_fundings.json")
    paid = feed(session("BTC"), listing(BTC), reply("funding_history", fundings, key="1"))
    assert [event.rate for event in only(Funding, paid)] == pytest.approx([0.000012, -0.000002])
