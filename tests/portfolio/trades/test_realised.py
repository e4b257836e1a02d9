"""What fills realise: each that closes, against the average of those that opened, without fees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.portfolio.trades.realised import realised
from cockpit.state.trades import LegFill


def fills(*rows, source="venue"):
    return [
        LegFill(at_ns=i, size=size, price=price, source=source)
        for i, (size, price) in enumerate(rows)
    ]


def told(*rows, **more):
    return [(one.closed, one.usd) for one in realised(fills(*rows, **more))]


def test_a_fill_that_opens_realises_nothing():
    assert told((1.0, 100.0), (1.0, 110.0)) == [(0.0, None)] * 2


def test_a_close_is_settled_at_the_average_entry():
    # 1 at 100 and 3 at 120 are 4 at 115; half of them sold at 125 brings 2 x 10.
    assert told((1.0, 100.0), (3.0, 120.0), (-2.0, 125.0))[-1] == (2.0, pytest.approx(20.0))


def test_a_short_gains_as_the_price_falls():
    assert told((-2.0, 100.0), (2.0, 97.0))[-1] == (2.0, pytest.approx(6.0))


def test_a_fill_through_zero_closes_one_side_and_opens_the_other_at_its_price():
    # 1 long from 100 is closed at 90, which costs 10; the short of 2 begins at 90.
    turned = told((1.0, 100.0), (-3.0, 90.0), (2.0, 80.0))
    assert turned[1] == (1.0, pytest.approx(-10.0))
    assert turned[2] == (2.0, pytest.approx(20.0))


def test_an_entry_that_nobody_told_leaves_the_result_unknown_until_the_leg_was_flat():
    seen = fills((1.0, 100.0), source="seen") + fills((-1.0, 90.0), (1.0, 80.0), (-1.0, 85.0))
    found = realised(seen)
    assert [one.usd for one in found] == [None, None, None, pytest.approx(5.0)]
    assert found[1].closed == 1.0


def test_a_price_that_was_not_told_spoils_what_it_opens():
    assert told((1.0, None), (1.0, 100.0), (-2.0, 110.0))[-1] == (2.0, None)


@given(
    st.lists(
        st.tuples(
            st.integers(-5, 5).filter(bool).map(float), st.integers(50, 150).map(float)
        ),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_a_leg_that_ends_flat_has_realised_all_its_cash_flow(rows):
    left = -sum(size for size, _ in rows)
    rows = [*rows, (left, 100.0)] if left else rows
    whole = sum(one.usd or 0.0 for one in realised(fills(*rows)))
    assert whole == pytest.approx(-sum(size * price for size, price in rows), abs=1e-6)
