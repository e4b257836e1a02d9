"""Aster's listing, marks, rates, interest, trades and payments."""

from typing import Any

import pytest

from cockpit.core.events import (
    Event,
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
from cockpit.venues.aster.session import Session
from cockpit.venues.contract import Fetch, Output, Send, Wants
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.aster import samples
from tests.venues.aster.samples import native


def listed(*rows: dict[str, Any], survey: bool = True, hours: Any = 8) -> Session:
    """A session that knows these markets and how often they pay; it watches BTC."""
    session = Session(Wants(symbols=("BTC",), survey=survey))
    names = [row["symbol"] for row in rows]
    feed(
        session, opened(), reply("instruments", samples.listing(*rows)),
        reply("funding_info", samples.info(*names, hours=hours)),
    )  # fmt: skip
    return session


def bitcoin(**own: Any) -> Session:
    return listed(samples.symbol_row("BTCUSDT"), **own)


def marked(session: Session, **own: Any) -> list[Output]:
    name = own.pop("s", "BTCUSDT")
    stream = f"{name.lower()}@markPrice@1s"
    return feed(session, frame(samples.said(stream, samples.mark(name, **own))))


def instrument(**own: Any) -> Instrument:
    session = Session(Wants())
    listing = samples.listing(samples.symbol_row(own.pop("name", "BTCUSDT"), **own))
    (told,) = only(Instrument, feed(session, opened(), reply("instruments", listing)))
    return told


# --- listing ----------------------------------------------------------------------------------


def test_tick_and_lot_are_those_of_the_filters_not_the_precisions() -> None:
    told = instrument()
    assert (told.tick, told.lot, told.min_size, told.min_notional_usd) == (0.1, 0.001, 0.002, 5.0)


def test_margin_is_unknown_because_the_percentages_are_not_it() -> None:
    told = instrument(maintMarginPercent="2.5000", requiredMarginPercent="5.0000")
    assert (told.mmf, told.max_leverage, told.margin_tiers) == (None, None, ())


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("TRADING", "active"), ("PENDING_TRADING", "paused"), ("PRE_SETTLE", "paused"),
        ("SETTLING", "delisted"), ("CLOSE", "delisted"), ("A_NEW_WORD", "paused"),
    ],
)  # fmt: skip
def test_only_a_market_that_trades_is_active(said: str, status: str) -> None:
    assert instrument(status=said).status == status


def test_a_market_that_waits_has_no_kind_of_contract_yet() -> None:
    assert instrument(status="PENDING_TRADING", contractType="").status == "paused"


def test_a_dated_contract_is_no_perpetual() -> None:
    session = Session(Wants())
    row = samples.symbol_row("BTCUSDT", contractType="CURRENT_QUARTER")
    out = feed(session, opened(), reply("instruments", samples.listing(row)))
    assert only(Instrument, out) == []


def test_the_base_is_what_stands_before_the_quote_whatever_the_row_says() -> None:
    told = instrument(name="DOGEUSDT", baseAsset="BLZ")
    assert (told.symbol, told.base) == ("DOGE", "DOGE")


def test_a_second_quote_of_a_coin_keeps_its_own_name() -> None:
    told = instrument(name="BTCUSD1", quoteAsset="USD1")
    assert (told.symbol, told.base, told.quote) == ("BTCUSD1", "BTC", "USD1")


def test_a_name_in_other_letters_is_asked_for_by_its_bytes() -> None:
    session = Session(Wants(symbols=("币安人生",)))
    listing = samples.listing(samples.symbol_row("币安人生USDT"))
    out = feed(session, opened(), reply("instruments", listing))
    (asked,) = [each for each in only(Fetch, out) if each.name == "open_interest"]
    assert asked.path.isascii()
    assert "币安人生usdt@aggTrade" in only(Send, out)[0].data


def test_a_row_that_cannot_be_read_costs_itself() -> None:
    session = Session(Wants())
    listing = samples.listing(samples.symbol_row("BTCUSDT"), {"symbol": 5})
    out = feed(session, opened(), reply("instruments", listing))
    assert [each.symbol for each in only(Instrument, out)] == ["BTC"]
    assert len(only(Reject, out)) == 1


# --- rates ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "seconds"), [(1, 3_600), (4, 14_400), (8, 28_800)])
def test_a_rate_is_for_the_interval_of_its_own_market(hours: int, seconds: int) -> None:
    shortly_ms = samples.NEXT_MS - 60_000
    (rate,) = only(Funding, marked(bitcoin(hours=hours), r="0.00003274", E=shortly_ms))
    assert (rate.kind, rate.rate, rate.interval_s) == ("live", 0.00003274, seconds)
    assert rate.next_ns == 1_760_025_600_000_000_000


def test_no_rate_is_stated_while_its_interval_is_unknown() -> None:
    session = Session(Wants(symbols=("BTC",)))
    listing = samples.listing(samples.symbol_row("BTCUSDT"))
    feed(session, opened(), reply("instruments", listing))
    out = marked(session)
    assert only(Funding, out) == []
    assert only(Prices, out)


@pytest.mark.parametrize("hours", [0, -8, "", None, 1_000, "soon"])
def test_an_interval_that_cannot_be_is_unknown(hours: Any) -> None:
    assert only(Funding, marked(bitcoin(hours=hours))) == []


def test_a_next_payment_within_the_interval_says_that_it_has_changed() -> None:
    """Of 8 h at 12:00 UTC: the rate is told again when the new interval is."""
    session, noon_ms = bitcoin(hours=8), samples.NEXT_MS - 4 * 3_600_000
    out = marked(session, T=noon_ms, E=noon_ms - 3 * 3_600_000)
    assert only(Funding, out) == []
    assert only(Prices, out)
    feed(session, reply("funding_info", samples.info("BTCUSDT", hours=4)))
    (rate,) = only(Funding, marked(session, T=noon_ms, E=noon_ms - 3 * 3_600_000))
    assert (rate.interval_s, rate.next_ns) == (14_400, noon_ms * 1_000_000)


def test_a_next_payment_beyond_the_interval_says_so_too() -> None:
    """Of 4 h at 16:00 UTC, five hours before it: it has become 8 h."""
    session, early_ms = bitcoin(hours=4), samples.NEXT_MS - 5 * 3_600_000
    assert only(Funding, marked(session, E=early_ms)) == []
    feed(session, reply("funding_info", samples.info("BTCUSDT", hours=8)))
    (rate,) = only(Funding, marked(session, E=early_ms + 1_000))
    assert rate.interval_s == 28_800


def test_a_rate_of_zero_is_a_rate_and_a_blank_one_is_none() -> None:
    assert only(Funding, marked(bitcoin(), r="0"))[0].rate == 0.0
    blank = marked(bitcoin(), r="")
    assert only(Funding, blank) == []
    assert only(Reject, blank) == []


@pytest.mark.parametrize("mark", ["abc", "-1", "1e400"])
def test_a_mark_that_is_none_is_counted_and_leaves_the_rate(mark: str) -> None:
    told = marked(bitcoin(), p=mark)
    assert len(only(Funding, told)) == len(only(Reject, told)) == 1
    assert only(Prices, told)[0].mark is None


def test_a_stamp_in_another_unit_sets_no_age_and_takes_no_figure_with_it() -> None:
    told = marked(bitcoin(), E=samples.AT_MS // 1000)
    assert len(only(Funding, told)) == len(only(Reject, told)) == 1
    assert [prices.venue_ns for prices in only(Prices, told)] == [None]


def test_a_market_that_is_gone_keeps_a_rate_that_is_not_shown() -> None:
    """Both the listing's own word and a missing row count."""
    settling = samples.symbol_row("TONUSDT", status="SETTLING")
    session = listed(samples.symbol_row("BTCUSDT"), settling)
    rows = [samples.premium(name) for name in ("TONUSDT", "GNSUSD", "BTCUSDT")]
    out = feed(session, reply("premium", rows))
    assert {each.symbol for each in only(Funding, out)} == {"BTC"}


def test_a_reading_of_all_does_not_overtake_the_stream() -> None:
    session = bitcoin()
    marked(session, r="0.0002")
    assert feed(session, reply("premium", [samples.premium("BTCUSDT")])) == []
    late = samples.premium("BTCUSDT", time=samples.AT_MS + 60_000)
    assert only(Funding, feed(session, reply("premium", [late])))


def test_a_mark_that_was_overtaken_is_passed_over_but_not_for_ever() -> None:
    session = bitcoin()
    marked(session, r="0.0002")
    assert marked(session, E=samples.AT_MS - 1_000) == []
    assert only(Funding, marked(session, E=samples.AT_MS - 60_000)), "then ours was wrong"


def test_a_watched_market_is_told_by_its_own_stream_not_by_that_of_all() -> None:
    session = listed(samples.symbol_row("BTCUSDT"), samples.symbol_row("ETHUSDT"))
    marks = [samples.mark(name) for name in ("BTCUSDT", "ETHUSDT", "GNSUSD")]
    out = feed(session, frame(samples.said("!markPrice@arr", marks)))
    assert {each.symbol for each in only(Prices, out)} == {"ETH"}
    assert [each.markets for each in only(Surveyed, out)] == [2], "of three names"


# --- interest, prices, trades -----------------------------------------------------------------


def test_interest_is_in_coins_and_counted_once() -> None:
    out = feed(bitcoin(), reply("open_interest", samples.interest("BTCUSDT"), key="BTCUSDT"))
    assert [each.base for each in only(OpenInterest, out)] == [7.5]


def test_interest_that_the_venue_does_not_have_is_not_stated() -> None:
    """Nor asked for again at once."""
    session = bitcoin(survey=False)
    out = feed(session, reply("open_interest", "", status=404, key="BTCUSDT"))
    assert only(OpenInterest, out) == []
    again = only(Fetch, feed(session, *ticks(20)))
    assert "open_interest" not in {each.name for each in again}


def test_interest_of_all_markets_is_asked_for_within_the_budget() -> None:
    session = listed(*(samples.symbol_row(f"C{number}USDT") for number in range(600)))
    asked = only(Fetch, feed(session, *ticks(160)))
    interest = [each for each in asked if each.name == "open_interest"]
    assert len({each.key for each in interest}) == 600, "every one had its turn"
    assert sum(each.weight for each in asked) * 60 / 160 < 2_400 / 2


def test_the_last_price_and_what_was_traded_come_by_the_ticker() -> None:
    data = {"e": "24hrTicker", "E": samples.AT_MS, "s": "BTCUSDT", "c": "2.53", "v": "15775",
            "q": "40714.46"}  # fmt: skip
    price, volume = feed(bitcoin(), frame(samples.said("btcusdt@ticker", data)))
    assert isinstance(price, Prices)
    assert isinstance(volume, Volume)
    assert (price.last, price.mark) == (2.53, None)
    assert (volume.base_24h, volume.usd_24h) == (15_775.0, 40_714.46)


@pytest.mark.parametrize(("is_buyer_resting", "side"), [(True, "sell"), (False, "buy")])
def test_the_side_of_a_trade_is_the_takers(is_buyer_resting: bool, side: str) -> None:
    data = {"e": "aggTrade", "E": samples.AT_MS, "a": 1, "s": "BTCUSDT", "p": "114783.7",
            "q": "0.020", "f": 1, "l": 3, "T": samples.AT_MS, "m": is_buyer_resting}  # fmt: skip
    (trade,) = feed(bitcoin(), frame(samples.said("btcusdt@aggTrade", data)))
    assert isinstance(trade, Trade)
    assert (trade.side, trade.price, trade.size) == (side, 114_783.7, 0.02)


def test_a_price_too_small_to_be_one_is_no_fill() -> None:
    """A thousandth of the smallest float is zero, and nothing trades at that."""
    data = {"e": "aggTrade", "E": samples.AT_MS, "a": 1, "s": "1000PEPEUSDT", "p": "5e-324",
            "q": "1", "f": 1, "l": 3, "T": samples.AT_MS, "m": True}  # fmt: skip
    session = listed(samples.symbol_row("1000PEPEUSDT"))
    told = feed(session, frame(samples.said("1000pepeusdt@aggTrade", data)))
    assert [type(fact) for fact in told] == [Reject]


# --- history, the connection ------------------------------------------------------------------


def test_a_payment_covers_the_time_since_the_one_before_it() -> None:
    hour_ms = 3_600_000
    rows = [
        {"symbol": "BTCUSDT", "fundingTime": samples.NEXT_MS + hour * hour_ms, "fundingRate": rate}
        for hour, rate in ((0, "0.0001"), (4, "-0.0002"))
    ]
    paid = only(Funding, feed(bitcoin(), reply("funding_history", rows, key="BTCUSDT")))
    assert [(each.rate, each.interval_s) for each in paid] == [(0.0001, 14_400), (-0.0002, 14_400)]


def test_one_payment_that_makes_no_sense_costs_itself() -> None:
    stamps = ((samples.NEXT_MS, "2"), (samples.NEXT_MS + 1, "0.0001"))
    rows = [{"symbol": "BTCUSDT", "fundingTime": at, "fundingRate": rate} for at, rate in stamps]
    out = feed(bitcoin(), reply("funding_history", rows, key="BTCUSDT"))
    assert [each.rate for each in only(Funding, out)] == [0.0001]
    assert len(only(Reject, out)) == 1


@pytest.mark.parametrize(
    "refusal",
    [{"id": 1, "error": {"code": 2, "msg": "Invalid request"}}, {"code": 2, "msg": "no"}],
)
def test_a_refusal_is_told_in_the_venues_words(refusal: Any) -> None:
    (told,) = only(Reject, feed(bitcoin(), frame(refusal)))
    assert told.reason.startswith("refused: 2 ")


def test_the_round_trip_is_that_of_a_list_of_our_streams() -> None:
    session = bitcoin(survey=False)
    (ping,) = [each for each in only(Send, feed(session, *ticks(1))) if "LIST" in each.data]
    answer = {"id": 999_999_999, "result": ["btcusdt@ticker"]}
    (told,) = only(Rtt, feed(session, frame(answer, AT_NS + 1_080_000_000)))
    assert told.rtt_ns == 80_000_000
    assert '"method":"LIST_SUBSCRIPTIONS"' in ping.data


def test_fifty_markets_are_more_than_a_connection_carries() -> None:
    """Each has four streams, and one more serves all: 49 fit under 200."""
    symbols = tuple(f"C{number}" for number in range(50))
    session = Session(Wants(symbols=symbols))
    rows = [samples.symbol_row(native(symbol)) for symbol in symbols]
    out = feed(session, opened(), reply("instruments", samples.listing(*rows)))
    (told,) = only(Reject, out)
    assert told.reason.startswith("1 markets left out")


def test_events_that_are_not_used_say_nothing() -> None:
    data = {"e": "bookTicker", "u": 1, "s": "BTCUSDT", "b": "1", "B": "1", "a": "2", "A": "1"}
    assert feed(bitcoin(), frame(samples.said("btcusdt@bookTicker", data))) == []


def test_a_stream_about_another_market_than_its_name_is_damage() -> None:
    data = samples.mark("ETHUSDT")
    session = listed(samples.symbol_row("BTCUSDT"), samples.symbol_row("ETHUSDT"))
    out = feed(session, frame(samples.said("btcusdt@markPrice@1s", data)))
    assert [type(each) for each in out] == [Reject]
    assert not [each for each in out if isinstance(each, Event) and not isinstance(each, Reject)]
