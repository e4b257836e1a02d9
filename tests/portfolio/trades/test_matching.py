"""Which positions belong together, whatever the order in which they come."""

from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.units import HOUR_NS
from cockpit.portfolio.trades.matching import FreeLeg, is_hedged, match, naked
from cockpit.state.trades import LegKey


def leg(venue, size, opened_h=0.0, asset="BTC"):
    key = LegKey(venue, "0x1", "", asset)
    return FreeLeg(key=key, asset=asset, size=size, opened_ns=round(opened_h * HOUR_NS))


def trades(*legs):
    return [[(leg.key.venue, leg.size) for leg in one.legs] for one in match(legs)]


def test_two_opposite_legs_of_one_size_are_one_trade():
    assert trades(leg("a", 1.0), leg("b", -1.0)) == [[("a", 1.0), ("b", -1.0)]]


def test_two_legs_of_one_side_or_of_two_assets_are_none():
    assert trades(leg("a", 1.0), leg("b", 1.0)) == []
    assert trades(leg("a", 1.0), leg("b", -1.0, asset="ETH")) == []


def test_of_two_hedges_that_fit_the_one_opened_closest_in_time_is_taken():
    found = trades(leg("a", 1.0, 5.0), leg("b", -1.0, 1.0), leg("c", -1.0, 4.9))
    assert found == [[("a", 1.0), ("c", -1.0)]]


def test_sizes_within_the_tolerance_are_one_hedge():
    assert trades(leg("a", 1.0), leg("b", -0.96)) == [[("a", 1.0), ("b", -0.96)]]
    assert trades(leg("a", 1.0), leg("b", -0.94)) == []


def test_one_leg_that_two_others_hedge_together_is_a_trade_of_three():
    found = trades(leg("a", 3.0), leg("b", -1.0), leg("c", -2.0))
    assert found == [[("a", 3.0), ("b", -1.0), ("c", -2.0)]]


def test_a_part_of_a_position_is_no_hedge_by_itself():
    assert trades(leg("a", 3.0), leg("b", -1.0)) == []


def test_a_pair_comes_before_a_trade_of_three():
    found = trades(leg("a", 1.0), leg("b", -1.0), leg("c", -2.0), leg("d", 2.0))
    assert found == [[("a", 1.0), ("b", -1.0)], [("c", -2.0), ("d", 2.0)]]


def test_naked_is_what_goes_beyond_the_tolerance_of_the_larger_side():
    assert naked([1.0, -0.96]) == 0.0
    assert naked([1.0, -0.5]) == 0.5
    assert naked([0.5, -1.0]) == -0.5
    assert naked([1.0]) == 1.0
    assert naked([]) == 0.0
    assert is_hedged([2.0, -1.0, -1.0])


sizes = st.floats(0.01, 1e4).map(lambda size: round(size, 4))
legs = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.sampled_from(["BTC", "ETH"]),
        sizes,
        st.sampled_from([-1, 1]),
        st.one_of(st.none(), st.integers(0, 10**15)),
    ),
    max_size=10,
    unique_by=lambda row: row[:2],
).map(
    lambda rows: [
        FreeLeg(
            key=LegKey(venue, "0x1", "", asset), asset=asset, size=size * side, opened_ns=opened
        )
        for venue, asset, size, side, opened in rows
    ]
)


@given(legs, st.randoms())
def test_the_order_in_which_legs_arrive_does_not_matter(found, order):
    shuffled = list(found)
    order.shuffle(shuffled)
    assert match(shuffled) == match(found)


@given(legs)
def test_no_leg_is_in_two_trades_and_each_trade_is_hedged(found):
    sizes = {one.key: one.size for one in found}
    taken = [one for trade in match(found) for one in trade.legs]
    assert len({one.key for one in taken}) == len(taken)
    assert all(sizes[one.key] == one.size for one in taken), "whole, and not beyond its size"
    for trade in match(found):
        assert is_hedged(one.size for one in trade.legs)
        assert {one.asset for one in trade.legs} == {trade.asset}


@given(legs)
def test_of_what_is_left_over_no_two_legs_would_have_hedged_each_other(found):
    taken = {one.key for trade in match(found) for one in trade.legs}
    left = [one for one in found if one.key not in taken]
    for one in left:
        for other in left:
            if one.asset == other.asset and one.size > 0 > other.size:
                assert not is_hedged((one.size, other.size))
