"""Orderly's recordings decode to the figures that its page reads in them."""

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
    Volume,
)
from cockpit.venues.contract import Output, Wants
from cockpit.venues.orderly.session import Session
from tests.support import capture_lines, capture_text, feed, frame, only, opened, reply

REST = "orderly/rest_20260913_"
AT_NS = 1_790_132_429_000_000_000


def heard(*symbols: str, survey: bool = True) -> tuple[Session, list[Output]]:
    """A session that has read the recorded listing and prices, with what it said."""
    session = Session(Wants(symbols=symbols, survey=survey))
    outputs = feed(
        session,
        opened(AT_NS),
        reply("instruments", capture_text(f"{REST}public_info_5rows.json"), AT_NS),
        reply("tickers", capture_text(f"{REST}public_futures_5rows.json"), AT_NS),
        reply("rates", capture_text(f"{REST}public_funding_rates_5rows.json"), AT_NS),
    )
    return session, outputs


def by_symbol(kind: type, outputs: list[Output]) -> dict[str, Any]:
    return {fact.symbol: fact for fact in only(kind, outputs)}


def test_the_listing_has_tick_lot_interval_and_margin_of_five_markets() -> None:
    _, outputs = heard()
    listed = by_symbol(Instrument, outputs)
    assert only(Reject, outputs) == []
    assert {symbol: fact.funding_interval_s for symbol, fact in listed.items()} == {
        "BTC": 28_800, "ETH": 28_800, "PEPE": 28_800, "HYPE": 14_400, "XAU": 14_400,
    }  # fmt: skip
    bitcoin, pepe = listed["BTC"], listed["PEPE"]
    assert (bitcoin.tick, bitcoin.lot, bitcoin.min_notional_usd) == (0.1, 1e-5, 10.0)
    assert (bitcoin.max_leverage, bitcoin.mmf) == (100.0, 0.006)
    assert (pepe.contract, pepe.lot, pepe.max_leverage) == (1000.0, 100_000.0, 20.0)
    assert pepe.tick == pytest.approx(1e-10)


def test_the_recorded_interest_is_of_one_side() -> None:
    """Both sides together are an even number of lots in every market; here some are odd."""
    _, outputs = heard()
    listed, interest = by_symbol(Instrument, outputs), by_symbol(OpenInterest, outputs)
    lots = {name: fact.base / listed[name].lot for name, fact in interest.items()}
    assert [name for name, count in sorted(lots.items()) if round(count) % 2] == [
        "ETH", "HYPE", "XAU",
    ]  # fmt: skip


def test_the_prices_have_rate_interest_and_volume_of_five_markets() -> None:
    _, outputs = heard()
    rates, interest = by_symbol(Funding, outputs), by_symbol(OpenInterest, outputs)
    assert (rates["BTC"].rate, rates["HYPE"].rate) == (0.0001, 0.00005)
    assert {fact.next_ns for fact in rates.values()} == {1_789_344_000_000 * 10**6}
    assert interest["BTC"].base == 26.43846, "coins, about two million dollars: one side"
    assert interest["PEPE"].base == 7_042_800_000.0
    assert by_symbol(Prices, outputs)["ETH"].mark == 2499.26
    assert by_symbol(Volume, outputs)["XAU"].usd_24h == 3528.57634


def test_payments_of_eight_and_four_hours_are_as_far_apart_as_the_listing_says() -> None:
    session, outputs = heard("BTC", "HYPE")
    for native, file, rows in (("BTC", "btc_8h", 5), ("HYPE", "hype_4h", 4)):
        page = capture_text(f"{REST}funding_rate_history_{file}.json")
        outputs += feed(session, reply("funding_history", page, AT_NS, key=f"PERP_{native}_USDC"))
        paid = [f for f in only(Funding, outputs) if (f.kind, f.symbol) == ("settled", native)]
        assert len(paid) == rows, "the newest came with the rates, and is told once"
        hours = 8 if native == "BTC" else 4
        assert {fact.interval_s for fact in paid} == {hours * 3600}
    assert only(Reject, outputs) == []


def test_the_socket_was_recorded_with_a_book_its_change_an_estimate_and_a_refusal() -> None:
    session, _ = heard("ETH", survey=False)
    outputs = feed(
        session,
        *(frame(line, AT_NS) for line in capture_lines("orderly/ws_frames_2026-09-23.jsonl")),
    )
    first, requested = only(BookSnapshot, outputs)
    (delta,) = only(BookDelta, outputs)
    assert (first.seq, delta.seq, requested.seq) == (1790132428187, 1790132430586, 1790132430586)
    assert first.asks[0] == (2763.61, 0.721)
    assert (2768.8, 0.0) in delta.asks
    (estimate,) = only(Funding, outputs)
    assert (estimate.rate, estimate.next_ns) == (0.00018583, 1_790_150_400_000 * 10**6)
    assert [one.reason for one in only(Reject, outputs)] == [
        "request refused: invalid symbol PERP_NOPE_USDC"
    ]


def test_the_samples_of_other_years_are_read_as_well() -> None:
    session, _ = heard()
    lines = capture_lines("orderly/ccxt_inline_modetrade_202610.jsonl")
    body = {
        "success": True,
        "timestamp": 1_792_270_000_000,
        "data": {"rows": [lines[0]["payload"]]},
    }
    outputs = feed(session, reply("tickers", body, AT_NS))
    assert by_symbol(Funding, outputs)["BTC"].rate == 0.00008318
    assert by_symbol(OpenInterest, outputs)["BTC"].base == 42.65602
    assert only(Reject, outputs) == []


def test_maintenance_was_recorded_as_none() -> None:
    (line,) = [
        line["body"]
        for line in capture_lines("orderly/rest_samples_2026-09-23.jsonl")
        if line["request"].endswith("system_info")
    ]
    session, _ = heard("ETH")
    assert feed(session, reply("system", line, AT_NS)) == []
