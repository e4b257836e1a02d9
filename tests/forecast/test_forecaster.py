"""A running program's forecasts: the same as a backtest's, made in time, scored by what came."""

import msgspec
import numpy as np
import pytest

from cockpit.core.outlook import EventSkill, Score
from cockpit.forecast.averages import EVENT_H, usual_chances, usual_level
from cockpit.forecast.cells import HOUR_NS, cells_of
from cockpit.forecast.cross import with_others, with_others_now
from cockpit.forecast.features import INDEX, features, series_features
from cockpit.forecast.forecaster import Forecaster
from cockpit.forecast.labels import events, outcomes
from cockpit.forecast.learning import learn
from cockpit.forecast.ledger import EVENT, FLIP, SPIKE, together
from cockpit.forecast.scoreboard import scoreboard
from cockpit.forecast.training import rows_of
from cockpit.forecast.windows import latest
from tests.forecast.living import MINUTE_NS, REFERENCE, heard, keys, lived, news
from tests.forecast.markets import market, rows


def test_a_live_row_equals_the_backtests_row_of_the_same_moment():
    series = market(days=40)
    backtest = rows_of(series)
    forecaster = Forecaster(REFERENCE)
    heard(forecaster, series, 800)
    lived(forecaster, series, 800, 812)
    windows = latest([forecaster.past("venue", "BTC").cells(int(series.at_ns[811]))])
    np.testing.assert_array_equal(features(windows).values[0], backtest.values[811])
    (made,) = [block for block in forecaster.ledger.blocks() if block.hour == backtest.hours[811]]
    assert made.rate[0] * 1e4 == backtest.values[811, INDEX["rate"]]


def test_what_happens_later_changes_no_forecast():
    one, other = market(days=40), market(days=40)
    other.rate[801:] *= -7
    other.premium[801:] *= -7
    said = []
    for series in (one, other):
        forecaster = Forecaster(REFERENCE)
        now_ns = heard(forecaster, series, 801)
        said.append(forecaster.look(now_ns, keys(series)).outlooks)
    assert said[0] == said[1]


def test_a_premium_that_moves_within_the_hour_moves_the_forecast():
    series = market(days=40)
    forecaster = Forecaster(REFERENCE)
    now_ns = heard(forecaster, series, 800)
    calm = forecaster.look(now_ns, keys(series)).outlooks[0]
    for _ in range(30):
        now_ns += MINUTE_NS
        forecaster.hear([news(series, 0, 0, premium=-12e-4)], now_ns)
    falling = forecaster.look(now_ns, keys(series)).outlooks[0]
    assert falling.p_flip > calm.p_flip
    assert falling.over(8).mean_hourly < calm.over(8).mean_hourly
    assert falling.reasons[0] == "premium 8.0 bps below the pin's edge"


def test_before_the_hours_settlement_arrives_the_one_before_speaks():
    series = market(days=40)
    forecaster = Forecaster(REFERENCE)
    now_ns = heard(forecaster, series, 800)
    last = forecaster.look(now_ns, keys(series)).outlooks[0]
    hour_ns = int(series.at_ns[800]) // HOUR_NS * HOUR_NS
    waiting = forecaster.look(hour_ns + MINUTE_NS, keys(series))
    assert waiting.outlooks[0].expected == last.expected
    assert waiting.made is None
    # After ten minutes without it nothing is known of this hour.
    silent = forecaster.look(hour_ns + 11 * MINUTE_NS, keys(series))
    assert silent.outlooks[0].p_flip is None
    forecaster.hear([news(series, 800, 801)], hour_ns + 2 * MINUTE_NS)
    assert forecaster.look(hour_ns + 2 * MINUTE_NS, keys(series)).made is not None


def test_other_venues_rates_are_those_that_a_backtest_joins():
    venues = [
        msgspec.structs.replace(market(days=40, seed=seed), venue=str(seed)) for seed in (1, 2, 3)
    ]
    alone = market(days=40, seed=4, symbol="ETH")
    cells = [cells_of(series) for series in (*venues, alone)]
    windows = with_others_now(latest(cells), ["BTC", "BTC", "BTC", "ETH"])
    live = features(windows).values
    for row, series in enumerate(venues):
        others = [other for other in venues if other is not series]
        backtest = rows_of(with_others(series, others)).values[-1]
        for name in ("rate_off_others", "others_rate", "others_change_24h", "others_dispersion"):
            assert live[row, INDEX[name]] == pytest.approx(backtest[INDEX[name]], abs=1e-12)
    assert np.isnan(live[3, INDEX["others_rate"]])


def test_a_settlement_stamped_by_a_clock_ahead_of_ours_is_known():
    series = market(days=40)
    forecaster = Forecaster(REFERENCE)
    now_ns = int(series.at_ns[799]) - 20_000_000
    forecaster.hear([news(series, 0, 800)], now_ns)
    early = forecaster.look(now_ns, keys(series))
    assert early.outlooks[0].p_flip is not None
    assert early.made.hour == int(series.at_ns[799]) // HOUR_NS


def test_a_settlement_without_a_premium_has_the_mean_of_its_hour():
    silent = rows(market(days=40), slice(None))
    silent.premium[:] = np.nan
    forecaster = Forecaster(REFERENCE)
    heard(forecaster, silent, 800)
    before_ns = int(silent.at_ns[800]) // HOUR_NS * HOUR_NS - HOUR_NS
    for minute in range(1, 61):
        premium = 2e-4 if minute <= 30 else 4e-4
        forecaster.hear([news(silent, 0, 0, premium=premium)], before_ns + minute * MINUTE_NS)
    forecaster.hear([news(silent, 800, 801)], int(silent.at_ns[800]))
    assert forecaster.past("venue", "BTC").series().premium[-1] == pytest.approx(3e-4)


def test_a_forecast_made_late_is_not_scored():
    series = market(days=40)
    forecaster = Forecaster(REFERENCE)
    forecaster.hear([news(series, 0, 800)], int(series.at_ns[799]))
    late_ns = int(series.at_ns[799]) + 11 * MINUTE_NS
    looked = forecaster.look(late_ns, keys(series))
    assert looked.outlooks
    assert looked.made is None
    assert forecaster.ledger.blocks() == []


def test_each_hour_is_written_down_once_and_joined_with_what_was_paid():
    series = market(days=45)
    forecaster = Forecaster(REFERENCE)
    heard(forecaster, series, 800)
    lived(forecaster, series, 800, 840)
    again = forecaster.look(int(series.at_ns[839]) + MINUTE_NS, keys(series))
    assert again.made is None
    cells = cells_of(series)
    places = np.arange(800, 832)
    known = series_features(cells, places)
    labels = events(known.situation, outcomes(cells, places, 8))
    _, made = together(forecaster.ledger.blocks()[:32])
    np.testing.assert_allclose(made.came[:, EVENT], outcomes(cells, places, 8).mean)
    np.testing.assert_array_equal(made.happened[:, FLIP], labels["flip"])
    np.testing.assert_array_equal(made.happened[:, SPIKE], labels["spike"])
    # A day has passed for the first sixteen; the others wait.
    np.testing.assert_array_equal(~np.isnan(made.came[:, 2]), np.arange(32) < 16)


def test_a_hole_is_no_outcome():
    series = market(days=45)
    holed = rows(series, [place for place in range(len(series.at_ns)) if place != 805])
    forecaster = Forecaster(REFERENCE)
    heard(forecaster, holed, 800)
    lived(forecaster, holed, 800, 830)
    by_hour = {one.hour: one.came[0, EVENT] for one in forecaster.ledger.blocks()}
    hole = int(series.at_ns[805]) // HOUR_NS
    assert all(np.isnan(by_hour[hour]) for hour in range(hole - 5, hole))
    assert not np.isnan(by_hour[hole + 1])


def test_an_eight_hourly_market_is_written_down_when_it_settles_alone():
    eighth = rows(market(days=60), slice(None, None, 8))
    eighth = type(eighth)(
        venue="eight",
        symbol="BTC",
        at_ns=eighth.at_ns,
        rate=eighth.rate * 8,
        interval_s=np.full(len(eighth.at_ns), 8 * 3600.0),
    )
    forecaster = Forecaster(REFERENCE)
    now_ns = heard(forecaster, eighth, 120)
    assert forecaster.look(now_ns, keys(eighth)).made is not None
    assert forecaster.look(now_ns + HOUR_NS, keys(eighth)).made is None
    lived(forecaster, eighth, 120, 124)
    assert len(forecaster.ledger.blocks()) == 5
    first = forecaster.ledger.blocks()[0]
    assert first.came[0, EVENT] == pytest.approx(eighth.rate[120] / 8)


def test_the_average_knows_how_often_a_flip_came():
    series = market(days=30, seed=4)
    windows = latest([cells_of(series)])
    known = features(windows)
    flip, spike = usual_chances(windows, known.situation)
    hits = asked = spikes = 0
    hourly = series.rate
    threshold = max(float(np.quantile(np.abs(hourly - 1.25e-5), 0.95)), 1e-5)
    for hour in range(len(hourly) - EVENT_H):
        after = hourly[hour + 1 : hour + 1 + EVENT_H]
        asked += 1
        hits += bool((after * hourly[hour] < 0).any())
        spikes += bool((np.abs(after - 1.25e-5) > threshold).any())
    assert hits
    assert flip[0] == pytest.approx((hits + 1) / (asked + 2))
    assert spike[0] == pytest.approx((spikes + 1) / (asked + 2))
    assert usual_level(known.values)[0] == pytest.approx(hourly[-24:].mean())


@pytest.fixture(scope="module")
def month():
    """The ledger of twelve days of life, by models of the sixty before."""
    series = market(days=72, seed=11, scale=8e-4)
    forecaster = Forecaster(None)
    forecaster.teach(learn([rows(series, slice(0, 60 * 24))], None))
    heard(forecaster, series, 60 * 24)
    lived(forecaster, series, 60 * 24, 72 * 24)
    return forecaster.ledger.blocks()


def scores(blocks):
    return {score.span: score for score in scoreboard(blocks, blocks[-1].hour)}


def test_scores_tell_a_model_that_beats_the_average_from_one_that_does_not(month):
    good = scores(month)
    bad = scores(
        [
            msgspec.structs.replace(
                block, chances=1.0 - block.chances, levels=np.tile(block.average[:, None] * 3, 3)
            )
            for block in month
        ]
    )
    assert good["all"].model == "market"
    assert good["all"].n > good["7d"].n > good["today"].n > 0
    assert good["all"].level_beats is True
    assert good["all"].flip.is_proven
    assert bad["all"].level_beats is False
    assert bad["all"].flip.skill < 0
    assert not bad["all"].flip.is_proven
    # 1 bp/h off is 100,000 USD x 0.0001 x 8 h = 80 USD.
    assert good["all"].mae_usd == pytest.approx(good["all"].mae_bp_h * 80)


def test_a_few_days_prove_nothing(month):
    few = scores(month[:72])["all"]
    assert few.flip.n < 200
    assert few.flip.se is None
    assert not few.flip.is_proven
    assert few.level_beats is None


def test_a_skill_is_proven_by_its_lower_bound_and_by_enough_forecasts():
    assert EventSkill(n=200, skill=0.2, se=0.1).is_proven
    assert not EventSkill(n=199, skill=0.2, se=0.1).is_proven
    assert not EventSkill(n=5000, skill=0.2, se=0.11).is_proven
    assert not EventSkill(n=5000, skill=0.2).is_proven
    assert Score(venue="v", model="mean", span="all", n=10).level_beats is None


def test_twice_the_same_days_teach_the_same_models():
    import pickle

    series = [market(days=60, seed=seed, symbol=str(seed)) for seed in (1, 2)]
    assert pickle.dumps(learn(series, REFERENCE)) == pickle.dumps(learn(series, REFERENCE))


def test_a_young_market_speaks_by_its_venues_models_and_a_new_venue_by_the_reference():
    old, young = market(days=60, symbol="OLD"), market(days=20, seed=2, symbol="YOUNG")
    lesson = learn([old, young], REFERENCE)
    speakers = {
        key: [learned.source for learned in lesson.speakers(key, True)]
        for key in (("venue", "OLD"), ("venue", "YOUNG"), ("other", "OLD"))
    }
    assert speakers == {
        ("venue", "OLD"): ["market", "venue", "reference"],
        ("venue", "YOUNG"): ["venue", "reference"],
        ("other", "OLD"): ["reference"],
    }
    assert lesson.speakers(("other", "OLD"), False) == ()
