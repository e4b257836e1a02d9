"""dYdX accounts: parents and children, signs, figures that follow the oracle, missing accounts."""

import json

import pytest

from cockpit.analytics.risk.margin import build_tiers, liquidation_price
from cockpit.core.events import AccountState, FundingPayment, Margin, Position, Reject
from cockpit.venues.contract import Fetch, Wants
from cockpit.venues.dydx import SPEC
from cockpit.venues.dydx.session import Session
from tests.invariants import Invariants
from tests.support import (
    AT_NS,
    capture_text,
    feed,
    frame,
    needs_captures,
    only,
    opened,
    reply,
    ticks,
)  # fmt: skip
from tests.venues.dydx.messages import connected, envelope, markets, requests, row

ADDRESS = "dydx1n56z5fhmemtffzkt2eqyf9kuc7ycjfs86mvqy7"
PARENT = f"{ADDRESS}/0"
CHANNEL = "v4_parent_subaccounts"
SECOND = 1_000_000_000


def held(market: str, side: str, size: str, **changed: object) -> dict:
    """Every field has a value of its own, so that a mix-up shows."""
    return {
        "market": market, "status": "OPEN", "side": side, "size": size, "maxSize": "99",
        "entryPrice": "80.0", "exitPrice": None, "realizedPnl": "7.5", "unrealizedPnl": "3.25",
        "netFunding": "-1.75", "subaccountNumber": 0, **changed,
    }  # fmt: skip


def usdc(size: str, side: str = "LONG", number: int = 0) -> dict:
    return {
        "size": size, "symbol": "USDC", "side": side, "assetId": "0", "subaccountNumber": number,
    }  # fmt: skip


def account(
    number: int, *positions: dict, cash: dict, equity: str = "500", free: str = "400"
) -> dict:
    return {
        "address": ADDRESS, "subaccountNumber": number, "equity": equity, "freeCollateral": free,
        "openPerpetualPositions": {p["market"]: p for p in positions},
        "assetPositions": {"USDC": cash}, "marginEnabled": True,
    }  # fmt: skip


def whole(*children: dict, number: int = 3) -> dict:
    parent = {
        "address": ADDRESS, "parentSubaccountNumber": 0, "equity": "1", "freeCollateral": "2",
        "childSubaccounts": list(children),
    }  # fmt: skip
    contents = {"subaccount": parent, "orders": [], "blockHeight": "1"}
    return envelope("subscribed", number, CHANNEL, PARENT, contents)


def following(account_text: str = PARENT, *rows: dict) -> Session:
    """A session that listens to an account and knows the margin terms of two markets."""
    session = Session(Wants(symbols=("BTC",), accounts=(account_text,)))
    listed = rows or (row("BTC-USD", oraclePrice="100"), row("ETH-USD", oraclePrice="10"))
    feed(session, opened(), frame(connected()))
    feed(session, frame(envelope("subscribed", 1, "v4_markets", "", markets(*listed))))
    return session


def oracle(number: int, **prices: str) -> dict:
    rows = {f"{symbol}-USD": {"oraclePrice": price} for symbol, price in prices.items()}
    return envelope("channel_data", number, "v4_markets", "", {"oraclePrices": rows})


# --- recordings ---------------------------------------------------------------------------------


@needs_captures
def test_the_recorded_isolated_position_lives_in_a_child_of_its_own():
    text = capture_text("dydx/ws_parent_subaccount_isolated_position.json")
    outputs = feed(Session(Wants()), frame(text))
    Invariants("dydx").check_all(outputs)
    [position] = only(Position, outputs)
    assert (position.symbol, position.size, position.entry) == ("APE", 20.0, 0.929)
    assert (position.pool, position.margin_mode) == ("128", "isolated")
    assert position.upnl == pytest.approx(-0.03259292)
    worth = 0.929 - 0.03259292 / 20
    assert position.mark == pytest.approx(worth), "what the venue worked its profit out at"
    assert position.liquidation is None, "the venue names none"
    assert position.account == "dydx1jd8uuuwcfr2xg6ek0g3mes2kppzm54qd65npwe/0"
    margins = {m.pool: m for m in only(Margin, outputs)}
    assert margins["0"].equity == margins["0"].available == 137.128721
    assert (margins["128"].equity, margins["128"].available) == (18.53811708, 14.828635664)
    assert margins["128"].used == pytest.approx(3.709481416)


@needs_captures
def test_equity_is_collateral_and_size_times_oracle_and_a_debt_counts_against_it():
    """The venue's own figures: 0.00929 USDC are owed, 20 APE are worth 18.54740708 USD."""
    price = 0.929 - 0.03259292 / 20
    text = capture_text("dydx/ws_parent_subaccount_isolated_position.json")
    recorded = json.loads(text) | {"message_id": 3}
    terms = row("APE-USD", oraclePrice=str(price), initialMarginFraction="0.2")
    session = following("dydx1jd8uuuwcfr2xg6ek0g3mes2kppzm54qd65npwe/0", terms)
    feed(session, frame(recorded))
    later = {m.pool: m for m in only(Margin, feed(session, *ticks(12)))}
    assert later["128"].equity == pytest.approx(18.53811708, abs=1e-9)
    assert later["128"].used == pytest.approx(20 * price * 0.2)


@needs_captures
def test_the_recorded_fill_changes_size_and_collateral_and_a_price_of_zero_is_no_entry():
    session = Session(Wants())
    feed(session, frame(capture_text("dydx/ws_parent_subaccount_subscribed.json")))
    outputs = feed(session, frame(capture_text("dydx/ws_parent_subaccount_batch.json")))
    [position] = only(Position, outputs)
    assert (position.symbol, position.size, position.entry) == ("LDO", 17.0, 1.7)
    assert position.upnl is None, "the message's own profit is of another moment"
    assert only(Margin, outputs) == [], "without the oracle no equity, and the stated one stays"


@needs_captures
def test_the_recorded_subaccount_over_rest_is_read():
    text = capture_text("dydx/rest_subaccount.json")
    outputs = feed(Session(Wants(accounts=(PARENT,))), reply("account", text))
    [margin] = only(Margin, outputs)
    assert (margin.equity, margin.available, margin.used) == (45.201296, 45.201296, 0.0)
    assert [s.state for s in only(AccountState, outputs)] == ["read"]


# --- figures ------------------------------------------------------------------------------------


def test_a_short_is_negative_whatever_the_sign_of_its_size():
    child = account(
        0, held("BTC-USD", "SHORT", "-2"), held("ETH-USD", "SHORT", "3"), cash=usdc("900")
    )
    positions = {p.symbol: p for p in only(Position, feed(following(), frame(whole(child))))}
    assert (positions["BTC"].size, positions["ETH"].size) == (-2.0, -3.0)


def test_no_field_is_taken_for_another():
    child = account(0, held("BTC-USD", "LONG", "2"), cash=usdc("300"))
    [position] = only(Position, feed(following(), frame(whole(child))))
    assert (position.entry, position.upnl) == (80.0, 3.25)
    assert position.mark == 80.0 + 3.25 / 2, "not the oracle of now: the profit is not of now"
    assert (position.funding_paid, position.leverage) == (-1.75, None)
    assert (position.pool, position.margin_mode) == ("0", "cross")


def test_the_figures_of_the_message_are_the_venues_and_those_after_it_follow_the_oracle():
    """300 USDC and 2 BTC; IMF 2 %, MMF 1.2 %."""
    session = following()
    child = account(0, held("BTC-USD", "LONG", "2"), cash=usdc("300"), equity="499", free="495")
    [stated] = only(Margin, feed(session, frame(whole(child))))
    assert (stated.equity, stated.available, stated.used) == (499.0, 495.0, 4.0)
    outputs = feed(session, frame(oracle(4, BTC="110")), *ticks(1))
    [margin] = only(Margin, outputs)
    assert margin.equity == pytest.approx(300 + 2 * 110)
    assert margin.used == pytest.approx(2 * 110 * 0.02)
    assert margin.maintenance == pytest.approx(2 * 110 * 0.012)
    assert margin.available == pytest.approx(520 - 4.4)
    [position] = only(Position, outputs)
    assert (position.mark, position.upnl) == (110.0, pytest.approx(2 * 30.0))


def test_what_the_venue_worked_out_and_what_we_do_is_each_of_one_moment():
    """300 USDC, 2 BTC bought at 80; the venue saw the oracle at 90, and ours says 100 already."""
    session = following()
    bought = held("BTC-USD", "LONG", "2", entryPrice="80", unrealizedPnl="20")
    outputs = feed(
        session, frame(whole(account(0, bought, cash=usdc("300"), equity="480", free="476.4")))
    )
    [position], [margin] = only(Position, outputs), only(Margin, outputs)
    assert (position.mark, position.upnl) == (90.0, 20.0)
    assert (margin.equity, margin.used) == (480.0, pytest.approx(2 * 90 * 0.02))
    assert margin.maintenance == pytest.approx(2 * 90 * 0.012)
    later = feed(session, *ticks(1))
    [position], [margin] = only(Position, later), only(Margin, later)
    assert (position.mark, position.upnl) == (100.0, 40.0)
    assert (margin.equity, margin.maintenance) == (500.0, pytest.approx(2 * 100 * 0.012))


def test_an_answer_without_its_positions_has_no_profit_of_this_moment():
    session = following(ADDRESS)
    bought = held("BTC-USD", "LONG", "2", entryPrice="80", unrealizedPnl="20")
    feed(session, *ticks(1))
    whole_row = account(0, bought, cash=usdc("300"), equity="480", free="476.4")
    feed(session, reply("account", {"subaccounts": [whole_row]}, key=f"look/{ADDRESS}"))
    bare = {**whole_row, "openPerpetualPositions": None}
    outputs = feed(session, reply("account", {"subaccounts": [bare]}, key=f"look/{ADDRESS}"))
    [position] = only(Position, outputs)
    assert (position.mark, position.upnl) == (100.0, 40.0)


def test_an_account_in_which_nothing_moves_is_confirmed_every_ten_seconds():
    session = following()
    feed(session, frame(whole(account(0, cash=usdc("300"), equity="300", free="300"))))
    outputs = feed(session, *ticks(31))
    assert len(only(Margin, outputs)) == 3
    assert {m.equity for m in only(Margin, outputs)} == {300.0}


def test_after_a_hole_in_the_numbers_an_account_is_confirmed_again_only_when_it_was_read():
    session = following()
    child = account(0, cash=usdc("300"), equity="300", free="300")
    feed(session, frame(whole(child)))
    feed(session, frame(oracle(40, ETH="11")))
    assert only(Margin, feed(session, *ticks(31))) == []
    then_ns = AT_NS + 40 * 1_000_000_000
    again = feed(session, frame(whole(child, number=41), then_ns))
    assert [margin.equity for margin in only(Margin, again)] == [300.0]
    assert len(only(Margin, feed(session, *ticks(31, then_ns)))) == 3


def test_the_documented_liquidation_price_follows_from_what_is_told():
    """The documentation's example: 1000 USDC, short 3 ETH at 3000, MMF 5 %: 3174.60."""
    terms = row("ETH-USD", oraclePrice="3000", maintenanceMarginFraction="0.05")
    session = following(PARENT, terms)
    short = held("ETH-USD", "SHORT", "3", entryPrice="3000", unrealizedPnl="0")
    child = account(0, short, cash=usdc("10000"), equity="1000", free="400")
    outputs = feed(session, frame(whole(child)))
    [position], [margin] = only(Position, outputs), only(Margin, outputs)
    ours = liquidation_price(
        margin.equity, position.size, position.mark, build_tiers([0], [0.05]), 0.0
    )
    assert ours == pytest.approx(3174.60, abs=0.01)


def test_a_closed_position_is_told_closed_and_so_is_one_that_a_new_list_lacks():
    session = following()
    both = account(0, held("BTC-USD", "LONG", "2"), held("ETH-USD", "LONG", "1"), cash=usdc("9"))
    feed(session, frame(whole(both)))
    update = {"perpetualPositions": [held("BTC-USD", "LONG", "0", status="CLOSED")]}
    message = envelope("channel_data", 4, CHANNEL, PARENT, update)
    outputs = feed(session, frame(message))
    assert [(p.symbol, p.size) for p in only(Position, outputs)] == [("BTC", 0.0), ("ETH", 1.0)]
    again = feed(session, frame(whole(account(0, cash=usdc("9")), number=5)))
    assert [(p.symbol, p.size) for p in only(Position, again)] == [("ETH", 0.0)]


def test_positions_in_markets_that_nobody_follows_are_told_all_the_same():
    silent = held("DOGE-USD", "LONG", "5", unrealizedPnl=None)
    child = account(0, silent, cash=usdc("9"))
    [position] = only(Position, feed(following(), frame(whole(child))))
    assert (position.symbol, position.mark, position.upnl) == ("DOGE", None, None)


def test_negative_equity_is_a_number_like_any_other():
    child = account(0, held("BTC-USD", "LONG", "2"), cash=usdc("250", "SHORT"), equity="-50")
    session = following()
    [stated] = only(Margin, feed(session, frame(whole(child))))
    [later] = only(Margin, feed(session, *ticks(1)))
    assert stated.equity == later.equity == -50.0


# --- funding payments -----------------------------------------------------------------------------


def payment(hour: int, ticker: str, usd: str, number: int = 0) -> dict:
    return {
        "createdAt": f"2025-10-08T{hour:02}:00:00.500Z", "createdAtHeight": "1",
        "perpetualId": "0", "ticker": ticker, "oraclePrice": "100", "size": "-2", "side": "SHORT",
        "rate": "0.0001", "payment": usd, "subaccountNumber": str(number), "fundingIndex": "1",
    }  # fmt: skip


def test_payments_are_told_oldest_first_once_and_received_is_positive():
    session = Session(Wants(accounts=(PARENT,)))
    [fetch] = [f for f in only(Fetch, feed(session, opened())) if "fundingPayments" in f.path]
    assert "address=" + ADDRESS in fetch.path
    rows = {"fundingPayments": [payment(3, "BTC-USD", "0.02"), payment(2, "BTC-USD", "-0.01", 128)]}
    outputs = feed(session, *[reply("account", rows, key=fetch.key)] * 2)
    told = only(FundingPayment, outputs)
    assert [(p.symbol, p.usd, p.pool) for p in told] == [("BTC", -0.01, "128"), ("BTC", 0.02, "0")]
    assert told[0].size == -2.0


# --- what is no account, and what fails ---------------------------------------------------------


def test_the_account_is_subscribed_to_and_again_after_a_lost_message():
    session = Session(Wants(accounts=(PARENT,)))
    assert ("subscribe", CHANNEL, PARENT) in requests(feed(session, opened()))
    session = following()
    feed(session, frame(whole(account(0, cash=usdc("1")))))
    gap = frame(oracle(9, BTC="101"), AT_NS + 5 * SECOND)
    assert ("subscribe", CHANNEL, PARENT) in requests(feed(session, gap))


def test_a_subaccount_that_does_not_exist_is_said_in_words():
    missing = envelope("subscribed", 3, CHANNEL, PARENT, {})
    [said] = only(AccountState, feed(following(), frame(missing)))
    assert said.state == "unknown"
    assert said.reason == "this address has no subaccount 0 at dYdX (yet)"


def test_a_subaccount_that_comes_into_being_is_read_from_its_first_change():
    session = following()
    feed(session, frame(envelope("subscribed", 3, CHANNEL, PARENT, {})))
    change = {"assetPositions": [usdc("250")]}
    outputs = feed(session, frame(envelope("channel_data", 4, CHANNEL, PARENT, change)))
    assert [m.equity for m in only(Margin, outputs)] == [250.0]
    assert [s.state for s in only(AccountState, outputs)] == ["read"]


def test_an_account_that_vanished_keeps_what_was_read_and_says_so():
    session = following()
    feed(session, frame(whole(account(0, held("BTC-USD", "LONG", "2"), cash=usdc("9")))))
    outputs = feed(session, frame(envelope("subscribed", 4, CHANNEL, PARENT, {})))
    [said] = only(AccountState, outputs)
    assert said.state == "gone"
    assert "knows this account no longer" in said.reason
    assert only(Position, outputs) == []


def test_a_whole_address_is_looked_up_and_every_parent_subscribed_to():
    session = following(ADDRESS)
    [look] = [f for f in only(Fetch, feed(session, *ticks(1))) if f.key.startswith("look/")]
    assert look.path == f"/v4/addresses/{ADDRESS}"
    found = {"subaccounts": [
        account(0, cash=usdc("1"), equity="1"), account(130, cash=usdc("3"), equity="3"),
    ]}  # fmt: skip
    outputs = feed(session, reply("account", found, key=look.key))
    assert {m.pool: m.equity for m in only(Margin, outputs)} == {"0": 1.0, "130": 3.0}
    assert {m.account for m in only(Margin, outputs)} == {ADDRESS}
    assert ("subscribe", CHANNEL, f"{ADDRESS}/2") in requests(outputs)


@pytest.mark.parametrize(
    ("status", "state"), [(404, "unknown"), (429, "failed"), (500, "failed"), (0, "failed")]
)
def test_a_refused_look_up_is_a_state_a_reject_and_asked_again(status, state):
    session = following(ADDRESS)
    feed(session, *ticks(1))
    body = {"errors": [{"msg": f"No subaccounts found for address {ADDRESS}"}]}
    outputs = feed(session, reply("account", body, status=status, key=f"look/{ADDRESS}"))
    assert [s.state for s in only(AccountState, outputs)] == [state]
    [rejected] = only(Reject, outputs)
    assert ADDRESS not in rejected.reason + rejected.data
    later = feed(session, *ticks(70, AT_NS + SECOND))
    assert [f for f in only(Fetch, later) if f.key.startswith("look/")]


@pytest.mark.parametrize(
    "contents",
    [{"subaccount": {"childSubaccounts": [{}]}}, {"subaccount": 3}, [], {"subaccount": {}}],
)
def test_a_whole_account_of_nonsense_never_raises_and_closes_nothing(contents):
    session = following()
    feed(session, frame(whole(account(0, held("BTC-USD", "LONG", "2"), cash=usdc("9")))))
    outputs = feed(session, frame(envelope("subscribed", 4, CHANNEL, PARENT, contents)))
    assert only(Position, outputs) == []
    assert only(Reject, outputs)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ADDRESS[:-1] + "8", "checksum"),
        (ADDRESS[:-1], "has 42 characters, expected 43"),
        (ADDRESS.replace("z", "b"), "'b'"),
        ("cosmos1" + ADDRESS[5:], "dydx1"),
        ("0x31ca8395cf837de08b24da3f660e77761dfb974b", "dydx1"),
        (f"{ADDRESS}/128", "0 to 127"),
        (f"{ADDRESS}/x", "0 to 127"),
        (f"{ADDRESS}/", "0 to 127"),
        ("", "dydx1"),
    ],
)
def test_an_address_of_the_wrong_form_is_a_sentence(text, words):
    assert words in SPEC.check_address(text)


@pytest.mark.parametrize("text", [ADDRESS, PARENT, f"{ADDRESS}/127", ADDRESS.upper()])
def test_a_whole_address_and_one_subaccount_are_both_good(text):
    assert SPEC.check_address(text) is None
