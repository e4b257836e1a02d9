"""Books whose whole is read over REST: joined to the changes without a hole, or not at all."""

import pytest

from cockpit.core.events import BookDelta, BookReset, BookSnapshot
from cockpit.venues.contract import MAIN, Fetch, Output
from cockpit.venues.kit.instruments import Market, Unit
from cockpit.venues.kit.joined import Change, JoinedBooks, JoinedChain, JoinedFeed
from cockpit.venues.kit.sequencing import APPLY, GAP, IGNORE
from cockpit.venues.kit.subscriptions import Rules, Subscriptions
from tests.support import AT_NS, only

SECOND_NS = 10**9
KEY = "depth.BTC"


def change(follows: int, last: int, *bids: tuple[float, float]) -> Change:
    return Change(follows, last, bids, ())


# --- the chain ------------------------------------------------------------------------------------


def test_changes_before_the_book_are_held_and_those_after_it_are_applied() -> None:
    chain = JoinedChain()
    assert [chain.delta(change(n - 1, n), AT_NS) for n in (5, 6, 7, 8)] == [IGNORE] * 4
    later = chain.snapshot(6)
    assert later is not None
    assert [held.last for held in later] == [7, 8]
    assert chain.delta(change(8, 9), AT_NS) is APPLY


def test_a_book_within_a_change_takes_that_change_whole_for_sizes_are_absolute() -> None:
    chain = JoinedChain()
    chain.delta(change(0, 10), AT_NS)
    chain.delta(change(10, 20), AT_NS)
    later = chain.snapshot(15)
    assert later is not None
    assert [held.last for held in later] == [20]


def test_a_book_from_before_the_first_change_that_was_heard_is_of_no_use() -> None:
    chain = JoinedChain()
    chain.delta(change(10, 11), AT_NS)
    assert chain.snapshot(9) is None
    assert chain.delta(change(11, 12), AT_NS) is IGNORE
    assert chain.snapshot(10) is not None


def test_a_book_that_was_read_before_the_stream_began_may_have_missed_a_change() -> None:
    chain = JoinedChain()
    assert chain.snapshot(10) == []
    assert chain.delta(change(12, 13), AT_NS) is GAP


def test_a_book_that_is_ahead_of_the_stream_covers_what_is_still_to_come() -> None:
    chain = JoinedChain()
    chain.delta(change(10, 11), AT_NS)
    assert chain.snapshot(15) == []
    assert chain.delta(change(11, 14), AT_NS) is IGNORE
    assert chain.delta(change(14, 16), AT_NS) is APPLY
    assert chain.delta(change(12, 17), AT_NS) is GAP, "past the book each must follow the last"


def test_an_older_book_does_not_replace_a_newer_one() -> None:
    chain = JoinedChain()
    chain.snapshot(10)
    assert chain.snapshot(8) is None
    assert chain.delta(change(9, 11), AT_NS) is APPLY


def test_after_a_gap_the_changes_are_held_anew_from_there() -> None:
    chain = JoinedChain()
    chain.snapshot(10)
    assert chain.delta(change(12, 13), AT_NS) is GAP
    assert chain.delta(change(13, 14), AT_NS) is IGNORE
    assert chain.snapshot(11) is None
    later = chain.snapshot(13)
    assert later is not None
    assert [held.last for held in later] == [14]


def test_a_repeated_and_an_overtaken_change_are_ignored_but_not_for_ever() -> None:
    chain = JoinedChain()
    chain.snapshot(10)
    chain.delta(change(10, 11), AT_NS)
    assert chain.delta(change(10, 11), AT_NS) is IGNORE
    assert chain.delta(change(2, 3), AT_NS) is IGNORE
    assert chain.delta(change(3, 4), AT_NS + 4 * SECOND_NS) is IGNORE
    assert chain.delta(change(4, 5), AT_NS + 5 * SECOND_NS) is GAP


def test_a_book_may_be_read_anew_while_it_stands() -> None:
    chain = JoinedChain()
    chain.snapshot(10)
    for number in (11, 12, 13):
        assert chain.delta(change(number - 1, number), AT_NS) is APPLY
    later = chain.snapshot(12)
    assert later is not None
    assert [held.last for held in later] == [13]
    assert chain.delta(change(13, 14), AT_NS) is APPLY


def test_only_so_many_changes_are_held_and_a_book_from_before_them_is_of_no_use() -> None:
    chain = JoinedChain(held=3)
    for number in range(1, 10):
        chain.delta(change(number - 1, number), AT_NS)
    assert chain.snapshot(5) is None
    assert chain.snapshot(6) is not None


# --- the books ------------------------------------------------------------------------------------


def books(depth: int = 100) -> tuple[JoinedBooks, Subscriptions, JoinedFeed]:
    """One wanted book on an open link, subscribed and acknowledged."""
    keys = Subscriptions(lambda operation, asked, request: f"{operation} {request}", Rules())
    made = JoinedBooks(
        "tiny", keys, lambda key: Fetch(name="book", path="/book", key=key), depth=depth
    )
    keys.opened(MAIN, AT_NS)
    made.want({KEY: Market("1000BTC", "BTC", Unit(price=1000))}, AT_NS)
    keys.want([KEY], AT_NS)
    return made, keys, made.feeds[KEY]


def asked(outputs: list[Output]) -> list[str]:
    return [fetch.key for fetch in only(Fetch, outputs)]


def ladder(best: float, step: float, count: int) -> tuple[tuple[float, float], ...]:
    return tuple((best + step * i, 1.0) for i in range(count))


def test_a_book_is_read_when_its_stream_stands_and_again_where_nothing_comes() -> None:
    made, keys, feed = books()
    assert made.tick(AT_NS) == []
    keys.acknowledged(1, AT_NS)
    assert asked(made.tick(AT_NS)) == [KEY]
    seconds = [s for s in range(1, 8) if made.tick(AT_NS + s * SECOND_NS)]
    assert seconds == [3, 6]
    made.snapshot(feed, Change(5, 5, ((99.0, 1.0),), ((100.0, 1.0),)), AT_NS + 7 * SECOND_NS)
    quiet = [s for s in range(8, 400) if made.tick(AT_NS + s * SECOND_NS)]
    assert quiet[0] == 7 + 300


def test_figures_are_stated_in_coins() -> None:
    made, _, feed = books()
    (whole,) = only(BookSnapshot, made.snapshot(feed, Change(5, 5, ((2000.0, 3.0),), ()), AT_NS))
    assert (whole.symbol, whole.bids, whole.seq) == ("BTC", ((2.0, 3000.0),), 5)


def test_a_gap_resets_the_book_once_and_reads_it_at_once() -> None:
    made, keys, feed = books()
    keys.acknowledged(1, AT_NS)
    made.tick(AT_NS)
    made.snapshot(feed, Change(5, 5, ((99.0, 1.0),), ((100.0, 1.0),)), AT_NS)
    out = list(made.delta(feed, change(8, 9), AT_NS))
    assert [type(item) for item in out] == [BookReset, Fetch]
    assert only(BookReset, list(made.delta(feed, change(11, 12), AT_NS))) == []


def test_what_lies_beyond_a_full_reading_is_not_shown_as_depth() -> None:
    made, _, feed = books(depth=4)
    bids, asks = ladder(99.0, -1.0, 4), ladder(100.0, 1.0, 3)
    made.snapshot(feed, Change(5, 5, bids, asks), AT_NS)
    (delta,) = made.delta(feed, Change(5, 6, ((95.0, 7.0), (96.0, 2.0)), ((120.0, 9.0),)), AT_NS)
    assert isinstance(delta, BookDelta)
    assert delta.bids == ((0.096, 2000.0),), "95 is below the last of four bids"
    assert delta.asks == ((0.12, 9000.0),), "three asks were all there are"


@pytest.mark.parametrize(("gone", "is_asked"), [((99.0, 98.0), False), ((99.0, 98.0, 97.0), True)])
def test_a_side_that_became_thin_is_read_anew(gone: tuple[float, ...], is_asked: bool) -> None:
    made, keys, feed = books(depth=4)
    keys.acknowledged(1, AT_NS)
    made.snapshot(feed, Change(5, 5, ladder(99.0, -1.0, 4), ((100.0, 1.0),)), AT_NS)
    made.delta(feed, change(5, 6, *((price, 0.0) for price in gone)), AT_NS)
    assert bool(made.tick(AT_NS + 3 * SECOND_NS)) is is_asked


def test_a_book_that_is_wanted_no_longer_is_reset_and_forgotten_with_its_link() -> None:
    made, _, feed = books()
    made.snapshot(feed, Change(5, 5, ((99.0, 1.0),), ()), AT_NS)
    (reset,) = made.want({}, AT_NS)
    assert isinstance(reset, BookReset)
    made.want({KEY: feed.market}, AT_NS)
    made.closed("another")
    assert made.feeds
    made.closed(MAIN)
    assert not made.feeds
