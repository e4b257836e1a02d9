"""The figures that were asked of the months the models were made on; skipped without the files."""

import numpy as np
import pytest

from cockpit.backtest.forecast_walk import walk
from cockpit.backtest.rows import load
from cockpit.backtest.walk_forward import Plan
from cockpit.forecast import scores
from cockpit.forecast.censored import Formula
from cockpit.forecast.training import rows_of
from tests.support import SHARED

FILE = SHARED / "datasets" / "hyperliquid_funding_1h_2024-2025.csv.gz"
pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason="the data sets are not beside the project"
)

SKILL = {"spike": 0.15, "flip": 0.15, "onset": 0.05, "large_dev": 0.04}


@pytest.fixture(scope="module")
def series():
    return load([FILE]).series


@pytest.fixture(scope="module")
def runs(series):
    # Refits every sixteen weeks: an eighth of the time, and harder.
    return walk([rows_of(one) for one in series], Plan(block_days=112), None)


def test_every_rate_is_the_formula_of_its_premium(series):
    for one in series:
        formula = Formula(interest=np.array([1e-4]), dampener=np.array([5e-4]))
        np.testing.assert_allclose(formula.hourly(one.premium[None, :])[0], one.rate, atol=6e-11)


def test_events_are_forecast_better_than_by_averages_on_both_coins(runs):
    for run in runs:
        for event, least in SKILL.items():
            forecasts = run.events[event]
            rows = forecasts.scored()
            happened = forecasts.happened[rows]
            ours = forecasts.chances["ours"][rows]
            history = scores.brier(happened, forecasts.chances["history"][rows])
            assert scores.skill(scores.brier(happened, ours), history) >= least, event
            if event in ("spike", "flip"):
                assert scores.auc(happened, ours) >= 0.80


def test_the_level_of_eight_hours_is_no_worse_than_har(runs):
    for run in runs:
        level = run.levels[8]
        rows = level.scored()
        actual, ours, har = (
            level.actual[rows],
            level.levels["ours"][rows],
            level.levels["har"][rows],
        )
        assert scores.r2(actual, ours) >= scores.r2(actual, har) - 0.02
        assert scores.mae(actual, ours) <= scores.mae(actual, har)
