"""From premium to funding, with figures of the venues' own formulas and settled rates.

Hyperliquid docs "Funding" (settled rows), Lighter docs "Funding", dYdX docs "Funding", Bybit help
centre "Introduction to Funding Rate".
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.funding import rates as funding
from cockpit.analytics.funding.rates import Formula
from cockpit.core.units import HOUR_NS, apr, hourly

HYPERLIQUID = Formula(
    interval_s=3600, interest_8h=1e-4, dampener_8h=5e-4, base_8h=0.0, multiplier=1.0,
    cap_8h=None, cap=0.04, quantum=None,
)  # fmt: skip
LIGHTER = Formula(
    interval_s=3600, interest_8h=1e-4, dampener_8h=5e-4, base_8h=0.0, multiplier=1.0,
    cap_8h=0.04, cap=None, quantum=1e-6,
)  # fmt: skip


def dydx(default_1h: float) -> Formula:
    return Formula(
        interval_s=3600, interest_8h=0.0, dampener_8h=0.0, base_8h=8 * default_1h,
        multiplier=1.0, cap_8h=6 * (0.05 - 0.03), cap=None, quantum=None,
    )  # fmt: skip


EIGHT_HOURS = Formula(
    interval_s=28_800, interest_8h=1e-4, dampener_8h=5e-4, base_8h=0.0, multiplier=1.0,
    cap_8h=None, cap=None, quantum=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("premium", "rate"),
    [
        (0.0009943926, 6.1799075e-05),
        (0.0008200502, 4.0006274999999995e-05),
        (-0.0002491638, 1.2499999999999999e-05),
        (-0.0005591732, -7.39665e-06),
        (0.5, 0.04),
    ],
)
def test_hyperliquid_settles_what_its_formula_says(premium: float, rate: float) -> None:
    assert float(funding.rate_from_premium(HYPERLIQUID, premium)) == pytest.approx(rate, rel=1e-12)


@pytest.mark.parametrize(
    ("premium_pct", "rate_pct"),
    [(0.1186, 0.0085), (0.0764, 0.0033), (-0.0034, 0.0012), (-0.1, -0.0062)],
)
def test_lighter_truncates_per_cents_to_four_decimals(premium_pct: float, rate_pct: float) -> None:
    rate = funding.rate_from_premium(LIGHTER, premium_pct / 100)
    assert float(rate) * 100 == pytest.approx(rate_pct, rel=1e-9)


def test_dydx_divides_the_premium_and_adds_the_default_rate() -> None:
    assert float(funding.rate_from_premium(dydx(1e-4), 120e-6)) == pytest.approx(0.000115)
    assert float(funding.rate_from_premium(dydx(0.0), 0.0004)) == pytest.approx(5e-05)
    assert float(funding.rate_from_premium(dydx(0.0), 0.5)) == pytest.approx(0.12 / 8)


def test_a_half_multiplier_halves_the_premium_only() -> None:
    stock = Formula(
        interval_s=3600, interest_8h=1e-4, dampener_8h=0.0, base_8h=0.0, multiplier=0.5,
        cap_8h=None, cap=None, quantum=None,
    )  # fmt: skip
    assert float(funding.rate_from_premium(stock, 0.0016)) == pytest.approx(0.0001)
    assert funding.pin_zone(stock) == pytest.approx((2e-4, 2e-4))


def test_the_pin_zone_is_where_the_dampener_holds() -> None:
    zone = funding.pin_zone(HYPERLIQUID)
    assert zone == pytest.approx((-4e-4, 6e-4))
    inside = np.linspace(zone.low, zone.high, 7)
    assert funding.rate_from_premium(HYPERLIQUID, inside) == pytest.approx(np.full(7, 1.25e-5))


def test_an_unknown_premium_gives_an_unknown_rate() -> None:
    rates = funding.rate_from_premium(LIGHTER, np.array([np.nan, 0.0]))
    assert math.isnan(rates[0])
    assert rates[1] == pytest.approx(1.2e-5)


def test_a_formula_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond the cap"):
        Formula(3600, 1e-3, 0.0, 0.0, 1.0, 1e-4, None, None)
    with pytest.raises(ValueError, match="needs an interval"):
        Formula(0, 1e-4, 5e-4, 0.0, 1.0, None, None, None)


@pytest.mark.parametrize(
    ("rate", "interval_h", "per_hour", "simple"),
    [
        (6.1799075e-05, 1, 6.1799075e-05, 0.541359897),
        (0.0001, 8, 1.25e-05, 0.1095),
        (-0.0002, 4, -5e-05, -0.438),
    ],
)
def test_annual_rates_are_simple(
    rate: float, interval_h: int, per_hour: float, simple: float
) -> None:
    interval_s = interval_h * 3600
    assert hourly(rate, interval_s) == pytest.approx(per_hour, rel=1e-14)
    assert apr(rate, interval_s) == pytest.approx(simple, rel=1e-14)


def test_twenty_minutes_in_the_present_premium_is_taken_for_the_rest() -> None:
    premium = funding.predicted_premium(6e-4, 9e-4, 20, 60, mu=0.0, phi=1.0, is_ramp=False)
    assert premium == pytest.approx(0.0008, rel=1e-12)
    assert float(funding.rate_from_premium(HYPERLIQUID, premium)) == pytest.approx(3.75e-5)


def test_a_ramp_weighs_the_latest_sample_most() -> None:
    # Samples 2, 4, 8, 10 bps with weights 1 to 4: the first three average (2 + 8 + 24) / 6.
    premium = funding.predicted_premium(34 / 6 * 1e-4, 10e-4, 3, 4, mu=0.0, phi=1.0, is_ramp=True)
    assert premium == pytest.approx(0.00074, rel=1e-12)
    assert float(funding.rate_from_premium(EIGHT_HOURS, premium)) == pytest.approx(0.00024)


def test_a_premium_that_reverts_ends_between_its_mean_and_now() -> None:
    kept = funding.predicted_premium(6e-4, 9e-4, 20, 60, 1e-4, 1.0, False)
    reverting = funding.predicted_premium(6e-4, 9e-4, 20, 60, 1e-4, 0.95, False)
    gone = funding.predicted_premium(6e-4, 9e-4, 20, 60, 1e-4, 0.0, False)
    assert gone == pytest.approx((20 * 6e-4 + 40 * 1e-4) / 60)
    assert gone < reverting < kept


def test_at_the_end_of_the_interval_nothing_is_left_to_guess() -> None:
    assert funding.predicted_premium(6e-4, 99.0, 60, 60, 0.0, 0.9, False) == pytest.approx(6e-4)
    assert funding.predicted_premium_sd(60, 60, 0.9, 1e-4, False) == 0.0


def test_before_the_first_sample_only_the_future_counts() -> None:
    assert funding.predicted_premium(math.nan, 5e-4, 0, 60, 0.0, 1.0, False) == pytest.approx(5e-4)


def test_the_error_of_a_prediction_by_hand() -> None:
    # Two samples to come, phi 0.5: the first shock counts 1 + 0.5, the second 1, over 4.
    sd = funding.predicted_premium_sd(2, 4, 0.5, 1e-4, False)
    assert sd == pytest.approx(1e-4 * math.sqrt(1.5**2 + 1) / 4)


@pytest.mark.parametrize(("elapsed", "total"), [(-1, 4), (5, 4), (0, 0)])
def test_a_moment_outside_the_interval_is_refused(elapsed: int, total: int) -> None:
    with pytest.raises(ValueError, match="inside an interval"):
        funding.predicted_premium(0.0, 0.0, elapsed, total, 0.0, 1.0, False)


@pytest.mark.parametrize("formula", [HYPERLIQUID, dydx(1e-4), EIGHT_HOURS])
@pytest.mark.parametrize("mean", [-2e-3, -3e-4, 6e-4, 0.2])
def test_the_expected_rate_is_the_average_over_the_premiums_spread(
    formula: Formula, mean: float
) -> None:
    sd = 0.1 if mean == 0.2 else 4e-4
    z = np.linspace(-8, 8, 400_001)
    weight = np.exp(-0.5 * z * z)
    rates = funding.rate_from_premium(formula, mean + sd * z)
    by_hand = float(np.dot(rates, weight) / weight.sum())
    assert funding.expected_rate(formula, np.array([mean]), np.array([sd]))[0] == pytest.approx(
        by_hand, rel=1e-6, abs=1e-12
    )


def test_a_certain_premium_gives_its_own_rate() -> None:
    premiums = np.array([-1e-3, 0.0, 6.5e-4, 0.9])
    expected = funding.expected_rate(HYPERLIQUID, premiums, np.zeros(4))
    assert expected == pytest.approx(funding.rate_from_premium(HYPERLIQUID, premiums))


def test_funding_weighted_by_open_interest() -> None:
    rates, interest = np.array([2e-5, -1e-5, 5e-5]), np.array([900e6, 400e6, 200e6])
    assert funding.oi_weighted(rates, interest) == pytest.approx(1.6e-5, rel=1e-13)
    assert funding.oi_weighted(np.array([2e-5, np.nan]), np.array([1.0, 9.0])) == 2e-5
    assert funding.oi_weighted(np.array([np.nan]), np.array([1.0])) is None
    assert funding.oi_weighted(np.array([]), np.array([])) is None


def test_a_robust_z_ignores_the_outlier_that_a_mean_would_follow() -> None:
    # Median 3, absolute deviations 2 1 0 1 97: their median is 1.
    history = np.array([1.0, 2.0, 3.0, 4.0, 100.0, np.nan])
    assert funding.robust_z(6.0, history, 5) == pytest.approx(3 / 1.4826)
    assert funding.robust_z(6.0, history, 6) is None
    assert funding.robust_z(6.0, np.full(9, 1.25e-5), 5) is None
    assert funding.robust_z(math.nan, history, 5) is None


def hours(*rates: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hourly rows, the last settled at hour len(rates)."""
    stamps = np.arange(1, len(rates) + 1, dtype=np.int64) * HOUR_NS
    return np.array(rates), stamps, np.full(len(rates), 3600.0)


def test_a_realised_mean_weighs_by_time_and_ends_at_the_last_payment() -> None:
    rates, stamps, intervals = hours(9.0, 1.0, 2.0, 3.0)
    now_ns = 4 * HOUR_NS + HOUR_NS // 2
    mean = funding.realised_mean(rates, stamps, intervals, now_ns, 3 * 3600, 0.7)
    assert mean == pytest.approx(2.0)


def test_an_eight_hour_payment_covers_its_eight_hours() -> None:
    rates, stamps = np.array([4.0, 1.0]), np.array([8, 16], dtype=np.int64) * HOUR_NS
    intervals = np.full(2, 28_800.0)
    now_ns = 23 * HOUR_NS
    assert funding.realised_mean(rates, stamps, intervals, now_ns, 3600, 0.7) == 1.0
    assert funding.realised_mean(rates, stamps, intervals, now_ns, 16 * 3600, 0.7) == 2.5


def test_a_gap_of_more_than_three_tenths_makes_a_mean_unknown() -> None:
    rates, stamps, intervals = hours(1.0, math.nan, math.nan, math.nan, 1.0, 1.0, 1.0, 1.0)
    assert funding.realised_mean(rates, stamps, intervals, 8 * HOUR_NS, 8 * 3600, 0.7) is None
    assert funding.realised_mean(rates, stamps, intervals, 8 * HOUR_NS, 5 * 3600, 0.7) == 1.0


def test_payments_that_stopped_count_as_missing() -> None:
    rates, stamps, intervals = hours(1.0, 1.0, 1.0, 1.0)
    late = 4 * HOUR_NS
    assert funding.realised_mean(rates, stamps, intervals, late + 2 * HOUR_NS, 4 * 3600, 0.7) == 1.0
    assert (
        funding.realised_mean(rates, stamps, intervals, late + 3 * HOUR_NS, 4 * 3600, 0.7) is None
    )


def test_no_payment_or_one_of_the_future_gives_no_mean() -> None:
    rates, stamps, intervals = hours(1.0)
    assert funding.realised_mean(rates, stamps, intervals, 0, 3600, 0.7) is None
    empty = np.array([])
    assert funding.realised_mean(empty, empty.astype(np.int64), empty, 0, 3600, 0.7) is None


premiums = st.floats(-0.5, 0.5)


@given(premiums, premiums)
def test_a_higher_premium_never_gives_a_lower_rate(one: float, two: float) -> None:
    for formula in (HYPERLIQUID, LIGHTER, dydx(1e-4)):
        low, high = funding.rate_from_premium(formula, np.array(sorted((one, two))))
        assert low <= high
