"""Extended's books: changes of sizes, one number for a connection, old books and older sockets."""

from typing import Any

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Reject
from cockpit.venues.contract import Output, Send, Wanted, Wants
from cockpit.venues.extended.session import Session
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.extended.samples import AT_MS, answer, book, level, one_stream, push, row

SECOND_NS = 1_000_000_000


def watching(*symbols: str) -> Session:
    session = Session(Wants(symbols=symbols))
    rows = [row(f"{symbol}-USD", symbol) for symbol in symbols]
    feed(session, opened(), reply("instruments", answer(*rows)))
    return session


def hear(session: Session, *messages: Any) -> list[Output]:
    return feed(session, *map(frame, messages))


def test_a_change_is_stated_as_the_size_that_stands_after_it() -> None:
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0, bids=[level("100", "1.5")]))
    (delta,) = hear(session, book("DELTA", 1, bids=[level("100", "-0.5", "1.0")], asks=[]))
    assert isinstance(delta, BookDelta)
    assert delta.bids == ((100.0, 1.0),)


def test_a_change_without_its_size_is_added_to_what_stands() -> None:
    """0.3 - 0.1 is 0.2 and leaves no ghost: 0.3 - 0.1 - 0.2 in floats is -2.8e-17."""
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0, bids=[level("100", "0.3")]))
    (delta,) = hear(session, book("DELTA", 1, bids=[level("100", "-0.1")], asks=[]))
    assert delta.bids == ((100.0, 0.2),)
    (delta,) = hear(session, book("DELTA", 2, bids=[level("100", "-0.2")], asks=[]))
    assert delta.bids == ((100.0, 0.0),)


def test_a_change_without_its_size_makes_a_level_that_was_not_there() -> None:
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0))
    (delta,) = hear(session, book("DELTA", 1, bids=[level("99", "0.25")], asks=[]))
    assert delta.bids == ((99.0, 0.25),)


def test_a_change_that_takes_away_more_than_there_is_loses_the_book() -> None:
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0))
    outputs = hear(session, book("DELTA", 1, bids=[level("100", "-7")], asks=[]))
    assert len(only(BookReset, outputs)) == len(only(Reject, outputs)) == 1
    assert len(only(Send, outputs)) == 2, "left and joined again"


def test_a_price_is_a_number_however_it_is_written() -> None:
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0, bids=[level("99.90", "1")]))
    (delta,) = hear(session, book("DELTA", 1, bids=[level("99.9", "-1")], asks=[]))
    assert delta.bids == ((99.9, 0.0),)


def test_an_empty_change_says_nothing_and_has_a_number() -> None:
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0))
    assert hear(session, book("DELTA", 1, bids=[], asks=[])) == []
    assert len(only(BookDelta, hear(session, book("DELTA", 2)))) == 1


def test_a_missing_number_may_concern_any_book_of_the_connection() -> None:
    session = watching("BTC", "ETH")
    hear(session, book("SNAPSHOT", 0), book("SNAPSHOT", 1, market="ETH-USD"))
    outputs = hear(session, book("DELTA", 3))
    assert {reset.symbol for reset in only(BookReset, outputs)} == {"BTC", "ETH"}
    assert only(BookDelta, outputs) == []


def test_the_first_number_is_zero_and_may_belong_to_any_topic() -> None:
    session = watching("BTC", "ETH")
    mark = {"m": "BTC-USD", "p": "100.5", "ts": 0}
    hear(session, push("PRICES.MP", "prices.mark.BTC-USD", mark, 0))
    assert only(BookSnapshot, hear(session, book("SNAPSHOT", 1)))
    assert only(BookSnapshot, hear(session, book("SNAPSHOT", 2, market="ETH-USD")))
    assert only(BookDelta, hear(session, book("DELTA", 3)))


def test_an_answer_has_no_number() -> None:
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0), {"jsonrpc": "2.0", "id": "4", "result": {"status": "OK"}})
    assert only(BookReset, hear(session, book("DELTA", 1))) == []


def test_the_number_of_a_frame_that_makes_no_sense_counts() -> None:
    session = watching("BTC", "ETH")
    hear(session, book("SNAPSHOT", 0), book("SNAPSHOT", 1, market="ETH-USD"))
    outputs = hear(session, book("DELTA", 2, bids=[level("-1", "1", "1")]))
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    assert only(Reject, outputs)
    assert only(BookDelta, hear(session, book("DELTA", 3, market="ETH-USD")))


def test_each_minute_the_whole_book_comes_again_in_the_same_count() -> None:
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0), book("DELTA", 1))
    (whole,) = hear(session, book("SNAPSHOT", 2, bids=[level("98", "1")]))
    assert whole.bids == ((98.0, 1.0),)
    (delta,) = hear(session, book("DELTA", 3, bids=[level("98", "1")], asks=[]))
    assert delta.bids == ((98.0, 2.0),)


def test_an_old_first_book_is_kept_back_until_its_changes_have_caught_up() -> None:
    session = watching("BTC")
    assert hear(session, book("SNAPSHOT", 0, ts=AT_MS - 40_000)) == []
    assert hear(session, book("DELTA", 1, ts=AT_MS - 20_000)) == []
    (whole,) = hear(session, book("DELTA", 2, bids=[level("100", "1", "2.5")], ts=AT_MS - 100))
    assert isinstance(whole, BookSnapshot)
    assert whole.bids == ((100.0, 2.5),)
    assert whole.venue_ns == (AT_MS - 100) * 1_000_000


def test_an_old_first_book_of_a_market_in_which_nothing_happens_is_stated_after_a_second() -> None:
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0, ts=AT_MS - 40_000))
    assert len(only(BookSnapshot, feed(session, *ticks(3)))) == 1


def test_a_venue_clock_that_is_ahead_makes_no_book_old() -> None:
    session = watching("BTC")
    assert only(BookSnapshot, hear(session, book("SNAPSHOT", 0, ts=AT_MS + 3_000)))


def test_a_minutes_book_that_continues_the_count_is_of_now_whatever_the_clocks_say() -> None:
    """Our clock is three seconds ahead: everything seems to be three seconds old."""
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0, ts=AT_MS - 3_000))
    feed(session, *ticks(2))
    assert only(BookDelta, hear(session, book("DELTA", 1, ts=AT_MS - 3_000)))
    assert only(BookSnapshot, hear(session, book("SNAPSHOT", 2, ts=AT_MS - 3_000)))


def test_a_book_taken_anew_is_kept_back_if_it_is_older_than_what_was_heard() -> None:
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0), book("DELTA", 1))
    assert hear(session, book("SNAPSHOT", 2, ts=AT_MS - 30_000)) == []
    assert only(BookSnapshot, hear(session, book("DELTA", 3)))


def test_the_touch_is_a_book_of_one_level_only_where_no_deeper_one_stands() -> None:
    session = watching("BTC")
    (touch,) = hear(session, book("SNAPSHOT", 0, depth="1"))
    assert touch.bids == ((100.0, 1.0),)
    assert len(only(BookSnapshot, hear(session, book("SNAPSHOT", 1)))) == 1
    assert hear(session, book("SNAPSHOT", 2, depth="1", bids=[level("99", "1")])) == []


def test_a_crossed_book_is_no_book() -> None:
    outputs = hear(watching("BTC"), book("SNAPSHOT", 0, bids=[level("102", "1")]))
    assert only(BookSnapshot, outputs) == []
    assert only(Reject, outputs)


def test_an_older_socket_counts_by_stream_and_loses_only_its_own_book() -> None:
    session = watching("BTC", "ETH")
    for market in ("BTC-USD", "ETH-USD"):
        hear(session, one_stream(book("SNAPSHOT", 1, market=market)))
    assert only(BookDelta, hear(session, one_stream(book("DELTA", 2))))
    outputs = hear(session, one_stream(book("DELTA", 4)))
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    assert only(BookDelta, hear(session, one_stream(book("DELTA", 2, market="ETH-USD"))))


def test_after_damage_every_book_is_taken_anew() -> None:
    """A digit may have been changed elsewhere too, which nothing would reveal for a minute."""
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0), '{"type":"ORDERB')
    outputs = feed(session, *ticks(6, AT_NS))
    methods = [send.data for send in only(Send, outputs) if "orderbooks" in send.data]
    assert ["unsubscribe" in text for text in methods] == [True, False]


def test_a_book_that_is_kept_back_is_not_stated_once_nobody_watches() -> None:
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0, ts=AT_MS - 40_000))
    feed(session, Wanted(at_ns=AT_NS, wants=Wants()))
    assert only(BookSnapshot, feed(session, *ticks(3))) == []
