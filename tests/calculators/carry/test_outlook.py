"""What lies beside the pair that was asked for: its path, other holds, other pairs of the coin."""

import pytest

from cockpit.core.units import HOUR_NS
from tests.calculators.carry.test_calculator import carry, deep, pair_of
from tests.calculators.markets import saved


def test_the_path_steps_up_by_what_each_hour_pays_and_meets_the_hold():
    values = carry(pair_of(2.4e-5), phi=1, hold_h=100).values
    path = values.path
    assert path.expected_usd[0] == 0.0
    # One million pays 24 USD an hour; the view's venues state no stamp, so every hour flows.
    hours = [(at - path.at_ns[0]) / HOUR_NS for at in path.at_ns]
    assert path.expected_usd == pytest.approx([24.0 * hour for hour in hours])
    assert 100 in hours
    assert path.expected_usd[hours.index(100)] == pytest.approx(values.expected_funding_usd)


def test_the_band_holds_eight_runs_in_ten_and_is_unknown_where_the_noise_is():
    quiet = carry(pair_of(2.4e-5), phi=1, hold_h=24).values.path
    assert (quiet.low_usd, quiet.high_usd) == (None, None)
    noisy = carry(
        pair_of(2.4e-5), phi=0, mean_spread_hourly=2.4e-5, sigma_spread_hourly=1e-5, hold_h=24
    ).values.path
    hours = [(at - noisy.at_ns[0]) / HOUR_NS for at in noisy.at_ns]
    # Independent hours: sd of the sum is 10 USD times the root of the hours; 1.2816 sd is a tenth.
    for hour, low, mean in zip(hours, noisy.low_usd, noisy.expected_usd, strict=True):
        assert mean - low == pytest.approx(1.2815516 * 10 * hour**0.5)


def test_the_costs_earned_back_a_little_later_are_still_in_the_picture():
    values = carry(pair_of(2.4e-5), phi=1, hold_h=24).values
    assert values.breakeven_h == 75
    last_h = (values.path.at_ns[-1] - values.path.at_ns[0]) / HOUR_NS
    assert last_h >= 75
    assert values.path.expected_usd[-1] >= values.cost_usd


def test_holds_of_one_three_seven_and_thirty_days_stand_side_by_side():
    values = carry(pair_of(2.4e-5), phi=1, hold_h=24).values
    assert [hold.hold_h for hold in values.holds] == [24, 72, 168, 720]
    # 24 USD an hour; in and out cost 1800 USD.
    assert [hold.net_usd for hold in values.holds] == pytest.approx(
        [24 * 24 - 1800, 24 * 72 - 1800, 24 * 168 - 1800, 24 * 720 - 1800]
    )


def test_other_pairs_of_the_coin_are_ranked_beside_the_one_that_was_asked_for():
    view = saved(deep("a", 0.0), deep("b", 1e-5), deep("c", 9e-5))
    alone = carry(view, phi=1).values
    assert len(alone.pairs) == 1
    result = carry(view, phi=1, compare=True)
    assert (result.values.long_venue, result.values.short_venue) == ("a", "b")
    assert result.values.net_usd == pytest.approx(alone.net_usd)
    ranked = [(pair.long_venue, pair.short_venue) for pair in result.values.pairs]
    assert ranked == [("a", "c"), ("b", "c"), ("a", "b")]
    assert {leg.venue for leg in result.plan.legs} == {"a", "b"}


def test_a_pair_that_is_asked_for_against_the_spread_is_ranked_as_asked():
    view = saved(deep("a", 0.0), deep("b", 1e-5), deep("c", 9e-5))
    result = carry(view, phi=1, compare=True, long_venue="c", short_venue="a")
    ranked = [(pair.long_venue, pair.short_venue) for pair in result.values.pairs]
    assert ranked == [("b", "c"), ("a", "b"), ("c", "a")]
    assert result.values.net_usd == result.values.pairs[-1].net_usd
