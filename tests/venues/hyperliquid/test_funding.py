"""Hyperliquid's predicted and settled funding: intervals, paging, retries."""

import json
from datetime import UTC, datetime

import pytest

from cockpit.core.events import Funding, Reject
from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns
from cockpit.venues.contract import Fetch, Tick, Wants
from cockpit.venues.hyperliquid import Session
from tests.support import AT_NS, capture_text, closed, feed, only, opened, reply
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
    (funding,) = feed(Session(Wants()), reply("tickers", body))
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
    facts = feed(Session(Wants()), reply("tickers", body))
    assert [type(fact) for fact in facts] == [Funding, Reject]


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


def test_rows_come_out_oldest_first_whatever_the_venue_does():
    rows = [settled(NOW_HOUR_MS + hours * HOUR_MS) for hours in (-1, -3, -2)]
    stamps = [fact.venue_ns for fact in feed(Session(Wants()), reply("funding_history", rows))]
    assert stamps == sorted(stamps)


def test_unreadable_rows_are_counted_once_and_the_others_stand():
    rows = [settled(NOW_HOUR_MS), {"fundingRate": "x"}, {"fundingRate": "y"}]
    facts = feed(Session(Wants()), reply("funding_history", rows))
    assert [type(fact) for fact in facts] == [Funding, Reject]


def test_k_coins_pay_the_same_rate():
    (fact,) = feed(Session(Wants()), reply("funding_history", [settled(NOW_HOUR_MS, coin="kPEPE")]))
    assert (fact.symbol, fact.rate) == ("PEPE", 0.0000125)


# --- asking ---------------------------------------------------------------------------------------


class Archive:
    """What the venue keeps of one coin: a row after each full hour, oldest first in a reply."""

    def __init__(self, hours: int = 2000, limit: int = 500) -> None:
        self.limit = limit
        self.times = [NOW_HOUR_MS - back * HOUR_MS + 20 for back in reversed(range(hours))]

    def answer(self, fetch: Fetch, at_ns: int = AT_NS):
        asked = question(fetch)
        last_ms = asked.get("endTime", at_ns // 1_000_000)
        times = [time for time in self.times if asked["startTime"] <= time <= last_ms]
        rows = [settled(time, coin=asked["coin"]) for time in times[: self.limit]]
        return reply("funding_history", rows, at_ns, key=fetch.key)


def backfill(session: Session, archive: Archive) -> tuple[list[Fetch], list[int]]:
    """Every page that is asked for and the stamps (ms) of every row that came, in order."""
    asked: list[Fetch] = []
    stamps: list[int] = []
    for _ in range(40):
        fetches = pages(feed(session, Tick(at_ns=AT_NS)))
        if not fetches:
            return asked, stamps
        asked += fetches
        facts = feed(session, *[archive.answer(fetch) for fetch in fetches])
        stamps += [fact.venue_ns // 1_000_000 for fact in facts]
    raise AssertionError("it never stops asking")


def test_the_newest_days_are_asked_for_first_in_the_background():
    (fetch,) = pages(feed(watching(), Tick(at_ns=AT_NS)))
    assert fetch.background
    assert (fetch.path, fetch.method, fetch.key) == ("/info", "POST", "BTC")
    asked = question(fetch)
    assert (asked["type"], asked["coin"]) == ("fundingHistory", "BTC")
    assert asked["startTime"] == NOW_HOUR_MS - 219 * HOUR_MS
    assert "endTime" not in asked


def test_every_coins_newest_days_come_before_any_coins_older_ones():
    session = watching("BTC", "ETH")
    first = pages(feed(session, Tick(at_ns=AT_NS)))
    assert [fetch.key for fetch in first] == ["BTC", "ETH"]
    assert not any("endTime" in question(fetch) for fetch in first)
    feed(session, *map(Archive().answer, first))
    second = pages(feed(session, Tick(at_ns=AT_NS + NS_PER_S)))
    assert [fetch.key for fetch in second] == ["BTC", "ETH"]
    assert {question(fetch)["endTime"] for fetch in second} == {question(first[0])["startTime"] - 1}
    assert {question(fetch)["startTime"] for fetch in second} == {
        AT_NS // 1_000_000 - 30 * 24 * HOUR_MS
    }


def test_thirty_days_are_two_pages_that_weigh_twenty_and_one_for_every_twenty_rows():
    asked, stamps = backfill(watching(), archive := Archive())
    assert sorted(stamps) == archive.times[-720:]
    assert len(set(stamps)) == len(stamps)
    assert [fetch.weight for fetch in asked] == [20 + 220 / 20, 20 + 500 / 20]


@pytest.mark.parametrize("limit", [100, 219, 220, 499])
def test_shorter_pages_leave_no_hole_and_nothing_is_asked_for_twice(limit):
    asked, stamps = backfill(watching(), archive := Archive(limit=limit))
    assert sorted(stamps) == archive.times[-720:]
    assert len(set(stamps)) == len(stamps)
    assert len({fetch.body for fetch in asked}) == len(asked)
    assert max(stamps[:limit]) > NOW_HOUR_MS - 220 * HOUR_MS


@pytest.mark.parametrize("hours", [0, 30, 219, 220, 221, 400])
def test_a_young_coin_has_its_rows_and_one_empty_page(hours):
    asked, stamps = backfill(watching(), archive := Archive(hours))
    assert sorted(stamps) == archive.times
    assert len(asked) == 2


def test_the_next_page_begins_a_millisecond_after_the_last_row():
    session = watching()
    feed(session, Tick(at_ns=AT_NS))
    last = NOW_HOUR_MS - 120 * HOUR_MS + 48
    feed(session, page([settled(last - HOUR_MS), settled(last)]))
    (fetch,) = pages(feed(session, Tick(at_ns=AT_NS + NS_PER_S)))
    assert question(fetch)["startTime"] == last + 1


@pytest.mark.parametrize(
    "rows", [[], [settled(NOW_HOUR_MS - 721 * HOUR_MS)]], ids=["empty", "no progress"]
)
def test_paging_stops_where_nothing_new_comes(rows):
    session = watching()
    feed(session, Tick(at_ns=AT_NS), page(rows))
    (older,) = pages(feed(session, Tick(at_ns=AT_NS + NS_PER_S)))
    assert "endTime" in question(older)
    feed(session, page(rows))
    assert pages(feed(session, Tick(at_ns=AT_NS + 2 * NS_PER_S))) == []


def test_the_new_hour_does_not_wait_for_older_days_that_fail():
    session = watching()
    (newest,) = pages(feed(session, Tick(at_ns=AT_NS)))
    feed(session, Archive().answer(newest))
    (older,) = pages(feed(session, Tick(at_ns=AT_NS)))
    due_ns = hour_floor_ns(AT_NS) + HOUR_NS + 60 * NS_PER_S
    feed(session, page([], due_ns - 60 * NS_PER_S, status=500))
    (fetch,) = pages(feed(session, Tick(at_ns=due_ns)))
    assert question(fetch)["startTime"] == NOW_HOUR_MS + 21
    feed(session, page([settled(NOW_HOUR_MS + HOUR_MS + 20)], due_ns))
    (again,) = pages(feed(session, Tick(at_ns=due_ns)))
    assert question(again) == question(older)


def test_after_the_hour_only_the_new_rows_are_asked_for():
    session = watching()
    backfill(session, Archive())
    last = NOW_HOUR_MS + 20
    next_hour_ns = hour_floor_ns(AT_NS) + HOUR_NS
    assert pages(feed(session, Tick(at_ns=next_hour_ns + 29 * NS_PER_S))) == []
    (fetch,) = pages(feed(session, Tick(at_ns=next_hour_ns + 60 * NS_PER_S)))
    assert question(fetch)["startTime"] == last + 1
    assert fetch.weight == 21


def test_a_row_that_is_late_is_asked_for_within_the_minute():
    """Twenty seconds after the hour the row is not there yet: not an hour is waited for it."""
    session = watching()
    at_ns = hour_floor_ns(AT_NS) + 20 * NS_PER_S
    feed(session, Tick(at_ns=at_ns), page([settled(NOW_HOUR_MS - HOUR_MS)], at_ns))
    (again,) = pages(feed(session, Tick(at_ns=at_ns + NS_PER_S)))
    feed(session, page([], at_ns + NS_PER_S))
    (fetch,) = pages(feed(session, Tick(at_ns=at_ns + 40 * NS_PER_S)))
    assert question(fetch) == question(again)


@pytest.mark.parametrize("status", [0, 429, 500])
def test_a_failed_page_is_one_reject_and_is_asked_for_again_after_a_minute(status):
    session = watching()
    (first,) = pages(feed(session, Tick(at_ns=AT_NS)))
    (fact,) = feed(session, page([], status=status))
    assert isinstance(fact, Reject)
    assert pages(feed(session, Tick(at_ns=AT_NS + 59 * NS_PER_S))) == []
    (again,) = pages(feed(session, Tick(at_ns=AT_NS + 60 * NS_PER_S)))
    assert question(again) == question(first)


def test_what_is_known_is_not_asked_for_again_after_a_reconnect():
    session = watching()
    backfill(session, Archive())
    feed(session, closed())
    assert pages(feed(session, opened(), Tick(at_ns=AT_NS + NS_PER_S))) == []


def test_k_coins_are_asked_for_by_the_venues_name():
    (fetch,) = pages(feed(watching("PEPE"), Tick(at_ns=AT_NS)))
    assert question(fetch)["coin"] == "kPEPE"


def test_predictions_are_asked_for_every_minute():
    session = watching()
    times = [AT_NS + i * NS_PER_S for i in range(121)]
    asked = [
        at_ns
        for at_ns in times
        for fetch in only(Fetch, feed(session, Tick(at_ns=at_ns)))
        if fetch.name == "tickers"
    ]
    assert asked == [AT_NS, AT_NS + 60 * NS_PER_S, AT_NS + 120 * NS_PER_S]
