"""Rates, boundaries, roundings and times."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.units import (
    HOUR_NS,
    apr,
    floor_to_lot,
    hour_floor_ns,
    hourly,
    next_boundary_ns,
    parse_utc,
    round_to_tick,
    utc_stamp,
)


@pytest.mark.parametrize(
    ("rate", "interval_s", "percent"),
    [(0.000061799075, 3600, 54.136), (0.0001, 8 * 3600, 10.95), (-0.0002, 4 * 3600, -43.8)],
)
def test_a_rate_annualises_by_its_own_interval(rate, interval_s, percent):
    assert apr(rate, interval_s) * 100 == pytest.approx(percent, abs=5e-4)


def test_equal_rates_at_different_intervals_are_equal():
    assert hourly(0.0001, 8 * 3600) == pytest.approx(hourly(0.0000125, 3600), rel=1e-15)


def test_an_interval_of_zero_is_an_error_not_infinity():
    with pytest.raises(ValueError, match="interval"):
        hourly(0.0001, 0)


@given(st.integers(0, 4 * 10**18), st.sampled_from([3600, 4 * 3600, 8 * 3600]))
def test_the_next_payment_is_after_now_and_at_most_one_interval_away(at_ns, interval_s):
    following = next_boundary_ns(at_ns, interval_s)
    assert 0 < following - at_ns <= interval_s * 10**9
    assert following % (interval_s * 10**9) == 0


def test_a_settlement_stamp_belongs_to_the_hour_it_trails():
    assert hour_floor_ns(5 * HOUR_NS + 59_000_000) == 5 * HOUR_NS


def test_prices_round_to_the_nearest_tick_and_sizes_down_to_a_lot():
    assert round_to_tick(Decimal("64000.26"), Decimal("0.5")) == Decimal("64000.5")
    assert floor_to_lot(Decimal("0.01299"), Decimal("0.001")) == Decimal("0.012")
    assert floor_to_lot(Decimal("-0.01299"), Decimal("0.001")) == Decimal("-0.012")


def test_a_time_without_an_offset_is_utc():
    assert parse_utc("2025-10-09T08:53:20") == 1_760_000_000_000_000_000
    assert parse_utc("2025-10-09T10:53:20+02:00") == 1_760_000_000_000_000_000
    assert utc_stamp(1_760_000_000_000_000_000) == "20251009T085320Z"
