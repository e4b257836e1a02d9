"""AR(1) sums over a horizon. Worked figures: the definitions applied by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.funding import reversion

F0, MU, PHI = 6e-5, 1.25e-5, 0.87


def test_a_day_of_decaying_funding_on_a_million_costs_607_not_1440() -> None:
    total = reversion.expected_sum(F0, MU, PHI, 24)
    assert total == pytest.approx(0.0006066455144164326, rel=1e-12)
    assert 1e6 * total == pytest.approx(606.6455144164325, rel=1e-12)
    assert 1e6 * reversion.expected_sum(F0, MU, 1.0, 24) == pytest.approx(1440.0)


def test_the_sum_is_the_terms_added_one_by_one() -> None:
    terms = [MU + PHI**k * (F0 - MU) for k in range(1, 25)]
    assert reversion.expected_sum(F0, MU, PHI, 24) == pytest.approx(sum(terms), rel=1e-12)
    assert reversion.expected_mean(F0, MU, PHI, 24) == pytest.approx(sum(terms) / 24, rel=1e-12)
    assert reversion.expected_mean(F0, MU, PHI, 0) is None


def test_the_odds_that_funding_flips_within_eight_hours() -> None:
    mean = MU + PHI**8 * (2e-5 - MU)
    sd = 1.2e-5 * sum(PHI ** (2 * k) for k in range(8)) ** 0.5
    assert mean == pytest.approx(1.4961587536577842e-05, rel=1e-12)
    assert sd == pytest.approx(2.2989982455960467e-05, rel=1e-12)
    assert reversion.probability_below(0.0, mean, sd) == pytest.approx(0.2575919148105184, rel=1e-9)


def test_without_spread_the_odds_are_certain() -> None:
    assert reversion.probability_below(0.0, -1e-9, 0.0) == 1.0
    assert reversion.probability_below(0.0, 0.0, 0.0) == 0.0


def test_the_variance_of_a_sum_is_that_of_its_shocks() -> None:
    # The last shock counts once, the one before 1 + phi, the first of three 1 + phi + phi^2.
    by_hand = 4.0 * (1 + 1.5**2 + 1.75**2)
    assert reversion.sum_variance(0.5, 2.0, 3) == pytest.approx(by_hand)
    assert reversion.sum_variance(1.0, 1.0, 3) == pytest.approx(1 + 4 + 9)
    assert reversion.sum_variance(0.5, 2.0, 0) == 0.0


def test_the_variance_of_a_sum_by_its_closed_form() -> None:
    j = np.arange(24)
    closed = 1.2e-5**2 / (1 - PHI) ** 2 * np.sum((1 - PHI ** (24 - j)) ** 2)
    assert reversion.sum_variance(PHI, 1.2e-5, 24) == pytest.approx(closed, rel=1e-12)


def test_a_fit_finds_the_persistence_it_was_drawn_with() -> None:
    noise = np.random.default_rng(3).normal(0.0, 1e-5, 6000)
    series, x = np.empty(6000), 0.0
    for i, shock in enumerate(noise):
        x = 0.8 * x + shock
        series[i] = x + 2e-5
    series[100:110] = np.nan
    fit = reversion.fit_ar1(series, 200)
    assert fit is not None
    assert fit.phi == pytest.approx(0.8, abs=0.03)
    assert fit.mu == pytest.approx(2e-5, abs=2e-6)
    assert fit.sigma == pytest.approx(1e-5, rel=0.05)
    assert fit.n == 6000 - 1 - 11


def test_a_gap_joins_nothing() -> None:
    series = np.array([1.0, 2.0, np.nan, 1.0, 2.0, np.nan, 1.0, 2.0])
    fit = reversion.fit_ar1(series, 3)
    # Every known pair starts at 1: nothing varies, so nothing can be fitted.
    assert fit is None


def test_too_little_history_fits_nothing() -> None:
    assert reversion.fit_ar1(np.arange(150.0), 200) is None
    assert reversion.fit_ar1(np.array([]), 0) is None
    assert reversion.fit_ar1(np.full(300, 1.25e-5), 200) is None


def test_persistence_is_clipped_below_one_and_above_zero() -> None:
    trending = reversion.fit_ar1(np.arange(300.0), 200)
    flipping = reversion.fit_ar1(np.array([1.0, -1.0] * 150), 200)
    assert trending is not None
    assert flipping is not None
    assert (trending.phi, flipping.phi) == (0.999, 0.0)


@given(st.floats(-1e-3, 1e-3), st.floats(-1e-3, 1e-3), st.floats(0, 0.999), st.integers(1, 100))
def test_the_expected_mean_lies_between_now_and_the_long_run(
    now: float, mu: float, phi: float, steps: int
) -> None:
    mean = reversion.expected_mean(now, mu, phi, steps)
    assert mean is not None
    assert min(now, mu) - 1e-15 <= mean <= max(now, mu) + 1e-15


def test_a_constant_history_is_no_sign_of_persistence() -> None:
    # Around their rounded mean such series differ by a digit of it, always to the same side.
    for rate, hours in ((-2.7e-6, 300), (1.25e-5, 721), (1e-4, 721)):
        assert reversion.fit_ar1(np.full(hours, rate), 200) is None
