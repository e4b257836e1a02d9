"""Funding: the formulas by hand, the running average, payments, and a past that fits them."""

import math

import pytest

from cockpit.core.market import Side
from cockpit.core.scenario import Scenario
from cockpit.core.units import HOUR_NS
from cockpit.sim.world import funding
from cockpit.sim.world.contract import FundingRule
from cockpit.sim.world.world import World
from tests.sim import tinyface
from tests.sim.fake_world import START_NS, FakeWorld

HOUR_PLUS_20_MIN_NS = 1_795_392_000_000_000_000 + 20 * 60 * 10**9
HYPERLIQUID = FundingRule(sample_s=5.0, interest_8h=1e-4, dampener=5e-4, cap=0.04)
LIGHTER = FundingRule(interest_8h=1e-4, dampener=5e-4, cap_8h=0.04, quantum=1e-6)


def world(rule: FundingRule = tinyface.RULE) -> World:
    profile = tinyface.profile(rule=rule)
    return World(2, [profile], ["BTC", "WIF"], Scenario(name="quiet"), HOUR_PLUS_20_MIN_NS)


@pytest.mark.parametrize(
    ("premium", "rate"),
    [
        (0.0009943926, 6.1799075e-5),
        (-0.0002491638, 1.25e-5),
        (-0.0005591732, -7.39665e-6),
        (0.5, 0.04),
        (-0.5, -0.04),
    ],
)
def test_hyperliquids_formula(premium: float, rate: float) -> None:
    assert funding.rate(HYPERLIQUID, premium) == pytest.approx(rate, abs=1e-12)


@pytest.mark.parametrize(
    ("premium_percent", "rate_percent"),
    [(0.1186, 0.0085), (0.0764, 0.0033), (-0.0034, 0.0012), (-0.1, -0.0062), (9.0, 0.5)],
)
def test_lighters_formula_truncates_to_a_ten_thousandth_of_a_percent(
    premium_percent: float, rate_percent: float
) -> None:
    rate = funding.rate(LIGHTER, premium_percent / 100)
    assert rate == pytest.approx(rate_percent / 100, abs=1e-15)


@pytest.mark.parametrize(
    ("premium", "rate"), [(0.0024, 0.0001), (-0.0048, -0.0002), (1.0, 0.02 / 24)]
)
def test_a_premium_that_is_paid_in_a_day_pays_a_24th_by_the_hour(
    premium: float, rate: float
) -> None:
    by_day = FundingRule(premium_s=86_400, cap_8h=0.02)
    assert funding.rate(by_day, premium) == pytest.approx(rate, abs=1e-15)


def test_without_interest_and_dampener_the_rate_is_the_premium_by_the_hour() -> None:
    rule = FundingRule(cap_8h=0.12)
    assert funding.rate(rule, 120e-6) == pytest.approx(15e-6)
    assert funding.rate(rule, 0.5) == pytest.approx(0.12 / 8)


@pytest.mark.parametrize(
    ("premium_percent", "counted_percent"),
    # 1 to 0.5 %, 2 to 1.5 %, 4 beyond: 0.5 + 2 x 0.5 = 1.5; 0.5 + 2 + 4 x 0.5 = 4.5.
    [(0.3, 0.3), (0.5, 0.5), (1.0, 1.5), (1.5, 2.5), (2.0, 4.5), (-1.0, -1.5), (-2.0, -4.5)],
)
def test_a_premium_beyond_a_step_counts_more_than_once(
    premium_percent: float, counted_percent: float
) -> None:
    rule = FundingRule(interval_s=28_800, steeper=((0.005, 2.0), (0.015, 4.0)))
    assert funding.rate(rule, premium_percent / 100) == pytest.approx(counted_percent / 100)


def test_an_eight_hour_interval_pays_the_whole_premium() -> None:
    rule = FundingRule(interval_s=28_800, interest_8h=1e-4, dampener=5e-4)
    assert funding.rate(rule, 8e-4) == pytest.approx(3e-4)


def test_a_quantum_that_is_no_power_of_ten_still_truncates_towards_zero() -> None:
    rule = FundingRule(quantum=1.25e-7)
    assert funding.rate(rule, 8 * 3.9 * 1.25e-7) == pytest.approx(3 * 1.25e-7)
    assert funding.rate(rule, -8 * 3.9 * 1.25e-7) == pytest.approx(-3 * 1.25e-7)


def test_later_samples_weigh_more_on_a_ramp() -> None:
    running = funding.RunningPremium(FundingRule(weighting="ramp"))
    for sample_bps in (2, 4, 8, 10):
        running.add(sample_bps * 1e-4)
    # (1*2 + 2*4 + 3*8 + 4*10) / 10
    assert running.mean == pytest.approx(7.4e-4)


def test_samples_weigh_the_same_on_a_plain_average() -> None:
    running = funding.RunningPremium(FundingRule())
    for sample_bps in (2, 4, 8, 10):
        running.add(sample_bps * 1e-4)
    assert running.mean == pytest.approx(6e-4)
    assert running.count == 4


def test_an_assumed_past_continues_like_a_watched_one() -> None:
    rule = FundingRule(weighting="ramp")
    watched, assumed = funding.RunningPremium(rule), funding.RunningPremium(rule)
    for _ in range(9):
        watched.add(3e-4)
    assumed.assume(3e-4, 9)
    watched.add(-5e-4)
    assumed.add(-5e-4)
    assert assumed.mean == pytest.approx(watched.mean)


def test_no_sample_is_no_average() -> None:
    assert funding.RunningPremium(FundingRule()).mean is None


def test_impact_price_walks_the_levels() -> None:
    # 100 x 5 = 500 and 101 x 3.96 = 400: 900 buys 8.960... at 100.44.
    price = funding.impact_price([(100, 5), (101, 10)], 900.0)
    assert price == pytest.approx(900 / (5 + 400 / 101))
    assert funding.impact_price([], 900.0) is None
    assert funding.impact_price([(100, 2)], 900.0) == pytest.approx(100.0)


def test_the_impact_premium_sees_only_what_is_outside_the_index() -> None:
    assert funding.impact_premium(101.0, 102.0, 100.0) == pytest.approx(0.01)
    assert funding.impact_premium(98.0, 99.0, 100.0) == pytest.approx(-0.01)
    assert funding.impact_premium(99.0, 101.0, 100.0) == 0.0
    assert funding.impact_premium(None, 101.0, 100.0) is None


def test_the_premium_of_a_market_is_that_of_its_own_book() -> None:
    subject = world()
    subject.step(3600.0)
    state = subject.venues["tiny"].by_symbol["WIF"]
    index_ticks = state.index * 10**state.listing.price_decimals

    def walked(side: Side) -> float:
        left, worth, base = state.rule.impact_notional_usd, 0.0, 0.0
        for ticks, lots in state.ladder(side):
            size = lots / 10**state.listing.size_decimals
            price = ticks / 10**state.listing.price_decimals
            took = min(size, left / price)
            worth, base, left = worth + took * price, base + took, left - took * price
            if left <= 1e-9:
                break
        return worth / base * 10**state.listing.price_decimals

    bid, ask = walked(Side.BUY), walked(Side.SELL)
    expected = (max(0.0, bid - index_ticks) - max(0.0, index_ticks - ask)) / index_ticks
    assert state.premium == pytest.approx(expected, abs=1e-9)


def test_the_interval_so_far_and_a_month_of_payments_exist_from_the_start() -> None:
    state = world().venues["tiny"].by_symbol["WIF"]
    assert state.premium_samples == 20 * 60 / 5
    assert state.next_funding_ns == HOUR_PLUS_20_MIN_NS + 40 * 60 * 10**9
    assert len(state.settled) == 30 * 24
    for stamp_ns, rate, premium, reference in state.settled:
        assert 0 < stamp_ns % HOUR_NS < 500_000_000
        assert rate == funding.rate(state.rule, premium)
        assert reference > 0
    stamps = [row[0] for row in state.settled]
    assert stamps == sorted(stamps)
    assert HOUR_PLUS_20_MIN_NS - stamps[-1] < HOUR_NS
    assert len({row[1] for row in state.settled}) > 50


def test_an_eight_hour_market_has_ninety_payments_in_a_month() -> None:
    state = world(FundingRule(interval_s=28_800)).venues["tiny"].by_symbol["BTC"]
    assert len(state.settled) in (89, 90)
    assert all(row[0] % (8 * HOUR_NS) < 500_000_000 for row in state.settled)


def test_a_payment_is_made_at_the_hour_at_the_rate_that_was_live() -> None:
    subject = world()
    state = subject.venues["tiny"].by_symbol["WIF"]
    due_ns = state.next_funding_ns
    assert due_ns is not None
    paid = []
    live = None
    while not paid:
        live = state.rate
        paid = subject.step(20.0)["tiny"].settled
    assert sorted(paid) == ["BTC", "WIF"]
    stamp_ns, rate, premium, _ = state.settled[-1]
    assert due_ns < stamp_ns < due_ns + 500_000_000
    assert rate == funding.rate(state.rule, premium)
    assert live is not None
    assert rate == pytest.approx(live, abs=2e-5)
    assert state.next_funding_ns == due_ns + HOUR_NS
    assert state.premium_samples < 20


def test_hours_that_pass_in_one_step_are_all_paid() -> None:
    subject = world()
    before = len(subject.venues["tiny"].by_symbol["BTC"].settled)
    subject.step(5 * 3600.0)
    assert len(subject.venues["tiny"].by_symbol["BTC"].settled) == before + 5


def test_the_live_rate_is_on_the_published_grid() -> None:
    subject = world(LIGHTER)
    for _ in range(50):
        subject.step(1.0)
    for state in subject.venues["tiny"].by_symbol.values():
        assert state.rate is not None
        assert math.isclose(state.rate * 1e6, round(state.rate * 1e6), abs_tol=1e-7)
        assert state.rate == funding.rate(LIGHTER, state.premium_avg)


def test_a_continuous_rate_accrues_with_every_second() -> None:
    subject = world(FundingRule(accrual="continuous", interest_8h=1e-4, dampener=5e-4))
    state = subject.venues["tiny"].by_symbol["BTC"]
    assert state.funding_index == 0.0
    expected, before_ns = 0.0, subject.now_ns
    for _ in range(600):
        step = subject.step(0.1)["tiny"]
        if "BTC" in step.prices and state.rate is not None and state.index is not None:
            # The rate is stated anew after the accrual, so that the sum is only nearly exact.
            expected += state.rate * state.index * (subject.now_ns - before_ns) / 1e9 / 3600
            before_ns = subject.now_ns
    assert expected != 0.0
    assert state.funding_index == pytest.approx(expected, rel=0.05)


def test_an_interval_adds_its_payment_to_the_index_at_once() -> None:
    subject = world()
    state = subject.venues["tiny"].by_symbol["BTC"]
    subject.step(30 * 60.0)
    assert state.funding_index == 0.0
    subject.step(15 * 60.0)
    _, rate, _, reference = state.settled[-1]
    assert state.funding_index == pytest.approx(rate * reference)


def test_payments_are_newest_first_within_the_window_and_may_be_moved_to_the_hour() -> None:
    state = FakeWorld(tinyface.PROFILE).by_symbol["BTC"]
    hour_ns = START_NS - START_NS % HOUR_NS
    lag_ns = 60_000_000
    state.settled[:] = [
        (hour_ns - n * HOUR_NS + lag_ns, 1e-5 * n, 0.0, 100.0) for n in (3, 2, 1, 0)
    ]
    late = state.payments(hour_ns - 2 * HOUR_NS, hour_ns)
    assert [row[1] for row in late] == [1e-5, 2e-5]
    on_time = state.payments(hour_ns - 2 * HOUR_NS, hour_ns, on_the_hour=True)
    assert [row[0] for row in on_time] == [hour_ns - n * HOUR_NS for n in (0, 1, 2)]
