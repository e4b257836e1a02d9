"""What Hyperliquid may also send: errors, other people's channels, and nonsense."""

import json
import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.events import AnyEvent, Reject
from cockpit.venues.contract import Wants
from cockpit.venues.hyperliquid.messages import UNUSED_CHANNELS
from cockpit.venues.hyperliquid.session import SPEC, Session
from tests.support import capture_text, feed, frame, reply
from tests.venues.hyperliquid.messages import (
    active_ctx,
    bbo,
    ctx,
    l2_book,
    trade,
)

CHANNELS = (
    "l2Book", "bbo", "trades", "activeAssetCtx", "allDexsAssetCtxs", "fastAssetCtxs", "error",
    "subscriptionResponse", "pong", "post", "user", "allMids", "explorerBlock", "nonsense",
)  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.sampled_from(["BTC", "1.5", "NaN", "1e400", "", "B", "HlPerp"])
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from([
            "coin", "time", "levels", "px", "sz", "ctx", "ctxs", "universe", "name", "fundingRate",
            "funding", "premium", "markPx", "bbo", "data", "response", "type", "tid", "side",
        ]),
        inner,
        max_size=6,
    ),
    max_leaves=12,
)  # fmt: skip
MESSAGES = [
    l2_book([(99, 1), (98, 2)], [(101, 1)]),
    bbo((99, 1), (101, 2)),
    {"channel": "trades", "data": [trade(1)]},
    active_ctx("BTC"),
    {"channel": "allDexsAssetCtxs", "data": {"ctxs": [["", [ctx()]]]}},
    {"channel": "pong"},
]


def sound(outputs: list) -> bool:
    """Whether all that came out are facts of announced kinds, printable and finite."""
    for fact in outputs:
        assert isinstance(fact, AnyEvent)
        assert type(fact) in SPEC.kinds | {Reject}
        assert msgspec.json.encode(fact)
        figures = [x for x in msgspec.structs.astuple(fact) if isinstance(x, float)]
        assert all(map(math.isfinite, figures))
    return True


def session() -> Session:
    return Session(Wants(symbols=("BTC",)))


# --- documented oddities --------------------------------------------------------------------------


def test_an_error_is_a_reject_in_the_venues_words():
    (fact,) = feed(session(), frame(capture_text("hyperliquid/ws_error_bad_request.json")))
    assert isinstance(fact, Reject)
    assert fact.reason.startswith("Error parsing JSON into valid websocket request: ")


def test_the_greeting_that_is_not_json_is_ignored():
    assert feed(session(), frame("Websocket connection established.")) == []
    assert feed(session(), frame(b"Websocket connection established.")) == []


@pytest.mark.parametrize(
    "name",
    [
        "user_events",
        "user_event_fill_liquidation",
        "subscription_response",
    ],
)
def test_events_of_no_named_account_and_acks_say_nothing(name):
    document = json.loads(capture_text(f"hyperliquid/ws_{name}.json"))
    for message in document if isinstance(document, list) else [document]:
        assert feed(session(), frame(message)) == []


@pytest.mark.parametrize("channel", sorted(UNUSED_CHANNELS))
def test_known_channels_without_use_are_no_rejects(channel):
    assert feed(session(), frame({"channel": channel, "data": {"anything": [1]}})) == []


def test_an_unknown_channel_is_named():
    (fact,) = feed(session(), frame({"channel": "l9Book", "data": {}}))
    assert fact.reason == "unknown channel l9Book"


@pytest.mark.parametrize(
    "name",
    [
        "clearinghouse_state_2023", "frontend_open_orders", "user_funding_13rows", "portfolio",
        "user_nonfunding_ledger_updates", "user_rate_limit", "user_role",
    ],
)  # fmt: skip
def test_recorded_replies_about_an_account_that_nobody_named_say_nothing(name):
    for exchange in json.loads(capture_text(f"hyperliquid/rest_{name}.json")):
        facts = feed(session(), reply("account", exchange["response"]))
        assert not [fact for fact in facts if isinstance(fact, Reject)]


@pytest.mark.parametrize(
    "name", ["user_fills_dust_conversion", "perp_dexs_testnet", "clearinghouse_state_2026"]
)
def test_other_recorded_replies_say_nothing_for_now(name):
    body = json.loads(capture_text(f"hyperliquid/rest_{name}.json"))
    assert feed(session(), reply("account", body)) == []


def test_recorded_candles_and_server_status_say_nothing():
    cassette = json.loads(capture_text("hyperliquid/rest_candle_snapshot_kpepe.json"))
    assert feed(session(), reply("tickers", cassette[1]["response"])) == []
    assert feed(session(), reply("time", {"time": 1, "specialStatuses": None})) == []


def test_a_null_book_names_an_unknown_market():
    (fact,) = feed(session(), reply("book", "null"))
    assert isinstance(fact, Reject)


def test_control_characters_of_the_venue_never_reach_the_terminal():
    (fact,) = feed(session(), frame({"channel": "error", "data": "\x1b[2Jgone"}))
    assert "\x1b" not in fact.reason + fact.data
    assert feed(session(), frame(l2_book([(99, 1)], [], coin="\x1b[2J"))) == []


def test_a_name_of_absurd_length_is_dropped():
    assert feed(session(), frame(l2_book([(99, 1)], [], coin="X" * 1_000))) == []


# --- fuzz -----------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CHANNELS), JSON, st.sampled_from(["main", "blocks"]))
def test_any_json_of_a_known_channel_is_survived(channel, data, link):
    running = session()
    assert sound(feed(running, frame({"channel": channel, "data": data}, link=link)))
    assert sound(feed(running, frame(json.dumps(data), link=link)))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MESSAGES), st.data())
def test_a_message_with_one_value_replaced_is_survived(message, data):
    text = json.dumps(message)
    start = data.draw(st.integers(0, len(text) - 1))
    junk = data.draw(st.sampled_from(["9", "-", '"', "null", "[", "1e999", "{}", "x"]))
    assert sound(feed(session(), frame(text[:start] + junk + text[start + 1 :])))
