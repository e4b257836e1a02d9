"""Books: numbers, whole books, retail books, and what may be made of a damaged one."""

from collections.abc import Sequence

import pytest

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Reject
from cockpit.venues.contract import Send, Wants
from cockpit.venues.paradex.session import Session
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.paradex.samples import (
    binary_book,
    change,
    compact,
    levels,
    listing,
    ordinary,
    row,
    side,
    whole,
)


@pytest.fixture
def session() -> Session:
    """BTC is watched and its book is subscribed."""
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(), reply("instruments", ordinary("BTC")))
    return session


def book_channels(outputs: Sequence[object]) -> list[str]:
    return [o.data for o in outputs if isinstance(o, Send) and "order_book" in o.data]


def test_a_change_without_a_level_uses_a_number_all_the_same(session: Session) -> None:
    outputs = feed(session, frame(whole(7)), frame(change(8, updates=[])), frame(change(9)))
    assert [delta.seq for delta in only(BookDelta, outputs)] == [8, 9]
    assert only(BookReset, outputs) == []


def test_a_step_of_two_is_a_loss_and_the_book_is_left_and_joined(session: Session) -> None:
    outputs = feed(session, frame(whole(7)), frame(change(9)))
    assert len(only(BookReset, outputs)) == 1
    left, joined = book_channels(outputs)
    assert "unsubscribe" in left
    assert '"subscribe"' in joined


def test_a_book_that_a_change_crosses_is_left_and_joined(session: Session) -> None:
    crossing = change(8, updates=levels([("100.4", "1")], []))
    outputs = feed(session, frame(whole(7)), frame(crossing), frame(change(9)))
    assert only(BookDelta, outputs) == []
    assert ["crossed" in reset.reason for reset in only(BookReset, outputs)] == [True]
    assert len(book_channels(outputs)) == 2


def test_a_change_that_takes_the_ask_and_bids_there_is_no_crossing(session: Session) -> None:
    taken = change(
        8, updates=levels([("100.4", "1")], []), deletes=levels([], [("100.4", "0")])
    )  # fmt: skip
    assert only(BookReset, feed(session, frame(whole(7)), frame(taken))) == []


def test_a_side_that_empties_is_shown_empty(session: Session) -> None:
    gone = change(8, updates=[], deletes=levels([], [("100.4", "0"), ("100.5", "0")]))
    (delta,) = only(BookDelta, feed(session, frame(whole(7)), frame(gone)))
    assert delta.asks == ((100.4, 0.0), (100.5, 0.0))


def test_a_snapshot_feed_replaces_the_whole_book_each_time_and_may_skip_numbers(
    session: Session,
) -> None:
    feed_name = "snapshot@15@50ms"
    outputs = feed(session, frame(whole(7, feed=feed_name)), frame(whole(19, feed=feed_name)))
    assert [book.seq for book in only(BookSnapshot, outputs)] == [7, 19]
    assert only(BookReset, outputs) == []


def test_levels_are_deleted_by_name_and_sizes_replace(session: Session) -> None:
    delta = change(
        8, inserts=levels([("100.2", "7")], []), updates=levels([], [("100.4", "1")]),
        deletes=levels([("100", "1")], []),
    )  # fmt: skip
    (stated,) = only(BookDelta, feed(session, frame(whole(7)), frame(delta)))
    assert stated.bids == ((100.0, 0.0), (100.2, 7.0))
    assert stated.asks == ((100.4, 1.0),)


def test_the_sides_of_a_whole_book_need_not_come_in_order(session: Session) -> None:
    mixed = levels([("99", "1"), ("100", "2")], [("103", "1"), ("101", "2")])
    (book,) = only(BookSnapshot, feed(session, frame(whole(7, inserts=mixed))))
    assert [price for price, _ in book.bids] == [100.0, 99.0]
    assert [price for price, _ in book.asks] == [101.0, 103.0]


@pytest.mark.parametrize(
    "inserts",
    [levels([("101", "1")], [("100", "1")]), levels([("100", "0")], [("101", "1")])],
    ids=["crossed", "an empty level"],
)
def test_a_whole_book_that_cannot_be_costs_the_book_that_stood(
    session: Session, inserts: object
) -> None:
    feed(session, frame(whole(7)))
    outputs = feed(session, frame(whole(8, inserts=inserts)))
    assert only(BookSnapshot, outputs) == []
    assert len(only(BookReset, outputs)) == len(only(Reject, outputs)) == 1


@pytest.mark.parametrize("feed_name", ["interactive@15@100ms", "interactive_deltas"])
def test_the_retail_book_is_never_mixed_into_the_other(session: Session, feed_name: str) -> None:
    assert feed(session, frame(whole(7)), frame(whole(8, feed=feed_name)))[1:] == []


def test_a_binary_book_is_the_retail_one_where_that_was_acknowledged(session: Session) -> None:
    book = binary_book(7, side(("100", "1")), side(("101", "1")))
    for channel, count in (("interactive_deltas", 0), ("deltas", 1)):
        result = {"channel": f"order_book.BTC-USD-PERP.{channel}"}
        acknowledged = frame(compact({"jsonrpc": "2.0", "id": 77, "result": result}))
        assert len(only(BookSnapshot, feed(session, acknowledged, frame(book)))) == count


def test_a_book_by_the_thousand_is_in_coins() -> None:
    session = Session(Wants(symbols=("PEPE",)))
    feed(session, opened(), reply("instruments", listing(row("kPEPE-USD-PERP", "kPEPE"))))
    inserts = levels([("0.0095", "10")], [("0.0096", "20")])
    (book,) = only(BookSnapshot, feed(session, frame(whole(7, "kPEPE-USD-PERP", inserts=inserts))))
    assert book.symbol == "PEPE"
    assert book.bids == ((0.0095 / 1000, 10_000.0),)


def test_a_damaged_frame_has_every_book_taken_anew_after_five_quiet_seconds(
    session: Session,
) -> None:
    feed(session, frame(whole(7)), frame('{"jsonrpc"'))
    assert book_channels(feed(session, *ticks(4))) == []
    left, joined = book_channels(feed(session, *ticks(2, AT_NS + 4 * 10**9)))
    assert "unsubscribe" in left
    assert '"subscribe"' in joined


def test_best_prices_share_the_books_numbers_and_are_no_part_of_it(session: Session) -> None:
    best = {"market": "BTC-USD-PERP", "seq_no": 9, "bid": "100", "ask": "101"}
    said = compact(
        {"jsonrpc": "2.0", "method": "subscription",
         "params": {"channel": "bbo.BTC-USD-PERP", "data": best}}
    )  # fmt: skip
    outputs = feed(session, frame(whole(7)), frame(said), frame(change(8)))
    assert len(outputs) == 2


def test_where_all_levels_are_refused_fifteen_are_asked_for(session: Session) -> None:
    error = {"code": -32600, "message": "invalid subscribe request", "data": "invalid channel"}
    refused = feed(session, frame(compact({"jsonrpc": "2.0", "id": 1, "error": error})))
    assert len(only(Reject, refused)) == 1
    (joined,) = [data for data in book_channels(refused) if '"subscribe"' in data]
    assert "order_book.BTC-USD-PERP.snapshot@15@100ms" in joined
    (book,) = only(BookSnapshot, feed(session, frame(whole(7, feed="snapshot@15@100ms"))))
    assert book.seq == 7


def test_a_refusal_without_words_is_one_all_the_same(session: Session) -> None:
    error = {"code": 100, "message": None, "data": None}
    refused = feed(session, frame(compact({"jsonrpc": "2.0", "id": 1, "error": error})))
    (told,) = only(Reject, refused)
    assert told.reason == "request refused: 100: without a reason"
    assert any("snapshot@15@100ms" in data for data in book_channels(refused))
