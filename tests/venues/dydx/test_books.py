"""dYdX books: snapshots, deltas, crossings, and what a missing number does to them."""

import json
from typing import Any

import pytest

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Levels, Reject
from cockpit.venues.contract import Output, Wants
from cockpit.venues.dydx.session import Session
from tests.support import (
    AT_NS,
    capture_lines,
    capture_text,
    feed,
    frame,
    needs_captures,
    only,
    opened,
    reply,
)
from tests.venues.dydx.messages import (
    block,
    book,
    changes,
    connected,
    envelope,
    listening,
    markets,
    requests,
    row,
)

SECOND = 1_000_000_000
BOOK = ("v4_orderbook", "BTC-USD")
MARKETS = ("v4_markets", "")


def shown(outputs: list[Output], symbol: str = "BTC") -> tuple[Levels, Levels] | None:
    """The book that a listener has after these events; fails if it ever shows a crossed one."""
    sides: tuple[dict[float, float], dict[float, float]] | None = None
    for event in outputs:
        if isinstance(event, BookSnapshot) and event.symbol == symbol:
            sides = (dict(event.bids), dict(event.asks))
        elif isinstance(event, BookDelta) and event.symbol == symbol:
            assert sides is not None, "a delta before any snapshot"
            for side, levels in zip(sides, (event.bids, event.asks), strict=True):
                for price, size in levels:
                    side.pop(price, None)
                    if size:
                        side[price] = size
        elif isinstance(event, BookReset) and event.symbol == symbol:
            sides = None
        if sides and sides[0] and sides[1]:
            assert max(sides[0]) < min(sides[1])
    if sides is None:
        return None
    return tuple(sorted(sides[0].items(), reverse=True)), tuple(sorted(sides[1].items()))


# --- what a book says -------------------------------------------------------------------------


def test_a_snapshot_has_objects_and_a_delta_has_pairs_of_absolute_sizes() -> None:
    outputs = feed(
        Session(Wants()),
        frame(book(3, {"100": "1", "99": "2"}, {"101": "3"})),
        frame(changes(4, {"bids": [["100", "0.5"]]}, {"asks": [["102", "4"]]})),
    )
    assert shown(outputs) == (((100.0, 0.5), (99.0, 2.0)), ((101.0, 3.0), (102.0, 4.0)))


def test_a_frame_gives_one_delta_in_which_the_last_word_on_a_level_counts() -> None:
    session = Session(Wants())
    feed(session, frame(book(3, {"100": "1"}, {"105": "3"})))
    updates = [{"asks": [["102", size]]} for size in ("1", "2", "0.25")]
    [delta] = only(BookDelta, feed(session, frame(changes(4, *updates))))
    assert delta.bids == ()
    assert delta.asks == ((102.0, 0.25),)


def test_an_unbatched_delta_is_the_same_as_a_batch_of_one() -> None:
    message = envelope("channel_data", 4, *BOOK, {"bids": [["100", "7"]]})
    outputs = feed(Session(Wants()), frame(book(3, {"100": "1"}, {"105": "3"})), frame(message))
    assert shown(outputs) == (((100.0, 7.0),), ((105.0, 3.0),))


def test_the_third_element_of_an_old_level_is_ignored() -> None:
    message = changes(4, {"bids": [["100", "7", "123456"]]})
    outputs = feed(Session(Wants()), frame(book(3, {"100": "1"}, {"105": "3"})), frame(message))
    assert shown(outputs) == (((100.0, 7.0),), ((105.0, 3.0),))
    assert not only(Reject, outputs)


def test_a_delta_may_delete_a_level_that_we_never_had() -> None:
    outputs = feed(
        Session(Wants()),
        frame(book(3, {"100": "1"}, {"105": "3"})),
        frame(changes(4, {"bids": [["12", "0"]]})),
    )
    assert shown(outputs) == (((100.0, 1.0),), ((105.0, 3.0),))
    assert not only(Reject, outputs)


def test_one_side_of_a_book_may_be_empty() -> None:
    assert shown(feed(Session(Wants()), frame(book(3, {}, {"105": "3"})))) == ((), ((105.0, 3.0),))


def test_the_older_of_two_crossing_levels_is_hidden_and_comes_back() -> None:
    session = Session(Wants())
    outputs = feed(session, frame(book(3, {"100": "1"}, {"101": "3"})))
    outputs += feed(session, frame(changes(4, {"bids": [["102", "1"]]})))
    assert shown(outputs) == (((102.0, 1.0), (100.0, 1.0)), ())
    outputs += feed(session, frame(changes(5, {"bids": [["102", "0"]]})))
    assert shown(outputs) == (((100.0, 1.0),), ((101.0, 3.0),))


def test_the_later_of_two_crossing_levels_inside_one_batch_is_shown() -> None:
    session = Session(Wants())
    outputs = feed(session, frame(book(3, {"90": "1"}, {"110": "1"})))
    crossing = changes(4, {"asks": [["100", "9"]]}, {"bids": [["101", "1"]]})
    outputs += feed(session, frame(crossing))
    assert shown(outputs) == (((101.0, 1.0), (90.0, 1.0)), ((110.0, 1.0),))


def test_a_ghost_that_the_venue_cleaned_silently_is_dropped_after_ten_seconds() -> None:
    session = Session(Wants())
    outputs = feed(session, frame(book(3, {"100": "1"}, {"101": "3", "103": "1"})))
    outputs += feed(session, frame(changes(4, {"bids": [["102", "1"]]})))
    later = AT_NS + 10 * SECOND
    outputs += feed(session, frame(changes(5, {"bids": [["99", "1"]]}), at_ns=later))
    outputs += feed(session, frame(changes(6, {"bids": [["102", "0"]]}), at_ns=later))
    assert shown(outputs) == (((100.0, 1.0), (99.0, 1.0)), ((103.0, 1.0),))


# --- numbers ----------------------------------------------------------------------------------


def test_a_number_that_another_channel_took_is_no_gap() -> None:
    session = listening("BTC-USD")
    outputs = feed(session, frame(block(5, 10)), frame(changes(6, {"bids": [["100", "5"]]})))
    assert only(BookDelta, outputs)
    assert not only(BookReset, outputs)


def test_a_missing_number_resets_every_book_and_asks_for_books_and_markets_again() -> None:
    session = listening("BTC-USD", "ETH-USD")
    outputs = feed(session, frame(block(8, 10), at_ns=AT_NS + 2 * SECOND))
    assert {reset.symbol for reset in only(BookReset, outputs)} == {"BTC", "ETH"}
    assert requests(outputs) == [
        (kind, channel, id)
        for channel, id in (BOOK, ("v4_orderbook", "ETH-USD"), ("v4_markets", ""))
        for kind in ("unsubscribe", "subscribe")
    ]


def test_a_late_subscribed_message_with_a_lower_number_is_no_gap() -> None:
    session = Session(Wants(symbols=("BTC",)))
    listed = envelope("subscribed", 1, "v4_markets", "", markets(row("BTC-USD")))
    outputs = feed(session, opened(), frame(connected()), frame(listed))
    # 2 block height, 3 book and 4 trades are asked for; blocks arrive before the answers to them.
    outputs = feed(session, frame(block(5, 10)), frame(block(6, 11)))
    outputs += feed(session, frame(book(3, {"100": "1"}, {"101": "2"})))
    outputs += feed(session, frame(changes(7, {"bids": [["100", "5"]]})))
    assert shown(outputs) == (((100.0, 5.0),), ((101.0, 2.0),))
    assert not only(BookReset, outputs)


def test_a_delta_that_overtook_its_snapshot_is_applied_after_it() -> None:
    session = Session(Wants())
    outputs = feed(
        session,
        frame(changes(2, {"bids": [["100", "9"]]})),
        frame(changes(4, {"bids": [["100", "5"]]})),
        frame(book(3, {"100": "1"}, {"101": "2"})),
    )
    assert shown(outputs) == (((100.0, 5.0),), ((101.0, 2.0),))


def test_an_error_reuses_a_number_without_being_a_repetition() -> None:
    session = listening("BTC-USD")
    error = {**envelope("error", 4, "", "", None), "message": "Internal error"}
    outputs = feed(session, frame(error), frame(changes(5, {"bids": [["100", "5"]]})))
    assert [reject.reason for reject in only(Reject, outputs)] == ["Internal error"]
    assert only(BookDelta, outputs)
    assert not only(BookReset, outputs)


def test_a_repeated_message_is_ignored() -> None:
    session = listening("BTC-USD")
    delta = frame(changes(5, {"bids": [["100", "5"]]}))
    assert len(only(BookDelta, feed(session, delta, delta))) == 1
    assert feed(session, frame(book(3, {"7": "7"}, {}))) == []


def test_numbers_of_a_bare_tape_are_not_counted() -> None:
    outputs = feed(
        Session(Wants()),
        frame(book(4, {"100": "1"}, {"101": "2"})),
        frame(changes(5, {"bids": [["100", "5"]]})),
        frame(changes(13, {"bids": [["100", "6"]]})),
    )
    assert shown(outputs) == (((100.0, 6.0),), ((101.0, 2.0),))


def test_numbers_of_another_connection_are_counted_anew() -> None:
    session = listening("BTC-USD")
    other = {**changes(40, {"bids": [["100", "5"]]}), "connection_id": "another"}
    outputs = feed(session, frame(other))
    assert only(BookDelta, outputs)
    assert not only(BookReset, outputs)


# --- nonsense ---------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [["NaN", "1"], ["-5", "1"], ["0", "1"], ["1e300", "1"],
                                   ["100", "-1"], ["100", "1e300"], ["100", "inf"]])  # fmt: skip
def test_an_insane_level_condemns_the_message_and_the_book(level: list[str]) -> None:
    session = listening("BTC-USD", "ETH-USD")
    message = changes(7, {"bids": [["99", "1"]]}, {"asks": [level]})
    outputs = feed(session, frame(message, at_ns=AT_NS + 2 * SECOND))
    assert len(only(Reject, outputs)) == 1
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    assert requests(outputs) == [("unsubscribe", *BOOK), ("subscribe", *BOOK)]
    assert not only(BookDelta, outputs)


def test_an_unreadable_delta_resets_its_own_book_only() -> None:
    session = listening("BTC-USD", "ETH-USD")
    outputs = feed(session, frame(changes(7, {"bids": [["x", "1"]]})))
    outputs += feed(session, frame(block(8, 10)))
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]


def test_a_snapshot_without_a_side_is_nonsense() -> None:
    outputs = feed(Session(Wants()), frame(envelope("subscribed", 3, *BOOK, {"bids": []})))
    assert only(Reject, outputs)
    assert not only(BookSnapshot, outputs)


# --- recordings -------------------------------------------------------------------------------


@needs_captures
def test_the_recorded_eth_book_is_never_shown_crossed_and_ends_as_its_levels_say() -> None:
    messages = capture_lines("dydx/ws_orderbook_eth_sequence.jsonl")
    outputs = feed(Session(Wants(symbols=("BTC",))), *(frame(message) for message in messages))
    assert not only(Reject, outputs)
    assert not only(BookReset, outputs)
    assert len(only(BookSnapshot, outputs)) == 1
    assert len(only(BookDelta, outputs)) == 8
    seen = shown(outputs, "ETH")
    assert seen is not None
    assert seen == uncrossed_by_hand(messages)


@needs_captures
def test_the_recorded_eth_book_survives_its_hole_on_a_tape_that_was_opened() -> None:
    messages = capture_lines("dydx/ws_orderbook_eth_sequence.jsonl")
    session = Session(Wants(symbols=("ETH",)))
    outputs = feed(session, opened(), *(frame(message) for message in messages))
    assert shown(outputs, "ETH") == uncrossed_by_hand(messages)


@needs_captures
def test_the_book_of_a_halted_chain_is_wide_and_whole() -> None:
    text = capture_text("dydx/ws_orderbook_eth_halted_chain.json")
    [snapshot] = only(BookSnapshot, feed(Session(Wants()), frame(text)))
    assert snapshot.bids[0] == (1619.0, 0.221)
    assert snapshot.asks == ((1800.0, 0.907), (1801.0, 1.0), (1901.0, 1.0))
    assert len(snapshot.bids) == len(json.loads(text)["contents"]["bids"])


@needs_captures
def test_a_rest_book_on_a_tape_without_a_link_is_a_book() -> None:
    body = capture_text("dydx/rest_orderbook.json")
    [snapshot] = only(BookSnapshot, feed(Session(Wants(symbols=("BTC",))), reply("book", body)))
    assert snapshot.symbol == "BTC"
    assert (snapshot.bids[0], snapshot.asks[0]) == ((89947.0, 0.0002), (89958.0, 0.1177))


def uncrossed_by_hand(messages: list[Any]) -> tuple[Levels, Levels]:
    """The raw levels of a recording, then the older of the two best until they do not cross."""
    sides: dict[str, dict[float, tuple[int, int, float]]] = {"bids": {}, "asks": {}}
    for side, levels in sides.items():
        for level in messages[0]["contents"][side]:
            levels[float(level["price"])] = (0, 0, float(level["size"]))
    for message in messages[1:]:
        for i, update in enumerate(message["contents"]):
            for side, pairs in update.items():
                for price, size in pairs:
                    sides[side].pop(float(price), None)
                    if float(size):
                        sides[side][float(price)] = (message["message_id"], i, float(size))
    bids, asks = sides["bids"], sides["asks"]
    while max(bids) >= min(asks):
        if bids[max(bids)] <= asks[min(asks)]:
            del bids[max(bids)]
        else:
            del asks[min(asks)]
    return (
        tuple((price, bids[price][2]) for price in sorted(bids, reverse=True)),
        tuple((price, asks[price][2]) for price in sorted(asks)),
    )
