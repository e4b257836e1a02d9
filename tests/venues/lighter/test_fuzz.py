"""Whatever arrives, the session answers with facts or rejects and never raises."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.events import BookReset, Reject
from cockpit.venues.contract import Frame, Reply, Tick, Wants
from cockpit.venues.lighter import Session
from tests.support import AT_NS, feed, frame, only, opened, reply

BOOK = {
    "channel": "order_book:1",
    "offset": 5,
    "order_book": {
        "asks": [{"price": "101.0", "size": "1"}],
        "bids": [{"price": "99.0", "size": "2"}],
        "offset": 5,
        "nonce": 9,
        "begin_nonce": 0,
    },
    "timestamp": 1_760_041_996_048,
    "type": "subscribed/order_book",
}
STATS = {
    "channel": "market_stats:all",
    "market_stats": {"1": {"mark_price": "100.0", "index_price": "99.0", "funding_rate": "0.1"}},
    "type": "update/market_stats",
}
TRADE = {
    "channel": "trade:1",
    "trades": [{"trade_id": 1, "price": "1", "size": "1", "is_maker_ask": True}],
    "liquidation_trades": None,
    "type": "update/trade",
}
DETAILS = {"code": 200, "order_book_details": [{"symbol": "BTC", "market_id": 1}]}
PAID = {"timestamp": 1778702400, "rate": "0.0012", "direction": "long"}
FUNDINGS = {"code": 200, "resolution": "1h", "fundings": [PAID]}
TYPES = [
    f"{stage}/{kind}"
    for stage in ("subscribed", "update")
    for kind in ("order_book", "trade", "market_stats", "height", "ticker", "account_all")
]
CHANNELS = ["order_book:1", "order_book:x", "trade:0", "market_stats:all", "market_stats:1", ""]

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["0", "-1", "1e999", "NaN", "", "121043.9"])
)
KEYS = sorted(
    {*BOOK, *BOOK["order_book"], *TRADE, *TRADE["trades"][0], *STATS["market_stats"]["1"], *PAID}
    | {"price", "size", "symbol", "market_id", "exchange", "height", "size_decimals", "1", "28"}
    | {"open_interest", "current_funding_rate", "funding_timestamp", "error", "code"}
)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)


def survives(*inputs):
    """Every output must also be something that can be written down."""
    session = Session(Wants(symbols=("BTC",)))
    outputs = feed(session, opened(), reply("instruments", DETAILS), frame(BOOK), *inputs)
    outputs += feed(session, Tick(at_ns=AT_NS + 60_000_000_000))
    msgspec.json.encode(outputs)
    return outputs


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_random_bytes_are_rejected(data):
    assert only(Reject, survives(Frame(at_ns=AT_NS, data=data)))


@given(st.sampled_from([BOOK, STATS, TRADE]), st.data())
@settings(max_examples=100, deadline=None)
def test_a_truncated_message_is_rejected(message, data):
    text = json.dumps(message)
    cut = data.draw(st.integers(0, len(text) - 1))
    assert only(Reject, survives(frame(text[:cut])))


@given(st.sampled_from([BOOK, STATS, TRADE, DETAILS, FUNDINGS]), st.data())
@settings(max_examples=150, deadline=None)
def test_a_corrupted_character_never_raises(message, data):
    text = json.dumps(message)
    at = data.draw(st.integers(0, len(text) - 1))
    bent = text[:at] + data.draw(st.characters()) + text[at + 1 :]
    survives(
        Frame(at_ns=AT_NS, data=bent),
        Reply(at_ns=AT_NS, name="instruments", status=200, body=bent),
        Reply(at_ns=AT_NS, name="funding_history", status=200, body=bent, key="1"),
    )


@given(
    st.sampled_from(TYPES),
    st.sampled_from(CHANNELS),
    st.dictionaries(st.sampled_from(KEYS), trees, max_size=6),
)
@settings(max_examples=300, deadline=None)
def test_any_json_under_a_known_name_never_raises(kind, channel, body):
    survives(frame(body | {"type": kind, "channel": channel}))


@given(
    st.sampled_from(["instruments", "funding_history", "tickers", "surprise"]),
    st.sampled_from([200, 0, 429, 500]),
    st.sampled_from(["order_book_details", "fundings", "funding_rates", "code", "message"]),
    st.lists(st.dictionaries(st.sampled_from(KEYS), scalars, max_size=6), max_size=3) | trees,
    st.sampled_from(["", "1", "999", "BTC", "²"]),
)
@settings(max_examples=300, deadline=None)
def test_any_reply_never_raises(name, status, key, value, subject):
    survives(reply(name, {key: value}, status=status, key=subject))


@given(
    st.lists(
        st.sampled_from([BOOK, STATS, TRADE, {"type": "pong"}, {"type": "update/height"}]),
        max_size=6,
    )
)
@settings(max_examples=50, deadline=None)
def test_known_messages_in_any_order_never_lose_a_book_that_was_whole(messages):
    assert not only(BookReset, survives(*map(frame, messages)))
