"""Which positions belong together, whatever the order in which they come."""

from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.units import HOUR_NS
from cockpit.portfolio.trades.matching import TOLERANCE, FreeLeg, is_hedged, match, naked
from cockpit.state.trades import LegKey


def leg(venue, size, opened_h=0.0, asset="BTC"):
    key = LegKey(venue, "0x1", "", asset)
    return FreeLeg(key=key, asset=asset, size=size, opened_ns=round(opened_h * HOUR_NS))


def pairs(*legs):
    return [(m.long[0].venue, m.long[1], m.short[0].venue, m.short[1]) for m in match(legs)]


def test_two_opposite_legs_of_one_size_are_one_trade():
    assert pairs(leg("a", 1.0), leg("b", -1.0)) == [("a", 1.0, "b", -1.0)]


def test_two_legs_of_one_side_or_of_two_assets_are_none():
    assert pairs(leg("a", 1.0), leg("b", 1.0)) == []
    assert pairs(leg("a", 1.0), leg("b", -1.0, asset="ETH")) == []


def test_of_two_hedges_that_fit_the_one_opened_closest_in_time_is_taken():
    found = pairs(leg("a", 1.0, 5.0), leg("b", -1.0, 1.0), leg("c", -1.0, 4.9))
    assert found == [("a", 1.0, "c", -1.0)]


def test_sizes_within_the_tolerance_are_one_hedge_and_whole():
    assert pairs(leg("a", 1.0), leg("b", -0.96)) == [("a", 1.0, "b", -0.96)]


def test_a_leg_that_is_hedged_in_two_places_is_in_two_trades_by_its_shares():
    found = pairs(leg("a", 3.0), leg("b", -1.0), leg("c", -2.0))
    assert sorted(found) == [("a", 1.0, "b", -1.0), ("a", 2.0, "c", -2.0)]


def test_what_nothing_hedges_is_left_over():
    assert pairs(leg("a", 3.0), leg("b", -1.0)) == [("a", 1.0, "b", -1.0)]


def test_a_whole_hedge_comes_before_a_part_of_a_nearer_one():
    found = pairs(leg("a", 1.0, 5.0), leg("b", -3.0, 5.0), leg("c", -1.0, 1.0))
    assert found == [("a", 1.0, "c", -1.0)]


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
def test_no_leg_is_in_trades_beyond_its_size_and_each_trade_is_hedged(found):
    taken = {}
    for pair in match(found):
        (_, bought), (_, sold) = pair.long, pair.short
        assert bought > 0 > sold
        assert is_hedged((bought, sold))
        for key, amount in (pair.long, pair.short):
            taken[key] = taken.get(key, 0.0) + amount
    for one in found:
        assert abs(taken.get(one.key, 0.0)) <= abs(one.size) * (1 + 1e-12)
        assert taken.get(one.key, 0.0) * one.size >= 0


@given(legs)
def test_what_is_left_over_of_an_asset_is_on_one_side(found):
    left = {one.key: one.size for one in found}
    for pair in match(found):
        for key, amount in (pair.long, pair.short):
            left[key] -= amount
    for asset in ("BTC", "ETH"):
        rest = [left[one.key] for one in found if one.asset == asset]
        limit = max((abs(one.size) for one in found), default=0.0) * TOLERANCE
        assert (
            min((abs(sum(r for r in rest if r > 0)), abs(sum(r for r in rest if r < 0)))) <= limit
        )
