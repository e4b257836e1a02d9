"""Hyperliquid accounts: odd rows and answers, other channels, and what is asked again after."""

import pytest

from cockpit.core.events import AccountState, FundingPayment, Margin, Position, Reject
from cockpit.venues.hyperliquid.session import Session
from tests.support import (
    AT_NS,
    feed,
    frame,
    only,
    opened,
    reply,
    ticks,
)
from tests.venues.hyperliquid.accounts import (
    ALICE,
    BOB,
    EMPTY,
    all_dexs,
    asked,
    following,
    row,
    state,
)

SECOND = 1_000_000_000
PAID = {"coin": "ETH", "usdc": " -3.625312", "szi": "49.1477", "fundingRate": "0.0000417"}

# --- payments -----------------------------------------------------------------------------------


def test_a_blank_before_a_figure_as_in_the_documentation_is_forgiven():
    body = [{"time": 1_759_222_254_710, "hash": "0x", "delta": {"type": "funding", **PAID}}]
    [paid] = only(FundingPayment, feed(following(ALICE), reply("account", body)))
    assert (paid.usd, paid.size, paid.rate) == (-3.625312, 49.1477, 0.0000417)


def test_one_odd_payment_does_not_cost_the_others():
    rows = [{"time": 1_759_000_000_000 + i, **PAID} for i in range(3)]
    rows[1]["time"] = "noon"
    data = {"user": ALICE, "fundings": rows}
    outputs = feed(following(ALICE), frame({"channel": "userFundings", "data": data}))
    assert len(only(FundingPayment, outputs)) == 2
    [rejected] = only(Reject, outputs)
    assert rejected.reason == "account: 1 unreadable payments"


def test_a_payment_in_thousands_of_coins_is_told_per_coin():
    data = {"user": ALICE, "fundings": [{"time": 1_759_000_000_000, **PAID, "coin": "kPEPE"}]}
    [paid] = only(
        FundingPayment, feed(following(ALICE), frame({"channel": "userFundings", "data": data}))
    )
    assert (paid.symbol, paid.size, paid.usd) == ("PEPE", 49147.7, -3.625312)


def test_withdrawals_and_transfers_are_no_funding():
    delta = {"type": "withdraw", "usdc": "10.0", "nonce": 1, "fee": "1.0"}
    body = [{"time": 1_759_000_000_000, "hash": "0x", "delta": delta}]
    assert feed(following(ALICE), reply("account", body, key=f"paid/{ALICE}")) == []


# --- states -------------------------------------------------------------------------------------


def test_funding_of_zero_has_no_sign():
    since = {"allTime": "9.1", "sinceOpen": "0.0", "sinceChange": "0.0"}
    [position] = only(
        Position, feed(following(ALICE), reply("account", state(row("BTC", "1", cumFunding=since))))
    )
    assert str(position.funding_paid) == "0.0"


def test_fields_that_are_null_are_not_known_and_the_position_is_told():
    bare = row("BTC", "1", leverage=None, entryPx=None, liquidationPx=None, cumFunding=None)
    [position] = only(Position, feed(following(ALICE), reply("account", state(bare))))
    assert (position.size, position.upnl) == (1.0, 20.5)
    assert (position.entry, position.leverage, position.margin_mode) == (None, None, None)
    assert (position.liquidation, position.funding_paid) == (None, None)


def test_a_null_rawusd_and_an_unknown_margin_mode_cost_nothing_else():
    isolated = row("BTC", "1", leverage={"type": "isolated", "value": "5", "rawUsd": None})
    novel = row("ETH", "1", leverage={"type": "shared", "value": 3})
    first, second = only(Position, feed(following(ALICE), reply("account", state(isolated, novel))))
    assert (first.margin_mode, first.leverage, first.isolated_equity) == ("isolated", 5.0, 28.5)
    assert (second.margin_mode, second.leverage, second.isolated_equity) == (None, 3.0, None)


def test_a_dex_that_cannot_be_read_does_not_cost_the_others_and_leaves_what_was_told():
    session = following(ALICE)
    gold = ("xyz", state(row("xyz:GOLD", "1")))
    feed(session, opened(), frame(all_dexs(ALICE, ("", state(row("BTC", "1"))), gold)))
    odd = ("xyz", {"assetPositions": [{"position": {"coin": 7}}]})
    outputs = feed(session, frame(all_dexs(ALICE, ("", state(row("BTC", "2"))), odd)))
    assert [(p.symbol, p.size) for p in only(Position, outputs)] == [("BTC", 2.0)]
    [said] = only(AccountState, outputs)
    assert said.state == "failed"
    assert said.reason.startswith("the dex xyz was not read: ")
    back = feed(session, frame(all_dexs(ALICE, ("", state(row("BTC", "2"))), gold)))
    assert [s.state for s in only(AccountState, back)] == ["read"]


def test_a_builders_dex_that_fails_is_missed_only_if_something_was_in_it():
    session = following(ALICE)
    feed(session, opened(), reply("account", state(row("BTC", "1")), key=f"state/{ALICE}"))
    gone = reply("account", "oops", status=500, key=f"state/{ALICE}/flx")
    assert only(AccountState, feed(session, gone)) == []
    feed(session, reply("account", state(row("flx:TSLA", "1")), key=f"state/{ALICE}/flx"))
    [said] = only(AccountState, feed(session, gone))
    assert (said.state, "the dex flx was not read: HTTP 500" in said.reason) == ("failed", True)
    still = feed(session, reply("account", state(row("BTC", "1")), key=f"state/{ALICE}"))
    assert only(AccountState, still) == [], "the other dexes do not make up for it"


def test_one_odd_figure_of_a_position_costs_that_figure():
    held = row("BTC", "2", entryPx="?", liquidationPx="55.5", unrealizedPnl="1e300")
    outputs = feed(following(ALICE), reply("account", state(held, withdrawable="all")))
    [position], [margin] = only(Position, outputs), only(Margin, outputs)
    assert (position.size, position.entry, position.upnl) == (2.0, None, None)
    assert (position.mark, position.liquidation) == (100.0, 55.5)
    assert (margin.equity, margin.available) == (1000.0, None)
    [rejected] = only(Reject, outputs)
    assert "entryPx of BTC, unrealizedPnl of BTC, withdrawable" in rejected.reason


def test_an_account_value_that_is_no_number_is_unknown_and_no_empty_account():
    outputs = feed(following(ALICE), opened(), reply("account", EMPTY | state(value="much")))
    assert [margin.equity for margin in only(Margin, outputs)] == [None]
    assert only(AccountState, outputs)[-1].state == "read"


# --- answers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "body"),
    [("state", "[]"), ("state", '"default"'), ("paid", state()), ("role", "[]"), ("mode", "{}")],
)
def test_an_answer_to_another_question_is_a_reject_and_changes_nothing(question, body):
    session = following(ALICE)
    feed(session, opened(), reply("account", state(row("BTC", "1")), key=f"state/{ALICE}"))
    outputs = feed(session, reply("account", body, key=f"{question}/{ALICE}"))
    assert len(only(Reject, outputs)) == 1
    assert only(Position, outputs) == only(Margin, outputs) == []


def test_an_answer_of_null_keeps_the_account_and_says_so():
    session = following(ALICE)
    feed(session, opened(), reply("account", state(row("BTC", "1")), key=f"state/{ALICE}"))
    outputs = feed(session, reply("account", "null", key=f"state/{ALICE}"))
    assert only(Position, outputs) == []
    [said] = only(AccountState, outputs)
    assert (said.state, "got `null`" in said.reason) == ("failed", True)


def test_an_answer_that_names_nobody_is_nobodys_where_two_are_followed():
    [rejected] = feed(following(ALICE, BOB), reply("account", state(row("BTC", "1"))))
    assert "whose account" in rejected.reason


# --- who an address is --------------------------------------------------------------------------


def roles(session: Session, role: object, at_ns: int = AT_NS, status: int = 200) -> list:
    asking = reply("account", role, at_ns, key=f"role/{ALICE}", status=status)
    return only(AccountState, feed(session, asking))


@pytest.mark.parametrize(
    "role", [{"role": "vault"}, {"role": "subAccount", "data": {"master": BOB}}, {"role": "user"}]
)
def test_sub_accounts_and_vaults_are_accounts_like_any_other(role):
    session = following(ALICE)
    feed(session, opened(), reply("account", EMPTY, key=f"state/{ALICE}"))
    [said] = roles(session, role)
    assert (said.state, said.reason) == ("flat", "")


def test_an_account_that_is_emptied_and_then_forgotten_is_called_gone():
    session = following(ALICE)
    feed(session, opened(), reply("account", state(row("BTC", "1")), key=f"state/{ALICE}"))
    empty = feed(session, reply("account", EMPTY, key=f"state/{ALICE}"))
    assert len(asked(empty, f"role/{ALICE}")) == 1, "it was never asked who it is before"
    assert [said.state for said in only(AccountState, empty)] == ["flat"], "it was an account"
    [said] = roles(session, {"role": "missing"})
    assert (said.state, "knows this account no longer" in said.reason) == ("gone", True)


def test_a_role_that_could_not_be_asked_is_asked_again_in_a_minute():
    session = following(ALICE)
    feed(session, opened(), reply("account", EMPTY, key=f"state/{ALICE}"))
    roles(session, "", status=429)
    assert len(asked(feed(session, *ticks(62)), "role/")) == 1
    [said] = roles(session, {"role": "agent", "data": {"user": BOB}}, AT_NS + 62 * SECOND)
    assert (said.state, "follow its account 0x5e9e…a13a" in said.reason) == ("unknown", True)


def test_an_address_of_no_known_role_that_turns_out_missing_was_never_an_account():
    session = following(ALICE)
    feed(session, opened(), reply("account", EMPTY, key=f"state/{ALICE}"))
    roles(session, "", status=429)
    [said] = roles(session, {"role": "missing"})
    assert (said.state, said.reason) == ("unknown", "Hyperliquid has never seen this address")


def test_an_account_that_opens_a_position_and_closes_it_is_asked_anew_who_it_is():
    session = following(ALICE)
    feed(session, opened(), reply("account", EMPTY, key=f"state/{ALICE}"))
    roles(session, {"role": "user"})
    feed(session, reply("account", state(row("BTC", "1")), key=f"state/{ALICE}"))
    outputs = feed(session, reply("account", EMPTY, key=f"state/{ALICE}"))
    assert len(asked(outputs, "role/")) == 1
