"""What a trade earned, part by part: each example is worked out by hand beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.portfolio.trades.pnl import LegNow, attribute
from cockpit.state.trades import LegFill


def did(size, price, *, mark=None, reference=None, fee=0.0):
    return LegFill(
        at_ns=1, size=size, price=price, source="venue", fee_usd=fee, mark=mark, reference=reference
    )


def leg(*fills, mark, share=1.0, **more):
    size = sum(fill.size for fill in fills)
    return LegNow(fills=fills, share=share, size=size, mark=mark, **({"funding_usd": 0.0} | more))


def test_a_watched_pair_is_split_into_all_of_its_parts():
    # Bought 2 at 101 where the mark stood at 100.5, sold 2 at 101.5 where it stood at 102; the
    # reference at 101. Now marks 110 and 110.5, reference 110.
    # Price: 2 (110 - 101) - 2 (110.5 - 101.5) = 18 - 18 = 0. Slippage: -2 x 0.5 - 2 x 0.5 = -2.
    # Directional: hedged, so 0. Basis: 2 [(110 - 110) - (100.5 - 101)] - 2 [0.5 - 1] = 1 + 1 = 2.
    long = leg(did(2.0, 101.0, mark=100.5, reference=101.0, fee=0.3), mark=110.0, funding_usd=5.0)
    short = leg(
        did(-2.0, 101.5, mark=102.0, reference=101.0, fee=0.1), mark=110.5, funding_usd=-1.0
    )
    found = attribute([long, short], 110.0)
    assert found.price == pytest.approx(0.0)
    assert found.slippage == pytest.approx(-2.0)
    assert found.directional == pytest.approx(0.0)
    assert found.basis == pytest.approx(2.0)
    assert found.fees == pytest.approx(-0.4)
    assert found.funding == pytest.approx(4.0)
    assert found.unexplained == 0.0
    assert found.total == pytest.approx(3.6)
    assert found.assumed == ()


def test_a_leg_that_was_cut_leaves_a_directional_part():
    # Both opened at 100 on a reference of 100; half of the short bought back at 104; now 110.
    # Naked 1 from 104 to 110: directional 6. Price: 2 x 10 - 1 x 10 - 1 x 4 = 6.
    long = leg(did(2.0, 100.0, mark=100.0, reference=100.0), mark=110.0)
    short = leg(
        did(-2.0, 100.0, mark=100.0, reference=100.0),
        did(1.0, 104.0, mark=104.0, reference=104.0),
        mark=110.0,
    )
    found = attribute([long, short], 110.0)
    assert (found.directional, found.basis, found.price) == (
        pytest.approx(6.0), pytest.approx(0.0), pytest.approx(6.0)
    )  # fmt: skip


def test_slippage_that_nobody_saw_lies_in_the_basis_and_is_not_zero():
    long, short = leg(did(1.0, 100.0), mark=103.0), leg(did(-1.0, 102.0), mark=103.0)
    found = attribute([long, short], 103.0)
    assert found.slippage is None
    assert found.basis == pytest.approx(2.0), "sold 2 dearer than bought, and now both are one"
    assert found.total == pytest.approx(2.0)
    assert found.assumed == ()


def test_where_nobody_saw_the_reference_one_side_alone_says_so():
    found = attribute([leg(did(2.0, 100.0), mark=103.0)], 104.0)
    assert found.directional == pytest.approx(8.0)
    assert found.basis == pytest.approx(-2.0)
    assert found.assumed == ("reference",)


def test_a_share_of_a_position_has_its_share_of_every_part():
    whole = leg(did(-4.0, 100.0, mark=101.0, reference=100.0, fee=2.0), mark=90.0)
    quarter = leg(did(-4.0, 100.0, mark=101.0, reference=100.0, fee=2.0), mark=90.0, share=0.25)
    one, part = attribute([whole], 91.0), attribute([quarter], 91.0)
    for name in ("price", "directional", "basis", "fees", "slippage"):
        assert getattr(part, name) == pytest.approx(getattr(one, name) / 4), name


@pytest.mark.parametrize(
    ("changed", "unknown"),
    [
        ({"mark": None}, {"price", "basis", "total"}),
        ({"funding_usd": None}, {"funding", "total"}),
        ({"size": 3.0}, {"price", "basis", "total"}),
        ({"accrued_usd": None}, {"accrued"}),
    ],
)
def test_what_is_not_known_of_one_leg_is_not_known_of_the_trade_and_of_nothing_else(
    changed, unknown
):
    row = did(2.0, 100.0, mark=100.0, reference=100.0)
    fields = {"fills": (row,), "share": 1.0, "size": 2.0, "mark": 110.0, "funding_usd": 1.0}
    fields |= {"accrued_usd": 0.5}
    other = leg(did(-2.0, 100.0, mark=100.0, reference=100.0), mark=110.0, accrued_usd=0.5)
    found = attribute([LegNow(**fields | changed), other], 110.0)
    names = ("total", "price", "directional", "basis", "funding", "accrued", "fees", "slippage")
    assert {name for name in names if getattr(found, name) is None} == unknown


def test_a_price_that_is_not_known_is_no_profit_of_zero():
    found = attribute([leg(did(2.0, 100.0), did(-1.0, None), mark=110.0)], 110.0)
    assert (found.price, found.total) == (None, None)


def test_fees_that_nobody_told_are_those_of_a_taker_and_said_to_be_assumed():
    row = did(-2.0, 100.0, fee=None)
    found = attribute([leg(row, mark=100.0, taker_fee=0.0005)], 100.0)
    assert found.fees == pytest.approx(-0.1)
    assert "fees" in found.assumed
    assert attribute([leg(row, mark=100.0)], 100.0).fees is None


def test_a_flat_leg_needs_no_mark_for_what_it_made():
    found = attribute([leg(did(1.0, 100.0), did(-1.0, 103.0), mark=None)], 103.0)
    assert found.price == pytest.approx(3.0)


def test_what_the_venue_says_more_than_the_fills_is_a_line():
    # 2 at 100 are worth 20 at 110; the venue says 20.75.
    row = did(2.0, 100.0, mark=100.0, reference=100.0)
    stated = {"stated_upnl_usd": 20.75, "stated_mark": 110.0, "stated_entry": 100.0}
    found = attribute([leg(row, mark=110.0, **stated)], 110.0)
    assert found.unexplained == pytest.approx(0.75)
    assert found.total == pytest.approx(20.75)


def test_a_venue_that_averages_all_that_was_ever_opened_adds_up_too():
    # 1 at 100, 1 at 110, half closed at 120, 1 at 108: of what is open the average is 106.5, of all
    # that was opened 106. Its profit at 110 is 2 x 4 = 8 by the venue.
    fills = (did(1.0, 100.0), did(1.0, 110.0), did(-1.0, 120.0), did(1.0, 108.0))
    stated = {"stated_upnl_usd": 8.0, "stated_mark": 110.0, "stated_entry": 106.0}
    assert attribute([leg(*fills, mark=110.0, **stated)], 110.0).unexplained == pytest.approx(0.0)


prices = st.floats(10.0, 1000.0)
amounts = st.floats(-50.0, 50.0).filter(lambda size: abs(size) > 1e-3)
rows = st.builds(
    lambda size, price, mark, reference, fee: did(
        size, price, mark=mark, reference=reference, fee=fee
    ),
    amounts, prices, st.none() | prices, st.none() | prices, st.floats(-1.0, 5.0),
)  # fmt: skip
legs = st.builds(
    lambda fills, mark, funding: leg(*fills, mark=mark, funding_usd=funding),
    st.lists(rows, min_size=1, max_size=5), prices, st.floats(-100.0, 100.0),
)  # fmt: skip


@given(st.lists(legs, min_size=1, max_size=3), prices)
def test_the_parts_add_up_to_what_was_paid_and_is_held(found, reference):
    parts = attribute(found, reference)
    # What the trader has: the worth of what is held, less what it cost, less fees, plus funding.
    cash = sum(
        -fill.size * fill.price - fill.fee_usd + fill.size * one.mark
        for one in found
        for fill in one.fills
    ) + sum(one.funding_usd for one in found)
    known = (parts.directional, parts.basis, parts.funding, parts.fees, parts.slippage or 0.0)
    assert parts.total == pytest.approx(cash, abs=1e-6)
    assert sum(known) == pytest.approx(cash, abs=1e-6)
