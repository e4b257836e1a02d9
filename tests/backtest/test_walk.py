"""Walk-forward: nothing leaks, coefficients do not speak of what they saw, groups are tested."""

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from cockpit.backtest import forecast_run
from cockpit.backtest.forecast_table import text
from cockpit.backtest.forecast_walk import walk
from cockpit.backtest.incidents import touched
from cockpit.backtest.leaks import without_leaks
from cockpit.backtest.walk_forward import Plan, blocks
from cockpit.forecast import scores
from cockpit.forecast.features import INDEX
from cockpit.forecast.learned import learn_events
from cockpit.forecast.training import rows_of
from cockpit.venues.contract import Incident
from tests.forecast.markets import START_HOUR, market, rows

PLAN = Plan(first_days=45)


@pytest.fixture(scope="module")
def run():
    return walk([rows_of(market(days=110))], PLAN, None)[0]


def test_training_ends_a_horizon_and_a_day_before_the_block():
    for block in blocks(0, 200 * 24, PLAN):
        hours = np.arange(200 * 24)
        last = hours[block.known(hours)].max()
        assert last + 24 + 24 <= hours[block.asked(hours)].min()


def test_every_hour_is_forecast_once():
    asked = sum(block.asked(np.arange(5000)).astype(int) for block in blocks(0, 4999, PLAN))
    assert set(asked[: 45 * 24 + 48]) == {0}
    assert set(asked[45 * 24 + 48 :]) == {1}


def test_what_comes_later_changes_no_forecast(run):
    series = market(days=110)
    cut = 80 * 24
    other = market(days=110, seed=9)
    mixed = msgspec.structs.replace(
        series,
        rate=np.concatenate([series.rate[:cut], other.rate[cut:]]),
        premium=np.concatenate([series.premium[:cut], other.premium[cut:]]),
    )
    again = walk([rows_of(mixed)], PLAN, None)[0]
    for event, forecasts in run.events.items():
        np.testing.assert_array_equal(
            forecasts.chances["ours"][:cut], again.events[event].chances["ours"][:cut]
        )
    assert not np.array_equal(
        run.events["flip"].chances["ours"][cut:],
        again.events["flip"].chances["ours"][cut:],
        equal_nan=True,
    )


def test_a_feature_that_is_the_label_is_caught_and_named():
    known = rows_of(market(days=60))
    values = known.values.copy()
    values[:, INDEX["imbalance_10bps"]] = known.happened["flip"]
    clean, names = without_leaks(msgspec.structs.replace(known, values=values))
    assert names == ("imbalance_10bps",)
    assert np.isnan(clean.values[:, INDEX["imbalance_10bps"]]).all()
    assert without_leaks(known) == (known, ())


def test_outcomes_that_reach_into_the_block_teach_nothing():
    # A column with the outcome of this row's hours, known only where training may not look:
    # the last hours before each block. With purge and embargo it is worth nothing.
    known = rows_of(market(days=110))
    values = known.values.copy()
    column = np.full(len(known.hours), np.nan)
    first = int(known.hours[0])
    for block in blocks(first, int(known.hours[-1]), PLAN):
        between = (known.hours > block.known_hour) & (known.hours < block.start_hour)
        column[between & ~block.known(known.hours)] = known.happened["flip"][
            between & ~block.known(known.hours)
        ]
    values[:, INDEX["imbalance_10bps"]] = column
    block = next(blocks(first, int(known.hours[-1]), PLAN))
    training = block.training(msgspec.structs.replace(known, values=values))
    fit = learn_events(training, "market").events
    assert INDEX["imbalance_10bps"] not in fit.models["ours"]["flip"].linear.columns


def test_a_random_walk_of_premiums_is_forecast_better_than_by_averages(run):
    for event in ("spike", "flip"):
        forecasts = run.events[event]
        scored = forecasts.scored()
        happened = forecasts.happened[scored]
        ours = scores.brier(happened, forecasts.chances["ours"][scored])
        history = scores.brier(happened, forecasts.chances["history"][scored])
        assert scores.skill(ours, history) > 0.05


def test_the_interval_holds_four_times_of_five(run):
    level = run.levels[8]
    scored = level.scored()
    inside = (level.actual >= level.low) & (level.actual <= level.high)
    assert 0.7 < inside[scored].mean() < 0.9


def test_a_reference_speaks_only_of_hours_after_those_it_saw():
    known = rows_of(market(days=60))
    reference = learn_events(known, "reference", {"ours": np.arange(20, 30)})
    assert reference.known_hour == known.hours[-1]
    young = walk([rows_of(market(days=40))], PLAN, reference)[0]
    assert np.isnan(young.events["flip"].chances["ours"]).all()
    later = market(days=40, start_hour=START_HOUR + 61 * 24)
    after = walk([rows_of(later)], PLAN, reference)[0]
    assert not np.isnan(after.events["flip"].chances["ours"][-24 * 10 : -24]).any()


def test_a_document_says_what_was_not_tested_and_what_is_missing():
    series = market(days=100)
    holed = np.ones(len(series.at_ns), dtype=bool)
    holed[1500:1700] = False
    document = forecast_run.run([rows(series, holed)], plan=PLAN)
    (one,) = document.series
    steps = one.ablation["flip"]
    assert steps["+book"] is None
    assert steps["+premium"].change == pytest.approx(
        steps["+premium"].bss_history - steps["funding"].bss_history
    )
    assert any("% of the hours are missing" in warning for warning in document.warnings)
    assert "not known at enough of these rows: book, flow, cross" in text(document)
    assert any(
        "one market alone proves little" in words or "NOT" in words for words in document.verdict
    )


def test_nothing_is_scored_where_there_is_too_little():
    document = forecast_run.run([market(days=20)], plan=PLAN)
    assert document.series[0].events["flip"].n == 0
    assert document.series[0].events["flip"].models["ours"].brier is None
    assert any("nothing could be scored" in warning for warning in document.warnings)
    assert "nothing could be scored" in text(document)


OUTAGE = Incident(
    from_=datetime(2024, 1, 3, tzinfo=UTC),
    to=datetime(2024, 1, 3, 2, tzinfo=UTC),
    exact=True,
    kind="chain_halt",
    what="stood still",
    source="test",
)


def test_rows_around_an_outage_are_neither_learned_nor_scored():
    incidents = {"v": (OUTAGE,)}
    start = START_HOUR  # 2024-01-03 00:00
    hours = np.arange(start - 12, start + 6)
    lost = hours[touched(hours, 8, "v_funding", incidents)]
    assert lost.tolist() == list(range(start - 8, start + 3))
    assert not touched(hours, 8, "vertex", incidents).any()
