"""GRVT's books: where a chain begins, what breaks it, and what only sounds like an end."""

import json
from typing import Any

import pytest

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Reject
from cockpit.venues.contract import Output, Send, Wants
from cockpit.venues.grvt.session import Session
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.grvt.samples import ack, book, data, level, native, row

BTC = "BTC_USDT_Perp@50"


def watching(*bases: str, symbols: tuple[str, ...] = ("BTC",)) -> Session:
    session = Session(Wants(symbols=symbols))
    rows = [row(base) for base in bases or ("BTC",)]
    feed(session, opened(), reply("instruments", {"result": rows}))
    return session


def hear(session: Session, *messages: Any) -> list[Output]:
    return feed(session, *map(frame, messages))


def standing(latest: int = 36480) -> Session:
    session = watching()
    hear(session, ack("v1.book.d", BTC, latest=latest), book())
    return session


def joined(outputs: list[Output], stream: str = "v1.book.d") -> list[str]:
    """The selectors that these frames subscribe."""
    calls = [json.loads(send.data) for send in only(Send, outputs)]
    return [
        selector
        for call in calls
        if call["method"] == "subscribe" and call["params"]["stream"] == stream
        for selector in call["params"]["selectors"]
    ]


def test_the_first_change_follows_the_number_of_the_acknowledgement() -> None:
    (change,) = hear(standing(36480), book(36481))
    assert isinstance(change, BookDelta)
    assert (change.seq, change.asks) == (36481, ((101.0, 3.0),))


def test_a_first_change_that_comes_too_late_is_a_gap() -> None:
    """Its number alone would not tell: the snapshot has none."""
    outputs = hear(standing(36480), book(36482))
    assert only(BookReset, outputs)
    assert only(BookDelta, outputs) == []
    assert joined(outputs) == [BTC]


def test_an_acknowledgement_that_comes_after_the_book_counts_as_well() -> None:
    session = watching()
    hear(session, book(), ack("v1.book.d", BTC, latest=36480))
    assert only(BookReset, hear(session, book(36482)))


def test_a_fresh_stream_begins_at_one() -> None:
    assert only(BookDelta, hear(standing(0), book(1)))


def test_without_an_acknowledgement_the_first_change_may_have_any_number() -> None:
    session = watching()
    (whole,) = only(BookSnapshot, hear(session, book()))
    assert whole.seq is None
    assert only(BookDelta, hear(session, book(36481)))
    assert only(BookReset, hear(session, book(36483)))


def test_a_book_whose_acknowledgement_was_lost_is_taken_anew() -> None:
    """Only on a link that acknowledges at all: of others nothing was lost."""
    session = watching("BTC", "ETH", symbols=("BTC", "ETH"))
    eth = native("ETH")
    hear(session, ack("v1.book.d", f"{eth}@50", latest=7), book(market=eth), book())
    later = feed(session, *ticks(7))
    assert joined(later).count(BTC) == 1
    assert joined(later).count(f"{eth}@50") == 0


def test_a_quiet_book_that_is_taken_anew_is_not_taken_anew_for_ever() -> None:
    session = watching("BTC", "ETH", symbols=("BTC", "ETH"))
    hear(session, ack("v1.book.d", f"{native('ETH')}@50", latest=7), book(market=native("ETH")))
    hear(session, book())
    assert joined(feed(session, *ticks(7))) == [BTC]
    hear(session, ack("v1.book.d", BTC, latest=36480), book())
    assert joined(feed(session, *ticks(20, AT_NS + 7_000_000_000))) == []


def test_the_same_number_again_is_a_retransmission() -> None:
    session = standing()
    hear(session, book(36481))
    assert hear(session, book(36481)) == []
    assert only(BookDelta, hear(session, book(36482)))


def test_a_gateway_that_started_anew_counts_from_small_numbers() -> None:
    session = standing()
    hear(session, book(36481))
    assert only(BookReset, hear(session, book(3)))


def test_each_selector_has_a_chain_of_its_own() -> None:
    session = watching("BTC", "ETH", symbols=("BTC", "ETH"))
    eth = native("ETH")
    hear(session, ack("v1.book.d", BTC, f"{eth}@50", latest=10), book(), book(market=eth))
    assert only(BookDelta, hear(session, book(11)))
    assert only(BookReset, hear(session, book(12, market=eth)))
    assert only(BookDelta, hear(session, book(12)))


def test_a_frame_without_levels_moves_the_chain_and_says_that_nothing_changed() -> None:
    session = standing()
    (still,) = hear(session, book(36481, asks=[]))
    assert isinstance(still, BookDelta)
    assert (still.bids, still.asks) == ((), ())
    assert only(BookDelta, hear(session, book(36482)))


def test_thousands_are_stated_in_coins() -> None:
    session = watching("KPEPE", symbols=("PEPE",))
    bids, asks = [level("0.0093", "2000.0")], [level("0.0094", "1.0")]
    message = book(market="KPEPE_USDT_Perp", bids=bids, asks=asks)
    (whole,) = only(BookSnapshot, hear(session, message))
    ((price, size),) = whole.bids
    assert abs(price - 9.3e-6) < 1e-18
    assert size == 2_000_000.0


def test_a_level_without_a_price_costs_the_book_it_is_of() -> None:
    outputs = hear(standing(), book(36481, asks=[level("0.0", "1.0")]))
    assert only(Reject, outputs)
    assert only(BookReset, outputs)
    assert joined(outputs) == [BTC]


def test_a_crossed_snapshot_is_no_book() -> None:
    outputs = hear(watching(), book(bids=[level("101.0", "1.0")]))
    assert only(BookSnapshot, outputs) == []
    assert only(Reject, outputs)


def test_five_seconds_after_a_damaged_frame_every_book_is_taken_anew() -> None:
    session = standing()
    feed(session, frame('{"stream":"v1.book'))
    assert joined(feed(session, *ticks(4))) == []
    assert joined(feed(session, *ticks(2, AT_NS + 4_000_000_000))) == [BTC]


def test_a_frame_of_the_short_dialect_reads_the_same() -> None:
    levels = [{"p": "99.5", "s": "2.0", "no": 1}]
    feed_ = {"et": str(AT_NS), "i": "BTC_USDT_Perp", "b": levels, "a": []}
    short = {"s": "v1.book.d", "s1": BTC, "sn": "0", "f": feed_, "ps": "0"}
    (whole,) = hear(watching(), short)
    assert isinstance(whole, BookSnapshot)
    assert (whole.bids, whole.venue_ns) == (((99.5, 2.0),), AT_NS)


@pytest.mark.parametrize("depth", [300, 700, 5_000])
def test_lists_in_lists_without_end_are_no_frame_of_the_short_dialect(depth: int) -> None:
    outputs = feed(watching(), frame('{"f":' + "[" * depth + "]" * depth + "}"))
    assert [type(output) for output in outputs] == [Reject]


def test_a_shallow_book_does_not_replace_the_deep_one_that_stands() -> None:
    """Ten levels in place of all would show depth that is not there."""
    session = standing()
    shallow = book(bids=[level("99.5", "2.0")])["feed"]
    assert hear(session, data("v1.book.s", "BTC_USDT_Perp@500-10", 0, 0, shallow)) == []
    assert only(BookDelta, hear(session, book(36481)))
    assert only(BookReset, hear(session, book(36483)))
    (whole,) = hear(session, data("v1.book.s", "BTC_USDT_Perp@500-10", 8, 7, shallow))
    assert isinstance(whole, BookSnapshot)


def test_an_instrument_under_another_selector_makes_no_sense() -> None:
    feed_ = book(36481)["feed"]
    (odd,) = only(
        Reject, hear(standing(), data("v1.book.d", "ETH_USDT_Perp@50", 36481, 36480, feed_))
    )
    assert "ETH_USDT_Perp" in odd.reason
