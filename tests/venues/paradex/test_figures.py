"""Listing, summaries, funding, the index and the state of the engine."""

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
from cockpit.venues.contract import Fetch, Output, Send, Wants
from cockpit.venues.paradex import SPEC
from cockpit.venues.paradex.session import Session
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.paradex.samples import (
    EIGHT_HOURS_MS,
    binary_funding,
    binary_summary,
    compact,
    fill,
    funding,
    listing,
    ordinary,
    push,
    reading,
    row,
    summary,
)

BTC = "BTC-USD-PERP"
STAMP_MS = AT_NS // 10**6 // EIGHT_HOURS_MS * EIGHT_HOURS_MS
WEDNESDAY_0431_NS = 1_760_502_660 * 10**9
"""2025-10-15 04:31 UTC."""


def watching(*rows: Any, wants: Wants | None = None) -> Session:
    session = Session(wants or Wants(symbols=("BTC",)))
    text = listing(*rows) if rows else ordinary("BTC")
    feed(session, opened(), reply("instruments", text))
    return session


def heard(session: Session, channel: str, data: Any) -> list[Output]:
    return feed(session, frame(push(channel, data)))


# --- listing -------------------------------------------------------------------------------------


def test_numbers_come_as_text_and_as_numbers() -> None:
    market = row(BTC, "BTC", funding_period_hours="8", price_tick_size=0.1, min_notional=10)
    (stated,) = only(Instrument, feed(Session(Wants()), reply("instruments", listing(market))))
    assert (stated.tick, stated.min_notional_usd, stated.funding_interval_s) == (0.1, 10.0, 28_800)


@pytest.mark.parametrize(
    ("base", "symbol", "contract"),
    [("kBONK", "BONK", 1e3), ("mSATS", "SATS", 1e6), ("mETH", "mETH", 1.0), ("kas", "kas", 1.0)],
)
def test_letters_that_scale(base: str, symbol: str, contract: float) -> None:
    rows = listing(row(f"{base}-USD-PERP", base, order_size_increment="1"))
    (market,) = only(Instrument, feed(Session(Wants()), reply("instruments", rows)))
    assert (market.symbol, market.contract, market.lot) == (symbol, contract, contract)


@pytest.mark.parametrize(
    "fields",
    [
        {"asset_kind": "PERP_OPTION"}, {"asset_kind": "OPTION"}, {"asset_kind": "SPOT"},
        {"trading_mode": "RFQ_ONLY"},
    ],
)  # fmt: skip
def test_options_spot_and_markets_without_a_live_book_are_no_perpetuals(
    fields: dict[str, str],
) -> None:
    rows = listing(row(BTC, "BTC", **fields))
    assert feed(Session(Wants()), reply("instruments", rows)) == []


@pytest.mark.parametrize(
    "config",
    [None, {}, {"api_fee": None}, {"api_fee": {"maker_fee": None, "taker_fee": {"fee": None}}}],
)
def test_a_market_without_fees_of_its_own_is_listed_all_the_same(config: Any) -> None:
    rows = listing(row(BTC, "BTC", fee_config=config))
    (told,) = feed(Session(Wants()), reply("instruments", rows))
    assert isinstance(told, Instrument)
    assert (told.symbol, told.taker_fee, told.maker_fee) == ("BTC", None, None)


def test_fees_are_the_api_traders_not_the_retail_ones() -> None:
    pro = {"maker_fee": {"fee": "0.00003"}, "taker_fee": {"fee": "0.00045"}}
    free = {"maker_fee": {"fee": "0"}, "taker_fee": {"fee": "0"}}
    rows = listing(row(BTC, "BTC", fee_config={"api_fee": pro, "interactive_fee": free}))
    (market,) = only(Instrument, feed(Session(Wants()), reply("instruments", rows)))
    assert (market.taker_fee, market.maker_fee) == (0.00045, 0.00003)


# --- figures -------------------------------------------------------------------------------------


def test_the_firehose_of_options_says_nothing() -> None:
    session = watching()
    for name in ("BTC-USD-96000-C", "BTC-USD-15SEP25-55000-C", "ETH-USD"):
        assert heard(session, "markets_summary", summary(name, funding_rate="0.03")) == []
    (reject,) = only(Reject, heard(session, "markets_summary", summary("FOO-USD-PERP")))
    assert "FOO" in reject.reason


def test_blank_is_unknown_and_zero_open_interest_is_zero() -> None:
    said = summary(BTC, mark_price="", underlying_price="", funding_rate="", open_interest="0")
    outputs = heard(watching(), f"markets_summary.{BTC}", said)
    assert only(Funding, outputs) == []
    (prices,) = only(Prices, outputs)
    assert (prices.mark, prices.index, prices.last) == (None, None, 101.5)
    assert [interest.base for interest in only(OpenInterest, outputs)] == [0.0]


def test_a_negative_interest_and_a_rate_of_seven_cost_themselves_alone() -> None:
    said = summary(BTC, open_interest="-1", funding_rate="7")
    outputs = heard(watching(), f"markets_summary.{BTC}", said)
    assert len(only(Reject, outputs)) == 2
    assert len(only(Prices, outputs)) == len(only(Volume, outputs)) == 1


def test_a_rate_is_per_the_markets_own_period_and_never_has_a_next_payment() -> None:
    session = watching(row(BTC, "BTC", funding_period_hours=24))
    (rate,) = only(Funding, heard(session, f"markets_summary.{BTC}", summary(BTC)))
    assert (rate.kind, rate.rate, rate.interval_s, rate.next_ns) == ("live", 1e-4, 86_400, None)


def test_a_row_of_another_product_spoils_no_list() -> None:
    """An option without a currency, one without a stamp: the perpetuals beside them are read."""
    session = Session(Wants(symbols=("BTC",), survey=True))
    rows = listing({"symbol": "BTC-USD-1-C", "asset_kind": "OPTION"}, row(BTC, "BTC"))
    assert only(Instrument, feed(session, opened(), reply("instruments", rows)))
    rows = listing(summary("BTC-USD-1-C", created_at=""), summary(BTC, created_at="soon"))
    (prices,) = only(Prices, feed(session, reply("tickers", rows)))
    assert (prices.symbol, prices.venue_ns) == ("BTC", None)


@pytest.mark.parametrize("hours", [None, "", 0, "0", 48, "soon"])
def test_without_a_period_there_is_no_rate(hours: Any) -> None:
    session = watching(row(BTC, "BTC", funding_period_hours=hours))
    assert only(Funding, heard(session, f"markets_summary.{BTC}", summary(BTC))) == []


def test_a_period_of_the_stream_that_is_none_is_told_and_the_listings_holds() -> None:
    outputs = heard(watching(), "funding_data", funding(BTC, funding_period_hours="5"))
    (told,) = only(Reject, outputs)
    assert told.reason == f"interval of {BTC} is none"
    assert [rate.interval_s for rate in only(Funding, outputs)] == [28_800]
    assert (
        only(Reject, heard(watching(), "funding_data", funding(BTC, funding_period_hours=0))) == []
    )


def test_the_raw_premium_goes_with_the_rate() -> None:
    said = funding(BTC, impact_premium_rate="0.00042")
    (rate,) = only(Funding, heard(watching(), "funding_data", said))
    assert (rate.rate, rate.premium) == (-0.00015, 0.00042)


def test_a_push_is_routed_by_the_prefix_of_its_channel() -> None:
    for channel in ("funding_data", "funding_data.ALL", f"funding_data.{BTC}"):
        assert len(only(Funding, heard(watching(), channel, funding(BTC)))) == 1


def test_binary_rates_keep_their_digits_by_the_precise_one() -> None:
    session = watching()
    # 0.00001250 in eight decimals, 0.000012501768 in twelve.
    (rough,) = only(Funding, feed(session, frame(binary_summary(1250, None))))
    assert rough.rate == 0.0000125
    (precise,) = only(Funding, feed(session, frame(binary_summary(1250, 12_501_768))))
    assert precise.rate == 0.000012501768
    assert only(Funding, feed(session, frame(binary_funding(1250, raw=42_000)))) == []
    (after,) = only(Funding, feed(session, frame(binary_summary(1250, 12_501_768))))
    assert (after.rate, after.premium) == (0.000012501768, 0.00042)


@pytest.mark.parametrize(
    ("kind", "is_flow"),
    [
        ("FILL", True), ("RPI", True), ("LIQUIDATION", True), ("UNWIND_TRANSFER", False),
        ("SETTLE_MARKET", False), ("BLOCK_TRADE", False),
    ],
)  # fmt: skip
def test_only_flow_is_a_trade(kind: str, is_flow: bool) -> None:
    trades = only(Trade, heard(watching(), f"trades.{BTC}", fill(BTC, trade_type=kind)))
    assert len(trades) == is_flow
    assert [trade.liquidation for trade in trades] == [kind == "LIQUIDATION"] * is_flow


def test_a_watched_market_that_streams_is_not_told_again_by_the_survey() -> None:
    session = watching(
        row(BTC, "BTC"), row("ETH-USD-PERP", "ETH"), wants=Wants(symbols=("BTC",), survey=True)
    )
    heard(session, f"markets_summary.{BTC}", summary(BTC))
    rows = listing(summary(BTC, mark_price="90"), summary("ETH-USD-PERP"), summary("X-USD-1-C"))
    outputs = feed(session, reply("tickers", rows))
    assert {event.symbol for event in only(Prices, outputs)} == {"ETH"}
    assert [said.markets for said in only(Surveyed, outputs)] == [2]


# --- what was paid -------------------------------------------------------------------------------


def history(session: Session, *rows: Any) -> list[Output]:
    key = f"{BTC} {STAMP_MS * 10**6}"
    return feed(session, reply("funding_history", {"results": rows, "next": None}, key=key))


def test_an_index_that_rises_by_more_than_the_price_is_told_once_and_is_no_payment() -> None:
    """From 1 to 151 at a price of 100 is a rate of 1.5: what stood there before was wrong."""
    session = watching()
    before = reading(BTC, STAMP_MS - EIGHT_HOURS_MS, "1")
    outputs = history(session, reading(BTC, STAMP_MS, "151"), before)
    assert only(Funding, outputs) == []
    assert [told.reason for told in only(Reject, outputs)] == [
        "the funding index rose by more than the price"
    ]
    outputs = history(session, reading(BTC, STAMP_MS + EIGHT_HOURS_MS, "151.02"))
    assert only(Reject, outputs) == []
    assert len(only(Funding, outputs)) == 1


def test_settled_is_the_rise_of_the_index_over_the_spot_price() -> None:
    session = watching()
    before = reading(BTC, STAMP_MS - EIGHT_HOURS_MS, "-3")
    assert only(Funding, history(session, before)) == []
    (paid,) = only(Funding, history(session, reading(BTC, STAMP_MS, "-2.98")))
    # The index rose by 0.02 quote a contract, at a price of 0.01 / 0.0001 = 100.
    assert paid.rate == pytest.approx(0.0002)
    assert (paid.kind, paid.interval_s, paid.venue_ns) == ("settled", 28_800, STAMP_MS * 10**6)
    assert only(Funding, history(session, reading(BTC, STAMP_MS, "-2.98"))) == []


def test_a_rise_is_for_the_time_between_the_readings_and_stated_for_eight_hours() -> None:
    """A reading is what is nearest: 30 s late, 8 h and 30 s lie between them."""
    session = watching()
    rows = [reading(BTC, STAMP_MS - EIGHT_HOURS_MS, "1"), reading(BTC, STAMP_MS + 30_000, "1.0961")]
    (paid,) = only(Funding, history(session, *rows))
    assert paid.rate == pytest.approx(0.0961 / 100 * 28_800 / 28_830)


def test_a_span_with_a_missing_end_or_price_is_not_stated() -> None:
    session = watching()
    hole = [reading(BTC, STAMP_MS - 2 * EIGHT_HOURS_MS, "1"), reading(BTC, STAMP_MS, "2")]
    assert only(Funding, history(session, *hole)) == []
    priceless = [
        reading(BTC, STAMP_MS - at * EIGHT_HOURS_MS, index, funding_rate="0", funding_premium="0")
        for at, index in ((6, "1"), (5, "1"), (4, "2"))
    ]
    (nothing_paid,) = only(Funding, history(session, *priceless))
    assert nothing_paid.rate == 0.0, "the index stood still, whatever the price was"


def test_thirty_days_are_read_a_reading_a_request_the_newest_first() -> None:
    session = Session(Wants(symbols=("BTC",)))
    waiting = feed(session, opened(), reply("instruments", ordinary("BTC")))
    asked: list[int] = []
    for _ in range(200):
        fetches = [f for f in only(Fetch, waiting) if f.name == "funding_history"]
        if not fetches:
            break
        (fetch,) = fetches
        assert fetch.background
        stamp_ns = int(fetch.key.split()[1])
        asked.append(stamp_ns)
        body = {"results": [reading(BTC, stamp_ns // 10**6, "1")], "next": None}
        waiting = feed(session, reply("funding_history", body, key=fetch.key))
    assert asked == sorted(asked, reverse=True)
    # From 08:00 back to 16:00 of the day thirty days before: three a day.
    assert len(asked) == len(set(asked)) == 90
    at_1601_s = 8 * 3600 - AT_NS // 10**9 % (8 * 3600) + 60
    later = only(Fetch, feed(session, *ticks(at_1601_s)))
    asked_later = [fetch.key for fetch in later if fetch.name == "funding_history"]
    assert asked_later == [f"{BTC} {(STAMP_MS + EIGHT_HOURS_MS) * 10**6}"]


# --- the engine and the pulse --------------------------------------------------------------------


@pytest.mark.parametrize("state", ["maintenance", "cancel_only", "post_only"])
def test_while_the_engine_takes_nothing_markets_are_paused_and_books_are_left(state: str) -> None:
    session = watching()
    paused = feed(session, reply("system_state", {"status": state}))
    assert [market.status for market in only(Instrument, paused)] == ["paused"]
    assert [
        s.data for s in only(Send, paused) if "unsubscribe" in s.data and "order_book" in s.data
    ]
    again = feed(session, reply("system_state", {"status": "ok"}))
    assert [market.status for market in only(Instrument, again)] == ["active"]
    assert [s.data for s in only(Send, again) if "order_book" in s.data]


def test_a_state_that_is_not_known_is_counted_and_changes_nothing() -> None:
    outputs = feed(watching(), reply("system_state", {"status": "auction"}))
    assert len(only(Reject, outputs)) == len(outputs) == 1


def test_the_state_is_asked_more_often_in_the_window_of_0430() -> None:
    def asked(at_ns: int) -> int:
        session = Session(Wants())
        outputs = feed(session, opened(at_ns), *ticks(120, at_ns))
        return len([f for f in only(Fetch, outputs) if f.name == "system_state"])

    assert asked(WEDNESDAY_0431_NS) == 8
    assert asked(WEDNESDAY_0431_NS + 3600 * 10**9) == 2


def test_a_round_trip_has_the_venues_clock_and_an_error_is_a_pong_too() -> None:
    session = watching()
    error = {"code": -32600, "message": "invalid unsubscribe request"}
    answer = {"jsonrpc": "2.0", "id": 1_000_000_000, "error": error, "usOut": AT_NS // 1000 + 85}
    for since_s, seconds, operation in ((0, 1, "subscribe"), (1, 10, "unsubscribe")):
        out = feed(session, *ticks(seconds, AT_NS + since_s * 10**9))
        (ping,) = [s for s in only(Send, out) if "1000000000" in s.data]
        assert f'"{operation}"' in ping.data
        answered_ns = AT_NS + (since_s + seconds) * 10**9 + 30_000_000
        (rtt,) = only(Rtt, feed(session, frame(compact(answer), answered_ns)))
        assert (rtt.rtt_ns, rtt.venue_ns) == (30_000_000, AT_NS + 85_000)


def test_no_account_is_read_by_address() -> None:
    assert SPEC.check_address is None
