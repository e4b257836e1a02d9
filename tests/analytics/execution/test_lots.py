"""Whole lots, smallest orders, and sums that are exact."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.execution.lots import round_plan, round_slices, smallest_order


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


def test_what_a_coarse_lot_cannot_hold_goes_to_the_finer_venue() -> None:
    plan = np.array([[1.55, 1.55], [0.95, 0.95]])
    done = round_plan(plan, [1.0, 0.1], [1.0, 0.1], 5.0)
    assert done.sizes.tolist() == [[1.0, 2.0], [0.9, 1.1]]
    assert done.leftover == 0.0


def test_a_plan_that_is_not_its_total_is_refused() -> None:
    with pytest.raises(ValueError, match="sums to"):
        round_plan(np.array([[1.0, 1.0]]), [0.1], [0.1], 2.5)


def test_binary_dust_does_not_buy_an_extra_lot() -> None:
    # The three shares print as 0.3, 0.3, 0.3 while the total is a hair below 0.9.
    total = math.nextafter(0.9, 0.0)
    done = round_plan(np.array([[0.3], [0.3], [0.3]]), [0.1, 0.1, 0.1], [0.1] * 3, total)
    assert sum(decimals(done.sizes)) == Decimal("0.8")
    assert sum(decimals(done.sizes)) + Decimal(repr(done.leftover)) == Decimal(repr(total))


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


@given(
    st.floats(0.01, 50.0),
    st.lists(st.tuples(st.floats(0.05, 1.0), steps), min_size=1, max_size=4),
    st.integers(1, 5),
)
def test_a_plan_and_its_leftover_are_the_total(
    total: float, venues: list[tuple[float, float]], slices: int
) -> None:
    weights = np.array([weight for weight, _ in venues])
    plan = np.outer(weights / weights.sum(), np.full(slices, total / slices))
    lots = [lot for _, lot in venues]
    done = round_plan(plan, lots, lots, total)
    placed = sum(decimals(done.sizes))
    assert float(Decimal(repr(total)) - placed) == done.leftover
    assert done.leftover >= 0
    for row, lot in zip(done.sizes, lots, strict=True):
        assert all(size % Decimal(repr(lot)) == 0 for size in decimals(row))
    trading = [lot for row, lot in zip(done.sizes, lots, strict=True) if row.any()]
    assert not trading or done.leftover < min(trading)
