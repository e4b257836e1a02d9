"""The regressions against independent solutions, and what happens when there is too little."""

import numpy as np
import pytest

from cockpit.forecast.blend import MIN_ROWS, blend_of
from cockpit.forecast.fit import expit, logistic, predicted, ridge, robust, scaling_of
from cockpit.forecast.learned import learn_events
from cockpit.forecast.models import fit_events
from cockpit.forecast.training import rows_of
from tests.forecast.markets import market

optimize = pytest.importorskip("scipy.optimize")


def data(count=400, seed=2):
    draws = np.random.default_rng(seed)
    columns = draws.normal(size=(count, 3))
    chance = expit(columns @ np.array([1.0, -0.5, 0.0]) - 1.0)
    return columns, (draws.uniform(size=count) < chance).astype(float)


def test_logistic_finds_what_a_general_minimiser_finds():
    columns, happened = data()

    def loss(weights):
        score = columns @ weights[1:] + weights[0]
        fit = (np.logaddexp(0, score) - happened * score).sum()
        return fit + 0.5 * 30.0 * (weights[1:] ** 2).sum()

    best = optimize.minimize(loss, np.zeros(4), method="BFGS").x
    np.testing.assert_allclose(logistic(columns, happened, 30.0), best, atol=2e-4)


def test_ridge_solves_the_augmented_least_squares():
    columns, target = data()[0], np.random.default_rng(4).normal(size=400)
    wide = np.vstack([columns - columns.mean(0), np.sqrt(30.0) * np.eye(3)])
    slope, *_ = np.linalg.lstsq(wide, np.concatenate([target - target.mean(), np.zeros(3)]))
    np.testing.assert_allclose(ridge(columns, target, 30.0)[1:], slope)


def test_one_wild_hour_does_not_move_a_robust_level():
    columns = data()[0]
    target = columns @ np.array([1.0, 2.0, 3.0])
    target[0] = 1e4
    off_robust = np.abs(robust(columns, target, 1e-6)[1:] - [1, 2, 3]).max()
    off_squares = np.abs(ridge(columns, target, 1e-6)[1:] - [1, 2, 3]).max()
    assert off_robust < 0.05 < off_squares


def test_a_column_without_any_figure_and_one_that_never_moves_are_of_no_use():
    values = np.column_stack([np.full(50, np.nan), np.full(50, 3.0), np.arange(50.0)])
    scaling = scaling_of(values)
    assert scaling.usable(np.arange(3)).tolist() == [2]
    assert scaling.apply(values).values[:, :2].max() == 0.0


def test_extremes_are_clipped_and_the_missing_are_told():
    values = np.arange(100.0)[:, None].copy()
    values[::4] = np.nan
    scaling = scaling_of(values)
    scaled = scaling.apply(np.array([[1e9], [np.nan]]))
    assert scaled.values[:, 0].tolist() == [5.0, 0.0]
    assert scaled.gone[:, 0].tolist() == [0.0, 1.0]
    assert scaling.indicators(np.array([0])).tolist() == [0]


def test_two_positives_give_the_base_rate_and_no_explosion():
    rows = rows_of(market(days=50))
    happened = np.zeros(len(rows.hours))
    happened[[200, 700]] = 1.0
    fit = fit_events(
        type(rows)(hours=rows.hours, values=rows.values, happened={"spike": happened}, means={})
    )
    model = fit.models["ours"]["spike"]
    assert model.linear is None
    chance = model.chance(fit.scaling.apply(rows.values))
    np.testing.assert_allclose(chance, 2 / len(rows.hours))


def test_learning_twice_gives_the_same_bytes():
    rows = rows_of(market(days=50))
    weights = [
        b"".join(
            model.linear.weights.tobytes()
            for model in learn_events(rows, "market").events.models["ours"].values()
            if model.linear is not None
        )
        for _ in range(2)
    ]
    assert weights[0] == weights[1]
    assert len(weights[0]) > 100


def test_a_model_that_is_noise_fades_into_the_average():
    draws = np.random.default_rng(6)
    chance = draws.uniform(0.05, 0.95, 20_000)
    happened = (draws.uniform(size=20_000) < chance).astype(float)
    blend = blend_of(chance, draws.uniform(0.05, 0.95, 20_000), happened)
    assert blend.model < 0.1 < 0.8 < blend.history
    assert (
        blend_of(chance[: MIN_ROWS - 1], chance[: MIN_ROWS - 1], happened[: MIN_ROWS - 1]).model
        == 1
    )


def test_predictions_are_the_columns_times_the_weights():
    assert predicted(np.array([[2.0, 3.0]]), np.array([1.0, 10.0, 100.0])).tolist() == [321.0]
    np.testing.assert_allclose(expit(np.array([-1e9, 0.0, 1e9])), [0, 0.5, 1], atol=1e-200)
