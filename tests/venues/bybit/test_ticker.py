"""Bybit's tickers: merged deltas, funding and its interval, open interest, dead markets."""

import json
from typing import Any

import pytest

from cockpit.core.events import (
    Event,
    Funding,
    OpenInterest,
    Prices,
    Reject,
    Surveyed,
    Volume,
)
from cockpit.venues.bybit.session import Session
from cockpit.venues.contract import Output, Tick, Wants
from tests.support import AT_NS, closed, feed, frame, only, opened, reply
from tests.venues.bybit.samples import (
    SECOND_NS,
    TS_MS,
    answer,
    compact,
    fetches,
    live_session,
    row,
    run_listing,
    ticker,
)

NEXT_MS = 1_687_968_000_000
FULL = {
    "markPrice": "17217.33",
    "indexPrice": "17227.36",
    "lastPrice": "17216.00",
    "openInterest": "68744.761",
    "openInterestValue": "1183601235.91",
    "singleOpenInterest": "34000.5",
    "singleOpenInterestValue": "585397885.1",
    "nextFundingTime": str(NEXT_MS),
    "fundingRate": "-0.000212",
    "fundingIntervalHour": "4",
    "fundingCap": "0.005",
    "bid1Price": "17215.50",
    "ask1Price": "17216.50",
}


def events(outputs: list[Output]) -> list[Event]:
    return [output for output in outputs if isinstance(output, Event)]


def only_one(kind: type[Any], outputs: list[Output]) -> Any:
    (event,) = only(kind, outputs)
    return event


def without(*keys: str) -> dict[str, str]:
    return {key: value for key, value in FULL.items() if key not in keys}


def test_a_ticker_states_prices_open_interest_and_live_funding() -> None:
    prices, interest, funding = events(feed(live_session(), frame(ticker("snapshot", **FULL))))
    stamp = {
        "venue": "bybit",
        "symbol": "BTC",
        "recv_ns": AT_NS,
        "venue_ns": TS_MS * 1_000_000,
    }
    assert prices == Prices(**stamp, mark=17217.33, index=17227.36, last=17216.0)
    assert interest == OpenInterest(**stamp, base=34000.5)
    assert funding == Funding(
        **stamp,
        kind="live",
        rate=-0.000212,
        interval_s=4 * 3600,
        next_ns=NEXT_MS * 1_000_000,
    )


def test_a_delta_has_only_changed_keys_and_the_others_keep_their_value() -> None:
    session = live_session()
    feed(session, frame(ticker("snapshot", **FULL)))
    (prices,) = events(feed(session, frame(ticker(ts=TS_MS + 100, markPrice="17300.5"))))
    assert isinstance(prices, Prices)
    assert (prices.mark, prices.index, prices.last) == (17300.5, 17227.36, 17216.0)


def test_a_delta_of_unused_keys_states_nothing() -> None:
    session = live_session()
    feed(session, frame(ticker("snapshot", **FULL)))
    assert feed(session, frame(ticker(ts=TS_MS + 100, bid1Price="1", volume24h="2"))) == []


def test_before_a_snapshot_what_a_delta_does_not_say_is_missing_not_zero() -> None:
    (prices,) = events(feed(live_session(), frame(ticker(lastPrice="17000"))))
    assert isinstance(prices, Prices)
    assert (prices.mark, prices.index, prices.last) == (None, None, 17000.0)


def test_an_overtaken_delta_does_not_bring_back_an_old_value() -> None:
    session = live_session()
    feed(session, frame(ticker("snapshot", **FULL)))
    feed(session, frame(ticker(ts=TS_MS + 300, fundingRate="0.0002")))
    late = events(feed(session, frame(ticker(ts=TS_MS + 200, fundingRate="0.0009"))))
    assert only(Funding, late) == []
    following = feed(session, frame(ticker(ts=TS_MS + 400, nextFundingTime=str(NEXT_MS))))
    assert only_one(Funding, following).rate == 0.0002


def test_a_wrong_time_in_the_future_does_not_freeze_a_ticker() -> None:
    session = live_session()
    feed(session, frame(ticker("snapshot", ts=TS_MS + 900_000_000, **FULL)))
    (prices,) = events(feed(session, frame(ticker(ts=TS_MS, lastPrice="17001"))))
    assert isinstance(prices, Prices)
    assert prices.last == 17001.0


# --- funding --------------------------------------------------------------------------------------


def test_funding_uses_the_interval_of_the_ticker_before_that_of_the_listing() -> None:
    session = live_session(rows=(row(fundingInterval=480),))
    outputs = feed(session, frame(ticker("snapshot", **FULL)))
    assert only_one(Funding, outputs).interval_s == 4 * 3600


def test_funding_without_an_interval_in_the_ticker_uses_the_listing() -> None:
    session = live_session(rows=(row(fundingInterval=60),))
    outputs = feed(session, frame(ticker("snapshot", **without("fundingIntervalHour"))))
    assert only_one(Funding, outputs).interval_s == 3600


def test_an_unknown_funding_interval_is_not_eight_hours() -> None:
    session = Session(Wants(symbols=("BTC",)))
    outputs = feed(session, frame(ticker("snapshot", **without("fundingIntervalHour"))))
    assert only(Funding, outputs) == []
    assert only(Prices, outputs)


@pytest.mark.parametrize("minutes", [None, 0, "", 100_000])
def test_a_listing_without_a_sound_interval_leaves_funding_unsaid(minutes: Any) -> None:
    session = live_session(rows=(row(fundingInterval=minutes),))
    outputs = feed(session, frame(ticker("snapshot", **without("fundingIntervalHour"))))
    assert only(Funding, outputs) == []


def test_funding_is_stated_as_soon_as_its_interval_becomes_known() -> None:
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(), frame(ticker("snapshot", **without("fundingIntervalHour"))))
    funding = only_one(Funding, run_listing(session, row(fundingInterval=240)))
    assert (funding.rate, funding.interval_s) == (-0.000212, 4 * 3600)
    changed = only_one(Funding, run_listing(session, row(fundingInterval=60)))
    assert changed.interval_s == 3600


def test_funding_is_live_for_the_next_payment_and_never_predicted() -> None:
    session = live_session()
    outputs = feed(session, frame(ticker("snapshot", **FULL)))
    assert {event.kind for event in only(Funding, outputs)} == {"live"}


def test_zero_funding_is_a_rate_and_blank_funding_is_none() -> None:
    session = live_session()
    zero = feed(session, frame(ticker("snapshot", **{**FULL, "fundingRate": "0"})))
    assert only_one(Funding, zero).rate == 0.0
    blank = feed(session, frame(ticker("snapshot", **{**FULL, "fundingRate": ""})))
    assert only(Funding, blank) == []


@pytest.mark.parametrize("no_time", ["", "0", "0.5", str(NEXT_MS // 1000), "99999999999999", None])
def test_no_next_funding_time_is_missing_not_1970(no_time: Any) -> None:
    data = {**FULL, "nextFundingTime": no_time}
    outputs = feed(live_session(), frame(ticker("snapshot", **data)))
    assert only_one(Funding, outputs).next_ns is None


@pytest.mark.parametrize("rate", ["1.5", "-3"])
def test_a_rate_that_is_no_fraction_is_rejected(rate: str) -> None:
    data = {**FULL, "fundingRate": rate}
    *facts, reject = events(feed(live_session(), frame(ticker("snapshot", **data))))
    assert {type(fact) for fact in facts} == {Prices, OpenInterest}
    assert isinstance(reject, Reject)


# --- open interest --------------------------------------------------------------------------------


def test_open_interest_counts_both_sides_and_is_halved_where_the_single_side_is_not_said() -> None:
    data = without("singleOpenInterest", "singleOpenInterestValue")
    outputs = feed(live_session(), frame(ticker("snapshot", **data)))
    assert only_one(OpenInterest, outputs).base == 68744.761 / 2


def test_a_change_of_both_sides_does_not_replace_a_known_single_side() -> None:
    session = live_session()
    feed(session, frame(ticker("snapshot", **FULL)))
    assert feed(session, frame(ticker(ts=TS_MS + 1, openInterest="70000"))) == []
    single = feed(session, frame(ticker(ts=TS_MS + 2, singleOpenInterest="35000")))
    assert only_one(OpenInterest, single).base == 35000.0


def test_open_interest_of_a_market_of_thousands_is_in_coins_and_its_prices_per_coin() -> None:
    session = live_session("PEPE", rows=(row("1000PEPEUSDT", "1000PEPE"),))
    data = {"markPrice": "0.0125", "lastPrice": "0.0126", "singleOpenInterest": "50"}
    outputs = feed(session, frame(ticker("snapshot", "1000PEPEUSDT", **data)))
    assert only_one(OpenInterest, outputs).base == 50_000.0
    prices = only_one(Prices, outputs)
    assert (prices.symbol, prices.mark, prices.index) == ("PEPE", 0.0125 / 1000, None)


def test_an_open_interest_beyond_all_markets_is_no_number() -> None:
    """1e308 contracts of 1000 coins each would be endless."""
    session = live_session("PEPE", rows=[row("1000PEPEUSDT", "1000PEPE")])
    message = ticker("snapshot", "1000PEPEUSDT", openInterest=1e308, lastPrice="0.01")
    outputs = feed(session, frame(message))
    assert only(OpenInterest, outputs) == []
    assert len(only(Reject, outputs)) == len(only(Prices, outputs)) == 1


def test_negative_open_interest_is_rejected() -> None:
    data = ticker("snapshot", singleOpenInterest="-1")
    assert isinstance(events(feed(live_session(), frame(data)))[0], Reject)


# --- dead markets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("price", ["0", "", None])
def test_a_dead_market_states_nothing_instead_of_zeros(price: Any) -> None:
    data = {**FULL, "markPrice": price, "fundingRate": "0", "openInterest": "0"}
    assert feed(live_session(), frame(ticker("snapshot", **data))) == []


@pytest.mark.parametrize("price", ["abc", "NaN", "-17", "1e400"])
def test_a_mark_that_is_none_is_counted_and_takes_no_other_figure_with_it(price: str) -> None:
    """Without a number the market is not dead: the rate and the interest are as they were said."""
    outputs = feed(live_session(), frame(ticker("snapshot", **{**FULL, "markPrice": price})))
    assert [type(event) for event in events(outputs)] == [Prices, OpenInterest, Funding, Reject]
    assert only_one(Prices, outputs).mark is None
    assert only_one(Prices, outputs).index is not None


def test_a_stamp_in_another_unit_sets_no_age_and_takes_no_figure_with_it() -> None:
    outputs = feed(live_session(), frame(ticker("snapshot", ts=TS_MS // 1000, **FULL)))
    assert [type(event) for event in events(outputs)] == [Prices, OpenInterest, Funding, Reject]
    assert only_one(Prices, outputs).venue_ns is None


def test_a_next_payment_in_another_unit_is_counted() -> None:
    outputs = feed(live_session(), frame(ticker("snapshot", **{**FULL, "nextFundingTime": "17"})))
    assert only_one(Funding, outputs).next_ns is None
    assert only_one(Reject, outputs).reason == "nextFundingTime of BTCUSDT is no time"


def test_a_delisted_market_states_nothing() -> None:
    session = live_session(rows=(row(status="Closed"),))
    assert feed(session, frame(ticker("snapshot", **FULL))) == []


def test_a_dated_future_states_nothing() -> None:
    data = ticker("snapshot", "BTCUSDT-26DEC25", **FULL)
    assert feed(live_session(), frame(data)) == []
    assert feed(Session(Wants()), frame(data)) == []


# --- the same by REST -----------------------------------------------------------------------------


def rest(*rows: Any, time_ms: int = TS_MS, at_ns: int = AT_NS) -> Any:
    return reply("tickers", answer(*rows, time=time_ms), at_ns=at_ns)


def test_tickers_by_rest_heal_lost_deltas_and_are_filtered_by_the_watch_list() -> None:
    session = live_session("BTC")
    feed(session, frame(ticker("snapshot", **FULL)))
    rows = (
        {"symbol": "BTCUSDT", **FULL, "fundingRate": "0.0007"},
        {"symbol": "ETHUSDT", **FULL},
        {"symbol": "BTCUSDT-26DEC25", **FULL},
    )
    outputs = feed(session, rest(*rows, time_ms=TS_MS + 5_000))
    assert {event.symbol for event in only(Prices, outputs)} == {"BTC"}
    assert only_one(Funding, outputs).rate == 0.0007
    assert only_one(Funding, outputs).venue_ns == (TS_MS + 5_000) * 1_000_000


def test_an_answer_older_than_the_stream_does_not_undo_it() -> None:
    session = live_session("BTC")
    feed(session, frame(ticker("snapshot", ts=TS_MS, **FULL)))
    stale = {"symbol": "BTCUSDT", **FULL, "markPrice": "1"}
    assert feed(session, rest(stale, time_ms=TS_MS - 150)) == []


def test_a_survey_says_volume_and_when_it_was_read_and_repeats_nothing() -> None:
    session = Session(Wants(symbols=("BTC",), survey=True))
    rows = [
        {"symbol": native, **FULL, "volume24h": volume, "turnover24h": "125000.5"}
        for native, volume in (("BTCUSDT", "8"), ("1000PEPEUSDT", "3.5"))
    ]
    first = feed(session, rest(*rows))
    volumes = {event.symbol: event for event in only(Volume, first)}
    assert (volumes["BTC"].base_24h, volumes["PEPE"].base_24h) == (8.0, 3_500.0)
    assert volumes["PEPE"].usd_24h == 125_000.5
    again = feed(session, rest(*rows, time_ms=TS_MS + 15_000))
    assert {event.symbol for event in again if isinstance(event, Prices | Volume)} == {"BTC"}
    (surveyed,) = only(Surveyed, again)
    assert (surveyed.markets, surveyed.period_s) == (2, 15.0)


@pytest.mark.parametrize("nothing", [{"symbol": "ETHUSDT", **FULL, "markPrice": "0"}, {}, None])
def test_a_survey_names_a_market_that_has_no_price_or_cannot_be_read_or_is_left_out(
    nothing: dict[str, object] | None,
) -> None:
    session = Session(Wants(survey=True))
    btc, eth = {"symbol": "BTCUSDT", **FULL}, {"symbol": "ETHUSDT", **FULL}
    for listed, silent in ((eth, ()), (nothing, ("ETH",)), (eth, ())):
        rows = [btc] if listed is None else [btc, listed | {"turnover24h": "5"}]
        (read,) = only(Surveyed, feed(session, rest(*rows)))
        assert read.silent == silent


@pytest.mark.parametrize("odd", [{}, [], ["1"], {"a": None}, True, "n/a"])
def test_a_figure_of_any_type_costs_itself_and_no_other_market(odd: object) -> None:
    rows = [
        {"symbol": "BTCUSDT", **FULL, "fundingRate": odd, "turnover24h": "5", "volume24h": odd},
        {"symbol": "ETHUSDT", **FULL},
    ]
    outputs = feed(Session(Wants(survey=True)), rest(*rows))
    assert [event.symbol for event in only(Prices, outputs)] == ["BTC", "ETH"]
    assert [event.symbol for event in only(Funding, outputs)] == ["ETH"]
    volume, *_ = only(Volume, outputs)
    assert (volume.usd_24h, volume.base_24h) == (5.0, None)


def test_tickers_are_polled_once_a_minute() -> None:
    session = live_session("BTC")
    asked = [
        second
        for second in range(1, 130)
        if fetches(feed(session, Tick(at_ns=AT_NS + second * SECOND_NS)), "tickers")
    ]
    assert asked == [1, 61, 121]


def test_a_new_link_trusts_no_merged_value() -> None:
    session = live_session()
    feed(session, frame(ticker("snapshot", **FULL)), closed(), opened())
    (prices,) = events(feed(session, frame(ticker(ts=TS_MS + 1, lastPrice="17000"))))
    assert isinstance(prices, Prices)
    assert (prices.mark, prices.index) == (None, None)


def test_a_ticker_whose_topic_and_symbol_disagree_is_rejected() -> None:
    mixed = json.loads(ticker("snapshot", **FULL))
    mixed["data"]["symbol"] = "ETHUSDT"
    (reject,) = events(feed(live_session(), frame(compact(mixed))))
    assert isinstance(reject, Reject)
