"""A carry that is asked for is earned: after rounding to lots, and by several coins together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit import calculators
from tests.calculators.markets import market
from tests.calculators.risk import btc, coin, held, run, view

DEEP = {"bids": [(59_999.999, 1e6)], "asks": [(60_000.001, 1e6)], "taker_fee": 0.0}


def deep(venue: str, rate: float = 0.0, **fields):  # type: ignore[no-untyped-def]
    return btc(venue, rate, **{**DEEP, **fields})


def ether(venue: str, rate: float = 0.0, **fields):  # type: ignore[no-untyped-def]
    return coin(venue, "ETH", 3000, 0.02, rate=rate, **fields)


def hedge(at, **inputs):  # type: ignore[no-untyped-def]
    return run("hedge", at, **{"haircut": False, **inputs})


ROWS = [held("x", 10), held("x", 100, "ETH")]
"""600,000 of bitcoin and 300,000 of ether, long at a venue without funding."""


@given(
    size=st.floats(0.5, 60).map(lambda s: round(s, 4)),
    target=st.floats(-20, 20),
    lot=st.sampled_from([0.001, 0.01, 0.1]),
)
def test_a_feasible_hedge_earns_its_target_in_whole_lots(size, target, lot) -> None:
    at = view(
        deep("held", 1e-5, lot=lot),
        deep("a", 1e-5, lot=lot, taker_fee=1e-4),
        deep("b", 5e-5, lot=lot, taker_fee=3e-4),
    )
    result = hedge(
        at, symbol="BTC", size=size, venue="held", venues="a,b", target_carry_usd_per_hour=target
    )
    if result.infeasible is None:
        assert result.values.carry_after_usd_per_hour >= target - 1e-6 * max(1, abs(target))
        assert abs(result.values.delta_after) <= lot


def test_a_target_that_the_cheapest_hedges_reach_together_costs_nothing_more() -> None:
    at = view(
        deep("x"), deep("a", 3e-5, taker_fee=1e-4), deep("b", 5e-5, taker_fee=9e-4),
        ether("x"), ether("a", 0.0, taker_fee=1e-4), ether("b", 9e-5, taker_fee=9e-4),
    )  # fmt: skip
    free = hedge(at, positions=ROWS, venues="a,b")
    assert free.values.carry_after_usd_per_hour == pytest.approx(600_000 * 3e-5, rel=1e-3)
    asked = hedge(at, positions=ROWS, venues="a,b", target_carry_usd_per_hour=17)
    assert asked.plan.legs == free.plan.legs, "bitcoin alone earns eighteen"
    assert asked.infeasible is None


def test_what_one_coin_cannot_earn_is_asked_of_the_other() -> None:
    at = view(
        deep("x"), deep("a", 1e-5, taker_fee=1e-4), deep("b", 9e-5, taker_fee=9e-4),
        ether("x"), ether("a", 1e-5, taker_fee=1e-4),
    )  # fmt: skip
    result = hedge(at, positions=ROWS, venues="a,b", target_carry_usd_per_hour=40)
    assert result.infeasible is None
    assert result.values.carry_after_usd_per_hour >= 40
    by_symbol = {asset.symbol: asset for asset in result.values.assets}
    assert by_symbol["ETH"].carry_after_usd_per_hour == pytest.approx(3, rel=1e-3)
    assert by_symbol["BTC"].carry_after_usd_per_hour == pytest.approx(37, rel=1e-3)
    assert by_symbol["ETH"].binding is None, "together they have what was asked for"


def test_a_target_that_all_of_them_miss_names_what_stands_in_the_way() -> None:
    at = view(
        deep("x"), deep("a", 1e-5, bids=[(59_999.999, 30.0)], asks=[(60_000.001, 20.0)]),
        ether("x"), ether("a", 1e-5),
    )  # fmt: skip
    result = hedge(at, positions=ROWS, venues="a", target_carry_usd_per_hour=1e4)
    assert "carry ends at" in result.infeasible
    assert abs(result.values.delta_after_usd) < 60, "the delta is hedged all the same"


def test_a_coin_without_a_price_does_not_keep_the_others_from_their_hedge() -> None:
    at = view(deep("x"), deep("a", 1e-5), btc("x", symbol="SOL", mark=None, index=None, bids=[]))
    rows = [held("x", 10), held("x", 5, "SOL")]
    result = hedge(at, positions=rows, venues="a", target_carry_usd_per_hour=1)
    assert "SOL: the delta to hedge is not known" in result.infeasible
    assert [(leg.symbol, leg.size) for leg in result.plan.legs] == [("BTC", 10.0)]
    assert "delta unknown to unknown" in calculators.load("hedge").verdict(result)


def test_levels_at_one_price_are_one_level() -> None:
    bids = [(0.3, 0.1 * k) for k in range(1, 40)]
    at = view(market("a", bids, [(0.3001, 9.0)], lot=0.01, taker_fee=0.0005))
    for size in range(1, 70):
        assert hedge(at, symbol="BTC", size=size).infeasible is None
