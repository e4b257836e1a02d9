"""Lighter's order book: a chain of nonces, absolute sizes, and one way back after a gap."""

import json

import pytest

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Reject
from cockpit.venues.contract import Output, Reply, Send, Tick, Wanted, Wants
from cockpit.venues.lighter import Session
from tests.support import AT_NS, closed, feed, frame, only, opened, reply, ticks

SECOND_NS = 1_000_000_000
SENT_MS = 1_760_041_996_048


def levels(*pairs):
    return [{"price": price, "size": size} for price, size in pairs]


def whole(bids, asks, *, offset=10, nonce=None, market=1):
    book = {"code": 0, "asks": levels(*asks), "bids": levels(*bids), "offset": offset}
    if nonce is not None:
        book |= {"nonce": nonce, "begin_nonce": 0}
    return book_frame("subscribed", book, market)


def change(bids, asks, *, offset=11, nonce=None, begin_nonce=None, market=1):
    book = {"code": 0, "asks": levels(*asks), "bids": levels(*bids), "offset": offset}
    if nonce is not None:
        book["nonce"] = nonce
    if begin_nonce is not None:
        book["begin_nonce"] = begin_nonce
    return book_frame("update", book, market)


def book_frame(stage, book, market, **top):
    top = top or {"timestamp": SENT_MS}
    return frame(
        {
            "channel": f"order_book:{market}",
            "offset": book["offset"],
            "order_book": book,
            "type": f"{stage}/order_book",
            **top,
        }
    )


BIDS = (("100.0", "1.5"), ("99.5", "2.0"))
ASKS = (("100.5", "3.0"), ("101.0", "4.0"))


def sent(outputs: list[Output]) -> list[tuple[str, str]]:
    said = [json.loads(send.data) for send in only(Send, outputs)]
    return [(word["type"], word.get("channel", "")) for word in said]


def test_the_whole_book_is_a_snapshot_with_the_best_levels_first_whatever_order_they_came_in():
    outputs = feed(Session(Wants()), whole(BIDS[::-1], ASKS[::-1], nonce=500))
    assert outputs == [
        BookSnapshot(
            venue="lighter",
            symbol="BTC",
            recv_ns=AT_NS,
            venue_ns=SENT_MS * 1_000_000,
            bids=((100.0, 1.5), (99.5, 2.0)),
            asks=((100.5, 3.0), (101.0, 4.0)),
            seq=500,
        )
    ]


def test_an_update_says_new_absolute_sizes_and_zero_takes_a_level_away():
    outputs = feed(
        Session(Wants()),
        whole(BIDS, ASKS, nonce=500),
        change((("99.5", "0.0000"),), (("100.5", "7.5"),), nonce=520, begin_nonce=500),
    )
    (delta,) = only(BookDelta, outputs)
    assert (delta.bids, delta.asks, delta.seq) == (((99.5, 0.0),), ((100.5, 7.5),), 520)


def test_a_nonce_may_jump_within_a_message_as_long_as_it_begins_where_the_last_one_ended():
    outputs = feed(
        Session(Wants()),
        whole(BIDS, ASKS, nonce=500),
        change(BIDS, (), nonce=530, begin_nonce=500, offset=11),
        change(BIDS, (), nonce=531, begin_nonce=530, offset=12),
    )
    assert [delta.seq for delta in only(BookDelta, outputs)] == [530, 531]
    assert not only(BookReset, outputs)


def test_a_jump_of_the_api_servers_offset_is_no_gap_while_the_nonces_link():
    outputs = feed(
        Session(Wants()),
        whole(BIDS, ASKS, nonce=500, offset=10),
        change(BIDS, (), nonce=501, begin_nonce=500, offset=77),
    )
    assert len(only(BookDelta, outputs)) == 1
    assert not only(BookReset, outputs)


def test_a_missing_nonce_resets_the_book_and_asks_for_a_new_one_by_leaving_and_coming_back():
    outputs = feed(
        Session(Wants()),
        whole(BIDS, ASKS, nonce=500),
        change(BIDS, (), nonce=520, begin_nonce=510, offset=11),
    )
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    assert sent(outputs) == [("unsubscribe", "order_book/1"), ("subscribe", "order_book/1")]
    assert not only(BookDelta, outputs)


def test_recordings_of_2025_have_no_nonces_and_are_chained_by_offset():
    session = Session(Wants())
    outputs = feed(session, whole(BIDS, ASKS, offset=10), change(BIDS, (), offset=11))
    assert [delta.seq for delta in only(BookDelta, outputs)] == [11]
    assert len(only(BookReset, feed(session, change(BIDS, (), offset=13)))) == 1


def test_an_update_with_a_nonce_but_no_begin_nonce_is_chained_by_offset():
    session = Session(Wants())
    outputs = feed(
        session,
        whole(BIDS, ASKS, offset=10, nonce=500),
        change(BIDS, (), offset=11, nonce=530),
        change(BIDS, (), offset=12, nonce=540, begin_nonce=530),
    )
    assert [delta.seq for delta in only(BookDelta, outputs)] == [530, 540]
    assert len(only(BookReset, feed(session, change(BIDS, (), offset=14, nonce=560)))) == 1


def test_updates_before_the_snapshot_are_ignored_and_so_are_those_after_a_gap():
    session = Session(Wants())
    assert feed(session, change(BIDS, (), nonce=501, begin_nonce=500)) == []
    feed(session, whole(BIDS, ASKS, nonce=600), change(BIDS, (), nonce=620, begin_nonce=610))
    assert feed(session, change(BIDS, (), nonce=621, begin_nonce=620)) == []


def test_the_snapshot_after_a_gap_starts_a_new_chain():
    session = Session(Wants())
    feed(
        session,
        whole(BIDS, ASKS, nonce=500),
        change(BIDS, (), nonce=520, begin_nonce=510),
    )
    outputs = feed(
        session,
        whole(BIDS, ASKS, nonce=700, offset=20),
        change(BIDS, (), nonce=701, begin_nonce=700, offset=21),
    )
    assert [type(output) for output in outputs] == [BookSnapshot, BookDelta]


def test_a_repeated_update_or_an_old_repeated_snapshot_changes_nothing():
    session = Session(Wants())
    feed(
        session,
        whole(BIDS, ASKS, nonce=500, offset=10),
        change(BIDS, (), nonce=501, begin_nonce=500, offset=11),
    )
    assert feed(session, change(BIDS, (), nonce=501, begin_nonce=500, offset=11)) == []
    assert feed(session, whole(BIDS, ASKS, nonce=500, offset=10)) == []
    assert len(feed(session, change((), ASKS, nonce=502, begin_nonce=501, offset=12))) == 1


def test_an_empty_market_has_an_empty_book_which_is_not_an_unknown_book():
    book = {"asks": [], "begin_nonce": 0, "bids": [], "code": 0, "nonce": 0, "offset": 1}
    session = Session(Wants())
    (snapshot,) = feed(session, book_frame("subscribed", book, 39))
    assert (snapshot.symbol, snapshot.bids, snapshot.asks, snapshot.seq) == ("@39", (), (), 0)
    first = change(BIDS, (), nonce=3, begin_nonce=0, offset=2, market=39)
    assert len(only(BookDelta, feed(session, first))) == 1


def test_null_sides_are_empty_sides():
    book = {"code": 0, "asks": None, "bids": levels(*BIDS), "offset": 1}
    (snapshot,) = feed(Session(Wants()), book_frame("subscribed", book, 1))
    assert (len(snapshot.bids), snapshot.asks) == (2, ())


def test_the_books_time_is_the_servers_send_time_and_else_the_time_of_matching():
    book = {"code": 0, "asks": [], "bids": [], "offset": 1}
    matched_us = 1_774_884_082_309_144
    both = book_frame("subscribed", book, 1, timestamp=SENT_MS, last_updated_at=matched_us)
    matched = book_frame("subscribed", book, 1, last_updated_at=matched_us)
    never = book_frame("subscribed", book, 1, last_updated_at=0)
    times = [feed(Session(Wants()), one)[0].venue_ns for one in (both, matched, never)]
    assert times == [SENT_MS * 1_000_000, matched_us * 1_000, None]


def test_a_market_of_a_thousand_coins_is_told_per_coin():
    session = Session(Wants())
    details = {"symbol": "1000PEPE", "market_id": 4, "price_decimals": 6, "size_decimals": 0}
    feed(session, reply("instruments", {"code": 200, "order_book_details": [details]}))
    (snapshot,) = feed(session, whole((("0.012", "5"),), (("0.013", "6"),), market=4))
    assert snapshot.symbol == "PEPE"
    assert snapshot.bids == ((pytest.approx(0.000012), 5000.0),)
    assert snapshot.asks == ((pytest.approx(0.000013), 6000.0),)


@pytest.mark.parametrize(
    "bad", [("NaN", "1"), ("-5", "1"), ("0", "1"), ("100", "-1"), ("100", "inf"), ("1e30", "1")]
)
def test_an_impossible_level_rejects_the_message_and_loses_the_book(bad):
    session = Session(Wants())
    feed(session, whole(BIDS, ASKS, nonce=500))
    outputs = feed(session, change((bad,), (), nonce=501, begin_nonce=500))
    assert [type(output) for output in outputs] == [Reject, BookReset, Send, Send]
    assert feed(session, change(BIDS, (), nonce=502, begin_nonce=501)) == []


def test_an_unreadable_message_of_a_known_book_loses_that_book_only():
    session = Session(Wants())
    feed(session, whole(BIDS, ASKS, nonce=500), whole(BIDS, ASKS, nonce=900, market=0))
    broken = {"channel": "order_book:1", "order_book": "?", "type": "update/order_book"}
    outputs = feed(session, frame(broken))
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    assert len(only(Reject, outputs)) == 1
    other = change(BIDS, (), nonce=901, begin_nonce=900, market=0)
    assert [delta.symbol for delta in only(BookDelta, feed(session, other))] == ["ETH"]


def test_a_truncated_update_is_found_out_by_the_next_one():
    session = Session(Wants())
    feed(session, whole(BIDS, ASKS, nonce=500))
    text = change(BIDS, (), nonce=501, begin_nonce=500).data
    assert [type(o) for o in feed(session, frame(text[: len(text) // 2]))] == [Reject]
    outputs = feed(session, change(BIDS, (), nonce=502, begin_nonce=501))
    assert len(only(BookReset, outputs)) == 1


def metadata(*ids_and_names) -> Reply:
    rows = [
        {"symbol": name, "market_id": number, "status": "active", "size_decimals": 4}
        for number, name in ids_and_names
    ]
    return reply("instruments", {"code": 200, "order_book_details": rows})


def test_a_snapshot_that_does_not_come_is_asked_for_again_after_five_seconds():
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(), metadata((1, "BTC")))
    early = feed(session, *ticks(4))
    assert ("subscribe", "order_book/1") not in sent(early)
    late = feed(session, Tick(at_ns=AT_NS + 5 * SECOND_NS))
    assert sent(late).count(("unsubscribe", "order_book/1")) == 1
    assert sent(late).count(("subscribe", "order_book/1")) == 1


def test_a_snapshot_that_came_is_not_asked_for_again():
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(), metadata((1, "BTC")), whole(BIDS, ASKS, nonce=500))
    assert ("subscribe", "order_book/1") not in sent(feed(session, *ticks(20)))


def test_error_30003_is_harmless_but_brings_no_snapshot_so_we_leave_and_come_back():
    error = {"error": {"code": 30003, "message": "Already Subscribed to : order_book:1"}}
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(), metadata((1, "BTC")))
    outputs = feed(session, frame(error))
    assert sent(outputs) == [("unsubscribe", "order_book/1"), ("subscribe", "order_book/1")]
    feed(session, whole(BIDS, ASKS, nonce=500))
    assert sent(feed(session, frame(error))) == []


def test_after_the_link_was_gone_old_deltas_do_not_find_a_book():
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(), metadata((1, "BTC")), whole(BIDS, ASKS, nonce=500))
    feed(session, closed(), opened())
    assert feed(session, change(BIDS, (), nonce=501, begin_nonce=500)) == []


def test_a_market_that_is_not_watched_any_more_loses_its_book():
    session = Session(Wants(symbols=("BTC", "ETH")))
    feed(session, opened(), metadata((0, "ETH"), (1, "BTC")), whole(BIDS, ASKS, nonce=500))
    outputs = feed(session, Wanted(at_ns=AT_NS, wants=Wants(symbols=("ETH",))))
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    assert sent(outputs) == [("unsubscribe", "order_book/1"), ("unsubscribe", "trade/1")]
