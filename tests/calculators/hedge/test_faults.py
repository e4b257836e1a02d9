"""Hedges that once left what the optimum kept: the inputs as they were found."""

import json

import pytest

from cockpit import calculators
from cockpit.calculators.common.form import read
from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.common.result import Result
from cockpit.documents.saved_view import load_view
from tests.support import SHARED

FAULTS = SHARED / "faults" / "calculators"

pytestmark = pytest.mark.skipif(not FAULTS.is_dir(), reason="the inputs are not beside the project")


def answer(name: str, fault: str) -> Result:
    (folder,) = FAULTS.glob(f"{fault}-*")
    view = load_view(folder / "view.json")
    calculator = calculators.load(name)
    inputs = read(calculator.Inputs, json.loads((folder / "input.json").read_text()))
    return calculator.compute(inputs, view, Settings(now_ns=view.at_ns))


def legs(result: Result) -> dict[str, float]:
    found = result.plan.legs if result.plan else ()
    return {f"{leg.venue}/{leg.symbol}": leg.side.sign * leg.size for leg in found}


def test_an_order_of_exactly_the_best_level_is_limited_by_it() -> None:
    result = answer("hedge", "01")
    assert [(leg.size, leg.limit) for leg in result.plan.legs] == [(0.1, 100.1)]


def test_a_shared_carry_is_earned_where_it_is_cheapest() -> None:
    # A linear program over both symbols ends at 81.8; by symbol it had been 1,034.
    result = answer("hedge", "03")
    assert result.infeasible is None
    assert result.values.carry_after_usd_per_hour == pytest.approx(4.0, abs=0.01)
    assert result.values.carry_after_usd_per_hour >= 4.0
    assert result.values.cost_usd == pytest.approx(81.8, abs=0.1)
    assert result.values.delta_after_usd == 0


def test_one_equity_is_spent_once() -> None:
    result = answer("hedge", "04")
    assert result.values.margin_usd["dydx"] <= 1500 + 1e-6
    assert result.values.delta_after_usd == pytest.approx(45_000, abs=10)
    assert "margin at dydx" in result.infeasible


def test_a_leg_ends_where_the_visible_book_ends() -> None:
    assert legs(answer("hedge", "07")) == {"hyperliquid/BTC": -0.083, "bybit/BTC": -0.917}


def test_a_hedge_below_one_venues_lot_goes_where_it_can() -> None:
    result = answer("hedge", "08")
    assert legs(result) == {"dydx/BTC": -0.0004}
    assert (result.values.delta_after, result.infeasible) == (0, None)


def test_a_carry_is_earned_without_leaving_the_band() -> None:
    result = answer("hedge", "10")
    assert legs(result) == {"hyperliquid/BTC": 0.017, "bybit/BTC": -0.117}
    assert result.values.delta_after == 0
    assert result.values.carry_after_usd_per_hour == pytest.approx(0.351)


def test_lots_of_a_fifth_and_a_half_make_one_and_a_tenth() -> None:
    split = answer("slippage", "22").values.split
    assert sorted(leg.size for leg in split.legs) == [0.5, 0.6]
    assert split.unfilled == 0
