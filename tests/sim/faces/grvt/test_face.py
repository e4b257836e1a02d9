"""What the simulated GRVT says on its socket and answers over HTTP.

Figures: https://github.com/gravity-technologies/api-spec and recordings of 2026.
"""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.sim.faces import grvt
from cockpit.sim.world.contract import HttpReply
from tests import shapes
from tests.sim.asking import Client
from tests.sim.fake_world import START_NS, FakeWorld

BTC = "BTC_USDT_Perp"


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(grvt.PROFILE)


@pytest.fixture
def client(world: FakeWorld) -> Client:
    return Client(grvt, world)


def call(client: Client, method: str, stream: str, *selectors: Any, number: int = 1) -> list[Any]:
    params = {"stream": stream, "selectors": list(selectors)}
    request = {"jsonrpc": "2.0", "method": method, "params": params, "id": number}
    return client.send(request)


def subscribe(client: Client, stream: str, *selectors: Any) -> list[Any]:
    return call(client, "subscribe", stream, *selectors)


def post(world: FakeWorld, page: str, **body: Any) -> HttpReply:
    text = json.dumps(body).encode()
    return grvt.on_http(world, "POST", f"/full/v1/{page}", {"User-Agent": "test"}, text)


def ask(world: FakeWorld, page: str, **body: Any) -> Any:
    reply = post(world, page, **body)
    assert reply.status == 200
    return json.loads(reply.body)


# --- the socket -------------------------------------------------------------------------------


def test_the_acknowledgement_tells_the_number_before_the_first_change(
    world: FakeWorld, client: Client
) -> None:
    ack, whole = subscribe(client, "v1.book.d", f"{BTC}@50")
    latest = ack["result"]["latest_sequence_number"]
    assert ack["result"]["first_sequence_number"] == [str(int(latest[0]) + 1)]
    assert (whole["sequence_number"], whole["prev_sequence_number"]) == ("0", "0")
    world.set_level("BTC", Side.BUY, 1_109_999, 7)
    (change,) = client.step(world.step(0.2))
    assert [change["prev_sequence_number"]] == latest
    assert change["feed"]["bids"] == [{"price": "110999.9", "size": "0.007", "num_orders": 1}]


def test_a_level_that_is_gone_has_size_zero_and_no_orders(world: FakeWorld, client: Client) -> None:
    subscribe(client, "v1.book.d", f"{BTC}@50")
    world.set_level("BTC", Side.BUY, 1_109_999, 0)
    (change,) = client.step(world.step(0.2))
    assert change["feed"]["bids"] == [{"price": "110999.9", "size": "0.0", "num_orders": 0}]


def test_a_whole_book_is_stamped_on_a_grid_of_half_seconds(world: FakeWorld) -> None:
    world.step(0.3)
    _, whole = subscribe(Client(grvt, world), "v1.book.d", f"{BTC}@50")
    assert int(whole["feed"]["event_time"]) == START_NS


def test_nothing_is_said_where_nothing_changed(world: FakeWorld, client: Client) -> None:
    subscribe(client, "v1.book.d", f"{BTC}@50")
    subscribe(client, "v1.ticker.s", f"{BTC}@500")
    assert client.step(world.step(1.0)) == []


def test_past_fills_come_one_by_one_and_the_oldest_first(world: FakeWorld, client: Client) -> None:
    for lots in (1, 2, 3):
        world.trade("BTC", Side.BUY, 1_110_001, lots)
    ack, *fills = subscribe(client, "v1.trade", f"{BTC}@50")
    assert ack["result"]["num_snapshots"] == [3]
    assert [fill["feed"]["size"] for fill in fills] == ["0.001", "0.002", "0.003"]
    assert {fill["sequence_number"] for fill in fills} == {"0"}


def test_a_ticker_at_another_rate_replaces_the_old_one(world: FakeWorld, client: Client) -> None:
    subscribe(client, "v1.ticker.s", f"{BTC}@500")
    ack, _ = subscribe(client, "v1.ticker.s", f"{BTC}@5000")
    assert ack["result"]["unsubs"] == [f"{BTC}@500"]
    world.set_level("BTC", Side.BUY, 1_109_999, 7)
    assert client.step(world.step(1.0)) == []


def test_the_running_candle_is_said_by_its_length_and_price(
    world: FakeWorld, client: Client
) -> None:
    minute, hour = f"{BTC}@CI_1_M-TRADE", f"{BTC}@CI_1_H-MARK"
    ack, first, _ = subscribe(client, "v1.candle", minute, hour)
    assert ack["result"]["unsubs"] == [], "two lengths of one market stand beside each other"
    row = first["feed"]
    assert int(row["close_time"]) - int(row["open_time"]) == 60 * NS_PER_S
    assert int(row["open_time"]) <= world.at_ns < int(row["close_time"])
    assert row["close"] == "111000.0"
    for wrong in (f"{BTC}@CI_1_M", f"{BTC}@500", f"{BTC}@CI_1_M-LAST", f"{BTC}@X-TRADE"):
        assert subscribe(client, "v1.candle", wrong)[0]["error"]["code"] == 3030


def test_an_unsubscription_is_acknowledged_as_a_subscription(
    world: FakeWorld, client: Client
) -> None:
    subscribe(client, "v1.book.d", f"{BTC}@50")
    (ack,) = call(client, "unsubscribe", "v1.book.d", f"{BTC}@50", number=2)
    assert (ack["id"], ack["method"]) == (2, "subscribe")
    assert ack["result"]["unsubs"] == [f"{BTC}@50"]
    world.set_level("BTC", Side.BUY, 1_109_999, 7)
    assert client.step(world.step(1.0)) == []


@pytest.mark.parametrize(
    ("selector", "code"),
    [(BTC, 1101), ("NO_USDT_Perp@50", 3000), (f"{BTC}@51", 3030), ("MATIC_USDT_Perp@50", 3000)],
)
def test_one_bad_selector_fails_its_request(client: Client, selector: str, code: int) -> None:
    (refusal,) = subscribe(client, "v1.book.d", f"{BTC}@50", selector)
    assert refusal["error"]["code"] == code
    assert client.send({"jsonrpc": "2.0", "method": "list_streams", "id": 3}) == [
        {"jsonrpc": "2.0", "result": {"streams": []}, "id": 3, "method": "list_streams"}
    ]


def test_what_cannot_be_read_is_answered_with_id_zero_and_no_method(client: Client) -> None:
    (refusal,) = client.send("{")
    assert (refusal["id"], refusal["method"], refusal["error"]["code"]) == (0, "", 1003)


# --- HTTP -------------------------------------------------------------------------------------


def test_rates_are_per_cent_and_their_hours_the_markets_own(world: FakeWorld) -> None:
    world.by_symbol["BTC"].rate = 0.000031
    assert ask(world, "ticker", instrument=BTC)["result"]["funding_rate"] == "0.0031"
    rows = {row["base"]: row for row in ask(world, "all_instruments")["result"]}
    assert rows["BTC"]["funding_interval_hours"] == 8
    assert rows["KPEPE"]["funding_interval_hours"] == 4
    assert (rows["BTC"]["adjusted_funding_rate_cap"], rows["BTC"]["min_notional"]) == (
        "0.3", "100.0",
    )  # fmt: skip


def test_what_is_gone_is_listed_only_if_asked_for_and_has_no_cap(world: FakeWorld) -> None:
    everything = {row["base"]: row for row in ask(world, "all_instruments")["result"]}
    assert everything["MATIC"]["adjusted_funding_rate_cap"] == "0.0"
    active = ask(world, "all_instruments", is_active=True)["result"]
    assert "MATIC" not in {row["base"] for row in active}


def test_a_listing_of_one_kind_is_the_whole_listing(world: FakeWorld) -> None:
    asked = {"kind": ["PERPETUAL"], "limit": 1000, "is_active": True}
    assert ask(world, "instruments", **asked) == ask(world, "all_instruments", is_active=True)


def test_a_mini_ticker_is_a_part_of_the_ticker(world: FakeWorld) -> None:
    whole = ask(world, "ticker", instrument=BTC)["result"]
    mini = ask(world, "mini", instrument=BTC)["result"]
    assert mini.items() <= whole.items()
    assert float(mini["best_bid_price"]) < float(mini["best_ask_price"])


def test_candles_are_newest_first_in_nanoseconds_as_text(world: FakeWorld) -> None:
    asked = {"instrument": BTC, "interval": "CI_1_H", "type": "TRADE"}
    rows = ask(world, "kline", **asked, limit=2)["result"]
    hour_ns = world.at_ns // HOUR_NS * HOUR_NS
    assert [row["open_time"] for row in rows] == [str(hour_ns), str(hour_ns - HOUR_NS)]
    assert int(rows[1]["close_time"]) == hour_ns
    assert rows[0]["close"] == "111000.0"
    assert ask(world, "kline", **asked, start_time=rows[1]["open_time"])["result"] == rows
    assert post(world, "kline", instrument=BTC, interval="CI_7_X").status == 400


def test_margin_rules_are_not_wrapped_and_are_fractions(world: FakeWorld) -> None:
    first, second = ask(world, "margin_rules", instrument=BTC)["risk_brackets"]
    assert (first["initial_margin_rate"], first["maintenance_margin_rate"]) == ("0.02", "0.01")
    assert second["notional_floor"] == "1000000.0"
    # What the second keeps at its floor is what the first does: 2 % of 1 M less 10,000.
    assert second["cumulative_maintenance_amount"] == "10000.0"


def test_history_is_newest_first_and_goes_on_where_next_says(world: FakeWorld) -> None:
    paid_ns = [START_NS // (8 * HOUR_NS) * 8 * HOUR_NS - back * 8 * HOUR_NS for back in range(5)]
    world.by_symbol["BTC"].settled[:] = [(at, 0.0001, 0.0, 1.0) for at in reversed(paid_ns)]
    page = ask(world, "funding", instrument=BTC, limit=3)
    assert [int(row["funding_time"]) for row in page["result"]] == paid_ns[:3]
    rest = ask(world, "funding", instrument=BTC, limit=3, cursor=page["next"])
    assert [int(row["funding_time"]) for row in rest["result"]] == paid_ns[3:]
    assert rest["next"] == ""


@pytest.mark.parametrize(
    ("page", "body", "code"),
    [
        ("ticker", {"instrument": "NO_USDT_Perp"}, 3000),
        ("ticker", {}, 1003),
        ("book", {"instrument": BTC, "depth": 11}, 3031),
        ("funding", {"instrument": BTC, "cursor": "?"}, 1003),
    ],
)
def test_a_refusal_has_its_code_and_status(
    world: FakeWorld, page: str, body: dict[str, Any], code: int
) -> None:
    reply = post(world, page, **body)
    assert (reply.status, json.loads(reply.body)["code"]) == (400, code)


def test_above_the_budget_there_is_429(world: FakeWorld) -> None:
    statuses = [post(world, "currency").status for _ in range(1501)]
    assert (statuses[1499], statuses[1500]) == (200, 429)


# --- recorded shapes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "recording"),
    [
        ("ticker", "rest_20260913_ticker_btc.json"),
        ("funding", "rest_20260913_funding_btc.json"),
    ],
)
def test_an_answer_has_the_recorded_shape(world: FakeWorld, page: str, recording: str) -> None:
    shown = shapes.shape(ask(world, page, instrument=BTC, limit=3))
    assert shapes.differences(shapes.recorded_shape("grvt", recording, ""), shown) == []


def test_a_row_of_the_listing_has_the_recorded_shape(world: FakeWorld) -> None:
    shown = shapes.shape(ask(world, "instrument", instrument=BTC)["result"])
    recorded = shapes.recorded_shape("grvt", "rest_20260928_instrument_nvda.json", "")
    assert shapes.differences(recorded, shown) == []


@pytest.mark.parametrize(
    ("stream", "secondary", "recording"),
    [
        ("v1.book.d", "50", "ws_20260928_book_d_btc.jsonl"),
        ("v1.mini.s", "200", "ws_20260928_mini_s_btc.jsonl"),
        ("v1.trade", "50", "ws_20260928_trade_eth.jsonl"),
    ],
)
def test_a_frame_has_the_recorded_shape(
    world: FakeWorld, client: Client, stream: str, secondary: str, recording: str
) -> None:
    world.trade("BTC", Side.BUY, 1_110_001, 2)
    ack, *frames = subscribe(client, stream, f"{BTC}@{secondary}")
    world.set_level("BTC", Side.BUY, 1_109_999, 7)
    world.set_level("BTC", Side.SELL, 1_110_001, 0)
    world.trade("BTC", Side.BUY, 1_110_001, 2)
    frames += client.step(world.step(0.5))
    shown = shapes.merged([shapes.shape(frame) for frame in frames])
    kind = stream.replace("v1", "v*")
    assert shapes.differences(shapes.recorded_shape("grvt", recording, kind), shown) == []
    acknowledged = shapes.recorded_shape("grvt", recording, "subscribe")
    assert shapes.differences(acknowledged, shapes.shape(ack)) == []
