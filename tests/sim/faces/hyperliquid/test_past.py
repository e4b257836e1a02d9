"""Hyperliquid's face about the past of an address: it adds up to the present.

Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint.
"""

import json
from decimal import Decimal
from typing import Any

import pytest

from cockpit.sim.faces import hyperliquid
from tests.sim.asking import differences, shape
from tests.sim.desk import Desk
from tests.sim.skeleton import recorded

NOBODY = "0x" + "0" * 40
MICRO = Decimal("0.000001")


@pytest.fixture
def desk() -> Desk:
    return Desk(hyperliquid, ping={"method": "ping"})


def ask(desk: Desk, kind: str, **fields: Any) -> Any:
    reply = desk.venue.http("POST", "/info", json.dumps({"type": kind, **fields}).encode())
    assert reply is not None
    assert reply.status == 200
    return json.loads(reply.body)


def owner(desk: Desk) -> str:
    return desk.accounts()[0].address


def total(rows: list[Any], key: str) -> Decimal:
    return sum((Decimal(row[key]) for row in rows), Decimal(0))


# --- shapes --------------------------------------------------------------------------------------


def test_the_past_has_the_recorded_shapes(desk: Desk) -> None:
    user = owner(desk)
    for kind, file, fields in (
        ("portfolio", "rest_portfolio", {}),
        ("userRateLimit", "rest_user_rate_limit", {}),
    ):
        kept = recorded(f"hyperliquid/{file}.json")[0]["response"]
        assert differences(shape(kept), shape(ask(desk, kind, user=user, **fields))) == []


def test_a_deposit_has_the_recorded_shape(desk: Desk) -> None:
    kept = recorded("hyperliquid/rest_user_nonfunding_ledger_updates.json")[0]["response"]
    deposits = [row for row in kept if row["delta"]["type"] == "deposit"]
    shown = ask(desk, "userNonFundingLedgerUpdates", user=owner(desk), startTime=0)
    assert differences(shape(deposits), shape(shown)) == []


def test_a_stranger_has_no_past(desk: Desk) -> None:
    assert ask(desk, "userNonFundingLedgerUpdates", user=NOBODY, startTime=0) == []
    assert ask(desk, "historicalOrders", user=NOBODY) == []
    assert ask(desk, "orderStatus", user=NOBODY, oid=1) == {"status": "unknownOid"}
    assert ask(desk, "userFees", user=NOBODY)["dailyUserVlm"] == []
    assert ask(desk, "userRateLimit", user=NOBODY)["nRequestsCap"] == 10_000
    assert {
        len(span["accountValueHistory"]) for _, span in ask(desk, "portfolio", user=NOBODY)
    } == {0}


# --- what adds up --------------------------------------------------------------------------------


def test_deposits_and_profits_and_payments_less_fees_are_the_account_value(desk: Desk) -> None:
    desk.run(90.0)
    user = owner(desk)
    [deposit] = ask(desk, "userNonFundingLedgerUpdates", user=user, startTime=0)
    fills = ask(desk, "userFills", user=user)
    paid = [row["delta"] for row in ask(desk, "userFunding", user=user, startTime=0)]
    state = ask(desk, "clearinghouseState", user=user)
    open_profit = total([row["position"] for row in state["assetPositions"]], "unrealizedPnl")
    sum_ = Decimal(deposit["delta"]["usdc"]) + total(fills, "closedPnl") - total(fills, "fee")
    sum_ += total(paid, "usdc") + open_profit
    assert abs(sum_ - Decimal(state["marginSummary"]["accountValue"])) <= MICRO * len(fills)


def test_the_deposit_lies_before_all_that_was_done_with_it(desk: Desk) -> None:
    user = owner(desk)
    [deposit] = ask(desk, "userNonFundingLedgerUpdates", user=user, startTime=0)
    assert deposit["time"] <= min(row["time"] for row in ask(desk, "userFills", user=user))
    assert ask(desk, "userNonFundingLedgerUpdates", user=user, startTime=deposit["time"] + 1) == []


def test_the_portfolio_ends_at_the_account_value_of_now(desk: Desk) -> None:
    user = owner(desk)
    worth = ask(desk, "clearinghouseState", user=user)["marginSummary"]["accountValue"]
    spans = dict(ask(desk, "portfolio", user=user))
    for span in spans.values():
        stamps = [stamp for stamp, _ in span["accountValueHistory"]]
        assert stamps == sorted(stamps)
        assert span["accountValueHistory"][-1][1] == worth
        assert span["pnlHistory"][0][1] == "0.0"
    assert spans["day"] == spans["perpDay"]


def test_the_portfolio_of_a_lifetime_begins_with_the_deposit(desk: Desk) -> None:
    """Then profit is what the account is worth beyond it."""
    user = owner(desk)
    [deposit] = ask(desk, "userNonFundingLedgerUpdates", user=user, startTime=0)
    life = dict(ask(desk, "portfolio", user=user))["allTime"]
    begun, paid_in = life["accountValueHistory"][0]
    assert begun == deposit["time"]
    assert float(paid_in) == pytest.approx(float(deposit["delta"]["usdc"]), abs=25.0), (
        "but for the fee of the first fill, which may bear the same stamp"
    )
    now = Decimal(life["accountValueHistory"][-1][1])
    assert Decimal(life["pnlHistory"][-1][1]) == now - Decimal(paid_in)


def test_the_volume_is_that_of_the_fills_wherever_it_is_told(desk: Desk) -> None:
    user = owner(desk)
    fills = ask(desk, "userFills", user=user)
    traded = sum(Decimal(row["px"]) * Decimal(row["sz"]) for row in fills)
    assert Decimal(ask(desk, "userRateLimit", user=user)["cumVlm"]) == traded
    assert Decimal(ask(desk, "referral", user=user)["cumVlm"]) == traded
    assert total(ask(desk, "userFees", user=user)["dailyUserVlm"], "userCross") == traded
    assert Decimal(dict(ask(desk, "portfolio", user=user))["allTime"]["vlm"]) == traded


def test_every_fill_belongs_to_an_order_that_can_be_asked_for(desk: Desk) -> None:
    user = owner(desk)
    fill = ask(desk, "userFills", user=user)[0]
    newest = ask(desk, "historicalOrders", user=user)[0]
    order = newest["order"]
    assert (order["oid"], order["coin"], order["side"]) == (fill["oid"], fill["coin"], fill["side"])
    assert (order["origSz"], order["sz"], newest["status"]) == (fill["sz"], "0.0", "filled")
    assert ask(desk, "orderStatus", user=user, oid=fill["oid"]) == {
        "status": "order",
        "order": newest,
    }
    assert ask(desk, "orderStatus", user=user, oid=1) == {"status": "unknownOid"}


# --- what may still be done ----------------------------------------------------------------------


def test_the_leverage_of_a_coin_is_that_of_the_position_in_it(desk: Desk) -> None:
    user = owner(desk)
    for row in ask(desk, "clearinghouseState", user=user)["assetPositions"]:
        position = row["position"]
        shown = ask(desk, "activeAssetData", user=user, coin=position["coin"])
        assert shown["leverage"] == position["leverage"]


def test_more_may_be_traded_to_close_a_position_than_to_add_to_it(desk: Desk) -> None:
    user = owner(desk)
    for row in ask(desk, "clearinghouseState", user=user)["assetPositions"]:
        shown = ask(desk, "activeAssetData", user=user, coin=row["position"]["coin"])
        buy, sell = map(Decimal, shown["availableToTrade"])
        assert (sell > buy) == (Decimal(row["position"]["szi"]) > 0)
        assert min(buy, sell) > 0


def test_a_stranger_may_trade_nothing(desk: Desk) -> None:
    shown = ask(desk, "activeAssetData", user=NOBODY, coin="BTC")
    assert (shown["availableToTrade"], shown["maxTradeSzs"]) == (["0.0", "0.0"], ["0.0", "0.0"])


def test_a_margin_table_can_be_asked_for_by_its_id(desk: Desk) -> None:
    tables = dict(ask(desk, "meta")["marginTables"])
    assert ask(desk, "marginTable", id=56) == tables[56]
    [tier] = ask(desk, "marginTable", id=20)["marginTiers"]
    assert tier == {"lowerBound": "0.0", "maxLeverage": 20}
    assert ask(desk, "marginTable", id=99) is None
