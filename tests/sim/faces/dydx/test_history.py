"""dYdX's face about what an address did: orders, transfers, profits; each agrees with the others.

Sources: https://docs.dydx.xyz/indexer-client/http.
"""

import pytest

from cockpit.sim.faces import dydx
from tests.sim.desk import Desk
from tests.sim.faces.dydx.client import ADDRESS, CHILD, listed, of_parent, oracle, read


@pytest.fixture
def desk() -> Desk:
    return Desk(dydx)


def test_every_fill_has_its_order(desk: Desk) -> None:
    orders = read(desk, f"orders?address={ADDRESS}&subaccountNumber=0&status=FILLED")
    fills = listed(desk, "fills")
    assert [row["id"] for row in orders] == [row["orderId"] for row in fills]
    assert [row["totalFilled"] for row in orders] == [row["size"] for row in fills]
    assert read(desk, f"orders/{orders[0]['id']}")["ticker"] == fills[0]["market"]
    assert read(desk, f"orders?address={ADDRESS}&subaccountNumber=0&status=OPEN") == []
    refusal = read(desk, "orders/nothing", status=404)
    assert refusal["errors"][0]["msg"] == "Unable to find order id nothing"


def test_money_came_to_the_parent_and_part_of_it_went_to_its_child(desk: Desk) -> None:
    out, deposit = listed(desk, "transfers")
    (into,) = listed(desk, "transfers", CHILD)
    assert (deposit["type"], out["type"], into["type"]) == (
        "DEPOSIT", "TRANSFER_OUT", "TRANSFER_IN",
    )  # fmt: skip
    assert "subaccountNumber" not in deposit["sender"], "a wallet is no subaccount"
    assert out["recipient"] == into["recipient"] == {"address": ADDRESS, "subaccountNumber": CHILD}
    assert out["size"] == into["size"]
    both = of_parent(desk, "transfers/parentSubaccountNumber")["transfers"]
    assert [row["type"] for row in both] == ["DEPOSIT"], "the family's own affairs are not told"
    between = read(
        desk,
        f"transfers/between?sourceAddress={ADDRESS}&sourceSubaccountNumber=0"
        f"&recipientAddress={ADDRESS}&recipientSubaccountNumber={CHILD}",
    )
    assert between == {"transfersSubset": [out], "totalNetTransfers": out["size"]}


def test_what_was_put_in_and_what_was_earned_are_the_equity(desk: Desk) -> None:
    desk.run(120)
    put = float(listed(desk, "transfers")[1]["size"])
    fees = sum(
        float(row["fee"]) for row in of_parent(desk, "fills/parentSubaccountNumber")["fills"]
    )
    rows = of_parent(desk, "perpetualPositions/parentSubaccountNumber")["positions"]
    earned = sum(float(row["realizedPnl"]) + float(row["unrealizedPnl"]) for row in rows)
    parent = read(desk, f"addresses/{ADDRESS}/parentSubaccountNumber/0")["subaccount"]
    assert float(parent["equity"]) == pytest.approx(put + earned - fees, abs=1e-4)


def test_the_history_of_profit_goes_on_to_the_equity_of_now(desk: Desk) -> None:
    desk.past_the_hour()
    newest = listed(desk, "historical-pnl")[0]
    here = read(desk, f"addresses/{ADDRESS}/subaccountNumber/0")["subaccount"]
    paid = listed(desk, "fundingPayments", createdOnOrAfter=newest["createdAt"])
    assert {row["ticker"] for row in paid} == set(here["openPerpetualPositions"])
    moved = sum(
        float(row["size"]) * (float(row["oraclePrice"]) - float(oracle(desk, row["ticker"])))
        for row in paid
    )
    assert float(newest["equity"]) == pytest.approx(float(here["equity"]) + moved, abs=1e-4)
    put = float(newest["equity"]) - float(newest["totalPnl"])
    deposit, out = (float(row["size"]) for row in reversed(listed(desk, "transfers")))
    assert put == pytest.approx(deposit - out)
    whole = of_parent(desk, "historical-pnl/parentSubaccountNumber")["historicalPnl"]
    (child,) = listed(desk, "historical-pnl", CHILD, limit=1)
    total = float(newest["equity"]) + float(child["equity"])
    assert float(whole[0]["equity"]) == pytest.approx(total)
    assert whole == sorted(whole, key=lambda row: row["createdAt"], reverse=True)
