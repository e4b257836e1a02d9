"""Forecasts of now: from whom, with what, and said plainly where there is little."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

import cockpit
from cockpit.core.errors import ConfigError
from cockpit.forecast.cells import HOUR_NS, cells_of
from cockpit.forecast.features import INDEX
from cockpit.forecast.learned import chance_of, heard, learn_events, level_of
from cockpit.forecast.levels import fit_levels
from cockpit.forecast.live import desk_of, forecasts, why
from cockpit.forecast.reasons import reasons
from cockpit.forecast.reference import decode, encode
from cockpit.forecast.training import pooled, rows_of
from tests.forecast.markets import market, rows

REFERENCE = Path(cockpit.__file__).parent / "data" / "forecast_reference.json"
MARKETS = [market(days=60, seed=seed, symbol=name) for seed, name in ((1, "A"), (2, "B"))]


def learned(of, source):
    return msgspec.structs.replace(learn_events(of, source), levels=fit_levels(of))


@pytest.fixture(scope="module")
def own():
    return [learned(rows_of(series), "market") for series in MARKETS]


@pytest.fixture(scope="module")
def venue():
    return learned(pooled([rows_of(series) for series in MARKETS]), "venue")


@pytest.fixture(scope="module")
def reference():
    return decode(REFERENCE.read_bytes())


def test_all_markets_at_once_are_told_what_each_would_be_told_alone(own, venue, reference):
    sources = [
        heard(own[0], venue, reference, with_premium=True),
        heard(None, venue, None, with_premium=True),
    ]
    told = forecasts([cells_of(series) for series in MARKETS], desk_of(sources))
    for series, said, forecast in zip(MARKETS, sources, told, strict=True):
        row = rows_of(series).values[-1:]
        assert forecast.p_flip == pytest.approx(chance_of(said, "ours", "flip", row)[0])
        assert forecast.p_spike == pytest.approx(chance_of(said, "ours", "spike", row)[0])
        level = level_of(said, 8, row)
        expected = forecast.expected[1]
        assert expected.horizon_h == 8
        assert expected.mean_hourly * 1e4 == pytest.approx(level.mean[0])
        assert expected.low_hourly * 1e4 == pytest.approx(level.low[0])
        assert expected.low_hourly < expected.mean_hourly < expected.high_hourly


def test_who_speaks_depends_on_the_days_that_are_known(own, venue, reference):
    young = msgspec.structs.replace(own[0], days=44.0)
    grown = msgspec.structs.replace(own[0], days=200.0)
    assert heard(grown, venue, reference, with_premium=True) == (grown, venue)
    assert heard(own[0], None, reference, with_premium=True) == (own[0], reference)
    assert heard(young, venue, None, with_premium=True) == (venue,)
    assert heard(young, None, reference, with_premium=True) == (reference,)
    assert heard(young, None, reference, with_premium=False) == ()


def test_without_a_model_a_plain_mean_is_given_and_said():
    series = rows(MARKETS[0], slice(0, 30))
    (forecast,) = forecasts([cells_of(series)], desk_of([()]))
    assert forecast.basis == "mean"
    assert forecast.expected[0].mean_hourly == pytest.approx(series.rate[-24:].mean())
    assert (forecast.expected[0].low_hourly, forecast.p_flip, forecast.p_spike) == (None,) * 3
    assert why(forecast.basis, forecast.days).startswith("a plain mean")


def test_a_market_that_stopped_settling_has_no_forecast(own):
    stopped = cells_of(MARKETS[0], int(MARKETS[0].at_ns[-1]) + 40 * HOUR_NS)
    (forecast,) = forecasts([stopped], desk_of([(own[0],)]))
    assert (forecast.p_flip, forecast.p_spike) == (None, None)
    assert forecast.basis == "mean"  # five days of the week are known, and none of the last day
    year_old = cells_of(MARKETS[0], int(MARKETS[0].at_ns[-1]) + 9000 * HOUR_NS)
    assert forecasts([year_old], desk_of([(own[0],)]))[0].basis == "nothing"


def test_an_eight_hourly_market_has_no_forecast_of_one_hour(reference):
    eighth = rows(MARKETS[0], slice(None, None, 8))
    eighth = msgspec.structs.replace(
        eighth, interval_s=np.full(len(eighth.at_ns), 8 * 3600.0), rate=eighth.rate * 8
    )
    (forecast,) = forecasts([cells_of(eighth)], desk_of([(reference,)]))
    assert [expected.horizon_h for expected in forecast.expected] == [8, 24]


def test_a_spike_is_not_told_before_its_threshold_is_known(reference):
    week = rows(MARKETS[0], slice(0, 24 * 7))
    (forecast,) = forecasts([cells_of(week)], desk_of([(reference,)]))
    assert forecast.p_spike is None
    assert forecast.p_flip is not None


def test_reasons_are_causes_with_figures():
    row = [float("nan")] * len(INDEX)
    row[INDEX["premium"]] = 9.1
    row[INDEX["oi_change_1h"]] = np.log(1.06)
    row[INDEX["rate_off_others"]] = -0.2
    told = reasons(row, 1.0, 5.0)
    assert [reason.cause for reason in told] == [
        "premium_above_pin", "oi_rising", "others_pay_more",
    ]  # fmt: skip
    assert [reason.words() for reason in told] == [
        "premium 3.1 bps above the pin's edge",
        "open interest +6% in an hour",
        "other venues pay 0.20 bp/h more",
    ]


def test_a_book_that_lost_half_of_its_depth_is_a_reason():
    row = [float("nan")] * len(INDEX)
    row[INDEX["depth_25bps_change_1h"]] = np.log(0.45)
    assert [reason.words() for reason in reasons(row, 1.0, 5.0)] == [
        "depth within 25 bps -55% in an hour"
    ]
    row[INDEX["depth_25bps_change_1h"]] = np.log(0.7)
    assert reasons(row, 1.0, 5.0) == ()


def test_reference_coefficients_survive_being_written(reference):
    again = decode(encode(reference, "the same"))
    row = rows_of(MARKETS[1]).values[-50:]
    np.testing.assert_allclose(
        chance_of((again,), "ours", "flip", row), chance_of((reference,), "ours", "flip", row)
    )
    with pytest.raises(ConfigError, match=r"forecast_reference\.json"):
        decode(b'{"events": 3}')
