"""Bybit's connection: subscribing, refusals, pings, trades, unused and unknown topics."""

import json
from typing import Any

import pytest

from cockpit.core.events import Reject, Rtt, Trade
from cockpit.core.market import Side
from cockpit.venues.bybit import SPEC
from cockpit.venues.bybit.session import Session
from cockpit.venues.contract import Output, Send, Tick, Wants
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.bybit.samples import (
    SECOND_NS,
    answer,
    compact,
    listing,
    requests,
    row,
    run_listing,
    topics,
)

TRADE_MS = 1_672_304_486_865


def ack(request: Any, success: bool = True, ret_msg: str = "") -> Any:
    return frame(
        compact(
            {
                "success": success,
                "ret_msg": ret_msg,
                "conn_id": "c0c928a4",
                "req_id": request["req_id"],
                "op": request["op"],
            }
        )
    )


def fill(**fields: Any) -> Any:
    return {
        "T": TRADE_MS,
        "s": "BTCUSDT",
        "S": "Buy",
        "v": "0.001",
        "p": "16578.50",
        "L": "PlusTick",
        "i": "20f43950-d8dd-5b31-9112-a178eb6023af",
        "BT": False,
        **fields,
    }


def trades(*fills: Any, native: str = "BTCUSDT") -> Any:
    topic = f"publicTrade.{native}"
    return frame(
        compact({"topic": topic, "type": "snapshot", "ts": TRADE_MS + 3, "data": list(fills)})
    )


def coins(count: int) -> list[Any]:
    return [row(f"C{i:04}XUSDT", f"C{i:04}X") for i in range(count)]


def watching(count: int) -> tuple[Session, list[Output]]:
    rows = coins(count)
    session = Session(Wants(symbols=tuple(r["baseCoin"] for r in rows)))
    feed(session, opened())
    return session, run_listing(session, *rows)


# --- subscribing ----------------------------------------------------------------------------------


def test_a_market_is_a_book_a_ticker_and_trades() -> None:
    session = Session(Wants(symbols=("BTC",)))
    assert topics(feed(session, opened())) == []
    assert topics(run_listing(session, row(), row("ETHUSDT", "ETH"))) == [
        "orderbook.200.BTCUSDT",
        "tickers.BTCUSDT",
        "publicTrade.BTCUSDT",
    ]


def test_one_bad_topic_fails_its_request_so_requests_carry_ten_topics() -> None:
    _, outputs = watching(7)
    sizes = [len(request["args"]) for request in requests(outputs)]
    assert sizes == [10, 10, 1]
    ids = [request["req_id"] for request in requests(outputs)]
    assert len(set(ids)) == len(ids)


def test_the_topics_of_a_connection_stay_under_21000_characters_and_the_rest_is_said() -> None:
    _, outputs = watching(400)
    asked = topics(outputs)
    assert sum(map(len, asked)) <= 21_000
    served = len(asked) // 3
    (reject, *_) = only(Reject, outputs)
    assert f"{400 - served} markets" in reject.reason


def test_a_refused_request_is_a_reject_and_its_topics_are_asked_for_one_by_one() -> None:
    session, outputs = watching(2)
    (request,) = requests(outputs)
    refused = ack(request, success=False, ret_msg="error:handler not found,topic:publicTrade.X")
    outputs = feed(session, refused)
    (reject,) = only(Reject, outputs)
    assert "handler not found" in reject.reason
    assert [r["args"] for r in requests(outputs)] == [[topic] for topic in request["args"]]
    alone = requests(outputs)[0]
    again = feed(session, ack(alone, success=False, ret_msg="error:handler not found"))
    assert len(only(Reject, again)) == 1
    assert requests(again) == []


def test_a_multiplier_market_is_watched_by_the_name_of_its_coin() -> None:
    session = Session(Wants(symbols=("PEPE", "SHIB")))
    feed(session, opened())
    outputs = run_listing(session, row("1000PEPEUSDT", "1000PEPE"), row("SHIB1000USDT", "SHIB1000"))
    assert topics(outputs)[::3] == ["orderbook.200.1000PEPEUSDT", "orderbook.200.SHIB1000USDT"]


def test_without_a_listing_the_likely_names_are_subscribed_and_corrected_by_it() -> None:
    session = Session(Wants(symbols=("BTC", "PEPE", "ETH:USDC")))
    feed(session, opened())
    guessed = topics(feed(session, reply("instruments", "", status=403)))
    assert guessed[::3] == [
        "orderbook.200.BTCUSDT",
        "orderbook.200.PEPEUSDT",
        "orderbook.200.ETHPERP",
    ]
    rows = row(), row("1000PEPEUSDT", "1000PEPE"), row("ETHPERP", "ETH", "USDC")
    outputs = feed(session, listing(*rows))
    assert topics(outputs)[0] == "orderbook.200.1000PEPEUSDT"
    assert "orderbook.200.PEPEUSDT" in topics(outputs, "unsubscribe")


# --- pings and answers ----------------------------------------------------------------------------


def test_a_ping_goes_out_every_twenty_seconds() -> None:
    session = Session(Wants())
    feed(session, opened())
    at = [
        second
        for second in range(1, 50)
        if Send('{"op":"ping"}') in feed(session, Tick(at_ns=AT_NS + second * SECOND_NS))
    ]
    assert at == [1, 21, 41]


@pytest.mark.parametrize(
    "pong",
    [
        {"success": True, "ret_msg": "pong", "conn_id": "0970e817", "op": "ping"},
        {"op": "pong", "args": ["1672916271846"], "conn_id": "cfcb4ocsvfriu23r3er0"},
    ],
)
def test_ping_to_pong_is_the_round_trip(pong: Any) -> None:
    session = Session(Wants())
    feed(session, opened(), *ticks(1))
    sent_ns = AT_NS + SECOND_NS
    (rtt,) = feed(session, frame(pong, sent_ns + 42_000_000))
    assert isinstance(rtt, Rtt)
    assert rtt.rtt_ns == 42_000_000
    assert feed(session, frame(pong, sent_ns + 50_000_000)) == []


@pytest.mark.parametrize(
    "topic",
    ["kline.5.BTCUSDT", "allLiquidation.BTCUSDT", "liquidation.BTCUSDT", "orderbook.rpi.BTCUSDT"],
)
def test_known_topics_that_are_not_used_state_nothing(topic: str) -> None:
    message = {"topic": topic, "type": "snapshot", "ts": TRADE_MS, "data": [{"start": 1}]}
    for text in (compact(message), json.dumps(message)):
        assert feed(Session(Wants()), frame(text)) == []


@pytest.mark.parametrize(
    "message",
    [
        {"topic": "horoscope.BTCUSDT", "data": {}},
        {"op": "dance"},
        {},
        {"topic": "orderbook.BTCUSDT", "type": "snapshot", "data": {}},
        {"topic": "orderbook.9999999.BTCUSDT", "type": "snapshot", "ts": TRADE_MS,
         "data": {"s": "BTCUSDT", "b": [], "a": [], "u": 1}},
        {"topic": "tickers.BTCUSDT", "data": []},
        {"topic": "publicTrade.BTCUSDT", "data": [fill(S="Hold")]},
        [],
        7,
    ],
)  # fmt: skip
def test_an_unknown_message_is_one_reject(message: Any) -> None:
    (reject,) = feed(Session(Wants()), frame(message))
    assert isinstance(reject, Reject)


# --- trades ---------------------------------------------------------------------------------------


def test_a_trade_has_the_side_of_its_taker_and_the_time_of_its_fill() -> None:
    buy, sell = feed(Session(Wants()), trades(fill(), fill(S="Sell", p="16578.00", v="2")))
    assert buy == Trade(
        venue="bybit",
        symbol="BTC",
        recv_ns=AT_NS,
        venue_ns=TRADE_MS * 1_000_000,
        price=16578.5,
        size=0.001,
        side=Side.BUY,
    )
    assert isinstance(sell, Trade)
    assert (sell.side, sell.price, sell.size) == (Side.SELL, 16578.0, 2.0)


def test_a_trade_of_thousands_is_stated_in_coins() -> None:
    native = "10000SATSUSDT"
    (trade,) = feed(
        Session(Wants()), trades(fill(s=native, p="0.002", v="30"), native=native)
    )  # fmt: skip
    assert isinstance(trade, Trade)
    assert (trade.symbol, trade.price, trade.size) == ("SATS", 0.002 / 10_000, 300_000.0)


def test_a_fill_that_makes_no_sense_costs_itself() -> None:
    told = feed(Session(Wants()), trades(fill(), fill(p="NaN"), fill(v="2")))
    assert [type(fact) for fact in told] == [Trade, Trade, Reject]


@pytest.mark.parametrize("bad", [{"p": "0"}, {"p": "nan"}, {"v": "-1"}, {"v": "0"}, {"T": 17}])
def test_an_insane_fill_is_rejected(bad: Any) -> None:
    (reject,) = feed(Session(Wants()), trades(fill(**bad)))
    assert isinstance(reject, Reject)


# --- the rest -------------------------------------------------------------------------------------


def test_the_documented_base_tier_is_the_assumed_fee() -> None:
    assert (SPEC.taker_fee, SPEC.maker_fee) == (5.5 / 10_000, 2.0 / 10_000)
    assert not SPEC.publishes_fees
    assert SPEC.chain is None


def test_the_time_of_the_server_is_understood_and_states_nothing() -> None:
    body = '{"retCode":0,"retMsg":"OK","result":{"timeSecond":"1688639403"},"time":1688639403423}'
    assert feed(Session(Wants()), reply("time", body)) == []
    assert only(Reject, feed(Session(Wants()), reply("time", answer(ret_code=10006))))


def test_a_reply_nobody_asked_for_by_an_unknown_name_is_a_reject() -> None:
    (reject,) = feed(Session(Wants()), reply("horoscope", "{}"))
    assert isinstance(reject, Reject)
