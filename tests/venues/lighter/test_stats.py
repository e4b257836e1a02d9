"""What market_stats says: funding in percent per hour, open interest in USD, dead markets."""

import json

import pytest

from cockpit.core.events import BookReset, Funding, OpenInterest, Prices, Reject
from cockpit.core.units import HOUR_NS, apr
from cockpit.venues.contract import Wants
from cockpit.venues.lighter import Session
from tests.support import AT_NS, feed, frame, only, reply

ANY_MARKET = Wants()
HOUR_20_MS = 1_760_040_000_002
MESSAGE_MS = 1_760_041_996_500
"""33 minutes after the payment above."""

ROW = {
    "market_id": 1,
    "index_price": "121010.8",
    "mark_price": "121000.0",
    "last_trade_price": "121044.6",
    "mid_price": "121002.2",
    "open_interest": "242000000.000000",
    "open_interest_limit": "72057594037927936.000000",
    "funding_clamp_small": "0.0500",
    "funding_clamp_big": "4.0000",
    "current_funding_rate": "-0.0028",
    "funding_rate": "0.0007",
    "funding_timestamp": HOUR_20_MS,
    "daily_base_token_volume": 42138.37278,
    "daily_price_change": -1.9012167982014663,
}


def stats(rows, *, scope="all", stage="update", **top):
    payload = rows if scope == "all" else next(iter(rows.values()))
    return frame(
        {
            "channel": f"market_stats:{scope}",
            "market_stats": payload,
            "type": f"{stage}/market_stats",
            **top,
        }
    )


def told(*frames, wants=ANY_MARKET):
    return feed(Session(wants), *frames)


def funding(outputs, kind):
    return [event for event in only(Funding, outputs) if event.kind == kind]


def test_the_current_funding_rate_is_percent_per_hour_and_accrues_until_the_next_full_hour():
    (live,) = funding(told(stats({"1": ROW}, timestamp=MESSAGE_MS)), "live")
    assert live.symbol == "BTC"
    assert live.rate == pytest.approx(-0.000028)
    assert live.interval_s == 3600
    assert live.next_ns == 1_760_043_600 * 1_000_000_000
    assert live.venue_ns == MESSAGE_MS * 1_000_000


def test_the_resting_rate_is_ten_and_a_half_percent_a_year():
    row = ROW | {"current_funding_rate": "0.0012"}
    (live,) = funding(told(stats({"1": row})), "live")
    assert apr(live.rate, live.interval_s) == pytest.approx(0.10512)


def test_without_a_time_of_its_own_a_message_is_placed_by_its_arrival():
    (live,) = funding(told(stats({"1": ROW})), "live")
    assert live.venue_ns is None
    assert live.next_ns == (AT_NS // HOUR_NS + 1) * HOUR_NS


def test_the_funding_timestamp_is_the_last_payment_not_the_next_one():
    (paid,) = funding(told(stats({"1": ROW}, timestamp=MESSAGE_MS)), "settled")
    assert paid.rate == pytest.approx(0.000007)
    assert paid.venue_ns == HOUR_20_MS * 1_000_000
    assert paid.venue_ns < MESSAGE_MS * 1_000_000
    assert (paid.interval_s, paid.next_ns) == (3600, None)


def test_a_payment_is_told_once_until_its_stamp_changes():
    later = ROW | {"funding_timestamp": HOUR_20_MS + 3_600_000, "funding_rate": "-0.0031"}
    outputs = told(stats({"1": ROW}), stats({"1": ROW}), stats({"1": later}))
    assert [event.rate for event in funding(outputs, "settled")] == pytest.approx(
        [0.000007, -0.000031]
    )


def test_a_market_at_the_cap_is_live_at_half_a_percent_while_its_last_payment_was_lower():
    row = ROW | {"current_funding_rate": "0.5000", "funding_rate": "0.0504"}
    outputs = told(stats({"91": row}))
    assert funding(outputs, "live")[0].rate == pytest.approx(0.005)
    assert funding(outputs, "settled")[0].rate == pytest.approx(0.000504)


def test_a_rate_of_zero_is_a_rate():
    outputs = told(stats({"96": ROW | {"current_funding_rate": "0.0000"}}))
    assert funding(outputs, "live")[0].rate == 0.0


def test_open_interest_on_the_websocket_is_usd_at_the_mark_price():
    (interest,) = only(OpenInterest, told(stats({"1": ROW})))
    assert interest.base == pytest.approx(242_000_000 / 121_000)


def test_open_interest_is_rounded_to_the_markets_lots_once_they_are_known():
    details = {"symbol": "BTC", "market_id": 1, "price_decimals": 1, "size_decimals": 3}
    session = Session(Wants())
    feed(session, reply("instruments", {"code": 200, "order_book_details": [details]}))
    row = ROW | {"open_interest": "242000012.345678"}
    (interest,) = only(OpenInterest, feed(session, stats({"1": row})))
    assert interest.base == 2000.0


def test_open_interest_needs_the_mark_of_the_same_message():
    outputs = told(stats({"1": ROW | {"mark_price": ""}}))
    assert not only(OpenInterest, outputs)
    assert [(p.mark, p.index) for p in only(Prices, outputs)] == [(None, 121010.8)]


def test_mark_index_and_last_are_three_prices():
    (prices,) = only(Prices, told(stats({"1": ROW})))
    assert (prices.mark, prices.index, prices.last) == (121000.0, 121010.8, 121044.6)


def test_a_thousand_coin_market_is_told_per_coin():
    row = ROW | {
        "symbol": "1000PEPE",
        "mark_price": "0.010",
        "index_price": "0.011",
        "open_interest": "5000",
    }
    outputs = told(stats({"4": row}))
    (prices,) = only(Prices, outputs)
    assert prices.symbol == "PEPE"
    assert (prices.mark, prices.index) == (pytest.approx(0.000010), pytest.approx(0.000011))
    assert only(OpenInterest, outputs)[0].base == pytest.approx(5000 / 0.000010)


def test_a_name_that_begins_with_1000_is_not_stripped_unless_it_is_in_the_table():
    (prices,) = only(Prices, told(stats({"77": ROW | {"symbol": "1000X"}})))
    assert (prices.symbol, prices.mark) == ("1000X", 121000.0)


def test_a_delisted_market_has_zero_prices_and_says_nothing():
    dead = ROW | {
        "index_price": "0.00",
        "mark_price": "0.00",
        "last_trade_price": "0.00",
        "open_interest": "0.000000",
        "current_funding_rate": "0.0000",
        "funding_rate": "0.0000",
        "funding_timestamp": 0,
    }
    assert told(stats({"28": dead})) == []


def test_blank_strings_are_unknown_not_zero():
    blank = dict.fromkeys(
        ("last_trade_price", "open_interest", "current_funding_rate", "funding_rate"), ""
    )
    outputs = told(stats({"1": ROW | blank}))
    assert [type(output) for output in outputs] == [Prices]
    assert outputs[0].last is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mark_price", "-5"),
        ("mark_price", "NaN"),
        ("index_price", "much"),
        ("open_interest", "-1"),
        ("open_interest", "1e40"),
        ("current_funding_rate", "x"),
        ("current_funding_rate", "12345"),
    ],
)
def test_a_row_of_nonsense_is_rejected_without_taking_the_others_along(field, value):
    outputs = told(stats({"0": ROW | {field: value}, "1": ROW}))
    assert len(only(Reject, outputs)) == 1
    assert [event.symbol for event in funding(outputs, "live")] == ["BTC"]


def test_the_feed_of_all_markets_is_filtered_by_what_is_wanted():
    rows = {"0": ROW, "1": ROW, "2": ROW}
    chosen = told(stats(rows), wants=Wants(symbols=("SOL",)))
    assert {event.symbol for event in chosen} == {"SOL"}
    assert {event.symbol for event in told(stats(rows))} == {"ETH", "BTC", "SOL"}


def test_one_markets_own_channel_is_a_fact_even_if_nobody_asked():
    outputs = told(stats({"1": ROW}, scope="1"), wants=Wants(symbols=("ETH",)))
    assert {event.symbol for event in outputs} == {"BTC"}


def test_an_unknown_id_is_named_by_its_number_until_the_venue_names_it():
    session = Session(Wants())
    assert {event.symbol for event in feed(session, stats({"7": ROW}))} == {"@7"}
    named = feed(session, stats({"7": ROW | {"symbol": "XRP"}}))
    assert {event.symbol for event in named} == {"XRP"}
    assert len(funding(named, "settled")) == 1


def test_ids_of_another_deployment_take_the_documented_names_away():
    session = Session(Wants())
    book = {"asks": [], "bids": [], "offset": 1}
    feed(
        session,
        frame({"channel": "order_book:1", "order_book": book, "type": "subscribed/order_book"}),
    )
    details = {"symbol": "BTC", "market_id": 5, "size_decimals": 5}
    outputs = feed(session, reply("instruments", {"code": 200, "order_book_details": [details]}))
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["BTC"]
    outputs = feed(session, stats({"1": ROW, "5": ROW | {"mark_price": "9.0"}}))
    assert [(p.symbol, p.mark) for p in only(Prices, outputs)] == [("@1", 121000.0), ("BTC", 9.0)]


def test_the_order_of_the_keys_of_a_message_means_nothing():
    sent = stats({"1": ROW}, timestamp=MESSAGE_MS)
    message = json.loads(sent.data)
    turned = frame(dict(reversed(message.items())), sent.at_ns)
    dense = frame(json.dumps(message, separators=(",", ":")), sent.at_ns)
    facts = feed(Session(ANY_MARKET), sent)
    assert len(only(Prices, facts)) == 1
    assert facts == feed(Session(ANY_MARKET), turned) == feed(Session(ANY_MARKET), dense)


def test_a_message_without_a_type_is_not_believed_whatever_its_last_word():
    sent = stats({"1": ROW}, timestamp=MESSAGE_MS)
    message = json.loads(sent.data)
    message["t1pe"] = message.pop("type")
    damaged = frame(json.dumps(message, separators=(",", ":")), sent.at_ns)
    outputs = feed(Session(ANY_MARKET), damaged)
    assert len(only(Reject, outputs)) == 1
    assert not only(Prices, outputs)
