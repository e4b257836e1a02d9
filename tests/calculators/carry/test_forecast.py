"""Carry by forecasts: the first day is theirs, the rest reverts as it has; there is a switch."""

import msgspec
import pytest

from cockpit.core.outlook import OLD_S, ExpectedRate, Outlook, Outlooks, Score
from tests.calculators.carry.test_calculator import carry, deep
from tests.calculators.markets import saved
from tests.support import AT_NS

NOTIONAL = 1e6


def outlook(venue, day, basis="market", age_s=60.0):
    return Outlook(
        venue=venue, symbol="BTC", made_ns=AT_NS - round(age_s * 1e9), basis=basis, why="",
        expected=(ExpectedRate(horizon_h=8, mean_hourly=1.0),
                  ExpectedRate(horizon_h=24, mean_hourly=day)),
    )  # fmt: skip


def view(*outlooks, scores=()):
    """a pays nothing, b pays 2.4e-5 an hour; without history the spread halves in 14 h to 0."""
    made = saved(deep("a", 0.0), deep("b", 2.4e-5))
    made.outlooks = Outlooks(
        markets={(one.venue, one.symbol): one for one in outlooks}, scores=scores
    )
    return made


def reverting(first, last):
    """What hours `first` to `last` pay as the spread decays by 0.95 an hour."""
    return NOTIONAL * sum(2.4e-5 * 0.95**hour for hour in range(first, last + 1))


def test_the_first_day_is_paid_as_forecast_and_later_hours_as_ever():
    told = view(outlook("a", -1e-5), outlook("b", 6e-5))
    day = carry(told, hold_h=24).values
    assert day.forecast_spread_hourly == pytest.approx(7e-5)
    assert day.expected_funding_usd == pytest.approx(NOTIONAL * 24 * 7e-5)
    longer = carry(told, hold_h=48).values
    assert longer.expected_funding_usd == pytest.approx(NOTIONAL * 24 * 7e-5 + reverting(25, 48))
    half = carry(told, hold_h=12).values
    assert half.expected_funding_usd == pytest.approx(NOTIONAL * 12 * 7e-5)


def test_the_break_even_is_the_hour_that_the_forecast_reaches():
    # 18 bps at 1.2e-4 an hour: 15 hours. At 7e-5 the day brings 16.8 bps, and the decaying hours
    # after it, 6.6e-6 in the first, the rest: 25.
    assert carry(view(outlook("a", 0.0), outlook("b", 1.2e-4)), hold_h=24).values.breakeven_h == 15
    # 1,800 USD less the day's 1,680 are 120; hours 25 and on bring 6.65, 6.32, 6.00 ... USD.
    told = carry(view(outlook("a", 0.0), outlook("b", 7e-5)), hold_h=24).values
    hours = next(hour for hour in range(25, 99) if reverting(25, hour) >= 120)
    assert told.breakeven_h == hours
    bad = carry(view(outlook("a", 0.0), outlook("b", -5e-5)), hold_h=24).values
    assert bad.breakeven_h is None
    assert bad.net_usd < -1800


def test_the_assumption_names_the_switch_and_the_switch_works():
    told = view(outlook("a", 0.0), outlook("b", 6e-5))
    (said,) = [one for one in carry(told).assumptions if one.field == "forecast"]
    assert said.sentence == (
        "BTC a/b: the first 24 h pay an hour 6e-05, by the forecasts of both venues; then the "
        "spread reverts as it has"
    )
    off = carry(told, forecast=False)
    assert off.values.forecast_spread_hourly is None
    assert off.values.expected_funding_usd == pytest.approx(reverting(1, 24))
    assert not [one for one in off.assumptions if one.field == "forecast"]


def test_who_says_how_the_spread_runs_is_taken_at_his_word():
    told = view(outlook("a", 0.0), outlook("b", 6e-5))
    for given in ({"phi": 1}, {"mean_spread_hourly": 0}):
        assert carry(told, **given).values.forecast_spread_hourly is None


@pytest.mark.parametrize(
    "other",
    [
        outlook("b", 6e-5, basis="mean"),
        outlook("b", 6e-5, age_s=OLD_S + 1),
        msgspec.structs.replace(outlook("b", 6e-5), expected=()),
        outlook("c", 6e-5),
    ],
)
def test_one_leg_without_a_model_leaves_both_to_what_was_paid(other):
    values = carry(view(outlook("a", 0.0), other)).values
    assert values.forecast_spread_hourly is None
    assert values.expected_funding_usd == pytest.approx(reverting(1, 24))


def test_a_model_that_does_not_beat_the_average_is_not_relied_upon():
    worse = Score(venue="b", model="market", span="all", n=500, mae_bp_h=2.0, mae_average_bp_h=1.0)
    better = msgspec.structs.replace(worse, mae_bp_h=0.5)
    told = outlook("a", 0.0), outlook("b", 6e-5)
    assert carry(view(*told, scores=(worse,))).values.forecast_spread_hourly is None
    assert carry(view(*told, scores=(better,))).values.forecast_spread_hourly is not None


def test_the_path_and_the_other_holds_are_of_the_same_forecast():
    values = carry(view(outlook("a", 0.0), outlook("b", 6e-5)), hold_h=24).values
    day = NOTIONAL * 24 * 6e-5
    held = {one.hold_h: one.expected_funding_usd for one in values.holds}
    assert held[24] == pytest.approx(day)
    assert held[72] == pytest.approx(day + reverting(25, 72))
    path = dict(enumerate(values.path.expected_usd))
    assert path[24] == pytest.approx(day)
    assert path[12] == pytest.approx(day / 2)
    assert path[30] == pytest.approx(day + reverting(25, 30))
