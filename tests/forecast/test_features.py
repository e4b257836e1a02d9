"""What a forecast may see: what had arrived by its hour, no hole bridged, live as in backtests."""

import msgspec
import numpy as np
import pytest

from cockpit.forecast.cells import HOUR_NS, Series, cells_of, hour_of
from cockpit.forecast.cross import with_others
from cockpit.forecast.features import INDEX, features, series_features, with_premium
from cockpit.forecast.telemetry import as_known, bar_arrival_ns, mean_before, with_running_premium
from cockpit.forecast.windows import latest
from tests.forecast.markets import START_HOUR, market, rows

ARRAYS = {"oi_base": 1000.0, "mark": 60_000.0, "index_price": 60_010.0, "cadence_s": 2.0}


def with_telemetry(series):
    draws = np.random.default_rng(3)
    return msgspec.structs.replace(
        series,
        telemetry={
            name: level * np.exp(draws.normal(size=len(series.at_ns)) * 0.01)
            for name, level in ARRAYS.items()
        },
    )


def every_row(series):
    cells = cells_of(series)
    return series_features(cells, hour_of(series.at_ns) - cells.first_hour)


def test_shuffling_what_comes_after_changes_no_feature_before():
    series = with_telemetry(market(days=45))
    cut = 800
    order = np.concatenate(
        [np.arange(cut), cut + np.random.default_rng(5).permutation(len(series.at_ns) - cut)]
    )
    shuffled = msgspec.structs.replace(rows(series, order), at_ns=series.at_ns)
    before, after = every_row(series).values, every_row(shuffled).values
    np.testing.assert_array_equal(before[:cut], after[:cut])
    assert not np.array_equal(before[cut:], after[cut:], equal_nan=True)


@pytest.mark.parametrize("place", [30, 400, 1000])
def test_a_live_row_is_the_backtests_row_of_that_moment(place):
    series = with_telemetry(market(days=45))
    live = features(latest([cells_of(series, int(series.at_ns[place]))]))
    np.testing.assert_array_equal(live.values[0], every_row(series).values[place])


def test_a_market_asked_among_others_gives_the_same_row_as_alone():
    one = with_telemetry(market(days=40, seed=1))
    other = market(days=3, seed=2, scale=3e-3)
    together = features(latest([cells_of(other), cells_of(one)])).values
    np.testing.assert_array_equal(together[1], features(latest([cells_of(one)])).values[0])


def test_a_row_that_arrives_after_the_moment_is_not_seen():
    series = market(days=20)
    late = series.at_ns.copy()
    late[-1] += 60 * 1_000_000_000
    series = msgspec.structs.replace(series, at_ns=late)
    now = int(late[-1]) - 1
    assert cells_of(series, now).covered[-1] == 0  # the hour is there, its payment is not


def test_a_hole_leaves_means_unknown_instead_of_reaching_over_it():
    series = market(days=40)
    hole = np.ones(len(series.at_ns), dtype=bool)
    hole[500:720] = False  # nine days
    values = every_row(rows(series, hole)).values
    first_after = 500
    assert np.isnan(values[first_after, INDEX["mean_8h"]])
    assert np.isnan(values[first_after, INDEX["mean_24h"]])
    assert np.isnan(values[first_after, INDEX["mean_7d"]])
    # Seventeen of 24 hours are 70 %: from then on the mean of a day is known again, over them.
    place = first_after + 16
    known = series.rate[720 : 720 + 17].mean() * 1e4
    assert values[place, INDEX["mean_24h"]] == pytest.approx(known, rel=1e-12)
    assert np.isnan(values[place - 1, INDEX["mean_24h"]])


def test_rates_are_per_hour_when_the_interval_changes_from_eight_to_four_hours():
    # Two payments of 8 bps over 8 h, then two of 2 bps over 4 h: 20 bps in 24 hours.
    hours = START_HOUR + np.array([8, 16, 20, 24])
    series = Series(
        venue="v",
        symbol="X",
        at_ns=hours * HOUR_NS,
        rate=np.array([8e-4, 8e-4, 2e-4, 2e-4]),
        interval_s=np.array([8, 8, 4, 4]) * 3600.0,
    )
    row = features(latest([cells_of(series)])).values[0]
    assert row[INDEX["mean_24h"]] == pytest.approx(20 / 24)
    assert row[INDEX["mean_8h"]] == pytest.approx(4 / 8)
    assert row[INDEX["rate"]] == pytest.approx(0.5)


def test_an_eight_hourly_rate_stands_until_its_interval_has_passed():
    series = Series(
        venue="v",
        symbol="X",
        at_ns=(START_HOUR + np.arange(4) * 8) * HOUR_NS,
        rate=np.full(4, 8e-4),
        interval_s=np.full(4, 8 * 3600.0),
    )
    last = int(series.at_ns[-1])

    def rate(hours_later):
        cells = cells_of(series, last + hours_later * HOUR_NS)
        return features(latest([cells])).values[0, INDEX["rate"]]

    assert rate(7) == pytest.approx(1.0)
    assert np.isnan(rate(8))


def test_a_bar_that_starts_now_is_future_and_only_closed_bars_are_known():
    starts = np.array([0, 8]) * HOUR_NS
    arrived = bar_arrival_ns(starts, 8 * 3600)
    now = np.array([8 * HOUR_NS])
    assert as_known(now, arrived, np.array([101.0, 105.0]), 3600) == [101.0]
    assert np.isnan(as_known(now - 1, arrived, np.array([101.0, 105.0]), 3600))


def test_old_telemetry_is_unknown_and_a_mean_is_of_what_arrived():
    arrived = np.array([0, 30, 90]) * 1_000_000_000
    values = np.array([1.0, np.nan, 5.0])
    now = np.array([60, 100]) * 1_000_000_000
    assert mean_before(now, arrived, values, 70)[1] == 5.0
    assert np.isnan(as_known(now, arrived, values, 5)[0])


def test_other_venues_count_by_the_median_and_while_they_are_fresh():
    one = market(days=3)
    a, b, c = (
        msgspec.structs.replace(market(days=2), venue=name, rate=np.full(48, level), premium=None)
        for name, level in (("a", 1e-5), ("b", 3e-5), ("c", 9e-5))
    )
    told = with_others(one, [a, b, c]).telemetry
    assert told["others_rate"][10] == pytest.approx(3e-5)
    assert told["others_dispersion"][10] == pytest.approx(8e-5)
    assert np.isnan(told["others_rate"][-1])  # theirs ended a day ago
    assert with_others(one, [a, b]).telemetry["others_rate"][10] == pytest.approx(2e-5)


def test_premium_features_know_where_funding_flips_and_spikes():
    series = market(days=40)
    row = features(latest([cells_of(series)])).values[0]
    premium_bps = series.premium[-1] * 1e4
    steps = np.diff(series.premium[-168:]) * 1e4
    distance = abs(premium_bps + 5) / steps.std()  # the rate is 0 where the premium is -5 bps
    assert row[INDEX["flip_distance_sd_7d"]] == pytest.approx(distance)


def test_the_running_premium_moves_a_forecast_before_the_next_settlement():
    windows = latest([cells_of(market(days=10)), cells_of(market(days=10, seed=2))])
    running = with_running_premium(windows, np.array([-6e-4, np.nan]))
    known = with_premium(features(windows), running)
    assert known.values[0, INDEX["premium"]] == pytest.approx(-6.0)
    # Where nothing was heard the settlement's own premium stands.
    assert known.values[1, INDEX["premium"]] == features(windows).values[1, INDEX["premium"]]
    # What was computed in part is what is computed as a whole.
    np.testing.assert_array_equal(known.values, features(running).values)
    assert with_running_premium(windows, np.full(2, np.nan)) is windows
