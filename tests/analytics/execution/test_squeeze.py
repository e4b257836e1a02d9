"""Spreading an order away from venues that gap together. Worked figures: the QP solved by hand."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.analytics.execution import squeeze
from tests.analytics.books import ASKS, MID

FIRST = np.array([2.0, 2.5, 4.0]) * 1e-4
SLOPES = np.array([2.0, 4.0, 3.0]) * 1e-10
SDS = np.array([8.0, 10.0, 9.0]) * 1e-4
CORRELATION = np.array([[1.0, 0.85, 0.3], [0.85, 1.0, 0.3], [0.3, 0.3, 1.0]])
SIGMA = squeeze.covariance(SDS, CORRELATION)
UNCAPPED = np.full(3, np.inf)


def test_without_a_penalty_the_cheapest_venues_share_the_order() -> None:
    sizes = squeeze.penalised_split(FIRST, SLOPES, SIGMA, 0.0, UNCAPPED, 1e6)
    assert sizes == pytest.approx([750_000.0, 250_000.0, 0.0], rel=1e-9, abs=1e-6)


def test_a_penalty_moves_size_from_the_correlated_pair_to_the_third() -> None:
    sizes = squeeze.penalised_split(FIRST, SLOPES, SIGMA, 5e-4, UNCAPPED, 1e6)
    assert sizes == pytest.approx(
        [691314.8558348762, 124019.09035238158, 184666.05381274238], rel=1e-9
    )


def test_a_cap_holds_and_the_rest_is_optimal() -> None:
    caps = np.array([3e5, np.inf, np.inf])
    sizes = squeeze.penalised_split(FIRST, SLOPES, SIGMA, 0.0, caps, 1e6)
    # The others share 0.7 M: 2.5e-4 + 4e-10 q = 4e-4 + 3e-10 (7e5 - q), so q = 3.6e-4 / 7e-10.
    assert sizes == pytest.approx([3e5, 3.6e-4 / 7e-10, 7e5 - 3.6e-4 / 7e-10], rel=1e-9)


def test_caps_below_the_order_are_filled() -> None:
    caps = np.array([1e5, 2e5, 0.0])
    assert squeeze.penalised_split(FIRST, SLOPES, SIGMA, 1e-4, caps, 1e6).tolist() == [1e5, 2e5, 0]


def test_nothing_to_split_is_nothing() -> None:
    assert squeeze.penalised_split(FIRST, SLOPES, SIGMA, 1e-4, UNCAPPED, 0.0).tolist() == [0, 0, 0]


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="positive definite"):
        squeeze.penalised_split(FIRST, np.zeros(3), SIGMA, 0.0, UNCAPPED, 1e6)
    with pytest.raises(ValueError, match="size and penalty"):
        squeeze.penalised_split(FIRST, SLOPES, SIGMA, -1.0, UNCAPPED, 1e6)
    with pytest.raises(ValueError, match="size and penalty"):
        squeeze.penalised_split(FIRST, SLOPES, SIGMA, 0.0, UNCAPPED, math.nan)
    with pytest.raises(ValueError, match="caps"):
        squeeze.penalised_split(FIRST, SLOPES, SIGMA, 0.0, -UNCAPPED, 1e6)


def test_rollups_that_share_a_layer_are_assumed_to_gap_together() -> None:
    stacks = [frozenset({"ethereum", "celestia"}), frozenset({"celestia"}), frozenset({"own"})]
    assert squeeze.assumed_correlation(stacks, 0.7, 0.4).tolist() == [
        [1.0, 0.7, 0.4],
        [0.7, 1.0, 0.4],
        [0.4, 0.4, 1.0],
    ]


def test_the_squeeze_of_one_venue_is_its_own_sd() -> None:
    assert squeeze.squeeze_sd_usd(np.array([1e6, 0.0, 0.0]), SIGMA) == pytest.approx(800.0)


def test_a_straight_line_through_a_book_prices_the_order_exactly() -> None:
    usd = 1200.0
    line = squeeze.linear_cost(ASKS, MID, 1, fee=2e-4, usd=usd)
    assert line is not None
    vwap = usd / (5 + 700 / 100.05)
    assert line.first == pytest.approx(100 / MID - 1 + 2e-4)
    paid = line.first * usd + line.slope * usd**2 / 2
    assert paid == pytest.approx(usd * (vwap / MID - 1 + 2e-4), rel=1e-9)


def test_a_book_that_cannot_hold_the_order_has_no_line() -> None:
    assert squeeze.linear_cost(ASKS, MID, 1, 0.0, 1e6) is None
    assert squeeze.linear_cost([], MID, 1, 0.0, 10.0) is None
    assert squeeze.linear_cost(ASKS, MID, 1, 0.0, 0.0) is None


numbers = st.integers(1, 20)


@settings(deadline=None)
@given(
    st.lists(st.tuples(numbers, numbers, numbers, numbers), min_size=1, max_size=6),
    st.floats(0.0, 0.9),
    st.floats(0.0, 1e-2),
)
def test_every_venue_inside_its_bounds_has_the_same_marginal_cost(
    rows: list[tuple[int, int, int, int]], shared: float, penalty: float
) -> None:
    table = np.array(rows, dtype=np.float64)
    first, slopes, sds, caps = table.T * np.array([[1e-5], [1e-10], [1e-4], [1e5]])
    count = len(rows)
    sigma = squeeze.covariance(sds, np.full((count, count), shared) + np.eye(count) * (1 - shared))
    size = 0.7 * float(caps.sum())
    sizes = squeeze.penalised_split(first, slopes, sigma, penalty, caps, size)
    assert float(sizes.sum()) == pytest.approx(size, rel=1e-9)
    assert (sizes >= 0).all()
    assert (sizes <= caps * (1 + 1e-12)).all()
    marginal = first + (np.diag(slopes) + penalty * sigma) @ sizes
    tolerance = 1e-8 * float(marginal.max())
    for one, two in itertools.permutations(range(count), 2):
        # Moving a dollar from one to two must not help where it is possible.
        if sizes[one] > 1e-6 * size and sizes[two] < caps[two] * (1 - 1e-6):
            assert marginal[two] >= marginal[one] - tolerance


penalties = st.floats(0.0, 1e-1)


@given(penalties, penalties)
def test_more_penalty_never_raises_what_a_joint_gap_costs(one: float, two: float) -> None:
    loose, tight = (
        squeeze.squeeze_sd_usd(
            squeeze.penalised_split(FIRST, SLOPES, SIGMA, penalty, UNCAPPED, 1e6), SIGMA
        )
        for penalty in sorted((one, two))
    )
    assert tight <= loose * (1 + 1e-7)


@given(
    penalties, penalties, st.floats(0.5, 0.95), st.floats(0.0, 0.5), st.floats(0.0, 1e-3),
    st.floats(1.0, 10.0),
)  # fmt: skip
def test_more_penalty_never_raises_the_share_of_a_pair_that_is_alike_and_cheaper(
    one: float, two: float, shared: float, other: float, dearer: float, steeper: float
) -> None:
    # With unequal risks the least risky mix may hold more of the pair, so alike it must be.
    first = np.array([2e-4, 2e-4, 2e-4 + dearer])
    slopes = np.array([2e-10, 2e-10, 2e-10 * steeper])
    correlation = np.array([[1, shared, other], [shared, 1, other], [other, other, 1.0]])
    sigma = squeeze.covariance(np.full(3, 8e-4), correlation)
    loose, tight = (
        float(squeeze.penalised_split(first, slopes, sigma, penalty, UNCAPPED, 1e6)[:2].sum())
        for penalty in sorted((one, two))
    )
    assert tight <= loose * (1 + 1e-7)
