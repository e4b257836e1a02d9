"""The funding curve and its shape."""

import numpy as np
import pytest

from cockpit.analytics.funding.rates import Formula, rate_from_premium
from cockpit.analytics.funding.term_structure import (
    expected_hourly,
    realised_curve,
)
from cockpit.core.units import HOUR_NS

HOURLY = Formula(3600, 1e-4, 5e-4, 0.0, 1.0, None, 0.04, None)
EIGHT_HOURLY = Formula(28_800, 1e-4, 5e-4, 0.0, 1.0, None, None, None)


def test_a_curve_averages_growing_windows_and_leaves_what_is_not_covered_unknown() -> None:
    rates = np.concatenate((np.full(24, 4e-5), np.full(16, 1e-5), np.full(8, 2e-5)))
    stamps = np.arange(1, 49, dtype=np.int64) * HOUR_NS
    curve = realised_curve(rates, stamps, np.full(48, 3600.0), 48 * HOUR_NS, 0.7)
    assert curve[:3] == pytest.approx((2e-5, 2e-5, (16 * 1e-5 + 8 * 2e-5) / 24))
    assert curve[3:] == (None, None)


def test_hourly_and_eight_hourly_venues_line_up() -> None:
    hourly = realised_curve(
        np.full(24, 1.25e-5), np.arange(1, 25, dtype=np.int64) * HOUR_NS, np.full(24, 3600.0),
        24 * HOUR_NS, 0.7,
    )  # fmt: skip
    slow = realised_curve(
        np.full(3, 1e-4 / 8), np.arange(8, 25, 8, dtype=np.int64) * HOUR_NS, np.full(3, 28_800.0),
        24 * HOUR_NS, 0.7,
    )  # fmt: skip
    assert hourly[:3] == pytest.approx(slow[:3])


def test_a_premium_that_stays_pays_the_same_each_hour() -> None:
    mean = expected_hourly(HOURLY, 9e-4, mu=0.0, phi=1.0, sigma=0.0, hours=24)
    assert mean == pytest.approx(float(rate_from_premium(HOURLY, 9e-4)))


def test_a_premium_that_falls_into_the_pin_zone_pays_the_interest_from_then_on() -> None:
    # 14 bps halves each hour: 7 bps pays 2 bps per 8 h, then 3.5 and less are pinned at 1 bp.
    mean = expected_hourly(HOURLY, 14e-4, mu=0.0, phi=0.5, sigma=0.0, hours=8)
    assert mean == pytest.approx((2e-4 + 7 * 1e-4) / 8 / 8)


def test_uncertainty_above_the_zone_raises_what_a_pinned_rate_is_expected_to_pay() -> None:
    still = expected_hourly(HOURLY, 5.5e-4, 5.5e-4, 0.9, 0.0, 24)
    moving = expected_hourly(HOURLY, 5.5e-4, 5.5e-4, 0.9, 2e-4, 24)
    assert still == pytest.approx(1.25e-5)
    assert moving is not None
    assert moving > still


def test_only_whole_intervals_are_expected() -> None:
    assert expected_hourly(EIGHT_HOURLY, 9e-4, 0.0, 1.0, 0.0, 4) is None
    assert expected_hourly(EIGHT_HOURLY, 9e-4, 0.0, 1.0, 0.0, 8) == pytest.approx(4e-4 / 8)
