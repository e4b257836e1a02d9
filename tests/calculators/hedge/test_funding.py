"""Hedge: what legs are paid at their stamps, counted alike for what is held and what is traded."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.calculators.faults import fault
from tests.calculators.risk import btc, run, view
from tests.support import AT_NS

HOUR_NS = 3600 * 10**9
DEEP: dict[str, Any] = {
    "bids": [(59_999.999, 1e6)], "asks": [(60_000.001, 1e6)], "taker_fee": 0.0, "lot": 0.001,
}  # fmt: skip


def at(
    venue: str, rate: float, hours: int, next_in_h: float | None, settled: Any = (), **more: Any
):  # type: ignore[no-untyped-def]
    """A deep market that states its next stamp and what it paid in the hours before."""
    last = AT_NS - AT_NS % HOUR_NS
    rows = [
        {"rate": paid, "interval_s": 3600, "at_ns": last - (len(settled) - 1 - k) * HOUR_NS}
        for k, paid in enumerate(settled)
    ]
    funding = {
        "live": {"rate": rate, "interval_s": hours * 3600, "age_s": 1.0},
        "predicted": None, "settled": rows,
        "next_ns": None if next_in_h is None else AT_NS + round(next_in_h * HOUR_NS),
    }  # fmt: skip
    return btc(venue, **{**DEEP, "funding": funding, **more})


def hedge(*markets: Any, **inputs: Any) -> Any:
    return run("hedge", view(*markets), **{"haircut": False, "symbol": "BTC", **inputs}).values


def test_a_position_that_is_sold_where_it_is_held_leaves_no_carry() -> None:
    values = fault("calculators/13-hedge-carry-mixes-two-rates-with-phi", "hedge").values
    assert values.delta_after == 0
    assert values.carry_after_usd_per_hour == 0
    # 1e-4 now, 1e-5 in the long run, half of the rest gone each hour; 24 payments on 60,000.
    reverting = 24 * 1e-5 + 9e-5 * (1 - 0.5**24)
    assert values.carry_before_usd_per_hour == pytest.approx(-60_000 * reverting / 24, rel=1e-3)


def test_a_leg_that_is_not_paid_within_the_hold_earns_nothing() -> None:
    eight = at("x", 8e-4, 8, 7)
    assert hedge(eight, size=1, hold_h=6).carry_after_usd_per_hour == 0
    # One payment of eight hours within seven: 8e-4 of 60,000 over 7 h.
    assert hedge(eight, size=1, hold_h=7).carry_after_usd_per_hour == pytest.approx(48 / 7)


def test_a_target_is_met_by_legs_that_are_paid_in_time() -> None:
    # y pays more an hour, but not within the hold: all on x brings 1.20, and there is no more.
    both = at("x", 2e-5, 1, 0.5), at("y", 8e-4, 8, 7)
    met = hedge(*both, size=1, hold_h=6, target_carry_usd_per_hour=1.2)
    assert met.carry_after_usd_per_hour == pytest.approx(1.2)
    assert met.binding is None
    missed = hedge(*both, size=1, hold_h=6, target_carry_usd_per_hour=1.3, max_usd={"x": 60_000})
    assert missed.carry_after_usd_per_hour == pytest.approx(1.2)
    assert "carry ends at +1.20 USD/h" in missed.binding


RATES = st.floats(-1e-3, 1e-3)


@settings(max_examples=40, deadline=None)
@given(
    rate=RATES, hours=st.sampled_from([1, 4, 8]), next_in_h=st.none() | st.floats(0.01, 8),
    settled=st.lists(RATES, max_size=30), size=st.integers(-20, 20).filter(bool),
    hold_h=st.floats(0.5, 72), phi=st.none() | st.floats(0, 0.99),
    index=st.none() | st.just(59_000.0),
)  # fmt: skip
def test_closing_a_position_leaves_a_carry_of_nothing(
    rate: float, hours: int, next_in_h: float | None, settled: list[float], size: int,
    hold_h: float, phi: float | None, index: float | None,
) -> None:  # fmt: skip
    market = at("x", rate, hours, next_in_h, settled, index=index)
    values = hedge(market, size=size, venue="x", hold_h=hold_h, phi=phi)
    assert values.delta_after == 0
    assert values.carry_after_usd_per_hour == pytest.approx(0, abs=1e-9)


BOOKS: dict[str, Any] = {
    "bids": [(59_990.0, 4.0), (59_940.0, 40.0)], "asks": [(60_010.0, 4.0), (60_060.0, 40.0)],
    "taker_fee": 5e-4, "lot": 0.001,
}  # fmt: skip


def test_a_hedge_and_a_carry_count_the_same_for_the_same_pair() -> None:
    markets = at("x", 1e-5, 1, 0.5, **BOOKS), at("y", 8e-4, 8, 3, **BOOKS)
    pair = {"long_venue": "x", "short_venue": "y", "size": 10, "hold_h": 12, "phi": 1}
    carried = run("carry", view(*markets), symbol="BTC", haircut=False, **pair).values
    hedged = hedge(*markets, size=10, venue="x", venues="y", hold_h=12, phi=1)
    assert hedged.carry_after_usd_per_hour * 12 == pytest.approx(carried.expected_funding_usd)
    # The carry also goes in and out of x: both books are alike, so twice as much.
    assert 2 * (hedged.entry_cost_usd + hedged.exit_cost_usd) == pytest.approx(carried.cost_usd)
    # Sold 4 at 59,990 and 6 at 59,940 with a mid of 60,000, fee on what was got.
    got = 4 * 59_990 + 6 * 59_940
    assert hedged.entry_cost_usd == pytest.approx(600_000 - got + 5e-4 * got)
    assert hedged.cost_usd == hedged.entry_cost_usd


def test_what_a_hedge_closes_is_left_already_and_has_no_exit() -> None:
    closed = hedge(at("x", 1e-5, 1, 0.5, **BOOKS), size=10, venue="x")
    assert closed.exit_cost_usd == 0
    assert closed.entry_cost_usd > 0
    opened = hedge(at("x", 1e-5, 1, 0.5, **BOOKS), size=10)
    assert opened.exit_cost_usd > 0
    round_trip = opened.entry_cost_usd + opened.exit_cost_usd
    assert opened.net_usd_per_hour == pytest.approx(
        opened.carry_after_usd_per_hour - round_trip / 24
    )


def test_what_is_sold_above_the_other_venues_is_a_basis_and_no_cost() -> None:
    dear = {"bids": [(60_099.999, 1e6)], "asks": [(60_100.001, 1e6)]}
    values = hedge(at("x", 0.0, 1, 0.5), at("y", 0.0, 1, 0.5, **dear), size=2, venues="x,y",
                   max_usd={"x": 0})  # fmt: skip
    # The median of 60,000 and 60,100: two sold 50 above it.
    assert values.basis_usd == pytest.approx(100.0)
    assert values.entry_cost_usd == pytest.approx(0.002)
