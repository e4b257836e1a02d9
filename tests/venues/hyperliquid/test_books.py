"""Hyperliquid books and trades: whole ladders, a faster touch, replayed fills."""

import json
from decimal import Decimal

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Reject, Trade
from cockpit.core.market import Side
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Send, Tick, Wants
from cockpit.venues.hyperliquid.instruments import tick_exponent
from cockpit.venues.hyperliquid.session import Session
from tests.support import (
    AT_NS,
    capture_lines,
    capture_text,
    feed,
    frame,
    only,
    opened,
    reply,
    ticks,
)
from tests.venues.hyperliquid.messages import T0_MS, bbo, l2_book, meta_and_ctxs, trade

RECORDING = "hyperliquid/ws_l2book_trades_btc_20250126.jsonl"


def session(*symbols: str) -> Session:
    return Session(Wants(symbols=symbols or ("BTC",)))


def watching_btc() -> Session:
    """A session whose ladder of BTC has been asked for."""
    watching = session()
    feed(watching, opened(), reply("instruments", meta_and_ctxs("BTC")))
    return watching


def test_a_recorded_book_arrives_level_by_level_best_first():
    message = json.loads(capture_text("hyperliquid/ws_l2book_btc_single.json"))
    (book,) = feed(session(), frame(message))
    assert isinstance(book, BookSnapshot)
    assert book.symbol == "BTC"
    assert book.venue_ns == 1757130041083 * 1_000_000
    bids, asks = message["data"]["levels"]
    assert book.bids == tuple((float(row["px"]), float(row["sz"])) for row in bids)
    assert book.asks == tuple((float(row["px"]), float(row["sz"])) for row in asks)
    assert book.bids[0] == (111065.0, 6.98048)


def test_a_recorded_minute_of_books_and_trades_decodes_without_a_reject():
    lines = capture_lines(RECORDING)
    listening = session()
    inputs = [frame(line["msg"], line["recv_ns"]) for line in lines]
    facts = feed(listening, *inputs)
    books = [line for line in lines if line["msg"]["channel"] == "l2Book"]
    fills = [
        fill for line in lines if line["msg"]["channel"] == "trades" for fill in line["msg"]["data"]
    ]
    assert len(only(BookSnapshot, facts)) == len(books)
    assert len(only(Trade, facts)) == len(fills)
    assert len(facts) == len(books) + len(fills)


def test_every_recorded_price_is_a_multiple_of_the_tick_of_its_size():
    books = [
        (5, x["msg"]["data"]) for x in capture_lines(RECORDING) if "levels" in x["msg"]["data"]
    ]
    cassette = json.loads(capture_text("hyperliquid/rest_l2book_dydx.json"))
    books.append((1, cassette[1]["response"]))
    for sz_decimals, book in books:
        for price in (row["px"] for side in book["levels"] for row in side):
            tick = Decimal(1).scaleb(tick_exponent(float(price), sz_decimals))
            assert Decimal(price) % tick == 0


def test_rest_book_is_the_same_object_without_its_channel():
    cassette = json.loads(capture_text("hyperliquid/rest_l2book_dydx.json"))
    (book,) = only(BookSnapshot, feed(session(), reply("book", cassette[1]["response"])))
    assert book.symbol == "DYDX"
    assert book.bids[0] == (2.111, 134.4)


def test_an_older_book_is_ignored():
    newer, older = l2_book([(99, 1)], [(101, 1)], 2_000), l2_book([(98, 1)], [(101, 1)], 1_999)
    assert len(feed(session(), frame(newer), frame(older))) == 1


def test_a_book_from_the_far_future_blocks_the_feed_for_seconds_only():
    listening = session()
    feed(listening, frame(l2_book([(99, 1)], [(101, 1)], 900_000_000)))
    true_book = l2_book([(98, 1)], [(101, 1)], 2_000)
    assert feed(listening, frame(true_book, AT_NS + 4_000_000_000)) == []
    (book,) = feed(listening, frame(true_book, AT_NS + 5_000_000_000))
    assert book.bids == ((98.0, 1.0),)


def test_a_crossed_frame_is_rejected_and_the_next_one_applies():
    crossed, sound = l2_book([(101, 1)], [(101, 1)]), l2_book([(99, 1)], [(101, 1)], 1_001)
    first, second = feed(session(), frame(crossed), frame(sound))
    assert isinstance(first, Reject)
    assert "crossed" in first.reason
    assert isinstance(second, BookSnapshot)


def test_levels_out_of_order_are_rejected():
    bids = feed(session(), frame(l2_book([(98, 1), (99, 1)], [(101, 1)])))
    asks = feed(session(), frame(l2_book([(98, 1)], [(101, 1), (101, 2)])))
    assert [type(fact) for fact in bids + asks] == [Reject, Reject]


def test_insane_levels_never_become_a_book():
    for price in ("NaN", "inf", "-1", "0", "0.0", "1e30", "", "abc", None):
        for bad in (l2_book([(price, 1)], []), l2_book([(99, price)], [])):
            (fact,) = feed(session(), frame(bad))
            assert isinstance(fact, Reject), price


def test_exponent_notation_and_float_artefacts_are_numbers():
    (book,) = feed(session(), frame(l2_book([("1.5e2", "3695042.8999999999")], [])))
    assert book.bids == ((150.0, 3695042.9),)


def test_an_empty_book_is_a_book_without_levels_and_not_a_missing_one():
    (book,) = feed(session(), frame(l2_book([], [])))
    assert isinstance(book, BookSnapshot)
    assert (book.bids, book.asks) == ((), ())


def test_key_order_on_the_wire_does_not_matter():
    data = '{"levels":[[{"n":5,"sz":"3","px":"99"}],[]],"time":1760000000007,"coin":"BTC"}'
    (book,) = feed(session(), frame(f'{{"data":{data},"channel":"l2Book"}}'))
    assert book.bids == ((99.0, 3.0),)


def test_kpepe_is_quoted_per_thousand_coins():
    (book,) = feed(session("PEPE"), frame(l2_book([("0.004", 250)], [], coin="kPEPE")))
    assert book.symbol == "PEPE"
    assert book.bids == ((0.004 / 1000, 250_000.0),)


def test_a_touch_later_than_the_ladder_removes_what_is_better_and_sets_the_best():
    ladder = l2_book([(99, 1), (98, 2), (97, 3)], [(101, 4), (102, 5)], 1_000)
    _, delta = feed(watching_btc(), frame(ladder), frame(bbo((98, 7), (100, 8), 1_001)))
    assert isinstance(delta, BookDelta)
    assert delta.bids == ((99.0, 0.0), (98.0, 7.0))
    assert delta.asks == ((100.0, 8.0),)
    assert delta.venue_ns == (T0_MS + 1_001) * 1_000_000


def test_a_touch_that_changes_nothing_says_nothing():
    ladder, touch = l2_book([(99, 1)], [(101, 2)], 1_000), bbo((99, 1), (101, 2), 1_000)
    assert len(feed(watching_btc(), frame(ladder), frame(touch))) == 1


def test_a_ladder_older_than_the_touch_is_shown_with_the_touch_on_top():
    touch, ladder = bbo((98, 7), (100, 8), 1_005), l2_book([(99, 1), (97, 2)], [(101, 4)], 1_001)
    (book,) = feed(watching_btc(), frame(touch), frame(ladder))
    assert isinstance(book, BookSnapshot)
    assert book.bids == ((98.0, 7.0), (97.0, 2.0))
    assert book.asks == ((100.0, 8.0), (101.0, 4.0))


def test_a_touch_from_the_far_future_is_forgotten_after_seconds():
    listening = watching_btc()
    feed(listening, frame(bbo((50, 1), (51, 1), 900_000_000)))
    (book,) = feed(listening, frame(l2_book([(99, 1)], [(101, 1)]), AT_NS + 5_000_000_000))
    assert book.bids == ((99.0, 1.0),)


def test_depth_that_the_touch_has_outrun_for_half_a_minute_is_unknown_and_asked_for_again():
    """The touch moves with every block, and whole ladders have stopped."""
    watching = watching_btc()
    feed(watching, frame(l2_book([(100, 1)], [(101, 1)], 1_000)))
    moved = [frame(bbo((99, 1), (101, 1), 1_000 + s), AT_NS + s * NS_PER_S) for s in range(1, 32)]
    assert only(BookReset, feed(watching, *moved[:30], *ticks(30))) == []
    out = feed(watching, moved[30], Tick(at_ns=AT_NS + 31 * NS_PER_S))
    assert [reset.reason for reset in only(BookReset, out)] == ["no whole book for 30 s"]
    assert [send.data for send in only(Send, out)] == [
        f'{{"method":"{word}","subscription":{{"type":"l2Book","coin":"BTC"}}}}'
        for word in ("unsubscribe", "subscribe")
    ]
    late = feed(watching, frame(bbo((98, 1), (101, 1), 2_000), AT_NS + 32 * NS_PER_S))
    assert late == [], "the touch alone is no depth"
    again = feed(watching, frame(l2_book([(98, 1)], [(101, 1)], 3_000), AT_NS + 33 * NS_PER_S))
    assert len(only(BookSnapshot, again)) == 1


def test_a_quiet_book_may_stand_for_ever():
    watching = watching_btc()
    feed(watching, frame(l2_book([(100, 1)], [(101, 1)], 1_000)))
    feed(watching, frame(bbo((100, 1), (101, 1), 1_000), AT_NS + NS_PER_S))
    assert only(BookReset, feed(watching, *ticks(600))) == []


def test_an_empty_side_of_the_touch_empties_that_side():
    ladder, touch = l2_book([(99, 1)], [(101, 2)], 1_000), bbo(None, (101, 2), 1_001)
    _, delta = feed(watching_btc(), frame(ladder), frame(touch))
    assert (delta.bids, delta.asks) == (((99.0, 0.0),), ())


def test_a_recording_of_touches_alone_shows_them_as_the_book():
    message = json.loads(capture_text("hyperliquid/ws_bbo_sol.json"))
    (book,) = feed(session("SOL"), frame(message))
    assert isinstance(book, BookSnapshot)
    assert (book.bids, book.asks) == (((128.5, 36.93),), ((128.54, 18.7),))


def test_side_is_the_aggressors():
    message = {"channel": "trades", "data": [trade(1, side="B"), trade(2, side="A", px="99")]}
    bought, sold = feed(session(), frame(message))
    assert (bought.side, bought.price, bought.size) == (Side.BUY, 100.5, 2.0)
    assert (sold.side, sold.price) == (Side.SELL, 99.0)


def test_replayed_trades_keep_their_own_time_and_books_alone_speak_of_latency():
    """The first message of the recording reaches back 49 s; every book is under a second old."""
    facts = feed(session(), *(frame(x["msg"], x["recv_ns"]) for x in capture_lines(RECORDING)))
    ages_s = {
        kind: [(fact.recv_ns - fact.venue_ns) / 1e9 for fact in only(kind, facts)]
        for kind in (Trade, BookSnapshot)
    }
    assert 48 <= max(ages_s[Trade]) <= 50
    assert 0.35 <= min(ages_s[BookSnapshot]) <= max(ages_s[BookSnapshot]) < 1


def test_a_fill_replayed_after_a_reconnect_is_stated_once():
    message = {"channel": "trades", "data": [trade(1), trade(1, time=T0_MS + 1), trade(2)]}
    listening = session()
    assert len(feed(listening, frame(message))) == 3
    assert only(Trade, feed(listening, opened(), frame(message))) == []


def test_fills_of_k_coins_are_in_coins():
    message = {"channel": "trades", "data": [trade(1, coin="kBONK", px="0.02", sz="3")]}
    (fill,) = feed(session(), frame(message))
    assert (fill.symbol, fill.price, fill.size) == ("BONK", 0.02 / 1000, 3_000.0)


def test_spot_and_outcome_markets_are_dropped():
    for coin in ("@142", "PURR/USDC", "#12", "+3", ""):
        assert feed(session(), frame(l2_book([(99, 1)], [], coin=coin))) == []
        assert feed(session(), frame({"channel": "trades", "data": [trade(1, coin=coin)]})) == []


def test_one_odd_fill_costs_that_fill():
    fills = [trade(1), trade(2, px="?"), trade(3)]
    said = feed(session(), frame({"channel": "trades", "data": fills}))
    assert [type(fact) for fact in said] == [Trade, Trade, Reject]
