"""The simulated Bybit in front of the real world, and in front of noise."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.market import Side
from cockpit.core.scenario import Scenario
from cockpit.sim.faces import bybit
from cockpit.sim.world.contract import MarketState, Outgoing
from cockpit.sim.world.truth import document
from cockpit.sim.world.world import World
from tests.sim.asking import Client, decoded, get
from tests.sim.fake_world import START_NS, FakeWorld

Ladder = dict[Decimal, Decimal]


def truth(state: MarketState, side: Side, depth: int) -> Ladder:
    price, size = state.listing.price_decimals, state.listing.size_decimals
    rows = state.ladder(side, depth)
    return {Decimal(t).scaleb(-price): Decimal(n).scaleb(-size) for t, n in rows}


def applied(book: dict[str, Ladder], frame: Any) -> None:
    """What a client does with a book frame; a deletion must name a level that it has."""
    for side in ("b", "a"):
        if frame["type"] == "snapshot":
            book[side] = {}
        for price, size in frame["data"][side]:
            if size == "0":
                del book[side][Decimal(price)]
            else:
                book[side][Decimal(price)] = Decimal(size)


@pytest.mark.parametrize("depth", [50, 200])
def test_a_client_that_applies_every_delta_holds_the_exchanges_own_book(depth: int) -> None:
    world = World(3, [bybit.PROFILE], ("BTC", "PEPE"), Scenario(name="calm"), START_NS)
    venue = world.venues["bybit"]
    face = bybit.Face(venue, "/v5/public/linear")
    natives = ("BTCUSDT", "1000PEPEUSDT")
    topics = [f"orderbook.{depth}.{native}" for native in natives]
    books: dict[str, dict[str, Ladder]] = {native: {} for native in natives}
    updates: dict[str, int] = {}

    def follow(frames: list[Outgoing]) -> None:
        for frame in decoded(frames):
            if "topic" not in frame:
                continue
            native, update = frame["data"]["s"], frame["data"]["u"]
            if frame["type"] == "delta":
                assert update == updates[native] + 1
            updates[native] = update
            applied(books[native], frame)

    follow(face.on_frame(json.dumps({"op": "subscribe", "args": topics})))
    first = dict(updates)
    for _ in range(300):
        follow(face.on_step(world.step(0.1)["bybit"]))
    follow(face.on_step(world.flush()["bybit"]))
    for native in natives:
        state = venue.markets[native]
        assert updates[native] > first[native]
        assert books[native]["b"] == truth(state, Side.BUY, depth)
        assert books[native]["a"] == truth(state, Side.SELL, depth)


def test_tickers_say_what_the_exchange_itself_says() -> None:
    symbols = ("BTC", "HYPE", "TIA", "PEPE")
    world = World(5, [bybit.PROFILE], symbols, Scenario(name="calm"), START_NS)
    for _ in range(50):
        world.step(0.1)
    reply = bybit.on_http(
        world.venues["bybit"], "GET", "/v5/market/tickers?category=linear", {}, b""
    )
    rows = {row["symbol"]: row for row in json.loads(reply.body)["result"]["list"]}
    for market in document(world)["markets"]:
        per = 1000 if market["symbol"] == "PEPE" else 1
        row = rows[f"{per}PEPEUSDT" if per > 1 else f"{market['symbol']}USDT"]
        assert float(row["markPrice"]) / per == pytest.approx(market["mark"], rel=1e-12)
        assert float(row["indexPrice"]) / per == pytest.approx(market["index"], rel=1e-12)
        single = float(row["singleOpenInterest"]) * per
        assert single == pytest.approx(market["open_interest_base"])
        hourly = float(row["fundingRate"]) / int(row["fundingIntervalHour"])
        assert hourly == pytest.approx(market["funding_rate_hourly"], abs=1e-9)
        assert int(row["nextFundingTime"]) * 10**6 == market["next_funding_ns"]


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
TOPICS = st.sampled_from(["orderbook", "50", "tickers", "BTCUSDT", "kline", "D", "", "x"])
REQUESTS = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["subscribe", "unsubscribe", "ping", "auth"]) | JSON,
        "args": st.lists(st.lists(TOPICS, max_size=4).map(".".join), max_size=3) | JSON,
    },
    optional={"req_id": JSON},
)


@given(REQUESTS | JSON)
def test_no_frame_breaks_the_socket(message: Any) -> None:
    client = Client(bybit, FakeWorld(bybit.PROFILE))
    for answer in client.send(message):
        assert "topic" in answer or isinstance(answer["success"], bool)


@given(
    st.sampled_from(["tickers", "orderbook", "funding/history", "risk-limit", "open-interest"]),
    st.dictionaries(
        st.sampled_from(["symbol", "category", "limit", "cursor", "startTime", "endTime"]),
        st.sampled_from(["BTCUSDT", "linear", "0", "-1", "²", "9" * 30, "%00", "spot", "%FF"]),
    ),
)
def test_no_query_breaks_the_server(path: str, query: dict[str, str]) -> None:
    text = "&".join(f"{key}={value}" for key, value in query.items())
    reply = get(bybit, FakeWorld(bybit.PROFILE), f"/v5/market/{path}?{text}")
    assert reply.status == 200
    assert "retCode" in json.loads(reply.body)
