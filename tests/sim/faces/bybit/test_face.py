"""What the simulated Bybit answers over HTTP.

Figures: https://bybit-exchange.github.io/docs/v5/market, .../v5/rate-limit, .../v5/error.
"""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, NS_PER_MS
from cockpit.sim.faces import bybit
from cockpit.sim.world.contract import Asset
from tests.sim.asking import get
from tests.sim.fake_world import ASSETS, FakeWorld

HOUR_MS = 3_600_000
HOURLY = Asset("TIA", 0.613, 1.25, 21e6, 0.11e6)


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(bybit.PROFILE, (*ASSETS, HOURLY))


def envelope(world: FakeWorld, path: str, **query: Any) -> Any:
    text = "&".join(f"{key}={value}" for key, value in {"category": "linear", **query}.items())
    reply = get(bybit, world, f"/v5/market/{path}?{text}")
    assert reply.status == 200
    return json.loads(reply.body)


def ask(world: FakeWorld, path: str, **query: Any) -> Any:
    answer = envelope(world, path, **query)
    assert (answer["retCode"], answer["retMsg"]) == (0, "OK")
    return answer["result"]


def instruments(world: FakeWorld, **query: Any) -> dict[str, Any]:
    return {row["symbol"]: row for row in ask(world, "instruments-info", **query)["list"]}


def test_only_trading_symbols_are_listed_unless_a_status_is_asked_for(world: FakeWorld) -> None:
    assert {row["status"] for row in instruments(world).values()} == {"Trading"}
    assert list(instruments(world, status="PreLaunch")) == ["BIOUSDT"]
    assert list(instruments(world, status="Closed")) == ["MATICUSDT"]


def test_a_symbol_is_described_whatever_its_status(world: FakeWorld) -> None:
    closed = instruments(world, symbol="MATICUSDT")["MATICUSDT"]
    assert closed["status"] == "Closed"
    assert int(closed["deliveryTime"]) < world.now_ns() // NS_PER_MS


def test_the_funding_interval_is_in_minutes_and_differs_by_symbol(world: FakeWorld) -> None:
    rows = instruments(world)
    minutes = {symbol: rows[f"{symbol}USDT"]["fundingInterval"] for symbol in ("BTC", "TIA")}
    assert minutes == {"BTC": 480, "TIA": 60}
    assert rows["HYPEUSDT"]["fundingInterval"] == 240


def test_candles_are_newest_first_and_a_mark_has_no_volume(world: FakeWorld) -> None:
    rows = ask(world, "kline", symbol="BTCUSDT", interval="60", limit=3)["list"]
    hour_ms = world.now_ns() // NS_PER_MS // HOUR_MS * HOUR_MS
    assert [int(row[0]) for row in rows] == [hour_ms - n * HOUR_MS for n in range(3)]
    assert rows[0][4] == "111000.00"
    forward = ask(world, "kline", symbol="BTCUSDT", interval="60", start=rows[2][0], limit=2)
    assert forward["list"] == rows[1:]
    marks = ask(world, "mark-price-kline", symbol="BTCUSDT", interval="60", limit=3)["list"]
    assert marks == [row[:5] for row in rows]
    assert envelope(world, "kline", symbol="BTCUSDT", interval="7")["retCode"] == 10001
    assert ask(world, "kline", symbol="BIOUSDT", interval="60")["list"] == []


def test_premiums_step_from_payment_to_payment(world: FakeWorld) -> None:
    state = world.by_symbol["BTC"]
    hour_ns = world.at_ns // HOUR_NS * HOUR_NS
    state.settled = [(hour_ns - 3 * HOUR_NS, 1e-4, 2e-4, 111_000.0),
                     (hour_ns - HOUR_NS, 1e-4, -5e-4, 111_000.0)]  # fmt: skip
    told = ask(world, "premium-index-price-kline", symbol="BTCUSDT", interval="60", limit=3)
    assert [row[1:] for row in told["list"]] == [
        ["-0.0005", "-0.0005", "-0.0005", "-0.0005"],
        ["-0.0005", "-0.0005", "-0.0005", "-0.0005"],
        ["0.0002", "0.0002", "-0.0005", "-0.0005"],
    ]
    wrong = envelope(world, "premium-index-price-kline", symbol="BTCUSDT", interval="7")
    assert wrong["retCode"] == 10001
    assert ask(world, "delivery-price")["list"] == []


def test_the_usdc_perpetual_and_the_dated_future_have_names_of_their_own(
    world: FakeWorld,
) -> None:
    rows = instruments(world, baseCoin="BTC")
    assert set(rows) == {"BTCUSDT", "BTCPERP", "BTC-27MAR27"}
    assert rows["BTCPERP"]["settleCoin"] == "USDC"
    assert rows["BTCPERP"]["contractType"] == "LinearPerpetual"
    assert rows["BTC-27MAR27"]["contractType"] == "LinearFutures"
    assert rows["BTC-27MAR27"]["deliveryTime"] == "1806134400000"
    assert rows["BTC-27MAR27"]["fundingInterval"] == 0


def test_pepe_trades_a_thousand_at_a_time(world: FakeWorld) -> None:
    row = instruments(world)["1000PEPEUSDT"]
    assert row["baseCoin"] == "1000PEPE"
    assert row["priceFilter"]["tickSize"] == "0.0000001"
    assert world.by_symbol["PEPE"].listing.contract == 1000


def test_a_price_has_the_digits_of_its_scale_also_where_the_tick_needs_fewer(
    world: FakeWorld,
) -> None:
    row = instruments(world)["BTCUSDT"]
    assert (row["priceScale"], row["priceFilter"]["tickSize"]) == ("2", "0.10")
    assert ask(world, "orderbook", symbol="BTCUSDT", limit=1)["b"] == [["110999.90", "0.101"]]


def test_a_pre_listing_has_phases_and_neither_book_nor_price(world: FakeWorld) -> None:
    row = instruments(world, symbol="BIOUSDT")["BIOUSDT"]
    assert row["isPreListing"] is True
    assert row["preListingInfo"]["phases"][-1]["phase"] == "ContinuousTrading"
    ticker = ask(world, "tickers", symbol="BIOUSDT")["list"][0]
    assert (ticker["lastPrice"], ticker["fundingRate"], ticker["bid1Price"]) == ("", "", "")
    assert envelope(world, "orderbook", symbol="BIOUSDT")["retCode"] == 10001


def test_pages_join_by_cursor_without_loss_and_end_with_an_empty_one(world: FakeWorld) -> None:
    seen: list[str] = []
    cursor = ""
    for _ in range(10):
        page = ask(world, "instruments-info", limit=4, cursor=cursor)
        seen += [row["symbol"] for row in page["list"]]
        cursor = page["nextPageCursor"]
        if not cursor:
            break
    assert seen == list(instruments(world))
    assert len(seen) == len(set(seen)) == 9


@pytest.mark.parametrize("category", ["spot", "inverse", "option"])
@pytest.mark.parametrize("path", ["instruments-info", "tickers"])
def test_other_categories_are_empty_lists(world: FakeWorld, category: str, path: str) -> None:
    result = ask(world, path, category=category)
    assert (result["category"], result["list"]) == (category, [])


def test_open_interest_counts_both_sides_and_the_single_field_one(world: FakeWorld) -> None:
    world.change("BTC", lambda state: setattr(state, "open_interest_lots", 52_774_528))
    world.change("BTC", lambda state: setattr(state, "mark", 28_552.8))
    ticker = ask(world, "tickers", symbol="BTCUSDT")["list"][0]
    assert (ticker["openInterest"], ticker["singleOpenInterest"]) == ("105549.056", "52774.528")
    assert float(ticker["openInterestValue"]) == pytest.approx(105_549.056 * 28_552.8)
    assert float(ticker["singleOpenInterestValue"]) == pytest.approx(52_774.528 * 28_552.8)
    history = ask(world, "open-interest", symbol="BTCUSDT", intervalTime="1h", limit=3)["list"]
    assert history[0]["openInterest"] == "105549.056"


def test_one_call_brings_every_ticker_with_its_rate_and_interval(world: FakeWorld) -> None:
    world.change("ETH", lambda state: setattr(state, "rate", -0.00010212))
    rows = {row["symbol"]: row for row in ask(world, "tickers")["list"]}
    assert rows["ETHUSDT"]["fundingRate"] == "-0.00010212"
    assert rows["ETHUSDT"]["fundingIntervalHour"] == "8"
    assert int(rows["ETHUSDT"]["nextFundingTime"]) % (8 * HOUR_MS) == 0
    assert rows["BTC-27MAR27"]["fundingRate"] == ""
    assert rows["BTC-27MAR27"]["nextFundingTime"] == "0"
    assert "MATICUSDT" not in rows


def test_history_is_newest_first_and_pages_backwards_from_the_oldest(world: FakeWorld) -> None:
    first = ask(world, "funding/history", symbol="TIAUSDT")["list"]
    oldest_ms = int(first[-1]["fundingRateTimestamp"])
    second = ask(world, "funding/history", symbol="TIAUSDT", endTime=oldest_ms - 1)["list"]
    stamps = [int(row["fundingRateTimestamp"]) for row in first + second]
    assert len(first) == 200
    assert stamps == [stamps[0] - n * HOUR_MS for n in range(400)]


def test_a_history_between_two_times_is_inclusive(world: FakeWorld) -> None:
    rows = ask(world, "funding/history", symbol="BTCUSDT")["list"]
    begin, end = rows[5]["fundingRateTimestamp"], rows[2]["fundingRateTimestamp"]
    asked = ask(world, "funding/history", symbol="BTCUSDT", startTime=begin, endTime=end)["list"]
    assert asked == rows[2:6]


def test_a_start_time_alone_is_an_error(world: FakeWorld) -> None:
    answer = envelope(world, "funding/history", symbol="BTCUSDT", startTime=1)
    assert (answer["retCode"], answer["result"]) == (10001, {})


def test_a_closed_symbol_has_no_ticker(world: FakeWorld) -> None:
    assert envelope(world, "tickers", symbol="MATICUSDT")["retCode"] == 10001


def test_the_book_is_as_deep_as_asked_and_twenty_five_by_default(world: FakeWorld) -> None:
    book = ask(world, "orderbook", symbol="ETHUSDT")
    assert (len(book["b"]), len(book["a"])) == (25, 25)
    assert book["cts"] <= book["ts"]
    assert len(ask(world, "orderbook", symbol="ETHUSDT", limit=3)["b"]) == 3


def test_margins_of_a_tier_are_fractions_that_match_its_leverage(world: FakeWorld) -> None:
    tiers = ask(world, "risk-limit", symbol="BTCUSDT")["list"]
    for tier in tiers:
        assert float(tier["initialMargin"]) * float(tier["maxLeverage"]) == pytest.approx(1)
    # 2 million x (1 % - 0.5 %): what keeps maintenance continuous at the border.
    assert tiers[1]["mmDeduction"] == "10000.00"


def test_risk_limits_come_fifteen_symbols_a_page(world: FakeWorld) -> None:
    coins = tuple(Asset(f"C{n:02d}", 10.0, 1.0, 30e6, 1e5) for n in range(20))
    many = FakeWorld(bybit.PROFILE, coins)
    page = ask(many, "risk-limit")
    assert len({row["symbol"] for row in page["list"]}) == 15
    rest = ask(many, "risk-limit", cursor=page["nextPageCursor"])
    assert len({row["symbol"] for row in rest["list"]}) == 6


def test_open_interest_pages_by_cursor_to_the_beginning_of_history(world: FakeWorld) -> None:
    stamps: list[int] = []
    cursor = ""
    while True:
        query = {"symbol": "BTCUSDT", "intervalTime": "4h", "limit": 100, "cursor": cursor}
        page = ask(world, "open-interest", **query)
        stamps += [int(row["timestamp"]) for row in page["list"]]
        if not (cursor := page["nextPageCursor"]):
            break
    assert stamps == sorted(set(stamps), reverse=True)
    assert len(stamps) > 100


def test_recent_trades_are_newest_first_with_the_takers_side(world: FakeWorld) -> None:
    world.trade("BTC", Side.BUY, 1_110_001, 4)
    world.trade("BTC", Side.SELL, 1_109_999, 7)
    rows = ask(world, "recent-trade", symbol="BTCUSDT")["list"]
    assert [(row["side"], row["price"]) for row in rows] == [
        ("Sell", "110999.90"),
        ("Buy", "111000.10"),
    ]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("tickers", {"category": "nope"}),
        ("tickers", {"symbol": "NOPE"}),
        ("orderbook", {}),
        ("open-interest", {"symbol": "BTCUSDT"}),
        ("instruments-info", {"limit": "many"}),
    ],
)
def test_a_wrong_parameter_is_an_error_code_under_http_200(
    world: FakeWorld, path: str, query: dict[str, Any]
) -> None:
    answer = envelope(world, path, **query)
    assert answer["retCode"] == 10001
    assert answer["retMsg"] not in ("", "OK")


def test_the_time_is_given_three_times(world: FakeWorld) -> None:
    answer = envelope(world, "time")
    assert answer["time"] == world.now_ns() // NS_PER_MS
    assert answer["result"]["timeNano"] == str(world.now_ns())


def test_other_paths_and_methods_do_not_exist(world: FakeWorld) -> None:
    assert get(bybit, world, "/v5/nope").status == 404
    assert bybit.on_http(world, "POST", "/v5/market/time", {}, b"").status == 405


def test_more_than_600_requests_in_five_seconds_are_refused(world: FakeWorld) -> None:
    statuses = [get(bybit, world, "/v5/market/time").status for _ in range(601)]
    assert statuses == [200] * 600 + [403]
    assert get(bybit, world, "/v5/market/time", agent="another client").status == 200
    world.step(5.0)
    assert get(bybit, world, "/v5/market/time").status == 200
