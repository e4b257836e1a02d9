"""Hyperliquid accounts: what stands behind the positions in each of the venue's account modes."""

import pytest

from cockpit.core.events import AccountState, Margin, Position
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.hyperliquid.accounts import (
    ALICE,
    EMPTY,
    all_dexs,
    asked,
    following,
    row,
    spot,
    state,
)

SECOND = 1_000_000_000
ISOLATED = {"type": "isolated", "value": 5, "rawUsd": "-171.5"}


def answers(mode: str, *balances: dict) -> list:
    """An account in a mode: the opened link, its mode and its spot balances."""
    return [
        opened(),
        reply("account", f'"{mode}"', key=f"mode/{ALICE}"),
        reply("account", {"balances": list(balances)}, key=f"spot/{ALICE}"),
    ]


def state_of(first: dict, **builders: dict) -> list:
    rest = [reply("account", s, key=f"state/{ALICE}/{dex}") for dex, s in builders.items()]
    return [*rest, reply("account", first, key=f"state/{ALICE}")]


@pytest.mark.parametrize("mode", ["default", "disabled", "dexAbstraction", "a word of tomorrow"])
def test_a_standard_account_is_worth_what_its_dex_says_and_spot_is_no_part_of_it(mode):
    session = following(ALICE)
    outputs = feed(session, *answers(mode, spot("5000.0")), *state_of(state(row("BTC", "1"))))
    [margin] = only(Margin, outputs)
    assert (margin.equity, margin.cross_equity, margin.available) == (1000.0, 900.0, 700.0)
    assert only(AccountState, outputs)[-1].state == "read"


def test_a_unified_account_is_worth_its_usdc_and_the_account_value_means_nothing():
    """One balance; what is isolated of it does not stand behind the others."""
    session = following(ALICE)
    held = state(row("BTC", "1"), row("ETH", "2", leverage=ISOLATED, marginUsed="28.5"))
    outputs = feed(
        session, *answers("unifiedAccount", spot("5000.0", hold="4100.0")), *state_of(held)
    )
    [margin] = only(Margin, outputs)
    assert (margin.equity, margin.cross_equity, margin.available) == (5000.0, 4971.5, 900.0)
    assert (margin.maintenance, margin.used) == (12.0, 30.0), "those of the dex are still right"
    said = only(AccountState, outputs)[-1]
    assert (said.state, said.reason) == ("read", "")


def test_until_the_spot_balances_are_read_a_unified_account_has_no_equity():
    session = following(ALICE)
    mode, balances = answers("unifiedAccount", spot("5000.0"))[1:]
    before = feed(session, opened(), mode, *state_of(state(row("BTC", "1"))))
    assert [m.equity for m in only(Margin, before)] == [None]
    said = only(AccountState, before)[-1]
    assert (said.state, said.parts_known, said.parts_wanted) == ("waiting", 3, 4)
    assert "spot balances" in said.reason
    after = feed(session, balances)
    assert [m.equity for m in only(Margin, after)] == [5000.0]
    assert only(AccountState, after)[-1].reason == ""


def test_a_balance_that_is_not_read_any_more_is_no_equity_however_lively_the_positions_are():
    """Positions are streamed; the money behind them is asked for every ten seconds."""

    def told(second: int) -> list:
        held = all_dexs(ALICE, ("", state(row("BTC", "1"))))
        return feed(session, frame(held, AT_NS + second * SECOND))

    session = following(ALICE)
    feed(session, *answers("unifiedAccount", spot("5000.0")))
    assert [m.equity for m in only(Margin, told(59))] == [5000.0]
    old = told(60)
    assert [(m.equity, m.available, m.cross_equity) for m in only(Margin, old)] == [(None,) * 3]
    [said] = only(AccountState, old)
    assert (said.state, said.reason) == ("failed", "its spot balances were not read for 60 s")
    balances = {"balances": [spot("900.0")]}
    after = feed(session, reply("account", balances, AT_NS + 61 * SECOND, key=f"spot/{ALICE}"))
    assert [m.equity for m in only(Margin, after)] == [900.0]
    assert [said.state for said in only(AccountState, after)] == ["read"]


def test_a_mode_that_is_learnt_late_corrects_what_was_told_of_every_dex():
    session = following(ALICE)
    first = feed(session, opened(), *state_of(state(row("BTC", "1")), xyz=state(value="1000.0")))
    assert [(m.pool, m.equity) for m in only(Margin, first)] == [("xyz", 1000.0), ("", 1000.0)]
    then = feed(session, *answers("unifiedAccount", spot("5000.0"))[1:])
    latest = {m.pool: m.equity for m in only(Margin, then)}
    assert latest == {"": 5000.0, "xyz": 0.0}, "an idle dex has no balance of its own"


def test_builders_positions_of_a_unified_account_share_its_balance_so_no_dex_has_its_own():
    session = following(ALICE)
    held = state_of(state(row("BTC", "1")), xyz=state(row("xyz:GOLD", "1")))
    outputs = feed(session, *answers("unifiedAccount", spot("5000.0")), *held)
    assert {p.symbol for p in only(Position, outputs)} == {"BTC", "xyz:GOLD"}
    assert {(m.pool, m.equity) for m in only(Margin, outputs)} == {("", None), ("xyz", None)}
    assert "builders' dexes draw on the same" in only(AccountState, outputs)[-1].reason


def test_a_portfolio_margin_account_borrows_against_everything_so_its_equity_is_not_known():
    session = following(ALICE)
    outputs = feed(
        session, *answers("portfolioMargin", spot("5000.0")), *state_of(state(row("BTC", "1")))
    )
    assert [m.equity for m in only(Margin, outputs)] == [None]
    assert "portfolio-margin account" in only(AccountState, outputs)[-1].reason


def test_a_unified_account_whose_usdc_is_not_listed_is_worth_what_nobody_knows():
    """A list without the row does not say that there is none of it."""
    session = following(ALICE)
    hype = {"coin": "HYPE", "token": 150, "total": "3.0", "hold": "0.0", "entryNtl": "60.0"}
    outcome = {"coin": "+15", "total": "2.0", "hold": "0.0"}
    outputs = feed(session, *answers("unifiedAccount", hype, outcome), *state_of(EMPTY))
    assert [m.equity for m in only(Margin, outputs)] == [None]
    said = only(AccountState, outputs)[-1]
    assert (said.state, "name no USDC" in said.reason) == ("read", True)


def test_a_unified_account_of_no_usdc_and_no_positions_is_flat():
    session = following(ALICE)
    role = reply("account", {"role": "user"}, key=f"role/{ALICE}")
    outputs = feed(session, *answers("unifiedAccount", spot("0.0")), *state_of(EMPTY), role)
    assert [m.equity for m in only(Margin, outputs)] == [0.0]
    assert only(AccountState, outputs)[-1].state == "flat"


def test_figures_that_a_unified_account_does_not_name_are_unknown_and_not_nothing():
    session = following(ALICE)
    bare = {"coin": "USDC", "token": 0, "total": "5000.0"}
    held = state(row("BTC", "1", leverage=ISOLATED, marginUsed=None))
    outputs = feed(session, *answers("unifiedAccount", bare), *state_of(held))
    [margin] = only(Margin, outputs)
    assert (margin.equity, margin.available, margin.cross_equity) == (5000.0, None, None)


def test_the_spot_balance_of_a_unified_account_is_asked_for_again_and_again():
    session = following(ALICE)
    feed(session, *answers("unifiedAccount", spot("5000.0")), *state_of(state(row("BTC", "1"))))
    assert len(asked(feed(session, *ticks(30)), "spot/")) == 3
    standard = following(ALICE)
    feed(standard, *answers("default", spot("5000.0")), *state_of(state(row("BTC", "1"))))
    assert asked(feed(standard, *ticks(30)), "spot/") == []


def test_a_mode_that_could_not_be_asked_is_asked_again():
    session = following(ALICE)
    refused = reply("account", "oops", status=500, key=f"mode/{ALICE}")
    feed(session, opened(), refused, *state_of(state(row("BTC", "1"))))
    assert len(asked(feed(session, *ticks(62)), "mode/")) == 1


def test_balances_that_make_no_sense_are_a_reject_and_leave_the_equity_as_it_was():
    session = following(ALICE)
    feed(session, *answers("unifiedAccount", spot("5000.0")), *state_of(state(row("BTC", "1"))))
    odd = {"balances": [{"coin": "USDC", "token": 0, "total": "much"}]}
    [rejected] = feed(session, reply("account", odd, key=f"spot/{ALICE}"))
    assert "spot balances" in rejected.reason
    [margin] = only(Margin, feed(session, *state_of(state(row("BTC", "1")))))
    assert margin.equity == 5000.0
