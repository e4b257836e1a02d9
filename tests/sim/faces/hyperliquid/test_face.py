"""What the simulated Hyperliquid answers over HTTP.

Figures: https://hyperliquid.gitbook.io/hyperliquid-docs (tick-and-lot-size, funding, info-endpoint,
rate-limits-and-user-limits).
"""

import json
from decimal import Decimal
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS
from cockpit.sim.faces import hyperliquid
from cockpit.sim.world.assets import ASSETS
from cockpit.sim.world.contract import HttpReply
from tests.sim.fake_world import FakeWorld

NOBODY = "0x" + "0" * 40
HOUR_MS = 3_600_000


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(hyperliquid.PROFILE)


def reply(world: FakeWorld, body: Any, agent: str = "test", path: str = "/info") -> HttpReply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return hyperliquid.on_http(world, "POST", path, {"user-agent": agent}, data)


def ask(world: FakeWorld, kind: str, **fields: Any) -> Any:
    answer = reply(world, {"type": kind, **fields})
    assert answer.status == 200
    return json.loads(answer.body)


def test_the_position_in_the_universe_is_the_position_of_the_context(world: FakeWorld) -> None:
    meta, ctxs = ask(world, "metaAndAssetCtxs")
    names = [row["name"] for row in meta["universe"]]
    assert names == ["BTC", "ETH", "SOL", "MATIC", "kPEPE", "DOGE", "HYPE"]
    assert len(ctxs) == len(names)
    for name, ctx in zip(names, ctxs, strict=True):
        state = world.markets[name]
        if state.index is not None:
            assert float(ctx["oraclePx"]) == state.index


def test_a_dead_market_stands_between_live_ones_with_nulls_and_zeros(world: FakeWorld) -> None:
    meta, ctxs = ask(world, "metaAndAssetCtxs")
    dead = next(i for i, row in enumerate(meta["universe"]) if row.get("isDelisted"))
    assert 0 < dead < len(ctxs) - 1
    assert [ctxs[dead][key] for key in ("premium", "midPx", "impactPxs")] == [None, None, None]
    assert (ctxs[dead]["funding"], ctxs[dead]["openInterest"]) == ("0.0", "0.0")
    assert float(ctxs[dead]["oraclePx"]) > 0


def test_a_living_market_has_no_delisted_key_at_all(world: FakeWorld) -> None:
    rows = ask(world, "meta")["universe"]
    assert [row["name"] for row in rows if "isDelisted" in row] == ["MATIC"]


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: asset.symbol)
def test_prices_have_five_significant_figures_and_six_decimals_less_those_of_the_size(
    asset: Any,
) -> None:
    listing = hyperliquid.PROFILE.list_asset(asset, 0)
    assert listing is not None
    ticks = round(asset.price * listing.contract * 1.2 * 10**listing.price_decimals)
    price = Decimal(ticks).scaleb(-listing.price_decimals)
    assert listing.price_decimals <= 6 - listing.size_decimals
    assert price == int(price) or len(price.normalize().as_tuple().digits) <= 5


def test_pepe_is_quoted_per_thousand_coins_under_a_small_k(world: FakeWorld) -> None:
    assert world.by_symbol["PEPE"].listing.native == "kPEPE"
    assert world.by_symbol["PEPE"].listing.contract == 1000
    assert float(ask(world, "allMids")["kPEPE"]) == pytest.approx(0.0095)


def test_numbers_are_strings_with_a_digit_after_the_point(world: FakeWorld) -> None:
    book = ask(world, "l2Book", coin="BTC")
    assert book["levels"][0][0] == {"px": "110999.0", "sz": "0.00101", "n": 4}
    assert book["levels"][0][9]["sz"] == "0.0011"
    assert isinstance(book["time"], int)


def test_the_book_has_twenty_levels_a_side_bids_first(world: FakeWorld) -> None:
    bids, asks = ask(world, "l2Book", coin="ETH")["levels"]
    assert (len(bids), len(asks)) == (20, 20)
    assert float(bids[0]["px"]) > float(bids[1]["px"])
    assert float(bids[0]["px"]) < float(asks[0]["px"]) < float(asks[1]["px"])


def test_fewer_figures_group_levels_away_from_the_mid(world: FakeWorld) -> None:
    book = ask(world, "l2Book", coin="BTC", nSigFigs=5, mantissa=2)
    bids, asks = book["levels"]
    # Ten dollars is the fifth figure of 111000, a mantissa of 2 makes it twenty.
    assert [row["px"] for row in bids] == ["110980.0", "110960.0"]
    assert [row["px"] for row in asks] == ["111020.0", "111040.0"]
    assert book["spread"] == "40.0"
    # Twenty levels of 100 + i lots lie in [110980, 111000).
    assert Decimal(bids[0]["sz"]) == Decimal(sum(100 + i for i in range(1, 21))).scaleb(-5)


def test_a_mantissa_needs_five_figures(world: FakeWorld) -> None:
    body = {"type": "l2Book", "coin": "BTC", "nSigFigs": 3, "mantissa": 2}
    assert reply(world, body).status == 422


def test_impact_prices_are_averages_over_the_impact_notional(world: FakeWorld) -> None:
    state = world.by_symbol["SOL"]
    # 20 SOL at 199 take 3980 of the 6000 USD, the rest buys 2020/198 SOL.
    state.bids.clear()
    state.bids.update({19_900: 2_000, 19_800: 100_000})
    ctx = ask(world, "metaAndAssetCtxs")[1][2]
    assert float(ctx["impactPxs"][0]) == pytest.approx(6000 / (20 + 2020 / 198), abs=1e-4)


def test_the_rate_of_a_context_is_per_hour(world: FakeWorld) -> None:
    assert hyperliquid.PROFILE.rule.interval_s == 3600
    world.change("ETH", lambda state: setattr(state, "rate", -0.0000015186))
    ctx = ask(world, "metaAndAssetCtxs")[1][1]
    assert ctx["funding"] == "-0.0000015186"


def test_history_ascends_in_pages_of_five_hundred_that_join_without_a_gap(
    world: FakeWorld,
) -> None:
    first = ask(world, "fundingHistory", coin="BTC", startTime=0)
    second = ask(world, "fundingHistory", coin="BTC", startTime=first[-1]["time"] + 1)
    hours = [row["time"] // HOUR_MS for row in first + second]
    assert (len(first), len(second)) == (500, 220)
    assert hours == list(range(hours[0], hours[0] + 720))


def test_a_payment_is_stamped_shortly_after_its_hour(world: FakeWorld) -> None:
    for row in ask(world, "fundingHistory", coin="ETH", startTime=0):
        assert 20 <= row["time"] % HOUR_MS <= 750


def test_the_end_of_a_history_is_inclusive(world: FakeWorld) -> None:
    rows = ask(world, "fundingHistory", coin="BTC", startTime=0)
    end_ms = rows[3]["time"]
    asked = ask(world, "fundingHistory", coin="BTC", startTime=rows[1]["time"], endTime=end_ms)
    assert asked == rows[1:4]


def test_candles_ascend_and_the_running_one_is_among_them(world: FakeWorld) -> None:
    def hours(**span: int) -> list[Any]:
        asked = {"coin": "BTC", "interval": "1h", **span}
        rows: list[Any] = ask(world, "candleSnapshot", req=asked)
        return rows

    now_ms = world.at_ns // 1_000_000
    rows = hours(startTime=now_ms - 3 * HOUR_MS)
    assert [row["t"] for row in rows] == [
        now_ms // HOUR_MS * HOUR_MS - n * HOUR_MS for n in (2, 1, 0)
    ]
    assert rows[-1]["T"] - rows[-1]["t"] == HOUR_MS - 1
    assert rows[-1]["c"] == "111000.0"
    assert hours(startTime=rows[0]["t"], endTime=rows[1]["t"]) == rows[:2]


def test_candles_of_a_dead_market_are_none_and_of_no_interval_an_error(world: FakeWorld) -> None:
    asked = {"coin": "MATIC", "interval": "1h", "startTime": 0}
    assert ask(world, "candleSnapshot", req=asked) == []
    bad = {"type": "candleSnapshot", "req": asked | {"interval": "7h"}}
    assert reply(world, bad).status == 422
    assert reply(world, {"type": "candleSnapshot", **asked}).status == 422


def test_predictions_come_in_each_venues_own_interval(world: FakeWorld) -> None:
    rows = {coin: dict(venues) for coin, venues in ask(world, "predictedFundings")}
    assert rows["BTC"]["HlPerp"]["fundingIntervalHours"] == 1
    hours = rows["BTC"]["BinPerp"]["fundingIntervalHours"]
    hourly = float(rows["BTC"]["HlPerp"]["fundingRate"])
    assert hours == 8
    assert float(rows["BTC"]["BinPerp"]["fundingRate"]) == pytest.approx(hourly * hours)
    assert rows["BTC"]["HlPerp"]["nextFundingTime"] == (world.at_ns // HOUR_NS + 1) * HOUR_MS
    assert rows["HYPE"]["BinPerp"] is None
    assert "MATIC" not in rows


def test_the_other_dex_and_spot_are_told_apart_by_their_names(world: FakeWorld) -> None:
    assert ask(world, "perpDexs")[0] is None
    assert [dex["name"] for dex in ask(world, "perpDexs")[1:]] == ["xyz"]
    assert ask(world, "meta", dex="xyz")["universe"][0]["name"].startswith("xyz:")
    assert "@1" in ask(world, "allMids")
    assert all(name.startswith("xyz:") for name in ask(world, "allMids", dex="xyz"))


def test_spot_pairs_point_at_existing_tokens(world: FakeWorld) -> None:
    meta, ctxs = ask(world, "spotMetaAndAssetCtxs")
    known = {token["index"] for token in meta["tokens"]}
    assert all(set(pair["tokens"]) <= known for pair in meta["universe"])
    assert len(ctxs) == len(meta["universe"])


@pytest.mark.parametrize(
    "kind",
    [
        "openOrders", "userFills", "frontendOpenOrders", "historicalOrders", "delegations",
        "userNonFundingLedgerUpdates",
    ],
)  # fmt: skip
def test_an_address_without_history_has_empty_lists(world: FakeWorld, kind: str) -> None:
    assert ask(world, kind, user=NOBODY) == []


def test_an_unknown_user_is_flat_not_an_error(world: FakeWorld) -> None:
    state = ask(world, "clearinghouseState", user=NOBODY)
    assert state["marginSummary"]["accountValue"] == "0.0"
    assert state["assetPositions"] == []
    assert ask(world, "userRole", user=NOBODY) == {"role": "missing"}


def test_an_unknown_coin_is_null(world: FakeWorld) -> None:
    assert ask(world, "l2Book", coin="NOPE") is None


@pytest.mark.parametrize(
    "body",
    [
        {"type": "nope"},
        {"type": "l2Book"},
        {"type": "clearinghouseState", "user": "0x12"},
        {"type": "fundingHistory", "coin": "BTC"},
        {"type": ["meta"]},
        [],
        "meta",
    ],
)
def test_a_request_of_the_wrong_shape_is_422_with_a_text(world: FakeWorld, body: Any) -> None:
    answer = reply(world, body)
    assert answer.status == 422
    assert answer.body.startswith("Failed to deserialize")
    assert answer.content_type.startswith("text/plain")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"{'type': 'meta'}"])
def test_a_body_that_is_not_json_is_400(world: FakeWorld, body: bytes) -> None:
    assert reply(world, body).status == 400


def test_nothing_can_be_traded(world: FakeWorld) -> None:
    assert reply(world, {"action": {"type": "order"}}, path="/exchange").status == 422


def test_other_paths_and_methods_do_not_exist(world: FakeWorld) -> None:
    assert reply(world, {}, path="/").status == 404
    assert hyperliquid.on_http(world, "GET", "/info", {}, b"").status == 405


def test_a_minute_holds_1200_weight_of_which_metadata_takes_20_and_a_book_2(
    world: FakeWorld,
) -> None:
    for _ in range(59):
        assert reply(world, {"type": "meta"}).status == 200
    for _ in range(10):
        assert reply(world, {"type": "l2Book", "coin": "BTC"}).status == 200
    refused = reply(world, {"type": "l2Book", "coin": "BTC"})
    assert (refused.status, refused.body) == (429, "null")
    assert reply(world, {"type": "meta"}, agent="another client").status == 200


def test_every_twenty_rows_of_a_history_cost_one_more(world: FakeWorld) -> None:
    # A full page costs 20 + 500 / 20 = 45: after 26 of them 30 weight are left.
    body = {"type": "fundingHistory", "coin": "BTC", "startTime": 0}
    for _ in range(26):
        assert reply(world, body).status == 200
    for _ in range(15):
        assert reply(world, {"type": "l2Book", "coin": "BTC"}).status == 200
    assert reply(world, {"type": "l2Book", "coin": "BTC"}).status == 429


def test_a_new_minute_brings_new_weight(world: FakeWorld) -> None:
    for _ in range(61):
        last = reply(world, {"type": "meta"}).status
    assert last == 429
    world.step(60.0)
    assert reply(world, {"type": "meta"}).status == 200


def test_recent_trades_are_newest_first_and_name_the_aggressor(world: FakeWorld) -> None:
    world.trade("BTC", Side.SELL, 110_999, 5)
    world.trade("BTC", Side.BUY, 111_001, 7)
    rows = ask(world, "recentTrades", coin="BTC")
    assert [(row["side"], row["px"]) for row in rows] == [("B", "111001.0"), ("A", "110999.0")]
    assert rows[0]["tid"] != rows[1]["tid"]
    assert all(0 <= row["tid"] < 1 << 50 for row in rows)
