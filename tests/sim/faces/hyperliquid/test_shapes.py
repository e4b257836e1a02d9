"""Everything the simulated Hyperliquid says has the keys and types of a recording of its kind."""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.sim.faces import hyperliquid
from tests.sim.asking import Client, differences, shape
from tests.sim.fake_world import FakeWorld
from tests.support import capture_lines, capture_text

NOBODY = "0x" + "0" * 40
HOURS_OF_PEPE = {"coin": "kPEPE", "interval": "1h", "startTime": 1_759_900_000_000}
META_SINCE = frozenset({"marginTables", "collateralToken", "marginTableId", "isDelisted"})


@pytest.fixture
def world() -> FakeWorld:
    world = FakeWorld(hyperliquid.PROFILE)
    world.trade("BTC", Side.BUY, 111_001, 5)
    world.step()
    return world


def recorded(name: str) -> Any:
    return json.loads(capture_text(f"hyperliquid/{name}"))


def answer_of(name: str, kind: str) -> Any:
    """The reply to one request type in a recording of request and reply pairs."""
    return next(
        pair["response"] for pair in recorded(name) if pair["request"]["body"]["type"] == kind
    )


def ask(world: FakeWorld, **request: Any) -> Any:
    reply = hyperliquid.on_http(world, "POST", "/info", {}, json.dumps(request).encode())
    return json.loads(reply.body)


def first(world: FakeWorld, **subscription: Any) -> Any:
    client = Client(hyperliquid, world)
    return client.send({"method": "subscribe", "subscription": subscription})[-1]


@pytest.mark.parametrize(
    ("name", "subscription"),
    [
        ("ws_active_asset_ctx_sol.json", {"type": "activeAssetCtx", "coin": "SOL"}),
        ("ws_bbo_sol.json", {"type": "bbo", "coin": "SOL"}),
        ("ws_l2book_btc_single.json", {"type": "l2Book", "coin": "BTC"}),
        ("ws_all_dexs_asset_ctxs.json", {"type": "allDexsAssetCtxs"}),
        ("ws_user_fundings_snapshot.json", {"type": "userFundings", "user": NOBODY}),
    ],
)
def test_a_first_frame_looks_like_the_recorded_one(
    world: FakeWorld, name: str, subscription: dict[str, Any]
) -> None:
    assert differences(shape(recorded(name)), shape(first(world, **subscription))) == []


def test_mids_look_like_the_recorded_ones(world: FakeWorld) -> None:
    frame, kept = first(world, type="allMids"), recorded("ws_all_mids.json")
    assert set(frame) == set(kept)
    assert set(frame["data"]) == set(kept["data"])
    assert all(isinstance(mid, str) for mid in frame["data"]["mids"].values())


def test_a_recorded_session_of_books_and_trades_has_our_shapes(world: FakeWorld) -> None:
    shown = {
        "l2Book": shape(first(world, type="l2Book", coin="BTC")),
        "trades": shape(first(world, type="trades", coin="BTC")),
    }
    lines = capture_lines("hyperliquid/ws_l2book_trades_btc_20250126.jsonl")
    for line in lines:
        assert differences(shape(line["msg"]), shown[line["msg"]["channel"]]) == []


def test_acks_pongs_and_errors_look_like_the_recorded_ones(world: FakeWorld) -> None:
    client = Client(hyperliquid, world)
    ack = client.send({"method": "subscribe", "subscription": {"type": "bbo", "coin": "SOL"}})[0]
    assert ack == recorded("ws_subscription_response.json")
    assert client.send({"method": "ping"})[0] == recorded("ws_pong.json")
    bad = '{"method":"subscribe","xsubscription":{"type":"bbo","coin":"SOL"}}'
    assert client.send(bad)[0] == recorded("ws_error_bad_request.json")


@pytest.mark.parametrize(
    ("name", "request_", "since"),
    [
        ("doc_meta_and_asset_ctxs_hip3.json", {"type": "metaAndAssetCtxs", "dex": "xyz"},
         frozenset()),
        ("rest_clearinghouse_state_2026.json", {"type": "clearinghouseState", "user": NOBODY},
         frozenset()),
    ],
)  # fmt: skip
def test_a_reply_looks_like_the_recorded_one(
    world: FakeWorld, name: str, request_: dict[str, Any], since: frozenset[str]
) -> None:
    kept = recorded(name)
    if request_["type"] == "clearinghouseState":
        kept = kept[0]
    assert differences(shape(kept), shape(ask(world, **request_)), since) == []


def test_metadata_and_contexts_look_like_the_documented_ones(world: FakeWorld) -> None:
    kept, shown = recorded("doc_meta_and_asset_ctxs.json"), ask(world, type="metaAndAssetCtxs")
    kept[0]["universe"] = [row for row in kept[0]["universe"] if "onlyIsolated" not in row]
    assert differences(shape(kept[0]), shape(shown[0]), META_SINCE) == []
    assert differences(shape(kept[1]), shape(shown[1]), frozenset({"dayBaseVlm"})) == []


def test_dexs_look_like_the_recorded_ones(world: FakeWorld) -> None:
    kept = shape(recorded("rest_perp_dexs_testnet.json")[1:])
    assert differences(kept, shape(ask(world, type="perpDexs")[1:])) == []


def test_predictions_look_like_the_documented_ones(world: FakeWorld) -> None:
    kept = recorded("doc_predicted_fundings.json")[0]
    shown = ask(world, type="predictedFundings")[0]
    assert isinstance(shown[0], str)
    assert {venue for venue, _ in shown[1]} == {venue for venue, _ in kept[1]}
    since = frozenset({"fundingIntervalHours"})
    for venue, rate in kept[1]:
        assert differences(shape(rate), shape(dict(shown[1])[venue]), since) == []


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("rest_all_mids.json", {"type": "allMids"}),
        ("rest_meta_2023.json", {"type": "meta"}),
        ("rest_l2book_dydx.json", {"type": "l2Book", "coin": "BTC"}),
        (
            "rest_funding_history_btc_1038rows_2023.json",
            {"type": "fundingHistory", "coin": "BTC", "startTime": 0},
        ),
        ("rest_user_role.json", {"type": "userRole", "user": NOBODY}),
        (
            "rest_user_funding_13rows.json",
            {"type": "userFunding", "user": NOBODY, "startTime": 1_681_923_833_000},
        ),
        ("rest_frontend_open_orders.json", {"type": "frontendOpenOrders", "user": NOBODY}),
        ("rest_candle_snapshot_kpepe.json", {"type": "candleSnapshot", "req": HOURS_OF_PEPE}),
        ("rest_user_rate_limit.json", {"type": "userRateLimit", "user": NOBODY}),
        ("rest_portfolio.json", {"type": "portfolio", "user": NOBODY}),
    ],
)
def test_a_reply_has_the_shape_of_the_recorded_reply(
    world: FakeWorld, name: str, request_: dict[str, Any]
) -> None:
    kept, shown = answer_of(name, request_["type"]), ask(world, **request_)
    if request_["type"] == "allMids":
        kept, shown = list(kept.values()), list(shown.values())
    if request_["type"] == "meta":
        kept["universe"] = [row for row in kept["universe"] if "onlyIsolated" not in row]
    assert differences(shape(kept), shape(shown), META_SINCE) == []
