"""dYdX's face about addresses: subaccounts and parents, REST, socket, and the venue's own library.

Sources: https://docs.dydx.xyz/indexer-client/http and /websockets.
"""

import asyncio
import random
from typing import Any

import pytest

from cockpit.core.scenario import Scenario
from cockpit.sim.faces import dydx
from cockpit.sim.server.host import VenueHost
from cockpit.sim.world.accounts import AccountFill
from cockpit.sim.world.world import World
from tests.sim.desk import START_NS, SYMBOLS, Desk
from tests.sim.faces.dydx.client import ADDRESS, CHILD, listed, of_parent, oracle, read
from tests.sim.skeleton import missing, recorded
from tests.support import PATIENCE_S


@pytest.fixture
def desk() -> Desk:
    return Desk(dydx)


def subscribe(desk: Desk, channel: str, id_: str, batched: bool = False) -> Any:
    message = {"type": "subscribe", "channel": channel, "id": id_, "batched": batched}
    (answer,) = desk.say(message)
    return answer


def cash(row: dict[str, Any]) -> float:
    """Signed USDC: the side says debt."""
    usdc = row["assetPositions"]["USDC"]
    return float(usdc["size"]) * (1 if usdc["side"] == "LONG" else -1)


def children(desk: Desk) -> list[Any]:
    parent = read(desk, f"addresses/{ADDRESS}/parentSubaccountNumber/0")["subaccount"]
    rows: list[Any] = parent["childSubaccounts"]
    return rows


# --- REST ----------------------------------------------------------------------------------------


def test_a_subaccount_has_the_recorded_shape(desk: Desk) -> None:
    shown = read(desk, f"addresses/{ADDRESS}/subaccountNumber/0")
    assert missing(shown, recorded("dydx/rest_subaccount.json")) == []
    theirs = recorded("dydx/ws_parent_subaccount_isolated_position.json")["contents"]["subaccount"]
    position = theirs["childSubaccounts"][1]["openPerpetualPositions"]["APE-USD"]
    for row in shown["subaccount"]["openPerpetualPositions"].values():
        assert list(row) == list(position)


def test_an_address_lists_its_parent_and_its_isolated_child(desk: Desk) -> None:
    rows = read(desk, f"addresses/{ADDRESS}")["subaccounts"]
    assert [row["subaccountNumber"] for row in rows] == [0, CHILD]
    assert list(rows[1]["openPerpetualPositions"]) == ["HYPE-USD"]
    assert "HYPE-USD" not in rows[0]["openPerpetualPositions"]
    assert read(desk, f"addresses/{ADDRESS}/subaccountNumber/{CHILD}")["subaccount"] == rows[1]
    read(desk, f"addresses/{ADDRESS}/subaccountNumber/1", status=404)
    read(desk, f"addresses/{ADDRESS}/parentSubaccountNumber/1", status=404)


def test_a_parent_adds_up_its_children_and_agrees_with_the_truth(desk: Desk) -> None:
    desk.run(60)
    parent = read(desk, f"addresses/{ADDRESS}/parentSubaccountNumber/0")["subaccount"]
    told = desk.truth(ADDRESS)
    for name in ("equity", "freeCollateral"):
        total = sum(float(child[name]) for child in parent["childSubaccounts"])
        assert float(parent[name]) == pytest.approx(total)
    assert float(parent["equity"]) == pytest.approx(told["equity_usd"])
    used = float(parent["equity"]) - float(parent["freeCollateral"])
    assert used == pytest.approx(told["margin_used_usd"], abs=1e-5)


def test_equity_is_cash_and_sizes_at_the_oracle_price(desk: Desk) -> None:
    for child in children(desk):
        worth = sum(
            float(row["size"]) * float(oracle(desk, row["market"]))
            for row in child["openPerpetualPositions"].values()
        )
        assert float(child["equity"]) == pytest.approx(cash(child) + worth)


def test_positions_agree_with_the_truth_and_a_short_has_a_negative_size(desk: Desk) -> None:
    desk.run(300)
    told = {position["symbol"]: position for position in desk.truth(ADDRESS)["positions"]}
    rows = of_parent(desk, "perpetualPositions/parentSubaccountNumber", status="OPEN")["positions"]
    assert {row["market"].removesuffix("-USD") for row in rows} == set(told)
    for row in rows:
        truth = told[row["market"].removesuffix("-USD")]
        assert float(row["size"]) == truth["size"]
        assert (row["side"] == "SHORT") is (truth["size"] < 0)
        assert float(row["entryPrice"]) == pytest.approx(truth["entry"])
        assert float(row["unrealizedPnl"]) == pytest.approx(truth["upnl_usd"], abs=1e-5)
        assert float(row["netFunding"]) == truth["funding_paid_usd"]
        assert row["subaccountNumber"] == truth["number"]


def test_realized_profit_contains_net_funding(desk: Desk) -> None:
    desk.until_fill(lambda fill: fill.start_lots * fill.lots < 0)
    rows = of_parent(desk, "perpetualPositions/parentSubaccountNumber")["positions"]
    partly = [row for row in rows if row["exitPrice"] is not None]
    assert partly
    for row in partly:
        sign = 1 if row["side"] == "LONG" else -1
        gain = sign * (float(row["exitPrice"]) - float(row["entryPrice"])) * float(row["sumClose"])
        assert float(row["realizedPnl"]) == pytest.approx(gain + float(row["netFunding"]))


def test_what_nobody_does_here_is_an_empty_list(desk: Desk) -> None:
    assert read(desk, f"orders?address={ADDRESS}&subaccountNumber=0") == []
    assert listed(desk, "transfers") == listed(desk, "historical-pnl") == []
    assert of_parent(desk, "orders/parentSubaccountNumber") == []
    assert read(desk, "orders/1", status=404)["errors"][0]["msg"] == "Unable to find order id 1"
    assert read(desk, "transfers", status=400)["errors"][0]["param"] == "subaccountNumber"
    assert read(desk, f"compliance/screen/{ADDRESS}") == {"status": "COMPLIANT"}


def test_the_assets_of_a_parent_are_those_of_its_children(desk: Desk) -> None:
    rows = of_parent(desk, "assetPositions/parentSubaccountNumber")["positions"]
    assert [row["subaccountNumber"] for row in rows] == [0, CHILD]
    assert listed(desk, "assetPositions") == rows[:1]


def test_a_closed_position_stays_in_the_list_without_a_size(desk: Desk) -> None:
    fill, _ = desk.until_fill(lambda fill: fill.position.closed_ns is not None)
    rows = listed(desk, "perpetualPositions", fill.account.number, status="CLOSED")
    assert [(row["size"], row["status"]) for row in rows] == [("0", "CLOSED")]
    assert rows[0]["closedAt"] is not None
    open_rows = listed(desk, "perpetualPositions", fill.account.number, status="OPEN")
    assert all(row["status"] == "OPEN" for row in open_rows)


def test_payments_are_received_positive_and_say_what_they_were_made_of(desk: Desk) -> None:
    rows = of_parent(desk, "fundingPayments/parentSubaccount", limit=1000)["fundingPayments"]
    assert rows
    for row in rows:
        by_hand = -float(row["size"]) * float(row["oraclePrice"]) * float(row["rate"])
        assert float(row["payment"]) == pytest.approx(by_hand, abs=1e-6)
        assert (row["side"] == "SHORT") is (float(row["size"]) < 0)
    told = {position["symbol"]: position for position in desk.truth(ADDRESS)["positions"]}
    for symbol, truth in told.items():
        paid = sum(float(row["payment"]) for row in rows if row["ticker"] == f"{symbol}-USD")
        assert paid == pytest.approx(truth["funding_paid_usd"], abs=1e-6)


def test_payments_come_in_pages_and_from_a_moment_on(desk: Desk) -> None:
    rows = listed(desk, "fundingPayments", limit=1000)
    query = f"fundingPayments?address={ADDRESS}&subaccountNumber=0&limit=10&page=2"
    page = read(desk, query)
    assert page["fundingPayments"] == rows[10:20]
    assert (page["pageSize"], page["offset"], page["totalResults"]) == (10, 10, len(rows))
    since = listed(desk, "fundingPayments", afterOrAt=rows[7]["createdAt"])
    assert since[:8] == rows[:8]
    assert all(row["createdAt"] == rows[7]["createdAt"] for row in since[8:])


def test_the_next_payment_is_listed_after_the_hour(desk: Desk) -> None:
    before = listed(desk, "fundingPayments", CHILD, limit=1000)
    desk.past_the_hour()
    after = listed(desk, "fundingPayments", CHILD, limit=1000)
    assert after[len(after) - len(before) :] == before
    assert len(after) - len(before) <= 1


@pytest.mark.parametrize(
    ("path", "param"),
    [
        ("perpetualPositions?subaccountNumber=0", "address"),
        (f"fundingPayments?address={ADDRESS}", "subaccountNumber"),
        (f"fundingPayments?address={ADDRESS}&subaccountNumber=-1", "subaccountNumber"),
        (f"perpetualPositions?address={ADDRESS}&subaccountNumber=x", "subaccountNumber"),
    ],
)
def test_a_list_without_an_owner_is_refused(desk: Desk, path: str, param: str) -> None:
    assert read(desk, path, status=400)["errors"][0]["param"] == param


def test_payments_from_a_moment_on_by_the_name_that_the_indexer_reads(desk: Desk) -> None:
    rows = listed(desk, "fundingPayments", limit=1000)
    since = rows[7]["createdAt"]
    documented = listed(desk, "fundingPayments", afterOrAt=since)
    assert listed(desk, "fundingPayments", createdOnOrAfter=since) == documented


# --- the socket ----------------------------------------------------------------------------------


def test_a_parent_subscription_has_the_recorded_shape(desk: Desk) -> None:
    theirs = recorded("dydx/ws_parent_subaccount_isolated_position.json")
    shown = subscribe(desk, "v4_parent_subaccounts", f"{ADDRESS}/0")
    for numbers in (theirs, shown):
        for child in numbers["contents"]["subaccount"]["childSubaccounts"]:
            child["openPerpetualPositions"] = list(child["openPerpetualPositions"].values())
    theirs["contents"]["subaccount"]["childSubaccounts"].reverse()
    assert missing(shown, theirs) == []
    assert shown["contents"]["orders"] == []


def test_a_subscription_says_what_rest_says(desk: Desk) -> None:
    shown = subscribe(desk, "v4_subaccounts", f"{ADDRESS}/{CHILD}")
    assert shown["contents"]["subaccount"] == children(desk)[1]
    stranger = subscribe(desk, "v4_subaccounts", f"{ADDRESS}/7")
    assert stranger["contents"] == {}


def in_child(fill: AccountFill) -> bool:
    return fill.account.number == CHILD


def test_a_fill_is_two_contents_of_the_recorded_shapes_in_a_batch(desk: Desk) -> None:
    subscribe(desk, "v4_parent_subaccounts", f"{ADDRESS}/0", batched=True)
    _, heard = desk.until_fill(lambda fill: in_child(fill) and not fill.position.closed_lots)
    (batch,) = [message for message in heard if message.get("subaccountNumber") == CHILD]
    theirs = recorded("dydx/ws_parent_subaccount_batch.json")
    assert batch["type"] == "channel_batch_data"
    assert list(batch)[-1] == "subaccountNumber"
    for number in (0, 1):
        assert missing(batch["contents"][number], theirs["contents"][number]) == []
    assert not any("equity" in content for content in batch["contents"])


def test_the_first_content_of_a_fill_has_the_new_size_and_the_old_sums(desk: Desk) -> None:
    subscribe(desk, "v4_subaccounts", f"{ADDRESS}/{CHILD}")
    fill, heard = desk.until_fill(lambda fill: in_child(fill) and fill.start_lots * fill.lots > 0)
    before, after = (message["contents"] for message in heard[-2:])
    (old,), (new,) = before["perpetualPositions"], after["perpetualPositions"]
    assert old["size"] == new["size"]
    assert float(new["sumOpen"]) - float(old["sumOpen"]) == pytest.approx(
        abs(fill.lots) / 10 ** desk.view.by_symbol["HYPE"].listing.size_decimals
    )
    assert "unrealizedPnl" in old
    assert "unrealizedPnl" not in new
    assert after["fills"][0]["ticker"] == "HYPE-USD"


def test_a_client_that_follows_updates_ends_with_the_equity_of_rest(desk: Desk) -> None:
    shown = subscribe(desk, "v4_parent_subaccounts", f"{ADDRESS}/0", batched=True)
    money: dict[int, float] = {}
    sizes: dict[tuple[int, str], float] = {}
    for child in shown["contents"]["subaccount"]["childSubaccounts"]:
        money[child["subaccountNumber"]] = cash(child)
        for row in child["openPerpetualPositions"].values():
            sizes[child["subaccountNumber"], row["market"]] = float(row["size"])
    desk.run(4000, step_s=20)
    desk.venue.flush()
    for message in desk.heard():
        for content in message["contents"]:
            for row in content.get("assetPositions", ()):
                sign = 1 if row["side"] == "LONG" else -1
                money[message["subaccountNumber"]] = sign * float(row["size"])
            for row in content["perpetualPositions"]:
                sizes[row["subaccountNumber"], row["market"]] = float(row["size"])
    for child in children(desk):
        number = child["subaccountNumber"]
        worth = sum(
            size * float(oracle(desk, market))
            for (owner, market), size in sizes.items()
            if owner == number
        )
        assert money[number] + worth == pytest.approx(float(child["equity"]))


def test_a_flush_brings_the_funding_that_no_fill_brought_yet(desk: Desk) -> None:
    subscribe(desk, "v4_subaccounts", f"{ADDRESS}/{CHILD}")
    desk.past_the_hour()
    desk.line.step(desk.world.flush()["dydx"])
    (message,) = desk.heard()
    (asset,) = message["contents"]["assetPositions"]
    now = children(desk)[1]
    sign = 1 if asset["side"] == "LONG" else -1
    assert sign * float(asset["size"]) == cash(now)
    (position,) = message["contents"]["perpetualPositions"]
    assert position["netFunding"] == now["openPerpetualPositions"]["HYPE-USD"]["netFunding"]


# --- the venue's own library ---------------------------------------------------------------------


async def test_the_official_library_reads_subaccounts_positions_and_payments() -> None:
    rest = pytest.importorskip("dydx_v4_client.indexer.rest.indexer_client")
    world = World(3, [dydx.PROFILE], SYMBOLS, Scenario(name="calm"), START_NS)
    host = VenueHost(world.venues["dydx"], dydx, random.Random(3))
    await host.listen()
    try:
        account = rest.IndexerClient(host.rest_url).account
        both = await asyncio.wait_for(account.get_subaccounts(ADDRESS), PATIENCE_S)
        assert [row["subaccountNumber"] for row in both["subaccounts"]] == [0, CHILD]
        one = await account.get_subaccount(ADDRESS, CHILD)
        assert one["subaccount"] == both["subaccounts"][1]
        parent = await account.get_parent_subaccount(ADDRESS, 0)
        assert len(parent["subaccount"]["childSubaccounts"]) == 2
        held = await account.get_subaccount_perpetual_positions(ADDRESS, 0)
        assert {row["status"] for row in held["positions"]} == {"OPEN"}
        every = await account.get_parent_subaccount_positions(ADDRESS, 0)
        assert len(every["positions"]) == len(held["positions"]) + 1
        paid = await account.get_funding_payments_for_parent_subaccount(ADDRESS, 0, limit=2)
        assert len(paid["fundingPayments"]) == 2
    finally:
        await host.close()


def test_fills_of_a_parent_are_those_of_its_children_newest_first(desk: Desk) -> None:
    path = f"fills/parentSubaccountNumber?address={ADDRESS}&parentSubaccountNumber=0"
    rows = read(desk, path)["fills"]
    mine = [fill for one in desk.accounts() if one.address == ADDRESS for fill in one.fills]
    assert len(rows) == len(mine) > 0
    assert [row["createdAt"] for row in rows] == sorted(
        (row["createdAt"] for row in rows), reverse=True
    )
    assert sum(float(row["fee"]) for row in rows) == pytest.approx(
        sum(fill.fee_micros for fill in mine) / 1e6
    )
    second = read(desk, f"{path}&limit=2&page=2")
    assert second["fills"] == rows[2:4]
    assert second["totalResults"] == len(rows)
    before = rows[3]["createdAt"]
    assert read(desk, f"{path}&createdBeforeOrAt={before}")["fills"] == rows[3:]
