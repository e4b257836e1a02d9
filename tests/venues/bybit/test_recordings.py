"""Bybit's recordings, and whatever else a wire can carry."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.events import (
    BookDelta,
    BookReset,
    BookSnapshot,
    OpenInterest,
    Prices,
    Reject,
    Trade,
)
from cockpit.venues.bybit import Session
from cockpit.venues.contract import Send, Wants
from tests.invariants import Invariants
from tests.support import capture_text, feed, frame, needs_captures, only, reply
from tests.venues.bybit.samples import answer, book, live_session, row, ticker

RECORDING = "bybit/ws_v5_2023_single_frames.jsonl"
TRADE = (
    '{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{"T":1672304486865,'
    '"s":"BTCUSDT","S":"Buy","v":"0.001","p":"16578.50","L":"PlusTick","i":"20f4","BT":false}]}'
)
SAMPLES = (
    book("snapshot", 1000),
    book("delta", 1001),
    ticker("snapshot", markPrice="17217.33", openInterest="68744.761", fundingRate="-0.000212"),
    TRADE,
    '{"success":true,"ret_msg":"pong","conn_id":"x","op":"ping"}',
    '{"success":false,"ret_msg":"error","conn_id":"x","req_id":"1","op":"subscribe"}',
)
REPLIES = {
    "instruments": answer(row(), row("1000PEPEUSDT", "1000PEPE"), cursor="next"),
    "tickers": answer({"symbol": "BTCUSDT", "markPrice": "1", "fundingRate": "0.0001"}),
    "funding_history": answer(
        {"symbol": "BTCUSDT", "fundingRate": "0.0001", "fundingRateTimestamp": "1672304400000"}
    ),
    "margin_tiers": answer({"symbol": "BTCUSDT", "maintenanceMargin": "0.5", "initialMargin": "1"}),
}


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


def check(session: Session, *inputs: Any) -> list[Any]:
    outputs = feed(session, *inputs)
    Invariants("bybit", may_cross=True).check_all(outputs)
    return outputs


@settings(deadline=None)
@given(sample=st.sampled_from(SAMPLES), cut=st.integers(0, 400))
def test_a_truncated_message_is_a_reject(sample: str, cut: int) -> None:
    piece = sample[: min(cut, len(sample) - 1)]
    assert only(Reject, check(live_session(), frame(piece), frame(piece.encode())))


@settings(deadline=None, max_examples=200)
@given(
    sample=st.sampled_from(SAMPLES[1:]),
    place=st.floats(0, 0.999),
    character=st.characters(codec="utf-8"),
)
def test_a_message_with_a_wrong_character_never_raises(
    sample: str, place: float, character: str
) -> None:
    at = int(place * len(sample))
    session = live_session()
    feed(session, frame(SAMPLES[0]))
    for output in feed(session, frame(sample[:at] + character + sample[at + 1 :])):
        if not isinstance(output, BookDelta):
            Invariants("bybit", may_cross=True).check(output)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(
    ["symbol", "s", "b", "a", "u", "seq", "cts", "markPrice", "openInterest", "fundingRate",
     "nextFundingTime", "fundingIntervalHour", "T", "S", "p", "v"]
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(
    topic=st.sampled_from(["orderbook.200.BTCUSDT", "tickers.BTCUSDT", "publicTrade.BTCUSDT"]),
    kind=st.sampled_from(["snapshot", "delta", "x"]),
    fields=st.dictionaries(keys, values, max_size=8),
    in_list=st.booleans(),
)
def test_random_json_under_a_right_topic_never_raises(
    topic: str, kind: str, fields: dict[str, Any], in_list: bool
) -> None:
    data = {"symbol": "BTCUSDT", "s": "BTCUSDT", **fields}
    message = {"topic": topic, "type": kind, "data": [data] if in_list else data}
    check(live_session(), frame(json.dumps(message)))


@settings(deadline=None, max_examples=100)
@given(name=st.sampled_from(sorted(REPLIES)), place=st.floats(0, 0.999), junk=st.text(max_size=3))
def test_a_damaged_reply_never_raises(name: str, place: float, junk: str) -> None:
    body = REPLIES[name]
    at = int(place * len(body))
    session = live_session()
    check(session, reply(name, body[:at]))
    check(session, reply(name, body[:at] + junk + body[at + 1 :], key="BTCUSDT"))
