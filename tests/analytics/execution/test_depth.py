"""What a book costs to trade into. Worked figures: the definitions applied by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.execution import depth
from tests.analytics.books import ASKS, BIDS, MID, asks


def test_buying_twelve_walks_two_levels_and_costs_what_the_example_says() -> None:
    taken = depth.walk(ASKS, 12.0)
    assert taken.vwap == pytest.approx(100.02916666666665, rel=1e-14)
    assert (taken.base, taken.unfilled, taken.worst) == (12.0, 0.0, 100.05)
    assert depth.mid_price(BIDS, ASKS) == pytest.approx(99.975, rel=1e-14)
    assert depth.impact_bps(1, taken.vwap, MID) == pytest.approx(5.418021171958998, rel=1e-9)
    assert depth.slip_bps(1, taken.vwap, 100.0) == pytest.approx(2.9166666666657903, rel=1e-9)


def test_depth_within_ten_bps_and_its_imbalance() -> None:
    bid, ask = depth.depth_base(BIDS, MID, 10.0), depth.depth_base(ASKS, MID, 10.0)
    assert (bid, ask) == (18.0, 15.0)
    assert depth.imbalance(bid, ask) == pytest.approx(0.09090909090909091, rel=1e-14)


def test_depth_in_usd_is_price_times_size_inside_the_band() -> None:
    assert depth.depth_usd(ASKS, MID, 10.0) == pytest.approx(100.0 * 5 + 100.05 * 10)


def test_the_microprice_leans_towards_the_thinner_queue() -> None:
    assert depth.microprice(BIDS, ASKS) == pytest.approx(99.97727272727273, rel=1e-14)
    assert depth.microprice([(99.0, 9.0)], [(101.0, 1.0)]) == pytest.approx(100.8)


def test_the_spread_is_in_bps_of_mid() -> None:
    assert depth.spread_bps(BIDS, ASKS) == pytest.approx(0.05 / 99.975 * 1e4)


def test_selling_pays_impact_too() -> None:
    taken = depth.walk(BIDS, 12.0)
    assert taken.vwap == pytest.approx((99.95 * 6 + 99.90 * 6) / 12)
    assert depth.impact_bps(-1, taken.vwap, MID) > depth.slip_bps(-1, taken.vwap, 99.95) > 0


def test_an_exhausted_book_fills_what_it_has_and_says_the_rest() -> None:
    taken = depth.walk(ASKS, 50.0)
    assert (taken.base, taken.unfilled, taken.worst) == (35.0, 15.0, 100.10)
    assert taken.vwap == pytest.approx((500 + 1000.5 + 2002) / 35)


def test_an_order_in_dollars_buys_fewer_coins_at_each_level() -> None:
    taken = depth.walk_usd(ASKS, 1000.0)
    assert taken.base == pytest.approx(5 + 500 / 100.05)
    assert (taken.usd, taken.unfilled) == (1000.0, 0.0)
    poor = depth.walk_usd(ASKS, 5000.0)
    assert poor.base == 35.0
    assert poor.unfilled == pytest.approx(5000 - 3502.5)


@pytest.mark.parametrize("walk", [depth.walk, depth.walk_usd])
def test_an_empty_side_fills_nothing_and_has_no_price(walk: object) -> None:
    taken = walk([], 3.0)  # type: ignore[operator]
    assert (taken.base, taken.unfilled, taken.worst, taken.vwap) == (0.0, 3.0, None, None)


def test_an_order_of_nothing_has_no_price() -> None:
    taken = depth.walk(ASKS, 0.0)
    assert (taken.base, taken.unfilled, taken.vwap, taken.worst) == (0.0, 0.0, None, None)


@pytest.mark.parametrize("size", [math.nan, math.inf, -1.0])
def test_a_size_that_is_not_one_is_refused(size: float) -> None:
    with pytest.raises(ValueError, match="size must be"):
        depth.walk(ASKS, size)


def test_levels_of_size_zero_are_skipped() -> None:
    holed = [(100.0, 0.0), *ASKS[1:]]
    assert depth.walk(holed, 4.0).worst == 100.05


@pytest.mark.parametrize(
    "levels",
    [
        [(math.nan, 1.0)],
        [(100.0, math.nan)],
        [(0.0, 1.0)],
        [(100.0, -1.0)],
        [(100.0, 1.0), (101.0, 1.0), (100.5, 1.0)],
    ],
)
def test_levels_that_are_not_levels_are_refused(levels: depth.Levels) -> None:
    with pytest.raises(ValueError, match="level"):
        depth.walk(levels, 1.0)
    assert depth.book_problem(BIDS, levels) is not None


def test_a_book_says_what_is_wrong_with_it() -> None:
    assert depth.book_problem(BIDS, ASKS) is None
    assert depth.book_problem([], ASKS) == "there are no bids"
    assert depth.book_problem(BIDS, []) == "there are no asks"
    assert depth.book_problem([(100.5, 1.0)], ASKS) == "the book is crossed"


def test_one_sided_books_have_no_middle() -> None:
    assert depth.mid_price([], ASKS) is None
    assert depth.microprice(BIDS, []) is None
    assert depth.spread_bps([], []) is None
    assert depth.covered_bps([], MID) is None
    assert depth.imbalance(0.0, 0.0) is None


def test_the_visible_book_ends_at_its_last_level() -> None:
    assert depth.depth_usd(ASKS, MID, 25.0) == pytest.approx(3502.5)
    assert depth.covered_bps(ASKS, MID) == pytest.approx((100.10 / 99.975 - 1) * 1e4)


def test_depth_that_comes_and_goes_is_worth_its_low_quantile() -> None:
    assert depth.haircut_frac(np.full(20, 7.0), window=5, quantile=0.1) == pytest.approx(1.0)
    flickering = np.array([10.0, 0.0] * 10)
    assert depth.haircut_frac(flickering, window=2, quantile=0.1) == 0.0
    assert depth.haircut_frac(np.array([10.0, 5.0]), window=2, quantile=0.1) == pytest.approx(
        5.0 / 7.5
    )


def test_a_haircut_needs_a_window_of_samples() -> None:
    assert depth.haircut_frac(np.array([1.0, np.nan, 1.0]), window=3, quantile=0.1) is None


def test_a_haircut_takes_the_same_share_of_each_level() -> None:
    assert depth.haircut(ASKS[:1], 0.25) == [(100.0, 1.25)]
    with pytest.raises(ValueError, match="from 0 to 1"):
        depth.haircut(ASKS, 1.5)


def test_a_dent_that_halves_each_second_has_a_half_life_of_a_second() -> None:
    dents = np.exp(0.5 ** np.arange(12.0))
    assert depth.refill_half_life_s(dents, step_s=1.0) == pytest.approx(1.0, rel=1e-6)


def test_depth_that_never_moves_or_never_reverts_has_no_half_life() -> None:
    assert depth.refill_half_life_s(np.full(10, 5.0), 1.0) is None
    assert depth.refill_half_life_s(np.array([1.0, 9.0] * 6), 1.0) is None
    assert depth.refill_half_life_s(np.array([1.0, 2.0]), 1.0) is None


@given(asks(), st.floats(0, 30), st.floats(0, 30))
def test_a_larger_order_never_gets_a_better_price(
    levels: depth.Levels, one: float, two: float
) -> None:
    small, large = sorted((one, two))
    first, second = depth.walk(levels, small), depth.walk(levels, large)
    if first.vwap is not None and second.vwap is not None and first.base > 1e-9:
        assert first.vwap <= second.vwap + 1e-9
    assert first.unfilled <= second.unfilled


@given(asks(), st.floats(0, 30))
def test_what_is_filled_and_what_is_not_make_up_the_order(
    levels: depth.Levels, size: float
) -> None:
    taken = depth.walk(levels, size)
    assert taken.base + taken.unfilled == pytest.approx(size, abs=1e-12)
    assert taken.base <= sum(s for _, s in levels) + 1e-9


@given(asks(), st.floats(1, 2000))
def test_dollars_and_coins_walk_the_same_book(levels: depth.Levels, usd: float) -> None:
    spent = depth.walk_usd(levels, usd)
    assert depth.walk(levels, spent.base).usd == pytest.approx(spent.usd, rel=1e-9)
