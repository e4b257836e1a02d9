"""The demonstration accounts as their files have them."""

import tomllib
from dataclasses import fields
from importlib import resources

import pytest

from cockpit.sim import FACES, load
from cockpit.sim.world.accounts import AccountPlan, Act, HoldingPlan

FILES = {
    name: tomllib.loads(file.read_text())
    for name, package in FACES.items()
    if (file := resources.files(package) / "accounts.toml").is_file()
}


def names(kind):
    return {field.name for field in fields(kind)}


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_no_key_that_a_plan_does_not_know(name):
    for account in FILES[name]["account"]:
        assert set(account) <= names(AccountPlan)
        assert all(set(row) <= names(HoldingPlan) for row in account.get("holdings", ()))
        assert all(set(row) <= names(Act) for row in account.get("acts", ()))


@pytest.mark.parametrize("name", FILES)
def test_a_venue_has_the_accounts_of_its_file(name):
    plans = load(name).PROFILE.accounts
    assert [plan.owner for plan in plans] == [row["owner"] for row in FILES[name]["account"]]
    for plan, row in zip(plans, FILES[name]["account"], strict=True):
        sizes = {holding.symbol: holding.usd for holding in plan.holdings}
        assert sizes == {one["symbol"]: one["usd"] for one in row.get("holdings", ())}


def test_legs_of_a_trade_stand_against_each_other_at_two_venues():
    legs: dict[str, list[float]] = {}
    for name in FILES:
        for plan in load(name).PROFILE.accounts:
            for holding in plan.holdings:
                if holding.trade:
                    legs.setdefault(holding.trade, []).append(holding.usd)
    assert set(legs) == {"SOL", "ETH", "DOGE", "BTC"}
    assert all(len(sizes) == 2 and sum(sizes) == 0.0 for sizes in legs.values())
