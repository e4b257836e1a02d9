"""Hyperliquid's predicted and settled funding: intervals, paging, retries."""

import json
from datetime import UTC, datetime

import pytest

from cockpit.core.events import Funding, Reject
from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns
from cockpit.venues.contract import Fetch, Tick, Wants
from cockpit.venues.hyperliquid.session import Session
from tests.support import AT_NS, capture_text, feed, only, opened, reply
from tests.venues.hyperliquid.messages import meta_and_ctxs, settled

HOUR_MS = 3_600_000
NOW_HOUR_MS = hour_floor_ns(AT_NS) // 1_000_000
NEXT_MS = NOW_HOUR_MS + HOUR_MS


def recorded_rows() -> list[dict]:
    cassette = json.loads(capture_text("hyperliquid/rest_funding_history_btc_1038rows_2023.json"))
    return cassette[1]["response"]


def ns(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * NS_PER_S


def watching(*symbols: str) -> Session:
    session = Session(Wants(symbols=symbols or ("BTC",)))
    feed(session, opened(), reply("instruments", meta_and_ctxs("BTC", "ETH", "kPEPE")))
    return session


def pages(outputs: list) -> list[Fetch]:
    return [fetch for fetch in only(Fetch, outputs) if fetch.name == "funding_history"]


def question(fetch: Fetch) -> dict:
    assert fetch.body is not None
    return json.loads(fetch.body)


def page(rows: list, at_ns: int = AT_NS, status: int = 200):
    return reply("funding_history", rows, at_ns, status, key="BTC")


# --- predictions ----------------------------------------------------------------------------------


def test_only_the_venues_own_prediction_counts_and_its_hour_is_assumed():
    body = json.loads(capture_text("hyperliquid/doc_predicted_fundings.json"))
    (funding,) = feed(Session(Wants(symbols=("AVAX",))), reply("tickers", body))
    assert (funding.symbol, funding.kind) == ("AVAX", "predicted")
    assert (funding.rate, funding.interval_s) == (0.0000125, 3600)
    assert funding.next_ns == 1733958000000 * 1_000_000


def test_a_stated_interval_is_used():
    forecast = {"fundingRate": "0.0004", "nextFundingTime": NEXT_MS, "fundingIntervalHours": 4}
    body = [["BTC", [["BinPerp", None], ["HlPerp", forecast]]]]
    (funding,) = feed(Session(Wants(symbols=("BTC",))), reply("tickers", body))
    assert funding.interval_s == 4 * 3600


def test_a_missing_forecast_is_no_fact():
    assert feed(Session(Wants()), reply("tickers", [["BTC", [["HlPerp", None]]]])) == []


def test_predictions_of_unwanted_markets_are_left_out():
    forecast = {"fundingRate": "0.0004", "nextFundingTime": NEXT_MS}
    body = [[coin, [["HlPerp", forecast]]] for coin in ("BTC", "kPEPE", "ETH")]
    facts = feed(Session(Wants(symbols=("PEPE",))), reply("tickers", body))
    assert [(fact.symbol, fact.rate) for fact in facts] == [("PEPE", 0.0004)]


def test_one_unreadable_forecast_costs_no_other():
    forecast = {"fundingRate": "0.0004", "nextFundingTime": NEXT_MS}
    body = [["BTC", "?"], ["ETH", [["HlPerp", forecast]]]]
    facts = feed(Session(Wants(symbols=("ETH",))), reply("tickers", body))
    assert [type(fact) for fact in facts] == [Funding, Reject]


@pytest.mark.parametrize("hours", ["1e999", "NaN", "-1e999", 0, -1, "1e308"])
def test_a_forecast_per_an_impossible_time_costs_no_other(hours):
    good = {"fundingRate": "0.0004", "nextFundingTime": NEXT_MS}
    body = [
        ["BTC", [["HlPerp", {**good, "fundingIntervalHours": hours}]]],
        ["ETH", [["HlPerp", good]]],
    ]
    facts = feed(Session(Wants(symbols=("BTC", "ETH"))), reply("tickers", body))
    assert [fact.symbol for fact in facts if isinstance(fact, Funding)] == ["ETH"]
    assert [type(fact) for fact in facts].count(Reject) == 1


# --- settled --------------------------------------------------------------------------------------


def test_more_than_500_rows_in_one_reply_are_all_good():
    rows = recorded_rows()
    facts = feed(Session(Wants()), reply("funding_history", rows))
    assert len(facts) == len(rows) == 1038
    assert {type(fact) for fact in facts} == {Funding}
    assert facts[0].rate == -0.00061334
    assert facts[0].premium == -0.00091334
    assert facts[0].venue_ns == 1683849600048 * 1_000_000


def test_history_is_eight_hourly_until_june_2023_and_hourly_after():
    facts = feed(Session(Wants()), reply("funding_history", recorded_rows()))
    turn = ns(2023, 6, 8, 1)
    before = [fact for fact in facts if fact.venue_ns < turn]
    after = [fact for fact in facts if fact.venue_ns >= turn]
    assert {fact.interval_s for fact in before} == {8 * 3600}
    assert {fact.interval_s for fact in after} == {3600}
    assert len(before) == 82


def test_a_missing_hour_is_not_an_interval_of_two():
    facts = feed(Session(Wants()), reply("funding_history", recorded_rows()))
    hours = [fact.venue_ns // HOUR_NS for fact in facts]
    (hole,) = [i for i in range(1, len(hours)) if hours[i] - hours[i - 1] == 2]
    assert facts[hole].venue_ns // HOUR_NS == ns(2023, 7, 2, 21) // HOUR_NS
    assert facts[hole].interval_s == 3600


def test_a_stamp_keeps_its_milliseconds():
    (funding,) = feed(Session(Wants()), reply("funding_history", [settled(1689627600065)]))
    assert funding.venue_ns == 1689627600065 * 1_000_000


def test_unreadable_rows_are_counted_once_and_the_others_stand():
    rows = [settled(NOW_HOUR_MS), {"fundingRate": "x"}, {"fundingRate": "y"}]
    facts = feed(Session(Wants()), reply("funding_history", rows))
    assert [type(fact) for fact in facts] == [Funding, Reject]


def test_k_coins_pay_the_same_rate():
    (fact,) = feed(Session(Wants()), reply("funding_history", [settled(NOW_HOUR_MS, coin="kPEPE")]))
    assert (fact.symbol, fact.rate) == ("PEPE", 0.0000125)


# --- asking ---------------------------------------------------------------------------------------


def test_the_newest_days_are_asked_for_first_and_weigh_one_for_every_twenty_rows():
    session = Session(Wants(symbols=("PEPE",)))
    (first,) = pages(feed(session, opened(), reply("instruments", meta_and_ctxs("kPEPE"))))
    assert (first.path, first.method, first.background) == ("/info", "POST", True)
    asked = question(first)
    assert (asked["coin"], asked["endTime"]) == ("kPEPE", AT_NS // 10**6)
    assert asked["endTime"] - asked["startTime"] == 499 * HOUR_MS
    assert first.weight == 20 + 500 / 20
    rows = [settled(NOW_HOUR_MS, coin="kPEPE")]
    (older,) = pages(feed(session, reply("funding_history", rows, key="kPEPE")))
    assert question(older)["endTime"] == asked["startTime"] - 1
    assert question(older)["startTime"] == AT_NS // 10**6 - 720 * HOUR_MS
    assert older.weight == 20 + 221 // 20 + 1


@pytest.mark.parametrize("body", [{}, {"rows": []}, [[]], [{"fundingRate": "?"}], "soon"])
def test_an_answer_that_is_no_page_of_history_does_not_end_it(body):
    session = Session(Wants(symbols=("BTC",)))
    (first,) = pages(feed(session, opened(), reply("instruments", meta_and_ctxs("BTC"))))
    feed(session, reply("funding_history", json.dumps(body), key="BTC"))
    (again,) = pages(feed(session, Tick(at_ns=AT_NS + 300 * NS_PER_S)))
    assert question(again)["startTime"] == question(first)["startTime"] + 300_000


def test_a_full_page_with_an_unreadable_row_is_still_full():
    session = Session(Wants(symbols=("BTC",)))
    (first,) = pages(feed(session, opened(), reply("instruments", meta_and_ctxs("BTC"))))
    begin_ms = question(first)["startTime"]
    rows = [settled(begin_ms + i * HOUR_MS // 2) for i in range(499)]
    broken = {"coin": "BTC", "fundingRate": "0.1", "time": "noon"}
    (following,) = pages(feed(session, reply("funding_history", [*rows, broken], key="BTC")))
    assert question(following)["startTime"] == rows[-1]["time"] + 1
