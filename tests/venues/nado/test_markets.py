"""Nado's figures: three spellings of a number, a rate of a day paid by the hour, odd markets."""

import json
from itertools import pairwise
from typing import Any

import pytest

from cockpit.core.events import (
    Funding,
    Instrument,
    OpenInterest,
    Prices,
    Reject,
    Rtt,
    Surveyed,
    Trade,
    Volume,
)
from cockpit.venues import claims
from cockpit.venues.contract import Fetch, Send, Wants
from cockpit.venues.nado import SPEC
from cockpit.venues.nado.session import Session
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.nado.samples import (
    HOUR_NS,
    answer,
    change,
    contract_row,
    contracts,
    fill,
    listed_session,
    symbol_row,
    symbols,
    x18,
)


def listed(**said: Any) -> Instrument:
    session = Session(Wants())
    row = symbol_row("BTC-PERP", **said)
    (fact,) = only(Instrument, feed(session, reply("instruments", symbols(row))))
    return fact


def told(**said: Any) -> list[Any]:
    """What is said of a watched bitcoin whose row has these figures."""
    row = contract_row("BTC-PERP", **said)
    return feed(listed_session(), reply("tickers", contracts(row)))


# --- the listing ----------------------------------------------------------------------------------


def test_a_minimum_is_a_worth_and_not_a_size() -> None:
    fact = listed(min_size=x18(100))
    assert (fact.min_size, fact.min_notional_usd) == (None, 100.0)


@pytest.mark.parametrize("weight", ["0", x18(1), x18(1.2), "", None, "-5", "1e17", "9" * 50])
def test_a_weight_that_leaves_no_margin_says_no_leverage(weight: Any) -> None:
    fact = listed(long_weight_initial_x18=weight, long_weight_maintenance_x18=weight)
    assert (fact.max_leverage, fact.mmf) == (None, None)
    assert fact.tick == 1.0, "its neighbours are not touched"


def test_a_leverage_beyond_a_thousand_is_none() -> None:
    fact = listed(long_weight_initial_x18=x18(0.9999), long_weight_maintenance_x18=x18(0.9999))
    assert fact.max_leverage is None
    assert fact.mmf == pytest.approx(0.0001)


@pytest.mark.parametrize("figure", ["", None, "0", "-1", "1.5", "0x10", "9" * 50, "１"])
def test_a_tick_that_is_no_number_is_missing_and_costs_nothing_else(figure: Any) -> None:
    fact = listed(price_increment_x18=figure)
    assert (fact.tick, fact.lot) == (None, 0.001)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("live", "active"), ("post_only", "paused"), ("reduce_only", "paused"),
        ("soft_reduce_only", "paused"), ("not_tradable", "paused"), ("dancing", "paused"),
        (None, "paused"),
    ],
)  # fmt: skip
def test_only_a_live_market_takes_every_order(word: Any, status: str) -> None:
    assert listed(trading_status=word).status == status


def test_an_engine_that_is_not_active_pauses_every_market_and_gives_them_back() -> None:
    session = listed_session("BTC-PERP", "ETH-PERP")
    failed = only(Instrument, feed(session, reply("status", answer("failed"))))
    assert {(fact.symbol, fact.status) for fact in failed} == {
        ("BTC", "paused"), ("ETH", "paused"),
    }  # fmt: skip
    assert feed(session, reply("status", answer("failed"))) == []
    again = only(Instrument, feed(session, reply("status", answer("active"))))
    assert {fact.status for fact in again} == {"active"}


def test_a_product_id_is_told_and_may_be_any() -> None:
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(), reply("instruments", symbols(symbol_row("BTC-PERP", product_id=1))))
    (fact,) = feed(session, frame(fill(product_id=1)))
    assert isinstance(fact, Trade)
    assert fact.symbol == "BTC"
    (reject,) = feed(session, frame(fill(product_id=2)))
    assert isinstance(reject, Reject)
    assert reject.reason == "product 2 is not listed"


def test_a_spot_product_has_fills_and_a_book_too_and_they_are_nobodys_here() -> None:
    spot = symbol_row("ETH-PERP", symbol="wETH", product_id=3, type="spot")
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(), reply("instruments", symbols(symbol_row("BTC-PERP"), spot)))
    assert (
        feed(
            session, frame(fill(product_id=3)), frame(change(AT_NS - 1, AT_NS) | {"product_id": 3})
        )
        == []
    )


def test_fees_and_their_absence_are_the_listings() -> None:
    fact = listed(maker_fee_rate_x18=x18(0.00002), taker_fee_rate_x18=x18(0.00007))
    assert (fact.maker_fee, fact.taker_fee) == (0.00002, 0.00007)
    assert listed(taker_fee_rate_x18=x18(0.5)).taker_fee is None


# --- rates ----------------------------------------------------------------------------------------


def test_the_running_rate_is_a_24th_of_what_is_quoted() -> None:
    (fact,) = only(Funding, told(funding_rate=0.0024))
    assert (fact.kind, fact.interval_s) == ("live", 3600)
    assert fact.rate == pytest.approx(0.0001)
    assert fact.next_ns == (AT_NS // HOUR_NS + 1) * HOUR_NS


def test_the_history_is_of_an_hour_already_and_covers_an_hour() -> None:
    session = listed_session()
    rows = [
        {"product_id": 2, "timestamp": str(1_759_996_800 + 3600 * i), "funding_rate_x18": rate}
        for i, rate in ((0, "100000000000000"), (1, "-20000000000000"), (5, "30000000000000"))
    ]
    page = reply("funding_history", {"funding_rates": rows}, key="BTC-PERP")
    facts = only(Funding, feed(session, page))
    assert [(fact.kind, fact.rate, fact.interval_s) for fact in facts] == [
        ("settled", 0.0001, 3600), ("settled", -0.00002, 3600), ("settled", 0.00003, 3600),
    ]  # fmt: skip


def test_history_asks_for_no_more_rows_than_its_span_has_hours() -> None:
    session = Session(Wants(symbols=("BTC",)))
    said = feed(session, opened(), reply("instruments", symbols(symbol_row("BTC-PERP"))))
    (fetch,) = [asked for asked in only(Fetch, said) if asked.name == "funding_history"]
    asked = json.loads(fetch.body or "")["funding_rate_history"]
    assert asked["limit"] == 30 * 24 + 2
    assert asked["end_time"] - asked["start_time"] == 30 * 86_400
    assert (fetch.bucket, fetch.weight) == ("archive", 2 + 722 // 100)


def rate_of(product_id: int, rate: float) -> dict[str, Any]:
    return {
        "type": "funding_rate", "timestamp": str(AT_NS), "product_id": product_id,
        "funding_rate_x18": x18(rate), "update_time": str(AT_NS // 10**9),
    }  # fmt: skip


def test_a_survey_hears_the_rates_of_all_once_their_next_payment_is_known() -> None:
    session = Session(Wants(survey=True))
    said = feed(session, opened(), reply("instruments", symbols(symbol_row("BTC-PERP"))))
    asked = [json.loads(send.data) for send in only(Send, said)]
    assert [one["stream"] for one in asked] == [{"type": "funding_rate", "product_id": None}]
    assert feed(session, frame(rate_of(2, 0.0048))) == []
    feed(session, reply("tickers", contracts(contract_row("BTC-PERP"))))
    (fact,) = feed(session, frame(rate_of(2, 0.0048)))
    assert fact.rate == pytest.approx(0.0002)
    assert (fact.venue_ns, fact.next_ns) == (AT_NS, (AT_NS // HOUR_NS + 1) * HOUR_NS)
    assert feed(session, frame(rate_of(2, 0.0048))) == [], "nothing new"
    late = frame(rate_of(2, 0.0096), at_ns=AT_NS + HOUR_NS)
    assert feed(session, late) == [], "of another hour than the payment that is known"
    assert feed(session, frame(rate_of(999, 0.1))) == []
    assert len(only(Reject, feed(session, frame(rate_of(2, 1.5))))) == 1


@pytest.mark.parametrize("rate", [7, -1.0, 1.0])
def test_a_rate_that_is_no_fraction_is_counted_and_costs_no_price(rate: float) -> None:
    facts = told(funding_rate=rate)
    assert only(Funding, facts) == []
    assert len(only(Reject, facts)) == len(only(Prices, facts)) == 1


def test_a_rate_that_is_not_said_is_missing_and_not_zero() -> None:
    assert only(Funding, told(funding_rate=None)) == []
    assert only(Funding, told(funding_rate=0.0))[0].rate == 0.0


def test_a_market_without_a_mark_has_no_rate() -> None:
    facts = told(mark_price=0.0, last_price=0.0)
    assert only(Funding, facts) == []
    (prices,) = only(Prices, facts)
    assert (prices.mark, prices.index, prices.last) == (None, 101.1, None)


@pytest.mark.parametrize("mark", ["abc", -1.0, "NaN"])
def test_a_mark_that_is_none_is_counted_and_leaves_the_rate(mark: Any) -> None:
    facts = told(mark_price=mark)
    assert len(only(Funding, facts)) == len(only(Reject, facts)) == 1
    assert only(Prices, facts)[0].mark is None


@pytest.mark.parametrize("stamp", [None, 0, -5, 1.7e12, "soon"])
def test_a_next_payment_in_another_unit_is_not_said(stamp: Any) -> None:
    (fact,) = only(Funding, told(next_funding_rate_timestamp=stamp))
    assert fact.next_ns is None


# --- interest, volume, trades ---------------------------------------------------------------------


def test_open_interest_of_both_sides_is_halved_and_by_the_thousand() -> None:
    (fact,) = only(OpenInterest, told(open_interest=40.0))
    assert fact.base == 20.0
    session = listed_session("kPEPE-PERP", wants=Wants(symbols=("PEPE",)))
    row = contract_row("kPEPE-PERP", open_interest=3.0, mark_price=0.004)
    outputs = feed(session, reply("tickers", contracts(row)))
    assert only(OpenInterest, outputs)[0].base == 1500.0
    assert only(Prices, outputs)[0].mark == 0.004 / 1000


def test_open_interest_below_zero_is_counted_and_zero_is_a_value() -> None:
    assert len(only(Reject, told(open_interest=-1.0))) == 1
    assert only(OpenInterest, told(open_interest=0.0))[0].base == 0.0
    assert only(OpenInterest, told(open_interest=None)) == []


def test_a_survey_states_all_markets_and_its_period() -> None:
    session = listed_session("BTC-PERP", "ETH-PERP", wants=Wants(survey=True))
    rows = contracts(contract_row("BTC-PERP"), contract_row("ETH-PERP"))
    outputs = feed(session, reply("tickers", rows))
    assert {(v.symbol, v.base_24h, v.usd_24h) for v in only(Volume, outputs)} == {
        ("BTC", 90.25, 9000.5), ("ETH", 90.25, 9000.5),
    }  # fmt: skip
    (surveyed,) = only(Surveyed, outputs)
    assert (surveyed.markets, surveyed.period_s) == (2, 15.0)


def test_one_request_serves_all_markets_more_often_where_one_is_watched() -> None:
    def asked(wants: Wants) -> list[int]:
        session = Session(wants)
        feed(session, opened(), reply("instruments", symbols(symbol_row("BTC-PERP"))))
        return [
            (tick.at_ns - AT_NS) // 10**9
            for tick in ticks(40)
            if any(f.name == "tickers" for f in only(Fetch, feed(session, tick)))
        ]

    assert asked(Wants(symbols=("BTC",)))[-2:] == [35, 40]
    survey = asked(Wants(survey=True))
    assert {later - earlier for earlier, later in pairwise(survey)} == {15}
    assert asked(Wants()) == []


def test_before_the_listing_a_market_goes_by_its_name() -> None:
    session = Session(Wants(symbols=("PEPE",)))
    row = contract_row("kPEPE-PERP", base_currency="kPEPE-PERP", mark_price=0.004)
    (fact,) = only(Prices, feed(session, reply("tickers", contracts(row))))
    assert (fact.symbol, fact.mark) == ("PEPE", 0.004 / 1000)


def test_a_trade_is_what_both_sides_of_the_match_agree_on() -> None:
    (trade,) = feed(listed_session(), frame(fill(taker_qty=x18(3), maker_qty=x18(0.25))))
    assert (trade.price, trade.size, trade.side, trade.venue_ns) == (100.5, 0.25, "buy", AT_NS)


def test_figures_beyond_a_float_are_the_nearest_float_of_their_decimal() -> None:
    session = listed_session()
    (trade,) = feed(session, frame(fill(price="111000100000000000000000")))
    assert trade.price == 111000.1


# --- the venue ------------------------------------------------------------------------------------


def test_a_pong_tells_the_round_trip_and_the_venues_clock() -> None:
    session = listed_session()
    feed(session, *ticks(1))
    pong = {"method": "pong", "server_time": "1760000000500", "client_time": "1"}
    (rtt,) = feed(session, frame({"result": pong, "id": 0}, at_ns=AT_NS + 1_040_000_000))
    assert isinstance(rtt, Rtt)
    assert (rtt.rtt_ns, rtt.venue_ns) == (40_000_000, 1_760_000_000_500_000_000)


def test_maintenance_is_on_mondays_and_thursdays_at_two() -> None:
    assert SPEC.facts is not None
    (window,) = SPEC.facts.maintenance
    assert (window.weekdays, window.at_utc, window.minutes) == ((0, 3), "14:00", 10)


def test_what_nobody_has_confirmed_is_said() -> None:
    points = {claim.point for claim in claims.claims("nado") if claim.standing == "unconfirmed"}
    assert {"states", "payments"} <= points
