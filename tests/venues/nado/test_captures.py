"""Nado's recordings say what the page says of them, and what a stock client reads in them."""

import json
from decimal import Decimal
from typing import Any

import pytest

from cockpit.core.events import (
    BookDelta,
    BookSnapshot,
    Funding,
    Instrument,
    OpenInterest,
    Prices,
    Reject,
    Trade,
    Volume,
)
from cockpit.core.market import Side
from cockpit.venues.contract import Wants
from cockpit.venues.nado.messages import X18
from cockpit.venues.nado.session import Session
from tests.support import (
    capture_lines,
    capture_text,
    feed,
    frame,
    needs_captures,
    only,
    opened,
    reply,
)
from tests.venues.nado.samples import answer, listed_session, subscribed, symbols

pytestmark = needs_captures

SYMBOLS = "nado/rest_20260913_query_symbols_9rows.json"
CONTRACTS = "nado/rest_20260913_archive_v2_contracts_9rows.json"
HISTORY = "nado/rest_20260913_archive_funding_rate_history_btc.json"
QUERIES = "nado/rest_20260928_queries.jsonl"
FRAMES = "nado/ws_20260928_single_frames.jsonl"
PERP_AND_SPOT = "nado/rest_20260928_query_symbols_perp_and_spot_row.json"
AT_NS = 1_789_338_573_000_000_000
"""2026-09-13 22:29:33 UTC."""


def surveyed() -> tuple[Session, list[Any]]:
    session = Session(Wants(symbols=("BTC", "PEPE"), survey=True))
    return session, feed(
        session,
        reply("instruments", capture_text(SYMBOLS), at_ns=AT_NS),
        reply("tickers", capture_text(CONTRACTS), at_ns=AT_NS),
    )


def by_symbol(kind: Any, outputs: list[Any]) -> dict[str, Any]:
    return {event.symbol: event for event in only(kind, outputs)}


def test_the_recorded_listing_is_read_whole() -> None:
    _, outputs = surveyed()
    assert only(Reject, outputs) == []
    listed = by_symbol(Instrument, outputs)
    assert set(listed) == {
        "BTC", "ETH", "SPY", "WTI", "AAPL", "XAG", "PEPE", "ZHIPU", "XAUT",
    }  # fmt: skip
    btc = listed["BTC"]
    assert (btc.native, btc.base, btc.quote) == ("BTC-PERP", "BTC", "USDT0")
    assert (btc.tick, btc.lot, btc.min_size) == (1.0, 0.00005, None)
    assert btc.min_notional_usd == 100.0
    assert (btc.max_leverage, btc.mmf) == (50.0, 0.01)
    assert (btc.maker_fee, btc.taker_fee) == (0.0001, 0.00035)
    assert btc.funding_interval_s == 3600
    pepe = listed["PEPE"]
    assert (pepe.native, pepe.contract) == ("kPEPE-PERP", 1000.0)
    assert pepe.tick == pytest.approx(0.000001 / 1000)
    assert pepe.lot == 500.0 * 1000
    assert listed["ZHIPU"].max_leverage == pytest.approx(1 / 0.333)


def test_the_recorded_rate_is_of_24_hours_and_stated_by_the_hour() -> None:
    _, outputs = surveyed()
    live = by_symbol(Funding, outputs)
    assert len(live) == 9
    btc = live["BTC"]
    assert btc.rate == 0.00010991167139984 / 24
    assert btc.interval_s == 3600
    assert btc.next_ns == 1_789_340_400 * 10**9
    assert live["WTI"].rate == pytest.approx(-0.003550171430818078 / 24)


def test_the_recorded_rate_of_a_day_is_the_premium_of_the_mark() -> None:
    _, outputs = surveyed()
    prices, live = by_symbol(Prices, outputs), by_symbol(Funding, outputs)
    for symbol, fact in live.items():
        premium = prices[symbol].mark / prices[symbol].index - 1
        assert fact.rate * 24 == pytest.approx(premium, abs=1e-5), symbol


def test_recorded_prices_interest_and_volume_are_in_coins_one_side_once() -> None:
    _, outputs = surveyed()
    btc, pepe = (by_symbol(Prices, outputs)[name] for name in ("BTC", "PEPE"))
    assert (btc.mark, btc.index, btc.last) == (76805.68219579448, 76796.975, 76758.0)
    assert pepe.mark == pytest.approx(0.003348504249997 / 1000)
    interest = by_symbol(OpenInterest, outputs)
    assert interest["BTC"].base == pytest.approx(215.3981 / 2)
    assert interest["PEPE"].base == pytest.approx(58_108_000.0 * 1000 / 2)
    volume = by_symbol(Volume, outputs)
    assert (volume["BTC"].base_24h, volume["BTC"].usd_24h) == (1153.2458, 88844499.99528772)


def test_the_recorded_interest_of_each_market_is_an_even_number_of_lots() -> None:
    """Each side is a whole number of lots, so that both together are twice one. Of one side about
    half of the nine markets would have an odd number."""
    listed = json.loads(capture_text(SYMBOLS))["data"]["symbols"]
    rows = json.loads(capture_text(CONTRACTS), parse_float=Decimal).values()
    lots = [
        row["open_interest"] * X18 / int(listed[row["base_currency"]]["size_increment"])
        for row in rows
    ]
    assert [number % 2 for number in lots] == [0] * 9


def test_the_recorded_history_is_by_the_hour_already() -> None:
    session, _ = surveyed()
    text = capture_text(HISTORY)
    rows = json.loads(text)["funding_rates"]
    outputs = feed(session, reply("funding_history", text, at_ns=AT_NS, key="BTC-PERP"))
    settled = only(Funding, outputs)
    assert [row.kind for row in settled] == ["settled"] * 6
    assert [row.venue_ns for row in settled] == [int(row["timestamp"]) * 10**9 for row in rows]
    assert settled[-1].rate == pytest.approx(6943496312518e-18)
    assert {row.interval_s for row in settled} == {3600}


def test_the_recorded_frames_of_a_book_and_a_trade() -> None:
    session, _ = surveyed()
    _, bbo, trade, ack, error = capture_lines(FRAMES)
    (fact,) = feed(session, frame(trade, at_ns=AT_NS))
    assert isinstance(fact, Trade)
    assert (fact.symbol, fact.price, fact.size, fact.side) == ("BTC", 82920.0, 0.00385, Side.SELL)
    assert fact.venue_ns == 1790586002468925586
    assert feed(session, frame(bbo, at_ns=AT_NS)) == []
    assert feed(session, frame(ack, at_ns=AT_NS)) == []
    (refused,) = only(Reject, feed(session, frame(error, at_ns=AT_NS)))
    assert "product_id" in refused.reason


def test_the_recorded_change_is_applied_to_a_book_that_was_read_before_it() -> None:
    session = listed_session()
    depth = capture_lines(FRAMES)[0]
    before = int(depth["last_max_timestamp"])
    feed(session, subscribed())
    text = json.dumps(answer({
        "product_id": 2, "timestamp": str(before),
        "bids": [["82910000000000000000000", "1000000000000000000"]],
        "asks": [["82956000000000000000000", "1000000000000000000"]],
    }))  # fmt: skip
    feed(session, reply("book", text, key="book_depth.2"))
    (delta,) = feed(session, frame(depth))
    assert isinstance(delta, BookDelta)
    assert delta.bids == ((82913.0, 0.0603),)
    assert delta.asks == (
        (82929.0, 1.9645), (82931.0, 0.0245), (82946.0, 3.04835), (82956.0, 0.0),
    )  # fmt: skip
    assert delta.seq == 1790585975732686867


def test_recorded_answers_of_the_gateway() -> None:
    session = Session(Wants(symbols=("NVDA",)))
    rows = json.loads(capture_text(PERP_AND_SPOT))
    outputs = feed(
        session, opened(at_ns=AT_NS), reply("instruments", symbols(*rows.values()), at_ns=AT_NS)
    )
    assert [row.symbol for row in only(Instrument, outputs)] == ["NVDA"], "spot is not listed"
    book, _, unknown, tickers = (row["body"] for row in capture_lines(QUERIES))
    (snapshot,) = feed(session, reply("book", book, at_ns=AT_NS, key="book_depth.112"))
    assert isinstance(snapshot, BookSnapshot)
    assert snapshot.bids == ((223.92, 2.23), (223.90, 0.83), (223.89, 1.11))
    assert snapshot.asks == ((223.97, 0.67), (223.98, 0.67), (223.99, 0.46))
    assert snapshot.venue_ns == 1790586268388285932
    (refused,) = feed(session, reply("book", unknown, at_ns=AT_NS, key="book_depth.112"))
    assert isinstance(refused, Reject)
    assert refused.reason.startswith("book: 2015 ")
    outputs = feed(session, reply("tickers", tickers, at_ns=AT_NS))
    assert only(Reject, outputs) == []
