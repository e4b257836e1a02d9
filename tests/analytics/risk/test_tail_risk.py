"""VaR, expected shortfall, their errors, and the tests of a VaR that was promised."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.risk.tail_risk import (
    histogram,
    mean,
    probability,
    standard_deviation,
    tail,
)


def test_of_a_hundred_losses_the_95th_is_var_and_es_is_the_mean_from_there() -> None:
    found = tail(-np.arange(1.0, 101.0), 0.95)
    assert found.var.value == 95
    assert found.es.value == pytest.approx(np.mean([95, 96, 97, 98, 99, 100]))


def test_a_normal_sample_gives_the_normal_tail_within_its_own_errors() -> None:
    pnl = np.random.default_rng(11).standard_normal(40_000)
    for level in (0.95, 0.99):
        z = NormalDist().inv_cdf(level)
        found = tail(pnl, level)
        assert abs(found.var.value - z) < 3 * found.var.se
        assert abs(found.es.value - NormalDist().pdf(z) / (1 - level)) < 3 * found.es.se
    assert abs(standard_deviation(pnl).value - 1) < 3 * standard_deviation(pnl).se
    assert abs(mean(pnl).value) < 3 * mean(pnl).se


def test_the_standard_errors_are_those_of_repeated_samples() -> None:
    samples = np.random.default_rng(5).standard_normal((400, 2000))
    found = [tail(sample, 0.95) for sample in samples]
    for pick in (lambda t: t.var, lambda t: t.es):
        spread = np.std([pick(t).value for t in found])
        assert np.mean([pick(t).se for t in found]) == pytest.approx(spread, rel=0.15)
    spread = np.std([standard_deviation(sample).value for sample in samples])
    assert np.mean([standard_deviation(s).se for s in samples]) == pytest.approx(spread, rel=0.15)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99]))
def test_shortfall_is_never_less_than_var(values, level) -> None:  # type: ignore[no-untyped-def]
    found = tail(np.array(values), level)
    assert found.es.value >= found.var.value - 1e-6
    assert found.var.value <= -min(values)


def test_a_probability_carries_its_binomial_error() -> None:
    found = probability(np.arange(100) < 20)
    assert found.value == 0.2
    assert found.se == pytest.approx(math.sqrt(0.2 * 0.8 / 100))


def test_a_histogram_counts_every_known_outcome_once() -> None:
    found = histogram(np.array([0.0, 1, 2, 4, math.nan]), 4)
    assert found.edges.tolist() == [0, 1, 2, 3, 4]
    assert found.counts.tolist() == [1, 1, 1, 1]
    assert histogram(np.empty(0), 4).counts.size == 0
    assert histogram(np.full(3, 7.0), 4).counts.sum() == 3


def test_outcomes_that_differ_by_rounding_alone_are_still_counted() -> None:
    almost = np.array([1e6, np.nextafter(1e6, 2e6), 1e6])
    found = histogram(almost, 40)
    assert found.counts.sum() == 3
    assert np.all(np.diff(found.edges) > 0)


def test_outcomes_beyond_all_money_still_have_figures() -> None:
    wild = np.array([-1e100, 0.0, 1e100, 2e100])
    small = np.array([-1.0, 0.0, 1.0, 2.0])
    assert standard_deviation(wild).value == pytest.approx(standard_deviation(small).value * 1e100)
    assert tail(wild, 0.5).es.value == pytest.approx(tail(small, 0.5).es.value * 1e100)


def test_without_outcomes_nothing_is_known() -> None:
    nothing = np.empty(0)
    assert math.isnan(tail(nothing, 0.95).var.value)
    assert math.isnan(mean(nothing).value)
    assert math.isnan(standard_deviation(nothing).value)
    assert math.isnan(probability(nothing > 0).value)
    assert math.isnan(tail(np.array([1.0, math.nan]), 0.95).es.value)
    assert standard_deviation(np.ones(5)) == (0.0, 0.0)
    with pytest.raises(ValueError, match="level"):
        tail(np.ones(3), 95)


def test_the_tails_have_a_bin_each_and_the_mass_keeps_its_detail() -> None:
    """A thousand outcomes from 0 to 999 beside a million: equal bins would show one bar."""
    pnl = np.concatenate((np.arange(1000.0), [-1e6, 1e6]))
    found = histogram(pnl, 12, 0.01)
    assert found.counts.sum() == 1002
    assert (found.edges[0], found.edges[-1]) == (-1e6, 1e6)
    inner = np.diff(found.edges)[1:-1]
    assert inner == pytest.approx([inner[0]] * 10)
    assert found.counts[1:-1].min() >= 90
