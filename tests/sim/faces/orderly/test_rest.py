"""Orderly's HTTP: shapes as recorded, what it says of the unknown, history, accounts."""

import json
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.core.scenario import Scenario
from cockpit.sim import load
from cockpit.sim.faces import orderly
from cockpit.sim.server.memory import MemoryVenue
from cockpit.sim.world import truth
from cockpit.sim.world.world import World
from tests.shapes import differences, recorded_shape, shape
from tests.sim.asking import get
from tests.sim.fake_world import START_NS, FakeWorld

BTC = "PERP_BTC_USDC"
HOUR_MS, START_MS = 3_600_000, START_NS // 10**6
EIGHT_HOURS_MS = 8 * HOUR_MS


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(orderly.PROFILE)


def ask(world: FakeWorld, path: str) -> Any:
    reply = get(orderly, world, path)
    assert reply.status == 200
    return json.loads(reply.body)


def rows(world: FakeWorld, path: str) -> dict[str, Any]:
    return {row["symbol"]: row for row in ask(world, path)["data"]["rows"]}


def test_fills_are_newest_first_and_of_no_market_none(world: FakeWorld) -> None:
    for lots in (3, 4):
        world.trade("BTC", Side.SELL, 1_110_000, lots)
    told = ask(world, f"/v1/public/market_trades?symbol={BTC}")["data"]["rows"]
    assert [row["executed_quantity"] for row in told] == [0.00004, 0.00003]
    assert (told[0]["side"], told[0]["executed_price"]) == ("SELL", 111_000.0)
    assert told[0]["executed_timestamp"] == START_MS
    assert ask(world, "/v1/public/market_trades?symbol=PERP_NO_USDC")["data"]["rows"] == []


def test_the_rules_of_one_market_are_those_of_the_listing(world: FakeWorld) -> None:
    assert ask(world, f"/v1/public/info/{BTC}")["data"] == rows(world, "/v1/public/info")[BTC]


@pytest.mark.parametrize(
    ("path", "recording"),
    [
        ("/v1/public/info", "rest_20260913_public_info_5rows.json"),
        ("/v1/public/futures", "rest_20260913_public_futures_5rows.json"),
        ("/v1/public/funding_rates", "rest_20260913_public_funding_rates_5rows.json"),
        (
            f"/v1/public/funding_rate_history?symbol={BTC}&size=5",
            "rest_20260913_funding_rate_history_btc_8h.json",
        ),
    ],
)
def test_answers_have_the_shapes_of_the_recordings(
    world: FakeWorld, path: str, recording: str
) -> None:
    assert differences(recorded_shape("orderly", recording), shape(ask(world, path))) == []


def test_intervals_of_one_four_and_eight_hours_stand_side_by_side(world: FakeWorld) -> None:
    listed, rates = rows(world, "/v1/public/info"), rows(world, "/v1/public/funding_rates")
    for native, hours in (("PERP_BTC_USDC", 8), ("PERP_HYPE_USDC", 4)):
        assert listed[native]["funding_period"] == hours
        row = rates[native]
        between_ms = row["next_funding_time"] - row["last_funding_rate_timestamp"]
        assert between_ms == hours * HOUR_MS
    assert listed["PERP_1000PEPE_USDC"]["base_tick"] == 1.0


def test_a_builders_market_has_its_name_as_suffix_and_says_whose_it_is(world: FakeWorld) -> None:
    row = rows(world, "/v1/public/info")["PERP_AAPL_USDC_mythos"]
    assert row["broker_id"] == "mythos"


def test_the_prices_name_a_market_that_the_listing_does_not(world: FakeWorld) -> None:
    assert "PERP_MATIC_USDC" not in rows(world, "/v1/public/info")
    row = rows(world, "/v1/public/futures")["PERP_MATIC_USDC"]
    assert row["mark_price"] is row["est_funding_rate"] is row["next_funding_time"] is None


def test_an_unknown_market_is_success_without_data(world: FakeWorld) -> None:
    assert ask(world, "/v1/public/futures/PERP_NOPE_USDC") == {
        "success": True, "timestamp": START_MS,
    }  # fmt: skip


def test_history_is_newest_first_by_the_page_and_empty_for_seconds_and_strangers(
    world: FakeWorld,
) -> None:
    path = f"/v1/public/funding_rate_history?symbol={BTC}"
    first, second = (
        [
            row["funding_rate_timestamp"]
            for row in ask(world, f"{path}&size=4&page={page}")["data"]["rows"]
        ]
        for page in (1, 2)
    )
    newest = START_MS // EIGHT_HOURS_MS * EIGHT_HOURS_MS
    assert first == [newest - i * EIGHT_HOURS_MS for i in range(4)]
    assert second == [newest - i * EIGHT_HOURS_MS for i in range(4, 8)]
    assert len(ask(world, f"{path}&size=9999")["data"]["rows"]) == 90
    assert ask(world, f"{path}&end_t={START_MS // 1000}")["data"]["rows"] == []
    strangers = path.replace("BTC", "NOPE")
    assert ask(world, strangers)["data"]["rows"] == []


def test_strange_paths_are_not_found(world: FakeWorld) -> None:
    reply = get(orderly, world, "/v1/public/nope")
    assert (reply.status, json.loads(reply.body)["code"]) == (400, -1000)


def test_above_the_budget_is_429(world: FakeWorld) -> None:
    replies = [get(orderly, world, "/v1/public/system_info", "greedy") for _ in range(101)]
    assert [reply.status for reply in replies] == [200] * 100 + [429]


# --- accounts ----------------------------------------------------------------------------------


@pytest.fixture
def venue() -> MemoryVenue:
    symbols = ("BTC", "ETH", "DOGE", "PEPE")
    world = World(5, [orderly.PROFILE], symbols, Scenario(name="calm"), START_NS)
    return MemoryVenue(world, load("orderly"))


def query(venue: MemoryVenue, status: int = 200, **asked: Any) -> Any:
    reply = venue.http("POST", "/v1/public/query", json.dumps(asked).encode())
    assert reply is not None
    assert reply.status == status
    return json.loads(reply.body)


def test_an_address_has_an_account_with_each_brand_and_their_sum_is_the_truth(
    venue: MemoryVenue,
) -> None:
    for real in truth.document(venue.world)["accounts"]:
        state = query(venue, type="accountState", address=real["account"])["data"]
        worth = sum(float(one["account_value"]) for one in state["accounts"])
        assert worth == pytest.approx(real["equity_usd"], abs=1e-6)
        held = [p for one in state["accounts"] for p in one["positions"]]
        assert len(held) == len(real["positions"])
        assert all((p["side"] == "LONG") == (float(p["position_qty"]) > 0) for p in held)
        for one in state["accounts"]:
            flat = query(
                venue, type="accountState", address=real["account"], account_id=one["account_id"]
            )["data"]
            assert flat == {"address": real["account"], **one}


def test_a_stranger_is_not_found_and_an_unknown_type_says_so(venue: MemoryVenue) -> None:
    refusal = query(venue, 404, type="accountState", address="0x" + "1" * 40)
    assert (refusal["success"], refusal["code"]) == (False, "ADDRESS_NOT_FOUND")
    assert query(venue, 400, type="whatever")["code"] == "UNKNOWN_TYPE"


def test_payments_are_positive_where_the_account_pays_and_accrued_at_first(
    venue: MemoryVenue,
) -> None:
    one = next(iter(venue.view.accounts))
    before = len(one.payments)
    venue.step((EIGHT_HOURS_MS - START_MS % EIGHT_HOURS_MS) / 1000 + 5)
    assert len(one.payments) > before
    page = query(venue, type="fundingPayments", address=one.address, limit=500)["data"]
    fresh = [r for r in page["rows"] if r["funding_status"] == "Accrued"]
    assert fresh
    assert all(float(r["funding_fee"]) == 0 and r["payment_type"] is None for r in fresh)
    venue.step(700.0)
    page = query(venue, type="fundingPayments", address=one.address, limit=500)["data"]
    assert {r["funding_status"] for r in page["rows"]} == {"Settled"}
    for row in page["rows"]:
        pays = float(row["position_qty"]) * float(row["funding_rate"]) > 0
        if float(row["funding_fee"]):
            assert (float(row["funding_fee"]) > 0) == pays == (row["payment_type"] == "Pay")


def test_payments_come_by_the_page(venue: MemoryVenue) -> None:
    one = next(iter(venue.view.accounts))
    asked = {"type": "fundingPayments", "address": one.address}
    whole = query(venue, **asked, limit=500)["data"]["rows"]
    paged, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = query(venue, **asked, **more, limit=3)["data"]
        paged += page["rows"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert paged == whole
    assert len(whole) > 3
