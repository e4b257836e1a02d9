"""What Hyperliquid may also send: errors, other people's channels, and nonsense."""

import json

import pytest

from cockpit.core.events import Reject
from cockpit.venues.contract import Wants
from cockpit.venues.hyperliquid.messages import UNUSED_CHANNELS
from cockpit.venues.hyperliquid.session import Session
from tests.support import capture_text, feed, frame, reply
from tests.venues.hyperliquid.messages import (
    l2_book,
)


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
