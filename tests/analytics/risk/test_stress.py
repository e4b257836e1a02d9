"""Shocks on positions and on half-executed plans, leg by leg."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.risk.margin import build_tiers
from cockpit.analytics.risk.stress import STEPS, Handling, LegShock, StressLeg, StressResult, stress

NOTHING = LegShock(0, 0, 1, 1, 1)
BIDS = [(59_990.0, 4.0), (59_940.0, 8.0), (59_880.0, 30.0)]
ASKS = [(60_010.0, 4.0), (60_060.0, 8.0), (60_120.0, 30.0)]
FEE = 0.00045


def leg(venue: int, size: float, asset: int = 0, mmf: float = 0.0125, **other) -> StressLeg:  # type: ignore[no-untyped-def]
    plain = StressLeg(
        venue, asset, size, 60_000.0, build_tiers([0], [mmf]), FEE, 0.01, BIDS, ASKS
    )  # fmt: skip
    return plain._replace(**other)


def handling(delay_s=(2.0, 3.0), **other) -> Handling:  # type: ignore[no-untyped-def]
    return Handling(np.array(delay_s), 1.5, 1000.0, 24.0, math.inf)._replace(**other)


def run(legs, shocks, equity=(1e6, 1e6), loss=(0.0, 0.0), **how) -> StressResult:  # type: ignore[no-untyped-def]
    return stress(legs, shocks, np.array(equity), np.array(loss), handling(**how))


pair = [leg(0, 10.0), leg(1, -10.0)]


@given(sizes=st.lists(st.floats(-50, 50), min_size=2, max_size=5), data=st.data())
def test_no_shock_does_nothing(sizes, data) -> None:  # type: ignore[no-untyped-def]
    legs = [leg(i % 2, s, asset=data.draw(st.integers(0, 1))) for i, s in enumerate(sizes)]
    found = run(legs, [NOTHING] * len(legs), equity=(1e8, 1e8))
    for part in found[:6]:
        assert not np.any(part)
    assert found.pnl_usd == found.chase_usd == 0
    assert (found.time_to_flat_s == 0) == (found.max_unhedged_usd <= 1000.0)
    assert found.first_liquidated is None
    assert np.ptp(found.margin_ratio, axis=0).max() == 0


def test_a_gap_on_both_venues_cancels_in_money_and_not_in_margin() -> None:
    found = run(pair, [LegShock(-0.05, 0, 1, 1, 1)] * 2)
    assert found.price_usd == pytest.approx([-30_000, 30_000])
    assert found.pnl_usd == pytest.approx(0)
    required = 10 * 57_000 * 0.0125
    gap = found.margin_ratio[STEPS.index("gap")]
    assert gap == pytest.approx([required / 970_000, required / 1_030_000])
    assert found.max_unhedged_usd == 0


def test_a_gap_on_one_venue_alone_is_lost() -> None:
    found = run(pair, [LegShock(-0.05, 0, 1, 1, 1), NOTHING])
    assert found.pnl_usd == pytest.approx(-30_000)


def test_a_hedge_that_filled_two_fifths_is_chased_through_the_book() -> None:
    found = run(pair, [LegShock(-0.02, 0, 1, 1, 1), LegShock(-0.02, 0, 1, 1, 0.4)])
    assert found.price_usd == pytest.approx([-12_000, 4 * 1200])
    assert found.fees_usd == pytest.approx([0, -6 * 58_800 * FEE])
    distance = (4 * 10 + 2 * 60) / 60_000
    assert found.slippage_usd == pytest.approx([0, -distance * 58_800])
    drift = 6 * 1200
    assert found.chase_usd == pytest.approx(drift + 6 * 58_800 * FEE + distance * 58_800)
    assert found.max_unhedged_usd == pytest.approx(6 * 60_000)
    assert found.time_to_flat_s == 3.0
    assert found.pnl_usd == pytest.approx(sum(map(np.sum, found[:6])))


def test_a_halted_venue_makes_the_chase_wait_and_one_that_is_out_turns_it_to_the_other_leg() -> (
    None
):
    shocks = [NOTHING, LegShock(0, 0, 1, 1, 0.4)]
    assert run(pair, shocks, delay_s=(2.0, 2220.0)).time_to_flat_s == 2220
    out = run(pair, shocks, delay_s=(2.0, math.inf))
    assert out.fees_usd == pytest.approx([-6 * 60_000 * FEE, 0])
    assert out.time_to_flat_s == 2.0
    assert run(pair, shocks, delay_s=(math.inf, math.inf)).time_to_flat_s == math.inf


def test_exposure_within_the_band_is_left_alone() -> None:
    shocks = [NOTHING, LegShock(0, 0, 1, 1, 0.4)]
    found = run(pair, shocks, band_usd=360_000.0)
    assert found.chase_usd == found.time_to_flat_s == 0
    assert found.max_unhedged_usd == pytest.approx(360_000)


def test_a_plan_that_is_half_done_on_both_sides_is_hedged_as_it_stands() -> None:
    found = run(pair, [LegShock(0, 0, 1, 1, 0.5)] * 2)
    assert found.pnl_usd == found.max_unhedged_usd == 0


def test_an_order_larger_than_the_book_waits_for_refills() -> None:
    shocks = [NOTHING, LegShock(0, 0, 0.1, 1, 0.0)]
    found = run(pair, shocks)
    visible = 4.2
    rounds = math.ceil(10 / visible)
    assert found.time_to_flat_s == pytest.approx(3.0 + (rounds - 1) * 1.5)
    whole = 0.4 * 10 + 0.8 * 60 + 3.0 * 120
    rest = 0.4 * 10 + 0.8 * 60 + (10 - 2 * visible - 1.2) * 120
    chased = 2 * whole + rest
    before = 4 * 10 + 6 * 60
    dearer = chased - before
    assert found.slippage_usd[1] == pytest.approx(-(chased + dearer), rel=1e-6)


def test_a_thin_book_costs_what_leaving_has_become_dearer() -> None:
    found = run(pair, [LegShock(0, 0, 0.5, 4, 1)] * 2)
    before = 4 * 10 + 6 * 60
    after = 2 * (10 + 30) + 4 * (60 + 30) + 4 * (120 + 30)
    assert found.slippage_usd == pytest.approx([-(after - before)] * 2)
    assert found.pnl_usd == pytest.approx(-2 * (after - before))
    assert found.fees_usd.tolist() == [0, 0]


def test_funding_that_jumps_and_decays_costs_what_it_adds() -> None:
    half_life = math.log(0.5) / math.log(0.87)
    legs = [leg(0, 1e6 / 60_000)]
    shock = [LegShock(0, 6e-5 - 1.25e-5, 1, 1, 1)]
    found = run(legs, shock, equity=(1e6,), loss=(0.0,), delay_s=(1.0,),
                funding_half_life_h=half_life)  # fmt: skip
    assert found.pnl_usd == pytest.approx(-(606.6455144164325 - 24 * 12.5))
    stays = run(legs, shock, equity=(1e6,), loss=(0.0,), delay_s=(1.0,))
    assert stays.funding_usd == pytest.approx([-24 * 47.5])


def test_a_flip_pays_the_short_less_and_the_long_more() -> None:
    found = run(pair, [LegShock(0, -4e-5, 1, 1, 1)] * 2)
    assert found.funding_usd == pytest.approx([24 * 24.0, -24 * 24.0])


def test_the_weaker_account_goes_first_and_cannot_lose_more_than_it_has() -> None:
    legs = [leg(0, 10.0), leg(0, 5.0, asset=1), leg(1, 8.0)]
    found = run(legs, [LegShock(-0.2, 0, 1, 1, 1)] * 3, equity=(130_000.0, 60_000.0))
    assert found.first_liquidated == 1
    assert found.liquidated_step.tolist() == [1, 1]
    share = (60_000 - 8 * 60_000 * 0.0125) / (8 * 60_000 * 0.2 * (1 - 0.0125))
    assert found.liquidated_share[1] == pytest.approx(share)
    assert found.pnl_usd == pytest.approx(-190_000)
    assert found.liquidation_usd[2] == pytest.approx(8 * 12_000 - 60_000)
    assert not np.any(found.margin_ratio[-1])


def test_a_liquidated_leg_pays_its_fee_and_the_other_side_is_closed() -> None:
    found = run(pair, [LegShock(-0.09, 0, 1, 1, 1)] * 2, equity=(60_500.0, 1e6))
    price = 60_000 * 0.91
    assert found.first_liquidated == 0
    assert found.liquidation_usd == pytest.approx([-10 * price * 0.01, 0])
    assert found.max_unhedged_usd == pytest.approx(10 * price)
    assert found.fees_usd == pytest.approx([0, -10 * price * FEE])
    assert found.time_to_flat_s == 3.0


def test_funding_alone_can_liquidate() -> None:
    found = run(pair, [LegShock(0, 0.004, 1, 1, 1)] * 2, equity=(60_000.0, 1e6))
    assert found.liquidated_step.tolist() == [STEPS.index("funding"), -1]
    assert found.liquidated_share.tolist() == [1, math.inf]
    assert found.time_to_flat_s == 3.0


def test_a_depeg_takes_collateral_and_can_be_the_end() -> None:
    found = run(pair, [NOTHING] * 2, equity=(60_000.0, 1e6), loss=(55_000.0, 0.0))
    assert found.collateral_usd.tolist() == [-55_000, 0]
    assert found.first_liquidated == 0
    assert found.liquidated_share[0] == pytest.approx((60_000 - 7500) / 55_000)


def test_a_naked_leg_is_never_flat_and_a_hedged_one_is_at_once() -> None:
    assert run([leg(0, 1.0)], [LegShock(-0.08, 0, 1, 1, 1)]).time_to_flat_s == math.inf
    assert run(pair, [LegShock(-0.08, 0, 1, 1, 1)] * 2).time_to_flat_s == 0
    # 0.01 of 60,000 lies within the band of 1,000.
    assert run([leg(0, 0.01)], [NOTHING]).time_to_flat_s == 0


def test_the_winning_leg_is_closed_on_the_way_and_the_other_falls_on() -> None:
    shock = LegShock(-0.12, 0, 1, 1, 1, adl_fraction=1.0, adl_gap_frac=-0.10)
    found = run(pair, [shock] * 2)
    # The short is closed at 54,000, the long sold at 52,800 through the book.
    assert found.price_usd == pytest.approx([-72_000, 60_000])
    price = 60_000 * 0.88
    assert found.fees_usd == pytest.approx([-10 * price * FEE, 0])
    assert found.slippage_usd == pytest.approx([-(4 * 10 + 6 * 60) / 60_000 * price, 0])
    assert found.max_unhedged_usd == pytest.approx(10 * price)
    assert found.time_to_flat_s == 2.0


def test_half_a_winner_that_is_closed_leaves_half_the_loser_to_be_sold() -> None:
    shock = LegShock(0.1, 0, 1, 1, 1, adl_fraction=0.5, adl_gap_frac=0.1)
    found = run(pair, [shock] * 2)
    assert found.price_usd == pytest.approx([60_000, -60_000])
    assert found.fees_usd == pytest.approx([0, -5 * 66_000 * FEE])


def test_a_venue_that_does_not_come_back_keeps_what_lies_there() -> None:
    fall = [LegShock(-0.05, 0, 1, 1, 1)] * 2
    found = stress(
        pair, fall, np.array([1e5, 1e5]), np.zeros(2), handling((math.inf, 3.0)), np.array([1.0, 0])
    )
    # The long lost 30,000 of its 100,000 before; the short is bought back at 57,000.
    assert found.collateral_usd == pytest.approx([-70_000, 0])
    assert found.fees_usd == pytest.approx([0, -10 * 57_000 * FEE])
    assert found.first_liquidated == 0
    assert found.pnl_usd == pytest.approx(sum(map(np.sum, found[:6])))
    half = stress(pair, fall, np.array([1e5, 1e5]), np.zeros(2), handling(), np.array([0.5, 0]))
    assert half.collateral_usd == pytest.approx([-35_000, 0])
    assert half.first_liquidated is None


def test_an_account_that_is_already_gone_is_gone_at_the_start() -> None:
    found = run(pair, [NOTHING] * 2, equity=(-5.0, 1e6))
    assert found.liquidated_step.tolist() == [0, -1]
    assert found.liquidated_share[0] == 0
    assert found.margin_ratio[0, 0] == math.inf


def test_what_an_account_owed_before_is_no_gain_of_the_shock() -> None:
    found = run(pair, [NOTHING] * 2, equity=(-5_000.0, 1e6))
    assert found.liquidation_usd == pytest.approx([0, 0])
    # All that is left to do is buying back the short: half a spread and a fee.
    assert found.pnl_usd == pytest.approx(-found.chase_usd)
    # An account that the gap itself takes below nothing owes only what it had not owed before.
    fallen = run(pair, [LegShock(-0.1, 0, 1, 1, 1)] * 2, equity=(50_000.0, 1e6))
    assert fallen.liquidation_usd == pytest.approx([60_000 - 50_000, 0])


@given(gap=st.floats(-0.5, 0), more=st.floats(0, 0.4))
def test_a_deeper_gap_never_helps_a_long(gap, more) -> None:  # type: ignore[no-untyped-def]
    def lost(by: float) -> float:
        return run([leg(0, 10.0)], [LegShock(by, 0, 1, 1, 1)], equity=(2e5, 0.0)).pnl_usd

    assert lost(gap - more) <= lost(gap) + 7000


def test_an_unknown_maintenance_is_unknown_and_not_safe() -> None:
    legs = [leg(0, 10.0, mmf=math.nan), leg(1, -10.0)]
    found = run(legs, [LegShock(-0.05, 0, 1, 1, 1)] * 2)
    assert np.isnan(found.margin_ratio[:, 0]).all()
    assert np.isfinite(found.margin_ratio[:, 1]).all()
    assert found.pnl_usd == pytest.approx(0)
    gone = run(legs, [LegShock(-0.5, 0, 1, 1, 1)] * 2, equity=(1e5, 1e6))
    assert gone.first_liquidated == 0


def test_an_unknown_price_makes_the_result_unknown() -> None:
    legs = [leg(0, 10.0, price=math.nan), leg(1, -10.0)]
    assert math.isnan(run(legs, [LegShock(-0.05, 0, 1, 1, 1)] * 2).pnl_usd)


def test_without_a_book_there_is_no_chase_and_no_known_cost() -> None:
    blind = [leg(0, 10.0), leg(1, -10.0, bids=[], asks=[])]
    found = run(blind, [NOTHING, LegShock(0, 0, 1, 1, 0.4)])
    assert found.fees_usd == pytest.approx([-6 * 60_000 * FEE, 0])
    thin = run(blind, [LegShock(0, 0, 0.5, 1, 1)] * 2)
    assert math.isnan(thin.slippage_usd[1])


def test_positions_of_zero_and_no_positions() -> None:
    assert run([leg(0, 0.0)], [LegShock(-0.5, 1e-3, 0.1, 4, 1)], equity=(0.0, 0.0)).pnl_usd == 0
    assert run([], []).pnl_usd == 0
    with pytest.raises(ValueError, match="shocks"):
        run(pair, [NOTHING])
