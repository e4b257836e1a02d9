"""What a pair was paid, against sums that are done hour by hour."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.funding.pair_history import LegPayments, pair_history
from cockpit.core.units import HOUR_NS

END = 480_000 * HOUR_NS


def leg(*payments):
    """(hours before the end, rate an hour, hours it is for), oldest first."""
    ago, hourly, hours = zip(*payments, strict=True) if payments else ((), (), ())
    return LegPayments(
        END - HOUR_NS * np.array(ago, dtype=np.int64),
        np.array(hourly, dtype=np.float64),
        np.array(hours, dtype=np.int64),
    )


def hourly_leg(*rates):
    """The last hours, one payment each."""
    count = len(rates)
    return leg(*((count - 1 - i, rate, 1) for i, rate in enumerate(rates)))


def test_an_hour_pays_what_the_short_receives_less_what_the_long_pays():
    past = pair_history(hourly_leg(3e-5, 1e-5, 2e-5), hourly_leg(1e-5, 2e-5, 2e-5), END, 3)
    np.testing.assert_allclose(past.spread, [2e-5, -1e-5, 0.0], atol=1e-18)
    assert past.paid_frac == pytest.approx(1 / 3)
    assert past.against_h == 1
    assert past.total == pytest.approx(1e-5)
    np.testing.assert_allclose(past.received, [2e-5, 1e-5, 1e-5])


def test_each_venue_pays_at_its_own_stamps():
    """The short pays every four hours, the long every hour."""
    short = leg((0, 3e-5, 4))
    past = pair_history(short, hourly_leg(1e-5, 1e-5, 1e-5, 1e-5), END, 4)
    # Three times the long pays, at the fourth stamp both do.
    assert list((END - past.stamps_ns) // HOUR_NS) == [3, 2, 1, 0]
    np.testing.assert_allclose(past.received, [-1e-5, -2e-5, -3e-5, 8e-5])
    assert past.paid_frac == 1.0


def test_an_hour_that_one_venue_is_not_known_to_have_paid_is_no_hour_of_the_pair():
    short = leg((3, 2e-5, 1), (1, 2e-5, 1), (0, 2e-5, 1))
    past = pair_history(short, hourly_leg(5e-5, 5e-5, 5e-5, 5e-5), END, 4)
    assert past.known_h == 3
    assert past.total == pytest.approx(-9e-5)
    assert past.received[-1] == pytest.approx(-9e-5)
    # The hole ends the first run: one hour, then two.
    assert past.against_h == 2


def test_half_a_payment_of_the_span_counts_for_the_hours_inside():
    """Eight hours were paid at the end of a span of five."""
    past = pair_history(leg((0, 1e-5, 8)), leg((0, 0.0, 8)), END, 5)
    assert past.total == pytest.approx(5e-5)
    assert past.received[-1] == pytest.approx(5e-5)


def test_nothing_known_is_not_zero():
    past = pair_history(leg(), hourly_leg(1e-5), END, 24)
    assert (past.known_h, past.paid_frac, past.total) == (0, None, None)
    assert len(past.stamps_ns) == 0


@given(
    st.lists(st.floats(-1e-3, 1e-3), min_size=1, max_size=60),
    st.sampled_from([1, 2, 4, 8]),
    st.sets(st.integers(0, 59)),
)
def test_what_came_by_stamps_is_what_the_hours_say(rates, interval, lost):
    """Summed hour by hour over the hours that both were paid for, the slow way."""
    hours = len(rates)
    long = leg(*((ago, rates[-1 - ago], 1) for ago in range(hours - 1, -1, -1) if ago not in lost))
    stamps = [ago for ago in range(hours - 1, -1, -1) if ago % interval == 0]
    short = leg(*((ago, 1e-4, interval) for ago in stamps))
    past = pair_history(short, long, END, hours)
    expected = sum(
        1e-4 - rates[-1 - ago]
        for ago in range(hours)
        # The payment at a multiple of the interval is for the hours before it.
        if ago not in lost and (ago // interval) * interval in stamps
    )
    got = past.received[-1] if len(past.received) else 0.0
    assert got == pytest.approx(expected, abs=1e-12)
    assert (past.total or 0.0) == pytest.approx(expected, abs=1e-12)
