"""Lighter's fills, its blocks, and what it says about the connection itself."""

import pytest

from cockpit.core.events import Block, Reject, Rtt, Trade
from cockpit.core.market import Side
from cockpit.venues.contract import Restart, Send, Tick, Wants
from cockpit.venues.lighter import Session
from tests.support import AT_NS, closed, feed, frame, only, opened, reply, ticks

SECOND_NS = 1_000_000_000
TRADE_MS = 1_760_041_996_404


def fill(trade_id=100, **fields):
    return {
        "trade_id": trade_id,
        "type": "trade",
        "market_id": 1,
        "size": "0.00100",
        "price": "121043.9",
        "usd_amount": "121.043900",
        "is_maker_ask": True,
        "timestamp": TRADE_MS,
        **fields,
    }


def fills(trades, liquidations=None, *, stage="update", market=1):
    return frame(
        {
            "channel": f"trade:{market}",
            "liquidation_trades": liquidations,
            "nonce": 2473175167,
            "trades": trades,
            "type": f"{stage}/trade",
        }
    )


def told(*frames):
    return only(Trade, feed(Session(Wants()), *frames))


def test_if_the_maker_asked_the_taker_bought():
    bought, sold = told(fills([fill(1, is_maker_ask=True), fill(2, is_maker_ask=False)]))
    assert (bought.side, sold.side) == (Side.BUY, Side.SELL)


def test_a_fill_has_price_size_and_the_venues_time():
    (trade,) = told(fills([fill()]))
    assert (trade.symbol, trade.price, trade.size) == ("BTC", 121043.9, 0.001)
    assert trade.venue_ns == TRADE_MS * 1_000_000
    assert not trade.liquidation


def test_liquidations_come_in_a_list_of_their_own_and_are_marked():
    (trade,) = told(fills(None, [fill(7, type="liquidation")]))
    assert trade.liquidation


def test_either_list_may_be_null_or_empty():
    assert told(fills(None, None), fills([], [])) == []


def test_the_history_that_a_subscription_brings_is_told_oldest_first():
    trades = told(fills([fill(9), fill(8)], [fill(3), fill(2)], stage="subscribed"))
    assert [trade.liquidation for trade in trades] == [True, True, False, False]


def test_a_fill_is_told_once_though_every_subscription_repeats_the_last_hundred():
    session = Session(Wants())
    history = fills([fill(9), fill(8)], [fill(3)], stage="subscribed")
    assert len(only(Trade, feed(session, history))) == 3
    feed(session, closed(), opened())
    again = fills([fill(10), fill(9)], [fill(3)], stage="subscribed")
    assert len(only(Trade, feed(session, again))) == 1


def test_a_thousand_coin_fill_is_told_per_coin():
    session = Session(Wants())
    details = {"symbol": "1000BONK", "market_id": 18, "size_decimals": 0}
    feed(session, reply("instruments", {"code": 200, "order_book_details": [details]}))
    (trade,) = only(Trade, feed(session, fills([fill(price="0.02", size="3")], market=18)))
    assert (trade.symbol, trade.size) == ("BONK", 3000.0)
    assert trade.price == pytest.approx(0.00002)


def test_the_settlement_of_a_whole_market_is_nobodys_fill():
    assert told(fills([fill(type="market-settlement")])) == []


@pytest.mark.parametrize("bad", [{"price": "0"}, {"size": "-1"}, {"price": "nan"}])
def test_an_impossible_fill_is_rejected(bad):
    assert [type(o) for o in feed(Session(Wants()), fills([fill(**bad)]))] == [Reject]


def height(number=227535532, timestamp=1774883844933):
    return frame(
        {"channel": "height", "height": number, "timestamp": timestamp, "type": "update/height"}
    )


def test_a_height_is_a_block_of_the_sequencer_at_its_own_time():
    (block,) = feed(Session(Wants()), height())
    assert isinstance(block, Block)
    assert (block.chain, block.height) == ("lighter", 227535532)
    assert block.block_ns == 1774883844933 * 1_000_000


def test_a_block_without_a_time_is_rejected():
    assert [type(o) for o in feed(Session(Wants()), height(timestamp=0))] == [Reject]


def test_the_venues_ping_is_answered():
    assert feed(Session(Wants()), frame({"type": "ping"})) == [Send('{"type":"pong"}')]


def pings(outputs):
    return [send for send in only(Send, outputs) if send.data == '{"type":"ping"}']


def test_we_ping_every_thirty_seconds_and_the_pong_tells_the_round_trip():
    session = Session(Wants())
    feed(session, opened())
    assert len(pings(feed(session, *ticks(60)))) == 2
    pinged_ns = AT_NS + 61 * SECOND_NS
    assert len(pings(feed(session, Tick(at_ns=pinged_ns)))) == 1
    pong = frame({"type": "pong"}, at_ns=pinged_ns + 42_000_000)
    assert [rtt.rtt_ns for rtt in only(Rtt, feed(session, pong))] == [42_000_000]
    assert feed(session, pong) == []


def test_a_pong_to_a_ping_of_the_last_connection_is_no_round_trip():
    session = Session(Wants())
    feed(session, opened(), *ticks(1), closed(), opened())
    assert feed(session, frame({"type": "pong"})) == []


def test_an_announced_shutdown_is_a_reason_to_reconnect_at_once():
    assert len(only(Restart, feed(Session(Wants()), frame({"type": "shutdown"})))) == 1


@pytest.mark.parametrize(
    "message",
    [
        {"session_id": "8d354239", "type": "connected"},
        {"type": "unsubscribed", "channel": "order_book:0"},
        {"type": "update/ticker", "channel": "ticker:0", "ticker": {"s": "ETH"}},
        {"type": "subscribed/candle", "channel": "candle:0:1m", "candles": None},
        {"type": "update/spot_market_stats", "channel": "spot_market_stats:2048"},
        {"type": "update/account_all_positions", "channel": "account_all_positions:1"},
        {"type": "subscribed/user_stats", "channel": "user_stats:1"},
        {"type": "update/trade", "channel": "trade:2048", "trades": []},
    ],
)
def test_what_is_documented_but_not_used_says_nothing(message):
    assert feed(Session(Wants()), frame(message)) == []


def test_an_unknown_channel_is_rejected_by_name():
    message = {"type": "update/weather", "channel": "weather:tokyo"}
    (rejected,) = feed(Session(Wants()), frame(message))
    assert rejected.reason == "unknown channel weather:tokyo"


@pytest.mark.parametrize(
    ("code", "message"),
    [(30005, "Invalid Channel:  (marketId)"), (30009, "Too Many Websocket Messages")],
)
def test_a_refusal_is_rejected_in_the_venues_own_words(code, message):
    (rejected,) = feed(Session(Wants()), frame({"error": {"code": code, "message": message}}))
    assert message in rejected.reason
