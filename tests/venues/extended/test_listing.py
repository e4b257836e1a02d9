"""Extended's pages: names, hours, states, figures, refusals."""

import json
from typing import Any

import pytest

from cockpit.core.events import Funding, Instrument, OpenInterest, Prices, Reject, Surveyed, Volume
from cockpit.venues.claims import claims
from cockpit.venues.contract import Fetch, Output, Send, Wants
from cockpit.venues.extended import SPEC
from cockpit.venues.extended.session import Session
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.extended.samples import NEXT_MS, answer, push, row, stats

EQUITY = "NVDA_24_5-USD"


def listing(*rows: Any, symbols: tuple[str, ...] = ()) -> tuple[Session, list[Output]]:
    session = Session(Wants(symbols=symbols, survey=True))
    feed(session, opened())
    return session, feed(session, reply("instruments", answer(*rows)))


def stated(*rows: Any) -> dict[str, Instrument]:
    return {item.symbol: item for item in only(Instrument, listing(*rows)[1])}


def surveyed(*rows: Any) -> list[Output]:
    session, _ = listing(*rows)
    return feed(session, reply("tickers", answer(*rows)))


def test_a_thousand_coins_are_priced_and_counted_by_the_coin() -> None:
    pepe = row("1000PEPE-USD", "1000PEPE", uiName="kPEPE-USD", tradingConfig={
        "minPriceChange": "0.000001", "minOrderSizeChange": "100", "minOrderSize": "1000",
    }, marketStats=stats(markPrice="0.0034", openInterestBase="500"))  # fmt: skip
    item = stated(pepe)["PEPE"]
    assert (item.native, item.base, item.contract) == ("1000PEPE-USD", "PEPE", 1000.0)
    assert abs((item.tick or 0.0) - 1e-9) < 1e-20
    assert (item.lot, item.min_size) == (100_000.0, 1_000_000.0)
    told = surveyed(pepe)
    assert abs((only(Prices, told)[0].mark or 0.0) - 3.4e-6) < 1e-18
    assert only(OpenInterest, told)[0].base == 500_000.0


def test_a_row_whose_two_names_differ_in_scale_is_not_listed() -> None:
    _, told = listing(row("PEPE-USD", "PEPE", uiName="kPEPE-USD"))
    assert only(Instrument, told) == []
    assert len(only(Reject, told)) == 1


def test_an_equity_of_24_hours_on_5_days_is_called_by_its_coin() -> None:
    item = stated(row(EQUITY, "NVDA_24_5", uiName="NVDA-USD"))["NVDA"]
    assert (item.native, item.status) == (EQUITY, "active")


def test_outside_its_hours_a_market_is_paused_and_goes_on_publishing() -> None:
    """`tradingHours` may say CONTINUOUS all the while: the flag is what counts."""
    closed = row(EQUITY, "NVDA_24_5", isOffHours=True, tradingHours="CONTINUOUS")
    session, told = listing(closed, symbols=("NVDA",))
    assert only(Instrument, told)[0].status == "paused"
    assert any(EQUITY in send.data for send in only(Send, told))
    assert only(Funding, feed(session, reply("tickers", answer(closed))))


def test_the_hours_are_noticed_with_the_figures_not_with_the_next_listing() -> None:
    session, _ = listing(row(EQUITY, "NVDA_24_5"))
    later = feed(session, reply("tickers", answer(row(EQUITY, "NVDA_24_5", isOffHours=True))))
    assert [item.status for item in only(Instrument, later)] == ["paused"]


def test_a_market_that_only_reduces_is_paused_and_goes_on_publishing() -> None:
    reducing = row("MKR-USD", "MKR", status="REDUCE_ONLY")
    session, told = listing(reducing, symbols=("MKR",))
    assert only(Instrument, told)[0].status == "paused"
    assert any("MKR-USD" in send.data for send in only(Send, told))
    assert only(Funding, feed(session, reply("tickers", answer(reducing))))


def test_a_market_before_its_start_and_a_disabled_one_are_paused_and_say_nothing() -> None:
    rows = [row("A-USD", "A", status="PRELISTED"), row("B-USD", "B", status="DISABLED")]
    assert {item.status for item in stated(*rows).values()} == {"paused"}
    assert only(Funding, surveyed(*rows)) == []


def test_a_dead_row_still_shows_a_rate_and_is_left_out() -> None:
    dead = row("PLACE_JPY-USD_1-USD", "PLACE_JPY-USD_1", status="DELISTED")
    assert stated(dead) == {}
    assert only(Funding, surveyed(dead)) == []


def test_a_market_that_dies_is_said_to_be_delisted() -> None:
    session, _ = listing(row("BTC-USD", "BTC"), symbols=("BTC",))
    later = feed(session, reply("instruments", answer(row("BTC-USD", "BTC", status="DELISTED"))))
    assert [item.status for item in only(Instrument, later)] == ["delisted"]
    assert any("unsubscribe" in send.data for send in only(Send, later))


def test_spot_is_no_perpetual() -> None:
    spot = row("BTCSPOT-USD", "BTCSPOT", type="SPOT", marketStats=stats(nextFundingRate=0))
    assert stated(spot) == {}
    assert only(Funding, surveyed(spot)) == []


def test_a_row_of_before_2026_has_no_type_and_is_a_perpetual() -> None:
    old = row("BTC-USD", "BTC")
    del old["type"], old["isOffHours"]
    assert stated(old)["BTC"].status == "active"


def test_the_next_rate_is_a_time() -> None:
    (funding,) = only(Funding, surveyed(row("BTC-USD", "BTC")))
    assert (funding.kind, funding.rate, funding.interval_s) == ("live", 0.000013, 3600)
    assert funding.next_ns == NEXT_MS * 1_000_000


@pytest.mark.parametrize("value", [0, None, "0.0001", 1_790_589_600, 1e17])
def test_a_next_time_that_is_none_is_missing_not_1970(value: Any) -> None:
    shown = stats(nextFundingRate=value)
    (funding,) = only(Funding, surveyed(row("A-USD", "A", marketStats=shown)))
    assert funding.next_ns is None


def test_open_interest_is_the_base_figure_not_the_dollars() -> None:
    told = surveyed(row("BTC-USD", "BTC"))
    assert only(OpenInterest, told)[0].base == 40.0
    assert [(v.usd_24h, v.base_24h) for v in only(Volume, told)] == [(9000.5, 90.25)]


def test_no_open_interest_is_missing_and_nonsense_is_a_reject() -> None:
    rows = {"A": None, "B": "", "C": "0", "D": "many"}
    told = surveyed(*(
        row(f"{name}-USD", name, marketStats=stats(openInterestBase=value))
        for name, value in rows.items()
    ))  # fmt: skip
    assert {fact.symbol: fact.base for fact in only(OpenInterest, told)} == {"C": 0.0}
    assert len(only(Reject, told)) == 1
    assert {fact.symbol for fact in only(Funding, told)} == {"A", "B", "C", "D"}


def test_a_row_that_makes_no_sense_costs_itself_alone() -> None:
    _, told = listing({"name": 7}, row("BTC-USD", "BTC"))
    assert [item.symbol for item in only(Instrument, told)] == ["BTC"]
    assert len(only(Reject, told)) == 1


def test_a_streamed_mark_is_not_overtaken_by_an_older_page() -> None:
    rows = answer(row("BTC-USD", "BTC"))
    session, _ = listing(*rows["data"], symbols=("BTC",))
    mark = {"m": "BTC-USD", "p": "102", "ts": 0}
    feed(session, frame(push("PRICES.MP", "prices.mark.BTC-USD", mark, 0)))
    (prices,) = only(Prices, feed(session, reply("tickers", rows)))
    assert (prices.mark, prices.index, prices.last) == (None, 101.1, 101.5)
    (prices,) = only(Prices, feed(session, reply("tickers", rows, AT_NS + 16_000_000_000)))
    assert prices.mark == 101.2


def test_a_survey_is_one_page_of_all_and_the_watched_are_named_without_one() -> None:
    session, _ = listing(row("BTC-USD", "BTC"), row("ETH-USD", "ETH"), symbols=("BTC", "ETH"))
    asked = [fetch.path for fetch in only(Fetch, feed(session, *ticks(2)))]
    assert "/api/v1/info/markets" in asked
    alone = Session(Wants(symbols=("BTC", "ETH")))
    feed(alone, opened(), reply("instruments", answer(
        row("BTC-USD", "BTC"), row("ETH-USD", "ETH"), row("SOL-USD", "SOL")
    )))  # fmt: skip
    asked = [fetch.path for fetch in only(Fetch, feed(alone, *ticks(2)))]
    assert "/api/v1/info/markets?market=BTC-USD&market=ETH-USD" in asked


def test_a_survey_counts_the_markets_that_publish() -> None:
    told = surveyed(row("BTC-USD", "BTC"), row("A-USD", "A", status="PRELISTED"))
    assert [(said.markets, said.period_s) for said in only(Surveyed, told)] == [(1, 15.0)]


def test_maintenance_is_told_in_the_venues_words() -> None:
    session = Session(Wants())
    feed(session, opened())
    body = {"status": "ERROR", "error": {"code": 1010, "message": "Maintenance mode"}}
    (told,) = only(Reject, feed(session, reply("instruments", body)))
    assert "1010: Maintenance mode" in told.reason


def test_a_status_in_lower_case_is_no_refusal() -> None:
    session = Session(Wants())
    feed(session, opened())
    body = {**answer(row("BTC-USD", "BTC")), "status": "ok"}
    assert only(Instrument, feed(session, reply("instruments", body)))


def test_payments_are_stated_at_their_hour_and_once_whether_streamed_or_read() -> None:
    session, _ = listing(row("BTC-USD", "BTC"), symbols=("BTC",))
    paid = {"m": "BTC-USD", "f": "0.000013", "T": NEXT_MS - 3_600_000 + 1_693}
    before = {"m": "BTC-USD", "f": "-0.000008", "T": NEXT_MS - 7_200_000 + 772}
    first = feed(session, frame(push("FUNDING_RATES", "funding-rates.BTC-USD", paid, 0)))
    page = json.dumps(answer({**paid, "T": paid["T"] - 500}, before))
    later = feed(session, reply("funding_history", page, key="BTC-USD"))
    told = [(fact.venue_ns, fact.rate) for fact in only(Funding, [*first, *later])]
    hour_ns = (NEXT_MS - 3_600_000) * 1_000_000
    assert told == [(hour_ns, 0.000013), (hour_ns - 3600 * 10**9, -0.000008)]


def test_accounts_are_not_read_and_the_claims_say_why() -> None:
    assert SPEC.check_address is None
    assert "accounts" in SPEC.note
    assert {claim.point for claim in claims("extended") if claim.standing == "unconfirmed"} >= {
        "accounts", "funding cap", "maintenance margin",
    }  # fmt: skip
