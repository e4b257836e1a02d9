"""Hyperliquid's face about addresses: REST, socket, and the venue's own library.

Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api, info-endpoint and
websocket/subscriptions.
"""

import json
from typing import Any

import pytest

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces import hyperliquid
from cockpit.sim.server.faults import Faults
from tests.sim.asking import differences, shape
from tests.sim.desk import Desk
from tests.sim.loopback import exchange
from tests.sim.skeleton import recorded

NOBODY = "0x" + "0" * 40


@pytest.fixture
def desk() -> Desk:
    return Desk(hyperliquid, ping={"method": "ping"})


def ask(desk: Desk, kind: str, **fields: Any) -> Any:
    reply = desk.venue.http("POST", "/info", json.dumps({"type": kind, **fields}).encode())
    assert reply is not None
    assert reply.status == 200
    return json.loads(reply.body)


def subscribe(desk: Desk, kind: str, **fields: Any) -> list[Any]:
    return desk.say({"method": "subscribe", "subscription": {"type": kind, **fields}})


def owner(desk: Desk) -> str:
    return desk.accounts()[0].address


def without_time(state: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key != "time"}


# --- shapes --------------------------------------------------------------------------------------


def test_a_state_has_the_recorded_shape(desk: Desk) -> None:
    kept = recorded("hyperliquid/rest_clearinghouse_state_2026.json")[1]
    shown = ask(desk, "clearinghouseState", user=owner(desk))
    isolated = [row["position"].pop("leverage") for row in shown["assetPositions"]]
    for row in kept["assetPositions"]:
        row["position"].pop("leverage")
    assert differences(shape(kept), shape(shown)) == []
    assert {tuple(leverage) for leverage in isolated} == {
        ("type", "value"),
        ("type", "value", "rawUsd"),
    }
    assert list(shown) == list(kept)


def test_payments_have_the_recorded_shape(desk: Desk) -> None:
    kept = recorded("hyperliquid/rest_user_funding_13rows.json")[0]["response"]
    shown = ask(desk, "userFunding", user=owner(desk), startTime=0)
    assert differences(shape(kept), shape(shown)) == []


def test_fills_have_the_recorded_shape(desk: Desk) -> None:
    kept = recorded("hyperliquid/rest_user_fills_dust_conversion.json")
    assert differences(shape(kept), shape(ask(desk, "userFills", user=owner(desk)))) == []


def test_the_snapshot_of_payments_is_flat(desk: Desk) -> None:
    kept = recorded("hyperliquid/ws_user_fundings_snapshot.json")
    (_, shown) = subscribe(desk, "userFundings", user=owner(desk))
    assert differences(shape(kept), shape(shown)) == []


def test_events_have_the_recorded_shapes_and_no_address(desk: Desk) -> None:
    funding, fills = recorded("hyperliquid/ws_user_events.json")
    del fills["data"]["fills"][0]["cloid"]  # an order without a client's id has none
    assert len(subscribe(desk, "userEvents", user=owner(desk))) == 1
    _, heard = desk.until_fill(lambda fill: fill.account.address == owner(desk))
    assert differences(shape(fills), shape(heard[0])) == []
    paid = [frame for frame in desk.past_the_hour() if "funding" in frame["data"]]
    assert paid
    assert all(differences(shape(funding), shape(frame)) == [] for frame in paid)
    assert all("user" not in frame["data"] for frame in paid)


# --- figures -------------------------------------------------------------------------------------


def test_the_state_agrees_with_itself_and_with_the_truth(desk: Desk) -> None:
    desk.run(120)
    for address in (owner(desk), desk.accounts()[1].address):
        state, told = ask(desk, "clearinghouseState", user=address), desk.truth(address)
        summary, raw = state["marginSummary"], 0.0
        assert float(summary["accountValue"]) == pytest.approx(told["equity_usd"])
        assert float(summary["totalMarginUsed"]) == pytest.approx(told["margin_used_usd"])
        truths = {position["symbol"]: position for position in told["positions"]}
        for row in state["assetPositions"]:
            shown = row["position"]
            scale = 1000 if shown["coin"] == "kPEPE" else 1
            truth = truths.pop(shown["coin"].removeprefix("k"))
            size = float(shown["szi"])
            assert size * scale == pytest.approx(truth["size"])
            assert float(shown["entryPx"]) / scale == pytest.approx(truth["entry"], rel=1e-5)
            assert float(shown["unrealizedPnl"]) == pytest.approx(truth["upnl_usd"], abs=1e-5)
            # What was paid counts as positive here, what was received in the truth.
            paid = -float(shown["cumFunding"]["sinceOpen"])
            assert paid == pytest.approx(truth["funding_paid_usd"], abs=1e-6)
            if shown["liquidationPx"] is None:
                assert truth["liquidation"] is None
            else:
                price = float(shown["liquidationPx"]) / scale
                assert price == pytest.approx(truth["liquidation"], rel=1e-5)
            raw += size * truth["mark"] * scale
        assert not truths
        assert float(summary["accountValue"]) == pytest.approx(float(summary["totalRawUsd"]) + raw)


def test_margin_follows_leverage_and_maintenance_the_highest_leverage(desk: Desk) -> None:
    state = ask(desk, "clearinghouseState", user=owner(desk))
    maintenance = 0.0
    for row in state["assetPositions"]:
        shown = row["position"]
        value = float(shown["positionValue"])
        if shown["leverage"]["type"] == "cross":
            by_hand = value / shown["leverage"]["value"]
            maintenance += value / (2 * shown["maxLeverage"])
        else:
            by_hand = (
                float(shown["leverage"]["rawUsd"])
                + float(shown["szi"]) / abs(float(shown["szi"])) * value
            )
        assert float(shown["marginUsed"]) == pytest.approx(by_hand, abs=1e-5)
    assert float(state["crossMaintenanceMarginUsed"]) == pytest.approx(maintenance, abs=1e-4)


def test_received_funding_is_positive_for_a_short_under_a_positive_rate(desk: Desk) -> None:
    rows = ask(desk, "userFunding", user=owner(desk), startTime=0)
    assert rows == sorted(rows, key=lambda row: row["time"])
    for row in (row["delta"] for row in rows):
        paid, size, rate = (float(row[key]) for key in ("usdc", "szi", "fundingRate"))
        assert paid == 0 or (paid > 0) is (size * rate < 0)


def test_payments_are_paged_from_an_inclusive_start(desk: Desk) -> None:
    account = desk.accounts()[0]
    lots_per_unit = 10 ** desk.view.by_symbol["BTC"].listing.size_decimals
    first_ms = desk.world.now_ns // NS_PER_MS - 600 * 3_600_000
    account.payments.clear()
    for hour in range(600):
        at_ns = (first_ms + hour * 3_600_000) * NS_PER_MS
        account.settle("BTC", at_ns, 1e-5, 80_000.0, lots_per_unit)
    page = ask(desk, "userFunding", user=owner(desk), startTime=first_ms)
    assert (len(page), page[0]["time"]) == (500, first_ms)
    rest = ask(desk, "userFunding", user=owner(desk), startTime=page[-1]["time"] + 1)
    assert len(rest) == 100
    assert page[-1] not in rest


def test_fills_are_newest_first(desk: Desk) -> None:
    desk.until_fill(lambda fill: fill.account.address == owner(desk))
    newest = ask(desk, "userFills", user=owner(desk))
    assert newest[0]["time"] > newest[-1]["time"]


def test_fills_from_a_time_on_are_oldest_first(desk: Desk) -> None:
    newest_first = ask(desk, "userFills", user=owner(desk))
    since = ask(desk, "userFillsByTime", user=owner(desk), startTime=newest_first[2]["time"])
    assert since == newest_first[2::-1]


def test_a_user_may_act_once_for_each_dollar_traded(desk: Desk) -> None:
    traded = sum(
        float(row["px"]) * float(row["sz"]) for row in ask(desk, "userFills", user=owner(desk))
    )
    limit = ask(desk, "userRateLimit", user=owner(desk))
    assert float(limit["cumVlm"]) == pytest.approx(traded)
    assert limit["nRequestsCap"] == 10_000 + int(traded)


def test_everybody_pays_the_fees_of_the_lowest_tier(desk: Desk) -> None:
    fees = ask(desk, "userFees", user=owner(desk))
    fill = ask(desk, "userFills", user=owner(desk))[0]
    worth = float(fill["px"]) * float(fill["sz"])
    assert float(fill["fee"]) == pytest.approx(float(fees["userCrossRate"]) * worth, rel=1e-4)


def test_the_other_dex_an_agent_and_a_stranger_are_flat(desk: Desk) -> None:
    agent = desk.view.accounts.addresses[-1]
    flat = without_time(ask(desk, "clearinghouseState", user=NOBODY))
    assert flat["marginSummary"]["accountValue"] == "0.0"
    assert without_time(ask(desk, "clearinghouseState", user=agent)) == flat
    assert without_time(ask(desk, "clearinghouseState", user=owner(desk), dex="xyz")) == flat


def test_a_role_tells_an_agent_from_a_user_and_from_nobody(desk: Desk) -> None:
    agent = desk.view.accounts.addresses[-1]
    assert ask(desk, "userRole", user=owner(desk)) == {"role": "user"}
    role = {"role": "agent", "data": {"user": owner(desk)}}
    assert ask(desk, "userRole", user=agent) == role
    assert ask(desk, "userRole", user=NOBODY) == {"role": "missing"}


def test_a_spot_balance_is_not_in_the_account_value(desk: Desk) -> None:
    assert ask(desk, "userAbstraction", user=owner(desk)) == "default"
    (balance,) = ask(desk, "spotClearinghouseState", user=owner(desk))["balances"]
    assert float(balance["total"]) > 0
    assert ask(desk, "spotClearinghouseState", user=NOBODY) == {"balances": []}


def test_an_address_may_be_written_in_capitals(desk: Desk) -> None:
    shouted = "0x" + owner(desk)[2:].upper()
    assert ask(desk, "clearinghouseState", user=shouted)["assetPositions"]
    (ack, first) = subscribe(desk, "clearinghouseState", user=shouted)
    assert ack["data"]["subscription"]["user"] == first["data"]["user"] == owner(desk)


# --- the socket ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["clearinghouseState", "allDexsClearinghouseState"])
def test_a_state_comes_at_once_and_again_when_it_changed_once_a_second_at_most(
    desk: Desk, kind: str
) -> None:
    assert len(subscribe(desk, kind, user=owner(desk))) == 2
    desk.run(10, step_s=0.1)
    assert 5 <= len(desk.heard()) <= 10


def test_all_dexs_name_the_empty_one_too(desk: Desk) -> None:
    (_, frame) = subscribe(desk, "allDexsClearinghouseState", user=owner(desk))
    (first, second) = frame["data"]["clearinghouseStates"]
    assert (first[0], second[0]) == ("", "xyz")
    assert first[1]["assetPositions"]
    assert second[1]["assetPositions"] == []


def test_a_flush_brings_the_state_of_the_moment(desk: Desk) -> None:
    frames = subscribe(desk, "clearinghouseState", user=owner(desk))
    desk.run(7.3, step_s=0.1)
    desk.venue.flush()
    last = (frames + desk.heard())[-1]["data"]["clearinghouseState"]
    assert without_time(last) == without_time(ask(desk, "clearinghouseState", user=owner(desk)))


def test_fills_follow_their_snapshot(desk: Desk) -> None:
    (_, first) = subscribe(desk, "userFills", user=owner(desk))
    assert first["data"]["isSnapshot"] is True
    fill, heard = desk.until_fill(lambda fill: fill.account.address == owner(desk))
    (frame,) = heard
    row = frame["data"]["fills"][-1]
    assert "isSnapshot" not in frame["data"]
    assert row["side"] == ("B" if fill.lots > 0 else "A")
    assert float(row["fee"]) == pytest.approx(float(row["px"]) * float(row["sz"]) * 0.00045, 1e-3)
    assert row == ask(desk, "userFills", user=owner(desk))[0]


def test_a_fill_says_where_it_came_from_and_what_it_did(desk: Desk) -> None:
    fill, _ = desk.until_fill(
        lambda fill: fill.account.address == owner(desk) and fill.start_lots * fill.lots < 0
    )
    row = next(
        row for row in ask(desk, "userFills", user=owner(desk)) if row["dir"].startswith("Close")
    )
    assert row["dir"] == ("Close Long" if fill.start_lots > 0 else "Close Short")
    assert (float(row["startPosition"]) > 0) is (fill.start_lots > 0)
    assert float(row["closedPnl"]) == pytest.approx(fill.closed_pnl_micros / 1e6)


def test_payments_follow_their_snapshot(desk: Desk) -> None:
    subscribe(desk, "userFundings", user=owner(desk))
    (frame,) = desk.past_the_hour()
    rows = frame["data"]["fundings"]
    assert {row["coin"] for row in rows} <= {"BTC", "ETH", "SOL", "kPEPE"}
    kept = ask(desk, "userFunding", user=owner(desk), startTime=rows[0]["time"])
    assert [row["delta"]["usdc"] for row in kept] == [row["usdc"] for row in rows]


def test_nobody_hears_of_somebody_elses_fills(desk: Desk) -> None:
    subscribe(desk, "userFills", user=desk.accounts()[1].address)
    _, heard = desk.until_fill()
    assert heard == []


def test_account_messages_are_lost_like_any_other(desk: Desk) -> None:
    subscribe(desk, "clearinghouseState", user=owner(desk))
    desk.venue.faults = Faults(drop=1.0)
    desk.run(20)
    assert desk.heard() == []


# --- the venue's own library ---------------------------------------------------------------------


def test_the_official_library_reads_a_user() -> None:
    pytest.importorskip("hyperliquid.info")
    from hyperliquid.info import Info

    with exchange("hyperliquid", hyperliquid, ("BTC", "ETH")) as where:
        client = Info(base_url=where["rest_url"], skip_ws=True)
        address = hyperliquid.PROFILE.address("a hedger")
        (row,) = client.user_state(address)["assetPositions"]
        assert row["position"]["coin"] == "BTC"
        assert float(row["position"]["szi"]) > 0
        history = client.user_funding_history(address, 0)
        assert {line["delta"]["coin"] for line in history} == {"BTC"}
        assert client.user_fills(address)[0]["dir"] == "Open Long"


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("openOrders", "orders"), ("twapStates", "states"), ("userTwapHistory", "history"),
        ("userHistoricalOrders", "orderHistory"), ("userTwapSliceFills", "twapSliceFills"),
    ],
)  # fmt: skip
def test_what_nobody_has_is_told_once_by_socket(desk: Desk, kind: str, rows: str) -> None:
    ack, told = subscribe(desk, kind, user=owner(desk))
    assert ack["data"]["subscription"] == {"type": kind, "user": owner(desk)}
    assert (told["channel"], told["data"]["user"], told["data"][rows]) == (kind, owner(desk), [])
    assert ("isSnapshot" in told["data"]) != ("dex" in told["data"])


def test_what_could_be_bought_is_the_free_margin_at_the_leverage_that_is_set(desk: Desk) -> None:
    user = owner(desk)
    state = ask(desk, "clearinghouseState", user=user)
    held = next(
        row["position"] for row in state["assetPositions"]
        if row["position"]["leverage"]["type"] == "cross"
    )  # fmt: skip
    told = ask(desk, "activeAssetData", user=user, coin=held["coin"])
    summary = state["crossMarginSummary"]
    free = float(summary["accountValue"]) - float(summary["totalMarginUsed"])
    assert told["leverage"] == held["leverage"]
    assert float(told["availableToTrade"][0]) == pytest.approx(max(0.0, free))
    most = max(0.0, free) * held["leverage"]["value"] / float(told["markPx"])
    assert float(told["maxTradeSzs"][0]) == pytest.approx(most, rel=1e-3, abs=1e-3)
    stranger = ask(desk, "activeAssetData", user=NOBODY, coin=held["coin"])
    assert stranger["maxTradeSzs"] == ["0.0", "0.0"]
    assert ask(desk, "activeAssetData", user=user, coin="@1") is None


def test_the_pages_data_is_the_state_the_listing_and_its_figures(desk: Desk) -> None:
    user = owner(desk)
    _, told = subscribe(desk, "webData2", user=user)
    data = told["data"]
    assert len(data["assetCtxs"]) == len(data["meta"]["universe"])
    state = ask(desk, "clearinghouseState", user=user)
    assert without_time(data["clearinghouseState"]) == without_time(state)
    _, spot = subscribe(desk, "spotState", user=user)
    assert spot["data"]["spotState"] == ask(desk, "spotClearinghouseState", user=user)


def test_a_margin_table_is_read_by_its_id(desk: Desk) -> None:
    row = ask(desk, "meta")["universe"][0]
    table = ask(desk, "marginTable", id=row["marginTableId"])
    assert table["marginTiers"][0]["maxLeverage"] == row["maxLeverage"]
    assert ask(desk, "marginTable", id=999_999) is None
