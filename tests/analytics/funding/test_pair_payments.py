"""A pair whose legs are paid at their own stamps. Figures by hand."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.analytics.funding.carry import Spread
from cockpit.analytics.funding.pair_payments import (
    Leg,
    Pair,
    covering_hour,
    covering_ns,
    hold_funding,
    pair_of,
)
from cockpit.analytics.funding.payments import PaymentClock, payments
from cockpit.core.units import HOUR_NS, HOUR_S

NOW = 1_760_000_400 * 10**9


def leg(hourly: float, next_in_h: float | None, hours: int = 8, cap: float = math.inf) -> Leg:
    next_ns = None if next_in_h is None else NOW + round(next_in_h * HOUR_NS)
    return Leg(PaymentClock(interval_s=hours * HOUR_S, next_ns=next_ns), hourly, cap)


def pair(
    long: Leg, short: Leg, phi: float = 1.0, mean: float | None = None, sigma: float | None = None
) -> Pair:
    now = short.hourly - long.hourly
    return pair_of(long, short, Spread(now, now if mean is None else mean, phi, sigma), None, NOW)


NOTHING_PER_HOUR = leg(0.0, 0.5, 1)
EIGHT_BPS_IN_SEVEN = leg(1e-4, 7)


def test_a_hold_that_ends_before_the_short_leg_is_paid_receives_nothing() -> None:
    assert hold_funding(pair(NOTHING_PER_HOUR, EIGHT_BPS_IN_SEVEN), 0.0, 6).expected == 0.0


def test_the_leg_that_is_paid_alone_leaves_its_own_rate_and_not_the_spread() -> None:
    hourly_payer = leg(5e-5, 0.5, 1)
    # Six payments of 0.5 bp by the long; the short, at 1 bp an hour, is not paid before the 7th.
    assert hold_funding(pair(hourly_payer, EIGHT_BPS_IN_SEVEN), 0.0, 6).expected == (
        pytest.approx(-6 * 5e-5)
    )
    assert hold_funding(pair(hourly_payer, EIGHT_BPS_IN_SEVEN), 0.0, 7).expected == (
        pytest.approx(8e-4 - 7 * 5e-5)
    )


def test_break_even_is_the_stamp_that_covers_the_cost() -> None:
    found = pair(NOTHING_PER_HOUR, EIGHT_BPS_IN_SEVEN)
    # 8, 16 and 24 bps at 7, 15 and 23 h.
    assert [covering_hour(found, bps * 1e-4) for bps in (8, 8.1, 16, 20.67)] == [7, 15, 15, 23]
    assert covering_ns(found, 23) == NOW + 23 * HOUR_NS
    half_past = pair(leg(0.0, None), leg(1e-4, 6.5))
    assert covering_hour(half_past, 8e-4) == 7
    assert covering_ns(half_past, 7) == NOW + 7 * HOUR_NS
    assert covering_ns(pair(leg(0.0, 6.5), leg(1e-4, 6.5)), 7) == NOW + round(6.5 * HOUR_NS)


def test_break_even_after_months_is_a_stamp_too() -> None:
    found = pair(NOTHING_PER_HOUR, leg(1e-6, 7))
    # 8e-6 each eight hours: 1e-3 takes 125 payments, the last at 7 + 124 x 8 h.
    assert covering_hour(found, 1e-3) == 7 + 124 * 8


def test_where_stamps_of_a_month_might_cover_the_cost_both_legs_must_be_paid() -> None:
    # A spread of 1e-7 an hour between two legs that pay a thousand times as much: with the short's
    # first payment in 7 h eight hours are paid to it and seven by the long, 1e-4 more than even.
    found = pair(leg(1e-4, 0.5, 1), leg(1.001e-4, 7))
    assert covering_hour(found, 1e-4) == 7
    hour = covering_hour(found, 6e-4)
    assert hour is not None
    assert (hour - 7) % 8 == 0
    assert hold_funding(found, 0.0, hour).expected >= 6e-4 * (1 - 1e-9)


def test_a_spread_that_fades_first_is_never_enough() -> None:
    found = pair(NOTHING_PER_HOUR, EIGHT_BPS_IN_SEVEN, phi=0.5, mean=0.0)
    # 1 bp for the hour that is over and at most one more: 2 bps in all.
    assert covering_hour(found, 2.1e-4) is None
    assert covering_hour(found, 1.9e-4) == 7


def test_no_rate_is_thought_to_go_beyond_its_venues_cap() -> None:
    found = pair(NOTHING_PER_HOUR, leg(1e-4, 7, cap=2e-5))
    assert found.spread.now == pytest.approx(2e-5)
    assert found.is_capped
    assert hold_funding(found, 0.0, 7).expected == pytest.approx(8 * 2e-5)
    assert not pair(NOTHING_PER_HOUR, leg(1e-4, 7, cap=1e-4)).is_capped


def test_noise_of_hours_that_one_leg_alone_is_paid_for_counts_by_half() -> None:
    found = pair(NOTHING_PER_HOUR, EIGHT_BPS_IN_SEVEN, phi=0.5, sigma=1e-5)
    # The first stamp of the short at 7 h; in a hold of 2 h the long alone is paid, for two hours:
    # half of (e1 (1 + 0.5) + e2).
    two_hours = hold_funding(found, 0.0, 2).sd
    assert two_hours == pytest.approx(1e-5 / 2 * math.hypot(1.5, 1.0))
    hourly = pair(NOTHING_PER_HOUR, leg(1e-4, 0.5, 1), phi=0.5, sigma=1e-5)
    assert hold_funding(hourly, 0.0, 2).sd == pytest.approx(1e-5 * math.hypot(1.5, 1.0))


LEGS = st.builds(
    leg, st.floats(-1e-3, 1e-3), st.none() | st.integers(1, 480).map(lambda m: m / 60),
    st.sampled_from([1, 4, 8]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(LEGS, LEGS, st.floats(0, 1), st.floats(-1e-4, 1e-4), st.integers(1, 200))
def test_a_pair_is_paid_what_its_legs_are_paid_stamp_by_stamp(
    long: Leg, short: Leg, phi: float, mean: float, hold_h: int
) -> None:
    found = pair(long, short, phi, mean)
    until = NOW + hold_h * HOUR_NS
    by_stamp = sum(payments(found.short, found.short_path, NOW, until).amounts) - sum(
        payments(found.long, found.long_path, NOW, until).amounts
    )
    assert hold_funding(found, 0.0, hold_h).expected == pytest.approx(by_stamp, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(LEGS, LEGS, st.floats(0, 1), st.floats(-1e-4, 1e-4), st.floats(1e-5, 5e-3))
def test_a_month_of_break_even_is_the_first_hour_whose_payments_cover_the_cost(
    long: Leg, short: Leg, phi: float, mean: float, cost: float
) -> None:
    found = pair(long, short, phi, mean)
    first = next(
        (h for h in range(1, 241) if hold_funding(found, 0.0, h).expected >= cost * (1 - 1e-9)),
        None,
    )
    hour = covering_hour(found, cost)
    if first is None:
        assert hour is None or hour > 240
    else:
        assert hour is not None
        paid = hold_funding(found, 0.0, min(hour, first)).expected
        assert hour == first or abs(paid / cost - 1) < 1e-6


def test_a_pair_that_pays_for_its_cost_after_centuries_never_breaks_even() -> None:
    """10 bps by 3e-10 an hour are 3.3 million hours, 380 years: more than stamps can be counted."""
    assert covering_hour(pair(leg(0.0, 1), leg(3e-10, 1)), 1e-3) is None
    assert covering_hour(pair(leg(0.0, 1), leg(3e-8, 1)), 1e-3) is not None
