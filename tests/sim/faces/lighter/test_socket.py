"""How Lighter's face chains books, states statistics, acknowledges, pings and refuses."""

import pytest

from cockpit.core.market import Side
from cockpit.sim.world.contract import MarketState
from tests.sim.faces.lighter.client import Client

BLANK = {"price": "", "size": ""}


def test_a_channel_is_asked_for_with_a_slash_and_answers_with_a_colon() -> None:
    answer = Client().subscribe("order_book/1")
    assert (answer["type"], answer["channel"]) == ("subscribed/order_book", "order_book:1")


def test_the_snapshot_is_the_whole_book_with_all_decimals() -> None:
    client = Client()
    book = client.subscribe("order_book/1")["order_book"]
    state = client.world.by_symbol["BTC"]
    assert len(book["bids"]) == len(state.bids)
    assert book["bids"][0] == {"price": "110999.9", "size": "0.00101"}
    assert book["begin_nonce"] == 0


def test_updates_chain_by_nonce_and_count_by_offset() -> None:
    client = Client()
    before = client.subscribe("order_book/1")["order_book"]
    for number in range(3):
        client.world.set_level("BTC", Side.BUY, 1_109_990, 100 + number)
        client.world.set_level("BTC", Side.SELL, 1_110_010 + number, 50)
        (update,) = client.wait(0.1)
        book = update["order_book"]
        assert book["begin_nonce"] == before["nonce"]
        assert book["nonce"] > before["nonce"] + 1
        assert book["offset"] == before["offset"] + 1 == update["offset"]
        before = book


def test_changes_within_fifty_milliseconds_leave_together() -> None:
    client = Client()
    client.subscribe("order_book/1")
    client.wait(0.1)
    client.world.set_level("BTC", Side.BUY, 1_109_990, 1)
    assert len(client.wait(0.01)) == 1
    client.world.set_level("BTC", Side.BUY, 1_109_990, 2)
    assert client.wait(0.02) == []
    client.world.set_level("BTC", Side.BUY, 1_109_990, 0)
    (update,) = client.wait(0.03)
    assert update["order_book"]["bids"] == [{"price": "110999.0", "size": "0.00000"}]


def test_a_flush_sends_what_is_held_back() -> None:
    client = Client()
    client.subscribe("order_book/1")
    client.subscribe("market_stats/1")
    client.world.set_level("BTC", Side.BUY, 1_109_990, 1)
    client.wait(0.3)
    client.world.set_level("BTC", Side.BUY, 1_109_990, 2)
    client.world.change("BTC", lambda state: setattr(state, "mark", 111_333.3))
    messages = client.wait(0.001, flush=True)
    assert [message["type"] for message in messages] == [
        "update/order_book",
        "update/market_stats",
    ]


def test_stamps_are_milliseconds_and_microseconds_of_one_clock() -> None:
    answer = Client().subscribe("order_book/1")
    assert answer["timestamp"] == 1_760_000_000_000
    assert answer["last_updated_at"] == 1_760_000_000_000_000


def test_open_interest_is_usd_and_gives_back_whole_lots_by_the_same_mark() -> None:
    client = Client()

    def state_it(state: MarketState) -> None:
        state.mark, state.index, state.open_interest_lots = 4_332.63, 4_333.85, 408_827_123

    client.world.change("ETH", state_it)
    row = client.subscribe("market_stats/0")["market_stats"]
    # 40882.7123 x 4332.63 = 177129665.792349
    assert row["open_interest"] == "177129665.792349"
    assert row["mark_price"] == "4332.63"
    assert row["index_price"] == "4333.85"


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0.0000125, "0.0012"),  # 0.00125 percent: the venue truncates
        (0.000012, "0.0012"),
        (-0.0000289, "-0.0028"),
        (0.005, "0.5000"),
        (0.0, "0.0000"),
    ],
)
def test_a_live_rate_is_percent_per_hour_truncated_to_four_decimals(rate: float, text: str) -> None:
    client = Client()
    client.world.change("ETH", lambda state: setattr(state, "rate", rate))
    assert client.subscribe("market_stats/0")["market_stats"]["current_funding_rate"] == text


def test_the_funding_stamp_is_the_last_payment_a_few_milliseconds_past_the_hour() -> None:
    client = Client()
    row = client.subscribe("market_stats/0")["market_stats"]
    assert row["funding_rate"] == "0.0001"
    assert 2 <= row["funding_timestamp"] - 1_759_996_800_000 <= 4  # 2025-10-09 08:00 UTC


def test_statistics_carry_the_inputs_of_the_formula_in_percent() -> None:
    row = Client().subscribe("market_stats/0")["market_stats"]
    assert row["funding_clamp_small"] == "0.0500"
    assert row["funding_clamp_big"] == "4.0000"
    assert row["base_interest_rate"] == "0.0100"


def test_all_statistics_are_a_map_by_id_with_the_dead_markets_at_zero() -> None:
    stats = Client().subscribe("market_stats/all")["market_stats"]
    assert stats["4"]["symbol"] == "1000PEPE"
    dead = stats["28"]
    assert (dead["symbol"], dead["mark_price"], dead["index_price"]) == ("MKR", "0.00", "0.00")
    assert (dead["funding_clamp_big"], dead["funding_timestamp"]) == ("0.0000", 0)


def test_a_market_of_1000_coins_states_volume_in_its_own_units() -> None:
    client = Client()
    client.world.by_symbol["PEPE"].day_volume_base = 5_000_000.0
    row = client.subscribe("market_stats/4")["market_stats"]
    assert row["daily_base_token_volume"] == 5_000.0


def test_the_first_trades_are_the_last_fifty_of_each_kind_newest_first() -> None:
    client = Client()
    for number in range(120):
        client.world.trade("ETH", Side.BUY, 430_000 + number, 1, liquidation=number % 2 == 0)
    client.world.step()
    answer = client.subscribe("trade/0")
    prices = [row["price"] for row in answer["trades"]]
    assert len(prices) == len(answer["liquidation_trades"]) == 50
    assert prices[0] == "4301.19"
    assert {row["type"] for row in answer["liquidation_trades"]} == {"liquidation"}


def test_a_maker_on_the_ask_means_that_the_taker_bought() -> None:
    client = Client()
    client.subscribe("trade/0")
    client.world.trade("ETH", Side.BUY, 430_000, 346)
    (update,) = client.wait()
    row = update["trades"][0]
    assert row["is_maker_ask"] is True
    # 0.0346 x 4300.00
    assert (row["size"], row["usd_amount"]) == ("0.0346", "148.780000")


def test_a_ticker_speaks_when_the_touch_changes() -> None:
    client = Client()
    client.subscribe("ticker/0")
    client.world.set_level("ETH", Side.BUY, 429_000, 5)
    assert client.wait() == []
    client.world.set_level("ETH", Side.BUY, 430_000, 5)
    (update,) = client.wait()
    assert update["ticker"]["b"] == {"price": "4300.00", "size": "0.0005"}
    assert client.subscribe("ticker/28")["ticker"]["a"] == BLANK


def test_one_height_a_step_with_the_newest_block() -> None:
    client = Client()
    client.subscribe("height")
    (message,) = client.wait(0.5, blocks=3)
    assert message["height"] == client.world.height
    assert message["type"] == "update/height"


def test_either_side_may_ping() -> None:
    client = Client()
    assert client.say({"type": "ping"}) == {"type": "pong"}
    assert client.say({"type": "pong"}) is None
    messages = [message for _ in range(61) for message in client.wait(1.0)]
    assert messages == [{"type": "ping"}]


def test_two_silent_minutes_end_the_connection_and_a_pong_saves_it() -> None:
    silent, alive = Client(), Client()
    for second in range(125):
        silent.wait(1.0)
        alive.wait(1.0)
        if second % 60 == 0:
            alive.say({"type": "pong"})
    assert silent.closed is not None
    assert alive.closed is None


def test_a_jump_of_the_worlds_time_is_not_silence() -> None:
    client = Client()
    client.wait(1.0)
    client.wait(3_600.0)
    assert client.closed is None


@pytest.mark.parametrize(
    ("message", "code", "text"),
    [
        ("{", 30000, "Invalid Json"),
        ("[]", 30001, "Invalid Type"),
        ({"type": "hello"}, 30001, "Invalid Type"),
        ({"type": "subscribe", "channel": "nonsense/1"}, 30005, "Invalid Channel"),
        ({"type": "subscribe"}, 30005, "Invalid Channel"),
        ({"type": "subscribe", "channel": "order_book/"}, 30005, "Invalid Channel:  (marketId)"),
        (
            {"type": "subscribe", "channel": "account_all_orders/1"},
            20001,
            "invalid param : auth field is required",
        ),
    ],
)
def test_a_bad_message_is_refused_by_number(message: object, code: int, text: str) -> None:
    assert Client().say(message) == {"error": {"code": code, "message": text}}


def test_a_duplicate_brings_an_error_and_no_snapshot_and_unsubscribing_ends_the_stream() -> None:
    client = Client()
    client.subscribe("order_book/1")
    assert client.subscribe("order_book/1") == {
        "error": {"code": 30003, "message": "Already Subscribed to : order_book:1"}
    }
    assert client.unsubscribe("order_book/1")["type"] == "unsubscribed"
    client.world.set_level("BTC", Side.BUY, 1_109_990, 1)
    assert client.wait() == []
    assert client.subscribe("order_book/1")["type"] == "subscribed/order_book"


def test_the_201st_message_in_a_minute_is_refused_without_closing() -> None:
    client = Client()
    answers = [client.say({"type": "ping"}) for _ in range(201)]
    assert answers[199] == {"type": "pong"}
    assert answers[200] == {"error": {"code": 30009, "message": "Too Many Websocket Messages!"}}
    assert client.closed is None


def test_more_than_fifty_subscriptions_at_once_are_too_many_in_flight() -> None:
    client = Client()
    names = [f"user_stats/{index}" for index in range(51)]
    answers = [client.subscribe(name) for name in names]
    assert all("error" not in answer for answer in answers[:50])
    assert answers[50] == {"error": {"code": 30010, "message": "Too Many Inflight Messages!"}}
    client.wait()
    assert "error" not in client.subscribe(names[50])


def test_an_unknown_account_is_empty() -> None:
    client = Client()
    account = client.subscribe("account_all/77")
    assert (account["channel"], account["positions"]) == ("account_all:77", {})
    assert float(client.subscribe("user_stats/77")["stats"]["portfolio_value"]) == 0
