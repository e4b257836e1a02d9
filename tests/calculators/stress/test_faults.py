"""Stress of saved views that once gave a wrong or a reassuring figure."""

import pytest

from cockpit.calculators.common.form import FieldError
from tests.calculators.faults import fault
from tests.calculators.risk import btc, held, run, view


def test_a_naked_long_is_never_flat() -> None:
    result = fault("calculators/16-naked-long-is-flat-after-0-s", "stress")
    (row,) = result.values.scenarios
    assert row.max_unhedged_usd == pytest.approx(60_000)
    assert (row.time_to_flat_s, row.stays_open) == (None, True)
    # A day at the scenario's 150 % a year: 2.3263 * 1.5 / sqrt(365) * 60,000, less the gap.
    assert row.delay_var99_usd == pytest.approx(2.3263 * 1.5 / 365**0.5 * 60_000, rel=1e-4)
    assert result.values.monte_carlo.p_stays_open == 1.0


def test_a_volatility_that_is_given_holds_for_the_futures_of_any_scenario() -> None:
    result = fault("calculators/19-given-volatility-overruled-by-scenario", "stress")
    # 0.2 % at 30 % a year, 24 % at the scenario's 150 %.
    assert result.values.monte_carlo.p_liquidation["any"] < 0.01
    assert any("0.3, as given" in words for words in result.assumed)


def test_a_volatility_of_ones_own_shock_goes_before_that_of_a_named_scenario() -> None:
    # The scenario has 150 % a year.
    at, given = view(btc("a")), {"positions": [held("a", 1)], "equity_usd": {"a": 1e5}}
    result = run("stress", at, scenarios="gap", shocks={"volatility_annual": 0.2},
                 monte_carlo=True, paths=100, steps=2, **given)  # fmt: skip
    assert any("futures: volatility 0.2 a year" in words for words in result.assumed)
    alone = run("stress", at, scenarios="gap", monte_carlo=True, paths=100, steps=2, **given)
    assert any("futures: volatility 1.5 a year" in words for words in alone.assumed)


def test_a_typo_in_a_venue_of_a_shock_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(FieldError, match="did you mean 'hyperliquid'") as caught:
        fault("calculators/20-shock-for-unknown-venue-is-silently-nothing", "stress")
    assert caught.value.field == "shocks"


def test_a_shock_where_nothing_is_held_is_said_to_change_nothing() -> None:
    at = view(btc("a"), btc("b"))
    result = run("stress", at, positions=[held("a", 1)], equity_usd={"a": 1e5},
                 shocks={"gap": {"b": -0.1}})  # fmt: skip
    assert result.values.scenarios[0].pnl_usd == 0
    assert any("nothing is held at 'b'" in words for words in result.warnings)
