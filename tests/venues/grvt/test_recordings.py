"""Recordings of mainnet: what they say, to the last digit, and what ccxt reads in them."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from cockpit.core.events import (
    BookDelta,
    BookReset,
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
from cockpit.venues.contract import Output, Wants
from cockpit.venues.grvt.session import Session
from tests.support import capture_lines, capture_text, feed, frame, needs_captures, only, opened
from tests.support import reply as answered
from tests.venues.grvt.samples import data

pytestmark = needs_captures

AT_NS = 1_790_586_066_000_000_000
WATCHED = ("BTC", "ETH")


def recorded(name: str) -> Any:
    return json.loads(capture_text(f"grvt/{name}.json"))


def fresh(symbols: Sequence[str] = WATCHED) -> Session:
    session = Session(Wants(symbols=tuple(symbols)))
    feed(session, opened(AT_NS))
    return session


def heard(name: str) -> list[Output]:
    lines = capture_lines(f"grvt/{name}.jsonl")
    return feed(fresh(), *(frame(line, AT_NS) for line in lines))


def quoted(function: str) -> list[Any]:
    """Samples that a client quotes in its source, by the function that reads them."""
    rows = capture_lines("grvt/ccxt_inline_samples.jsonl")
    return [row["payload"] for row in rows if row["function"] == function]


def listed() -> dict[str, Instrument]:
    body = recorded("rest_20260913_all_instruments_6")
    told = feed(fresh(), answered("instruments", body, AT_NS))
    assert only(Reject, told) == []
    return {event.native: event for event in only(Instrument, told)}


def test_a_book_and_its_ten_changes_hang_together() -> None:
    told = heard("ws_20260928_book_d_btc")
    assert only(Reject, told) == []
    assert only(BookReset, told) == []
    (whole,) = only(BookSnapshot, told)
    assert whole.bids[0] == (82966.3, 0.531)
    assert whole.asks[0] == (82966.4, 3.842)
    assert whole.venue_ns == 1_790_586_064_400_000_000
    changes = only(BookDelta, told)
    assert [change.seq for change in changes] == list(range(36481, 36491))
    assert changes[0].bids == ((82907.9, 1.334), (82907.3, 0.0))
    assert changes[0].venue_ns == 1_790_586_064_900_066_293


def test_cut_frames_without_their_acknowledgement_show_the_hole_in_the_middle() -> None:
    told = heard("ws_frames_2026-09-28")
    (change,) = only(BookDelta, told)
    assert change.seq == 36481
    (lost,) = only(BookReset, told)
    assert "36490" in lost.reason


def test_the_short_ticker_tells_three_prices() -> None:
    told = heard("ws_20260928_mini_s_btc")
    assert only(Reject, told) == []
    first, *others = only(Prices, told)
    assert (first.mark, first.index, first.last) == (82979.000004151, 83003.119786761, 82966.7)
    assert len(others) == 10
    assert only(OpenInterest, told) == []


def test_the_backlog_and_the_live_fills_are_trades_of_the_taker() -> None:
    told = heard("ws_20260928_trade_eth")
    assert only(Reject, told) == []
    fills = only(Trade, told)
    assert len(fills) == 7
    assert (fills[0].price, fills[0].size, fills[0].side) == (2640.85, 19.288, Side.SELL)
    assert fills[3].venue_ns == 1_790_586_069_683_993_871
    assert fills[3].side is Side.BUY


def test_a_bad_instrument_is_told_in_the_words_of_the_venue() -> None:
    (frame_,) = capture_lines("grvt/ws_20260928_error_bad_instrument.jsonl")
    told = feed(fresh(), frame({**frame_, "id": 2}, AT_NS))
    (problem,) = only(Reject, told)
    assert "3000: Instrument is invalid" in problem.reason


def test_the_listing_in_coins() -> None:
    btc = listed()["BTC_USDT_Perp"]
    assert (btc.symbol, btc.quote, btc.tick, btc.lot) == ("BTC", "USDT", 0.1, 0.001)
    assert (btc.min_notional_usd, btc.funding_interval_s) == (100.0, 28_800)
    assert listed()["ENA_USDT_Perp"].funding_interval_s == 14_400
    bonk = listed()["KBONK_USDT_Perp"]
    assert (bonk.symbol, bonk.contract, bonk.lot) == ("BONK", 1000.0, 1000.0)
    assert bonk.tick == pytest.approx(1e-9, rel=1e-12)
    assert bonk.funding_interval_s == 14_400


def test_a_listed_share_is_active_and_names_no_leverage() -> None:
    body = {"result": [recorded("rest_20260928_instrument_nvda")]}
    (nvda,) = only(Instrument, feed(fresh(), answered("instruments", body, AT_NS)))
    assert (nvda.symbol, nvda.status, nvda.max_leverage) == ("NVDA", "active", None)


def test_rows_of_2025_have_whole_numbers_as_text() -> None:
    body = {"result": [*quoted("fetch_markets"), *quoted("parse_market")]}
    told = feed(fresh(), answered("instruments", body, AT_NS))
    assert [(event.symbol, event.funding_interval_s) for event in only(Instrument, told)] == [
        ("AAVE", 28_800), ("BTC", 28_800),
    ]  # fmt: skip


def test_a_recorded_rate_is_per_cent_for_eight_hours() -> None:
    """The ticker by REST names no interval: it is the listing's."""
    session = fresh()
    feed(session, answered("instruments", recorded("rest_20260913_all_instruments_6"), AT_NS))
    row = recorded("rest_20260913_ticker_btc")["result"]
    told = feed(session, frame(data("v1.ticker.s", "BTC_USDT_Perp@500", 0, 0, row), AT_NS))
    (rate,) = only(Funding, told)
    assert rate.rate == pytest.approx(0.000031)
    assert (rate.interval_s, rate.next_ns) == (28_800, 1_789_344_000_000_000_000)
    (interest,) = only(OpenInterest, told)
    assert interest.base == 2523.388873277
    (volume,) = only(Volume, told)
    assert volume.base_24h == pytest.approx(637.059 + 643.171)
    assert volume.usd_24h == pytest.approx(49_048_179.0772 + 49_518_153.3347)


def test_recorded_payments_have_their_own_interval() -> None:
    body = recorded("rest_20260913_funding_btc")
    told = feed(fresh(), answered("funding_history", body, AT_NS, key="BTC_USDT_Perp"))
    paid = only(Funding, told)
    assert [event.rate for event in paid] == pytest.approx([0.000086, 0.000066, 0.000077, 0.000061])
    assert {(event.kind, event.interval_s) for event in paid} == {("settled", 28_800)}
    assert paid[-1].venue_ns == 1_789_315_200_000_000_000


def test_a_minute_of_the_old_accrual_is_no_payment() -> None:
    (body,) = quoted("fetch_funding_rate_history")
    told = feed(fresh(), answered("funding_history", body, AT_NS, key="BTC_USDT_Perp"))
    assert only(Funding, told) == []
    assert only(Reject, told) == []


def test_quoted_frames_are_read() -> None:
    frames = [f for function in ("handle_ticker", "handle_trades", "handle_order_book")
              for f in quoted(function)]  # fmt: skip
    told = feed(fresh(), *(frame(line, AT_NS) for line in frames))
    assert only(Reject, told) == []
    (rate,) = only(Funding, told)
    assert rate.rate == pytest.approx(0.0001)
    assert rate.next_ns == 1_767_225_600_000_000_000
    (whole,) = only(BookSnapshot, told)
    assert (whole.bids, whole.asks) == (((88107.3, 5.322),), ((88107.4, 5.273),))


def test_ccxt_reads_the_same_listing() -> None:
    """It knows no thousands: its KBONK is 1000 of ours, in tick and in lot."""
    ccxt = pytest.importorskip("ccxt")
    client = ccxt.grvt()
    for row in recorded("rest_20260913_all_instruments_6")["result"]:
        theirs = client.parse_market(row)
        mine = listed()[row["instrument"]]
        assert theirs["swap"]
        scale = mine.contract
        assert theirs["base"] == mine.base if scale == 1.0 else theirs["base"] == f"K{mine.base}"
        assert mine.tick == pytest.approx(theirs["precision"]["price"] / scale, rel=1e-12)
        assert mine.lot == pytest.approx(theirs["limits"]["amount"]["min"] * scale, rel=1e-12)


def test_ccxt_reads_the_same_payments() -> None:
    ccxt = pytest.importorskip("ccxt")
    client = ccxt.grvt()
    body = recorded("rest_20260913_funding_btc")
    client.fetch = lambda *args, **kwargs: body
    client.set_markets([client.parse_market(quoted("parse_market")[0])])
    theirs = client.fetch_funding_rate_history("BTC/USDT:USDT")
    told = feed(fresh(), answered("funding_history", body, AT_NS, key="BTC_USDT_Perp"))
    mine = only(Funding, told)
    assert [row["fundingRate"] for row in theirs] == pytest.approx([f.rate for f in mine])
    assert [row["timestamp"] * 1_000_000 for row in theirs] == [f.venue_ns for f in mine]
