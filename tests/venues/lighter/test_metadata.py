"""What Lighter lists, how we ask for it, and how we subscribe to it."""

import json

import pytest

from cockpit.core.events import BookReset, BookSnapshot, Instrument, OpenInterest, Reject
from cockpit.venues.contract import Fetch, Send, Tick, Wanted, Wants
from cockpit.venues.lighter import SPEC, Session
from tests.support import AT_NS, closed, feed, frame, only, opened, reply, ticks

ETH = {
    "symbol": "ETH",
    "market_id": 0,
    "market_type": "perp",
    "status": "active",
    "taker_fee": "0.0280",
    "maker_fee": "0.0000",
    "liquidation_fee": "1.0000",
    "min_base_amount": "0.0050",
    "min_quote_amount": "10.000000",
    "order_quote_limit": "",
    "size_decimals": 4,
    "price_decimals": 2,
    "default_initial_margin_fraction": 500,
    "min_initial_margin_fraction": 200,
    "maintenance_margin_fraction": 120,
    "closeout_margin_fraction": 80,
    "last_trade_price": 3550.69,
    "open_interest": 39559.3278,
    "market_config": {"trading_hours": ""},
}


def listing(*rows, **more):
    return reply("instruments", {"code": 200, "order_book_details": list(rows), **more})


def listed(*rows, wants=None):
    return feed(Session(wants or Wants()), listing(*rows))


def words(outputs):
    return [json.loads(send.data) for send in only(Send, outputs)]


def subscribed(outputs):
    return [word["channel"] for word in words(outputs) if word["type"] == "subscribe"]


def test_decimals_minima_margins_and_fees_have_each_their_own_unit():
    (eth,) = only(Instrument, listed(ETH))
    assert (eth.symbol, eth.native, eth.base, eth.quote) == ("ETH", "ETH", "ETH", "USDC")
    assert (eth.tick, eth.lot) == (0.01, 0.0001)
    assert (eth.min_size, eth.min_notional_usd) == (0.005, 10.0)
    assert eth.max_leverage == 50.0
    assert eth.mmf == pytest.approx(0.012)
    assert eth.taker_fee == pytest.approx(0.00028)
    assert eth.maker_fee == 0.0
    assert (eth.funding_interval_s, eth.contract, eth.status) == (3600, 1.0, "active")


def test_a_thousand_coin_market_is_listed_per_coin():
    row = ETH | {"symbol": "1000PEPE", "market_id": 4, "price_decimals": 6, "size_decimals": 1}
    (pepe,) = only(Instrument, listed(row | {"min_base_amount": "50.0"}))
    assert (pepe.symbol, pepe.native, pepe.contract) == ("PEPE", "1000PEPE", 1000.0)
    assert pepe.tick == pytest.approx(1e-9)
    assert (pepe.lot, pepe.min_size) == (100.0, 50_000.0)


def test_open_interest_over_rest_counts_base_units():
    (interest,) = only(OpenInterest, listed(ETH))
    assert interest.base == 39559.3278


def test_what_the_venue_does_not_publish_is_unknown():
    (bare,) = only(Instrument, listed({"symbol": "NEW", "market_id": 120}))
    assert (bare.tick, bare.lot, bare.min_size, bare.mmf, bare.max_leverage) == (None,) * 5
    assert (bare.taker_fee, bare.maker_fee) == (None, None)


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("active", "active"),
        ("inactive", "delisted"),
        ("settled", "delisted"),
        ("in-settlement", "paused"),
        ("waiting-for-settlement", "paused"),
    ],
)
def test_only_active_markets_trade(status, ours):
    outputs = listed(ETH | {"status": status})
    assert only(Instrument, outputs)[0].status == ours
    assert bool(only(OpenInterest, outputs)) is (status == "active")


def test_a_frozen_market_is_paused():
    assert only(Instrument, listed(ETH | {"is_frozen": True}))[0].status == "paused"


def test_spot_and_binary_markets_are_dropped():
    spot = ETH | {"symbol": "ETH/USDC", "market_id": 2048, "market_type": "spot"}
    binary = ETH | {"symbol": "RAIN", "market_id": 90, "market_type": "binary_options"}
    outputs = feed(Session(Wants()), listing(spot, binary, spot_order_book_details=[spot]))
    assert outputs == []


def test_every_listed_perp_is_told_whatever_is_wanted_and_again_only_when_it_changed():
    session = Session(Wants(symbols=("BTC",)))
    assert len(only(Instrument, feed(session, listing(ETH)))) == 1
    assert only(Instrument, feed(session, listing(ETH))) == []
    changed = feed(session, listing(ETH | {"maintenance_margin_fraction": 130}))
    assert [eth.mmf for eth in only(Instrument, changed)] == [pytest.approx(0.013)]


def test_a_row_that_cannot_be_is_rejected_without_taking_the_others_along():
    outputs = listed(ETH | {"price_decimals": 99}, ETH | {"symbol": "BTC", "market_id": 1})
    assert len(only(Reject, outputs)) == 1
    assert [one.symbol for one in only(Instrument, outputs)] == ["BTC"]


def test_books_are_subscribed_only_once_the_metadata_has_named_the_ids():
    session = Session(Wants(symbols=("ETH",)))
    first = feed(session, opened())
    assert [fetch.name for fetch in only(Fetch, first)] == ["instruments"]
    assert subscribed(first) == ["market_stats/all", "height"]
    assert subscribed(feed(session, listing(ETH | {"market_id": 33}))) == [
        "order_book/33",
        "trade/33",
    ]


def test_a_2026_statistics_row_names_its_market_too():
    session = Session(Wants(symbols=("XRP",)))
    feed(session, opened())
    rows = {"7": {"symbol": "XRP", "mark_price": "2", "index_price": "2"}}
    message = {
        "channel": "market_stats:all",
        "market_stats": rows,
        "type": "subscribed/market_stats",
    }
    assert subscribed(feed(session, frame(message))) == ["order_book/7", "trade/7"]


def test_you_subscribe_with_a_slash_but_messages_answer_with_a_colon():
    session = Session(Wants(symbols=("ETH",)))
    assert "order_book/0" in subscribed(feed(session, opened(), listing(ETH)))
    book = {"asks": [], "bids": [], "offset": 1}
    answer = {"channel": "order_book:0", "order_book": book, "type": "subscribed/order_book"}
    (snapshot,) = only(BookSnapshot, feed(session, frame(answer)))
    assert snapshot.symbol == "ETH"


def test_a_wanted_market_that_is_delisted_is_not_subscribed():
    session = Session(Wants(symbols=("ETH",)))
    outputs = feed(session, opened(), listing(ETH | {"status": "inactive"}))
    assert subscribed(outputs) == ["market_stats/all", "height"]


def test_a_market_that_is_delisted_while_we_watch_loses_its_book():
    session = Session(Wants(symbols=("ETH",)))
    book = {"asks": [], "bids": [], "offset": 1}
    answer = {"channel": "order_book:0", "order_book": book, "type": "subscribed/order_book"}
    feed(session, opened(), listing(ETH), frame(answer))
    outputs = feed(session, listing(ETH | {"status": "inactive"}))
    assert [reset.symbol for reset in only(BookReset, outputs)] == ["ETH"]


def test_a_new_wish_subscribes_the_difference():
    btc = ETH | {"symbol": "BTC", "market_id": 1}
    session = Session(Wants(symbols=("ETH",)))
    feed(session, opened(), listing(ETH, btc))
    outputs = feed(session, Wanted(at_ns=AT_NS, wants=Wants(symbols=("ETH", "BTC"))))
    assert subscribed(outputs) == ["order_book/1", "trade/1"]


def test_the_next_connection_subscribes_everything_again_at_once():
    session = Session(Wants(symbols=("ETH",)))
    feed(session, opened(), listing(ETH), closed())
    assert subscribed(feed(session, opened())) == [
        "market_stats/all",
        "height",
        "order_book/0",
        "trade/0",
    ]


def test_no_more_than_35_subscriptions_are_unanswered_and_200_messages_a_minute_are_kept():
    rows = [ETH | {"symbol": f"COIN{i}", "market_id": i} for i in range(60)]
    session = Session(Wants(symbols=tuple(row["symbol"] for row in rows)))
    first = feed(session, opened(), listing(*rows))
    assert len(subscribed(first)) <= 35
    minute = words(first) + words(feed(session, *ticks(59)))
    assert len(minute) <= 200


def test_all_subscriptions_are_made_when_the_venue_answers_them():
    rows = [ETH | {"symbol": f"COIN{i}", "market_id": i} for i in range(30)]
    session = Session(Wants(symbols=tuple(row["symbol"] for row in rows)))
    todo = subscribed(feed(session, opened(), listing(*rows)))
    asked = set(todo)
    for tick in ticks(30):
        answers = [channel for channel in todo if channel.startswith("trade/")]
        books = [channel for channel in todo if channel.startswith("order_book/")]
        feed(session, *[acknowledged(channel) for channel in answers + books])
        todo = subscribed(feed(session, tick))
        asked |= set(todo)
    assert {f"order_book/{i}" for i in range(30)} | {f"trade/{i}" for i in range(30)} <= asked


def acknowledged(channel):
    kind, _, market = channel.partition("/")
    body = {"order_book": {"asks": [], "bids": [], "offset": 1}} if kind == "order_book" else {}
    return frame({"channel": f"{kind}:{market}", "type": f"subscribed/{kind}", **body})


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (429, {"code": 23000, "message": "Too Many Requests!"}, "Too Many Requests!"),
        (200, {"code": 20001, "message": "invalid param"}, "invalid param"),
        (403, "<html><body>Request blocked</body></html>", "HTTP 403"),
        (200, "<html></html>", "instruments"),
        (0, "", "no answer"),
        (200, {"code": 200}, "no markets"),
    ],
)
def test_a_refused_metadata_call_is_rejected_and_asked_again_after_five_seconds(
    status, body, reason
):
    session = Session(Wants())
    feed(session, opened())
    (rejected,) = feed(session, reply("instruments", body, status=status))
    assert reason in rejected.reason
    asked = [only(Fetch, feed(session, Tick(at_ns=AT_NS + s * 1_000_000_000))) for s in (4, 5, 6)]
    assert [len(fetches) for fetches in asked] == [0, 1, 0]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("time", {"status": 200, "network_id": 1, "timestamp": 1763005601}),
        ("tickers", {"code": 200, "order_books": [ETH]}),
        ("trades", {"code": 200, "message": None, "next_cursor": None, "trades": None}),
        ("candles", {"code": 200, "message": None, "r": "1m", "c": None}),
        ("account", {"code": 200, "total": 1, "accounts": []}),
        ("book", {"code": 200, "total_asks": 1, "asks": [], "total_bids": 0, "bids": []}),
    ],
)
def test_documented_replies_that_are_not_used_say_nothing(name, body):
    assert feed(Session(Wants()), reply(name, body)) == []


def test_the_venue_is_asked_no_more_than_once_a_second_and_cannot_transact():
    assert SPEC.weight_per_minute <= 60
    assert SPEC.links["main"].url.endswith("?readonly=true")
