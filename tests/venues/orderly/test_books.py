"""Orderly's books: changes chained by the stamp of the one before, a whole book on request."""

import json
from typing import Any

import pytest

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Reject, Trade
from cockpit.core.market import Side
from cockpit.venues.contract import Output, Wanted, Wants
from cockpit.venues.orderly.session import Session
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.orderly.samples import (
    SECOND_NS,
    TS_MS,
    books_asked,
    change,
    info,
    levels,
    live_session,
    rows,
    topic,
    topics,
    whole,
)

BTC, PEPE = "PERP_BTC_USDC", "PERP_1000PEPE_USDC"


def said(session: Session, *messages: Any, at_ns: int = AT_NS) -> list[Output]:
    return feed(session, *(frame(message, at_ns) for message in messages))


def test_a_watched_market_joins_its_changes_and_asks_for_the_whole_book() -> None:
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened())
    outputs = feed(session, reply("instruments", rows(info())))
    assert f"{BTC}@orderbookupdate" in topics(outputs)
    assert f"{BTC}@orderbook" not in topics(outputs)
    assert books_asked(outputs) == [BTC]


def test_a_whole_book_counts_only_once_its_changes_are_heard() -> None:
    """Without them it would stand as depth for ever: it is asked for again."""
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(), reply("instruments", rows(info())))
    assert said(session, whole(TS_MS)) == []
    assert books_asked(feed(session, *ticks(5))) == [BTC]
    said(session, change(TS_MS + 200, TS_MS))
    assert only(BookSnapshot, said(session, whole(TS_MS + 200)))


def test_the_first_change_follows_the_stamp_of_the_requested_book() -> None:
    session = live_session()
    (snapshot,) = said(session, whole(TS_MS))
    (delta,) = said(session, change(TS_MS + 200, TS_MS, asks=((101.0, 0.0),)))
    assert isinstance(snapshot, BookSnapshot)
    assert isinstance(delta, BookDelta)
    assert snapshot.venue_ns == TS_MS * 10**6, "the time of its last change"
    assert (delta.bids, delta.asks) == (((100.0, 3.0),), ((101.0, 0.0),))
    assert delta.seq == TS_MS + 200


@pytest.mark.parametrize("previous", [TS_MS + 100, TS_MS - 200], ids=["after", "before"])
def test_a_change_that_follows_another_than_the_last_is_a_gap(previous: int) -> None:
    session = live_session()
    said(session, whole(TS_MS))
    outputs = said(session, change(TS_MS + 400, previous))
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    assert books_asked(outputs) == [BTC]
    assert topics(outputs, "unsubscribe") == [], "a request is cheaper than joining again"


def test_a_book_that_was_overtaken_by_its_changes_is_not_taken() -> None:
    session = live_session()
    said(session, whole(TS_MS), change(TS_MS + 200, TS_MS))
    assert said(session, whole(TS_MS)) == []
    assert only(BookDelta, said(session, change(TS_MS + 400, TS_MS + 200)))


def test_a_quiet_book_is_current_and_is_asked_for_each_half_minute() -> None:
    """A change that was lost shows with the next one only, and that may be a minute away."""
    session = live_session()
    said(session, whole(TS_MS))
    outputs = feed(session, *ticks(29))
    assert only(BookReset, outputs) == []
    assert books_asked(outputs) == []
    later = AT_NS + 29 * SECOND_NS
    assert books_asked(feed(session, *ticks(1, later))) == [BTC]
    (again,) = said(session, whole(TS_MS), at_ns=later + SECOND_NS)
    assert isinstance(again, BookSnapshot)


def test_numbers_with_trailing_zeros_are_compared_as_numbers() -> None:
    session = live_session()
    said(session, whole(TS_MS))
    text = json.dumps(change(TS_MS + 200, TS_MS, asks=((101, 0),)))
    (delta,) = feed(session, frame(text.replace("[101, 0]", "[101.00, 0.0000]")))
    assert isinstance(delta, BookDelta)
    assert delta.asks == ((101.0, 0.0),)


def test_levels_of_a_thousand_coins_are_in_coins() -> None:
    session = live_session("PEPE")
    data = {"bids": ((0.0034, 200),), "asks": ((0.0035, 300),)}
    (book,) = said(session, whole(TS_MS, PEPE, **data))
    assert isinstance(book, BookSnapshot)
    assert book.bids == ((0.0034 / 1000, 200_000.0),)


@pytest.mark.parametrize(
    "changed",
    [
        {"bids": ((101.5, 1.0),)},
        {"asks": ((101.0, 0.0),)},
        {"asks": ((101.0, 1.0), (101.0, 2.0))},
    ],
    ids=["crossed", "an empty level", "a price twice"],
)
def test_a_whole_book_that_cannot_be_is_no_book(changed: Any) -> None:
    session = live_session()
    said(session, whole(TS_MS))
    outputs = said(session, whole(TS_MS + 200, **changed))
    assert only(BookSnapshot, outputs) == []
    assert only(Reject, outputs)
    assert only(BookReset, outputs)


def test_a_change_that_makes_no_sense_loses_its_book_and_no_other() -> None:
    session = live_session("BTC", "ETH")
    said(session, whole(TS_MS), whole(TS_MS, "PERP_ETH_USDC"))
    damaged = topic(f"{BTC}@orderbookupdate", levels(bids=((100.0, "x"),)), TS_MS + 200)
    outputs = said(session, damaged)
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    assert len(only(Reject, outputs)) == 1
    assert only(BookDelta, said(session, change(TS_MS + 200, TS_MS, "PERP_ETH_USDC")))


def test_the_stream_of_whole_books_is_understood_where_a_recording_has_it() -> None:
    session = live_session()
    (book,) = said(session, topic(f"{BTC}@orderbook", levels(), TS_MS))
    assert isinstance(book, BookSnapshot)
    assert only(BookDelta, said(session, change(TS_MS + 200, TS_MS)))


def test_a_trade_has_the_takers_side_and_the_time_of_its_frame() -> None:
    session = live_session("PEPE")
    fill = {"symbol": PEPE, "price": 0.0034, "size": 500, "side": "SELL"}
    (trade,) = said(session, topic(f"{PEPE}@trade", fill, TS_MS + 7))
    assert isinstance(trade, Trade)
    assert (trade.side, trade.venue_ns) == (Side.SELL, (TS_MS + 7) * 10**6)
    assert (trade.price, trade.size) == (0.0034 / 1000, 500_000.0)


# --- the link ----------------------------------------------------------------------------------


def test_the_venues_ping_is_answered_and_its_words_are_not_ours() -> None:
    session = live_session()
    (answer,) = said(session, {"event": "ping", "ts": TS_MS})
    assert answer.data == '{"event":"pong"}'  # type: ignore[union-attr]


def test_more_markets_than_a_connection_has_topics_for_are_left_out_aloud() -> None:
    """Four topics each and three for all: 24 markets fit into a hundred."""
    names = [f"C{number}" for number in range(30)]
    session = Session(Wants(symbols=tuple(names)))
    feed(session, opened())
    outputs = feed(session, reply("instruments", rows(*(info(f"PERP_{n}_USDC") for n in names))))
    assert len(books_asked(outputs)) == 24
    assert [one.reason for one in only(Reject, outputs)] == [
        "6 markets left out: a connection carries 100 topics"
    ]


def test_a_refused_topic_is_told_once_and_asked_for_again_much_later() -> None:
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(), reply("instruments", rows(info())))
    words = "your subscribed topics have reached limit "
    refusal = {"id": "3", "success": False, "ts": TS_MS, "errorMsg": words}
    outputs = said(session, refusal)
    assert [words in one.reason for one in only(Reject, outputs)] == [True]
    again = topics(feed(session, *ticks(299)))
    assert f"{BTC}@trade" not in again
    assert f"{BTC}@trade" in topics(feed(session, *ticks(2, AT_NS + 299 * SECOND_NS)))


def test_an_unwatched_market_is_left_and_its_book_is_reset() -> None:
    session = live_session()
    said(session, whole(TS_MS))
    outputs = feed(session, Wanted(at_ns=AT_NS, wants=Wants()))
    assert only(BookReset, outputs)
    assert "markprices" in topics(outputs, "unsubscribe")
    assert said(session, change(TS_MS + 200, TS_MS)) == []
