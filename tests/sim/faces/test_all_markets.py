"""Every market of the long tail is on the pages and streams of all markets, and wakes no book."""

import json
from typing import Any

import pytest

from cockpit.core.scenario import Scenario
from cockpit.sim import load
from cockpit.sim.server.memory import MemoryConnection, MemoryVenue
from cockpit.sim.world.world import World

START_NS = 1_795_392_000_000_000_000 + 20 * 60 * 10**9
MARKETS = 60


def venue(name: str) -> MemoryVenue:
    module = load(name)
    world = World(3, [module.PROFILE], ("BTC", "ETH"), Scenario(name="quiet"), START_NS, MARKETS)
    return MemoryVenue(world, module)


def quiet_of(subject: MemoryVenue) -> dict[str, Any]:
    """By native name."""
    return {
        native: state
        for native, state in subject.view.markets.items()
        if state.listing.symbol not in ("BTC", "ETH") and state.listing.status == "active"
    }


def ask(subject: MemoryVenue, target: str, body: Any = None) -> Any:
    method = "GET" if body is None else "POST"
    answer = subject.http(method, target, b"" if body is None else json.dumps(body).encode())
    assert answer is not None
    assert answer.status == 200
    return json.loads(answer.body)


def connect(subject: MemoryVenue, *requests: Any) -> MemoryConnection:
    module = load(subject.view.name)
    client = subject.connect(module.WS_PATHS["main"])
    for request in requests:
        client.receive(json.dumps(request))
    return client


def heard(client: MemoryConnection) -> list[Any]:
    return [json.loads(frame) for frame in client.pending()]


def test_bybits_pages_show_all_with_touch_volume_interest_and_rate() -> None:
    subject = venue("bybit")
    subject.step(4.0)
    rows = ask(subject, "/v5/market/tickers?category=linear")["result"]["list"]
    shown = {row["symbol"]: row for row in rows}
    listed = ask(subject, "/v5/market/instruments-info?category=linear&limit=1000")["result"]
    assert len(listed["list"]) >= MARKETS
    for native, state in quiet_of(subject).items():
        row = shown[native]
        assert 0 < float(row["bid1Price"]) < float(row["ask1Price"])
        assert float(row["volume24h"]) == pytest.approx(
            state.day_volume_base / state.listing.contract, abs=1e-4
        )
        assert float(row["singleOpenInterest"]) > 0
        assert float(row["fundingRate"]) == pytest.approx(state.rate, abs=1e-8)
        assert int(row["nextFundingTime"]) * 10**6 == state.next_funding_ns
    assert subject.view.awake == {}


def test_hyperliquids_contexts_cover_all_by_position() -> None:
    subject = venue("hyperliquid")
    client = connect(subject, {"method": "subscribe", "subscription": {"type": "allDexsAssetCtxs"}})
    subject.step(4.0)
    frame = [row for row in heard(client) if row["channel"] == "allDexsAssetCtxs"][-1]
    universe = ask(subject, "/info", {"type": "meta"})["universe"]
    contexts = dict(frame["data"]["ctxs"])[""]
    assert len(universe) == len(contexts)
    for row, ctx in zip(universe, contexts, strict=True):
        if (state := quiet_of(subject).get(row["name"])) is not None:
            assert float(ctx["markPx"]) == pytest.approx(state.mark)
            assert float(ctx["funding"]) == pytest.approx(state.rate, abs=1e-10)
            assert float(ctx["impactPxs"][0]) < float(ctx["impactPxs"][1])
            assert float(ctx["dayBaseVlm"]) > 0
    assert subject.view.awake == {}


def test_lighters_statistics_of_all_move_with_the_tail() -> None:
    subject = venue("lighter")
    client = connect(subject, {"type": "subscribe", "channel": "market_stats/all"})
    (first,) = [row for row in heard(client) if row["type"] == "subscribed/market_stats"]
    ids = {str(state.listing.market_id) for state in quiet_of(subject).values()}
    assert ids <= first["market_stats"].keys()
    updated: set[str] = set()
    for _ in range(40):
        subject.step(0.1)
        for row in heard(client):
            updated |= row.get("market_stats", {}).keys()
    assert ids <= updated
    assert subject.view.awake == {}


def test_dydx_tells_oracle_prices_and_trading_of_the_tail() -> None:
    subject = venue("dydx")
    client = connect(subject, {"type": "subscribe", "channel": "v4_markets", "batched": True})
    subject.step(0.1)
    (first,) = [row for row in heard(client) if row["type"] == "subscribed"]
    natives = quiet_of(subject).keys()
    assert natives <= first["contents"]["markets"].keys()
    oracles: set[str] = set()
    trading: set[str] = set()
    for _ in range(320):
        subject.step(0.1)
        for row in heard(client):
            for content in row["contents"]:
                oracles |= content.get("oraclePrices", {}).keys()
                trading |= content.get("trading", {}).keys()
    assert natives <= oracles
    assert natives <= trading
    assert subject.view.awake == {}


def test_extendeds_page_shows_all_with_touch_volume_interest_and_rate() -> None:
    subject = venue("extended")
    subject.step(4.0)
    answer = subject.http("GET", "/api/v1/info/markets", headers={"User-Agent": "test"})
    assert answer is not None
    rows = {row["name"]: row["marketStats"] for row in json.loads(answer.body)["data"]}
    for native, state in quiet_of(subject).items():
        stats = rows[native]
        assert 0 < float(stats["bidPrice"]) < float(stats["askPrice"])
        volume = state.day_volume_base / state.listing.contract
        assert float(stats["dailyVolumeBase"]) == pytest.approx(volume)
        assert float(stats["openInterestBase"]) > 0
        assert float(stats["fundingRate"]) == pytest.approx(state.rate, abs=1e-6)
        assert stats["nextFundingRate"] * 10**6 == state.next_funding_ns
    assert subject.view.awake == {}


def test_a_market_that_is_listed_later_comes_whole_and_one_that_ends_says_so() -> None:
    subject = venue("dydx")
    client = connect(subject, {"type": "subscribe", "channel": "v4_markets", "batched": True})
    before = set(subject.view.markets)
    rows: dict[str, Any] = {}
    for _ in range(16):
        subject.step(601.0)
        for message in heard(client):
            for content in message["contents"] if message["type"] == "channel_batch_data" else ():
                for native, row in content.get("trading", {}).items():
                    rows[native] = rows.get(native, {}) | row
    new = set(subject.view.markets) - before
    assert new
    assert all({"clobPairId", "stepSize", "status"} <= rows[native].keys() for native in new)
    ended = {row for row in rows if rows[row].get("status") == "FINAL_SETTLEMENT"}
    assert ended
    assert all(subject.view.markets[native].mark is None for native in ended)


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("bybit", {"op": "subscribe", "args": ["orderbook.50.SHIBUSDT"]}),
        (
            "hyperliquid",
            {"method": "subscribe", "subscription": {"type": "l2Book", "coin": "kSHIB"}},
        ),
        ("dydx", {"type": "subscribe", "channel": "v4_orderbook", "id": "SHIB-USD"}),
        ("lighter", {"type": "subscribe", "channel": "order_book/17"}),
        (
            "extended",
            {
                "method": "subscribe",
                "id": "1",
                "jsonrpc": "2.0",
                "params": {"scope": "orderbooks", "selector": {"market": "1000SHIB-USD"}},
            },
        ),
    ],
)
def test_a_subscription_keeps_a_quiet_book_alive_and_the_end_of_it_puts_it_away(
    name: str, request_: Any
) -> None:
    subject = venue(name)
    client = connect(subject, request_)
    for _ in range(30):
        subject.step(1.0)
    frames = heard(client)
    assert len(frames) > 10, "it moves"
    assert list(subject.view.awake) != []
    subject.drop(client)
    del client
    for _ in range(12):
        subject.step(1.0)
    assert subject.view.awake == {}
