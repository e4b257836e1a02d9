"""Legs closed together: in step, the harder first, with what stands open and what both cost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.calculators.common.form import FieldError
from cockpit.core.units import NS_PER_S
from tests.calculators.markets import calc, market, saved
from tests.support import AT_NS

DEEP = {"bids": [(99.0, 1e4)], "asks": [(101.0, 1e4)], "lot": 0.01}
THIN = {"bids": [(99.0, 1.0), (98.0, 1e4)], "asks": [(101.0, 1.0), (102.0, 1e4)], "lot": 0.01}
LONG, SHORT = {"venue": "a", "size": 4.0}, {"venue": "b", "size": -4.0}


def unwind(*markets, legs=(LONG, SHORT), **inputs):
    plain = {
        "haircut": False, "jitter": 0, "avoid_stamps_s": 0, "horizon_min": 8, "slices": 4,
        "lag_s": 3, "sigma": 2.0,
    }  # fmt: skip
    rows = tuple({"symbol": "BTC", **leg} for leg in legs)
    return calc("unwind", saved(*markets), symbol=None, positions=rows, **{**plain, **inputs})


def of_two(legs=(LONG, SHORT), **inputs):
    return unwind(market("a", **DEEP), market("b", **THIN), legs=legs, **inputs)


def path(result, net=0.0):
    """What stands open after each order, signed base units."""
    found = []
    for leg in result.plan.legs:
        net += leg.side.sign * leg.size
        found.append(round(net, 9))
    return found


def test_a_pair_is_closed_in_rounds_of_both_legs_the_harder_first():
    result = of_two()
    told = [
        (leg.venue, leg.side.value, leg.size, (leg.not_before_ns - AT_NS) // NS_PER_S)
        for leg in result.plan.legs
    ]
    # Four rounds of 1 over eight minutes; b shows less at its touch, so its fill comes first.
    assert told[:3] == [("b", "buy", 1.0, 0), ("a", "sell", 1.0, 3), ("b", "buy", 1.0, 120)]
    assert path(result) == [1.0, 0.0] * 4
    assert result.plan.legs[0].note == "round 1 of 4"


def test_no_more_than_a_round_stands_open_and_for_as_long_as_the_legs_are_apart():
    values = of_two().values
    assert values.unhedged_now == 0.0
    assert (values.max_unhedged, values.max_unhedged_usd) == (1.0, 100.0)
    # Four times 1 is open for three seconds: 2 $ a root minute times root of 4 x 3/60.
    assert values.unhedged_sd_usd == pytest.approx(2.0 * (4 * 3 / 60) ** 0.5)


def test_the_costs_of_both_legs_are_theirs_against_their_own_mids_with_fees():
    result = of_two(taker_fee={"a": 0.001, "b": 0.0})
    parts = {part.venue: part for part in result.values.legs}
    # a: 4 x 1 below its mid, and a tenth of a per cent of 99 on each. b: at its touch, 1 above.
    assert parts["a"].cost_usd == pytest.approx(4 * 1 + 4 * 99 * 0.001)
    assert parts["b"].cost_usd == pytest.approx(4 * 1)
    values = result.values
    assert values.cost_usd == pytest.approx(8 + 0.396)
    assert values.fees_usd == pytest.approx(0.396)
    assert values.cost_bps == pytest.approx(8.396 / 400 * 1e4)
    # All at once b walks from 1 at 101 to 3 at 102.
    assert values.all_now_usd == pytest.approx(8.396 + 3)


def test_what_one_leg_has_more_of_goes_with_the_first_round():
    result = of_two(legs=(LONG, {"venue": "b", "size": -3.0}))
    values = result.values
    assert values.unhedged_now == 1.0
    assert path(result, 1.0)[1::2] == [0.0] * 4
    sold = [leg.size for leg in result.plan.legs if leg.venue == "a"]
    assert sold == [1.75, 0.75, 0.75, 0.75]


def test_three_legs_are_kept_in_step():
    markets = [market("a", **DEEP), market("b", **THIN), market("c", **DEEP)]
    legs = (LONG, {"venue": "b", "size": -1.0}, {"venue": "c", "size": -3.0})
    result = unwind(*markets, legs=legs)
    assert path(result)[2::3] == [0.0] * 4
    assert {part.venue: part.size for part in result.values.legs} == {"a": 4.0, "b": 1.0, "c": 3.0}


@pytest.mark.parametrize(("lacks", "says"), [
    ({"bids": [], "asks": []}, "b has no book"), ({"taker_fee": None}, "b has no fee"),
])  # fmt: skip
def test_a_leg_that_cannot_be_closed_keeps_the_other_from_being_closed_alone(lacks, says):
    result = unwind(market("a", **DEEP), market("b", **{**THIN, **lacks}))
    assert result.plan is None
    assert says in result.infeasible
    assert result.is_incomplete


def test_a_leg_where_nobody_looks_keeps_the_others_too():
    result = of_two(legs=(LONG, {"venue": "spot", "size": -1.0}))
    assert result.plan is None
    assert result.infeasible == "spot is not followed: there is no book to close 1 BTC on"


def test_legs_of_one_market_in_two_accounts_stay_apart():
    legs = ({"venue": "a", "size": 2.0}, {"venue": "a", "size": -2.0})
    result = unwind(market("a", **DEEP), legs=legs)
    assert [(part.venue, part.side.value, part.size) for part in result.values.legs] == [
        ("a", "sell", 2.0), ("a", "buy", 2.0),
    ]  # fmt: skip


def test_a_leg_below_the_smallest_order_of_its_venue_goes_at_once_with_a_warning():
    result = unwind(market("a", **DEEP), market("b", **{**THIN, "min_size": 5.0}))
    assert [leg.size for leg in result.plan.legs] == [4.0, 4.0]
    assert any("b: 4 BTC is below its smallest order of 5" in words for words in result.warnings)


def test_a_leg_of_less_than_a_lot_stays_and_is_named():
    legs = (LONG, {"venue": "b", "size": -0.004})
    result = of_two(legs=legs)
    assert "0.004 BTC is less than a lot of b" in result.infeasible


def test_no_leg_is_closed_beyond_itself_where_lots_are_coarse():
    legs = ({"venue": "a", "size": 7.3}, {"venue": "b", "size": -3.65})
    coarse = {**DEEP, "lot": 1.0}
    result = unwind(market("a", **coarse), market("b", **coarse), legs=legs, slices=12)
    traded = {
        venue: sum(leg.size for leg in result.plan.legs if leg.venue == venue) for venue in "ab"
    }
    assert traded == {"a": 7.0, "b": 3.0}
    assert {part.venue: part.size for part in result.values.legs} == traded


def test_rounds_wait_for_a_stamp_of_either_venue_and_never_meet():
    stamp = AT_NS + 120 * NS_PER_S
    paid = {"live": {"rate": 1e-5, "interval_s": 3600, "age_s": 1.0}, "predicted": None,
            "settled": [], "next_ns": stamp}  # fmt: skip
    result = unwind(
        market("a", **DEEP, funding=paid), market("b", **THIN), avoid_stamps_s=60, slices=8
    )
    times = [leg.not_before_ns for leg in result.plan.legs]
    first = times[::2]
    assert not any(stamp - 60 * NS_PER_S <= at < stamp + 60 * NS_PER_S for at in first)
    assert all(b - a >= 6 * NS_PER_S for a, b in pairwise(first))


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"legs": ()}, "symbol"), ({"legs": (LONG,)}, "positions"),
        ({"legs": (LONG, {"venue": "b", "size": "much"})}, "positions"),
        ({"horizon_min": 0.2}, "horizon_min"), ({"start": "soon"}, "start"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_field(inputs, field):
    with pytest.raises(FieldError) as caught:
        of_two(**inputs)
    assert caught.value.field == field


@given(
    st.integers(1, 40), st.integers(1, 40), st.sampled_from(["twap", "front", "back"]),
    st.integers(1, 20),
)  # fmt: skip
def test_whatever_is_held_ends_flat_and_is_never_more_open_than_before_and_a_round(
    long, short, pace, rounds
):
    legs = ({"venue": "a", "size": long / 4}, {"venue": "b", "size": -short / 4})
    result = of_two(legs=legs, schedule=pace, slices=rounds, lag_s=0, horizon_min=30)
    left = path(result, (long - short) / 4)
    assert left[-1] == pytest.approx(0.0, abs=1e-9)
    largest = max(leg.size for leg in result.plan.legs)
    assert max(map(abs, left)) <= abs(long - short) / 4 + largest + 1e-9
