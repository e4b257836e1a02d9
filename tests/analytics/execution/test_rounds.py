"""Rounds over several venues: both sides stay balanced, in whole lots, and nothing is too small."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.execution.lots import smallest_order
from cockpit.analytics.execution.rounds import balanced_rounds
from cockpit.analytics.execution.schedule import twap

EVEN = twap(1.0, 4)


def naked(sizes, rounds):
    """What stands alone after each round: the orders that are left, signed."""
    signs = np.sign(sizes)[:, None]
    return np.array(sizes).sum() - np.cumsum((signs * rounds.sizes).sum(axis=0))


def test_a_pair_goes_in_equal_parts_of_both_legs():
    found = balanced_rounds([-2.0, 2.0], [0.1, 0.1], [0.1, 0.1], EVEN)
    np.testing.assert_allclose(found.sizes, [[0.5] * 4] * 2)
    assert found.at == (0, 1, 2, 3)
    np.testing.assert_allclose(naked([-2.0, 2.0], found), 0.0, atol=1e-12)


def test_what_one_side_has_more_of_goes_first():
    # 3 against 2: the naked 1 goes with the first quarter of the 2, then 0.5 a round.
    found = balanced_rounds([-3.0, 2.0], [0.1, 0.1], [0.1, 0.1], EVEN)
    np.testing.assert_allclose(found.sizes[0], [1.5, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(naked([-3.0, 2.0], found), 0.0, atol=1e-12)


def test_lots_that_do_not_match_leave_no_more_than_the_coarser_open():
    found = balanced_rounds([-1.0, 1.0], [0.3, 0.001], [0.3, 0.001], EVEN)
    assert np.abs(naked([-1.0, 1.0], found)).max() <= 0.3 + 1e-9
    assert found.sizes[0].sum() == pytest.approx(0.9), "0.1 of it is no whole lot"


def test_small_rounds_wait_for_each_other_on_both_legs():
    # A quarter is 0.25, and one venue takes no order below 0.4.
    found = balanced_rounds([-1.0, 1.0], [0.01, 0.01], [0.01, 0.4], EVEN)
    assert found.at == (1, 3)
    np.testing.assert_allclose(found.sizes, [[0.5, 0.5], [0.5, 0.5]])


def test_a_tail_that_would_be_too_small_goes_with_the_round_before():
    found = balanced_rounds([-1.0, 1.0], [0.01] * 2, [0.3] * 2, np.array([0.5, 0.4, 0.1]))
    assert found.at == (0, 2)
    np.testing.assert_allclose(found.sizes, [[0.5, 0.5]] * 2)


def test_a_leg_that_cannot_be_split_goes_first_with_as_much_of_the_other_side():
    found = balanced_rounds([-1.0, 0.5, 0.5], [0.01] * 3, [0.01, 0.4, 0.01], EVEN)
    # 0.5 at once against 0.5 of the short; then the other 0.5 as the schedule says.
    np.testing.assert_allclose(found.sizes[1], [0.5, 0, 0])
    np.testing.assert_allclose(found.sizes[0], [0.5, 0.25, 0.25])
    np.testing.assert_allclose(naked([-1.0, 0.5, 0.5], found), 0.0, atol=1e-12)


def test_a_pair_that_cannot_be_split_goes_at_once():
    found = balanced_rounds([-0.5, 0.5], [0.1] * 2, [0.1, 0.4], EVEN)
    assert found.at == (0,)
    np.testing.assert_allclose(found.sizes, [[0.5], [0.5]])


def test_one_side_alone_is_not_balanced_with_anything():
    with pytest.raises(ValueError, match="both sides"):
        balanced_rounds([1.0, 2.0], [0.1, 0.1], [0.1, 0.1], EVEN)


SIZES = st.integers(10, 5_000).map(lambda n: n / 100)
LOTS = st.sampled_from([0.01, 0.05, 0.1, 0.25])


@given(SIZES, SIZES, LOTS, LOTS, st.integers(1, 12), st.floats(0, 0.5))
def test_all_of_both_legs_is_traded_and_no_order_is_below_the_least(a, b, la, lb, count, least):
    smallest = [smallest_order(lot, least, None, 1.0) for lot in (la, lb)]
    found = balanced_rounds([-a, b], [la, lb], smallest, twap(1.0, count))
    for row, size, lot, minimum in zip(found.sizes, (a, b), (la, lb), smallest, strict=True):
        assert row.sum() == pytest.approx(np.floor(size / lot + 1e-6) * lot)
        if row.sum() >= minimum:
            assert (row[row > 0] >= minimum * (1 - 1e-6)).all()
    # What is open after each round is lots that do not match: of a round, and of the whole.
    assert np.abs(naked([-a, b], found)).max() <= 2 * max(la, lb) + 1e-9


def test_an_order_that_is_no_whole_lots_is_never_traded_beyond_itself():
    # 3.65 in lots of 1 against 7.3: three lots in all, and none of them to be taken back.
    found = balanced_rounds([-3.65, 7.3], [1.0, 1.0], [1.0, 1.0], twap(1.0, 12))
    assert found.sizes.min() >= 0
    assert found.sizes.sum(axis=1).tolist() == [3.0, 7.0]
