"""Extended's other frames: trades, prices, funding, answers; and what nobody understands."""

import json
from typing import Any

import pytest

from cockpit.core.events import Funding, Prices, Reject, Trade
from cockpit.core.market import Side
from cockpit.venues.contract import Send
from tests.support import AT_NS, feed, frame, only, ticks
from tests.venues.extended.samples import AT_MS, HOUR_MS, book, one_stream, push
from tests.venues.extended.test_book import hear, watching

HOUR = AT_MS // HOUR_MS * HOUR_MS
BIG_ID = 2_104_498_546_882_383_895
"""Beyond 2**53: a double would make one of two neighbours."""


def trades(seq: int, *fills: dict[str, Any]) -> dict[str, Any]:
    return push("TRADES", "trades.BTC-USD", list(fills), seq)


def fill(number: int, **other: Any) -> dict[str, Any]:
    return {
        "i": BIG_ID + number, "m": "BTC-USD", "S": "SELL", "tT": "TRADE", "T": AT_MS - 500,
        "p": "100.5", "q": "0.25", **other,
    }  # fmt: skip


def test_the_side_of_a_trade_is_the_takers_and_its_time_the_venues() -> None:
    (trade,) = hear(watching("BTC"), trades(0, fill(1)))
    assert isinstance(trade, Trade)
    assert (trade.price, trade.size, trade.side) == (100.5, 0.25, Side.SELL)
    assert trade.venue_ns == (AT_MS - 500) * 1_000_000


def test_a_trade_that_makes_no_sense_costs_itself() -> None:
    told = hear(watching("BTC"), trades(0, fill(1), fill(2, p="NaN"), fill(3)))
    assert [type(fact) for fact in told] == [Trade, Trade, Reject]
    assert "NaN" in told[2].data
    assert str(BIG_ID + 1) not in told[2].data, "what is told is the row alone"


def test_fills_of_several_markets_in_one_frame_are_each_of_their_own() -> None:
    told = hear(watching("BTC", "ETH"), trades(0, fill(1), fill(2, m="ETH-USD")))
    assert [trade.symbol for trade in only(Trade, told)] == ["BTC", "ETH"]
    told = hear(watching("BTC"), trades(0, fill(1), fill(2, m="NEWS-USD"), fill(3)))
    assert [type(fact) for fact in told] == [Trade, Trade, Reject]


def test_numbers_of_a_frame_may_come_as_text() -> None:
    message = {**trades(0, fill(1)), "ts": str(AT_MS), "seq": "0"}
    assert [type(fact) for fact in hear(watching("BTC"), message)] == [Trade]


def test_trades_that_a_new_subscription_repeats_are_stated_once() -> None:
    session = watching("BTC")
    assert len(hear(session, trades(0, fill(1), fill(2)))) == 2
    (news,) = hear(session, trades(1, fill(1), fill(2), fill(3)))
    assert isinstance(news, Trade)


def test_a_liquidation_is_told_from_a_trade_and_from_deleveraging() -> None:
    kinds = ("TRADE", "LIQUIDATION", "DELEVERAGE")
    told = hear(watching("BTC"), trades(0, *(fill(i, tT=kind) for i, kind in enumerate(kinds))))
    assert [trade.liquidation for trade in only(Trade, told)] == [False, True, False]


@pytest.mark.parametrize(("kind", "name"), [("MP", "mark"), ("IP", "index")])
def test_a_price_has_the_time_of_its_frame(kind: str, name: str) -> None:
    """The mark's own `ts` is 0 in every recording."""
    data = {"m": "BTC-USD", "p": "80988.400408625006", "ts": 0, "sourceEventId": None}
    message = push(f"PRICES.{kind}", f"prices.{name}.BTC-USD", data, 0, ts=AT_MS + 2_500)
    for told in (message, one_stream(message)):
        (prices,) = hear(watching("BTC"), told)
        assert isinstance(prices, Prices)
        assert prices.venue_ns == (AT_MS + 2_500) * 1_000_000
        other = {"mark": "index", "index": "mark"}[name]
        assert getattr(prices, name) == 80988.400408625006
        assert getattr(prices, other) is None


@pytest.mark.parametrize("is_old", [False, True])
def test_a_rate_stamped_just_after_the_hour_was_paid_at_the_hour(is_old: bool) -> None:
    data = {"m": "BTC-USD", "f": "0.000013", "T": HOUR + 1_693}
    message = push("FUNDING_RATES", "funding-rates.BTC-USD", data, 0)
    (paid,) = hear(watching("BTC"), one_stream(message) if is_old else message)
    assert isinstance(paid, Funding)
    assert (paid.kind, paid.rate, paid.interval_s) == ("settled", 0.000013, 3600)
    assert paid.venue_ns == HOUR * 1_000_000


def test_the_first_payment_after_hours_without_one_is_still_that_of_an_hour() -> None:
    session = watching("BTC")
    for seq, hours in enumerate((0, 4)):
        data = {"m": "BTC-USD", "f": "0.000013", "T": HOUR + hours * 3_600_000 + 1_693}
        (paid,) = hear(session, push("FUNDING_RATES", "funding-rates.BTC-USD", data, seq))
        assert isinstance(paid, Funding)
        assert paid.interval_s == 3600


def test_a_rate_stamped_within_the_hour_is_not_taken_for_a_payment() -> None:
    """The answer to a subscription at 12:34:10 had that time in it."""
    data = {"m": "BTC-USD", "f": "0.000013", "T": HOUR + 34 * 60_000 + 10_286}
    message = push("FUNDING_RATES", "funding-rates.BTC-USD", data, 0)
    assert hear(watching("BTC"), message) == []


def test_requests_are_named_by_text_and_name_one_topic_each() -> None:
    session = watching("BTC")
    calls = [json.loads(send.data) for send in only(Send, feed(session, *ticks(6)))]
    joined = [call for call in calls if call["method"] == "subscribe"]
    assert all(isinstance(call["id"], str) for call in calls)
    assert [call["params"]["scope"] for call in joined] == [
        "orderbooks", "trades", "prices", "prices",
    ]  # fmt: skip
    assert joined[0]["params"]["selector"] == {
        "market": "BTC-USD", "depth": "full", "rfqOnly": False,
    }  # fmt: skip
    assert joined[2]["params"]["selector"] == {"type": "mark", "market": "BTC-USD"}


def test_a_push_with_an_error_costs_its_own_topic() -> None:
    session = watching("BTC", "ETH")
    hear(session, book("SNAPSHOT", 0), book("SNAPSHOT", 1, market="ETH-USD"))
    error = {"code": 1006, "message": "Unhandled"}
    message = {**book("DELTA", 2), "data": None, "error": error}
    outputs = hear(session, message)
    (told,) = only(Reject, outputs)
    assert "Unhandled" in told.reason
    assert only(Reject, hear(session, book("DELTA", 3, market="ETH-USD"))) == []


def test_an_unknown_kind_is_told_and_counted() -> None:
    session = watching("BTC")
    hear(session, book("SNAPSHOT", 0))
    (told,) = hear(session, push("NEWS", "news.BTC-USD", {"m": "BTC-USD"}, 1))
    assert isinstance(told, Reject)
    assert "NEWS" in told.reason
    assert only(Reject, hear(session, book("DELTA", 2))) == []


def test_a_market_of_spot_says_nothing() -> None:
    data = {"m": "BTCSPOT-USD", "p": "85613", "ts": 0}
    assert hear(watching("BTC"), push("PRICES.MP", "prices.mark.all", data, 0)) == []


def test_damaged_frames_never_raise(mutations: Any) -> None:
    session = watching("BTC", "ETH")
    whole = [book("SNAPSHOT", 0), book("DELTA", 1), trades(2, fill(1))]
    for seq, text in enumerate(mutations([json.dumps(message) for message in whole], 3_000)):
        feed(session, frame(text, AT_NS + seq))
