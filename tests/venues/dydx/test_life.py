"""The life of the dYdX link: what is asked, when it is asked again, and what is refused."""

import json
from typing import Any

import pytest

from cockpit.core.events import BookSnapshot, Reject, Rtt
from cockpit.venues.contract import Fetch, Output, Restart, Send, Wanted, Wants
from cockpit.venues.dydx import SPEC
from cockpit.venues.dydx.session import Session
from tests.support import (
    AT_NS,
    capture_text,
    feed,
    frame,
    needs_captures,
    only,
    opened,
    reply,
    ticks,
)
from tests.venues.dydx.messages import book, connected, envelope, listening, markets, requests, row

SECOND = 1_000_000_000
BOOK = ("v4_orderbook", "BTC-USD")


def error(number: int, text: str, channel: str = "", id: str = "") -> Any:
    return {**envelope("error", number, channel, id, None), "message": text}


def wanted(*symbols: str, at_ns: int = AT_NS) -> Wanted:
    return Wanted(at_ns=at_ns, wants=Wants(symbols=symbols))


def test_opening_asks_for_the_list_the_markets_and_the_blocks() -> None:
    outputs = feed(Session(Wants(symbols=("BTC",))), opened())
    assert [fetch.path for fetch in only(Fetch, outputs)] == ["/v4/perpetualMarkets"]
    assert requests(outputs) == [
        ("subscribe", "v4_markets", ""),
        ("subscribe", "v4_block_height", ""),
    ]


def test_books_and_trades_are_asked_for_in_batches_as_soon_as_the_market_is_known() -> None:
    session = Session(Wants(symbols=("BTC", "NOPE")))
    feed(session, opened())
    sends = only(Send, feed(session, reply("instruments", markets(row("BTC-USD")))))
    assert [json.loads(send.data) for send in sends] == [
        {"type": "subscribe", "channel": channel, "id": "BTC-USD", "batched": True}
        for channel in ("v4_orderbook", "v4_trades")
    ]
    start = envelope("subscribed", 1, "v4_markets", "", markets(row("BTC-USD")))
    assert requests(feed(session, frame(start))) == []


def test_a_settled_market_is_not_subscribed() -> None:
    session = Session(Wants(symbols=("OLD",)))
    feed(session, opened())
    body = markets(row("OLD-USD", status="FINAL_SETTLEMENT"))
    assert requests(feed(session, reply("instruments", body))) == []


def test_of_more_than_32_markets_the_first_32_are_watched_and_the_rest_is_named_once() -> None:
    symbols = tuple(f"COIN{i}" for i in range(34))
    session = Session(Wants(symbols=symbols))
    feed(session, opened())
    body = markets(*(row(f"{symbol}-USD") for symbol in reversed(symbols)))
    outputs = feed(session, reply("instruments", body))
    books = [id for _, channel, id in requests(outputs) if channel == "v4_orderbook"]
    assert books == [f"COIN{i}-USD" for i in range(32)]
    assert [reject.data for reject in only(Reject, outputs)] == ["COIN32-USD, COIN33-USD"]
    assert not only(Reject, feed(session, reply("instruments", body)))


# --- asking again -----------------------------------------------------------------------------


def test_a_subject_is_asked_for_at_most_once_a_second() -> None:
    session = listening("BTC-USD")
    half_s = AT_NS + SECOND // 2
    outputs = feed(session, frame(book(5, {"nan": "1"}, {}), at_ns=half_s))
    assert only(Reject, outputs)
    assert requests(outputs) == []
    later = feed(session, *ticks(1))
    assert requests(later) == [("unsubscribe", *BOOK), ("subscribe", *BOOK)]


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "after_s"),
    [("Invalid subscription id for channel: (v4_orderbook-BTC-USD)", 60),
     ("Per-connection subscription limit reached for v4_orderbook (limit=32).", 60),
     ("Internal error, could not fetch data for subscription: v4_orderbook.", 1),
     ("Invalid subscribe message: already subscribed (v4_orderbook-BTC-USD)", 1)],
)  # fmt: skip
def test_a_refused_subscribe_is_told_and_tried_again_when_it_may_help(
    text: str, after_s: int
) -> None:
    session = listening("BTC-USD")
    [refused] = only(Reject, feed(session, frame(error(4, text, *BOOK))))
    assert refused.reason == text

    def books(outputs: list[Output]) -> list[tuple[str, str, str]]:
        return [request for request in requests(outputs) if request[1:] == BOOK]

    assert books(feed(session, *ticks(after_s - 1))) == []
    again = books(feed(session, *ticks(1, at_ns=AT_NS + (after_s - 1) * SECOND)))
    assert again[-1] == ("subscribe", *BOOK)


def test_a_geoblock_is_told_in_the_venue_s_words() -> None:
    text = "Because you appear to be a resident of, or trading from, a jurisdiction that violates"
    body = {"errors": [{"msg": text, "code": "GEOBLOCKED"}]}
    [refused] = only(Reject, feed(Session(Wants()), reply("instruments", body, status=403)))
    assert refused.reason == f"instruments: HTTP 403: {text}"


@pytest.mark.parametrize("body", ["<html>502</html>", "", '{"errors":[]}', '{"errors":7}'])
def test_a_gateway_s_html_is_a_refusal_without_words(body: str) -> None:
    [refused] = only(Reject, feed(Session(Wants()), reply("instruments", body, status=500)))
    assert refused.reason == "instruments: HTTP 500"


# --- what we do not use -----------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["v4_orderbooks", "v3_orderbook", ""])
def test_an_unknown_channel_is_rejected_by_name(channel: str) -> None:
    for kind, contents in (("subscribed", {}), ("channel_data", {}), ("channel_batch_data", [{}])):
        [unknown] = only(
            Reject, feed(Session(Wants()), frame(envelope(kind, 1, channel, "", contents)))
        )
        assert unknown.reason == f"unknown channel {channel}"


@pytest.mark.parametrize("kind", ["channel_dat", ""])
def test_an_unknown_type_is_rejected_by_name(kind: str) -> None:
    message = frame(envelope(kind, 1, *BOOK, {"bids": []}))
    [unknown] = only(Reject, feed(Session(Wants()), message))
    assert unknown.reason == f"unknown type {kind}"


def test_a_pong_and_an_unsubscribed_say_nothing() -> None:
    pong = {"type": "pong", "connection_id": "x", "message_id": 3}
    dropped = envelope("unsubscribed", 2, *BOOK, None)
    assert feed(Session(Wants()), frame(pong), frame(dropped), frame(connected())) == []


@needs_captures
@pytest.mark.parametrize(
    "name",
    ["ws_candles_batch", "ws_connected", "rpc_validator_block"],
)
def test_recorded_candles_and_node_answers_say_nothing(name: str) -> None:
    assert feed(Session(Wants()), frame(capture_text(f"dydx/{name}.json"))) == []


@needs_captures
@pytest.mark.parametrize(
    ("name", "file"),
    [("candles", "candles"), ("trades", "trades"), ("time", "time"),
     ("fills", "fills"), ("height", "block_height")],
)  # fmt: skip
def test_recorded_replies_that_we_do_not_use_say_nothing(name: str, file: str) -> None:
    assert feed(Session(Wants()), reply(name, capture_text(f"dydx/rest_{file}.json"))) == []


@needs_captures
def test_the_recorded_error_is_told_in_the_venue_s_words() -> None:
    text = capture_text("dydx/ws_error_could_not_fetch.json")
    [refused] = only(Reject, feed(Session(Wants()), frame(text)))
    assert refused.reason == json.loads(text)["message"]


def test_no_round_trip_is_told_because_the_venue_answers_no_ping() -> None:
    assert Rtt not in SPEC.kinds
    assert not only(Send, feed(listening("BTC-USD"), *ticks(4)))


def test_a_book_nobody_asked_for_is_still_a_fact() -> None:
    outputs = feed(Session(Wants(symbols=("BTC",))), frame(book(3, {"1": "1"}, {}, "ETH-USD")))
    assert [snapshot.symbol for snapshot in only(BookSnapshot, outputs)] == ["ETH"]
    assert not only(Restart, outputs)
