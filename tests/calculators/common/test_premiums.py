"""What a venue's own formula is expected to pay: through the pin zone, and up to its cap."""

import math

import numpy as np
import pytest

from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.common.premiums import (
    expected_hours,
    premium_of,
    tightest_cap,
    venue_formula,
)
from cockpit.core.market import FundingTerms
from tests.calculators.markets import DEEP_ASKS, DEEP_BIDS, calc, market, saved
from tests.support import AT_NS

PINNED = FundingTerms(interest_8h=1e-4, dampener_8h=5e-4, cap=0.04)
"""A basis point each eight hours while the premium lies between -4 and +6 basis points."""
NOTHING = np.empty(0)


def test_far_beyond_the_pin_the_rate_follows_its_premium_back() -> None:
    formula = venue_formula(PINNED, 3600, math.inf)
    now, far = 1e-2 / 8, np.full(100, 4e-3 / 8) + np.tile([1e-9, -1e-9], 50)
    mean = premium_of(formula, 4e-3 / 8)
    premiums = [mean + (premium_of(formula, now) - mean) * 0.5 ** (k / 6) for k in range(1, 25)]
    expected = sum((premium - 5e-4) / 8 for premium in premiums)
    assert expected_hours(formula, now, far, 24, 6) == pytest.approx(expected, rel=1e-4)


def test_inside_the_pin_only_what_strays_out_of_it_is_paid_beyond_the_interest() -> None:
    formula = venue_formula(PINNED, 3600, math.inf)
    calm = np.full(100, 1.25e-5)
    assert expected_hours(formula, 1.25e-5, calm, 24, 13.5) == pytest.approx(24 * 1.25e-5, rel=0.01)


def test_a_rate_at_its_cap_is_expected_below_it_and_never_above() -> None:
    formula = venue_formula(PINNED, 3600, 0.005)
    assert expected_hours(formula, 0.005, NOTHING, 3, 1e9) == pytest.approx(3 * 0.005, rel=0.02)
    assert expected_hours(formula, 0.005, NOTHING, 3, 1e9) <= 3 * 0.005


def test_without_a_dampener_the_formula_is_the_decay() -> None:
    plain = venue_formula(FundingTerms(interest_8h=0.0, dampener_8h=0.0), 3600, math.inf)
    mean = np.full(100, 1e-5)
    expected = sum(1e-5 + 5e-5 * 0.5 ** (k / 6) for k in range(1, 25))
    assert expected_hours(plain, 6e-5, mean, 24, 6) == pytest.approx(expected)


def test_eight_hours_of_a_venue_that_pays_once_in_eight_are_one_rate() -> None:
    formula = venue_formula(PINNED, 8 * 3600, math.inf)
    calm = np.full(100, 1.25e-5)
    assert expected_hours(formula, 1.25e-5, calm, 8, 13.5) == pytest.approx(1e-4, rel=0.01)


def test_carry_says_what_the_formulas_expect_where_both_are_documented() -> None:
    view = saved(
        market("a", DEEP_BIDS, DEEP_ASKS, rate=1e-5), market("b", DEEP_BIDS, DEEP_ASKS, rate=6e-5)
    )
    plain = FundingTerms(interest_8h=0.0, dampener_8h=0.0)
    asked = {"long_venue": "a", "short_venue": "b", "notional_usd": 1e6, "haircut": False}
    both = Settings(now_ns=AT_NS, funding_terms={"a": plain, "b": plain})
    found = calc("carry", view, both, hold_h=24, **asked).values
    assert found.formula_funding_usd == pytest.approx(1e6 * 24 * 5e-5), "they stay as they are"
    one = Settings(now_ns=AT_NS, funding_terms={"a": plain})
    assert calc("carry", view, one, **asked).values.formula_funding_usd is None


def test_the_tightest_of_the_caps_counts_an_hour() -> None:
    terms = FundingTerms(interest_8h=0.0, dampener_8h=0.0, cap_8h=0.04, cap=0.008)
    assert tightest_cap(terms, math.inf, 2 * 3600) == pytest.approx(0.004)
    assert tightest_cap(terms, math.inf, None) == pytest.approx(0.005)
    assert tightest_cap(terms, 0.001, 3600) == 0.001
    assert tightest_cap(None, math.inf, 3600) == math.inf
