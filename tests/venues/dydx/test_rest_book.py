"""dYdX books against the Indexer's own: what a missing number cannot tell."""

from typing import Any

from cockpit.core.events import BookReset
from cockpit.venues.contract import Fetch, Output
from cockpit.venues.dydx.session import Session
from tests.support import AT_NS, feed, frame, only, reply, ticks
from tests.venues.dydx.messages import book, changes, listening, requests

SECOND = 1_000_000_000
BOOK = ("v4_orderbook", "BTC-USD")


def rest(bids: dict[str, str], asks: dict[str, str]) -> Any:
    return book(0, bids, asks)["contents"]


def look(session: Session, body: Any, after_s: int) -> list[Output]:
    at_ns = AT_NS + after_s * SECOND
    return feed(session, reply("book", body, at_ns=at_ns, key="BTC-USD"))


def test_one_book_after_another_is_compared_with_rest() -> None:
    session = listening("BTC-USD", "AART,raydium,F3nef-USD")
    paths = [fetch.path for fetch in only(Fetch, feed(session, *ticks(12))) if fetch.name == "book"]
    assert sorted(paths) == [
        "/v4/orderbooks/perpetualMarket/AART%2Craydium%2CF3nef-USD",
        "/v4/orderbooks/perpetualMarket/BTC-USD",
    ]


def test_a_book_that_differs_from_rest_twice_in_the_same_way_is_asked_for_again() -> None:
    session = listening("BTC-USD")
    ghost = rest({"99": "1"}, {"101": "2"})
    assert look(session, ghost, 5) == []
    second = only(Fetch, feed(session, *ticks(8)))
    assert "book" in {fetch.name for fetch in second}
    outputs = look(session, ghost, 9)
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    assert requests(outputs) == [("unsubscribe", *BOOK), ("subscribe", *BOOK)]


def test_a_book_that_differs_from_rest_in_passing_is_left_alone() -> None:
    session = listening("BTC-USD")
    assert look(session, rest({"100": "1.5"}, {"101": "2"}), 5) == []
    assert look(session, rest({"100": "1.25"}, {"101": "2"}), 9) == []
    assert look(session, rest({"100": "1"}, {"101": "2"}), 60) == []


def test_levels_deeper_than_rest_reaches_are_not_compared() -> None:
    session = listening("BTC-USD")
    feed(session, frame(changes(5, {"bids": [["50", "1"]]}, {"asks": [["150", "1"]]})))
    for after_s in (5, 9, 14, 18):
        assert look(session, rest({"100": "1"}, {"101": "2"}), after_s) == []
        assert session is not None
    assert not only(
        Fetch, [f for f in feed(session, *ticks(2)) if getattr(f, "name", "") == "book"]
    )


def test_a_book_is_corrected_at_most_once_a_minute() -> None:
    session = listening("BTC-USD")
    ghost = rest({"99": "1"}, {"101": "2"})
    look(session, ghost, 5)
    assert only(BookReset, look(session, ghost, 9))
    feed(session, frame(book(7, {"100": "1"}, {"101": "2"}), at_ns=AT_NS + 10 * SECOND))
    look(session, ghost, 15)
    assert not only(BookReset, look(session, ghost, 19))
    look(session, ghost, 75)
    assert only(BookReset, look(session, ghost, 79))
