"""Whole lots, smallest orders, and sums that are exact."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.execution.lots import (
    common_unit,
    count_lots,
    round_slices,
    smallest_order,
)


def decimals(values: np.ndarray) -> list[Decimal]:
    return [Decimal(repr(float(value))) for value in values.ravel()]


def test_the_smallest_order_is_in_whole_lots_and_meets_every_minimum() -> None:
    assert smallest_order(0.001, None, None, 60_000.0) == 0.001
    assert smallest_order(0.001, 0.005, None, 60_000.0) == 0.005
    assert smallest_order(0.0001, None, 10.0, 60_000.0) == 0.0002
    assert smallest_order(0.1, 0.25, None, 1.0) == 0.3


@pytest.mark.parametrize(("lot", "price"), [(0.0, 1.0), (0.1, 0.0), (0.1, math.nan)])
def test_an_order_needs_a_lot_and_a_price(lot: float, price: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        smallest_order(lot, None, None, price)


def test_a_schedule_is_never_ahead_of_itself_and_loses_nothing() -> None:
    done = round_slices([1.26, 1.26, 1.26], 0.1, 0.1)
    assert done.sizes.tolist() == [1.2, 1.3, 1.2]
    assert done.leftover == 0.08


def test_a_slice_that_is_too_small_waits_for_the_next() -> None:
    done = round_slices([0.4, 0.4, 0.4, 0.4], 0.1, 0.7)
    assert done.sizes.tolist() == [0.0, 0.8, 0.0, 0.8]
    assert done.leftover == 0.0


def test_a_tail_that_is_too_small_joins_the_last_slice() -> None:
    done = round_slices([1.0, 0.2], 0.1, 0.5)
    assert done.sizes.tolist() == [1.2, 0.0]


def test_a_schedule_below_the_smallest_order_is_all_left_over() -> None:
    done = round_slices([0.1, 0.1], 0.1, 0.5)
    assert (done.sizes.tolist(), done.leftover) == ([0.0, 0.0], 0.2)


@pytest.mark.parametrize("size", [-0.1, math.nan, math.inf])
def test_a_slice_that_is_not_a_size_is_refused(size: float) -> None:
    with pytest.raises(ValueError, match="size"):
        round_slices([size], 0.1, 0.1)


# Sizes as venues print them: twelve places are more than any of them has.
shares = st.lists(st.floats(0.0, 5.0).map(lambda size: round(size, 12)), min_size=1, max_size=6)
steps = st.sampled_from([1.0, 0.1, 0.001, 0.25])


@given(shares, steps, st.integers(1, 20))
def test_slices_are_lot_multiples_above_the_minimum_and_sum_exactly(
    wanted: list[float], lot: float, lots: int
) -> None:
    smallest = float(Decimal(repr(lot)) * lots)
    done = round_slices(wanted, lot, smallest)
    placed = decimals(done.sizes)
    assert all(size % Decimal(repr(lot)) == 0 for size in placed)
    assert all(size == 0 or size >= Decimal(repr(smallest)) for size in placed)
    total = sum((Decimal(repr(size)) for size in wanted), Decimal(0))
    left = total - sum(placed)
    assert left >= 0
    assert left < Decimal(repr(lot)) or not any(placed)
    assert done.leftover == float(left)


def test_a_size_that_only_dust_keeps_from_a_lot_has_that_lot() -> None:
    lot = Decimal("0.1")
    assert count_lots(math.nextafter(0.9, 0.0), lot) == 9
    assert count_lots(0.9 * (1 - 1e-12), lot) == 9
    assert count_lots(0.8999, lot) == 8
    assert count_lots(1e9 * (1 - 1e-12), Decimal(1)) == 1_000_000_000
    with pytest.raises(ValueError, match="size must be"):
        count_lots(-1.0, lot)


def test_the_common_unit_is_the_largest_that_divides_all_lots() -> None:
    assert common_unit([0.2, 0.5]) == (Decimal("0.1"), [2, 5])
    assert common_unit([0.001, 0.01]) == (Decimal("0.001"), [1, 10])
    assert common_unit([3.0]) == (Decimal(3), [1])
