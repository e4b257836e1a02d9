"""Nado's dialect: shapes as recorded, its odd cases, its refusals."""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.sim.faces import nado
from tests.shapes import differences, recorded_shape, shape
from tests.sim.asking import Client
from tests.sim.desk import Desk
from tests.sim.fake_world import START_NS, FakeWorld

X18 = 10**18
FRAMES = "ws_20260928_single_frames.jsonl"
QUERIES = "rest_20260928_queries.jsonl"


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(nado.PROFILE)


def ask(world: FakeWorld, target: str, body: Any = None, headers: Any = None) -> Any:
    method = "GET" if body is None else "POST"
    data = b"" if body is None else json.dumps(body).encode()
    return json.loads(nado.on_http(world, method, target, headers or {}, data).body)


def query(world: FakeWorld, words: str) -> Any:
    return ask(world, f"/gateway/v1/query?type={words}")


def subscribed(world: FakeWorld, kind: str, product_id: int | None = 2) -> Client:
    client = Client(nado, world)
    stream = {"type": kind, "product_id": product_id}
    told = client.send({"method": "subscribe", "stream": stream, "id": 7})
    assert told == [{"result": None, "id": 7}], "no book is pushed at subscription"
    return client


# --- shapes ---------------------------------------------------------------------------------------


def recorded_query(kind: str) -> Any:
    return recorded_shape("nado", QUERIES, kind)["body"]


def test_every_answer_has_the_shape_of_a_recorded_one(world: FakeWorld) -> None:
    listing = recorded_shape("nado", "rest_20260913_query_symbols_9rows.json")
    told = query(world, "symbols")
    assert (set(told), set(told["data"])) == (set(listing), set(listing["data"]))
    recorded = listing["data"]["symbols"]["BTC-PERP"]
    assert differences(recorded, shape(told["data"]["symbols"]["BTC-PERP"])) == []
    recorded = recorded_shape("nado", "rest_20260913_archive_v2_contracts_9rows.json")
    row = ask(world, "/archive/v2/contracts")["BTC-PERP_USDT0"]
    assert differences(recorded["BTC-PERP_USDT0"], shape(row)) == []
    tickers = recorded_query("* archive /v*/tickers (two rows picked)")
    assert differences(tickers, shape(ask(world, "/archive/v2/tickers"))) == []
    place = "* gateway /v*/query?type=market_liquidity"
    liquidity = query(world, "market_liquidity&product_id=2&depth=100")
    assert (
        differences(recorded_query(f"{place} (arrays cut by the source)"), shape(liquidity)) == []
    )
    unknown = query(world, "market_liquidity&product_id=999")
    assert differences(recorded_query(f"{place}, unknown product"), shape(unknown)) == []
    asked = {"funding_rate_history": {"product_id": 2, "start_time": 0, "limit": 6}}
    history = recorded_shape("nado", "rest_20260913_archive_funding_rate_history_btc.json")
    assert differences(history, shape(ask(world, "/archive/v1", asked))) == []


@pytest.mark.parametrize("kind", ["book_depth", "trade"])
def test_every_stream_has_the_shape_of_a_recorded_one(world: FakeWorld, kind: str) -> None:
    client = subscribed(world, kind)
    world.set_level("BTC", Side.BUY, 110_999, 5)
    world.set_level("BTC", Side.SELL, 111_001, 5)
    world.trade("BTC", Side.SELL, 110_999, 3)
    (told,) = client.step(world.step())
    assert differences(recorded_shape("nado", FRAMES, kind), shape(told)) == []


# --- figures --------------------------------------------------------------------------------------


def test_the_running_rate_is_of_a_day_and_the_history_of_an_hour(world: FakeWorld) -> None:
    state = world.by_symbol["BTC"]
    row = ask(world, "/archive/v2/contracts")["BTC-PERP_USDT0"]
    assert row["funding_rate"] == pytest.approx(0.0000125 * 24)
    assert row["next_funding_rate_timestamp"] * 10**9 == state.next_funding_ns
    asked = {"funding_rate_history": {"product_id": 2, "start_time": 0, "limit": 1000}}
    rows = ask(world, "/archive/v1", asked)["funding_rates"]
    stamps = [int(told["timestamp"]) for told in rows]
    assert stamps == sorted(stamps), "the oldest first"
    assert {stamp % 3600 for stamp in stamps} == {0}
    assert int(rows[-1]["funding_rate_x18"]) == pytest.approx(1e-6 * X18)


def test_open_interest_counts_both_sides(world: FakeWorld) -> None:
    state = world.by_symbol["BTC"]
    one_side = float(state.size_text(state.open_interest_lots))
    row = ask(world, "/archive/v2/contracts")["BTC-PERP_USDT0"]
    assert row["open_interest"] == 2 * one_side


def test_a_page_of_history_holds_the_oldest_of_its_span(world: FakeWorld) -> None:
    end_s = START_NS // 10**9
    asked = {"product_id": 2, "start_time": end_s - 36_000, "end_time": end_s, "limit": 3}
    rows = ask(world, "/archive/v1", {"funding_rate_history": asked})["funding_rates"]
    first = (end_s - 36_000 + 3599) // 3600 * 3600
    assert [int(row["timestamp"]) for row in rows] == [first, first + 3600, first + 7200]


def test_a_market_by_the_thousand_and_one_that_is_dead(world: FakeWorld) -> None:
    rows = query(world, "symbols")["data"]["symbols"]
    assert rows["kPEPE-PERP"]["trading_status"] == "live"
    assert rows["ANSEM-PERP"]["trading_status"] == "not_tradable"
    assert "ANSEM-PERP_USDT0" not in ask(world, "/archive/v2/contracts")
    assert ask(world, "/archive/v2/tickers")["ANSEM-PERP_USDT0"]["last_price"] == 0.0


# --- books ----------------------------------------------------------------------------------------


def test_changes_are_chained_by_the_end_of_the_one_before(world: FakeWorld) -> None:
    client = subscribed(world, "book_depth")
    told = []
    for lots in (5, 6, 0):
        world.set_level("BTC", Side.BUY, 110_990, lots)
        told += client.step(world.step())
    assert told[0]["last_max_timestamp"] == "0", "the first follows nothing"
    assert [row["last_max_timestamp"] for row in told[1:]] == [
        row["max_timestamp"] for row in told[:-1]
    ]
    assert [row["bids"][0][1] for row in told][-1] == "0"
    assert {row["asks"] == [] for row in told} == {True}


def test_several_changes_within_the_cadence_are_one_message(world: FakeWorld) -> None:
    client = subscribed(world, "book_depth")
    world.set_level("BTC", Side.BUY, 110_990, 5)
    client.step(world.step())
    world.set_level("BTC", Side.BUY, 110_990, 6)
    assert client.step(world.step(0.02)) == []
    world.set_level("BTC", Side.SELL, 111_010, 7)
    (told,) = client.step(world.step(0.04))
    assert (len(told["bids"]), len(told["asks"])) == (1, 1)
    assert int(told["max_timestamp"]) - int(told["min_timestamp"]) == 40_000_000


def test_a_whole_book_is_at_most_a_hundred_levels_with_its_time(world: FakeWorld) -> None:
    data = query(world, "market_liquidity&product_id=2&depth=2")["data"]
    assert [int(price) // X18 for price, _ in data["bids"]] == [110_999, 110_998]
    assert data["timestamp"] == str(world.now_ns())


# --- requests -------------------------------------------------------------------------------------


def test_a_request_without_an_id_is_answered_with_zero(world: FakeWorld) -> None:
    asked = {"method": "unsubscribe", "stream": {"type": "trade"}}
    assert Client(nado, world).send(asked) == [{"result": None, "id": 0}]


def test_a_ping_tells_the_clock_of_the_venue(world: FakeWorld) -> None:
    (pong,) = Client(nado, world).send({"method": "ping", "id": 9, "client_time": "17"})
    times = {"server_time": str(START_NS // 10**6), "client_time": "17"}
    assert pong == {"result": {"method": "pong", **times}, "id": 9}


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "subscribe", "stream": {"type": "book_depth", "product_id": 999}},
        {"method": "subscribe", "stream": {"type": "book_depth"}},
        {"method": "subscribe", "stream": {"type": "weather", "product_id": 2}},
        {"method": "dance"}, [], "?",
    ],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused_as_recorded(
    world: FakeWorld, request_: Any
) -> None:
    (told,) = Client(nado, world).send(request_)
    assert (told["result"], told["id"]) == (None, 0)
    assert told["error"]


def test_the_rates_of_all_are_one_stream(world: FakeWorld) -> None:
    client = subscribed(world, "funding_rate", None)
    assert client.step(world.step(10.0)) == []
    rows = client.step(world.step(10.0))
    assert len(rows) == len([row for row in world.markets.values() if row.rate is not None])
    assert int(rows[0]["funding_rate_x18"]) == pytest.approx(0.0003 * X18)


def test_a_client_that_accepts_no_compression_is_refused_by_the_gateway(world: FakeWorld) -> None:
    target = "/gateway/v1/query?type=status"
    refused = nado.on_http(world, "GET", target, {"User-Agent": "plain"}, b"")
    assert refused.status == 403
    assert "compression" in json.loads(refused.body)["reason"]
    headers = {"User-Agent": "gzipped", "Accept-Encoding": "gzip, deflate"}
    assert ask(world, target, headers=headers)["data"] == "active"


def test_the_archive_refuses_without_a_status_and_the_engine_with_one(world: FakeWorld) -> None:
    assert set(ask(world, "/archive/v1", {"weather": {}})) == {"error", "error_code"}
    told = query(world, "weather")
    assert (told["status"], told["request_type"]) == ("failure", "query_weather")


def test_a_query_may_stand_in_a_body(world: FakeWorld) -> None:
    place = "/gateway/v1/query"
    asked = {"type": "market_liquidity", "product_id": 2, "depth": 2}
    assert ask(world, place, asked) == query(world, "market_liquidity&product_id=2&depth=2")
    refused = nado.on_http(world, "POST", place, {}, b"weather")
    assert json.loads(refused.body)["request_type"] == "query_unknown"


def test_candlesticks_are_newest_first_and_end_at_a_time(world: FakeWorld) -> None:
    asked = {"product_id": 2, "granularity": 3600, "limit": 2}
    rows = ask(world, "/archive/v1", {"candlesticks": asked})["candlesticks"]
    hour_s = world.at_ns // 10**9 // 3600 * 3600
    assert [row["timestamp"] for row in rows] == [str(hour_s), str(hour_s - 3600)]
    assert rows[0]["close_x18"] == str(111_000 * X18)
    before = ask(world, "/archive/v1", {"candlesticks": asked | {"max_time": hour_s - 1}})
    assert before["candlesticks"][0] == rows[1]


def test_the_archive_tells_the_running_rate_of_one_product_and_of_several(world: FakeWorld) -> None:
    one = ask(world, "/archive/v1", {"funding_rate": {"product_id": 2}})
    # 0.0000125 an hour.
    assert int(one["funding_rate_x18"]) == pytest.approx(0.0003 * X18)
    asked = {"funding_rates": {"product_ids": [2, 4]}}
    assert ask(world, "/archive/v1", asked)["2"] == one


def test_products_have_what_an_order_needs_and_the_interest_of_both_sides(world: FakeWorld) -> None:
    products = query(world, "all_products")["data"]
    bitcoin = next(row for row in products["perp_products"] if row["product_id"] == 2)
    contract = ask(world, "/archive/v2/contracts")["BTC-PERP_USDT0"]
    assert int(bitcoin["state"]["open_interest"]) / X18 == contract["open_interest"]
    listed = query(world, "symbols")["data"]["symbols"]["BTC-PERP"]
    assert bitcoin["book_info"]["size_increment"] == listed["size_increment"]
    assert bitcoin["book_info"]["price_increment_x18"] == listed["price_increment_x18"]


def test_the_products_of_a_subaccount_add_up_to_its_healths() -> None:
    desk = Desk(nado)
    (address,) = {account.address for account in desk.accounts()[:1]}
    subaccount = address + b"default".hex().ljust(24, "0")
    reply = desk.venue.http(
        "GET", f"/gateway/v1/query?type=subaccount_info&subaccount={subaccount}"
    )
    assert reply is not None
    told = json.loads(reply.body)["data"]
    assert any(int(row["balance"]["amount"]) for row in told["perp_balances"])
    # By product id: what stands at any other place is nothing.
    ids = [row["product_id"] for row in (*told["spot_balances"], *told["perp_balances"])]
    assert len(ids) == told["spot_count"] + told["perp_count"]
    assert len(told["health_contributions"]) == max(ids) + 1
    others = (row for at, row in enumerate(told["health_contributions"]) if at not in ids)
    assert all(row == ["0", "0", "0"] for row in others)
    for number, health in enumerate(told["healths"]):
        parts = [int(row[number]) for row in told["health_contributions"]]
        assert sum(parts) == int(health["health"])
        assert sum(part for part in parts if part > 0) == int(health["assets"])


def test_above_its_budget_there_is_an_error_1000(world: FakeWorld) -> None:
    answers = [nado.on_http(world, "GET", "/archive/v2/contracts", {}, b"") for _ in range(801)]
    assert [answer.status for answer in answers[-2:]] == [200, 429]


def test_best_levels_are_told_of_one_product_and_of_all(world: FakeWorld) -> None:
    one, every = subscribed(world, "best_bid_offer"), subscribed(world, "all_bbo", None)
    for ticks in list(world.by_symbol["ETH"].asks):
        world.set_level("ETH", Side.SELL, ticks, 0)
    step = world.step(1.0)
    (touch,), (rows,) = one.step(step), every.step(step)
    bitcoin = {"bid": touch["bid_price"], "ask": touch["ask_price"]}
    assert rows["bbos"]["2"] == bitcoin
    assert 0 < int(bitcoin["bid"]) < int(bitcoin["ask"])
    ether = world.by_symbol["ETH"].listing.market_id
    assert rows["bbos"][str(ether)]["ask"] == "0"
    recorded = recorded_shape("nado", "ws_20260928_single_frames.jsonl", "best_bid_offer")
    assert differences(recorded, shape(touch)) == []


def test_the_running_candle_is_the_newest_of_the_archive(world: FakeWorld) -> None:
    client = Client(nado, world)
    stream = {"type": "latest_candlestick", "product_id": 2, "granularity": 3600}
    client.send({"method": "subscribe", "stream": stream, "id": 7})
    (told,) = client.step(world.step(1.0))
    asked = {"candlesticks": {"product_id": 2, "granularity": 3600, "limit": 1}}
    (newest,) = ask(world, "/archive/v1", asked)["candlesticks"]
    assert told == {"type": "latest_candlestick"} | {
        name: value for name, value in newest.items() if name != "submission_idx"
    }
    refused = client.send({"method": "subscribe", "stream": stream | {"granularity": 1}, "id": 8})
    assert "error" in refused[0]


def test_prices_are_told_of_one_product_and_of_several(world: FakeWorld) -> None:
    liquidity = query(world, "market_liquidity&product_id=2&depth=1")["data"]
    touch = query(world, "market_price&product_id=2")["data"]
    assert (touch["bid_x18"], touch["ask_x18"]) == (
        liquidity["bids"][0][0],
        liquidity["asks"][0][0],
    )
    body = {"type": "market_prices", "product_ids": [2]}
    assert ask(world, "/gateway/v1/query", body)["data"] == {"market_prices": [touch]}
    price = ask(world, "/archive/v1", {"price": {"product_id": 2}})
    assert int(price["mark_price_x18"]) == pytest.approx(111_000 * 1.0001 * X18)
    assert ask(world, "/archive/v1", {"perp_prices": {"product_ids": [2]}}) == {"2": price}


def test_a_fill_has_the_balance_before_and_after_it_and_the_order_it_was_of() -> None:
    desk = Desk(nado)
    account = next(
        one for one in desk.accounts() if any(not f.position.isolated for f in one.fills)
    )
    name = f"default_{account.number}" if account.number else "default"
    subaccount = account.address + name.encode().hex().ljust(24, "0")
    asked = json.dumps({"matches": {"subaccounts": [subaccount], "limit": 5}})
    reply = desk.venue.http("POST", "/archive/v1", asked.encode())
    assert reply is not None
    told = json.loads(reply.body)
    assert [row["submission_idx"] for row in told["txs"]] == [
        row["submission_idx"] for row in told["matches"]
    ]
    for row in told["matches"]:
        before, after = (
            int(row[f"{when}_balance"]["base"]["perp"]["balance"]["amount"])
            for when in ("pre", "post")
        )
        assert after - before == int(row["base_filled"]) != 0
        assert row["order"]["sender"] == subaccount
