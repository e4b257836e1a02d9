"""Bybit's books: chains of u, gaps, restarts, depths, multipliers, insane levels."""

from typing import Any

import pytest

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Event, Reject
from cockpit.venues.bybit.session import Session
from cockpit.venues.contract import Fetch, Output, Tick, Wants
from tests.support import AT_NS, feed, frame, only, opened, ticks
from tests.venues.bybit.samples import (
    SECOND_NS,
    TS_MS,
    book,
    compact,
    live_session,
    row,
    run_listing,
    topics,
)

BTC_BOOK = "orderbook.200.BTCUSDT"


def events(outputs: list[Output]) -> list[Event]:
    return [output for output in outputs if isinstance(output, Event)]


def synced(u: int = 100) -> Session:
    session = live_session()
    assert only(BookSnapshot, feed(session, frame(book("snapshot", u))))
    return session


def test_a_snapshot_is_the_whole_book_best_first() -> None:
    bids = (("30247.20", "30.028"), ("30245.40", "2.84"))
    asks = (("30248.70", "0.5"), ("30249.30", "0.892"))
    (snapshot,) = events(feed(live_session(), frame(book("snapshot", 7, bids, asks))))
    assert snapshot == BookSnapshot(
        venue="bybit",
        symbol="BTC",
        recv_ns=AT_NS,
        venue_ns=TS_MS * 1_000_000,
        bids=((30247.20, 30.028), (30245.40, 2.84)),
        asks=((30248.70, 0.5), (30249.30, 0.892)),
        seq=7,
    )


def test_a_delta_carries_absolute_sizes_and_zero_deletes() -> None:
    session = synced(100)
    delta = book("delta", 101, (("30247.20", "0"),), (("30248.70", "0.892"), ("30249.30", "0")))
    (event,) = events(feed(session, frame(delta)))
    assert isinstance(event, BookDelta)
    assert event.bids == ((30247.20, 0.0),)
    assert event.asks == ((30248.70, 0.892), (30249.30, 0.0))
    assert event.seq == 101


def test_cts_is_the_time_of_the_book_beside_ts_or_inside_data() -> None:
    session = synced(100)
    beside = book("delta", 101, cts=TS_MS - 2)
    inside = compact(
        {
            "topic": BTC_BOOK,
            "type": "delta",
            "ts": TS_MS,
            "data": {"s": "BTCUSDT", "b": [], "a": [], "u": 102, "seq": 1, "cts": TS_MS - 3},
        }
    )
    neither = book("delta", 103)
    outputs = feed(session, *map(frame, (beside, inside, neither)))
    stamps = [event.venue_ns for event in events(outputs)]
    assert stamps == [(TS_MS - 2) * 10**6, (TS_MS - 3) * 10**6, TS_MS * 10**6]


def test_key_order_and_spacing_do_not_matter() -> None:
    data = {"u": 8, "a": [["2", "1"]], "b": [["1", "1"]], "s": "BTCUSDT", "seq": 5}
    odd = {"ts": TS_MS, "data": data, "type": "snapshot", "topic": BTC_BOOK}
    for text in (compact(odd), frame(odd).data, compact(odd).encode()):
        (snapshot,) = events(feed(live_session(), frame(text)))
        assert isinstance(snapshot, BookSnapshot)
        assert snapshot.seq == 8


@pytest.mark.parametrize("kind", ["snapshot", "delta"])
def test_u_of_one_is_a_restart_of_the_service_and_a_snapshot_whatever_its_type(kind: str) -> None:
    session = synced(5000)
    (restart,) = events(feed(session, frame(book(kind, 1))))
    assert isinstance(restart, BookSnapshot)
    (follows,) = events(feed(session, frame(book("delta", 2))))
    assert isinstance(follows, BookDelta)


def test_level_one_repeats_its_snapshot_with_the_same_u() -> None:
    session = Session(Wants())
    again = frame(book("snapshot", 7003305, depth=1))
    assert len(only(BookSnapshot, feed(session, again, again))) == 2


def test_each_depth_is_a_chain_of_its_own() -> None:
    session = synced(100)
    other = book("snapshot", 900, depth=1), book("delta", 901, depth=50)
    assert feed(session, *map(frame, other)) == []
    (delta,) = events(feed(session, frame(book("delta", 101))))
    assert isinstance(delta, BookDelta)


def test_in_a_recording_of_several_depths_the_deepest_feeds_the_book() -> None:
    session = Session(Wants())
    shallow = feed(session, frame(book("snapshot", 10, depth=1)), frame(book("delta", 11, depth=1)))
    deep = feed(session, frame(book("snapshot", 70, depth=50)))
    late = feed(session, frame(book("delta", 12, depth=1)), frame(book("snapshot", 13, depth=1)))
    follows = feed(session, frame(book("delta", 71, depth=50)))
    assert [event.seq for event in only(BookDelta, shallow)] == [11]
    assert [event.seq for event in only(BookSnapshot, deep)] == [70]
    assert late == []
    assert [event.seq for event in only(BookDelta, follows)] == [71]


def test_a_book_of_thousands_is_scaled_to_coins() -> None:
    session = live_session("PEPE", rows=(row("1000PEPEUSDT", "1000PEPE"),))
    bids, asks = (("0.0125000", "1234567"),), (("0.0125100", "7"),)
    snapshot = frame(book("snapshot", 5, bids, asks, native="1000PEPEUSDT"))
    (event,) = only(BookSnapshot, feed(session, snapshot))
    assert event.symbol == "PEPE"
    assert event.bids == ((0.0125 / 1000, 1_234_567_000.0),)
    assert event.asks == ((0.01251 / 1000, 7_000.0),)


@pytest.mark.parametrize(
    "level",
    [
        ("nan", "1"),
        ("30247.20", "nan"),
        ("-1", "1"),
        ("0", "1"),
        ("30247.20", "-3"),
        ("inf", "1"),
        ("1e30", "1"),
        ("", "1"),
        ("abc", "1"),
        ("30247.20", None),
        ("30247.20",),
    ],
)
def test_an_insane_level_rejects_the_message_and_resets_the_book(level: Any) -> None:
    session = synced(100)
    outputs = feed(session, frame(book("delta", 101, (("30240.00", "1"), level))))
    reject, reset = events(outputs)
    assert isinstance(reject, Reject)
    assert isinstance(reset, BookReset)
    assert topics(outputs) == [BTC_BOOK]
    assert events(feed(session, frame(book("delta", 102)))) == []


@pytest.mark.parametrize(
    ("bids", "asks"),
    [
        ((("30250.00", "1"),), (("30249.00", "1"),)),
        ((("30250.00", "1"),), (("30250.00", "1"),)),
        ((("30247.00", "0"),), (("30249.00", "1"),)),
        ((("30246.00", "1"), ("30247.00", "1")), (("30249.00", "1"),)),
        ((("30247.00", "1"),), (("30249.00", "1"), ("30248.00", "1"))),
    ],
    ids=["crossed", "locked", "empty level", "bids worst first", "asks worst first"],
)
def test_a_snapshot_that_cannot_be_is_rejected(bids: Any, asks: Any) -> None:
    session = synced(100)
    reject, reset = events(feed(session, frame(book("snapshot", 120, bids, asks))))
    assert isinstance(reject, Reject)
    assert isinstance(reset, BookReset)


def test_a_side_may_be_empty() -> None:
    (snapshot,) = only(BookSnapshot, feed(live_session(), frame(book("snapshot", 9, ()))))
    assert snapshot.bids == ()
    assert snapshot.asks == ((30248.70, 0.5),)


def test_a_book_whose_topic_and_symbol_disagree_is_rejected() -> None:
    mixed = book("snapshot", 9).replace('"s":"BTCUSDT"', '"s":"ETHUSDT"')
    (reject,) = events(feed(live_session(), frame(mixed)))
    assert isinstance(reject, Reject)


def test_a_time_in_the_wrong_unit_rejects_the_message() -> None:
    in_seconds = book("snapshot", 9).replace(str(TS_MS), str(TS_MS // 1000))
    (reject,) = events(feed(live_session(), frame(in_seconds)))
    assert isinstance(reject, Reject)


def test_after_damaged_frames_every_book_is_taken_anew_once_the_link_is_sound() -> None:
    session = synced(100)
    second = AT_NS + SECOND_NS
    feed(session, frame(book("delta", 101)[:-30], second))
    asked = []
    for tick in range(2, 14):
        at_ns = AT_NS + tick * SECOND_NS
        if tick == 4:
            feed(session, frame("\x00garbage", at_ns))
        if BTC_BOOK in topics(feed(session, Tick(at_ns=at_ns))):
            asked.append(tick)
        feed(session, frame(book("snapshot", 100 + tick), at_ns))
    assert asked == [9]


def test_a_market_that_is_not_in_the_listing_is_rejected_once_the_listing_is_whole() -> None:
    session = Session(Wants())
    assert only(BookSnapshot, feed(session, frame(book("snapshot", 1, native="NEWUSDT"))))
    feed(session, opened())
    run_listing(session, row())
    (reject,) = events(feed(session, frame(book("snapshot", 1, native="BTCUSDX"))))
    assert isinstance(reject, Reject)
    assert "BTCUSDX" in reject.reason


def test_a_gap_in_a_book_has_the_tickers_read_again_because_their_changes_have_no_numbers() -> None:
    session = synced(100)
    feed(session, *ticks(1))  # the poll that is due anyway
    feed(session, frame(book("delta", 102)))
    asked = [
        output.name
        for output in feed(session, *ticks(7, AT_NS + 1_000_000_000))
        if isinstance(output, Fetch) and output.name == "tickers"
    ]
    assert asked == ["tickers"]
