"""Orderly's figures: estimates by interval, payments, prices, interest, listing, maintenance."""

from typing import Any

import pytest

from cockpit.core.events import (
    BookReset,
    Funding,
    Instrument,
    OpenInterest,
    Prices,
    Reject,
    Surveyed,
    Volume,
)
from cockpit.venues.contract import Fetch, Output, Wants
from cockpit.venues.orderly.mapper import margin_tiers
from cockpit.venues.orderly.session import Session
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.orderly.samples import (
    HOUR_MS,
    TS_MS,
    fetches,
    futures,
    info,
    live_session,
    rows,
    topic,
    topics,
    whole,
)

BTC, HYPE, PEPE = "PERP_BTC_USDC", "PERP_HYPE_USDC", "PERP_1000PEPE_USDC"
NEXT_MS = TS_MS // (8 * HOUR_MS) * 8 * HOUR_MS + 8 * HOUR_MS


def estimate(rate: Any, next_ms: Any = NEXT_MS, name: str = BTC) -> Any:
    data = {"symbol": name, "fundingRate": rate, "fundingTs": next_ms}
    return topic(f"{name}@estfundingrate", data)


def said(session: Session, *messages: Any, at_ns: int = AT_NS) -> list[Output]:
    return feed(session, *(frame(message, at_ns) for message in messages))


# --- funding -----------------------------------------------------------------------------------


def test_an_estimate_is_a_fraction_of_the_markets_own_interval() -> None:
    session = live_session("BTC", "HYPE", listed=(info(), info(HYPE, funding_period=4)))
    noon_ms = NEXT_MS - 4 * 3_600_000
    eight, four = said(session, estimate(0.0001), estimate(0.00005, noon_ms, name=HYPE))
    assert isinstance(eight, Funding)
    assert isinstance(four, Funding)
    assert (eight.rate, eight.interval_s, eight.kind) == (0.0001, 28_800, "live")
    assert (four.rate, four.interval_s) == (0.00005, 14_400)
    assert eight.rate / eight.interval_s == four.rate / four.interval_s, "the same pace"
    assert eight.next_ns == NEXT_MS * 10**6


def test_a_stamp_that_is_the_time_of_the_message_is_not_the_next_settlement() -> None:
    """So has it the page's example; the settlement that was told before still stands."""
    session = live_session()
    (alone,) = only(Funding, said(session, estimate(0.0001, TS_MS)))
    assert alone.next_ns is None
    feed(session, reply("tickers", rows(futures())))
    (known,) = only(Funding, said(session, estimate(0.0002, TS_MS)))
    assert known.next_ns == NEXT_MS * 10**6


def test_a_market_whose_interval_is_changed_in_turmoil_is_told_anew() -> None:
    session = live_session()
    outputs = feed(session, reply("instruments", rows(info(funding_period=1))))
    assert [fact.funding_interval_s for fact in only(Instrument, outputs)] == [3_600]
    (live,) = said(session, estimate(0.0001))
    assert isinstance(live, Funding)
    assert live.interval_s == 3_600
    assert live.next_ns is None, "the settlement told lies beyond an hour"


def test_a_settlement_within_the_listed_interval_leaves_its_rate_unknown_until_it_is_listed() -> (
    None
):
    """A market of 8 h that settles at 12:00 UTC has become one of 4 h: 0.01 % is of four."""
    session, noon_ms = live_session(), NEXT_MS - 4 * HOUR_MS
    assert only(Funding, said(session, estimate(0.0001, noon_ms))) == []
    feed(session, reply("instruments", rows(info(funding_period=4))))
    (live,) = only(Funding, said(session, estimate(0.0001, noon_ms)))
    assert (live.interval_s, live.next_ns) == (14_400, noon_ms * 10**6)


def asked_next(session: Session) -> set[str]:
    return {fetch.name for fetch in only(Fetch, feed(session, *ticks(1, AT_NS + 10**9)))}


@pytest.mark.parametrize("hours", [-4, 8], ids=["sooner", "the one after"])
def test_a_next_settlement_that_is_another_one_asks_for_what_was_settled_and_the_interval(
    hours: int,
) -> None:
    """Sooner than it was it belongs to another interval; later there was one in between."""
    session = live_session()
    feed(session, *ticks(1))
    said(session, estimate(0.0001))
    assert {"instruments", "rates"} & asked_next(session) == set()
    said(session, estimate(0.0001, NEXT_MS + hours * HOUR_MS))
    assert {"instruments", "rates"} <= asked_next(session)
    said(session, estimate(0.0001, NEXT_MS + hours * HOUR_MS))
    assert {"instruments", "rates"} & asked_next(session) == set()


@pytest.mark.parametrize("hours", [None, 0, 2.5, 48, "soon"])
def test_without_an_interval_that_can_be_one_no_funding_is_told(hours: Any) -> None:
    session = live_session(listed=(info(funding_period=hours),))
    assert said(session, estimate(0.0001)) == []


def test_a_market_without_an_estimate_right_after_its_listing_says_nothing() -> None:
    assert said(live_session(), estimate(None)) == []


@pytest.mark.parametrize("rate", [7, "x", -1.0])
def test_an_estimate_that_is_no_fraction_is_a_reject(rate: Any) -> None:
    (only_one,) = said(live_session(), estimate(rate))
    assert isinstance(only_one, Reject)


def test_the_newest_payment_comes_with_the_rates_and_not_again_with_the_history() -> None:
    session = live_session()
    stamp_ms = NEXT_MS - 8 * HOUR_MS
    newest = {"symbol": BTC, "last_funding_rate": -0.0002, "last_funding_rate_timestamp": stamp_ms}
    (paid,) = feed(session, reply("rates", rows(newest)))
    assert isinstance(paid, Funding)
    assert (paid.kind, paid.rate, paid.venue_ns) == ("settled", -0.0002, stamp_ms * 10**6)
    page = rows(
        {"symbol": BTC, "funding_rate": -0.0002, "funding_rate_timestamp": stamp_ms},
        {"symbol": BTC, "funding_rate": 0.0001, "funding_rate_timestamp": stamp_ms - 8 * HOUR_MS},
    )
    (older,) = only(Funding, feed(session, reply("funding_history", page, key=BTC)))
    assert (older.rate, older.interval_s) == (0.0001, 28_800)


@pytest.mark.parametrize("stamp", [None, 0])
def test_a_market_that_has_never_paid_has_no_payment(stamp: Any) -> None:
    row = {"symbol": BTC, "last_funding_rate": 0, "last_funding_rate_timestamp": stamp}
    assert feed(live_session(), reply("rates", rows(row))) == []


def test_history_is_asked_for_in_milliseconds_by_pages_of_five_hundred() -> None:
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened())
    (asked,) = fetches(feed(session, reply("instruments", rows(info()))), "funding_history")
    assert f"end_t={TS_MS}&size=500" in asked.path
    assert f"start_t={TS_MS - 30 * 24 * HOUR_MS}" in asked.path


# --- prices, interest, volume ------------------------------------------------------------------


def test_marks_and_indexes_of_thousands_are_of_one_coin_and_strangers_are_passed_over() -> None:
    session = live_session("PEPE")
    marks = [{"symbol": PEPE, "price": 0.0034}, {"symbol": "PERP_WOO_USDC", "price": 0.01}]
    indexes = [{"symbol": "SPOT_1000PEPE_USDC", "price": 0.0035}]
    mark, index = said(session, topic("markprices", marks), topic("indexprices", indexes))
    assert isinstance(mark, Prices)
    assert isinstance(index, Prices)
    assert (mark.mark, mark.index) == (0.0034 / 1000, None)
    assert (index.mark, index.index) == (None, 0.0035 / 1000)


def test_a_price_that_cannot_be_read_costs_its_market_alone() -> None:
    session = live_session("BTC", "ETH")
    prices = [{"symbol": BTC, "price": {}}, {"symbol": "PERP_ETH_USDC", "price": 105.0}]
    rejected, mark = said(session, topic("markprices", prices))
    assert isinstance(rejected, Reject)
    assert (mark.symbol, mark.mark) == ("ETH", 105.0)


def test_open_interest_is_base_units_as_it_stands_one_side() -> None:
    session = live_session("PEPE")
    data = {"symbol": PEPE, "openInterest": 7_042_800}
    (interest,) = said(session, topic(f"{PEPE}@openinterest", data))
    assert isinstance(interest, OpenInterest)
    assert interest.base == 7_042_800_000.0
    (wrong,) = said(session, topic(f"{PEPE}@openinterest", data | {"openInterest": -1}))
    assert isinstance(wrong, Reject)


def test_what_a_stream_has_told_lately_the_poll_does_not_set_back() -> None:
    session = live_session()
    said(session, topic("markprices", [{"symbol": BTC, "price": 105.0}]), estimate(0.0003))
    outputs = feed(session, reply("tickers", rows(futures(mark_price=99.0))))
    (prices,) = only(Prices, outputs)
    assert (prices.mark, prices.index, prices.last) == (None, 101.1, 101.5)
    assert only(Funding, outputs) == []
    late = AT_NS + 31 * 10**9
    (again,) = only(Prices, feed(session, reply("tickers", rows(futures()), at_ns=late)))
    assert again.mark == 101.2


def test_the_survey_tells_of_all_shared_markets_and_of_no_builders() -> None:
    session = live_session("BTC", survey=True)
    builders = futures("PERP_AAPL_USDC_mythos", broker_id="mythos")
    each = rows(futures(), futures("PERP_ETH_USDC"), builders)
    outputs = feed(session, reply("tickers", each))
    assert {fact.symbol for fact in only(Volume, outputs)} == {"BTC", "ETH"}
    (volume, _) = only(Volume, outputs)
    assert (volume.usd_24h, volume.base_24h) == (9000.5, 90.25)
    assert [one.period_s for one in only(Surveyed, outputs)] == [15.0]


def test_nothing_is_polled_that_nobody_wants() -> None:
    session = Session(Wants())
    feed(session, opened(), reply("instruments", rows(info())))
    asked = {fetch.name for fetch in fetches(feed(session, *ticks(70)), "tickers")}
    assert asked == set()


# --- the listing -------------------------------------------------------------------------------


def listed(*each: Any) -> dict[str, Instrument]:
    session = Session(Wants())
    outputs = feed(session, opened(), reply("instruments", rows(*each)))
    return {fact.symbol: fact for fact in only(Instrument, outputs)}


def test_a_listing_is_in_coins_and_its_minimum_is_not_its_lot() -> None:
    """base_min may be larger than base_tick, as of EURUSD."""
    market = listed(info(PEPE, quote_tick=1e-7, base_tick=100, base_min=200, base_imr=0.05))["PEPE"]
    assert market.tick == 1e-10
    assert (market.lot, market.min_size, market.contract) == (100_000.0, 200_000.0, 1000.0)
    assert (market.max_leverage, market.min_notional_usd) == (20.0, 10.0)
    assert (market.base, market.quote, market.native) == ("PEPE", "USDC", PEPE)


def test_a_builders_market_is_left_out_and_never_loses_its_suffix() -> None:
    each = listed(info(), info("PERP_BTC_USDC_mythos", broker_id="mythos", quote_tick=5))
    assert set(each) == {"BTC"}
    assert each["BTC"].tick == 0.1


def test_the_tiers_of_a_steep_curve_end_before_all_of_a_position_is_margin() -> None:
    """A quiet coin: 2.5 % up to 2 M USD. A saved view takes maintenance up to 0.9 of a position."""
    tiers = margin_tiers(0.05, 0.025, 0.05 / 2e6**0.8)
    assert tiers[1][0] == pytest.approx(2e6)
    assert 0.5 < max(fraction for _, fraction in tiers) <= 0.9


def test_margin_follows_the_curve_from_above_and_meets_it_at_each_tier() -> None:
    """BTC: 0.6 % up to (0.01 / 9.1e-8) ** 1.25 USD, then 0.6 x 9.1e-8 x notional ** 0.8."""
    tiers = margin_tiers(0.01, 0.006, 9.1e-8)
    first = (0.01 / 9.1e-8) ** 1.25
    assert tiers[0] == (0.0, 0.006)
    assert tiers[1][0] == pytest.approx(first)

    def needed(notional: float) -> float:
        total = 0.0
        for number, (over, fraction) in enumerate(tiers):
            upper = tiers[number + 1][0] if number + 1 < len(tiers) else float("inf")
            total += max(0.0, min(notional, upper) - over) * fraction
        return total

    for factor in (0.5, 1.0, 1.2, 1.5, 2.0, 2.25, 30.0, 150.0):
        notional = first * factor
        true = max(0.006, 0.6 * 9.1e-8 * notional**0.8) * notional
        assert true <= needed(notional) * (1 + 1e-9)
        assert needed(notional) <= true * 1.035
        if factor in (1.0, 1.5, 2.25):
            assert needed(notional) == pytest.approx(true)


def test_a_market_that_may_only_be_reduced_is_paused_and_its_book_is_followed() -> None:
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened())
    outputs = feed(session, reply("instruments", rows(info(status="REDUCE_ONLY"))))
    assert [fact.status for fact in only(Instrument, outputs)] == ["paused"]
    assert f"{BTC}@orderbookupdate" in topics(outputs)


# --- maintenance -------------------------------------------------------------------------------


def maintenance(status: int) -> Any:
    return topic("maintenance_status", [{"status": status, "msg": "", "scheduled_maintenance": {}}])


def test_maintenance_pauses_every_market_resets_the_books_and_ends_again() -> None:
    session = live_session()
    said(session, whole(TS_MS))
    down = said(session, maintenance(2))
    assert {fact.status for fact in only(Instrument, down)} == {"paused"}
    assert [reset.symbol for reset in only(BookReset, down)] == ["BTC"]
    assert said(session, maintenance(2)) == []
    up = feed(session, reply("system", {"success": True, "data": {"status": 0, "msg": "ok"}}))
    assert {fact.status for fact in only(Instrument, up)} == {"active"}
    assert f"{BTC}@orderbookupdate" in topics(up)


def test_a_status_that_is_not_documented_changes_nothing() -> None:
    (only_one,) = said(live_session(), maintenance(1))
    assert isinstance(only_one, Reject)


# --- what it says of the unknown ---------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"success": True, "timestamp": TS_MS},
        {"success": False, "code": -1005, "message": "no such thing"},
        {"success": False, "code": -1003, "message": "too many requests"},
    ],
)
def test_success_without_data_and_refusals_are_rejects(body: Any) -> None:
    (only_one,) = feed(live_session(), reply("tickers", body))
    assert isinstance(only_one, Reject)


def test_the_history_of_an_unknown_market_is_empty_and_says_nothing() -> None:
    assert feed(live_session(), reply("funding_history", rows(), key="PERP_NOPE_USDC")) == []


def test_an_unknown_topic_is_wire_drift_and_a_known_unused_one_is_not() -> None:
    session = live_session()
    (drift,) = said(session, topic(f"{BTC}@newthing", {}))
    assert isinstance(drift, Reject)
    unused = ("ticker", "bbo", "kline_1m", "traders_open_interests", "liquidation")
    assert said(session, *(topic(f"{BTC}@{kind}", {}) for kind in unused)) == []
