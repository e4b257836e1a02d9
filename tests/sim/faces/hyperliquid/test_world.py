"""The simulated Hyperliquid in front of the real world, and in front of noise."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.market import Side
from cockpit.core.scenario import Scenario
from cockpit.sim.faces import hyperliquid
from cockpit.sim.world import truth
from cockpit.sim.world.world import World
from tests.sim.asking import Client, decoded
from tests.sim.fake_world import START_NS, FakeWorld

SYMBOLS = ("BTC", "ETH", "SOL", "PEPE")


def test_after_a_flush_the_last_books_are_the_exchanges_own_twenty_levels() -> None:
    world = World(5, [hyperliquid.PROFILE], SYMBOLS, Scenario(name="calm"), START_NS)
    venue = world.venues["hyperliquid"]
    face = hyperliquid.Face(venue, "/ws")
    last: dict[str, Any] = {}
    for coin in ("BTC", "kPEPE"):
        asked = {"type": "l2Book", "coin": coin}
        frames = face.on_frame(json.dumps({"method": "subscribe", "subscription": asked}))
        last[coin] = decoded(frames)[1]["data"]
    steps = [world.step(0.1)["hyperliquid"] for _ in range(100)]
    for step in [*steps, world.flush()["hyperliquid"]]:
        for frame in decoded(face.on_step(step)):
            book = frame["data"]
            assert book["time"] >= last[book["coin"]]["time"]
            last[book["coin"]] = book
    for coin, book in last.items():
        state = venue.markets[coin]
        price, size = state.listing.price_decimals, state.listing.size_decimals
        for side, shown in zip((Side.BUY, Side.SELL), book["levels"], strict=True):
            assert [(Decimal(row["px"]), Decimal(row["sz"])) for row in shown] == [
                (Decimal(ticks).scaleb(-price), Decimal(lots).scaleb(-size))
                for ticks, lots in state.ladder(side, 20)
            ]


def test_contexts_say_what_the_exchange_itself_says() -> None:
    world = World(5, [hyperliquid.PROFILE], SYMBOLS, Scenario(name="calm"), START_NS)
    for _ in range(50):
        world.step(0.1)
    body = b'{"type":"metaAndAssetCtxs"}'
    reply = hyperliquid.on_http(world.venues["hyperliquid"], "POST", "/info", {}, body)
    meta, ctxs = json.loads(reply.body)
    rows = {row["name"]: ctx for row, ctx in zip(meta["universe"], ctxs, strict=True)}
    for market in truth.document(world)["markets"]:
        per = 1000 if market["symbol"] == "PEPE" else 1
        ctx = rows[f"k{market['symbol']}" if per > 1 else market["symbol"]]
        assert float(ctx["markPx"]) / per == pytest.approx(market["mark"], rel=1e-12)
        assert float(ctx["oraclePx"]) / per == pytest.approx(market["index"], rel=1e-12)
        assert float(ctx["openInterest"]) * per == pytest.approx(market["open_interest_base"])
        assert float(ctx["funding"]) == pytest.approx(market["funding_rate_hourly"], abs=1e-10)


def test_the_universe_keeps_its_dead_market_in_the_middle_whatever_the_world_lists() -> None:
    world = World(5, [hyperliquid.PROFILE], SYMBOLS, Scenario(name="calm"), START_NS)
    reply = hyperliquid.on_http(
        world.venues["hyperliquid"], "POST", "/info", {}, b'{"type":"meta"}'
    )
    names = [row["name"] for row in json.loads(reply.body)["universe"]]
    assert names == ["BTC", "ETH", "SOL", "MATIC", "kPEPE"]


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
VALUES = JSON | st.sampled_from(["BTC", "kPEPE", "xyz:XYZ100", "@1", "1m", "xyz", 0, 10**30])
FIELDS = st.dictionaries(
    st.sampled_from(
        ["coin", "dex", "interval", "nSigFigs", "mantissa", "fast", "startTime", "endTime", "req"]
    ),
    VALUES,
)
KINDS = st.sampled_from(
    (
        "l2Book",
        "allMids",
        "trades",
        "activeAssetCtx",
        "meta",
        "metaAndAssetCtxs",
        "recentTrades",
        "fundingHistory",
        "predictedFundings",
        "assetCtxs",
        "userFills",
    )
)
TYPED = st.builds(lambda kind, fields: {**fields, "type": kind}, KINDS, FIELDS)


@given(TYPED | JSON, st.sampled_from(["subscribe", "unsubscribe", "post"]))
def test_no_frame_breaks_the_socket(asked: Any, method: str) -> None:
    client = Client(hyperliquid, FakeWorld(hyperliquid.PROFILE))
    message = {"method": method, "subscription": asked, "id": 1}
    assert all("channel" in answer for answer in client.send(message))


@given(TYPED | JSON)
def test_no_body_breaks_the_server(request: Any) -> None:
    world = FakeWorld(hyperliquid.PROFILE)
    body = json.dumps(request).encode()
    assert hyperliquid.on_http(world, "POST", "/info", {}, body).status in (200, 400, 422)
