"""Aster's books: changes linked by `pu`, joined to a book that was read over REST."""

from typing import Any

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Reject
from cockpit.venues.aster.session import Session
from cockpit.venues.contract import Fetch, Output, Send, Wants
from tests.support import AT_NS, closed, feed, frame, only, opened, reply, ticks
from tests.venues.aster import samples


def watching() -> tuple[Session, list[Output]]:
    """A session that watches BTC and whose subscription stands; the book was asked for."""
    session = Session(Wants(symbols=("BTC",)))
    listing = samples.listing(samples.symbol_row("BTCUSDT"))
    feed(session, opened(), reply("instruments", listing))
    out = feed(session, frame({"id": 1, "result": None}), *ticks(1))
    return session, out


def joined(number: int = 100) -> Session:
    session, _ = watching()
    assert only(BookSnapshot, read(session, number))
    return session


def read(session: Session, number: int, **own: Any) -> list[Output]:
    return feed(session, reply("book", samples.book(number, **own), key=samples.key("BTC")))


def change(session: Session, follows: int, last: int, **own: Any) -> list[Output]:
    return feed(session, frame(samples.change(follows, last, **own)))


def test_the_streams_of_a_watched_market_are_named_in_lower_case() -> None:
    session = Session(Wants(symbols=("BTC",)))
    listing = samples.listing(samples.symbol_row("BTCUSDT"))
    (asked,) = only(Send, feed(session, opened(), reply("instruments", listing)))
    assert '"btcusdt@depth@100ms"' in asked.data
    assert "BTCUSDT" not in asked.data


def test_the_book_is_read_once_its_changes_are_subscribed() -> None:
    _, out = watching()
    (asked,) = [each for each in only(Fetch, out) if each.name == "book"]
    assert asked.path == "/fapi/v3/depth?symbol=BTCUSDT&limit=500"
    assert asked.weight == 10


def test_a_change_that_does_not_name_its_stream_is_of_the_one_of_its_market() -> None:
    session = joined(100)
    (told,) = feed(session, frame(samples.change(100, 110)["data"]))
    assert isinstance(told, BookDelta)
    assert told.bids == ((100.0, 4.0),)


def test_the_first_change_may_begin_before_the_reading_and_end_after_it() -> None:
    session, _ = watching()
    change(session, 80, 95)
    change(session, 95, 110)
    whole, first = read(session, 100)
    assert isinstance(whole, BookSnapshot)
    assert (whole.seq, whole.bids[0]) == (100, (100.0, 1.5))
    assert isinstance(first, BookDelta)
    assert (first.seq, first.bids) == (110, ((100.0, 4.0),))


def test_a_change_may_follow_the_reading_itself() -> None:
    (applied,) = change(joined(100), 100, 117)
    assert isinstance(applied, BookDelta)


def test_numbers_need_not_be_contiguous_only_linked() -> None:
    session = joined(100)
    assert only(BookDelta, change(session, 90, 117))
    assert only(BookDelta, change(session, 117, 5_000))


def test_a_change_that_ends_before_the_reading_is_dropped() -> None:
    assert change(joined(100), 80, 99) == []


def test_a_reading_that_the_changes_do_not_reach_back_to_is_no_book() -> None:
    session, _ = watching()
    change(session, 120, 130)
    assert read(session, 100) == []


def test_a_missing_change_resets_the_book_and_asks_for_it_again() -> None:
    session = joined(100)
    change(session, 100, 110)
    out = change(session, 115, 120)
    assert only(BookReset, out)
    assert [each.name for each in only(Fetch, out)] == ["book"]
    assert only(BookDelta, change(session, 120, 125)) == [], "until it was read"


def test_size_zero_removes_a_level_of_a_change_and_is_no_level_of_a_reading() -> None:
    session, _ = watching()
    (whole,) = read(session, 100, bids=[["100.0", "0.00"], ["99.9", "2"]])
    assert isinstance(whole, BookSnapshot)
    assert whole.bids == ((99.9, 2.0),)
    (removed,) = change(session, 100, 101, b=[["99.9", "0.00"]])
    assert isinstance(removed, BookDelta)
    assert removed.bids == ((99.9, 0.0),)


def test_a_side_may_be_empty() -> None:
    session, _ = watching()
    (whole,) = read(session, 100, bids=[])
    assert isinstance(whole, BookSnapshot)
    assert (whole.bids, whole.asks[0]) == ((), (100.1, 0.5))


def test_a_change_that_makes_no_sense_leaves_a_hole() -> None:
    out = change(joined(100), 100, 101, b=[["-1", "4"]])
    assert only(BookReset, out)
    assert len(only(Reject, out)) == 1


def test_a_crossed_reading_is_refused() -> None:
    session, _ = watching()
    (told,) = read(session, 100, bids=[["100.1", "1"]])
    assert isinstance(told, Reject)


def test_books_are_read_anew_once_a_link_has_been_calm_after_damage() -> None:
    session = joined(100)
    feed(session, frame('{"stream":"btcusdt@de'))
    asked = only(Fetch, feed(session, *ticks(7)))
    assert [each.name for each in asked].count("book") == 1


def test_nothing_of_a_closed_link_counts_on_the_next() -> None:
    session = joined(100)
    feed(session, closed(), opened(AT_NS + 1))
    assert change(session, 100, 101) == []


def test_a_thousand_coins_are_one_unit_of_a_market_whose_name_says_so() -> None:
    session = Session(Wants(symbols=("PEPE",)))
    name, key = "1000PEPEUSDT", "1000pepeusdt@depth@100ms"
    feed(session, opened(), reply("instruments", samples.listing(samples.symbol_row(name))))
    feed(session, frame({"id": 1, "result": None}))
    (whole,) = feed(session, reply("book", samples.book(1), key=key))
    assert isinstance(whole, BookSnapshot)
    assert whole.bids[0] == (0.1, 1_500.0)
