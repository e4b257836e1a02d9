"""What came of a decision: whole horizons only, payments after the hour only."""

import numpy as np
import pytest

from cockpit.forecast.cells import HOUR_NS, Cells, Series, cells_of
from cockpit.forecast.labels import Situation, events, outcomes
from cockpit.forecast.scores import timely


def cells(rates, covered=None):
    rates = np.array(rates, dtype=float)
    hours = np.where(np.isnan(rates), 0.0, 1.0) if covered is None else np.array(covered, float)
    return Cells(
        first_hour=0,
        paid=np.where(np.isnan(rates), 0.0, rates),
        covered=hours,
        premium=None,
        telemetry={},
        interest_hourly=1e-5,
        dampener=5e-4,
    )


def situation(count, rate=1e-5, q95=4e-5, mean_7d=0.0, sd=1e-5):
    def of(value):
        return np.full(count, value)

    return Situation(
        rate=of(rate),
        deviation=np.abs(of(rate) - 1e-5),
        deviation_q95=of(q95),
        mean_7d=of(mean_7d),
        sd_30d=of(sd),
    )


def test_the_mean_ahead_is_of_the_hours_after_the_decision():
    after = outcomes(cells([9, 1, 2, 3, 4]), np.array([0, 1]), 2)
    np.testing.assert_allclose(after.mean, [1.5, 2.5])


def test_no_label_reaches_over_a_hole_or_past_the_end():
    after = outcomes(cells([0, 1, np.nan, 3, 4, 5]), np.arange(6), 2)
    np.testing.assert_array_equal(np.isnan(after.mean), [True, True, False, False, True, True])


def test_an_eight_hourly_venue_has_a_label_for_eight_hours_and_none_for_one():
    hours = np.array([8, 16, 24])
    series = Series(
        venue="v", symbol="X", at_ns=hours * HOUR_NS,
        rate=np.array([8.0, 16.0, 24.0]), interval_s=np.full(3, 8 * 3600.0),
    )  # fmt: skip
    grid = cells_of(series)
    places = hours - grid.first_hour
    np.testing.assert_allclose(outcomes(grid, places, 8).mean[:2], [2.0, 3.0])
    assert np.isnan(outcomes(grid, places, 1).mean).all()


def test_events_are_told_from_what_follows():
    after = outcomes(cells([1e-5, 1e-5, 8e-5, -1e-6, 1e-5]), np.array([0, 1, 2]), 2)
    told = events(situation(3), after)
    # |8e-5 - 1e-5| is over 4e-5; the sign changes in the hours after 1 and 2 (and 0 sees 8e-5).
    np.testing.assert_array_equal(told["spike"], [1, 1, 0])
    np.testing.assert_array_equal(told["flip"], [0, 1, 1])
    # Means 4.5e-5, 3.95e-5, 0.45e-5 against 1.5 deviations of 1e-5.
    np.testing.assert_array_equal(told["large_dev"], [1, 1, 0])


def test_onset_asks_only_calm_hours_and_a_zero_rate_cannot_flip():
    after = outcomes(cells([0, 1e-5, 1e-5]), np.array([0]), 2)
    assert np.isnan(events(situation(1, rate=9e-5), after)["onset"]).all()
    assert np.isnan(events(situation(1, rate=0.0), after)["flip"]).all()


def test_a_forecast_made_late_is_not_scored():
    due = np.array([0, 0, 0]) + 10 * HOUR_NS
    made = due + np.array([5, 600, 601]) * 1_000_000_000
    assert timely(due, made).tolist() == [True, True, False]


def test_what_settles_two_minutes_late_belongs_to_its_hour():
    series = Series(
        venue="v", symbol="X", at_ns=np.array([7 * HOUR_NS + 111_000_000_000]),
        rate=np.array([1.0]), interval_s=np.array([3600.0]),
    )  # fmt: skip
    assert cells_of(series).first_hour == 7
    assert cells_of(series).paid == pytest.approx([1.0])
