"""Carry: what a pair of venues pays, what it costs, and whether to enter."""

import math

import numpy as np
import pytest

from cockpit.calculators import load
from cockpit.calculators.carry.spread_model import spread_series
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.paid_history import paid_hourly
from tests.calculators.markets import DEEP_ASKS, DEEP_BIDS, calc, market, saved

FEE = 45e-5 - 1e-6
"""With the millionth that the deep books cost, four trades are 18 bps."""


def deep(venue, rate, **fields):
    return market(venue, DEEP_BIDS, DEEP_ASKS, rate=rate, **{"taker_fee": FEE, **fields})


def pair_of(spread):
    """Long a, short b; a pays nothing."""
    return saved(deep("a", 0.0), deep("b", spread))


def carry(view, /, **inputs):
    pair = {"long_venue": "a", "short_venue": "b"}
    return calc("carry", view, **{"notional_usd": 1e6, "haircut": False, **pair, **inputs})


def test_a_constant_spread_breaks_even_when_it_has_paid_the_round_trip():
    values = carry(pair_of(2.4e-5), phi=1, hold_h=100).values
    assert values.cost_bps == pytest.approx(18.0)
    assert values.cost_usd == pytest.approx(1800.0)
    assert values.spread_hourly == pytest.approx(2.4e-5)
    assert values.breakeven_h == 75
    assert values.expected_funding_usd == pytest.approx(2.4e-5 * 100 * 1e6)
    assert values.net_usd == pytest.approx(2400 - 1800)
    assert values.gate is None


def test_a_decaying_spread_takes_longer_than_todays_rate_promises():
    values = carry(pair_of(6e-5), phi=0.97, mean_spread_hourly=1e-5, hold_h=60).values
    assert values.breakeven_h == 52
    assert pytest.approx(30) == 18e-4 / 6e-5
    expected = sum(1e-5 + 5e-5 * 0.97**k for k in range(1, 61))
    assert values.expected_funding_usd == pytest.approx(1e6 * expected)


def test_a_spread_that_dies_before_it_has_paid_never_breaks_even():
    values = carry(pair_of(6e-5), phi=0.9, mean_spread_hourly=0).values
    assert 6e-5 * 0.9 / 0.1 < 18e-4
    assert values.breakeven_h is None
    assert values.gate == "never breaks even"


def test_the_first_closed_gate_is_said_in_words():
    assert "the hold is 24 h" in carry(pair_of(2.4e-5), phi=1, hold_h=24).values.gate
    noisy = carry(pair_of(2.4e-5), phi=1, hold_h=80, sigma_spread_hourly=1e-4)
    assert "%" in carry(pair_of(2.4e-5), phi=1, hold_h=80, min_apr=5).values.gate
    assert "are asked for" in carry(
        pair_of(2.4e-5), phi=1, hold_h=80, sigma_spread_hourly=1e-4, min_probability=0.9
    ).values.gate  # fmt: skip
    assert 0.5 < noisy.values.breakeven_probability < 0.9


def test_the_odds_are_those_of_the_sum_of_the_spreads():
    values = carry(
        pair_of(6e-5), phi=0.9, mean_spread_hourly=3e-5, sigma_spread_hourly=2e-5, hold_h=72
    ).values
    mean = 72 * 3e-5 + 3e-5 * sum(0.9**k for k in range(1, 73))
    weights = [sum(0.9**i for i in range(k)) for k in range(1, 73)]
    sd = 2e-5 * math.sqrt(sum(w * w for w in weights))
    odds = 0.5 * (1 + math.erf((mean - 18e-4) / sd / math.sqrt(2)))
    assert values.breakeven_probability == pytest.approx(odds)


def test_without_history_persistence_is_assumed_and_the_odds_are_not_known():
    result = carry(pair_of(2.4e-5))
    assert result.values.breakeven_probability is None
    said = {each.field: each for each in result.assumptions if each.place == "BTC a/b"}
    assert (said["phi"].value, said["mean_spread_hourly"].value) == (0.95, 0.0)
    assert "BTC a/b: phi 0.950 an hour, assumed; 0 h of history" in result.assumed


def test_persistence_and_mean_are_read_off_what_both_venues_paid():
    generator = np.random.default_rng(3)
    spreads = [3e-5]
    for _ in range(699):
        spreads.append(2e-5 + 0.8 * (spreads[-1] - 2e-5) + generator.normal(0, 4e-6))
    view = saved(deep("a", 0.0, settled=[0.0] * 700), deep("b", spreads[-1], settled=spreads))
    result = carry(view, hold_h=24)
    said = {each.field: each.value for each in result.assumptions if each.place == "BTC a/b"}
    assert said["phi"] == pytest.approx(0.8, abs=0.06)
    assert said["mean_spread_hourly"] == pytest.approx(float(np.mean(spreads)), rel=1e-2)
    assert result.values.breakeven_probability is not None


def test_a_payment_for_eight_hours_counts_in_each_of_them():
    view = saved(
        market("a", settled=[1e-5] * 16), market("b", settled=[8e-5, 24e-5], interval_s=8 * 3600)
    )
    a, b = (view.market(name, "BTC").settled for name in "ab")
    series = spread_series(paid_hourly(a), paid_hourly(b))
    assert series == pytest.approx([0.0] * 8 + [2e-5] * 8)


def test_an_hour_that_one_venue_did_not_pay_is_unknown_and_not_zero():
    view = saved(market("a", settled=[1e-5] * 5), market("b", settled=[3e-5] * 5))
    rows = view.market("b", "BTC").settled
    thinned = saved(market("b", settled=[3e-5] * 5)).market("b", "BTC").settled
    del thinned._hours[2], thinned._rows[2]
    a = paid_hourly(view.market("a", "BTC").settled)
    assert np.isfinite(spread_series(a, paid_hourly(rows))).all()
    assert np.isnan(spread_series(a, paid_hourly(thinned))).tolist() == [
        False, False, True, False, False,
    ]  # fmt: skip


def test_each_leg_needs_its_initial_margin_and_a_move_to_withstand():
    view = saved(deep("a", 0.0, max_leverage=20), deep("b", 2.4e-5, max_leverage=50))
    values = carry(view, phi=1, hold_h=100, buffer_frac=0.1).values
    assert values.margin_usd == pytest.approx({"a": 150_000, "b": 120_000})
    net = 2400 - 1800
    assert values.return_apr == pytest.approx(net / 270_000 * 8760 / 100)


def test_a_venue_without_a_margin_table_has_no_margin_and_no_return():
    view = saved(deep("a", 0.0, max_leverage=None, mmf=None), deep("b", 2.4e-5))
    result = carry(view, phi=1)
    assert result.values.margin_usd["a"] is None
    assert result.values.return_apr is None
    assert result.is_incomplete
    assert any("set leverage" in words for words in result.warnings)
    assert carry(view, phi=1, leverage=10).values.margin_usd["a"] == pytest.approx(200_000)


def test_a_documented_margin_stands_in_for_one_that_the_view_lacks():
    view = saved(deep("hyperliquid", 0.0, max_leverage=None, mmf=None), deep("b", 2.4e-5))
    result = carry(view, long_venue="hyperliquid", phi=1)
    assert result.values.margin_usd["hyperliquid"] > 0
    assert any("hyperliquid: initial margin" in line for line in result.assumed)
    assert not result.is_incomplete


def test_all_pairs_are_ranked_each_once_in_the_direction_that_receives():
    view = saved(deep("a", 1e-5), deep("b", 6e-5), deep("c", -2e-5), deep("d", 1e-5))
    values = carry(view, long_venue=None, short_venue=None, phi=1, hold_h=100).values
    assert len(values.pairs) == 6
    assert (values.long_venue, values.short_venue) == ("c", "b")
    assert all(pair.spread_hourly >= 0 for pair in values.pairs)
    nets = [pair.net_usd for pair in values.pairs]
    assert nets == sorted(nets, reverse=True)
    assert len({frozenset((p.long_venue, p.short_venue)) for p in values.pairs}) == 6


def test_one_fixed_leg_leaves_the_other_open_in_both_signs():
    view = saved(deep("a", 1e-5), deep("b", 6e-5), deep("c", -2e-5))
    values = carry(view, long_venue="a", short_venue=None, phi=1).values
    assert [(p.long_venue, p.short_venue) for p in values.pairs] == [("a", "b"), ("a", "c")]
    assert values.pairs[1].spread_hourly == pytest.approx(-3e-5)


def test_without_a_symbol_every_coin_takes_part():
    view = saved(
        deep("a", 0.0), deep("b", 1e-5),
        deep("a", 0.0, symbol="ETH"), deep("b", 9e-5, symbol="ETH"),
    )  # fmt: skip
    values = carry(view, symbol=None, long_venue=None, short_venue=None, phi=1).values
    assert [pair.symbol for pair in values.pairs] == ["ETH", "BTC"]


def test_the_plan_of_an_asked_pair_is_equal_in_the_coarser_lot():
    view = saved(deep("a", 0.0, lot=0.001), deep("b", 2.4e-5, lot=0.1))
    result = carry(view, phi=1, hold_h=100, notional_usd=1234.5)
    legs = {leg.venue: leg for leg in result.plan.legs}
    assert [(leg.side, leg.size) for leg in result.plan.legs] == [("buy", 12.3), ("sell", 12.3)]
    assert (legs["a"].limit, legs["b"].limit) == (100.01, 99.99)
    assert carry(view, long_venue=None, short_venue=None).plan is None


def test_lots_that_do_not_divide_one_another_are_combined():
    view = saved(deep("a", 0.0, lot=0.02), deep("b", 2.4e-5, lot=0.05))
    legs = carry(view, phi=1, hold_h=100, notional_usd=1236).plan.legs
    # 12.35 would be whole in lots of 0.05 alone; both venues take steps of 0.1.
    assert [leg.size for leg in legs] == [12.3, 12.3]


def test_an_entry_that_one_venue_may_refuse_is_warned_of_before_the_other_is_filled():
    view = saved(deep("a", 0.0, lot=0.01), deep("b", 2.4e-5, lot=0.01, min_notional_usd=50.0))
    # 0.4 at 100 are 40 USD.
    result = carry(view, phi=1, hold_h=100, notional_usd=40)
    words = "b: 0.4 BTC is below its smallest order of 0.5; it may be refused"
    assert words in result.warnings
    assert words in result.plan.warnings
    enough = carry(view, phi=1, hold_h=100, notional_usd=50)
    assert not any("smallest order" in said for said in enough.warnings)


def test_a_book_that_does_not_hold_the_size_has_no_cost_and_says_why():
    view = saved(market("a", rate=0.0), market("b", rate=2.4e-5))
    result = carry(view, phi=1, hold_h=10)
    assert result.values.cost_bps is None
    assert result.values.expected_funding_usd == pytest.approx(2.4e-5 * 10 * 1e6)
    assert result.values.gate.startswith("depth below 0.01x: the visible book of a holds 33")
    assert result.is_incomplete


def test_two_venues_are_needed_that_have_a_book():
    result = carry(saved(deep("a", 0.0), market("b", bids=[], asks=[])), notional_usd=100)
    assert result.values.long_venue is None
    assert result.values.cost_usd is None
    assert "no two venues" in result.values.gate
    assert result.is_incomplete
    assert load("carry").verdict(result).startswith("No pair")


def test_a_stale_rate_is_used_and_warned_of():
    result = carry(saved(deep("a", 0.0), deep("b", 2.4e-5, stale=["funding"])), phi=1)
    assert result.values.spread_hourly == pytest.approx(2.4e-5)
    assert any("b/BTC: funding is stale" in words for words in result.warnings)


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"long_venue": "x"}, "long_venue"),
        ({"short_venue": "a"}, "short_venue"),
        ({"size": 1}, "notional_usd"),
        ({"phi": 1.5}, "phi"),
        ({"hold_h": 0}, "hold_h"),
        ({"hold_h": "soon"}, "hold_h"),
        ({"notional_usd": "nan"}, "notional_usd"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(inputs, field):
    with pytest.raises(FieldError) as caught:
        carry(pair_of(1e-5), **inputs)
    assert caught.value.field == field


def test_the_verdict_can_be_said_aloud():
    verdict = load("carry").verdict
    assert verdict(carry(pair_of(2.4e-5), phi=1, hold_h=24)) == (
        "Long BTC on a, short on b: +21.02 % a year now, 75 h to earn 18.0 bps of costs ($1,800); "
        "not now: breaks even after 75 h, the hold is 24 h."
    )
    assert "never enough for 18.0 bps" in verdict(
        carry(pair_of(6e-5), phi=0.9, mean_spread_hourly=0)
    )


def test_the_table_has_a_row_a_pair():
    result = carry(saved(deep("a", 1e-5), deep("b", 6e-5), deep("c", 0.0)),
                   long_venue=None, short_venue=None)  # fmt: skip
    table = load("carry").rows(result)
    assert len(table.rows) == 3
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_venues_that_a_given_pair_leaves_without_effect_are_said():
    view = saved(deep("a", 0.0), deep("b", 2.4e-5), deep("c", 1e-5))
    result = carry(view, venues="a,c")
    assert "venues: c not used, both venues of the pair are given" in result.warnings
    with pytest.raises(FieldError, match="'d' is not in the view"):
        carry(view, venues="d")
