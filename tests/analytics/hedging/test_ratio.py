"""Delta, minimum variance, the risk of waiting, and how tight a hedge should be held."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.hedging.ratio import (
    band_half_width,
    delay_risk,
    ewma_covariance,
    minimum_variance,
    one_off_threshold,
)


def two_by_two(held: float, hedge: float, correlation: float):  # type: ignore[no-untyped-def]
    cov = correlation * held * hedge
    return np.array([[held**2, cov], [cov, hedge**2]])


def test_the_ratio_of_least_variance_and_what_it_leaves() -> None:
    found = minimum_variance(two_by_two(0.030, 0.031, 0.97))
    assert found.beta == pytest.approx(0.9387096774193547)
    assert found.residual_sd == pytest.approx(0.007293147468685933)


def test_coins_that_move_alike_are_still_hedged_by_their_volatilities() -> None:
    # 0.996 x 1.0 / 0.6 is 1.66 USD for one: a high correlation does not make two coins one.
    assert minimum_variance(two_by_two(1.0, 0.6, 0.996)).beta == pytest.approx(1.66)


@pytest.mark.parametrize("nothing", [0.0, math.nan])
def test_no_ratio_without_variance(nothing: float) -> None:
    assert math.isnan(minimum_variance(two_by_two(0.03, nothing, 0.9)).beta)


@given(held=st.floats(0.001, 0.1), hedge=st.floats(0.001, 0.1), rho=st.floats(-0.99, 0.99),
       other=st.floats(-3, 3))  # fmt: skip
def test_no_other_ratio_leaves_less(held, hedge, rho, other) -> None:  # type: ignore[no-untyped-def]
    cov = two_by_two(held, hedge, rho)
    best = minimum_variance(cov)
    weights = np.array([1.0, -other])
    assert best.residual_sd**2 <= float(weights @ cov @ weights) + 1e-12


def test_ewma_is_the_recursion_over_its_own_weight() -> None:
    returns = np.array([[0.01, 0.02], [-0.02, 0.01], [0.03, 0.00]])
    c, weight = np.zeros((2, 2)), 0.0
    for row in returns:
        c = 0.97 * c + 0.03 * np.outer(row, row)
        weight = 0.97 * weight + 0.03
    assert ewma_covariance(returns, 0.97) == pytest.approx(c / weight)


def test_unknown_returns_are_left_out_and_nothing_known_is_unknown() -> None:
    returns = np.array([[0.01, 0.02], [math.nan, 0.5], [0.03, 0.01]])
    assert ewma_covariance(returns, 1.0) == pytest.approx(ewma_covariance(returns[[0, 2]], 1.0))
    assert np.isnan(ewma_covariance(returns[:0], 0.9)).all()
    with pytest.raises(ValueError, match="decay"):
        ewma_covariance(returns, 0.0)


def test_fifteen_minutes_of_600_thousand_unhedged() -> None:
    risk = delay_risk(np.array([0.6e6]), np.array([900.0]), 0.60, 1.0)
    assert risk.sd_usd[0] == risk.total_sd_usd == pytest.approx(1923.1822942680967)
    assert risk.sd_usd[0] / 0.6e6 == pytest.approx(0.0032053038237801613)
    assert risk.total_var99_usd == pytest.approx(4473.898971155873)
    assert risk.total_es99_usd == pytest.approx(5125.665450683331)


def test_fat_tails_multiply_the_tail_and_not_the_sd() -> None:
    normal = delay_risk(np.array([1e6]), np.array([60.0]), 0.6, 1.0)
    fat = delay_risk(np.array([1e6]), np.array([60.0]), 0.6, 1.5)
    assert fat.total_sd_usd == normal.total_sd_usd
    assert fat.total_es99_usd == pytest.approx(1.5 * normal.total_es99_usd)


def test_a_long_and_a_short_that_wait_together_cancel_until_one_arrives() -> None:
    notional = np.array([1e6, -1e6])
    assert delay_risk(notional, np.array([60.0, 60.0]), 0.6, 1.0).total_sd_usd == 0
    apart = delay_risk(notional, np.array([60.0, 300.0]), 0.6, 1.0)
    alone = delay_risk(notional[1:], np.array([240.0]), 0.6, 1.0)
    assert apart.total_sd_usd == pytest.approx(alone.total_sd_usd)


def test_nothing_unhedged_and_nothing_known() -> None:
    assert delay_risk(np.zeros(2), np.ones(2), 0.6, 1.0).total_sd_usd == 0
    assert math.isnan(delay_risk(np.array([math.nan]), np.ones(1), 0.6, 1.0).total_sd_usd)


def test_the_rehedge_band_of_the_example() -> None:
    price_sd = 49.65635331614208
    assert band_half_width(30, 1e-5, price_sd, 0.05) == pytest.approx(1.6585718592168741)
    assert one_off_threshold(30, 1e-5, price_sd, 1440) == pytest.approx(1.6898148148148144)


def test_with_target_risk_gamma_times_price_risk_the_band_is_whalley_and_wilmotts() -> None:
    gamma, k, g, sd = 0.002, 30.0, 1e-5, 49.7
    assert band_half_width(k, g, sd, gamma * sd) == pytest.approx(
        (1.5 * k * gamma**2 / g) ** (1 / 3)
    )


def test_without_risk_no_trade_is_worth_its_cost() -> None:
    assert band_half_width(30, 0, 50, 0.05) == math.inf
    assert one_off_threshold(30, 1e-5, 0, 1440) == math.inf
    assert math.isnan(band_half_width(math.nan, 1e-5, 50, 0.05))
