"""Long here, short there: costs, break-even, collateral and gates. Figures by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.funding import carry
from cockpit.analytics.funding.carry import HoldFunding, LegCost, Spread

EIGHTEEN_BPS = 18e-4
DECAYING = Spread(now=6e-5, mean=1e-5, phi=0.97, sigma=None)


def flat(rate: float) -> Spread:
    return Spread(now=rate, mean=rate, phi=1.0, sigma=None)


def test_the_pair_receives_the_short_legs_rate_less_the_long_legs() -> None:
    assert carry.spread_hourly(long_rate=-1e-5, short_rate=4e-5) == pytest.approx(5e-5)


def test_rates_that_only_rounding_tells_apart_are_equal() -> None:
    one, other = 1.25e-5, math.nextafter(1.25e-5, 1)
    assert carry.spread_hourly(one, other) == 0
    assert carry.spread_hourly(-one, -other) == 0
    # Far less than any venue states is a difference all the same.
    assert carry.spread_hourly(1.25e-5, 1.25e-5 + 1e-12) == pytest.approx(1e-12)
    assert carry.spread_hourly(0.0, 1e-21) == 1e-21


def test_spreads_of_arrays_are_those_of_each_pair() -> None:
    long = np.array([1.25e-5, 1e-5, np.nan, 0.0])
    short = np.array([math.nextafter(1.25e-5, 1), 3e-5, 1e-5, -2e-5])
    spreads = carry.spreads_hourly(long, short)
    assert spreads[0] == 0
    assert spreads[[1, 3]] == pytest.approx([2e-5, -2e-5], rel=1e-12)
    assert math.isnan(spreads[2])


def test_a_constant_spread_of_a_quarter_bp_pays_eighteen_in_seventy_five_hours() -> None:
    assert carry.breakeven_h(EIGHTEEN_BPS, flat(2.4e-5)) == 75


def test_a_decaying_spread_takes_fifty_two_hours_where_a_constant_one_takes_thirty() -> None:
    assert carry.breakeven_h(EIGHTEEN_BPS, DECAYING) == 52
    assert carry.breakeven_h(EIGHTEEN_BPS, flat(6e-5)) == 30


@pytest.mark.parametrize(
    "spread",
    [
        flat(0.0),
        flat(-1e-5),
        Spread(6e-5, 0.0, 0.9, None),
        Spread(6e-5, -1e-6, 0.95, None),
        Spread(6e-5, -1e-5, 0.0, None),
        Spread(-1e-5, -1e-5, 0.9, None),
        Spread(6e-5, 0.0, 0.0, None),
    ],
)
def test_a_spread_that_fades_before_the_cost_is_paid_never_breaks_even(spread: Spread) -> None:
    assert carry.breakeven_h(EIGHTEEN_BPS, spread) is None


def test_a_spread_that_turns_can_still_pay_a_small_cost_first() -> None:
    # 6e-5 x 0.97 + 6e-5 x 0.97^2 with the mean just below 0 covers 1 bp in the second hour.
    assert carry.breakeven_h(1e-4, Spread(6e-5, -1e-6, 0.97, None)) == 2


def test_a_spread_that_is_against_us_now_pays_once_it_has_turned() -> None:
    hours = carry.breakeven_h(1e-4, Spread(-5e-5, 2e-5, 0.5, None))
    # Sum of 2e-5 H - 7e-5 (1 - 0.5^H) reaches 1e-4 when H = (1e-4 + 7e-5) / 2e-5 = 8.5.
    assert hours == 9


def test_what_costs_nothing_has_broken_even() -> None:
    assert carry.breakeven_h(0.0, flat(-1.0)) == 0
    assert carry.breakeven_h(-1e-4, flat(0.0)) == 0


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        carry.breakeven_h(math.nan, DECAYING)
    with pytest.raises(ValueError, match="phi"):
        carry.breakeven_h(1e-3, Spread(1e-5, 1e-5, 1.2, None))


@given(st.floats(1e-5, 5e-3), st.floats(-2e-4, 2e-4), st.floats(-2e-5, 5e-5), st.floats(0.0, 0.99))
def test_break_even_is_the_first_hour_that_pays_as_if_counted_by_hand(
    cost: float, now: float, mean: float, phi: float
) -> None:
    total, first = 0.0, None
    for hour in range(1, 3001):
        total += mean + (now - mean) * phi**hour
        if total >= cost * (1 - 1e-9):
            first = hour
            break
    found = carry.breakeven_h(cost, Spread(now, mean, phi, None))
    if first is not None:
        # A sum that touches the cost within rounding may be seen an hour later.
        assert found is not None
        assert found == first or abs(total / cost - 1) < 1e-6
    else:
        assert found is None or found > 3000 or abs(total / cost - 1) < 1e-6


@given(st.floats(1e-5, 1e-2), st.floats(1e-5, 1e-2), st.floats(1e-6, 1e-4))
def test_a_dearer_pair_never_breaks_even_earlier(one: float, two: float, rate: float) -> None:
    cheap, dear = (carry.breakeven_h(cost, flat(rate)) for cost in sorted((one, two)))
    assert cheap is not None
    assert dear is not None
    assert cheap <= dear


def test_a_leg_pays_on_the_way_in_and_out() -> None:
    leg = LegCost(entry_fee=45.0, entry_slip=10.0, exit_fee=44.0, exit_slip=-1.0)
    assert (leg.entry, leg.exit) == (55.0, 43.0)


def test_the_odds_of_breaking_even() -> None:
    even = carry.breakeven_probability(24e-4, HoldFunding(24e-4, 1e-5, 24))
    assert even == pytest.approx(0.5)
    assert carry.breakeven_probability(24e-4, HoldFunding(24e-4, None, 24)) is None
    assert carry.breakeven_probability(24e-4, HoldFunding(48e-4, 0.0, 24)) == 1.0
    # Mean and sd of 1e-4 against a cost of nothing: one sd above.
    one = carry.breakeven_probability(0.0, HoldFunding(1e-4, 1e-4, 1))
    assert one == pytest.approx(0.8413447460685429)


def test_margin_is_the_initial_one_and_a_buffer_on_each_leg() -> None:
    assert carry.margin_usd(100_000.0, 0.05, 0.02) == pytest.approx(7000.0)


def test_the_return_is_on_the_collateral_of_both_legs() -> None:
    assert carry.return_apr(10.0, 10_000.0, 8760.0) == pytest.approx(0.001)
    assert carry.return_apr(10.0, 0.0, 24.0) is None
    assert carry.return_apr(10.0, 100.0, 0.0) is None


def test_a_pair_over_its_hold() -> None:
    pair = carry.evaluate(EIGHTEEN_BPS, HoldFunding(24e-4, 1e-5, 75), 1e6, 100, 1e5, 0.1)
    assert pair.cost_usd == pytest.approx(1800.0)
    assert pair.expected_funding_usd == pytest.approx(2400.0)
    assert pair.net_usd == pytest.approx(600.0)
    assert pair.breakeven_h == 75
    assert pair.return_apr == pytest.approx(600 / 1e5 * 8760 / 100)
    # The 10 % quantile of a normal is 1.2815515655 sd below its mean, one sd being 10 USD.
    assert pair.conservative_usd == pytest.approx(2400 - 12.815515655)


def test_without_a_known_spread_of_spreads_odds_are_unknown_not_zero() -> None:
    pair = carry.evaluate(EIGHTEEN_BPS, HoldFunding(24e-4, None, 75), 1e6, 100, 1e5, 0.1)
    assert (pair.conservative_usd, pair.breakeven_probability) == (None, None)
    known = {gate.name: gate.holds for gate in carry.gates(pair, 100, 0.6, 0.1)}
    assert known == {
        "breakeven": True, "hold": True, "probability": None, "conservative": None, "return": True
    }  # fmt: skip
    assert carry.first_closed(carry.gates(pair, 100, 0.6, 0.1)) is None


def test_a_gate_says_in_words_why_it_is_closed() -> None:
    slow = carry.evaluate(EIGHTEEN_BPS, HoldFunding(5.76e-4, 0.0, 75), 1e6, 24, 1e5, 0.1)
    assert carry.first_closed(carry.gates(slow, 24, 0.6, 0.0)) == (
        "breaks even after 75 h, the hold is 24 h"
    )
    slower = carry.evaluate(EIGHTEEN_BPS, HoldFunding(5.76e-4, 0.0, 3840), 1e6, 24, 1e5, 0.1)
    assert carry.first_closed(carry.gates(slower, 24, 0.6, 0.0)) == (
        "breaks even after 160 d, the hold is 24 h"
    )
    never = carry.evaluate(EIGHTEEN_BPS, HoldFunding(-2.4e-4, 0.0, None), 1e6, 24, 1e5, 0.1)
    assert carry.first_closed(carry.gates(never, 24, 0.6, 0.0)) == "never breaks even"
    poor = carry.evaluate(EIGHTEEN_BPS, HoldFunding(18e-4, 0.0, 75), 1e6, 75, 1e6, 0.1)
    assert carry.first_closed(carry.gates(poor, 75, 0.6, 0.05)) == (
        "returns 0.0 % a year, 5.0 % are asked for"
    )


def test_what_the_venues_clamps_leave_must_cover_the_cost_too() -> None:
    pair = carry.evaluate(EIGHTEEN_BPS, HoldFunding(24e-4, None, 75), 1e6, 100, 1e5, 0.1)
    assert carry.formula_gate(pair, None).holds is None
    assert carry.formula_gate(pair, 1800.0).holds is True
    assert carry.formula_gate(pair, 1250.0) == (
        "formula", False,
        "formulas pay 1250.00 USD, it costs 1800.00 USD: the venues clamp their rates",
    )  # fmt: skip
