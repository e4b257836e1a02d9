"""The trades of the carry trader: what they did, and what the truth says that they came to."""

import pytest

from cockpit.core.scenario import Scenario
from cockpit.core.units import HOUR_NS, NS_PER_S, parse_utc
from cockpit.sim import load
from cockpit.sim.world import truth
from cockpit.sim.world.accounts import MICROS
from cockpit.sim.world.world import World
from tests.sim.desk import CARRY

NAMES = ("hyperliquid", "dydx", "lighter", "orderly")
SYMBOLS = ("SOL", "ETH", "DOGE")
START_NS = parse_utc("2026-11-24T23:56:30Z")


def world(start_ns=START_NS):
    profiles = [load(name).PROFILE for name in NAMES]
    return World(7, profiles, SYMBOLS, Scenario(name="calm"), start_ns)


def run(subject, seconds, step_s=1.0):
    for _ in range(round(seconds / step_s)):
        subject.step(step_s)


def trades(subject):
    return {row["name"]: row for row in truth.document(subject)["trades"]}


def account(subject, name):
    venue = subject.venues[name]
    [found] = venue.accounts.of(venue.profile.address(CARRY))
    return found


def test_pairs_have_a_past_of_fills_and_of_payments_at_their_stamps():
    found = trades(world())
    assert set(found) == set(SYMBOLS)
    for leg in (*found["SOL"]["legs"], *found["ETH"]["legs"]):
        assert leg["fills"] == 3
        assert leg["opened_ns"] < START_NS - 24 * HOUR_NS
        assert leg["funding_paid_usd"] != 0.0
    assert [leg["size"] for leg in found["DOGE"]["legs"]] == [0.0, 0.0]


def test_the_legs_of_a_pair_hedge_each_other():
    for name in ("SOL", "ETH"):
        sizes = [leg["size"] for leg in trades(world())[name]["legs"]]
        assert sum(sizes) == pytest.approx(0.0)
        assert min(sizes) < 0 < max(sizes)


def test_parts_add_up_and_total_is_what_the_accounts_gained():
    subject = world()
    before = sum(row["pnl_usd"]["total"] for row in trades(subject).values())
    worth = [worth_usd(subject, name) for name in NAMES]
    run(subject, 290)
    after = trades(subject)
    gained = sum(
        worth_usd(subject, name)
        - old
        - sum(m for _, m in account(subject, name).transfers) / MICROS
        for name, old in zip(NAMES, worth, strict=True)
    )
    total = sum(row["pnl_usd"]["total"] for row in after.values())
    assert total - before == pytest.approx(gained, abs=1e-3)
    for row in after.values():
        parts = row["pnl_usd"]
        known = ("directional", "basis", "funding", "fees")
        whole = sum(parts[key] for key in known) + (parts["slippage"] or 0.0)
        assert parts["total"] == pytest.approx(whole)


def worth_usd(subject, name):
    """What an account would be worth, were all of it sold at the marks."""
    venue, one = subject.venues[name], account(subject, name)
    held = 0.0
    for position in one.positions.values():
        state = venue.by_symbol[position.symbol]
        held += position.lots / 10**state.listing.size_decimals * state.mark
    return one.quote_micros / MICROS + held


def test_a_pair_that_is_opened_before_our_eyes_has_slippage_and_one_of_the_past_has_none():
    subject = world()
    run(subject, 70)
    found = trades(subject)
    assert found["DOGE"]["pnl_usd"]["slippage"] is not None
    assert found["SOL"]["pnl_usd"]["slippage"] is None
    sizes = [leg["size"] for leg in found["DOGE"]["legs"]]
    assert sum(sizes) == 0
    assert max(sizes) > 50_000


def test_both_legs_are_closed_in_part_and_one_is_cut():
    subject = world()
    run(subject, 160)
    sol = [leg["size"] for leg in trades(subject)["SOL"]["legs"]]
    assert (sum(sol), max(sol)) == (0.0, 150.0)
    run(subject, 150)
    doge = {leg["venue"]: leg["size"] for leg in trades(subject)["DOGE"]["legs"]}
    assert doge["hyperliquid"] == pytest.approx(-0.4 * doge["lighter"])


def test_money_comes_and_goes():
    subject = world()
    run(subject, 220)
    [(stamp_ns, micros)] = account(subject, "hyperliquid").transfers
    assert micros == 5_000 * MICROS
    assert stamp_ns == pytest.approx(START_NS + 200 * NS_PER_S, abs=2 * NS_PER_S)
    assert account(subject, "lighter").transfers[0][1] == -1_000 * MICROS


def test_what_accrues_is_paid_at_the_stamp():
    subject = world()
    run(subject, 209)
    before = trades(subject)["ETH"]
    run(subject, 5)
    after = trades(subject)["ETH"]
    for old, new in zip(before["legs"], after["legs"], strict=True):
        paid = new["funding_paid_usd"] - old["funding_paid_usd"]
        assert old["funding_accrued_usd"] == pytest.approx(paid, rel=0.05)
        assert abs(new["funding_accrued_usd"]) < 0.02 * abs(paid)


def test_a_market_whose_interval_is_changed_pays_at_its_new_stamps():
    subject = world()
    state = subject.venues["orderly"].by_symbol["ETH"]
    assert state.rule.interval_s == 8 * 3600
    subject.change_interval("orderly", "ETH", 4 * 3600)
    run(subject, 240)
    assert state.settled[-1][0] // HOUR_NS * HOUR_NS == START_NS // HOUR_NS * HOUR_NS + HOUR_NS
    assert state.next_funding_ns == parse_utc("2026-11-25T04:00:00Z")
    run(subject, 4 * 3600, 60.0)
    assert state.next_funding_ns == parse_utc("2026-11-25T08:00:00Z")
    paid = [row.at_ns for row in account(subject, "orderly").payments if row.symbol == "ETH"]
    assert (paid[-1] - paid[-2]) // HOUR_NS == 4
