"""One asset or two: prices decide, the trader may overrule. Figures by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.assets import AssetRules
from cockpit.core.events import BookSnapshot, Link, Prices
from cockpit.state.identity import asset_name, asset_of, assets_of, partition
from cockpit.state.store import MarketStore
from tests.support import AT_NS

S = 10**9


def groups(same=(), apart=(), met=(), **prices):  # type: ignore[no-untyped-def]
    return partition(prices, lambda one, other: frozenset((one, other)) in set(met), same, apart)


def test_venues_that_agree_within_five_per_cent_have_one_asset() -> None:
    assert groups(a=100.0, b=104.9, c=102.0) == (("a", "b", "c"),)


def test_a_price_further_away_is_another_asset_and_the_larger_group_comes_first() -> None:
    assert groups(a=0.3, b=100.0, c=101.0) == (("b", "c"), ("a",))
    assert groups(a=100.0, b=105.1) == (("a",), ("b",))


def test_no_two_prices_of_an_asset_differ_by_more_than_five_per_cent() -> None:
    # 100 and 108 differ by 8 %, whatever lies between: the widest gap, 100 to 104, is the cut.
    assert groups(a=100.0, b=104.0, c=108.0) == (("b", "c"), ("a",))


def test_a_market_without_a_price_is_taken_for_the_first_asset() -> None:
    assert groups(a=None, b=100.0, c=0.3, d=100.0) == (("a", "b", "d"), ("c",))
    assert groups(a=None) == (("a",),)


def test_what_was_one_asset_within_the_minute_still_is() -> None:
    assert groups(a=100.0, b=112.0, met=[frozenset("ab")]) == (("a", "b"),)


def test_the_trader_overrules_prices_in_both_directions() -> None:
    assert groups(a=100.0, b=112.0, same=[["a", "b"]]) == (("a", "b"),)
    assert groups(a=100.0, b=100.0, c=100.0, apart=[["a", "c"]]) == (("a", "b"), ("c",))
    assert groups(a=100.0, b=100.0, same=[["a", "b"]], apart=[["a", "b"]]) == (("a",), ("b",))


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(50, 200), min_size=1),
    st.floats(10, 500),
)
def test_a_coin_at_another_price_never_changes_how_the_others_are_grouped(
    prices: dict[str, float], other: float
) -> None:
    if any(max(p, other) / min(p, other) <= 1.0501 for p in prices.values()):
        return
    before = {frozenset(group) for group in groups(**prices)}
    after = {frozenset(group) for group in groups(**prices, z=other)}
    assert after == before | {frozenset("z")}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.floats(50, 200), min_size=1))
def test_every_market_is_in_one_asset_of_prices_that_agree(prices: dict[str, float]) -> None:
    found = groups(**prices)
    assert sorted(venue for group in found for venue in group) == sorted(prices)
    for group in found:
        inside = [prices[venue] for venue in group]
        assert max(inside) / min(inside) <= 1.05 + 1e-12


def store(**marks: float) -> MarketStore:
    found = MarketStore([(venue, None) for venue in marks], ["X"])
    for venue, mark in marks.items():
        found.apply(Link(venue=venue, recv_ns=AT_NS, state="live"))
        found.apply(Prices(venue=venue, symbol="X", recv_ns=AT_NS, mark=mark))
    return found


def quote(view: MarketStore, venue: str, mid: float, at_ns: int) -> None:
    view.apply(BookSnapshot(
        venue=venue, symbol="X", recv_ns=at_ns, bids=((mid - 0.01, 1.0),), asks=((mid + 0.01, 1.0),)
    ))  # fmt: skip


def test_marks_of_a_view_decide_and_the_second_asset_is_named_by_its_venue() -> None:
    view = store(a=100.0, b=100.2, c=0.3)
    assert assets_of(view, "X") == (("a", "b"), ("c",))
    assert asset_of(view, "c", "X") == ("c",)
    assert [asset_name(view, venue, "X") for venue in "abc"] == ["X", "X", "X@c"]
    assert asset_of(view, "elsewhere", "X") == ("a", "b")
    assert assets_of(view, "Y") == ()


@pytest.mark.parametrize(("since_s", "count"), [(30, 1), (90, 2)])
def test_it_takes_a_minute_apart_to_be_two(since_s: int, count: int) -> None:
    view = store(a=100.0, b=110.0)
    for second in range(0, 121, 10):
        at_ns = AT_NS + second * S
        quote(view, "a", 100.0, at_ns)
        quote(view, "b", 100.0 if second < 120 - since_s else 110.0, at_ns)
        view.sample(at_ns)
    assert len(assets_of(view, "X")) == count


def test_the_rules_of_a_view_name_markets() -> None:
    view = store(a=100.0, b=112.0)
    view.asset_rules = AssetRules(same=(("a/X", "b/X"),))
    assert assets_of(view, "X") == (("a", "b"),)
    view.asset_rules = AssetRules(same=(("a/OTHER", "b/OTHER"),))
    assert assets_of(view, "X") == (("a",), ("b",))
