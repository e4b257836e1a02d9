"""Lighter's face about accounts: by index and by L1 address, REST and socket.

Sources: https://apidocs.lighter.xyz/reference and /docs/websocket-reference.
"""

import json
from typing import Any

import pytest

from cockpit.sim.faces import lighter
from tests.sim.desk import Desk
from tests.sim.skeleton import missing, recorded, skeleton

EXAMPLES = "lighter/doc_examples"
OWNER = lighter.PROFILE.address("a trader on Lighter")
CROSS, ISOLATED = 48_101, 48_102


@pytest.fixture
def desk() -> Desk:
    return Desk(lighter, ping={"type": "ping"})


def ask(desk: Desk, path: str, status: int = 200) -> Any:
    reply = desk.venue.http("GET", f"/api/v1/{path}")
    assert reply is not None
    assert reply.status == status
    return json.loads(reply.body)


def read(desk: Desk, index: int) -> Any:
    (row,) = ask(desk, f"account?by=index&value={index}")["accounts"]
    return row


def subscribe(desk: Desk, channel: str) -> Any:
    (answer,) = desk.say({"type": "subscribe", "channel": channel})
    return answer


def signed(row: dict[str, Any]) -> float:
    return float(row["sign"] * float(row["position"]))


# --- REST ----------------------------------------------------------------------------------------


def test_an_account_has_every_documented_field(desk: Desk) -> None:
    theirs = recorded(f"{EXAMPLES}/http_account.json")
    del theirs["accounts"][0]["can_rfq_market_ids"]  # null there, a list to the official client
    assert missing(ask(desk, f"account?by=index&value={CROSS}"), theirs) == []
    position = recorded(f"{EXAMPLES}/ws_account_all_positions_update.json")["positions"]["0"]
    for row in read(desk, ISOLATED)["positions"]:
        assert missing(row, position) == []


def test_one_l1_address_owns_several_accounts(desk: Desk) -> None:
    for address in (OWNER, OWNER.upper().replace("0X", "0x")):
        rows = ask(desk, f"account?by=l1_address&value={address}")
        assert rows["total"] == 2
        assert [row["index"] for row in rows["accounts"]] == [CROSS, ISOLATED]
    body = ask(desk, f"accountsByL1Address?l1_address={OWNER}")
    assert [row["index"] for row in body["sub_accounts"]] == [CROSS, ISOLATED]
    assert [row["account_type"] for row in body["sub_accounts"]] == [0, 1], "main, sub-account"
    assert body["l1_address"] == OWNER


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("account?by=index&value=5", 21100),
        ("account?by=index&value=x", 21100),
        ("account?by=l1_address&value=0x0", 21103),
        (f"account?by=l1_address&value=0x{'0' * 40}", 21100),
        (f"account?by=index&value={'9' * 5000}", 21100),
        ("account?value=48101", 20001),
        ("account?by=name&value=x", 20001),
        ("accountsByL1Address", 21103),
        ("positionFunding?account_index=5&limit=10", 20001),
        ("positionFunding?account_index=48101&limit=0", 20001),
        ("positionFunding?account_index=48101&limit=101", 20001),
        ("positionFunding?account_index=48101&cursor=x", 20001),
        ("positionFunding?account_index=48101&side=up", 20001),
    ],
)
def test_what_is_not_there_is_an_error(desk: Desk, path: str, code: int) -> None:
    assert ask(desk, path, status=400)["code"] == code


def test_worth_is_collateral_and_profits_and_agrees_with_the_truth(desk: Desk) -> None:
    desk.run(150)
    told = desk.truth(OWNER)
    worth, used, seen = 0.0, 0.0, 0
    for index in (CROSS, ISOLATED):
        row = read(desk, index)
        cross, isolated = float(row["collateral"]), 0.0
        margin = 0.0
        for position in row["positions"]:
            if not float(position["position"]):
                continue
            seen += 1
            pnl = float(position["unrealized_pnl"])
            if position["margin_mode"]:
                isolated += float(position["allocated_margin"]) + pnl
            else:
                cross += pnl
                fraction = float(position["initial_margin_fraction"]) / 100
                margin += float(position["position_value"]) * fraction
        assert float(row["cross_asset_value"]) == pytest.approx(cross)
        assert float(row["total_asset_value"]) == pytest.approx(cross + isolated)
        assert float(row["cross_initial_margin_requirement"]) == pytest.approx(margin, abs=1e-4)
        assert float(row["available_balance"]) == pytest.approx(cross - margin, abs=1e-4)
        worth += cross + isolated
        used += margin + isolated
    assert worth == pytest.approx(told["equity_usd"])
    assert used == pytest.approx(told["margin_used_usd"], abs=1e-3)
    assert seen == len(told["positions"])


def test_positions_agree_with_the_truth_and_funding_counts_what_was_paid_out(desk: Desk) -> None:
    desk.run(150)
    told = {position["symbol"]: position for position in desk.truth(OWNER)["positions"]}
    rows = [*read(desk, CROSS)["positions"], *read(desk, ISOLATED)["positions"]]
    for row in rows:
        if not float(row["position"]):
            continue
        scale = 1000 if row["symbol"].startswith("1000") else 1
        truth = told.pop(row["symbol"].removeprefix("1000"))
        listing = desk.view.markets[row["symbol"]].listing
        tick = 10.0**-listing.price_decimals
        assert signed(row) * scale == pytest.approx(truth["size"])
        assert float(row["avg_entry_price"]) == pytest.approx(truth["entry"] * scale, abs=tick)
        assert float(row["unrealized_pnl"]) == pytest.approx(truth["upnl_usd"], abs=1e-5)
        assert float(row["total_funding_paid_out"]) == truth["funding_paid_usd"]
        assert bool(row["margin_mode"]) is truth["isolated"]
        if truth["liquidation"] is None:
            assert row["liquidation_price"] == "0"
        else:
            price = float(row["liquidation_price"]) / scale
            assert price == pytest.approx(truth["liquidation"])
    assert not told


def test_a_closed_position_stays_in_the_list_flat(desk: Desk) -> None:
    fill, _ = desk.until_fill(lambda fill: fill.position.closed_ns is not None)
    symbol = desk.view.by_symbol[fill.position.symbol].listing.native
    index = fill.account.number
    (row,) = [row for row in read(desk, index)["positions"] if row["symbol"] == symbol]
    if signed(row) == 0:
        assert row["position_value"].lstrip("-") == "0.000000"
        open_only = ask(desk, f"account?by=index&value={index}&active_only=true")
        assert symbol not in [one["symbol"] for one in open_only["accounts"][0]["positions"]]


def test_the_zero_of_a_closed_short_has_a_sign(desk: Desk) -> None:
    for _ in range(50):
        fill, _ = desk.until_fill(
            lambda fill: fill.position.closed_ns is not None and fill.start_lots < 0
        )
        if fill.position.symbol not in fill.account.positions:
            break
    rows = read(desk, fill.account.number)["positions"]
    symbol = desk.view.by_symbol[fill.position.symbol].listing.native
    (row,) = [row for row in rows if row["symbol"] == symbol]
    assert (row["sign"], row["position_value"]) == (-1, "-0.000000")


def test_payments_come_by_the_page_newest_first(desk: Desk) -> None:
    first = ask(desk, f"positionFunding?account_index={CROSS}&limit=40")
    rest = ask(
        desk, f"positionFunding?account_index={CROSS}&limit=100&cursor={first['next_cursor']}"
    )
    rows = first["position_fundings"] + rest["position_fundings"]
    assert "next_cursor" not in rest
    assert len({row["funding_id"] for row in rows}) == len(rows) > 40
    assert rows == sorted(rows, key=lambda row: row["timestamp"], reverse=True)
    only = ask(desk, f"positionFunding?account_index={CROSS}&market_id=1&side=short")
    assert {row["market_id"] for row in only["position_fundings"]} == {1}
    for row in rows:
        paid, rate = float(row["change"]), float(row["rate"])
        short = row["position_side"] == "short"
        assert paid == 0 or (paid > 0) is (short is (rate > 0))


def test_payments_add_up_to_what_the_position_says(desk: Desk) -> None:
    rows = ask(desk, f"positionFunding?account_index={ISOLATED}&limit=100")["position_fundings"]
    for position in read(desk, ISOLATED)["positions"]:
        total = sum(
            float(row["change"]) for row in rows if row["market_id"] == position["market_id"]
        )
        assert total == pytest.approx(float(position["total_funding_paid_out"]), abs=1e-6)


# --- the socket ----------------------------------------------------------------------------------


def test_stats_have_the_documented_shape_and_follow_the_mark_once_a_second(desk: Desk) -> None:
    first = subscribe(desk, f"user_stats/{ISOLATED}")
    assert skeleton(first) == skeleton(recorded(f"{EXAMPLES}/ws_user_stats_update.json"))
    desk.run(10, step_s=0.1)
    updates = desk.heard()
    assert 5 <= len(updates) <= 10
    assert {update["type"] for update in updates} == {"update/user_stats"}


def test_stats_agree_with_the_account(desk: Desk) -> None:
    row, stats = read(desk, ISOLATED), subscribe(desk, f"user_stats/{ISOLATED}")["stats"]
    assert stats["portfolio_value"] == row["total_asset_value"]
    assert stats["available_balance"] == row["available_balance"]
    assert stats["cross_stats"]["portfolio_value"] == row["cross_asset_value"]
    value = sum(float(position["position_value"]) for position in row["positions"])
    leverage = value / float(row["total_asset_value"])
    assert float(stats["leverage"]) == pytest.approx(leverage, abs=0.01)


def test_an_account_speaks_when_it_trades(desk: Desk) -> None:
    first = subscribe(desk, f"account_all/{CROSS}")
    assert first["type"] == "subscribed/account_all"
    assert first["trades"] == {}
    fill, heard = desk.until_fill(lambda fill: fill.account.number == CROSS)
    (update,) = heard
    assert skeleton(update).keys() == skeleton(first).keys()
    market_id = str(desk.view.by_symbol[fill.position.symbol].listing.market_id)
    row = update["trades"][market_id][-1]
    side = "bid_account_id" if fill.lots > 0 else "ask_account_id"
    assert row[side] == CROSS
    assert row["is_maker_ask"] is (fill.lots > 0)
    rows = {str(row["market_id"]): row for row in read(desk, CROSS)["positions"]}
    assert update["positions"] == rows


def test_an_account_speaks_when_it_is_paid(desk: Desk) -> None:
    first = subscribe(desk, f"account_all/{ISOLATED}")
    known = {row["funding_id"] for rows in first["funding_histories"].values() for row in rows}
    assert known
    paid = [update for update in desk.past_the_hour() if update["funding_histories"]]
    (update,) = paid
    new = [row for rows in update["funding_histories"].values() for row in rows]
    assert not known & {row["funding_id"] for row in new}
    kept = ask(desk, f"positionFunding?account_index={ISOLATED}")["position_fundings"]
    assert sorted(map(json.dumps, new)) == sorted(map(json.dumps, kept[: len(new)]))


def test_a_flush_brings_everything_up_to_the_mark(desk: Desk) -> None:
    subscribe(desk, f"account_all/{CROSS}")
    subscribe(desk, f"user_stats/{CROSS}")
    desk.run(5, step_s=0.1)
    desk.heard()
    desk.venue.flush()
    by_type = {message["type"]: message for message in desk.heard()}
    row = read(desk, CROSS)
    rows = {str(position["market_id"]): position for position in row["positions"]}
    assert by_type["update/account_all"]["positions"] == rows
    desk.venue.flush()
    assert desk.heard() == []


def test_positions_alone_want_a_token(desk: Desk) -> None:
    answer = subscribe(desk, f"account_all_positions/{CROSS}")
    assert answer["error"]["code"] == 20001
