"""Scores against hand-worked and slow ones."""

import numpy as np
import pytest

from cockpit.forecast import scores

Y = np.array([1.0, 0, 0, 1])
P = np.array([0.8, 0.3, 0.1, 0.4])


def test_brier_and_skill_of_the_worked_example():
    assert scores.brier(Y, P) == pytest.approx(0.125)
    assert scores.skill(0.125, scores.brier(Y, np.full(4, 0.5))) == pytest.approx(0.5)


def test_auc_is_the_share_of_pairs_in_order_with_ties_half():
    draws = np.random.default_rng(1)
    chance = np.round(draws.uniform(size=80), 1)
    happened = (draws.uniform(size=80) < 0.3).astype(float)
    hit, miss = chance[happened == 1][:, None], chance[happened == 0][None, :]
    pairs = (hit > miss).mean() + 0.5 * (hit == miss).mean()
    assert scores.auc(happened, chance) == pytest.approx(pairs)
    assert scores.auc(np.ones(3), P[:3]) is None


def test_average_precision_by_hand():
    # Rated .8 (hit), .4 (hit), .3, .1: precision 1 at each half of the recall.
    assert scores.pr_auc(Y, P) == pytest.approx(1.0)
    # Rated .9 miss, .8 hit, .7 miss, .6 hit: 1/2 and 2/4, half of the recall each.
    assert scores.pr_auc(np.array([0.0, 1, 0, 1]), np.array([0.9, 0.8, 0.7, 0.6])) == 0.5


def test_level_scores_by_hand():
    actual = np.array([1.0, 2, 3])
    assert scores.r2(actual, actual + 1) == pytest.approx(1 - 3 / 2)
    assert scores.mae(actual, actual + 1) == 1.0
    assert scores.r2(np.ones(3), actual) is None


def test_the_error_of_a_mean_counts_what_hours_share():
    draws = np.random.default_rng(2)
    values, hours = np.repeat(draws.normal(size=100), 8), np.arange(800)
    off = values - values.mean()
    total = (off**2).sum()
    for lag in range(1, 49):
        total += 2 * (1 - lag / 49) * (off[lag:] * off[:-lag]).sum()
    assert scores.mean_error(values, hours) == pytest.approx(np.sqrt(total) / 800)
    # Hours 100 days apart share nothing, whatever their place in the list.
    apart = scores.mean_error(values, hours * 2400)
    assert apart == pytest.approx(values.std() / np.sqrt(800))


def test_a_better_forecast_has_a_positive_t_and_an_interval_above_zero():
    draws = np.random.default_rng(3)
    hours = np.arange(2000)
    reference = draws.uniform(0.5, 1.0, 2000)
    loss = reference * 0.8
    t = scores.diebold_mariano(loss, reference, hours)
    interval = scores.skill_interval(loss, reference, hours)
    assert t is not None
    assert t > 3
    assert interval is not None
    assert interval.low == pytest.approx(0.2)
    assert scores.skill_interval(loss, reference, hours) == interval  # seeded


def test_calibration_of_honest_forecasts_is_a_line_of_slope_one():
    draws = np.random.default_rng(4)
    chance = draws.uniform(0.05, 0.95, 20_000)
    happened = (draws.uniform(size=20_000) < chance).astype(float)
    told = scores.calibration(happened, chance)
    assert told is not None
    assert told.slope == pytest.approx(1.0, abs=0.06)
    assert told.ece < 0.02
    assert len(told.forecast) == 10


def test_innovation_is_what_was_foreseen_beyond_the_usual():
    usual = np.array([5.0, 1, 9, 3])
    actual = usual + np.arange(1.0, 5.0)
    told = scores.innovation(actual, actual, usual, np.arange(4))
    assert told is not None
    assert told.ic == pytest.approx(1.0)
    # A forecast of the usual itself foresees nothing.
    assert scores.innovation(actual, usual, usual, np.arange(4)) is None


def test_log_loss_of_even_odds_is_ln_two():
    assert scores.log_loss(Y, np.full(4, 0.5)) == pytest.approx(np.log(2))
