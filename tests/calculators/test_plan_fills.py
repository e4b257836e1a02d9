"""A plan that lives: fills that accounts report, legs that are due, what is left to trade."""

import msgspec
import pytest

from cockpit.calculators.plan_fills import (
    is_two_sided,
    late_legs,
    next_leg,
    proposed_fills,
    still_to_trade,
    taken,
)
from cockpit.calculators.saved_plans import Expected, SavedPlan, fill
from cockpit.core.events import AccountFill
from cockpit.core.market import Side
from cockpit.core.plan import Leg
from cockpit.core.units import NS_PER_S
from tests.support import AT_NS

MIN_NS = 60 * NS_PER_S


def buy(size: float, venue: str = "alphaswap", due_min: float | None = None) -> Leg:
    due = None if due_min is None else AT_NS + round(due_min * MIN_NS)
    return Leg(venue=venue, symbol="BTC", side=Side.BUY, size=size, not_before_ns=due)


def sell(size: float, venue: str = "bravo") -> Leg:
    return Leg(venue=venue, symbol="BTC", side=Side.SELL, size=size)


def plan(*legs: Leg) -> SavedPlan:
    return SavedPlan(
        name="btc", at_ns=AT_NS, calculator="stagger", verdict="Buy.", legs=legs,
        expected=tuple(Expected(mid=64_000.0, fee_frac=0.0005) for _ in legs),
    )  # fmt: skip


def traded(
    number: str, size: float, venue: str = "alphaswap", after_min: float = 1.0, symbol: str = "BTC"
) -> AccountFill:
    at_ns = AT_NS + round(after_min * MIN_NS)
    return AccountFill(
        venue=venue, recv_ns=at_ns, venue_ns=at_ns, symbol=symbol, account="0xabc", fill=number,
        size=size, price=64_010.0, fee=10.0 * abs(size),
    )  # fmt: skip


def test_a_fill_of_the_account_is_proposed_for_the_leg_that_it_may_be_of():
    (one,) = proposed_fills(plan(buy(1.0), sell(1.0)), [traded("7", 0.4)], ())
    assert (one.leg, one.size, one.price) == (0, 0.4, 64_010.0)
    assert one.fee_usd == pytest.approx(4.0)


@pytest.mark.parametrize(
    "other",
    [
        traded("1", -0.4), traded("2", 0.4, venue="bravo"), traded("3", 0.4, symbol="ETH"),
        traded("4", 0.4, after_min=-1.0),
    ],
    ids=["the other side", "another venue", "another coin", "before the plan"],
)  # fmt: skip
def test_what_cannot_be_of_a_leg_is_not_proposed(other):
    assert proposed_fills(plan(buy(1.0)), [other], ()) == ()


def test_a_fill_larger_than_a_slice_goes_on_into_the_next_with_its_part_of_the_fee():
    found = proposed_fills(plan(buy(0.5), buy(0.5)), [traded("7", 0.8)], ())
    assert [(one.leg, one.size) for one in found] == [(0, 0.5), (1, pytest.approx(0.3))]
    assert sum(one.fee_usd for one in found) == pytest.approx(8.0)


def test_what_was_taken_is_not_proposed_again_not_even_for_another_plan():
    first = plan(buy(1.0))
    (one,) = proposed_fills(first, [traded("7", 0.4)], ())
    kept = msgspec.structs.replace(first, fills=(one,))
    assert proposed_fills(kept, [traded("7", 0.4)], taken([kept])) == ()
    assert proposed_fills(plan(buy(2.0)), [traded("7", 0.4)], taken([kept])) == ()


def test_a_leg_that_was_marked_by_hand_leaves_no_room_for_the_same_fill():
    marked = fill(plan(buy(0.4)), 0, 64_010.0, 0.4, AT_NS)
    assert proposed_fills(marked, [traded("7", 0.4)], ()) == ()


def test_legs_are_late_once_their_time_has_come_until_they_are_filled():
    staged = plan(buy(0.5, due_min=10), buy(0.5, due_min=5), buy(0.5))
    assert late_legs(staged, AT_NS + 4 * MIN_NS) == []
    assert late_legs(staged, AT_NS + 12 * MIN_NS) == [1, 0]
    done = fill(staged, 1, 64_000.0, 0.5, AT_NS)
    assert late_legs(done, AT_NS + 12 * MIN_NS) == [0]


def test_the_next_leg_is_the_first_by_time_that_is_not_filled():
    staged = plan(buy(0.5, due_min=10), buy(0.5, due_min=5))
    assert next_leg(staged) == 1
    assert next_leg(fill(staged, 1, 64_000.0, 0.5, AT_NS)) == 0
    assert next_leg(fill(fill(staged, 1, 1.0, 0.5, AT_NS), 0, 1.0, 0.5, AT_NS)) is None


def test_what_is_left_of_a_buy_is_positive_and_of_a_pair_nothing():
    assert still_to_trade(plan(buy(0.5), buy(0.5))) == {"BTC": 1.0}
    assert still_to_trade(plan(sell(0.5))) == {"BTC": -0.5}
    assert still_to_trade(plan(buy(1.0), sell(1.0))) == {"BTC": 0.0}
    assert is_two_sided(plan(buy(1.0), sell(1.0)), "BTC")
    assert not is_two_sided(plan(buy(1.0)), "BTC")
