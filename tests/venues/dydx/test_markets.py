"""dYdX market rows: instruments, the oracle, open interest and the live funding rate."""

from typing import Any

import pytest

from cockpit.core.events import Funding, Instrument, OpenInterest, Prices, Reject, Surveyed
from cockpit.core.units import HOUR_NS
from cockpit.venues.contract import Output, Wants
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
from tests.venues.dydx.messages import envelope, markets, row, trading

SECOND = 1_000_000_000
HOUR = 1_760_004_000_000_000_000
"""2025-10-09 10:00:00 UTC."""


def listed(*rows: dict[str, Any], wants: tuple[str, ...] = (), at_ns: int = AT_NS) -> list[Output]:
    return feed(Session(Wants(symbols=wants)), reply("instruments", markets(*rows), at_ns=at_ns))


def oracle(**rows: dict[str, Any]) -> Any:
    contents = [{"oraclePrices": {f"{symbol}-USD": part for symbol, part in rows.items()}}]
    return envelope("channel_batch_data", 6, "v4_markets", "", contents)


# --- instruments ------------------------------------------------------------------------------


def test_an_instrument_is_what_the_row_says_in_base_units() -> None:
    [instrument] = only(Instrument, listed(row("BTC-USD")))
    assert (instrument.symbol, instrument.native, instrument.base) == ("BTC", "BTC-USD", "BTC")
    assert (instrument.tick, instrument.lot, instrument.min_size) == (1.0, 0.0001, 0.0001)
    assert (instrument.contract, instrument.funding_interval_s) == (1.0, 3600)
    assert (instrument.max_leverage, instrument.mmf) == (50.0, 0.012)
    assert instrument.status == "active"


def test_fees_are_the_documented_base_tier_and_said_to_be_an_assumption() -> None:
    assert (SPEC.taker_fee, SPEC.maker_fee, SPEC.publishes_fees) == (0.0005, 0.0001, False)


def test_there_is_no_thousand_pepe_one_pepe_is_one_pepe() -> None:
    [instrument] = only(Instrument, listed(row("PEPE-USD", stepSize="10000000")))
    assert (instrument.symbol, instrument.contract, instrument.lot) == ("PEPE", 1.0, 10_000_000.0)


def test_an_on_chain_asset_keeps_its_whole_id_and_meets_no_coin_of_the_same_name() -> None:
    ticker = "BTC,raydium,F3nefJCcejYbtdREjui1T9DPh5dBgpkKq7u2GAAMXs5B-USD"
    outputs = listed(row(ticker), wants=("BTC",))
    [instrument] = only(Instrument, outputs)
    assert (instrument.symbol, instrument.base) == (ticker.removesuffix("-USD"), "BTC")
    assert not only(Prices, outputs)


def test_the_base_is_the_ticker_up_to_its_last_usd() -> None:
    assert only(Instrument, listed(row("A-USD-USD")))[0].symbol == "A-USD"


@pytest.mark.parametrize(
    ("status", "ours"),
    [("ACTIVE", "active"), ("PAUSED", "paused"), ("CANCEL_ONLY", "paused"),
     ("POST_ONLY", "paused"), ("INITIALIZING", "paused"), ("FINAL_SETTLEMENT", "delisted")],
)  # fmt: skip
def test_a_status_says_whether_one_can_trade(status: str, ours: str) -> None:
    assert only(Instrument, listed(row("BTC-USD", status=status)))[0].status == ours


def test_leverage_falls_as_open_interest_passes_its_lower_cap() -> None:
    # 600 at 100,000 is 60 M; a third of the way from 40 M to 100 M: IMF 0.05 + 0.95 / 3.
    caps = {"openInterestLowerCap": "40000000", "openInterestUpperCap": "100000000"}
    full = row("SOL-USD", oraclePrice="100000", openInterest="600", initialMarginFraction="0.05")
    assert only(Instrument, listed(full))[0].max_leverage == pytest.approx(20.0)
    assert only(Instrument, listed({**full, **caps}))[0].initial_tiers == ((0.0, 0.05),)
    assert only(Instrument, listed({**full, **caps}))[0].max_leverage == pytest.approx(
        1 / (0.05 + 0.95 / 3)
    )
    low = {**full, **caps, "openInterest": "399"}
    assert only(Instrument, listed(low))[0].max_leverage == pytest.approx(20.0)
    high = {**full, **caps, "openInterest": "5000"}
    assert only(Instrument, listed(high))[0].max_leverage == 1.0
    unknown = {**full, **caps, "oraclePrice": None}
    assert only(Instrument, listed(unknown))[0].max_leverage is None


@pytest.mark.parametrize("odd", ["9x", {"a": 1}, [], True, "1e400", "-1"])
def test_an_odd_figure_costs_that_figure_and_no_other(odd: Any) -> None:
    outputs = listed(row("BTC-USD", openInterest=odd), row("ETH-USD"))
    assert {prices.symbol for prices in only(Prices, outputs)} == {"BTC", "ETH"}
    assert {funding.symbol for funding in only(Funding, outputs)} == {"BTC", "ETH"}
    assert {interest.symbol for interest in only(OpenInterest, outputs)} == {"ETH"}
    assert [r.reason for r in only(Reject, outputs)] == [
        "market BTC-USD: openInterest is no such figure"
    ]


def test_a_surveyed_market_whose_row_cannot_be_read_is_silent_until_one_can() -> None:
    session = Session(Wants(survey=True))
    healthy, broken = markets(row("BTC-USD"), row("ETH-USD")), markets(row("BTC-USD"))
    broken["markets"]["ETH-USD"] = None
    for body, silent in ((healthy, ()), (broken, ("ETH",)), (healthy, ())):
        [read] = only(Surveyed, feed(session, reply("instruments", body)))
        assert (read.markets, read.silent) == (2, silent)


# --- prices and open interest -----------------------------------------------------------------


def test_the_oracle_is_mark_and_index_and_the_last_price_is_left_to_trades() -> None:
    [prices] = only(Prices, listed(row("BTC-USD", oraclePrice="89919.2")))
    assert (prices.mark, prices.index, prices.last) == (89919.2, 89919.2, None)


def test_an_oracle_row_carries_the_venue_s_time() -> None:
    part = {"oraclePrice": "21000.00", "effectiveAt": "2025-10-09T08:53:19.500Z", "marketId": 0}
    [prices] = only(Prices, feed(Session(Wants()), frame(oracle(BTC=part))))
    assert prices.mark == 21000.0
    assert prices.venue_ns == AT_NS - 500_000_000


def test_old_recordings_name_the_oracle_price_price() -> None:
    [prices] = only(Prices, feed(Session(Wants()), frame(oracle(UNI={"price": "4.55"}))))
    assert (prices.symbol, prices.mark) == ("UNI", 4.55)


def test_an_oracle_row_of_a_market_that_is_not_listed_is_passed_over() -> None:
    session = Session(Wants())
    feed(session, reply("instruments", markets(row("BTC-USD"))))
    assert feed(session, frame(oracle(UNI={"oraclePrice": "4.55"}))) == []


@pytest.mark.parametrize("price", [None, "0", "NaN"])
def test_a_market_without_a_price_has_no_prices(price: str | None) -> None:
    assert not only(Prices, listed(row("NEW-USD", oraclePrice=price)))
    assert not only(Prices, feed(Session(Wants()), frame(oracle(BTC={"oraclePrice": price}))))


def test_open_interest_is_the_field_that_the_indexer_maintains() -> None:
    outputs = listed(row("BTC-USD", openInterest="381.7348", baseOpenInterest="782.0931"))
    assert [interest.base for interest in only(OpenInterest, outputs)] == [381.7348]


def test_a_settled_market_states_no_facts() -> None:
    outputs = listed(row("OLD-USD", status="FINAL_SETTLEMENT"))
    assert [type(output) for output in outputs] == [Instrument]


# --- live funding -----------------------------------------------------------------------------


def test_the_next_funding_rate_is_live_per_hour_and_paid_at_the_full_hour() -> None:
    [live] = only(Funding, listed(row("BTC-USD", nextFundingRate="0.00000254545454545455")))
    assert (live.kind, live.interval_s) == ("live", 3600)
    assert live.rate == pytest.approx(0.000028 / 11)  # the mean of eleven samples
    assert live.next_ns == 1_760_000_400_000_000_000  # 09:00 after 08:53:20
    assert live.venue_ns is None


def test_a_rate_of_zero_is_a_rate() -> None:
    assert only(Funding, listed(row("BTC-USD", nextFundingRate="0")))[0].rate == 0.0


@pytest.mark.parametrize("status", ["PAUSED", "INITIALIZING", "FINAL_SETTLEMENT"])
def test_a_market_without_trading_has_no_funding(status: str) -> None:
    assert not only(Funding, listed(row("BTC-USD", status=status)))


@pytest.mark.parametrize("status", ["CANCEL_ONLY", "POST_ONLY"])
def test_a_restricted_market_still_accrues_funding(status: str) -> None:
    assert only(Funding, listed(row("BTC-USD", status=status)))


def test_a_partial_row_states_what_it_names_and_keeps_the_rest() -> None:
    session = Session(Wants())
    feed(session, reply("instruments", markets(row("BTC-USD"))))
    outputs = feed(session, frame(trading(6, BTC={"nextFundingRate": "-0.0085"})))
    assert [type(output) for output in outputs] == [Funding]
    paused = feed(session, frame(trading(7, BTC={"status": "PAUSED"})))
    assert [type(output) for output in paused] == [Instrument]
    [instrument] = only(Instrument, paused)
    assert (instrument.status, instrument.tick, instrument.mmf) == ("paused", 1.0, 0.012)


def test_a_partial_row_of_an_unknown_market_with_unknown_fields_is_no_trouble() -> None:
    outputs = feed(
        Session(Wants()),
        frame(trading(6, NEW={"nextFundingRate": "0.00001", "id": "7", "baseAsset": "NEW"})),
    )
    assert [(type(output), output.symbol) for output in only(Funding, outputs)] == [
        (Funding, "NEW")
    ]
    assert not only(Reject, outputs)


def rate(session: Session, value: str, at_ns: int) -> list[Funding]:
    message = frame(trading(at_ns // SECOND, BTC={"nextFundingRate": value}), at_ns=at_ns)
    return only(Funding, feed(session, message))


def test_the_last_hour_s_rate_is_not_told_as_this_hour_s() -> None:
    session = Session(Wants())
    assert rate(session, "0.000003", HOUR - 30 * SECOND)
    assert not rate(session, "0.000003", HOUR)
    assert not rate(session, "0.000003", HOUR + 60 * SECOND)
    [fresh] = rate(session, "0.000001", HOUR + 75 * SECOND)
    assert fresh.rate == 0.000001
    assert fresh.next_ns == HOUR + HOUR_NS


def test_a_rate_that_changed_after_the_hour_is_told_at_once_and_again() -> None:
    session = Session(Wants())
    rate(session, "0.000003", HOUR - 30 * SECOND)
    assert rate(session, "0.000001", HOUR + 62 * SECOND)
    assert rate(session, "0.000001", HOUR + 80 * SECOND)


def test_an_unchanged_rate_is_told_again_when_it_must_be_this_hour_s() -> None:
    # The venue sends changes only: a rate that stays zero would otherwise never be said again.
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(HOUR - 40 * SECOND))
    rate(session, "0", HOUR - 30 * SECOND)
    rate(session, "0", HOUR + 30 * SECOND)
    said = only(Funding, feed(session, *ticks(200, at_ns=HOUR + 30 * SECOND)))
    assert [(funding.rate, funding.recv_ns) for funding in said] == [(0.0, HOUR + 90 * SECOND)]


# --- recordings -------------------------------------------------------------------------------


@needs_captures
def test_the_recorded_list_of_2025_reads_as_it_is_documented() -> None:
    body = capture_text("dydx/rest_perpetual_markets.json")
    outputs = feed(Session(Wants(symbols=("SOL",))), reply("instruments", body))
    assert [i.symbol for i in only(Instrument, outputs)] == ["BTC", "ETH", "SOL"]
    assert only(Instrument, outputs)[2].max_leverage == 20.0  # below its lower cap of 40 M
    assert [f.rate for f in only(Funding, outputs)] == [-0.00000143181818181818]
    assert [o.base for o in only(OpenInterest, outputs)] == [41917.9]
    assert not only(Reject, outputs)


@needs_captures
def test_the_recorded_channel_start_lists_67_markets() -> None:
    outputs = feed(Session(Wants()), frame(capture_text("dydx/ws_markets_subscribed_full.json")))
    assert len(only(Instrument, outputs)) == 67
    assert len(only(Funding, outputs)) == len(only(OpenInterest, outputs)) == 67
    pepe = next(prices for prices in only(Prices, outputs) if prices.symbol == "PEPE")
    assert pepe.mark == 0.0000081647186135
    assert not only(Reject, outputs)


@needs_captures
@pytest.mark.parametrize(
    ("name", "facts"),
    [("next_funding_rate_batch", [("BTC", -0.0085756875), ("ETH", -0.0084455625)]),
     ("oracle_batch", [("BTC", 21000.0)]),
     ("oracle_unknown_market_batch", [("UNI", 4.551094904)])],
)  # fmt: skip
def test_recorded_updates_read_without_a_list(name: str, facts: list[tuple[str, float]]) -> None:
    outputs = feed(Session(Wants()), frame(capture_text(f"dydx/ws_markets_{name}.json")))
    read = [(f.symbol, f.rate) for f in only(Funding, outputs)]
    read += [(p.symbol, p.mark or 0.0) for p in only(Prices, outputs)]
    assert read == facts
    assert not only(Reject, outputs)
