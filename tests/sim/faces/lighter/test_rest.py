"""Lighter over HTTP: listings, funding in three units, orders, blocks, errors and limits."""

import pytest

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS
from cockpit.sim.faces import lighter
from cockpit.sim.world.contract import Asset
from tests.sim.faces.lighter.client import ask, get
from tests.sim.fake_world import START_NS, FakeWorld

ALL_TIME = "start_timestamp=0&end_timestamp=2000000000"


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(lighter.PROFILE)


@pytest.mark.parametrize(
    ("symbol", "price", "native", "market_id", "price_decimals", "size_decimals"),
    [
        # Ids and decimals of the venue's own rows of October 2025.
        ("ETH", 4_332.63, "ETH", 0, 2, 4),
        ("BTC", 121_043.7, "BTC", 1, 1, 5),
        ("SOL", 218.351, "SOL", 2, 3, 3),
        ("PEPE", 0.00000915, "1000PEPE", 4, 6, 0),
        ("HYPE", 43.603, "HYPE", 24, 4, 2),
    ],
)
def test_listings_are_those_of_the_venue(
    symbol: str, price: float, native: str, market_id: int, price_decimals: int, size_decimals: int
) -> None:
    world = FakeWorld(lighter.PROFILE, (Asset(symbol, price, 0.5, 3e8, 1e6),))
    row = get(world, f"orderBookDetails?market_id={market_id}")["order_book_details"][0]
    assert (row["symbol"], row["market_id"]) == (native, market_id)
    assert (row["price_decimals"], row["size_decimals"]) == (price_decimals, size_decimals)
    minimum = float(row["min_base_amount"]) * price * (1000 if native != symbol else 1)
    assert 10.0 <= minimum <= 30.0


def test_margins_are_in_ten_thousandths(world: FakeWorld) -> None:
    row = get(world, "orderBookDetails?market_id=0")["order_book_details"][0]
    assert row["min_initial_margin_fraction"] == 200  # 2 percent, 50 times
    assert row["maintenance_margin_fraction"] == 120
    assert row["closeout_margin_fraction"] == 80
    assert row["default_initial_margin_fraction"] == 500


def test_rest_open_interest_is_base_units(world: FakeWorld) -> None:
    world.by_symbol["ETH"].open_interest_lots = 395_593_278
    row = get(world, "orderBookDetails?market_id=0")["order_book_details"][0]
    assert row["open_interest"] == 39_559.3278


def test_candles_ascend_in_milliseconds_and_the_last_is_running(world: FakeWorld) -> None:
    asked = f"candles?market_id=1&resolution=1h&{ALL_TIME}"
    page = get(world, f"{asked}&count_back=2")
    hour_ms = START_NS // HOUR_NS * 3_600_000
    assert [row["t"] for row in page["c"]] == [hour_ms - 3_600_000, hour_ms]
    assert page["c"][-1]["c"] == 111_000.0
    assert len(get(world, asked)["c"]) == 500
    assert get(world, f"candles?market_id=28&resolution=1h&{ALL_TIME}&count_back=2")["c"] is None
    assert (
        ask(world, f"/api/v1/candles?market_id=1&resolution=7h&{ALL_TIME}&count_back=2")[0] == 400
    )


def test_the_venue_adds_up_its_markets(world: FakeWorld) -> None:
    stats = get(world, "exchangeStats")
    each = {row["symbol"]: row["daily_trades_count"] for row in stats["order_book_stats"]}
    assert stats["total"] == len(world.markets)
    assert each["BTC"] == 4_321
    assert stats["daily_trades_count"] == sum(each.values())


def test_trades_by_time_are_the_recent_ones(world: FakeWorld) -> None:
    world.trade("BTC", Side.BUY, 1_110_001, 5)
    by_time = get(world, "trades?market_id=1&sort_by=timestamp&limit=1")
    assert by_time == get(world, "recentTrades?market_id=1&limit=1")
    assert len(by_time["trades"]) == 1


def test_the_settlement_layer_is_well(world: FakeWorld) -> None:
    layer = get(world, "layer1BasicInfo")
    assert layer["l1_providers_health"] is True
    assert layer["latest_l1_generic_block"] == layer["l1_providers"][0]["latestBlockNumber"]


def test_inactive_markets_are_listed_as_such(world: FakeWorld) -> None:
    rows = {row["market_id"]: row for row in get(world, "orderBooks")["order_books"]}
    assert (rows[28]["symbol"], rows[28]["status"]) == ("MKR", "inactive")
    assert rows[0]["status"] == "active"


def test_the_filter_leaves_perps_out_when_spot_is_asked_for(world: FakeWorld) -> None:
    body = get(world, "orderBookDetails?filter=spot")
    assert body["order_book_details"] == body["spot_order_book_details"] == []


def test_resting_orders_add_up_to_their_levels(world: FakeWorld) -> None:
    body = get(world, "orderBookOrders?market_id=1&limit=20")
    assert body["total_bids"] == len(body["bids"]) == 20
    sums: dict[str, float] = {}
    for row in body["bids"][:-1]:
        sums[row["price"]] = sums.get(row["price"], 0.0) + float(row["remaining_base_amount"])
    state = world.by_symbol["BTC"]
    for ticks, lots in state.ladder(Side.BUY, len(sums) - 1):
        assert sums[state.price_text(ticks)] == pytest.approx(float(state.size_text(lots)))


def test_settled_funding_is_percent_without_a_sign(world: FakeWorld) -> None:
    state = world.by_symbol["ETH"]
    state.settled[-2:] = [
        (START_NS // HOUR_NS * HOUR_NS - HOUR_NS, 0.000012, 0.0, 2_256.56),
        (START_NS // HOUR_NS * HOUR_NS, -0.000002, 0.0, 2_263.89),
    ]
    rows = get(world, f"fundings?market_id=0&resolution=1h&{ALL_TIME}&count_back=2")["fundings"]
    assert rows == [
        {"timestamp": 1_759_993_200, "value": "0.02707872", "rate": "0.0012", "direction": "long"},
        {"timestamp": 1_759_996_800, "value": "0.00452778", "rate": "0.0002", "direction": "short"},
    ]


def test_funding_obeys_its_window_in_seconds_and_in_milliseconds(world: FakeWorld) -> None:
    start, end = 1_759_996_800 - 3 * 3600, 1_759_996_800 - 3600
    path = "fundings?market_id=0&resolution=1h"
    seconds = get(world, f"{path}&start_timestamp={start}&end_timestamp={end}")
    millis = get(world, f"{path}&start_timestamp={start}000&end_timestamp={end}000")
    assert seconds == millis
    assert [row["timestamp"] for row in seconds["fundings"]] == [start, start + 3600, end]


def test_thirty_days_of_funding_fit_one_reply(world: FakeWorld) -> None:
    body = get(world, f"fundings?market_id=0&resolution=1h&{ALL_TIME}")
    assert len(body["fundings"]) == 720


def test_rates_of_this_venue_and_another_are_fractions_per_eight_hours(world: FakeWorld) -> None:
    world.by_symbol["ETH"].rate = 0.0000125
    rows = get(world, "funding-rates")["funding_rates"]
    eth = {row["exchange"]: row["rate"] for row in rows if row["market_id"] == 0}
    assert eth["lighter"] == pytest.approx(0.000096)  # 0.0012 percent an hour, times 8
    assert eth.keys() == {"lighter", "binance"}
    assert not any(row["market_id"] == 28 for row in rows)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("account?by=index&value=5", 21100),
        ("accountsByL1Address?l1_address=0x0", 21103),
        ("positionFunding?account_index=5&limit=10", 20001),
        ("orderBookOrders?market_id=1&limit=251", 20001),
        ("orderBookOrders?limit=10", 20001),
        ("recentTrades?market_id=9999&limit=10", 20001),
    ],
)
def test_an_error_is_a_code_and_a_message(world: FakeWorld, target: str, code: int) -> None:
    status, body = ask(world, f"/api/v1/{target}")
    assert status == 400
    assert body.keys() == {"code", "message"}
    assert body["code"] == code


def test_other_paths_are_not_found(world: FakeWorld) -> None:
    assert ask(world, "/api/v1/nothing")[0] == 404
    assert ask(world, "/orderBooks")[0] == 404


def test_the_budget_of_a_client_ends_with_429_and_begins_again(world: FakeWorld) -> None:
    statuses = [ask(world, "/")[0] for _ in range(601)]
    assert statuses == [200] * 600 + [429]
    assert ask(world, "/")[1] == {"code": 23000, "message": "Too Many Requests!"}
    world.step(60.0)
    assert ask(world, "/")[0] == 200
