"""An order in slices: how much when and where, and what it costs beside doing it now."""

import math
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.calculators import load
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import Fees, Settings
from tests.calculators.markets import ASKS, BIDS, HOUR_NS, calc, market, saved
from tests.support import AT_NS

MIN_NS = 60 * 10**9
P = 60_000.0
WIDE = {"bids": [(P - 1, 1e4)], "asks": [(P + 1, 1e4)], "lot": 0.0001, "tick": 1.0}
EXAMPLE = {
    "size": 50, "horizon_min": 60, "slices": 12, "eta": 40, "gamma": 0.4, "sigma": 49.656353,
}  # fmt: skip


def stagger(view, settings=None, /, **inputs):
    given_ = {"side": "buy", "haircut": False, "jitter": 0, "avoid_stamps_s": 0, **inputs}
    return calc("stagger", view, settings, **given_)


def per_slice(result):
    """Base units by slice, over all venues."""
    sizes = {}
    for leg in result.plan.legs:
        number = int(leg.note.split()[1])
        sizes[number] = sizes.get(number, 0.0) + leg.size
    return [sizes[k] for k in sorted(sizes)]


def test_the_optimal_schedule_weighs_impact_against_risk():
    result = stagger(saved(market("a", **WIDE)), **EXAMPLE, risk_aversion=2e-5)
    values = result.values
    assert values.kappa_per_min == pytest.approx(0.035513, abs=1e-6)
    sizes = per_slice(result)
    assert sizes[0] == pytest.approx(8.390, abs=1e-3)
    assert sizes[-1] == pytest.approx(2.150, abs=1e-3)
    assert sizes == sorted(sizes, reverse=True)
    assert values.shortfall_sd_usd == pytest.approx(8004, abs=1)
    assert values.cost_usd == pytest.approx(2490.7 + 50 * 1.0, abs=0.5)


def test_equal_slices_cost_less_and_risk_more():
    values = stagger(saved(market("a", **WIDE)), **EXAMPLE, schedule="twap").values
    assert values.cost_usd == pytest.approx(2125 + 50 * 1.0, abs=0.5)
    assert values.shortfall_sd_usd == pytest.approx(10407, abs=1)
    assert values.kappa_per_min is None


def test_no_risk_aversion_is_equal_slices_and_a_half_life_sets_the_urgency():
    view = saved(market("a", **WIDE))
    flat = stagger(view, **EXAMPLE, risk_aversion=0)
    assert flat.values.kappa_per_min == 0.0
    assert per_slice(flat) == pytest.approx([50 / 12] * 12, abs=1e-3)
    assert stagger(view, **EXAMPLE, half_life_min=20).values.kappa_per_min == pytest.approx(0.05)
    assumed = stagger(view, **EXAMPLE)
    assert assumed.values.kappa_per_min == pytest.approx(1 / 30)
    assert any(line.startswith("half_life_min: 30") for line in assumed.assumed)


@pytest.mark.parametrize(("schedule", "ratio"), [("front", 0.5), ("back", 2.0)])
def test_weighted_slices_grow_or_shrink_by_their_ratio(schedule, ratio):
    result = stagger(saved(market("a", **WIDE)), size=31, slices=5, schedule=schedule, ratio=ratio)
    sizes = per_slice(result)
    for before, after in pairwise(sizes):
        assert after / before == pytest.approx(ratio, rel=1e-3)


def test_what_is_not_given_is_read_off_the_books_and_listed():
    result = stagger(saved(market("a")), size=12, slices=2)
    named = {line.partition(":")[0] for line in result.assumed}
    assert {"eta", "gamma", "sigma", "half_life_min", "gap_sd_bps", "quote_usd"} <= named
    assert result.values.sigma == pytest.approx(0.6 * 99.975 / math.sqrt(525_600))
    whole = 5 * 0.0 + 7 * 0.05
    assert result.values.eta == pytest.approx(whole * 30 / 12**2)


def test_each_slice_is_priced_by_walking_a_book_that_has_refilled():
    values = stagger(saved(market("a", taker_fee=1e-4)), size=16, slices=2, schedule="twap").values
    vwap = (5 * 100.0 + 3 * 100.05) / 8
    assert values.cost_usd == pytest.approx(16 * (vwap * (1 + 1e-4) - 99.975))
    assert values.cost_bps == pytest.approx(values.cost_usd / (16 * 99.975) * 1e4)
    assert values.fees_usd == pytest.approx(16 * 100.0 * 1e-4)


def test_one_slice_costs_what_the_split_costs_now():
    view = saved(market("a", taker_fee=3e-4), market("b", asks=[(100.01, 4.0), (100.08, 30.0)]))
    now = calc("slippage", view, side="buy", size=20, haircut=False).values
    values = stagger(view, size=20, slices=1).values
    assert values.cost_usd == pytest.approx(now.split.cost_usd)
    assert {part.venue: part.size for part in values.by_venue} == {
        leg.venue: leg.size for leg in now.split.legs
    }
    assert values.all_now.venue == now.best_single.venue
    assert values.all_now.cost_usd == pytest.approx(now.best_single.cost_usd)


def test_the_parts_of_the_venues_add_up_to_the_whole():
    view = saved(market("a", taker_fee=3e-4), market("b"), market("c", taker_fee=1e-4))
    for extra in ({}, {"eta": 0.5}, {"schedule": "ladder"}):
        values = stagger(view, size=60, slices=3, **extra).values
        assert sum(part.size for part in values.by_venue) == values.size_planned
        assert sum(part.cost_usd for part in values.by_venue) == pytest.approx(values.cost_usd)


def test_slices_begin_at_the_start_and_are_equally_far_apart():
    result = stagger(saved(market("a")), size=12, slices=4, horizon_min=40)
    times = [leg.not_before_ns for leg in result.plan.legs]
    assert times == [AT_NS + k * 10 * MIN_NS for k in range(4)]
    later = stagger(saved(market("a")), size=12, slices=1, start="2025-10-09T12:00:00")
    assert later.plan.legs[0].not_before_ns == 1_760_011_200 * 10**9


@pytest.mark.parametrize(
    ("start", "at_ns"),
    [("+10m", AT_NS + 10 * MIN_NS), ("+1h30m", AT_NS + 90 * MIN_NS), ("now", AT_NS),
     ("12:00", 1_760_011_200 * 10**9), ("12:00:00Z", 1_760_011_200 * 10**9)],
)  # fmt: skip
def test_a_start_is_typed_as_times_are_everywhere(start, at_ns):
    # It is 8:53:20 on 9 October 2025: the next noon is the day's own.
    (leg,) = stagger(saved(market("a")), size=12, slices=1, start=start).plan.legs
    assert leg.not_before_ns == at_ns


def test_a_start_that_is_no_time_says_what_is_one():
    with pytest.raises(FieldError, match=r"start.*expected \+10m, 14:30 or 2025"):
        stagger(saved(market("a")), size=12, start="noonish")


def test_the_same_seed_gives_the_same_times_and_another_seed_others():
    view = saved(market("a"), market("b"))
    one, again, other = (
        stagger(view, size=48, jitter=0.2, seed=seed).plan.legs for seed in (7, 7, 8)
    )
    assert one == again
    assert [leg.not_before_ns for leg in one] != [leg.not_before_ns for leg in other]
    times = [leg.not_before_ns for leg in one]
    assert times == sorted(times)
    for leg in one:
        plain = AT_NS + (int(leg.note.split()[1]) - 1) * 5 * MIN_NS
        assert abs(leg.not_before_ns - plain) <= 0.2 * 5 * MIN_NS


def test_no_slice_goes_in_the_seconds_around_a_funding_stamp():
    stamp = (AT_NS // HOUR_NS + 1) * HOUR_NS
    legs = stagger(
        saved(market("a")),
        size=120,
        slices=120,
        schedule="twap",
        horizon_min=120,
        avoid_stamps_s=45,
    ).plan.legs
    into = [(leg.not_before_ns - stamp + 45 * 10**9) % HOUR_NS for leg in legs]
    assert min(into) >= 90 * 10**9
    assert len(legs) == 120


def test_a_limit_leaves_room_beyond_what_the_slice_would_touch_now():
    buy = stagger(saved(market("a")), size=12, slices=1, limit_bps=10).plan.legs[0]
    assert buy.limit == pytest.approx(math.ceil(100.05 * 1.001 * 100) / 100)
    sell = stagger(saved(market("a")), side="sell", size=8, slices=1, limit_bps=10).plan.legs[0]
    assert sell.limit == pytest.approx(math.floor(99.90 * 0.999 * 100) / 100)


def test_a_ladder_waits_at_prices_that_step_away_and_pays_maker_fees():
    view = saved(market("a", maker_fee=-1e-4))
    result = stagger(view, size=9, slices=3, schedule="ladder", step_bps=10)
    limits = [leg.limit for leg in result.plan.legs]
    assert limits == [99.95, 99.85, 99.75]
    assert {leg.not_before_ns for leg in result.plan.legs} == {AT_NS}
    worth = 3 * sum(limits)
    assert result.values.fees_usd == pytest.approx(-1e-4 * worth)
    assert result.values.cost_usd == pytest.approx(worth - 9 * 99.975 - 1e-4 * worth)
    assert any("only if the price comes" in words for words in result.warnings)


def test_a_ladder_pays_the_maker_fee_of_one_s_own_tier():
    view = saved(market("a", maker_fee=2e-4))
    own = Settings(now_ns=AT_NS, own_fees={"a": Fees(None, -1e-4)})
    paid = stagger(view, own, size=9, slices=3, schedule="ladder").values
    plain = stagger(view, size=9, slices=3, schedule="ladder").values
    # 3 bps less of what is filled at the limits.
    assert paid.fees_usd < 0 < plain.fees_usd


def test_a_ladder_whose_maker_fee_nobody_knows_has_no_cost():
    result = stagger(saved(market("a", maker_fee=None)), size=9, slices=3, schedule="ladder")
    assert result.values.cost_usd is None
    assert result.is_incomplete
    assert result.plan.legs


def test_funding_until_the_end_of_the_horizon_is_counted_on_what_is_held_by_then():
    view = saved(market("a", rate=8e-5, interval_s=8 * 3600))
    values = stagger(view, size=12, slices=2, schedule="twap", horizon_min=120).values
    assert values.expected_funding_usd == pytest.approx(-(6 * 2 + 6 * 1) * 100 * 1e-5)
    sold = stagger(view, side="sell", size=12, slices=2, schedule="twap", horizon_min=120).values
    assert sold.expected_funding_usd == pytest.approx(-values.expected_funding_usd)
    unknown = stagger(saved(market("a", rate=None)), size=12, slices=2)
    assert unknown.values.expected_funding_usd is None
    assert unknown.is_incomplete


def test_a_slice_is_paid_at_the_stamps_that_it_is_held_through():
    at_half = {"live": {"rate": 8e-5, "interval_s": 8 * 3600, "age_s": 1.0}, "predicted": None,
               "settled": [], "next_ns": AT_NS + HOUR_NS // 2}  # fmt: skip
    asked = {"size": 12, "slices": 2, "schedule": "twap", "avoid_stamps_s": 0, "jitter": 0}
    half = stagger(saved(market("a", funding=at_half)), horizon_min=120, **asked).values
    # Six are held when eight hours are paid at 30 min, the other six come at 60 min: too late.
    assert half.expected_funding_usd == pytest.approx(-6 * 100 * 8e-5)
    before = stagger(saved(market("a", funding=at_half)), horizon_min=20, **asked).values
    assert before.expected_funding_usd == 0


STACKED = Settings(
    now_ns=AT_NS, stacks={"a": frozenset({"prover"}), "b": frozenset({"prover", "x"})}
)
EVEN = [(100.0 + k / 100, 50.0) for k in range(40)]


def test_a_price_on_gap_risk_moves_the_order_away_from_venues_that_share_a_stack():
    view = saved(*(market(v, asks=EVEN, taker_fee=f) for v, f in
                   [("a", 1e-4), ("b", 1e-4), ("c", 2e-4)]))  # fmt: skip
    runs = [
        stagger(view, STACKED, size=2000, slices=4, squeeze_penalty=price).values
        for price in (0, 5e-6, 5e-5, 5e-4, 1)
    ]
    risks = [values.squeeze.sd_usd for values in runs]
    assert risks == sorted(risks, reverse=True)
    assert risks[-1] < risks[0]
    apart = [
        next((part.size for part in values.by_venue if part.venue == "c"), 0.0) for values in runs
    ]
    assert apart == sorted(apart)
    assert apart[0] < 500
    # At any price but that of risk, a = b and 1.7 a + 0.4 c = 0.8 a + c.
    assert apart[-1] == pytest.approx(2000 * 1.5 / 3.5, rel=0.01)
    assert runs[0].squeeze.corr == {"a|b": 0.7, "a|c": 0.4, "b|c": 0.4}


def test_venues_in_use_that_share_a_layer_are_named():
    result = stagger(saved(market("a"), market("b")), STACKED, size=40, slices=1)
    assert "a and b share prover" in result.warnings
    assert not result.is_incomplete


def test_the_risk_of_a_joint_gap_is_that_of_what_each_venue_ends_up_with():
    view = saved(market("a"), market("b"))
    values = stagger(view, size=20, slices=1, gap_sd_bps="a=8,b=10", corr_other=0.5).values
    q = {part.venue: part.size * 99.975 for part in values.by_venue}
    one, other = q["a"] * 8e-4, q["b"] * 10e-4
    assert values.squeeze.sd_usd == pytest.approx(
        math.sqrt(one**2 + other**2 + 2 * 0.5 * one * other)
    )


def test_caps_hold_and_those_that_cannot_hold_the_order_make_it_infeasible():
    view = saved(market("a"), market("b"))
    held = stagger(view, size=20, slices=2, max_usd="a=500")
    assert held.infeasible is None
    assert {part.venue: part.size for part in held.values.by_venue} == {"a": 5.0, "b": 15.0}
    short = stagger(view, size=20, slices=2, max_usd={"a": 500, "b": 700})
    assert short.infeasible.startswith("max_usd: the caps hold 12.003 of 20")
    assert short.values.size_planned == 12.0
    assert short.values.leftover == 8.0
    none = stagger(view, size=20, max_usd={"a": 0, "b": 0})
    assert none.plan is None
    assert none.infeasible.startswith("max_usd")


CHEAP_AND_DEAR = ("a", 1e-4), ("b", 4e-4), ("c", 6e-4)


def cheap_and_dear():
    """Books alike and deep; fees alone tell the venues apart, and the first would get it all."""
    return saved(*(market(v, **WIDE, taker_fee=fee) for v, fee in CHEAP_AND_DEAR))


def shares(result):
    return {part.venue: part.size / result.values.size for part in result.values.by_venue}


def test_no_venue_gets_more_than_its_share_of_the_order():
    view = cheap_and_dear()
    assert shares(stagger(view, size=30)) == {"a": pytest.approx(1.0)}
    capped = shares(stagger(view, size=30, max_share_frac=0.4))
    assert capped == {"a": pytest.approx(0.4), "b": pytest.approx(0.4), "c": pytest.approx(0.2)}


def test_shares_that_together_are_less_than_the_order_make_it_infeasible():
    result = stagger(cheap_and_dear(), size=30, max_share_frac=0.3)
    assert result.values.size_planned == pytest.approx(27.0)
    assert "3 venues at 30 % each hold 27 of 30" in result.infeasible


def test_at_least_so_many_venues_take_part():
    view = cheap_and_dear()
    for count in (2, 3):
        result = stagger(view, size=30, min_venues=count)
        assert len(shares(result)) == count
        assert sum(shares(result).values()) == pytest.approx(1.0, abs=1e-3)
        # The cheapest keeps the most: nothing is split more than was asked for.
        assert shares(result)["a"] == max(shares(result).values())
    few = stagger(view, size=30, min_venues=4)
    assert "4 are asked for, 3 have a book" in few.infeasible


def test_a_venue_that_would_get_less_than_its_smallest_order_gets_nothing():
    view = saved(market("a", lot=0.1), market("b", asks=[(99.97, 0.2)], bids=BIDS, min_size=5))
    result = stagger(view, size=10, slices=2)
    assert [part.venue for part in result.values.by_venue] == ["a"]
    assert result.values.leftover == 0.0


def test_an_order_below_every_smallest_order_cannot_be_planned():
    result = stagger(saved(market("a", min_notional_usd=500.0)), size=3)
    assert result.plan is None
    assert "smallest order" in result.infeasible
    assert load("stagger").verdict(result) == f"No plan: {result.infeasible}."


def test_a_slice_beyond_the_visible_book_is_said():
    result = stagger(saved(market("a")), size=100, slices=2, schedule="twap")
    assert result.is_incomplete
    assert any("50" in words and "35" in words for words in result.warnings)
    beyond = (5 * 0.0 + 10 * 0.05 + 20 * 0.10 + 15 * 0.10) * 2
    assert result.values.cost_usd == pytest.approx(100 * (100.0 - 99.975) + beyond)


def test_no_book_at_all_is_no_plan_and_not_an_exception():
    result = stagger(saved(market("a", bids=[], asks=[])), size=1)
    assert result.plan is None
    assert result.infeasible
    assert result.is_incomplete


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"horizon_min": 0.1, "slices": 12}, "horizon_min"),
        ({"half_life_min": 1, "risk_aversion": 1}, "risk_aversion"),
        ({"eta": 1, "gamma": 5}, "eta"),
        ({"start": "tomorrow"}, "start"),
        ({"jitter": 0.5}, "jitter"),
        ({"max_usd": "x=5"}, "max_usd"),
        ({"gap_sd_bps": "x=5"}, "gap_sd_bps"),
        ({"corr_other": 1}, "corr_other"),
        ({"schedule": "vwap"}, "schedule"),
        ({"slices": 0}, "slices"),
        ({"slices": 2.5}, "slices"),
        ({"schedule": "ladder", "step_bps": 1000, "slices": 20}, "step_bps"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(inputs, field):
    with pytest.raises(FieldError) as caught:
        stagger(saved(market("a")), **{"size": 10, **inputs})
    assert caught.value.field == field


def test_the_verdict_can_be_said_aloud():
    result = stagger(saved(market("a")), size=16, slices=2, schedule="twap", sigma=0.1)
    assert load("stagger").verdict(result) == (
        "Buy 16 BTC over 60 min on a for 4.4 bps ($0.70) ± $4.38; "
        "all at once on a would cost 6.3 bps."
    )


def test_the_table_has_a_row_a_venue_and_its_sizes_and_costs_add_up():
    result = stagger(cheap_and_dear(), size=30, max_share_frac=0.4)
    rows = load("stagger").rows(result).rows
    assert [row[0] for row in rows] == ["a", "b", "c"]
    assert sum(row[1] for row in rows) == pytest.approx(result.values.size_planned)
    assert sum(row[3] for row in rows) == pytest.approx(result.values.cost_usd)
    assert sum(row[5] for row in rows) == len(result.plan.legs)


@given(
    hundredths=st.integers(1, 6000),
    slices=st.integers(1, 9),
    lots=st.lists(st.sampled_from([0.001, 0.01, 0.1, 1.0]), min_size=3, max_size=3),
    minimum=st.sampled_from([None, 10.0, 150.0]),
    schedule=st.sampled_from(["ac", "twap", "front", "back", "ladder"]),
    penalty=st.sampled_from([0.0, 5e-4]),
    side=st.sampled_from(["buy", "sell"]),
)
def test_legs_are_whole_lots_above_the_smallest_order_and_add_up_exactly(
    hundredths, slices, lots, minimum, schedule, penalty, side
):
    markets = [
        market(f"v{i}", BIDS, ASKS, lot=lot, taker_fee=i / 1e4, min_notional_usd=minimum)
        for i, lot in enumerate(lots)
    ]
    size = hundredths / 100
    result = stagger(
        saved(*markets), side=side, size=size, slices=slices, schedule=schedule,
        squeeze_penalty=penalty, jitter=0.2, avoid_stamps_s=20,
    )  # fmt: skip
    legs = result.plan.legs if result.plan else ()
    total = sum((Decimal(repr(leg.size)) for leg in legs), Decimal(0))
    assert total == Decimal(repr(result.values.size_planned))
    assert total + Decimal(repr(result.values.leftover)) == Decimal(repr(size))
    for leg in legs:
        lot = lots[int(leg.venue[1:])]
        assert Decimal(repr(leg.size)) % Decimal(repr(lot)) == 0
        assert leg.size * 99.975 >= (minimum or 0.0)
        assert Decimal(repr(leg.limit)) % Decimal("0.01") == 0
    assert result.values.leftover >= 0


def test_lots_and_smallest_orders_of_all_venues_are_combined() -> None:
    # The cheapest takes hundreds only; the rest of 1.3 is made of the others' lots.
    at = saved(
        market("cheap", lot=1.0, taker_fee=0.0),
        market("fifth", lot=0.2, taker_fee=1e-4),
        market("half", lot=0.5, taker_fee=2e-4),
    )
    for size, parts in ((1.2, {"cheap": 1.0, "fifth": 0.2}), (0.9, {"fifth": 0.4, "half": 0.5})):
        for dust in (1 - 1e-12, 1.0, 1 + 1e-12):
            values = calc(
                "stagger", at, side="buy", size=size * dust, slices=3, haircut="false",
                schedule="twap",
            ).values  # fmt: skip
            assert {part.venue: part.size for part in values.by_venue} == parts
            assert values.leftover == pytest.approx(0, abs=1e-11)


def test_what_no_whole_lots_make_up_is_said() -> None:
    at = saved(market("x", lot=0.2), market("y", lot=0.2, min_size=1.0))
    result = calc("stagger", at, side="buy", size=0.5, slices=1, haircut="false")
    assert result.values.leftover == 0.1
    assert any(words.startswith("0.1 BTC stay untraded") for words in result.warnings)


def test_the_lowest_rung_of_a_ladder_is_worth_the_smallest_notional() -> None:
    # 0.10 at 99.95 are 9.995 dollars; at the last rung, 99.95 x 0.9, ten dollars need 0.12.
    at = saved(market("x", lot=0.01, min_notional_usd=10.0))
    result = calc(
        "stagger", at, side="buy", size=0.6, slices=6, schedule="ladder", step_bps=200,
        haircut="false",
    )  # fmt: skip
    assert sum(leg.size for leg in result.plan.legs) == pytest.approx(0.6)
    assert all(leg.size * leg.limit >= 10.0 for leg in result.plan.legs)


def test_an_order_that_cannot_be_planned_has_no_cost_no_funding_and_no_risk() -> None:
    result = calc("stagger", saved(market("a")), side="buy", size=0.4)
    assert result.plan is None
    assert result.infeasible == "0.4 BTC is below every venue's smallest order"
    values = result.values
    assert (values.cost_usd, values.expected_funding_usd, values.shortfall_sd_usd) == (None,) * 3
