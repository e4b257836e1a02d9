"""Requirements, liquidation prices and joint shocks of accounts on several venues."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cockpit.analytics.risk.margin import (
    InitialTiers,
    account_maintenance_usd,
    build_tiers,
    distance_frac,
    hours_to_liquidation,
    isolated_equity_usd,
    joint_shock_frac,
    liquidation_price,
    maintenance_usd,
    margin_ratio,
)

BTC_TIERS = build_tiers([0, 150e6], [1 / 80, 1 / 40])
"""Hyperliquid docs, trading/margin-tiers: 40x to 150 M USD, 20x above."""


def one_rate(mmf: float):  # type: ignore[no-untyped-def]
    return build_tiers([0], [mmf])


tiers = st.lists(st.floats(0.002, 0.3), min_size=1, max_size=4, unique=True).map(
    lambda rates: build_tiers([0.0, 5e4, 4e5, 2e6][: len(rates)], sorted(rates))
)
sizes = st.floats(0.01, 100).flatmap(lambda s: st.sampled_from([s, -s]))


def test_hyperliquid_maintenance_of_200_million_btc_is_3_125_million() -> None:
    assert maintenance_usd(200e6, BTC_TIERS) == 3_125_000.0
    assert maintenance_usd(150e6, BTC_TIERS) == 1_875_000.0


def test_maintenance_does_not_jump_at_a_tier() -> None:
    below, above = maintenance_usd([150e6 * (1 - 1e-12), 150e6 * (1 + 1e-12)], BTC_TIERS)
    assert below == pytest.approx(above, rel=1e-9)


@pytest.mark.parametrize(
    ("lower", "rates"),
    [([0, 1], [0.1]), ([1], [0.1]), ([0, 0], [0.1, 0.2]), ([0, 9], [0.2, 0.1]), ([0], [1.0]),
     ([], [])],
)  # fmt: skip
def test_tiers_that_make_no_sense_are_refused(lower: list[float], rates: list[float]) -> None:
    with pytest.raises(ValueError, match=r"tier|fraction"):
        build_tiers(lower, rates)


def test_dydx_documented_short_is_liquidated_at_3174_60() -> None:
    assert liquidation_price(1000, -3, 3000, one_rate(0.05), 0) == pytest.approx(3174.6031746031745)
    cross = liquidation_price(1000, -1.5, 3000, one_rate(0.05), 175)
    assert cross == pytest.approx(3380.952380952381)


@pytest.mark.parametrize(("side", "price"), [(1, 54683.54430379747), (-1, 65185.18518518518)])
def test_hyperliquids_own_formula_and_ours_agree(side: int, price: float) -> None:
    equity, mark, mmf, size = 60_000, 60_000, 0.0125, 10
    available = equity - size * mark * mmf
    documented = mark - side * available / size / (1 - mmf * side)
    found = liquidation_price(equity, side * size, mark, one_rate(mmf), 0)
    assert found == pytest.approx(documented) == pytest.approx(price)
    assert distance_frac(found, mark) == pytest.approx(price / 60_000 - 1)


def test_isolated_margin_stands_alone() -> None:
    assert isolated_equity_usd(6000, -1, 60_000, 61_000) == 5000


def test_three_coins_falling_together_end_at_8_9_per_cent() -> None:
    size, price = np.array([10.0, -100, 2000]), np.array([60_000.0, 3000, 150])
    table = [one_rate(m) for m in (0.0125, 0.02, 0.025)]
    assert sum(account_maintenance_usd(size, price, table)) == 21_000
    assert margin_ratio(21_000, 80_000) == 0.2625
    way = np.array([-1, -1.3, -1.6])
    x = joint_shock_frac(80_000, size, price, way, table, 0)
    assert x == pytest.approx(0.08902972687490569)
    moved = price * (1 + way * x)
    assert moved == pytest.approx([54658.21638750566, 2652.784065187868, 128.63286555002261])
    assert sum(account_maintenance_usd(size, moved, table)) == pytest.approx(18569.488456315074)


@given(equity=st.floats(-1e5, 1e6), size=sizes, price=st.floats(1, 1e5), table=tiers,
       others=st.floats(0, 1e5))  # fmt: skip
def test_at_the_liquidation_price_equity_is_maintenance(equity, size, price, table, others) -> None:  # type: ignore[no-untyped-def]
    found = liquidation_price(equity, size, price, table, others)
    assume(found is not None)
    there = equity + size * (found - price)
    required = others + float(maintenance_usd(abs(size) * found, table))
    assert there == pytest.approx(required, rel=1e-7, abs=1e-6 * max(1, abs(size) * price))


@given(equity=st.floats(1, 1e6), size=sizes, price=st.floats(1, 1e5), table=tiers)
def test_one_leg_moved_alone_reaches_its_own_liquidation_price(equity, size, price, table) -> None:  # type: ignore[no-untyped-def]
    assume(equity > float(maintenance_usd(abs(size) * price, table)) + 1e-6)
    alone = liquidation_price(equity, size, price, table, 0)
    assume(alone is None or 1e-6 < alone / price < 1e5)
    way = np.array([-1.0 if size > 0 else 1.0])
    x = joint_shock_frac(equity, np.array([size]), np.array([price]), way, [table], 0)
    if alone is None:
        assert x is None
    else:
        assert price * (1 + way[0] * x) == pytest.approx(alone, rel=1e-6)


@given(data=st.data(), legs=st.integers(1, 4), collateral=st.floats(-1e5, 0))
def test_a_joint_shock_ends_where_equity_is_maintenance(data, legs, collateral) -> None:  # type: ignore[no-untyped-def]
    def column(values):  # type: ignore[no-untyped-def]
        return np.array(data.draw(st.lists(values, min_size=legs, max_size=legs)))

    size, price, way = column(sizes), column(st.floats(1, 1e4)), column(st.floats(-2, 2))
    table = [data.draw(tiers) for _ in range(legs)]
    equity = data.draw(st.floats(1, 1e6))
    assume(equity > sum(account_maintenance_usd(size, price, table)))
    x = joint_shock_frac(equity, size, price, way, table, collateral)
    assume(x is not None)

    def room(share: float) -> float:
        moved = price * np.maximum(1 + way * share, 0)
        profit = float(np.sum(size * (moved - price))) + collateral * share
        return equity + profit - float(np.sum(account_maintenance_usd(size, moved, table)))

    scale = equity + float(np.sum(np.abs(size) * price)) * (1 + x)
    assert abs(room(x)) < 1e-9 * scale
    assert all(room(x * share) > -1e-9 * scale for share in np.linspace(0, 1, 23))


@given(table=tiers, low=st.floats(0, 1e7), more=st.floats(0, 1e7))
def test_a_larger_position_never_needs_less_margin(table, low, more) -> None:  # type: ignore[no-untyped-def]
    assert maintenance_usd(low + more, table) >= maintenance_usd(low, table)


@given(equity=st.floats(1e3, 1e6), more=st.floats(0, 1e6), size=st.floats(1, 100), table=tiers)
def test_more_equity_moves_a_long_further_from_liquidation(equity, more, size, table) -> None:  # type: ignore[no-untyped-def]
    near = liquidation_price(equity, size, 1000, table, 0)
    far = liquidation_price(equity + more, size, 1000, table, 0)
    assert (far or 0) <= (near or 0)


def test_a_position_of_zero_has_no_liquidation_price() -> None:
    assert liquidation_price(1000, 0, 100, one_rate(0.05), 0) is None
    assert distance_frac(None, 100) is None


def test_a_long_that_is_fully_paid_for_is_out_of_reach() -> None:
    assert liquidation_price(200, 1, 100, one_rate(0.05), 0) is None


def test_an_unknown_maintenance_fraction_stays_unknown() -> None:
    unknown = one_rate(math.nan)
    assert math.isnan(liquidation_price(1000, 1, 100, unknown, 0) or 0)
    one = np.array([1.0])
    assert math.isnan(joint_shock_frac(1000, one, one, one, [unknown], 0) or 0)
    assert math.isnan(margin_ratio(maintenance_usd(100, unknown), 1000))


def test_negative_equity_is_an_infinite_ratio_and_an_unknown_one_is_unknown() -> None:
    ratios = margin_ratio([10, 10, 0, 0, 10, 0], [-5, 0, 0, -5, math.nan, 7])
    assert ratios[:4].tolist() == [math.inf, math.inf, 0, math.inf]
    assert math.isnan(ratios[4])
    assert ratios[5] == 0


def test_a_tenfold_isolated_short_stands_until_eight_per_cent_against_it() -> None:
    barrier = liquidation_price(6_000, -1.0, 60_000, one_rate(0.0125), 0.0)
    assert barrier / 60_000 - 1 == pytest.approx(0.08642, abs=5e-6)


def test_an_account_below_maintenance_needs_no_shock_and_no_time() -> None:
    one = np.array([1.0])
    assert joint_shock_frac(0.01, one, one * 100, -one, [one_rate(0.05)], 0) == 0
    assert hours_to_liquidation(10, 20, -1) == 0


def test_a_hedged_account_outlives_any_joint_fall() -> None:
    size, price = np.array([1.0, -1.0]), np.array([100.0, 100.0])
    table = [one_rate(0.05)] * 2
    assert joint_shock_frac(50, size, price, np.array([-1.0, -1.0]), table, 0) is None


def test_hours_to_liquidation_at_the_funding_of_ten_btc() -> None:
    carry = -10 * 60_000 * 1.25e-5
    assert carry == pytest.approx(-7.5)
    assert hours_to_liquidation(1180, 1000, carry) == pytest.approx(24)
    assert hours_to_liquidation(1180, 1000, 0) is None
    assert math.isnan(hours_to_liquidation(1180, 1000, math.nan) or 0)


BITCOIN = InitialTiers((0.0, 150e6), (1 / 40, 1 / 20))
"""Hyperliquid docs, trading/margin-tiers."""


@pytest.mark.parametrize(
    ("notional", "needed"), [(0.0, 0.0), (100e6, 2.5e6), (150e6, 3.75e6), (200e6, 10e6)]
)
def test_the_tier_of_a_position_asks_its_initial_margin_of_all_of_it(
    notional: float, needed: float
) -> None:
    assert BITCOIN.needed_usd(notional) == pytest.approx(needed)


def test_the_largest_position_that_a_margin_allows_lies_in_the_highest_tier_it_reaches() -> None:
    assert BITCOIN.largest_usd(1e6) == pytest.approx(40e6)
    # From 3.75 M on the first tier is full; the second asks 7.5 M for its first dollar.
    assert BITCOIN.largest_usd(5e6) == pytest.approx(150e6)
    assert BITCOIN.largest_usd(9e6) == pytest.approx(180e6)
    assert BITCOIN.plus(0.025).largest_usd(1e6) == pytest.approx(20e6)
    assert InitialTiers((0.0,), (0.0,)).largest_usd(0.0) == math.inf


@given(margin=st.floats(1.0, 1e9), more=st.floats(1.001, 100))
def test_no_position_beyond_the_largest_is_covered(margin: float, more: float) -> None:
    largest = BITCOIN.largest_usd(margin)
    assert BITCOIN.needed_usd(largest) <= margin * (1 + 1e-9)
    assert BITCOIN.needed_usd(largest * more) > margin


def test_an_initial_margin_that_nobody_knows_is_not_a_number() -> None:
    assert math.isnan(InitialTiers((0.0,), (math.nan,)).needed_usd(5.0))
    assert math.isnan(BITCOIN.frac_at(math.nan))
