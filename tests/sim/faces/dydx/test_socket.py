"""How dYdX's face numbers, answers, batches, limits and refuses."""

import pytest

from cockpit.core.market import Side
from cockpit.sim.world.contract import MarketState
from tests.sim.faces.dydx.client import Client, RawBook

ADDRESS = "dydx199tqg4wdlnu4qjlxchpd7seg454937hjrknju4"


def test_the_connection_greets_with_message_zero() -> None:
    greeting = Client().seen[0]
    assert (greeting["type"], greeting["message_id"]) == ("connected", 0)


def test_one_counter_runs_over_all_channels_of_a_connection() -> None:
    client = Client()
    client.subscribe("v4_orderbook", "BTC-USD")
    client.subscribe("v4_block_height")
    client.world.set_level("BTC", Side.BUY, 110_990, 3)
    client.wait(0.7, blocks=2)
    client.unsubscribe("v4_orderbook", "BTC-USD")
    assert [message["message_id"] for message in client.seen] == [0, 1, 2, 3, 4, 5, 6]
    assert {message["connection_id"] for message in client.seen} == {
        client.seen[0]["connection_id"]
    }


def test_a_snapshot_has_objects_sorted_from_the_best() -> None:
    contents = Client().subscribe("v4_orderbook", "ETH-USD")[0]["contents"]
    bids = [float(level["price"]) for level in contents["bids"]]
    asks = [float(level["price"]) for level in contents["asks"]]
    assert bids == sorted(bids, reverse=True)
    assert asks == sorted(asks)
    assert bids[0] < asks[0]


def test_a_snapshot_has_at_most_100_levels_a_side() -> None:
    client = Client()
    for ticks in range(150):
        client.world.set_level("BTC", Side.BUY, 100_000 - ticks, 1)
    client.world.step()
    contents = client.subscribe("v4_orderbook", "BTC-USD")[0]["contents"]
    assert len(contents["bids"]) == 100


def test_numbers_have_no_trailing_zeros() -> None:
    client = Client()
    client.subscribe("v4_orderbook", "ETH-USD")
    client.world.set_level("ETH", Side.BUY, 42_990, 500)  # tick 0.1, lot 0.001
    assert client.wait()[0]["contents"] == {"bids": [["4299", "0.5"]]}


def test_unbatched_changes_come_one_level_of_one_side_a_message() -> None:
    client = Client()
    client.subscribe("v4_orderbook", "BTC-USD")
    client.world.set_level("BTC", Side.BUY, 110_990, 12)
    client.world.set_level("BTC", Side.SELL, 111_001, 0)
    messages = client.wait(0.05)
    assert [message["type"] for message in messages] == ["channel_data", "channel_data"]
    assert [message["contents"] for message in messages] == [
        {"bids": [["110990", "0.0012"]]},
        {"asks": [["111001", "0"]]},
    ]


def test_batches_leave_four_times_a_second() -> None:
    client = Client()
    client.subscribe("v4_orderbook", "BTC-USD", batched=True)
    client.wait(0.05)
    sent = []
    for number in range(40):
        client.world.set_level("BTC", Side.BUY, 110_990, 10 + number)
        sent += client.wait(0.05)
    assert len(sent) == 8
    assert all(message["type"] == "channel_batch_data" for message in sent)


def test_a_flush_sends_what_a_batch_holds_back() -> None:
    client = Client()
    client.subscribe("v4_orderbook", "BTC-USD", batched=True)
    client.wait(0.3)
    client.world.set_level("BTC", Side.BUY, 110_990, 10)
    assert client.wait(0.001) == []
    client.world.set_level("BTC", Side.BUY, 110_991, 11)
    assert len(client.wait(0.001, flush=True)[0]["contents"]) == 2


def test_a_late_snapshot_has_a_lower_id_than_messages_already_sent() -> None:
    client = Client()
    client.subscribe("v4_orderbook", "BTC-USD")
    client.subscribe("v4_trades", "BTC-USD")
    client.wait()
    assert client.subscribe("v4_orderbook", "ETH-USD") == []
    client.world.set_level("BTC", Side.BUY, 110_990, 10)
    client.world.set_level("ETH", Side.BUY, 42_990, 10)
    messages = client.wait()
    assert [(m["type"], m["message_id"]) for m in messages] == [
        ("channel_data", 4),
        ("subscribed", 3),
    ]
    levels = messages[1]["contents"]["bids"]
    assert {"price": "4299", "size": "0.01"} in levels


def test_hidden_levels_of_a_crossed_book_are_left_out_and_stated_when_they_come_back() -> None:
    client = Client()
    state = client.world.by_symbol["BTC"]
    client.world.set_level("BTC", Side.BUY, 111_001, 50)
    client.world.step()
    state.hidden_asks.add(111_001)
    book = RawBook()
    book.apply(client.subscribe("v4_orderbook", "BTC-USD")[0])
    assert "111001" in book.bids
    assert "111001" not in book.asks
    state.hidden_asks.clear()
    client.world.set_level("BTC", Side.BUY, 111_001, 0)
    for message in client.wait():
        book.apply(message)
    assert "111001" in book.asks
    assert "111001" not in book.bids


def test_a_level_that_enters_the_first_hundred_is_stated() -> None:
    client = Client()
    for ticks in range(150):
        client.world.set_level("BTC", Side.BUY, 100_000 - ticks, 1)
    client.world.step()
    book = RawBook()
    book.apply(client.subscribe("v4_orderbook", "BTC-USD")[0])
    client.world.set_level("BTC", Side.BUY, 110_999, 0)
    for message in client.wait():
        book.apply(message)
    truth = client.world.by_symbol["BTC"].ladder(Side.BUY, 100)
    assert sorted(map(float, book.bids), reverse=True) == [ticks for ticks, _ in truth]


def test_trades_are_newest_first_and_take_the_takers_side() -> None:
    client = Client()
    client.world.trade("BTC", Side.BUY, 111_001, 1)
    client.world.trade("BTC", Side.SELL, 110_999, 1, liquidation=True)
    client.world.step()
    rows = client.subscribe("v4_trades", "BTC-USD")[0]["contents"]["trades"]
    assert [(row["side"], row["type"]) for row in rows] == [
        ("SELL", "LIQUIDATED"),
        ("BUY", "LIMIT"),
    ]
    assert int(rows[0]["id"][:8], 16) == client.world.height


def _moves(state: MarketState) -> None:
    state.rate, state.open_interest_lots = 0.00000254545454545455, 3_817_348


def test_markets_tell_only_what_changed_every_thirty_seconds() -> None:
    client = Client()
    client.subscribe("v4_markets")
    client.world.change("BTC", _moves)
    client.world.at_ns += 9_000_000_000  # to 08:53:29
    assert client.wait(0.5) == []
    (message,) = client.wait(0.5)
    assert "id" not in message
    assert message["contents"] == {
        "trading": {
            "BTC-USD": {"nextFundingRate": "0.00000254545454545455", "openInterest": "381.7348"}
        }
    }


def test_without_a_sample_in_this_hour_the_last_rate_keeps_standing() -> None:
    client = Client()
    client.subscribe("v4_markets")

    def begin_hour(state: MarketState) -> None:
        state.rate, state.premium_samples = 0.0, 0

    client.world.change("BTC", begin_hour)
    assert client.wait(30) == []
    client.world.change("BTC", lambda state: setattr(state, "premium_samples", 1))
    assert client.wait(30)[0]["contents"]["trading"]["BTC-USD"] == {"nextFundingRate": "0"}


def test_oracle_prices_come_with_blocks_and_on_a_flush_everything_comes() -> None:
    client = Client()
    client.subscribe("v4_markets")
    client.world.change("BTC", lambda state: setattr(state, "mark", 110_500.0))
    assert client.wait(0.2) == []
    contents = client.wait(0.5, blocks=1)[0]["contents"]
    row = contents["oraclePrices"]["BTC-USD"]
    assert (row["oraclePrice"], row["marketId"]) == ("110500", 0)
    assert row["effectiveAtHeight"] == str(client.world.height)
    client.world.change("ETH", lambda state: setattr(state, "mark", 4_200.5))
    client.world.change("ETH", lambda state: setattr(state, "rate", 0.0000055))
    oracle, trading = client.wait(0.01, flush=True)
    assert oracle["contents"]["oraclePrices"]["ETH-USD"]["oraclePrice"] == "4200.5"
    assert trading["contents"]["trading"]["ETH-USD"]["nextFundingRate"] == "0.0000055"


@pytest.mark.parametrize("channel", ["v4_subaccounts", "v4_parent_subaccounts"])
def test_an_account_that_never_traded_is_an_empty_object(channel: str) -> None:
    assert Client().subscribe(channel, f"{ADDRESS}/0")[0]["contents"] == {}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("{", "Invalid message: could not parse"),
        ("[]", "Invalid message: type is required"),
        ("null", "Internal error"),
        ({"channel": "v4_trades"}, "Invalid message: type is required"),
        ({"type": "hello"}, "Invalid message type: hello"),
        ({"type": "subscribe"}, "Invalid subscribe message: channel is required"),
        ({"type": "subscribe", "channel": "v3_trades"}, "Invalid channel: v3_trades"),
        ({"type": "subscribe", "channel": "v4_trades"}, "Invalid id: undefined"),
        ({"type": "unsubscribe", "channel": "v4_trades", "id": 7}, "Invalid id: 7"),
    ],
)
def test_a_malformed_message_is_refused_under_the_current_id(message: object, text: str) -> None:
    client = Client()
    client.subscribe("v4_orderbook", "BTC-USD")
    answer = client.say(message)
    assert client.error(answer) == text
    assert answer[0]["message_id"] == 1


@pytest.mark.parametrize(
    ("channel", "id_"),
    [
        ("v4_orderbook", "BTC-XXX"),
        ("v4_subaccounts", f"{ADDRESS}/128000"),
        ("v4_parent_subaccounts", f"{ADDRESS}/128"),
        ("v4_subaccounts", ADDRESS),
    ],
)
def test_an_id_that_names_nothing_is_refused_and_consumes_an_id(channel: str, id_: str) -> None:
    client = Client()
    answer = client.subscribe(channel, id_)
    assert client.error(answer) == f"Invalid subscription id for channel: ({channel}-{id_})"
    assert answer[0]["message_id"] == 1


def test_subscribing_twice_is_an_error_that_names_the_channel() -> None:
    client = Client()
    client.subscribe("v4_orderbook", "BTC-USD")
    answer = client.subscribe("v4_orderbook", "BTC-USD")
    text = "Invalid subscribe message: already subscribed (v4_orderbook-BTC-USD)"
    assert client.error(answer) == text
    assert (answer[0]["channel"], answer[0]["id"]) == ("v4_orderbook", "BTC-USD")
    assert client.closed is None


def test_a_third_attempt_in_a_second_ends_the_connection() -> None:
    client = Client()
    for _ in range(2):
        client.subscribe("v4_orderbook", "BTC-USD")
    text = (
        "Too many subscribe attempts for channel v4_orderbook-BTC-USD. "
        "Please  reconnect and try again."
    )
    assert client.error(client.subscribe("v4_orderbook", "BTC-USD")) == text
    assert client.closed is not None
    assert (client.closed.code, client.closed.reason) == (1008, '{"message":"Rate limited"}')
    assert client.subscribe("v4_markets") == []


def test_unsubscribing_and_subscribing_again_brings_a_new_snapshot() -> None:
    client = Client()
    client.subscribe("v4_orderbook", "BTC-USD")
    answer = client.unsubscribe("v4_orderbook", "BTC-USD")[0]
    assert (answer["type"], answer["id"]) == ("unsubscribed", "BTC-USD")
    client.world.set_level("BTC", Side.BUY, 110_990, 1)
    assert client.wait(1.1) == []
    assert client.subscribe("v4_orderbook", "BTC-USD")[0]["type"] == "subscribed"


def test_three_invalid_messages_in_a_second_end_the_connection() -> None:
    client = Client()
    answers = [client.say("{") for _ in range(3)]
    text = "Too many invalid messages. Please reconnect and try again."
    assert client.error(answers[2]) == text
    assert client.closed is not None
    assert client.closed.code == 1008


def test_a_second_block_height_subscription_passes_the_limit_of_one() -> None:
    client = Client()
    client.subscribe("v4_block_height")
    text = "Per-connection subscription limit reached for v4_block_height (limit=1)."
    assert client.error(client.subscribe("v4_block_height")) == text


def test_a_json_ping_is_ignored() -> None:
    assert Client().say({"type": "ping"}) == []
