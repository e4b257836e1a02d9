"""Net, gross, carry, margin and liquidation over venues; the unknown spreads, zero does not."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.risk import exposure
from cockpit.analytics.risk.exposure import Leg, Liquidation, Pool
from cockpit.analytics.risk.margin import build_tiers


def leg(symbol="BTC", size=1.0, price=100.0, venue="a", pool="", mmf=None, tiers=(), **more):
    rows = tiers or ([] if mmf is None else [(0.0, mmf)])
    if rows:
        more["tiers"] = build_tiers(*zip(*rows, strict=True))
    more = {"reference": price, "hourly": 0.0, "pool_price": price} | more
    return Leg(
        venue=venue, account="me", pool=pool, symbol=symbol, size=size, price=price, **more
    )  # fmt: skip


def pool(equity, venue="a", name="", **more):
    return Pool(venue=venue, account="me", pool=name, equity_usd=equity, **more)


# --- one leg ------------------------------------------------------------------------------------


def test_a_long_of_ten_bitcoin_pays_seven_and_a_half_dollars_an_hour():
    """The worked example: 10 BTC at 60,000 and 1.25e-5 an hour: -7.50 USD/h, -180 USD/day."""
    held = leg(size=10.0, price=60_000.0, hourly=1.25e-5)
    assert held.carry_usd_per_hour == pytest.approx(-7.50)
    assert exposure.totals([held], []).carry_usd_per_day == pytest.approx(-180.0)


def test_a_short_receives_what_the_long_pays_and_funding_is_on_the_reference_price():
    held = leg(size=-2.0, price=100.0, reference=110.0, hourly=0.001)
    assert held.carry_usd_per_hour == pytest.approx(0.22)


def test_profit_is_what_the_venue_says_carried_on_to_the_price_of_now_else_from_the_entry():
    told = {"entry": 100.0, "stated_upnl_usd": 29.9}
    assert leg(size=-3.0, price=90.0, pool_price=90.0, **told).upnl_usd == 29.9
    assert leg(size=-3.0, price=89.0, pool_price=90.0, **told).upnl_usd == pytest.approx(32.9)
    assert leg(size=-3.0, price=90.0, entry=100.0).upnl_usd == 30.0
    assert leg(stated_upnl_usd=1.0).upnl_usd == 1.0
    assert leg().upnl_usd is None


def test_a_zero_rate_is_a_carry_of_zero_and_an_unknown_rate_is_none():
    assert leg(hourly=0.0).carry_usd_per_hour == 0.0
    assert leg(hourly=None).carry_usd_per_hour is None


def test_coins_that_are_owned_pay_no_funding_and_nobody_liquidates_them():
    coins = leg(size=2.0, venue=exposure.SPOT, hourly=None, is_manual=True)
    assert coins.carry_usd_per_hour == 0.0
    assert exposure.liquidation(coins, None, [coins]) == Liquidation(basis="none")
    assert coins.notional_usd == 200.0


def test_a_venue_of_that_name_that_was_read_is_a_venue_like_any_other():
    assert leg(venue=exposure.SPOT, hourly=None).carry_usd_per_hour is None


@pytest.mark.parametrize("size", [2.0, -2.0])
def test_a_rate_of_zero_costs_nothing_whichever_side_and_has_no_sign(size):
    carry = leg(size=size, hourly=0.0).carry_usd_per_hour
    assert (carry, math.copysign(1.0, carry)) == (0.0, 1.0)


# --- sums ---------------------------------------------------------------------------------------


def test_assets_net_over_venues_and_gross_adds_up():
    legs = [leg(size=2.0), leg(size=-1.5, price=102.0, venue="b"), leg("ETH", 3.0, 10.0)]
    btc, eth = exposure.by_asset(legs)
    assert (btc.symbol, btc.net_base) == ("BTC", 0.5)
    assert btc.net_usd == pytest.approx(200 - 153)
    assert btc.gross_usd == pytest.approx(353)
    assert (eth.net_usd, eth.gross_usd) == (30.0, 30.0)


def test_one_unknown_price_makes_the_sum_unknown_and_no_other():
    legs = [leg(), leg("ETH", price=None), leg("ETH", venue="b")]
    btc, eth = exposure.by_asset(legs)
    assert btc.net_usd == 100.0
    assert (eth.net_base, eth.net_usd, eth.gross_usd) == (2.0, None, None)
    assert exposure.totals(legs, []).net_usd is None


def test_nothing_held_is_zero_and_no_account_is_no_equity():
    total = exposure.totals([], [])
    assert (total.net_usd, total.gross_usd, total.carry_usd_per_hour) == (0.0, 0.0, 0.0)
    assert (total.equity_usd, total.leverage, total.asset_concentration) == (None, None, None)


def test_concentration_is_one_in_one_place_and_even_over_equals():
    assert exposure.concentration([5.0]) == 1.0
    assert exposure.concentration([2.0, -2.0]) == 0.5
    assert exposure.concentration([3.0, 1.0]) == pytest.approx(0.75**2 + 0.25**2)
    assert exposure.concentration([0.0]) is None
    assert exposure.concentration([1.0, None]) is None


def test_the_documented_shares_of_open_interest_are_as_concentrated_as_two_and_a_quarter_venues():
    """900, 400 and 200 M: shares of 60, 26.7 and 13.3 %; the index is 0.4489, as of 2.23."""
    hhi = exposure.concentration([900.0, -400.0, 200.0])
    assert hhi == pytest.approx(0.4489, abs=5e-5)
    assert 1 / hhi == pytest.approx(2.23, abs=5e-3)


usd = st.floats(-1e9, 1e9, allow_nan=False)


@given(st.lists(st.tuples(usd, st.sampled_from("xyz")), min_size=1, max_size=8))
def test_net_never_exceeds_gross_and_assets_add_up_to_the_total(rows):
    legs = [leg(symbol, size=size, price=1.0) for size, symbol in rows]
    total = exposure.totals(legs, [])
    assert abs(total.net_usd) <= total.gross_usd * (1 + 1e-9) + 1e-6
    nets = sum(asset.net_usd for asset in exposure.by_asset(legs))
    assert nets == pytest.approx(total.net_usd, abs=1e-3)
    share = total.asset_concentration
    assert share is None or 1 / 3 - 1e-9 <= share <= 1 + 1e-9


# --- margin -------------------------------------------------------------------------------------


def portfolio():
    """The documented portfolio: maintenance 21,000 of 80,000, ratio 0.2625."""
    legs = [
        leg("BTC", 10.0, 60_000.0, mmf=0.0125),
        leg("ETH", -100.0, 3_000.0, mmf=0.02),
        leg("SOL", 2_000.0, 150.0, mmf=0.025),
    ]
    return legs, [pool(80_000.0, cross_equity_usd=80_000.0)]


BTC_TIERS = ((0.0, 1 / 80), (150e6, 1 / 40))
"""40x to 150 M, above it 20x, as documented."""


def test_a_position_of_two_hundred_million_keeps_the_margin_of_both_its_tiers():
    """150 M at 1/80 and 50 M at 1/40: 1.875 M + 1.25 M = 3.125 M."""
    held = leg(size=2_000.0, price=100_000.0, mmf=1 / 80, tiers=BTC_TIERS)
    assert exposure.leg_maintenance_usd(held) == pytest.approx(3_125_000.0)


def test_a_large_short_is_liquidated_where_equity_equals_the_margin_of_its_tiers():
    held = leg(size=-2_000.0, price=100_000.0, mmf=1 / 80, tiers=BTC_TIERS)
    its_pool = pool(20e6, cross_equity_usd=20e6)
    at = exposure.liquidation(held, its_pool, [held]).price
    assert at > 100_000.0
    left = 20e6 - 2_000.0 * (at - 100_000.0)
    needed = 150e6 / 80 + (2_000.0 * at - 150e6) / 40
    assert left == pytest.approx(needed)


def test_maintenance_of_the_documented_portfolio_is_added_up_from_its_legs():
    legs, pools = portfolio()
    [venue] = exposure.by_venue(legs, pools)
    assert venue.maintenance_usd == pytest.approx(21_000.0)
    assert venue.margin_ratio == venue.worst_margin_ratio == pytest.approx(0.2625)
    assert venue.gross_usd == pytest.approx(1_200_000.0)
    assert exposure.totals(legs, pools).leverage == pytest.approx(15.0)


def test_a_typed_leg_does_not_lever_the_equity_of_accounts_that_it_does_not_stand_on():
    legs, pools = portfolio()
    there = [*legs, leg("BTC", -5.0, 60_000.0, venue="elsewhere", is_manual=True)]
    assert exposure.totals(there, pools).gross_usd == pytest.approx(1_500_000.0)
    assert exposure.totals(there, pools).leverage == pytest.approx(15.0)


def test_what_the_venue_states_beats_our_sum_and_isolated_legs_come_on_top():
    alone = leg("SOL", 10.0, 10.0, mmf=0.1, isolated_equity=30.0)
    legs = [leg(mmf=0.5), alone]
    [venue] = exposure.by_venue(legs, [pool(100.0, maintenance_usd=7.0)])
    assert venue.maintenance_usd == pytest.approx(7.0 + 10.0)


def test_a_pool_near_its_end_is_not_hidden_by_a_rich_one():
    rich, poor = (
        pool(1_000.0, name="0", maintenance_usd=10.0),
        pool(10.0, name="128", maintenance_usd=9.0),
    )
    [venue] = exposure.by_venue([], [rich, poor])
    assert venue.margin_ratio == pytest.approx(19 / 1_010)
    assert venue.worst_margin_ratio == pytest.approx(0.9)


def test_margin_without_a_table_is_not_known_and_not_zero():
    [venue] = exposure.by_venue([leg(mmf=None)], [pool(100.0)])
    assert (venue.maintenance_usd, venue.margin_ratio) == (None, None)


@pytest.mark.parametrize("equity", [0.0, -12.5])
def test_positions_without_equity_have_a_ratio_beyond_every_number(equity):
    [venue] = exposure.by_venue([leg(mmf=0.01)], [pool(equity)])
    assert venue.margin_ratio == math.inf


def test_a_venue_with_typed_positions_only_has_no_equity():
    [venue] = exposure.by_venue([leg(is_manual=True)], [])
    assert (venue.equity_usd, venue.margin_ratio, venue.net_usd) == (None, None, 100.0)


# --- liquidation --------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "price"), [(10.0, 54_683.54), (-10.0, 65_185.19)])
def test_the_documented_hyperliquid_example(size, price):
    """E = 60,000, 10 BTC at 60,000, maintenance 1.25 %."""
    held = leg(size=size, price=60_000.0, mmf=0.0125)
    found = exposure.liquidation(held, pool(60_000.0, cross_equity_usd=60_000.0), [held])
    assert found.price == pytest.approx(price, abs=0.005)
    assert found.distance == pytest.approx(price / 60_000 - 1, abs=1e-6)
    assert found.basis == "computed"


def test_the_documented_dydx_examples():
    """Equity 1000: short 3 ETH, 3174.60; short 1.5 ETH beside a need of 175 USD, 3380.95."""
    alone = leg("ETH", -3.0, 3_000.0, mmf=0.05)
    found = exposure.liquidation(alone, pool(1_000.0, cross_equity_usd=1_000.0), [alone])
    assert found.price == pytest.approx(3174.603, abs=0.001)
    half = leg("ETH", -1.5, 3_000.0, mmf=0.05)
    other = leg("BTC", 35.0, 100.0, mmf=0.05)
    found = exposure.liquidation(half, pool(1_000.0, cross_equity_usd=1_000.0), [half, other])
    assert found.price == pytest.approx(3380.952, abs=0.001)


def test_an_isolated_leg_is_measured_against_its_own_equity():
    """E = 1000 behind short 3 ETH at 3000 is the same as an account of its own."""
    alone = leg("ETH", -3.0, 3_000.0, mmf=0.05, isolated_equity=1_000.0)
    found = exposure.liquidation(alone, pool(9e9, cross_equity_usd=9e9), [alone])
    assert found.price == pytest.approx(3174.603, abs=0.001)


def test_equity_and_the_price_that_it_was_stated_at_belong_together():
    """The mark has moved on since the account was read; the liquidation price has not."""
    then = leg(size=10.0, price=60_000.0, mmf=0.0125)
    now = leg(size=10.0, price=61_000.0, mmf=0.0125, pool_price=60_000.0)
    margin = pool(60_000.0, cross_equity_usd=60_000.0)
    before, after = (exposure.liquidation(x, margin, [x]) for x in (then, now))
    assert after.price == before.price
    assert after.distance == pytest.approx(before.price / 61_000 - 1)


def test_the_venues_own_price_is_believed():
    held = leg(mmf=0.01, stated_liquidation=80.0)
    found = exposure.liquidation(held, pool(50.0, cross_equity_usd=50.0), [held])
    assert found == Liquidation(80.0, pytest.approx(-0.2), "venue")


def test_no_price_is_not_an_unknown_price():
    rich = leg(mmf=0.01)
    none = exposure.liquidation(rich, pool(1e6, cross_equity_usd=1e6), [rich])
    assert none == Liquidation(None, None, "none")
    unknown = leg(mmf=None)
    assert exposure.liquidation(unknown, pool(1e6, cross_equity_usd=1e6), [unknown]).basis is None
    assert exposure.liquidation(rich, None, [rich]).basis is None
    assert exposure.liquidation(rich, pool(None), [rich]).basis is None


def test_a_typed_position_takes_nothing_from_the_account_beside_it():
    read, typed = leg(mmf=0.1), leg(size=50.0, mmf=0.1, is_manual=True)
    margin = pool(20.0, cross_equity_usd=20.0)
    assert exposure.pool_of(typed, [margin]) is None
    alone = exposure.liquidation(read, margin, [read])
    assert exposure.liquidation(read, margin, [read, typed]) == alone


def test_the_nearest_liquidation_is_the_smallest_move_either_way():
    legs = [leg("BTC", 1.0), leg("ETH", -1.0), leg("SOL", 1.0)]
    moves = [Liquidation(80.0, -0.2, "venue"), Liquidation(110.0, 0.1, "venue"), Liquidation()]
    held, found = exposure.nearest(zip(legs, moves, strict=True))
    assert (held.symbol, found.distance) == ("ETH", 0.1)
    assert exposure.nearest([(legs[2], Liquidation())]) is None


def test_a_price_that_has_passed_the_liquidation_leaves_no_room_at_all():
    """A short at 100 with its end at 90, and a long whose end is 1 % below: the short is nearer."""
    short, long = leg("BTC", -1.0), leg("ETH", 1.0)
    passed, near = Liquidation(90.0, -0.1, "manual"), Liquidation(99.0, -0.01, "venue")
    assert exposure.room(short, passed) == 0.0
    assert exposure.room(long, near) == pytest.approx(0.01)
    assert exposure.room(long, Liquidation(basis="none")) is None
    held, _ = exposure.nearest([(long, near), (short, passed)])
    assert held is short
