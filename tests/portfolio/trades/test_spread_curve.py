"""The spread through time: short less long, of the legs' mean, a gap where a leg is not known."""

import numpy as np
import pytest

from cockpit.portfolio.trades.spreads import spread_curve


def test_a_pair_is_short_less_long_in_bps_of_their_mean():
    # (101 - 99) / 100 is 2 %, then the two are equal, then the short is the cheaper one.
    found = spread_curve([2.0, -2.0], [np.array([99.0, 100.0, 101.0]), np.array([101.0, 100, 99])])
    assert found == pytest.approx([200.0, 0.0, -200.0])


def test_several_longs_count_by_size():
    # One of 98 and three of 102 are 101 together; the short stands at 101.
    prices = [np.array([98.0]), np.array([102.0]), np.array([101.0])]
    assert spread_curve([1.0, 3.0, -4.0], prices) == pytest.approx([0.0])


def test_where_one_leg_was_not_known_there_is_no_spread():
    prices = [np.array([99.0, np.nan, 99.0]), np.array([np.nan, 101.0, 101.0])]
    np.testing.assert_allclose(spread_curve([1.0, -1.0], prices), [np.nan, np.nan, 200.0])


def test_one_side_alone_has_none():
    assert np.isnan(spread_curve([1.0, 2.0], [np.array([9.0]), np.array([9.0])])).all()
