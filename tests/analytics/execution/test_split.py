"""The best split over venues: the worked example, whole lots, minima, caps, and brute force."""

import itertools
import math
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.analytics.execution.depth import walk
from cockpit.analytics.execution.split import Offer, best_single, best_split, consolidate, cost_usd
from tests.analytics.books import as_bids, asks, offer

A = offer([(100.0, 3.0), (100.06, 6.0), (100.12, 10.0)], fee=4.5e-4)
B = offer([(100.02, 4.0), (100.05, 5.0), (100.20, 20.0)], fee=2e-4)


def sizes(offers: Sequence[Offer], size: float, side: int = 1) -> list[float]:
    return [leg.size for leg in best_split(offers, side, size).legs]


def test_levels_of_both_venues_are_merged_by_price_after_fee() -> None:
    merged = consolidate([A, B], 1)
    assert merged.effective == pytest.approx(
        [100.040004, 100.045, 100.07001, 100.105027, 100.165054, 100.22004], rel=1e-12
    )
    assert merged.price.tolist() == [100.02, 100.0, 100.05, 100.06, 100.12, 100.2]
    assert merged.size.tolist() == [4, 3, 5, 6, 10, 20]
    assert merged.venue.tolist() == [1, 0, 1, 0, 0, 1]


def test_twelve_are_bought_three_here_and_nine_there() -> None:
    split = best_split([A, B], 1, 12.0)
    assert [leg.size for leg in split.legs] == [3.0, 9.0]
    assert split.effective == pytest.approx(100.05375550000001, rel=1e-13)
    assert split.marginal == pytest.approx(100.07001, rel=1e-13)
    assert (split.filled, split.unfilled) == (12.0, 0.0)
    assert split.legs[1].vwap == pytest.approx((100.02 * 4 + 100.05 * 5) / 9)


def test_all_on_one_venue_costs_what_the_example_says() -> None:
    alone = best_split([B], 1, 12.0)
    assert alone.effective == pytest.approx(100.0975155, rel=1e-13)
    best = best_single([A, B], 1, 12.0)
    assert best is not None
    assert best[0] == 1
    assert best[1] == alone


def test_all_on_the_dearer_venue_is_its_own_vwap_and_fee() -> None:
    # By hand: (3 x 100 + 6 x 100.06 + 3 x 100.12) x 1.00045 / 12.
    by_hand = (300 + 600.36 + 300.36) * 1.00045 / 12
    assert best_split([A], 1, 12.0).effective == pytest.approx(by_hand, rel=1e-13)
    assert by_hand == pytest.approx(100.105027, abs=1e-6)


def test_cost_against_a_reference_is_positive_when_worse_on_either_side() -> None:
    assert cost_usd(1, 101.0, 100.0, 2.0) == 2.0
    assert cost_usd(-1, 99.0, 100.0, 2.0) == 2.0


def test_a_sale_takes_the_highest_proceeds_after_fee() -> None:
    one = offer([(100.0, 5.0), (99.9, 5.0)], fee=1e-3)
    two = offer([(99.95, 5.0)], fee=0.0)
    split = best_split([one, two], -1, 6.0)
    assert [leg.size for leg in split.legs] == [1.0, 5.0]
    assert split.marginal == pytest.approx(99.9)
    assert split.effective == pytest.approx((99.95 * 5 + 99.9) / 6)


def test_a_rebate_makes_a_venue_cheaper() -> None:
    assert sizes([offer([(100.0, 9.0)], fee=1e-4), offer([(100.01, 9.0)], fee=-1e-4)], 4) == [0, 4]


def test_a_quote_currency_off_its_peg_moves_the_price() -> None:
    cheap = offer([(100.0, 9.0)], quote_usd=0.99)
    assert sizes([offer([(99.5, 9.0)]), cheap], 4) == [0, 4]


def test_a_cap_sends_the_rest_elsewhere() -> None:
    capped = offer(B.levels, fee=2e-4, cap=5.0)
    assert sizes([A, capped], 12) == [7, 5]


def test_too_little_depth_is_filled_and_the_rest_said() -> None:
    split = best_split([A, B], 1, 60.5)
    assert (split.filled, split.unfilled) == (48.0, 12.5)
    assert split.marginal == pytest.approx(100.22004)


def test_an_order_below_every_lot_is_all_left_over() -> None:
    split = best_split([A, B], 1, 0.4)
    assert (split.filled, split.unfilled, split.effective, split.marginal) == (0, 0.4, None, None)


def test_nothing_asked_is_nothing_traded() -> None:
    split = best_split([A, B], 1, 0.0)
    assert (split.filled, split.unfilled, split.effective) == (0.0, 0.0, None)
    assert best_single([A, B], 1, 0.0) is None


def test_no_venue_and_an_empty_side_fill_nothing() -> None:
    assert best_split([], 1, 2.0).unfilled == 2.0
    assert best_split([offer([])], 1, 2.0).unfilled == 2.0
    assert best_single([offer([])], 1, 2.0) is None


def test_the_finer_lot_takes_the_crumbs() -> None:
    coarse = offer([(100.0, 50.0)], lot=1.0)
    fine = offer([(100.5, 50.0)], lot=0.001)
    split = best_split([coarse, fine], 1, 7.12345)
    assert [leg.size for leg in split.legs] == [7.0, 0.123]
    assert split.unfilled == 0.00045


def test_a_fine_venue_gives_way_where_only_its_lots_fill_the_rest() -> None:
    # Greedy would take all 1.5 of the fine venue first and could then fill 10.5 only.
    fine = offer([(99.0, 1.5)], lot=0.1)
    coarse = offer([(100.0, 100.0)], lot=1.0)
    split = best_split([fine, coarse], 1, 10.7)
    assert [leg.size for leg in split.legs] == [0.7, 10.0]
    assert split.unfilled == 0.0


def test_the_rest_that_no_fine_venue_holds_is_left_over_and_nothing_else() -> None:
    shut = offer([(99.0, 0.1)], lot=0.1, min_notional_usd=10.0)
    half, whole = offer([(99.5, 1.0)], lot=0.5), offer([(100.0, 1.0)], lot=1.0)
    split = best_split([shut, half, whole], 1, 1.6)
    assert [leg.size for leg in split.legs] == [0.0, 0.5, 1.0]
    assert split.unfilled == 0.1


def test_the_most_is_filled_when_fine_lots_run_out() -> None:
    # 0.7 and one whole make 1.7; 0.4 on the way to a half would have ended at 1.4.
    fine, half = offer([(99.0, 0.7)], lot=0.1), offer([(99.5, 0.4)], lot=0.5)
    split = best_split([fine, half, offer([(100.0, 2.0)], lot=1.0)], 1, 1.9)
    assert [leg.size for leg in split.legs] == [0.7, 0.0, 1.0]
    assert split.unfilled == 0.2


def test_lots_that_do_not_divide_each_other_fill_what_their_sums_reach() -> None:
    # 11 = 3 x 3 + 2; 7 x 3 and 2 x 2 for 25, since threes are cheaper.
    three, two = offer([(100.0, 50.0)], lot=3.0), offer([(100.1, 50.0)], lot=2.0)
    assert sizes([three, two], 11.0) == [9.0, 2.0]
    assert sizes([three, two], 25.0) == [21.0, 4.0]
    # 3 x 0.2 + 0.5 = 1.1.
    fifth, half = offer([(100.0, 50.0)], lot=0.2), offer([(100.1, 50.0)], lot=0.5)
    split = best_split([fifth, half], 1, 1.1)
    assert [leg.size for leg in split.legs] == [0.6, 0.5]
    assert split.unfilled == 0.0


def test_a_size_that_dust_keeps_from_being_whole_lots_is_whole() -> None:
    for dust in (1 - 1e-12, 1 + 1e-12):
        split = best_split([offer([(100.0, 1.1)], lot=0.1)], 1, 1.1 * dust)
        assert (split.filled, split.unfilled) == (1.1, pytest.approx(0, abs=1e-11))


def test_a_leg_below_the_smallest_order_is_left_out_or_filled_up() -> None:
    best = offer([(100.0, 2.0), (103.0, 50.0)], min_size=5.0)
    other = offer([(100.5, 50.0)])
    # Two at 100 are below the minimum; five would cost 2 x 100 + 3 x 103 > 5 x 100.5.
    assert sizes([best, other], 10) == [0, 10]
    mild = offer([(100.0, 2.0), (100.6, 50.0)], min_size=5.0)
    # Now 2 x 100 + 3 x 100.6 is cheaper than 5 x 100.5.
    assert sizes([mild, other], 10) == [5, 5]


def test_a_smallest_notional_counts_dollars() -> None:
    small = offer([(100.0, 0.05), (101.0, 9.0)], lot=0.01, min_notional_usd=10.0)
    other = offer([(100.2, 9.0)], lot=0.01)
    # Ten dollars: 0.05 x 100 + 0.0495 x 101, so 0.10 in whole lots, at 100.5 on average.
    assert sizes([small, other], 1.0) == [0.0, 1.0]
    assert sizes([small], 0.1) == [0.1]
    assert sizes([small], 0.09) == [0.0]


def test_an_infeasible_smallest_notional_fills_nothing() -> None:
    split = best_split([offer([(100.0, 9.0)], min_notional_usd=1000.0)], 1, 5.0)
    assert (split.filled, split.unfilled, split.effective) == (0.0, 5.0, None)


@pytest.mark.parametrize("size", [math.nan, math.inf, -1.0])
def test_a_size_that_is_not_one_is_refused(size: float) -> None:
    with pytest.raises(ValueError, match="size must be"):
        best_split([A], 1, size)


def test_nonsense_offers_are_refused() -> None:
    with pytest.raises(ValueError, match="lot must be above 0"):
        best_split([offer([(100.0, 1.0)], lot=0.0)], 1, 1.0)
    with pytest.raises(ValueError, match="ascending"):
        best_split([offer([(100.0, 1.0), (99.0, 1.0)])], 1, 1.0)
    with pytest.raises(ValueError, match="side"):
        best_split([A], 0, 1.0)
    with pytest.raises(ValueError, match="level"):
        best_split([offer([(math.nan, 1.0)])], 1, 1.0)
    with pytest.raises(ValueError, match="fee"):
        best_split([offer([(100.0, 1.0)], fee=math.nan)], 1, 1.0)
    with pytest.raises(ValueError, match="cap and minima"):
        best_split([offer([(100.0, 1.0)], cap=math.nan)], 1, 1.0)
    with pytest.raises(ValueError, match="cap and minima"):
        best_split([offer([(100.0, 1.0)], min_notional_usd=-1.0)], 1, 1.0)


fees = st.sampled_from([-1e-4, 0.0, 2e-4, 4.5e-4])
lots = st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.7, 1.0])
minima = st.sampled_from([None, 0.3, 1.0, 2.5])
notionals = st.sampled_from([None, 10.0, 120.0])


@st.composite
def offers(draw: st.DrawFn, venues: int, step: float | None = None) -> list[Offer]:
    return [
        offer(
            draw(asks(most=3, largest=12)),
            fee=draw(fees),
            lot=step or draw(lots),
            min_size=draw(minima),
            min_notional_usd=draw(notionals),
            cap=draw(st.sampled_from([None, 1.0])),
        )
        for _ in range(draw(st.integers(1, venues)))
    ]


def cost_of(one: Offer, size: float) -> float:
    return walk(one.levels, size).usd * (1 + one.fee)


def choices(one: Offer, size: float) -> list[float]:
    """Every size that the venue accepts, by its rules as they are written."""
    held = sum(s for _, s in one.levels)
    most = min(size, held, math.inf if one.cap is None else one.cap)
    count = math.floor(most / one.lot + 1e-9)
    allowed = [0.0]
    for k in range(1, count + 1):
        base = k * one.lot
        worth = walk(one.levels, base).usd
        if base >= (one.min_size or 0) - 1e-9 and worth >= (one.min_notional_usd or 0) - 1e-9:
            allowed.append(base)
    return allowed


@settings(max_examples=150, deadline=None)
@given(offers(venues=3), st.integers(1, 30))
def test_no_combination_of_allowed_sizes_fills_more_or_costs_less(
    venues: list[Offer], tenths: int
) -> None:
    size = tenths / 10
    best = (0.0, 0.0)
    tables = [[(q, cost_of(one, q)) for q in choices(one, size)] for one in venues]
    for picks in itertools.product(*tables):
        base = round(sum(q for q, _ in picks), 9)
        if base <= size + 1e-9:
            best = min(best, (-base, sum(cost for _, cost in picks)))
    split = best_split(venues, 1, size)
    assert split.filled == pytest.approx(-best[0], abs=1e-9)
    if split.effective is not None:
        assert split.effective * split.filled == pytest.approx(best[1], rel=1e-9)


@settings(deadline=None)
@given(offers(venues=4), st.integers(0, 2000))
def test_legs_are_whole_lots_above_the_minimum_and_sum_exactly(
    venues: list[Offer], hundredths: int
) -> None:
    size = hundredths / 100
    split = best_split(venues, 1, size)
    legs = [Decimal(repr(leg.size)) for leg in split.legs]
    assert sum(legs, Decimal(repr(split.unfilled))) == Decimal(repr(size))
    assert sum(legs) == Decimal(repr(split.filled))
    for one, leg in zip(venues, legs, strict=True):
        assert leg % Decimal(repr(one.lot)) == 0
        assert leg == 0 or leg >= Decimal(repr(one.min_size or 0.0))
        assert one.cap is None or leg <= Decimal(repr(one.cap))


@settings(deadline=None)
@given(offers(venues=4, step=0.1), st.integers(1, 60), st.booleans())
def test_a_split_never_costs_more_than_any_single_venue(
    venues: list[Offer], tenths: int, is_sale: bool
) -> None:
    side = -1 if is_sale else 1
    if is_sale:
        venues = [
            offer(as_bids(v.levels), v.fee, v.lot, v.min_size, v.min_notional_usd, v.cap)
            for v in venues
        ]
    split = best_split(venues, side, tenths / 10)
    for one in venues:
        alone = best_split([one], side, tenths / 10)
        assert split.filled >= alone.filled
        if alone.filled == split.filled and alone.effective is not None:
            assert split.effective is not None
            assert side * split.effective <= side * alone.effective + 1e-9


@settings(deadline=None)
@given(offers(venues=4, step=0.1), st.integers(1, 40), st.integers(1, 40))
def test_a_larger_order_never_has_a_better_marginal_price(
    venues: list[Offer], one: int, two: int
) -> None:
    free = [offer(v.levels, v.fee, v.lot) for v in venues]
    small, large = (best_split(free, 1, tenths / 10) for tenths in sorted((one, two)))
    assert small.marginal is not None
    assert large.marginal is not None
    assert small.marginal <= large.marginal + 1e-9
