"""The funding curve."""

import numpy as np
import pytest

from cockpit.analytics.funding.term_structure import realised_curve
from cockpit.core.units import HOUR_NS


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
