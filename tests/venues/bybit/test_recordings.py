"""Bybit's recordings, and whatever else a wire can carry."""

from cockpit.core.events import (
    BookDelta,
    BookReset,
    BookSnapshot,
    OpenInterest,
    Prices,
    Reject,
    Trade,
)
from cockpit.venues.bybit.session import Session
from cockpit.venues.contract import Send, Wants
from tests.support import capture_text, feed, frame, needs_captures, only

RECORDING = "bybit/ws_v5_2023_single_frames.jsonl"


@needs_captures
def test_the_recorded_frames_of_2023_state_what_they_say_without_metadata() -> None:
    session = Session(Wants(symbols=("BTC",)))
    outputs = feed(session, *map(frame, capture_text(RECORDING).splitlines()))
    assert only(Reject, outputs) == []
    assert only(Send, outputs) == []
    (trade,) = only(Trade, outputs)
    assert (trade.symbol, trade.price, trade.size, trade.side) == ("LTC", 94.53, 0.4, "buy")
    assert [(b.symbol, b.bids, b.asks) for b in only(BookSnapshot, outputs)] == [
        ("BTC", ((28552.0, 0.047),), ((28552.1, 25.433),)),
        ("BTC:USDC", ((28555.2, 0.597),), ((28555.3, 0.225),)),
    ]
    assert [(d.symbol, d.seq) for d in only(BookDelta, outputs)] == [
        ("BTC", 7003306),
        ("BTC:USDC", 20683569),
    ]
    (prices,) = only(Prices, outputs)
    assert (prices.mark, prices.index, prices.last) == (28552.81, 28562.25, 28550.70)
    (interest,) = only(OpenInterest, outputs)
    assert interest.base == 52774.528 / 2


@needs_captures
def test_a_recorded_delta_of_another_day_is_another_sequence() -> None:
    *_, last = capture_text(RECORDING).splitlines()
    session = Session(Wants())
    feed(session, *map(frame, capture_text(RECORDING).splitlines()[:-1]))
    (reset,) = feed(session, frame(last))
    assert isinstance(reset, BookReset)
