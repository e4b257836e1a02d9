"""Books whose whole is asked for beside their changes: asked once, after a gap, and when quiet."""

from cockpit.core.events import BookReset
from cockpit.venues.contract import Output, Send
from cockpit.venues.kit.books import Books
from cockpit.venues.kit.price_levels import PriceLevels
from cockpit.venues.kit.subscriptions import Rules, Subscriptions
from tests.support import AT_NS, only

SECOND_NS = 1_000_000_000
TOPIC = "BTC@changes"


def requested_books() -> Books:
    return watched()[0]


def watched() -> tuple[Books, Subscriptions]:
    topics = Subscriptions(lambda operation, keys, request: f"{operation} {keys[0]}", Rules())
    topics.opened("main", AT_NS)
    books = Books("acme", topics, request=lambda key: Send(f"whole {key}"), quiet_s=30.0)
    books.want({TOPIC: "BTC"}, AT_NS)
    topics.want([TOPIC], AT_NS)
    return books, topics


def asked(outputs: list[Output]) -> list[str]:
    return [send.data for send in only(Send, outputs)]


def test_a_book_that_was_never_asked_for_is_asked_for_once() -> None:
    books = requested_books()
    assert asked(books.ask(AT_NS)) == [f"whole {TOPIC}"]
    assert books.ask(AT_NS) == []


def test_a_gap_resets_the_book_and_asks_for_it_without_leaving() -> None:
    books = requested_books()
    feed = books.feed(TOPIC, "BTC", AT_NS)
    feed.chain.snapshot(7)
    outputs = books.gap(feed, AT_NS, "a change is missing")
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    assert asked(outputs) == [f"whole {TOPIC}"]


def test_a_book_that_does_not_come_is_asked_for_again_after_its_patience() -> None:
    books = requested_books()
    books.ask(AT_NS)
    assert list(books.tick(AT_NS + 4 * SECOND_NS)) == []
    assert asked(list(books.tick(AT_NS + 5 * SECOND_NS))) == [f"whole {TOPIC}"]


def test_a_book_that_has_been_quiet_is_asked_for_because_a_last_change_may_be_lost() -> None:
    books = requested_books()
    books.ask(AT_NS)
    feed = books.feed(TOPIC, "BTC", AT_NS)
    feed.chain.snapshot(7)
    feed.heard_ns = AT_NS + 10 * SECOND_NS
    assert list(books.tick(AT_NS + 39 * SECOND_NS)) == []
    assert asked(list(books.tick(AT_NS + 40 * SECOND_NS))) == [f"whole {TOPIC}"]
    assert list(books.tick(AT_NS + 41 * SECOND_NS)) == [], "it was asked for a moment ago"


def test_a_whole_book_whose_changes_were_refused_is_not_asked_for() -> None:
    books, topics = watched()
    books.ask(AT_NS)
    topics.refuse(TOPIC, AT_NS)
    assert list(books.tick(AT_NS + 60 * SECOND_NS)) == []


def test_kept_levels_change_by_price_and_a_size_of_zero_removes_one() -> None:
    levels = PriceLevels()
    levels.replace(((100.0, 1.0), (99.0, 2.0)), ((101.0, 1.0),))
    levels.apply(((99.0, 0.0), (99.5, 3.0)), ((101.0, 4.0), (102.0, 0.0)))
    assert levels.whole() == (((100.0, 1.0), (99.5, 3.0)), ((101.0, 4.0),))
    assert not levels.is_crossed
    levels.apply(((101.0, 1.0),), ())
    assert levels.is_crossed


def test_kept_levels_with_an_empty_side_are_not_crossed() -> None:
    levels = PriceLevels()
    levels.apply(((100.0, 1.0),), ())
    assert not levels.is_crossed
