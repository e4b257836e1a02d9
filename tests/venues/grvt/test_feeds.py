"""GRVT's figures, requests and refusals: per cent, own intervals, one ticker a market."""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from cockpit.core.events import (
    BookSnapshot,
    Funding,
    OpenInterest,
    Prices,
    Reject,
    Rtt,
    Surveyed,
    Trade,
    Volume,
)
from cockpit.venues.contract import Fetch, Output, Send, Wanted, Wants
from cockpit.venues.grvt.session import Session
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.grvt.samples import NEXT_NS, ack, book, data, error, figures, native, row, ticker

SECOND_NS = 1_000_000_000


def watching(*bases: str, survey: bool = False, **listed: Any) -> Session:
    session = Session(Wants(symbols=bases, survey=survey))
    rows = [row(base, **listed) for base in bases or ("BTC", "ETH")]
    feed(session, opened(), reply("instruments", {"result": rows}))
    return session


def hear(session: Session, *messages: Any) -> list[Output]:
    return feed(session, *map(frame, messages))


def sent(outputs: list[Output]) -> list[dict[str, Any]]:
    return [json.loads(send.data) for send in only(Send, outputs)]


# --- figures ----------------------------------------------------------------------------------


def test_a_rate_is_per_cent_and_becomes_a_fraction() -> None:
    (rate,) = only(Funding, hear(watching("BTC"), ticker(funding_rate="-0.0034")))
    assert rate.rate == pytest.approx(-0.000034)
    assert (rate.kind, rate.interval_s, rate.next_ns) == ("live", 28_800, NEXT_NS)


def test_the_tickers_interval_wins_over_the_listings() -> None:
    (rate,) = only(Funding, hear(watching("BTC"), ticker(funding_interval_hours="4")))
    assert rate.interval_s == 14_400


def test_a_ticker_without_an_interval_has_the_listings() -> None:
    (rate,) = only(Funding, hear(watching("BTC"), ticker(funding_interval_hours=None)))
    assert rate.interval_s == 28_800


@pytest.mark.parametrize("hours", [0, "0", "", None, "x"])
def test_without_an_interval_no_rate_is_stated_and_all_else_is(hours: Any) -> None:
    session = watching("BTC", funding_interval_hours=hours)
    outputs = hear(session, ticker(funding_interval_hours=hours))
    assert only(Funding, outputs) == []
    assert only(Prices, outputs)
    assert only(OpenInterest, outputs)


@pytest.mark.parametrize("stamp", ["0", "1767225600000", "soon", 1.7e18, str(AT_NS - SECOND_NS)])
def test_a_next_payment_that_is_none_or_past_is_not_stated(stamp: Any) -> None:
    (rate,) = only(Funding, hear(watching("BTC"), ticker(next_funding_time=stamp)))
    assert rate.next_ns is None


def test_a_time_keeps_all_its_nineteen_digits() -> None:
    outputs = hear(watching("BTC"), ticker(event_time="1760000000123456789"))
    assert only(Prices, outputs)[0].venue_ns == 1_760_000_000_123_456_789


def test_zero_is_no_price_but_an_interest() -> None:
    outputs = hear(watching("BTC"), ticker(mark_price="0.0", open_interest="0.0"))
    assert only(Prices, outputs)[0].mark is None
    assert only(OpenInterest, outputs)[0].base == 0.0


def test_what_takers_bought_and_sold_is_the_volume() -> None:
    (volume,) = only(Volume, hear(watching("BTC"), ticker()))
    assert (volume.base_24h, volume.usd_24h) == (7.5, 750.5)
    half = hear(watching("BTC"), ticker(sell_volume_24h_b="", sell_volume_24h_q=None))
    assert only(Volume, half) == []


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [("funding_rate", "250", Funding), ("open_interest", "-1", OpenInterest)],
)
def test_an_odd_figure_costs_itself(field: str, value: str, kind: type) -> None:
    outputs = hear(watching("BTC"), ticker(**{field: value}))
    assert only(kind, outputs) == []
    assert len(only(Reject, outputs)) == 1
    assert only(Prices, outputs)


def test_in_a_delta_what_is_not_there_is_not_said() -> None:
    changed = {"event_time": str(AT_NS), "instrument": "BTC_USDT_Perp", "index_price": "87820.5"}
    outputs = hear(watching("BTC"), data("v1.mini.d", "BTC_USDT_Perp@500", 9, 8, changed))
    (prices,) = outputs
    assert isinstance(prices, Prices)
    assert (prices.mark, prices.index, prices.last) == (None, 87820.5, None)


def test_a_fill_that_comes_again_with_the_backlog_is_one_trade() -> None:
    fill = {
        "event_time": str(AT_NS), "instrument": "BTC_USDT_Perp", "is_taker_buyer": True,
        "size": "0.334", "price": "2651.87", "trade_id": "198827910-1",
    }  # fmt: skip
    session = watching("BTC")
    live = data("v1.trade", "BTC_USDT_Perp@50", 9599, 9598, fill)
    again = data("v1.trade", "BTC_USDT_Perp@50", 0, 0, fill)
    other = data("v1.trade", "BTC_USDT_Perp@50", 0, 0, {**fill, "trade_id": "198827910-2"})
    assert len(only(Trade, hear(session, live, again, other))) == 2


# --- history ----------------------------------------------------------------------------------


def test_each_payment_has_the_interval_of_its_own_row() -> None:
    hour_ns = 3600 * SECOND_NS
    rows = [
        {"instrument": native("BTC"), "funding_rate": "0.005", "funding_time": str(at),
         "funding_interval_hours": hours}
        for at, hours in ((NEXT_NS - 4 * hour_ns, 4), (NEXT_NS - 8 * hour_ns, "8"),
                          (NEXT_NS - 9 * hour_ns, "0"))
    ]  # fmt: skip
    page = reply("funding_history", {"result": rows, "next": "x"}, key=native("BTC"))
    session = watching("BTC")
    paid = only(Funding, feed(session, page))
    assert [event.interval_s for event in paid] == [28_800, 14_400]
    assert [event.rate for event in paid] == pytest.approx([0.00005, 0.00005])
    assert only(Funding, feed(session, page)) == []


def test_history_is_asked_for_in_nanoseconds_as_text() -> None:
    session = Session(Wants(symbols=("BTC",)))
    outputs = feed(session, opened(), reply("instruments", {"result": [row("BTC")]}))
    (asked,) = [fetch for fetch in only(Fetch, outputs) if fetch.name == "funding_history"]
    body = json.loads(asked.body or "")
    assert (asked.method, asked.path) == ("POST", "/full/v1/funding")
    assert body["end_time"] == str(AT_NS)
    assert int(body["start_time"]) == AT_NS - 30 * 86_400 * SECOND_NS


# --- requests ---------------------------------------------------------------------------------


def test_a_survey_takes_every_ticker_at_the_slowest_rate_and_fifty_a_request() -> None:
    session = Session(Wants(survey=True))
    rows = [row(f"C{number}") for number in range(120)]
    outputs = feed(session, opened(), reply("instruments", {"result": rows}))
    calls = [call for call in sent(outputs) if call["method"] == "subscribe"]
    assert {call["params"]["stream"] for call in calls} == {"v1.ticker.s"}
    selectors = [call["params"]["selectors"] for call in calls]
    assert [len(some) for some in selectors] == [50, 50, 20]
    assert selectors[0][0] == "C0_USDT_Perp@5000"
    hear(session, ticker("C0_USDT_Perp", "5000"), ticker("C1_USDT_Perp", "5000"))
    (told, *_) = only(Surveyed, feed(session, *ticks(1)))
    assert (told.markets, told.period_s) == (2, 5.0)


def test_a_survey_that_fell_silent_is_not_called_young() -> None:
    session = watching(survey=True)
    hear(session, ticker(rate="5000"))
    later = list(ticks(120))
    feed(session, *later[:20])
    assert only(Surveyed, feed(session, *later[20:])) == []


def test_a_surveyed_market_that_fell_silent_alone_is_joined_again() -> None:
    session = watching(survey=True)
    hear(session, ticker(rate="5000"), ticker(native("ETH"), "5000"))
    calls: list[dict[str, Any]] = []
    for tick in ticks(70):
        late = frame(ticker(rate="5000", mark_price=str(tick.at_ns)), tick.at_ns)
        calls += sent(feed(session, late, tick))
    joined = [call["params"]["selectors"] for call in calls if call["method"] == "subscribe"]
    assert {selector for some in joined for selector in some} == {"ETH_USDT_Perp@5000"}


def test_a_surveyed_market_that_is_watched_leaves_the_slow_ticker_before_it_joins() -> None:
    """Joined at another rate it replaces the old one; left afterwards, both would be gone."""
    session = watching(survey=True)
    wanted = Wanted(at_ns=AT_NS, wants=Wants(symbols=("BTC",), survey=True))
    calls = [
        (call["method"], selector)
        for call in sent(feed(session, wanted))
        if call["params"]["stream"] == "v1.ticker.s"
        for selector in call["params"]["selectors"]
    ]
    assert calls == [
        ("unsubscribe", "BTC_USDT_Perp@5000"), ("subscribe", "BTC_USDT_Perp@500"),
    ]  # fmt: skip


def test_a_watched_market_of_a_survey_is_left_before_the_slow_ticker_is_joined() -> None:
    session = Session(Wants(symbols=("BTC",), survey=True))
    feed(session, opened(), reply("instruments", {"result": [row("BTC"), row("ETH")]}))
    calls = [
        (call["method"], selector)
        for call in sent(feed(session, Wanted(at_ns=AT_NS, wants=Wants(survey=True))))
        if call["params"]["stream"] == "v1.ticker.s"
        for selector in call["params"]["selectors"]
    ]
    assert calls == [
        ("unsubscribe", "BTC_USDT_Perp@500"), ("subscribe", "BTC_USDT_Perp@5000"),
    ]  # fmt: skip


def test_one_bad_selector_of_a_survey_is_found_by_asking_one_by_one() -> None:
    session = Session(Wants(survey=True))
    rows = {"result": [row("BTC"), row("ETH")]}
    (call,) = [
        call for call in sent(feed(session, opened(), reply("instruments", rows)))
        if call["method"] == "subscribe"
    ]  # fmt: skip
    outputs = hear(session, error(3000, "Instrument is invalid", call["id"]))
    assert "3000: Instrument is invalid" in only(Reject, outputs)[0].reason
    again = [call["params"]["selectors"] for call in sent(outputs)]
    assert again == [["BTC_USDT_Perp@5000"], ["ETH_USDT_Perp@5000"]]


def test_above_the_rate_limit_the_same_is_asked_half_a_minute_later() -> None:
    session = Session(Wants(symbols=("BTC",)))
    rows = {"result": [row("BTC")]}
    calls = sent(feed(session, opened(), reply("instruments", rows)))
    for call in calls:
        hear(session, error(1006, "You have surpassed the allocated rate limit", call["id"]))
    early = [call for call in sent(feed(session, *ticks(29))) if call["method"] == "subscribe"]
    assert early == []
    late = sent(feed(session, *ticks(2, AT_NS + 29 * SECOND_NS)))
    assert {call["params"]["stream"] for call in late if call["method"] == "subscribe"} == {
        "v1.book.d", "v1.trade", "v1.ticker.s",
    }  # fmt: skip


def test_a_ping_that_is_refused_was_answered_all_the_same() -> None:
    session = watching("BTC")
    feed(session, *ticks(1))
    refusal = error(1003, "malformed", 1, method="list_streams")
    (rtt,) = feed(session, frame(refusal, AT_NS + 3 * SECOND_NS))
    assert isinstance(rtt, Rtt)
    assert rtt.rtt_ns == 2 * SECOND_NS


def test_an_error_about_no_request_is_told() -> None:
    (told,) = hear(watching("BTC"), error(1003, "malformed", 0, method=""))
    assert isinstance(told, Reject)
    assert "1003" in told.reason


# --- nonsense ---------------------------------------------------------------------------------


def mutations(texts: Sequence[str], count: int) -> Iterator[str | bytes]:
    """Damaged copies: cut, with bytes changed, or with a value replaced."""
    chance = random.Random(7)
    words = ("null", "-1", "1e999", '""', "[]", "{}", '"\\u0000"', "true", '"9"')
    for _ in range(count):
        text = chance.choice(texts)
        match chance.randrange(3):
            case 0:
                yield text[: chance.randrange(len(text))]
            case 1:
                raw = bytearray(text.encode())
                for _ in range(chance.randrange(1, 5)):
                    raw[chance.randrange(len(raw))] = chance.randrange(256)
                yield bytes(raw)
            case _:
                parts = text.split(": ")
                place = chance.randrange(1, len(parts))
                _, mark, rest = parts[place].partition(chance.choice((",", "}")))
                parts[place] = chance.choice(words) + mark + rest
                yield ": ".join(parts)


def test_damaged_frames_and_replies_never_raise() -> None:
    session = watching("BTC", "ETH")
    selector = "BTC_USDT_Perp@50"
    whole = [
        ack("v1.book.d", selector, latest=1), book(), book(2), ticker(),
        data("v1.mini.d", "BTC_USDT_Perp@500", 9, 8, figures()),
        error(3000, "Instrument is invalid", 2),
    ]  # fmt: skip
    for number, text in enumerate(mutations([json.dumps(one) for one in whole], 3_000)):
        feed(session, frame(text, AT_NS + number))
    bodies = {
        "instruments": {"result": [row("BTC")]},
        "margin_rules": {"risk_brackets": [{"notional_floor": "0.0"}]},
        "funding_history": {"result": [{"instrument": native("BTC"), "funding_rate": "1"}]},
    }
    for name, body in bodies.items():
        for text in mutations([json.dumps(body)], 300):
            words = text if isinstance(text, str) else text.decode("utf-8", "replace")
            feed(session, reply(name, words, key=native("BTC")))
    feed(session, reply("instruments", {"result": [row("BTC")]}))
    anew = hear(session, ack("v1.book.d", selector, latest=5), book())
    assert only(BookSnapshot, anew), "what came before has not broken it"
