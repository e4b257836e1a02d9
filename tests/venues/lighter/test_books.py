"""Lighter's books and fills: chains of nonces, other eras, what a subscription repeats."""

import pytest

from cockpit.core.events import Block, BookDelta, BookReset, BookSnapshot, Reject, Trade
from cockpit.core.market import Side
from cockpit.venues.contract import Restart, Send
from tests.support import closed, feed, frame, only, opened, ticks
from tests.venues.lighter.samples import (
    ASKS,
    BIDS,
    BTC,
    DETAILS,
    SENT_MS,
    book,
    change,
    fill,
    fills,
    listing,
    sent,
    session,
    whole,
)

LEAVE_AND_JOIN = [
    '{"type":"unsubscribe","channel":"order_book/1"}',
    '{"type":"subscribe","channel":"order_book/1"}',
]


def watching(*inputs):
    ours = session("BTC", "ETH")
    feed(ours, listing(DETAILS, BTC), *inputs)
    return ours


def test_the_whole_book_is_sorted_whatever_order_it_came_in():
    [snapshot] = feed(session(), book("subscribed", BIDS[::-1], ASKS[::-1], nonce=5, begin_nonce=0))
    assert (snapshot.bids, snapshot.asks) == (((100.0, 1.5), (99.5, 2.0)), ((100.5, 3), (101, 4)))
    assert (snapshot.symbol, snapshot.seq) == ("BTC", 5)
    assert snapshot.venue_ns == SENT_MS * 1_000_000


@pytest.mark.parametrize("bids", [(("100.7", "1"),), (("99", "1"), ("99", "2"))])
def test_a_whole_book_that_is_crossed_or_has_a_price_twice_is_none(bids):
    ours = watching(whole(500))
    outputs = feed(ours, book("subscribed", bids, ASKS, nonce=501, begin_nonce=0))
    assert [type(fact) for fact in outputs[:2]] == [Reject, BookReset]
    assert only(BookSnapshot, outputs) == []


def test_an_update_says_absolute_sizes_and_its_nonce_may_jump():
    [_, delta] = feed(session(), whole(500), change(500, 530, (("99.5", "0.0000"),)))
    assert (delta.bids, delta.asks, delta.seq) == (((99.5, 0.0),), (), 530)


def test_a_jump_of_the_servers_offset_is_no_gap_while_the_nonces_link():
    jumped = book("update", BIDS, (), nonce=501, begin_nonce=500, offset=77)
    assert [type(o) for o in feed(session(), whole(500), jumped)] == [BookSnapshot, BookDelta]


def test_books_of_2025_have_no_link_and_are_chained_by_the_servers_offset():
    """October 2025 has no nonces at all, November has them without what they follow."""
    ours = watching()
    first, second = book("subscribed", BIDS, ASKS, offset=10), book("update", BIDS, (), offset=11)
    numbered = book("update", BIDS, (), offset=12, nonce=3107818665)
    outputs = feed(ours, first, second, numbered)
    assert [delta.seq for delta in only(BookDelta, outputs)] == [11, 3107818665]
    assert len(only(BookReset, feed(ours, book("update", BIDS, (), offset=14)))) == 1


def test_a_repeated_update_or_an_old_repeated_book_changes_nothing():
    ours = watching(whole(500), change(500, 501))
    assert feed(ours, change(500, 501), whole(500)) == []
    assert len(only(BookDelta, feed(ours, change(501, 502)))) == 1


def test_nonces_far_behind_are_a_new_sequence():
    """The chain restarts at 1000 after 9182390020: a gap at once, and its book is taken."""
    ours = watching(whole(9_182_390_020))
    outputs = feed(ours, change(1_000, 1_010))
    assert len(only(BookReset, outputs)) == 1
    assert sent(outputs) == LEAVE_AND_JOIN
    assert [type(o) for o in feed(ours, whole(2_000), change(2_000, 2_001))] == [
        BookSnapshot, BookDelta,
    ]  # fmt: skip


def test_a_whole_book_far_behind_replaces_what_stood():
    assert len(only(BookSnapshot, feed(watching(whole(9_182_390_020)), whole(1_000)))) == 1


def test_an_empty_market_has_an_empty_book_which_is_not_an_unknown_one():
    empty = book("subscribed", [], None, market=39, nonce=0, begin_nonce=0)
    first = change(0, 3, market=39)
    snapshot, delta = feed(session(), empty, first)
    assert (snapshot.symbol, snapshot.bids, snapshot.asks) == ("@39", (), ())
    assert isinstance(delta, BookDelta)


@pytest.mark.parametrize(
    "bad", [("NaN", "1"), ("-5", "1"), ("0", "1"), ("100", "-1"), ("100", "inf"), ("1e30", "1")]
)
def test_an_impossible_level_loses_the_book_of_its_market_only(bad):
    ours = watching(whole(500), whole(900, market=0))
    outputs = feed(ours, change(500, 501, (bad,)))
    assert [type(output) for output in outputs] == [Reject, BookReset, Send, Send]
    assert feed(ours, change(501, 502)) == []
    assert len(only(BookDelta, feed(ours, change(900, 901, market=0)))) == 1


def test_already_subscribed_brings_no_book_so_we_leave_and_join():
    error = frame({"error": {"code": 30003, "message": "Already Subscribed to : order_book:1"}})
    ours = watching()
    assert sent(feed(ours, error)) == LEAVE_AND_JOIN
    feed(ours, whole(500))
    assert sent(feed(ours, error)) == []


def test_a_market_of_a_thousand_coins_is_told_per_coin():
    ours = session()
    feed(ours, listing(DETAILS | {"symbol": "1000PEPE", "market_id": 4}))
    rows = (("0.012", "5"),), (("0.013", "6"),)
    [snapshot] = feed(ours, book("subscribed", *rows, market=4, nonce=1, begin_nonce=0))
    assert (snapshot.symbol, snapshot.bids) == ("PEPE", ((pytest.approx(0.000012), 5000.0),))
    [trade] = feed(ours, fills([fill(price="0.02", size="3")], market=4))
    assert (trade.price, trade.size) == (pytest.approx(0.00002), 3000.0)


# --- fills ----------------------------------------------------------------------------------------


def test_if_the_maker_asked_the_taker_bought():
    bought, sold = feed(session(), fills([fill(1), fill(2, is_maker_ask=False)]))
    assert (bought.side, sold.side) == (Side.BUY, Side.SELL)
    assert (bought.price, bought.size, bought.venue_ns) == (121043.9, 0.001, SENT_MS * 1_000_000)


def test_a_subscription_repeats_the_last_fills_newest_first_and_each_is_told_once():
    ours = session()
    first = feed(ours, fills([fill(9), fill(8)], [fill(3, type="liquidation")], "subscribed"))
    assert [trade.liquidation for trade in first] == [True, False, False]
    feed(ours, closed(), opened())
    assert len(only(Trade, feed(ours, fills([fill(10), fill(9)], [fill(3)], "subscribed")))) == 1


def test_no_fills_are_null_and_the_settlement_of_a_market_is_nobodys_fill():
    assert feed(session(), fills(None), fills([fill(type="market-settlement")])) == []


@pytest.mark.parametrize("bad", [{"price": "0"}, {"size": "-1"}, {"price": "nan"}, {"size": []}])
def test_an_impossible_fill_costs_itself(bad):
    outputs = feed(session(), fills([fill(1), fill(2, **bad), fill(3)]))
    assert [type(output) for output in outputs] == [Trade, Trade, Reject]


# --- the connection -------------------------------------------------------------------------------


def test_a_height_is_a_block_of_the_sequencer_at_its_own_time():
    said = {"channel": "height", "height": 227535532, "timestamp": SENT_MS, "type": "update/height"}
    [block] = feed(session(), frame(said))
    assert isinstance(block, Block)
    assert (block.chain, block.height, block.block_ns) == ("lighter", 227535532, SENT_MS * 10**6)
    for stamp in (0, SENT_MS // 1_000, SENT_MS * 1_000):
        assert [type(o) for o in feed(session(), frame(said | {"timestamp": stamp}))] == [Reject]


def test_the_venues_ping_is_answered_and_its_shutdown_is_a_reason_to_reconnect():
    outputs = feed(session(), frame({"type": "ping"}), frame({"type": "shutdown"}))
    assert sent(outputs) == ['{"type":"pong"}']
    assert len(only(Restart, outputs)) == 1


@pytest.mark.parametrize(
    "message",
    [
        {"session_id": "8d354239", "type": "connected"},
        {"type": "unsubscribed", "channel": "order_book:0"},
        {"type": "update/ticker", "channel": "ticker:0", "ticker": {"s": "ETH"}},
        {"type": "update/spot_market_stats", "channel": "spot_market_stats:2048"},
        {"type": "update/account_all_positions", "channel": "account_all_positions:1"},
        {"type": "update/account_all_orders", "channel": "account_all_orders:1"},
        {"type": "update/trade", "channel": "trade:2048", "trades": []},
    ],
)
def test_what_is_documented_but_not_used_says_nothing(message):
    assert feed(session(), frame(message)) == []


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "update/weather", "channel": "weather:tokyo"}, "unknown channel weather:tokyo"),
        ({"error": {"code": 30009, "message": "Too Many Messages"}}, "30009: Too Many Messages"),
    ],
)
def test_what_is_refused_or_unknown_is_a_reject_in_words(message, words):
    [rejected] = feed(session(), frame(message))
    assert rejected.reason == words


def test_no_more_than_35_subscriptions_are_unanswered_and_200_messages_a_minute_are_kept():
    rows = [DETAILS | {"symbol": f"COIN{i}", "market_id": i} for i in range(60)]
    ours = session(*(row["symbol"] for row in rows))
    first = feed(ours, listing(*rows))
    assert len(sent(first)) == 35 - 2, "the statistics and the height were asked for before"
    assert len(sent(first)) + len(sent(feed(ours, *ticks(59)))) <= 200
