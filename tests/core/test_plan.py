"""A plan is written in the venue's own steps, and rounding never works against its purpose."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.market import Side
from cockpit.core.plan import Leg, limit_price, planned_base

BUY, SELL = Side.BUY, Side.SELL


@pytest.mark.parametrize(
    ("side", "price", "tick", "is_passive", "limit"),
    [
        (BUY, 100.123, 0.01, True, 100.12),
        (BUY, 100.123, 0.01, False, 100.13),
        (SELL, 100.123, 0.01, True, 100.13),
        (SELL, 100.123, 0.01, False, 100.12),
        (BUY, 0.3, 0.1, False, 0.3),
        (BUY, 64123.0, 0.5, True, 64123.0),
        (SELL, 1.23456e-5, 1e-9, False, 1.2345e-5),
        (BUY, 0.0004, 0.001, True, 0.001),
    ],
)
def test_a_limit_is_on_the_grid_and_rounds_in_favour_of_its_purpose(
    side, price, tick, is_passive, limit
):
    assert limit_price(side, price, tick, is_passive=is_passive) == limit


@pytest.mark.parametrize(
    ("price", "limit"), [(64123.7, 64124.0), (0.00123456, 0.0012346), (99999.9, 100000.0)]
)
def test_without_a_tick_five_significant_digits_are_kept(price, limit):
    assert limit_price(BUY, price, None, is_passive=False) == limit


@pytest.mark.parametrize(("price", "tick"), [(0.0, 0.1), (-1.0, 0.1), (float("nan"), 1), (1.0, 0)])
def test_a_price_or_a_tick_that_is_none_is_refused(price, tick):
    with pytest.raises(ValueError, match="above 0"):
        limit_price(BUY, price, tick, is_passive=True)


def test_sizes_add_up_as_decimals_do():
    legs = tuple(Leg(venue="a", symbol="BTC", side=BUY, size=size) for size in (0.1, 0.2, 0.7))
    assert planned_base(legs) == 1.0
    assert planned_base(legs[:2]) == 0.3
    assert planned_base(()) == 0.0


@given(
    price=st.floats(0.001, 1e6),
    tick=st.sampled_from([1e-6, 0.001, 0.01, 0.05, 0.5, 1.0, 25.0]),
    side=st.sampled_from([BUY, SELL]),
)
def test_a_marketable_limit_still_takes_and_a_passive_one_still_waits(price, tick, side):
    taking = limit_price(side, price, tick, is_passive=False)
    waiting = limit_price(side, price, tick, is_passive=True)
    assert Decimal(repr(taking)) % Decimal(repr(tick)) == 0
    if waiting > tick and taking > tick:
        assert side.sign * (taking - price) >= 0
        assert side.sign * (waiting - price) <= 0
        assert abs(Decimal(repr(taking)) - Decimal(repr(waiting))) <= Decimal(repr(tick))
