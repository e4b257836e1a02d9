"""A second coin of the same name at another price: it changes no answer, and nothing mixes them."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.result import Result
from cockpit.core.assets import AssetRules
from tests.calculators.risk import btc, held, run, view
from tests.support import AT_NS

HOUR_NS = 3600 * 10**9
ORDER = {"symbol": "BTC", "side": "buy", "size": 5, "haircut": False}
ASKED: dict[str, dict[str, Any]] = {
    "slippage": ORDER,
    "carry": {"symbol": "BTC", "notional_usd": 100_000, "haircut": False},
    "stagger": {**ORDER, "squeeze_penalty": 5e-4, "seed": 1},
    "hedge": {"symbol": "BTC", "size": 3, "target_carry_usd_per_hour": 0.1, "haircut": False},
    "margin": {"positions": [held("a", 1), held("b", -1)], "equity_usd": {"a": 9e3, "b": 9e3}},
    "stress": {"positions": [held("a", 1), held("b", -1)], "equity_usd": {"a": 9e3, "b": 9e3}},
}


def priced(venue: str, mid: float, rate: float, **fields: Any) -> dict[str, Any]:
    """A market around a mid, a book of 30 a side, funding hourly at the half hour."""
    return btc(
        venue, bids=[(mid * 0.9999, 4.0), (mid * 0.999, 26.0)],
        asks=[(mid * 1.0001, 4.0), (mid * 1.001, 26.0)], mark=mid, index=mid, **{
            "funding": {
                "live": {"rate": rate, "interval_s": 3600, "age_s": 1.0}, "predicted": None,
                "settled": [], "next_ns": AT_NS + HOUR_NS // 2,
            },
            **fields,
        },
    )  # fmt: skip


MARKETS = [
    priced("a", 60_000.0, 1e-5), priced("b", 60_010.0, 6e-5), priced("c", 59_990.0, -2e-5),
]  # fmt: skip


def answer(result: Result) -> tuple[Any, Any, str | None]:
    legs = result.plan.legs if result.plan else None
    return msgspec.json.encode(result.values), legs, result.infeasible


@pytest.mark.parametrize("name", ASKED)
@settings(max_examples=8, deadline=None)
@given(
    price=st.floats(0.3, 5e6).filter(lambda p: not 55_000 < p < 65_000),
    rate=st.floats(-1e-3, 1e-3), venue=st.sampled_from(["A", "z"]),
)  # fmt: skip
def test_a_second_coin_of_the_name_changes_no_answer(
    name: str, price: float, rate: float, venue: str
) -> None:
    alone = run(name, view(*MARKETS), **ASKED[name])
    other = priced(venue, price, rate, taker_fee=0.0, lot=1e-5)
    for markets in ([*MARKETS, other], [other, *MARKETS]):
        assert answer(run(name, view(*markets), **ASKED[name])) == answer(alone)


def test_the_other_coin_is_left_out_by_name_and_price() -> None:
    result = run("slippage", view(*MARKETS, priced("z", 0.3, 0.0)), **ORDER)
    words = "z/BTC: left out, another coin of that name: 0.3, at a it is 60000"
    assert words in result.warnings
    assert not result.is_incomplete
    asked = run("slippage", view(*MARKETS, priced("z", 0.3, 0.0)), **ORDER, venues="a,b,z")
    assert asked.is_incomplete


def test_a_venue_that_is_asked_for_says_which_coin_is_meant() -> None:
    values = run("slippage", view(*MARKETS, priced("z", 0.3, 0.0)), **ORDER, venues="z").values
    assert [row.venue for row in values.venues] == ["z"]
    assert values.reference_price == pytest.approx(0.3)


def test_a_long_of_one_coin_and_a_short_of_the_other_hedge_nothing() -> None:
    at = view(*MARKETS, priced("z", 0.3, 0.0), priced("y", 0.3, 0.0))
    rows = [held("a", 2), held("z", -2)]
    values = run("hedge", at, positions=rows, haircut=False).values
    assert [(x.symbol, x.delta_before) for x in values.assets] == [("BTC", 2.0), ("BTC@z", -2.0)]
    legs = run("hedge", at, positions=rows, haircut=False).plan.legs
    assert {leg.venue for leg in legs if leg.side == "buy"} <= {"y", "z"}
    assert {leg.venue for leg in legs if leg.side == "sell"} <= {"a", "b", "c"}


def test_a_carry_pairs_no_two_coins() -> None:
    at = view(*MARKETS, priced("z", 0.3, 1e-3))
    values = run("carry", at, symbol="BTC", long_venue="a", short_venue="z").values
    assert values.cost_usd is None
    assert values.gate == "no two venues of one asset have a book"


def test_a_stress_nets_no_two_coins() -> None:
    at = view(*MARKETS, priced("z", 60_000 * 1.2, 0.0))
    rows = [held("a", 1), held("z", -1)]
    given = {"positions": rows, "scenarios": "gap", "equity_usd": {"a": 9e4, "z": 9e4}}
    apart = run("stress", at, **given).values.scenarios[0].max_unhedged_usd
    assert apart > 100_000
    at.asset_rules = AssetRules(same=(("a/BTC", "z/BTC"),))
    assert run("stress", at, **given).values.scenarios[0].max_unhedged_usd == 0


OTHERS = [priced("y", 2.0, 4e-5), priced("z", 2.0002, -3e-5)]


@pytest.mark.parametrize("name", ["slippage", "carry", "stagger", "hedge"])
def test_another_coin_is_asked_for_by_the_name_that_the_scan_gives_it(name: str) -> None:
    """BTC at y and z is as if nothing else were there; each of its venues names it."""
    alone = run(name, view(*OTHERS), **ASKED[name])
    for venue in ("y", "z"):
        asked = {**ASKED[name], "symbol": f"BTC@{venue}"}
        both = run(name, view(*MARKETS, *OTHERS), **asked)
        if name == "hedge":
            # Its answer also has the other coin's venues, with no margin used at them.
            assert both.plan.legs == alone.plan.legs
            assert both.values.delta_after == alone.values.delta_after
        else:
            assert answer(both) == answer(alone)


def test_positions_of_the_coin_that_is_named_are_hedged_and_those_of_the_other_are_not() -> None:
    positions = [held("a", 1), held("y", -100)]
    result = run("hedge", view(*MARKETS, *OTHERS), symbol="BTC@y", positions=positions)
    assert result.values.delta_before == -100.0
    assert {leg.venue for leg in result.plan.legs} <= {"y", "z"}


def test_a_venue_without_the_coin_is_said_with_those_that_have_it() -> None:
    with pytest.raises(FieldError, match="'q' has no BTC; it is at a, b, c, y, z"):
        run("slippage", view(*MARKETS, *OTHERS), **{**ORDER, "symbol": "BTC@q"})
