"""Funding at instants: which stamps a hold meets and what is paid there. Figures by hand."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.funding.payments import (
    IntervalChange,
    PaidHours,
    PaymentClock,
    RatePath,
    clock_of,
    paid,
    paid_hours,
    paid_until,
    payments,
    stamps_ns,
)
from cockpit.core.events import Funding, FundingKind
from cockpit.core.units import HOUR_NS, HOUR_S

NOW = 1_760_000_400 * 10**9
MIN_NS = HOUR_NS // 60
EIGHT_S = 8 * HOUR_S


def clock(next_in_h: float | None, hours: float = 8, **fields: object) -> PaymentClock:
    next_ns = None if next_in_h is None else NOW + round(next_in_h * HOUR_NS)
    return PaymentClock(interval_s=round(hours * HOUR_S), next_ns=next_ns, **fields)  # type: ignore[arg-type]


def constant(rate: float) -> RatePath:
    return RatePath(at_ns=NOW, now=rate, mean=rate, phi=1.0)


def total(of: PaymentClock, path: RatePath, hours: float, begins: float = 0.0) -> float:
    """What a hold pays, by the stamps and by the closed form, which must agree."""
    span = NOW + round(begins * HOUR_NS), NOW + round((begins + hours) * HOUR_NS)
    one_by_one = float(np.sum(payments(of, path, *span).amounts))
    assert paid(path, paid_hours(of, NOW, *span)) == pytest.approx(one_by_one, abs=1e-15)
    return one_by_one


def test_a_hold_that_ends_before_the_stamp_is_paid_nothing() -> None:
    assert total(clock(7), constant(1e-4), 6) == 0.0


def test_a_stamp_inside_the_hold_pays_its_whole_interval() -> None:
    # Opened 12 minutes before it: eight hours at 1e-4.
    assert total(clock(0.2), constant(1e-4), 1) == pytest.approx(8e-4)
    # 7 h, 15 h and 23 h.
    assert total(clock(7), constant(1e-4), 23) == pytest.approx(24e-4)


def test_who_holds_at_the_stamp_is_paid_and_who_opens_at_it_is_not() -> None:
    at = NOW + 7 * HOUR_NS
    assert stamps_ns(clock(7), NOW, at).tolist() == [at]
    assert stamps_ns(clock(7), NOW, at - 1).tolist() == []
    assert stamps_ns(clock(7), at, at + HOUR_NS).tolist() == []
    assert stamps_ns(clock(7), at - 1, at).tolist() == [at]


def test_hourly_payments_of_a_reverting_rate_are_the_terms_of_its_sum() -> None:
    path = RatePath(at_ns=NOW, now=6e-5, mean=1.25e-5, phi=0.87)
    # models: a million for 24 h pays 606.65 USD, wherever in the hour it begins.
    for next_in_h in (1.0, 0.75, 0.01):
        assert 1e6 * total(clock(next_in_h, 1), path, 24) == pytest.approx(606.65, abs=0.01)


def test_the_hours_of_the_running_interval_that_are_over_have_the_present_rate() -> None:
    path = RatePath(at_ns=NOW, now=8e-5, mean=0.0, phi=0.5)
    # Next in 2 h: six hours are over; the other two have a half and a quarter of the rate.
    assert total(clock(2), path, 2) == pytest.approx(8e-5 * (6 + 0.5 + 0.25))


def test_without_a_next_stamp_and_on_continuous_venues_funding_flows() -> None:
    assert total(clock(None), constant(1e-4), 6) == pytest.approx(6e-4)
    assert total(clock(7, is_continuous=True), constant(1e-4), 0.5) == pytest.approx(0.5e-4)


def test_a_stamp_that_has_passed_tells_where_in_the_interval_the_next_ones_lie() -> None:
    assert stamps_ns(clock(-1), NOW, NOW + 16 * HOUR_NS).tolist() == [
        NOW + 7 * HOUR_NS, NOW + 15 * HOUR_NS,
    ]  # fmt: skip


def test_nothing_is_paid_before_the_stamp_that_the_venue_names() -> None:
    # Named in 12 h though intervals are of eight: no stamp at 4 h is made up.
    assert total(clock(12), constant(1e-4), 11) == 0.0
    assert total(clock(12), constant(1e-4), 12) == pytest.approx(8e-4)


def test_a_change_of_interval_counts_from_the_stamp_on_that_it_is_in_force_at() -> None:
    changed = clock(2, changes=(IntervalChange(from_ns=NOW + 3 * HOUR_NS, interval_s=4 * HOUR_S),))
    found = stamps_ns(changed, NOW, NOW + 20 * HOUR_NS)
    # 2 h began its interval before the change; so did the one that ends at 10 h.
    assert ((found - NOW) // HOUR_NS).tolist() == [2, 10, 14, 18]
    amounts = payments(changed, constant(1e-4), NOW, NOW + 20 * HOUR_NS).amounts
    assert amounts == pytest.approx([8e-4, 8e-4, 4e-4, 4e-4])
    assert total(changed, constant(1e-4), 20) == pytest.approx(24e-4)


def rate(kind: FundingKind, hours: int) -> Funding:
    return Funding(
        venue="x", symbol="BTC", recv_ns=NOW, kind=kind, rate=1e-4, interval_s=hours * HOUR_S,
        next_ns=None if kind == "settled" else NOW + 2 * HOUR_NS,
    )  # fmt: skip


def hours_of_stamps(found: PaymentClock | None) -> list[int]:
    assert found is not None
    return ((stamps_ns(found, NOW, NOW + 20 * HOUR_NS) - NOW) // HOUR_NS).tolist()


def test_a_listing_with_another_interval_than_rate_and_last_payment_announces_it() -> None:
    paid, live = rate("settled", 8), rate("live", 8)
    found = clock_of(live, live, paid=paid, listed_s=4 * HOUR_S)
    assert hours_of_stamps(found) == [2, 6, 10, 14, 18]
    # What is paid at 2 h is still for eight hours.
    assert found is not None
    assert payments(found, constant(1e-4), NOW, NOW + 6 * HOUR_NS).amounts == pytest.approx(
        [8e-4, 4e-4]
    )


def test_a_rate_that_is_newer_than_the_listing_keeps_its_interval() -> None:
    # Paid and listed every 8 h; the rate is of 4 h already.
    found = clock_of(rate("live", 4), None, paid=rate("settled", 8), listed_s=8 * HOUR_S)
    assert hours_of_stamps(found) == [2, 6, 10, 14, 18]


def test_a_change_of_the_past_leaves_the_present_interval() -> None:
    found = clock_of(rate("live", 4), None, paid=rate("settled", 8), listed_s=4 * HOUR_S)
    assert hours_of_stamps(found) == [2, 6, 10, 14, 18]


def test_what_accrues_all_the_time_has_no_interval_to_change() -> None:
    found = clock_of(rate("live", 8), None, listed_s=HOUR_S, is_continuous=True)
    assert found is not None
    assert found.changes == ()


def test_half_hourly_stamps_pay_half_an_hour_each() -> None:
    assert total(clock(0.25, 0.5), constant(1e-4), 1) == pytest.approx(1e-4)


def test_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="interval"):
        PaymentClock(interval_s=0)


CLOCKS = st.builds(
    lambda next_min, hours, changes, flows: PaymentClock(
        interval_s=hours * HOUR_S,
        next_ns=None if next_min is None else NOW + next_min * MIN_NS,
        changes=tuple(
            IntervalChange(from_ns=NOW + at * HOUR_NS, interval_s=other * HOUR_S)
            for at, other in sorted(changes)
        ),
        is_continuous=flows,
    ),
    st.none() | st.integers(-600, 600),
    st.sampled_from([1, 2, 4, 8]),
    st.lists(st.tuples(st.integers(0, 48), st.sampled_from([1, 4, 8])), max_size=2),
    st.booleans(),
)
PATHS = st.builds(
    lambda now, mean, phi: RatePath(at_ns=NOW, now=now, mean=mean, phi=phi),
    st.floats(-1e-3, 1e-3), st.floats(-1e-3, 1e-3), st.floats(0, 1),
)  # fmt: skip
MINUTES = st.integers(0, 6000)


@given(CLOCKS, PATHS, MINUTES, MINUTES, MINUTES)
def test_two_holds_that_meet_are_paid_what_the_whole_is_paid(
    of: PaymentClock, path: RatePath, one: int, two: int, three: int
) -> None:
    begins, meets, ends = sorted((one / 60, two / 60, three / 60))
    parts = total(of, path, meets - begins, begins) + total(of, path, ends - meets, meets)
    assert parts == pytest.approx(total(of, path, ends - begins, begins), abs=1e-12)


@given(CLOCKS, MINUTES, MINUTES)
def test_a_longer_hold_never_has_fewer_stamps(of: PaymentClock, one: int, two: int) -> None:
    short, long = (NOW + minutes * MIN_NS for minutes in sorted((one, two)))
    few, many = (stamps_ns(of, NOW, end).tolist() for end in (short, long))
    assert many[: len(few)] == few
    assert len(few) == sum(NOW < stamp <= short for stamp in many)


@given(CLOCKS, st.floats(-1e-3, 1e-3), MINUTES)
def test_a_constant_rate_pays_by_the_length_of_the_intervals_that_end(
    of: PaymentClock, rate: float, minutes: int
) -> None:
    end = NOW + minutes * MIN_NS
    hours = paid_hours(of, NOW, NOW, end)
    assert total(of, constant(rate), minutes / 60) == pytest.approx(rate * hours.total, abs=1e-12)


def test_a_rate_that_hardly_reverts_keeps_its_digits() -> None:
    """From 0 towards m: after n hours n - (phi + ... + phi^n) of m, added up exactly."""
    path = RatePath(at_ns=NOW, now=0.0, mean=2.5e-4, phi=0.99999)
    phi = Fraction(path.phi)
    exact = Fraction(path.mean) * sum(1 - phi**hour for hour in range(1, 4))
    assert paid(path, PaidHours(0.0, 3.0)) == pytest.approx(float(exact), rel=1e-10)
    assert paid_until(path, np.array([3.0])) == pytest.approx([float(exact)], rel=1e-10)
