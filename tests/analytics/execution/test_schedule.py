"""Schedules. Worked figures: Almgren and Chriss (2000) applied by hand to 50 BTC over an hour."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.execution import schedule as stagger
from cockpit.core.units import HOUR_NS, NS_PER_S

AMOUNT, SLICES, STEP, ETA, GAMMA, AVERSION = 50.0, 12, 5.0, 40.0, 0.4, 2e-5
SIGMA = 60_000 * 0.6 / math.sqrt(365 * 24 * 60)
KAPPA = 0.03551298067461162


def test_volatility_of_sixty_per_cent_a_year_in_dollars_per_root_minute() -> None:
    assert pytest.approx(49.65635331614208, rel=1e-12) == SIGMA


def test_urgency_follows_from_risk_aversion() -> None:
    kappa = stagger.kappa_per_min(AVERSION, SIGMA, ETA, GAMMA, STEP)
    assert kappa == pytest.approx(KAPPA, rel=1e-12)
    assert stagger.half_life_min(kappa) == pytest.approx(28.158717770342047, rel=1e-12)


def test_the_optimal_slices_of_the_example() -> None:
    slices = stagger.almgren_chriss(AMOUNT, SLICES, STEP, KAPPA)
    assert slices == pytest.approx(
        [8.39, 7.0746, 5.9828, 5.0802, 4.3382, 3.7333, 3.2465, 2.8622, 2.5685, 2.3559, 2.2179,
         2.1499],
        abs=5e-5,
    )  # fmt: skip


def test_cost_risk_and_utility_of_the_example() -> None:
    best = stagger.almgren_chriss(AMOUNT, SLICES, STEP, KAPPA)
    even = stagger.twap(AMOUNT, SLICES)
    costs = [stagger.expected_cost_usd(s, ETA, GAMMA, STEP, 0.0) for s in (best, even)]
    sds = [stagger.shortfall_sd_usd(s, SIGMA, STEP) for s in (best, even)]
    assert costs == pytest.approx([2490.731633290348, 2125.0], rel=1e-11)
    assert sds == pytest.approx([8004.222580632008, 10406.958946808043], rel=1e-11)
    utilities = [c + AVERSION * s**2 for c, s in zip(costs, sds, strict=True)]
    assert utilities == pytest.approx([3772.0832156963347, 4291.095890410959], rel=1e-11)


def test_fees_and_half_the_spread_are_paid_on_every_unit() -> None:
    even = stagger.twap(AMOUNT, SLICES)
    bare = stagger.expected_cost_usd(even, ETA, GAMMA, STEP, 0.0)
    assert stagger.expected_cost_usd(even, ETA, GAMMA, STEP, 30.0) == pytest.approx(bare + 1500.0)


def test_no_risk_aversion_is_twap() -> None:
    kappa = stagger.kappa_per_min(0.0, SIGMA, ETA, GAMMA, STEP)
    assert kappa == 0.0
    assert stagger.half_life_min(kappa) is None
    assert stagger.almgren_chriss(AMOUNT, SLICES, STEP, kappa) == pytest.approx(
        np.full(12, 50 / 12), rel=1e-14
    )


def test_a_tiny_urgency_is_nearly_twap_and_a_huge_one_all_now() -> None:
    even = np.full(12, 50 / 12)
    for tiny in (1e-300, 1e-14, 1e-8, 1e-6):
        assert stagger.almgren_chriss(AMOUNT, SLICES, STEP, tiny) == pytest.approx(even, rel=1e-6)
    now = stagger.almgren_chriss(AMOUNT, SLICES, STEP, 1e4)
    assert now[0] == pytest.approx(50.0)
    assert now[1:] == pytest.approx(np.zeros(11))


def test_impact_that_pays_for_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="eta must be above"):
        stagger.kappa_per_min(AVERSION, SIGMA, eta=1.0, gamma=0.4, step_min=5.0)
    with pytest.raises(ValueError, match="risk aversion"):
        stagger.kappa_per_min(-1.0, SIGMA, ETA, GAMMA, STEP)


@pytest.mark.parametrize(("amount", "slices"), [(math.nan, 3), (-1.0, 3), (math.inf, 3), (1.0, 0)])
def test_a_schedule_of_nonsense_is_refused(amount: float, slices: int) -> None:
    with pytest.raises(ValueError, match=r"amount must|at least one"):
        stagger.almgren_chriss(amount, slices, 1.0, 0.1)
    with pytest.raises(ValueError, match=r"amount must|at least one"):
        stagger.twap(amount, slices)


def test_nothing_to_trade_is_slices_of_nothing() -> None:
    assert stagger.almgren_chriss(0.0, 3, 1.0, 0.1).tolist() == [0.0, 0.0, 0.0]


def test_front_weighted_slices_shrink_and_back_weighted_grow() -> None:
    assert stagger.geometric(7.0, 3, 0.5) == pytest.approx([4.0, 2.0, 1.0])
    assert stagger.geometric(7.0, 3, 2.0) == pytest.approx([1.0, 2.0, 4.0])
    assert stagger.geometric(7.0, 1000, 3.0).sum() == pytest.approx(7.0)
    with pytest.raises(ValueError, match="ratio"):
        stagger.geometric(7.0, 3, 0.0)


def test_weights_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="weights"):
        stagger.weighted(1.0, np.zeros(3))


def test_a_ladder_steps_away_from_the_price() -> None:
    assert stagger.ladder_prices(100.0, 1, 0.01, 3) == pytest.approx([100.0, 99.0, 98.0])
    assert stagger.ladder_prices(100.0, -1, 0.01, 3) == pytest.approx([100.0, 101.0, 102.0])
    with pytest.raises(ValueError, match="above 0"):
        stagger.ladder_prices(100.0, 1, 0.5, 3)


def test_slices_leave_the_book_time_to_refill() -> None:
    assert stagger.most_slices(60.0, 4.0, 3.0) == 6
    assert stagger.most_slices(5.0, 4.0, 3.0) == 1


def test_slices_begin_at_the_start_and_end_before_the_horizon() -> None:
    times = stagger.slice_times_ns(1_000, 60 * NS_PER_S, 4)
    assert (times - 1_000).tolist() == [0, 15 * NS_PER_S, 30 * NS_PER_S, 45 * NS_PER_S]


def test_jitter_is_the_same_for_the_same_seed_and_none_for_none() -> None:
    times = stagger.slice_times_ns(0, HOUR_NS, 12)
    one, two, other = (
        stagger.jittered_ns(times, 0.2, np.random.default_rng(seed)) for seed in (7, 7, 8)
    )
    assert one.tolist() == two.tolist() != other.tolist()
    assert stagger.jittered_ns(times, 0.0, np.random.default_rng(7)).tolist() == times.tolist()
    with pytest.raises(ValueError, match="jitter"):
        stagger.jittered_ns(times, 0.5, np.random.default_rng(7))


def test_a_single_slice_has_nothing_to_jitter() -> None:
    times = np.array([5], dtype=np.int64)
    assert stagger.jittered_ns(times, 0.2, np.random.default_rng(1)).tolist() == [5]


def test_a_slice_near_a_funding_stamp_waits_until_it_is_over() -> None:
    stamp = 10 * HOUR_NS
    before, after = 30 * NS_PER_S, 10 * NS_PER_S
    times = stamp + np.array([-31, -30, -1, 0, 9, 10], dtype=np.int64) * NS_PER_S
    moved = stagger.avoiding_stamps(times, 2 * HOUR_NS, HOUR_NS, before, after)
    assert ((moved - stamp) // NS_PER_S).tolist() == [-31, 10, 10, 10, 10, 10]


def test_a_window_as_long_as_the_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="window"):
        stagger.avoiding_stamps(np.array([0]), 0, 10, 5, 5)


kappas = st.floats(0.0, 3.0)


@given(st.floats(0.0, 1e6), st.integers(1, 60), st.floats(0.01, 60.0), kappas)
def test_every_schedule_sums_to_the_amount_and_never_turns_round(
    amount: float, slices: int, step: float, kappa: float
) -> None:
    for schedule in (
        stagger.almgren_chriss(amount, slices, step, kappa),
        stagger.twap(amount, slices),
        stagger.geometric(amount, slices, 0.9),
    ):
        assert len(schedule) == slices
        assert float(schedule.sum()) == pytest.approx(amount, rel=1e-9)
        assert (schedule >= -1e-12 * amount).all()


@given(kappas, kappas)
def test_more_urgency_means_less_risk_and_more_cost(one: float, two: float) -> None:
    calm, hasty = (stagger.almgren_chriss(50.0, 12, 5.0, k) for k in sorted((one, two)))
    assert stagger.shortfall_sd_usd(hasty, SIGMA, STEP) <= stagger.shortfall_sd_usd(
        calm, SIGMA, STEP
    ) * (1 + 1e-9)
    cheap, dear = (stagger.expected_cost_usd(s, ETA, GAMMA, STEP, 0.0) for s in (calm, hasty))
    assert cheap <= dear * (1 + 1e-9)


@given(st.lists(st.floats(-1.0, 1.0), min_size=12, max_size=12))
def test_no_other_schedule_has_a_better_utility(moves: list[float]) -> None:
    def utility(slices: np.ndarray) -> float:
        cost = stagger.expected_cost_usd(slices, ETA, GAMMA, STEP, 0.0)
        return cost + AVERSION * stagger.shortfall_sd_usd(slices, SIGMA, STEP) ** 2

    best = stagger.almgren_chriss(AMOUNT, SLICES, STEP, KAPPA)
    other = best + np.array(moves) - np.mean(moves)
    assert utility(best) <= utility(other) * (1 + 1e-9)


@given(st.integers(2, 40), st.floats(0.0, 0.49), st.integers(0, 2**32 - 1))
def test_jitter_keeps_the_order_and_the_start(slices: int, frac: float, seed: int) -> None:
    times = stagger.slice_times_ns(HOUR_NS, HOUR_NS, slices)
    moved = stagger.jittered_ns(times, frac, np.random.default_rng(seed))
    assert moved[0] == times[0]
    assert (np.diff(moved) > 0).all()
    assert moved[-1] < 2 * HOUR_NS


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=20),
    st.integers(0, 1000), st.integers(0, 400), st.integers(0, 400),
)  # fmt: skip
def test_no_slice_is_left_inside_a_window_and_none_moves_forward(
    times: list[int], stamp: int, before: int, after: int
) -> None:
    asked = np.array(sorted(times), dtype=np.int64)
    moved = stagger.avoiding_stamps(asked, stamp, 1000, before, after)
    phase = (moved - stamp) % 1000
    assert not ((phase < after) | (phase >= 1000 - before)).any()
    assert (moved >= asked).all()
    assert (np.diff(moved) >= 0).all()
