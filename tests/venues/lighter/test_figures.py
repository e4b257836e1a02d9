"""What market_stats and the listing say: percent per hour, USD, names, and figures of nonsense."""

import json

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
from cockpit.core.units import HOUR_NS, apr
from cockpit.venues.contract import Fetch, Wanted, Wants
from cockpit.venues.lighter import SPEC
from tests.support import AT_NS, feed, frame, only, reply, ticks
from tests.venues.lighter.samples import (
    BTC,
    DETAILS,
    HOUR_20_MS,
    SECOND,
    STATS,
    listing,
    sent,
    session,
    stats,
    whole,
)


def told(row, scope="all", **inputs):
    return feed(session(survey=True), stats({"1": STATS | row}, scope, **inputs))


def funding(outputs, kind):
    return [event for event in only(Funding, outputs) if event.kind == kind]


# --- statistics -----------------------------------------------------------------------------------


def test_the_current_rate_is_percent_per_hour_until_the_next_full_hour():
    [live] = funding(told({}), "live")
    assert (live.symbol, live.rate, live.interval_s) == ("BTC", pytest.approx(-0.000028), 3600)
    assert live.next_ns == 1_760_043_600 * SECOND
    [resting] = funding(told({"current_funding_rate": "0.0012"}), "live")
    assert apr(resting.rate, resting.interval_s) == pytest.approx(0.10512)


def test_the_funding_timestamp_is_the_last_payment_not_the_next_one():
    [paid] = funding(told({}), "settled")
    assert (paid.rate, paid.venue_ns) == (pytest.approx(0.000007), HOUR_20_MS * 1_000_000)
    assert (paid.interval_s, paid.next_ns) == (3600, None)


@pytest.mark.parametrize("stamp", [0, HOUR_20_MS // 1_000, HOUR_20_MS * 1_000, -HOUR_20_MS])
def test_a_time_of_another_unit_is_no_time(stamp):
    assert funding(told({"funding_timestamp": stamp}), "settled") == []
    message = json.loads(stats({"1": STATS}).data) | {"timestamp": stamp}
    [live] = funding(feed(session("BTC"), listing(BTC), frame(message)), "live")
    assert live.venue_ns is None


def test_a_payment_is_told_once_until_its_stamp_changes_though_the_rate_does_not():
    later = {"1": STATS | {"funding_timestamp": HOUR_20_MS + 3_600_000}}
    outputs = feed(session(survey=True), stats({"1": STATS}), stats({"1": STATS}), stats(later))
    assert len(funding(outputs, "settled")) == 2


def test_without_a_time_of_its_own_a_message_is_placed_by_its_arrival():
    message = json.loads(stats({"1": STATS}).data)
    del message["timestamp"]
    [live] = funding(feed(session("BTC"), listing(BTC), frame(message)), "live")
    assert (live.venue_ns, live.next_ns) == (None, (AT_NS // HOUR_NS + 1) * HOUR_NS)


def test_open_interest_is_usd_at_the_mark_rounded_to_the_markets_lots():
    [interest] = only(OpenInterest, told({}))
    assert interest.base == pytest.approx(242_000_000 / 121_000)
    row = STATS | {"open_interest": "242000012.345678"}
    ours = session("BTC")
    feed(ours, listing(BTC | {"size_decimals": 3}))
    [interest] = only(OpenInterest, feed(ours, stats({"1": row})))
    assert interest.base == 2000.0


def test_open_interest_needs_the_mark_of_the_same_message():
    outputs = told({"mark_price": ""})
    assert only(OpenInterest, outputs) == []
    assert [(p.mark, p.index, p.last) for p in only(Prices, outputs)] == [
        (None, 121010.8, 121044.6)
    ]


def test_a_thousand_coins_are_told_per_coin_if_the_table_knows_them():
    row = {"symbol": "1000PEPE", "mark_price": "0.010", "index_price": "0.011",
           "open_interest": "5000"}  # fmt: skip
    outputs = told(row)
    [prices], [volume] = only(Prices, outputs), only(Volume, outputs)
    assert (prices.symbol, prices.mark) == ("PEPE", pytest.approx(0.000010))
    assert only(OpenInterest, outputs)[0].base == pytest.approx(5000 / 0.000010)
    assert (volume.usd_24h, volume.base_24h) == (5e9, pytest.approx(42138372.78))
    [prices] = only(Prices, told({"symbol": "1000X"}))
    assert (prices.symbol, prices.mark) == ("1000X", 121000.0)


def test_a_price_too_small_to_be_one_is_none():
    """A thousandth of the smallest float is zero."""
    row = {"symbol": "1000PEPE", "mark_price": "0.010", "index_price": "5e-324"}
    [prices] = only(Prices, told(row))
    assert (prices.mark, prices.index) == (pytest.approx(0.000010), None)


def test_a_delisted_market_has_zero_prices_and_says_nothing():
    dead = {"index_price": "0.00", "mark_price": "0.00", "funding_timestamp": 0}
    assert [type(output) for output in told(dead)] == [Surveyed]


@pytest.mark.parametrize(
    "dead", [STATS | {"index_price": "0.00", "mark_price": "0.00"}, None], ids=["zero", "no row"]
)
def test_a_surveyed_market_whose_row_says_nothing_is_silent_until_it_speaks(dead):
    """Its rate is not kept young by the rows of all others."""
    eth, ours = STATS | {"market_id": 0, "symbol": "ETH"}, session(survey=True)
    for seconds, row, silent in ((0, STATS, ()), (20, dead, ("BTC",)), (40, STATS, ())):
        message = json.loads(stats({"0": eth, "1": row}).data)
        [read] = only(Surveyed, feed(ours, frame(message, AT_NS + seconds * SECOND)))
        assert read.silent == silent


def test_a_market_that_is_gone_silences_none_that_took_its_name():
    ours = session(survey=True)
    feed(ours, listing(BTC | {"status": "inactive"}, BTC | {"market_id": 9}))
    zero = STATS | {"index_price": "0", "mark_price": "0", "symbol": "BTC"}
    rows = {"1": zero, "9": STATS | {"symbol": "BTC"}}
    [read] = only(Surveyed, feed(ours, stats(rows)))
    assert read.silent == ()


def test_blank_strings_are_unknown_not_zero():
    blank = dict.fromkeys(STATS.keys() - {"mark_price", "index_price", "market_id"}, "")
    assert [type(output) for output in told(blank)] == [Prices, Surveyed]


@pytest.mark.parametrize(
    ("field", "value", "lost"),
    [
        ("mark_price", "-5", OpenInterest),
        ("mark_price", "NaN", OpenInterest),
        ("open_interest", "-1", OpenInterest),
        ("open_interest", {"a": 1}, OpenInterest),
        ("open_interest", "1e308", OpenInterest),
        ("current_funding_rate", "x", Funding),
        ("current_funding_rate", "12345", Funding),
        ("current_funding_rate", True, Funding),
    ],
)
def test_one_odd_figure_costs_that_figure_and_nothing_beside_it(field, value, lost):
    rows = {"0": STATS | {field: value}, "1": STATS, "2": "?"}
    outputs = feed(session(survey=True), stats(rows))
    assert len(only(Reject, outputs)) == 2, "the figure, and the row that is none"
    assert [prices.symbol for prices in only(Prices, outputs)] == ["ETH", "BTC"]
    of_lost = [e.symbol for e in only(lost, outputs) if getattr(e, "kind", "live") == "live"]
    assert of_lost == ["BTC"]


def test_one_markets_own_channel_is_a_fact_even_if_nobody_asked():
    outputs = feed(session("ETH"), stats({"1": STATS}, scope="1"))
    assert {event.symbol for event in outputs} == {"BTC"}


def test_the_order_of_the_keys_of_a_message_means_nothing_but_its_type_does():
    message = json.loads(stats({"1": STATS}).data)
    dense = json.dumps(message, separators=(",", ":"))
    turned = json.dumps(dict(reversed(message.items())))
    facts = feed(session(survey=True), frame(dense))
    assert len(only(Prices, facts)) == 1
    assert feed(session(survey=True), frame(turned)) == facts
    damaged = feed(session(survey=True), frame(dense.replace('"type"', '"t1pe"')))
    assert [type(output) for output in damaged] == [Reject]


def test_a_survey_that_is_switched_on_later_asks_for_the_whole_list():
    """The stream tells only what changes: a quiet market would not be heard of for hours."""
    ours = session("BTC")
    feed(ours, stats({"1": STATS}, stage="subscribed"))
    outputs = feed(ours, Wanted(at_ns=AT_NS, wants=Wants(symbols=("BTC",), survey=True)))
    assert [data for data in sent(outputs) if "market_stats" in data] == [
        '{"type":"unsubscribe","channel":"market_stats/all"}',
        '{"type":"subscribe","channel":"market_stats/all"}',
    ]


# --- names ----------------------------------------------------------------------------------------


def test_books_are_subscribed_once_the_listing_or_a_row_has_named_the_ids():
    ours = session("ETH", "XRP")
    named = sent(feed(ours, listing(DETAILS | {"market_id": 33})))
    assert named == [f'{{"type":"subscribe","channel":"{c}/33"}}' for c in ("order_book", "trade")]
    row = {"7": {"symbol": "XRP", "mark_price": "2", "index_price": "2"}}
    assert any('"order_book/7"' in data for data in sent(feed(ours, stats(row))))


def test_ids_of_another_deployment_take_the_documented_names_away():
    ours = session(survey=True)
    feed(ours, whole(5))
    outputs = feed(ours, listing(BTC | {"market_id": 5}))
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    outputs = feed(ours, stats({"1": STATS, "5": STATS | {"mark_price": "9.0"}}))
    assert [(p.symbol, p.mark) for p in only(Prices, outputs)] == [("@1", 121000.0), ("BTC", 9.0)]


def test_a_market_that_is_renamed_loses_its_book_and_answers_to_its_new_name_only():
    ours = session("ETH", "ETHER")
    feed(ours, listing(DETAILS), whole(5, market=0))
    outputs = feed(ours, stats({"0": STATS | {"symbol": "ETHER"}}))
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["ETH"]
    assert {prices.symbol for prices in only(Prices, outputs)} == {"ETHER"}
    [snapshot] = feed(ours, whole(7, market=0))
    assert snapshot.symbol == "ETHER"
    left = feed(ours, Wanted(at_ns=AT_NS, wants=Wants(symbols=("ETH",))))
    assert [reset.symbol for reset in only(BookReset, left)] == ["ETHER"]
    assert not any('"subscribe"' in data for data in sent(left)), "nobody is called ETH any more"


def test_a_market_listed_anew_takes_the_name_of_the_one_that_is_gone():
    gone = DETAILS | {"status": "inactive", "market_id": 7}
    outputs = feed(session("ETH"), listing(gone, DETAILS))
    assert {i.symbol: i.status for i in only(Instrument, outputs)} == {
        "ETH": "active", "@7": "delisted",
    }  # fmt: skip
    assert any('"order_book/0"' in data for data in sent(outputs))


# --- listing --------------------------------------------------------------------------------------


def test_decimals_minima_margins_and_fees_have_each_their_own_unit():
    outputs = feed(session("ETH"), listing(DETAILS))
    [eth] = only(Instrument, outputs)
    assert (eth.symbol, eth.native, eth.base, eth.quote) == ("ETH", "ETH", "ETH", "USDC")
    assert (eth.tick, eth.lot, eth.min_size, eth.min_notional_usd) == (0.01, 0.0001, 0.005, 10.0)
    assert (eth.max_leverage, eth.mmf) == (50.0, pytest.approx(0.012))
    assert (eth.taker_fee, eth.maker_fee) == (pytest.approx(0.00028), 0.0)
    assert (eth.funding_interval_s, eth.contract, eth.status) == (3600, 1.0, "active")
    assert only(OpenInterest, outputs) == [], "without a stamp, it is no news beside the stream's"


def test_what_the_venue_does_not_publish_is_unknown():
    [bare] = only(Instrument, feed(session(), listing({"symbol": "NEW", "market_id": 120})))
    assert (bare.tick, bare.lot, bare.min_size, bare.mmf, bare.max_leverage) == (None,) * 5
    assert (bare.taker_fee, bare.maker_fee) == (None, None)


def test_no_digits_behind_the_point_are_whole_dollars_and_whole_coins():
    minus_nothing = DETAILS | {"price_decimals": 0, "size_decimals": -0.0}
    [eth] = only(Instrument, feed(session("ETH"), listing(minus_nothing)))
    assert (eth.tick, eth.lot) == (1.0, 1.0)


@pytest.mark.parametrize("digits", [-1, 2.5, 400, "two"])
def test_an_impossible_number_of_digits_costs_the_tick_alone(digits):
    outputs = feed(session("ETH"), listing(DETAILS | {"price_decimals": digits}))
    [eth] = only(Instrument, outputs)
    assert (eth.tick, eth.lot, eth.status) == (None, 0.0001, "active")
    assert len(only(Reject, outputs)) == 1


@pytest.mark.parametrize(
    ("changed", "ours"),
    [
        ({"status": "inactive"}, "delisted"),
        ({"status": "settled"}, "delisted"),
        ({"status": "in-settlement"}, "paused"),
        ({"is_frozen": True}, "paused"),
    ],
)
def test_only_active_markets_trade(changed, ours):
    outputs = feed(session("ETH"), listing(DETAILS | changed))
    assert [event.status for event in only(Instrument, outputs)] == [ours]
    assert sent(outputs) == []


def test_spot_and_binary_markets_are_dropped():
    spot = DETAILS | {"symbol": "ETH/USDC", "market_id": 2048, "market_type": "spot"}
    binary = DETAILS | {"symbol": "RAIN", "market_id": 90, "market_type": "binary_options"}
    assert only(Instrument, feed(session(), listing(spot, binary))) == []


def test_a_perp_with_an_id_from_beyond_the_old_range_is_traded_as_any_other():
    """Since September 2026 perps and spot markets share ids from 4095 on: the listing tells."""
    perp = DETAILS | {"symbol": "SPY", "market_id": 4095}
    spot = DETAILS | {"symbol": "SPY/USDC", "market_id": 4098, "market_type": "spot"}
    ours = session("SPY")
    outputs = feed(ours, listing(perp, spot))
    assert [told.symbol for told in only(Instrument, outputs)] == ["SPY"]
    assert any("order_book/4095" in text for text in sent(outputs))
    figures = feed(ours, stats({"4095": STATS | {"market_id": 4095, "symbol": "SPY"}}))
    assert [told.symbol for told in only(Prices, figures)] == ["SPY"]
    [paid] = funding(figures, "settled")
    assert (paid.symbol, paid.rate) == ("SPY", pytest.approx(0.000007))


def test_the_statistics_of_a_perp_that_no_listing_named_yet_are_told():
    outputs = feed(session(survey=True), stats({"40000": STATS | {"symbol": "NEW"}}))
    assert [told.symbol for told in only(Prices, outputs)] == ["NEW"]


@pytest.mark.parametrize("odd", [1e308, -1e308, "1e308", "-1", "much", [], True])
def test_an_odd_figure_of_the_listing_costs_that_figure(odd):
    row = DETAILS | {"min_initial_margin_fraction": odd, "maintenance_margin_fraction": odd}
    outputs = feed(session(), listing(row, BTC, {"symbol": 5, "market_id": 9}))
    eth, btc = only(Instrument, outputs)
    assert (eth.max_leverage, eth.mmf, eth.lot) == (None, None, 0.0001)
    assert btc.max_leverage == 50.0
    assert len(only(Reject, outputs)) == 3, "two figures, and the row that is none"


def test_a_fee_of_hundreds_of_per_cent_is_none():
    outputs = feed(session(), listing(DETAILS | {"maker_fee": "600"}))
    [eth] = only(Instrument, outputs)
    assert (eth.taker_fee, eth.maker_fee) == (pytest.approx(0.00028), None)
    assert len(only(Reject, outputs)) == 1


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (429, {"code": 23000, "message": "Too Many Requests!"}, "HTTP 429: 23000 Too Many"),
        (200, {"code": 20001, "message": "invalid param"}, "20001 invalid param"),
        (403, "<html><body>Request blocked</body></html>", "HTTP 403"),
        (200, {"code": 200}, "no markets"),
    ],
)
def test_a_refused_listing_is_told_in_the_venues_words_and_asked_again(status, body, words):
    ours = session()
    [rejected] = feed(ours, reply("instruments", body, status=status))
    assert words in rejected.reason
    asked = only(Fetch, feed(ours, *ticks(5)))
    assert [fetch.name for fetch in asked] == ["instruments"]


def test_the_venue_is_asked_no_more_than_once_a_second_and_cannot_transact():
    assert SPEC.weight_per_minute <= 60
    assert SPEC.links["main"].url.endswith("?readonly=true")
