"""Simulated futures against what is known in closed form, and the rules of margin and fills."""

import math

import numpy as np
import pytest

from cockpit.analytics.funding.rates import Formula
from cockpit.analytics.risk.margin import build_tiers
from cockpit.analytics.risk.montecarlo import Paths, simulate
from cockpit.analytics.risk.montecarlo_model import (
    Grid,
    Market,
    PremiumModel,
    PriceModel,
    SimLeg,
    VenueModel,
)
from cockpit.analytics.risk.tail_risk import mean, probability, standard_deviation, tail

DAY_S = 86_400.0
HOURLY = Formula(3600, 1e-4, 5e-4, 0.0, 1.0, None, 0.04, None)
"""Hyperliquid docs, trading/funding."""
MERTON = PriceModel(
    np.array([60_000.0]), np.zeros(1), np.array([0.6]), np.eye(1), 50.0, np.array([-0.01]),
    np.array([0.03]), 0.0, 1.0,
)  # fmt: skip
STILL = MERTON._replace(sigma_annual=np.zeros(1), jump_rate_annual=0.0)


def flat(value: float, n: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.full(n, value)


def premiums(n: int, **other) -> PremiumModel:  # type: ignore[no-untyped-def]
    calm = PremiumModel(*(flat(x, n) for x in (0, 0, 5.0, 0, 0)), 0.0, flat(0, n))
    return calm._replace(**other)


def venues(n: int, equity: float = 1e9, **other) -> VenueModel:  # type: ignore[no-untyped-def]
    return VenueModel(*(flat(x, n) for x in (equity, 0, 2220.0, 1.0, 30.0)))._replace(**other)


def leg(venue: int, size: float, **other) -> SimLeg:  # type: ignore[no-untyped-def]
    tiers = build_tiers([0], [0.0125])
    return SimLeg(venue, 0, size, 0.0, HOURLY, 1e9, tiers, 0.0, 0.0, 0.0)._replace(**other)


def go(
    legs, prices=MERTON, premium=None, venue=None, paths=20_000, steps=24, step_s=3600.0, seed=7,
    chunk=4096, barrier=False, keep_going=lambda done, asked: True,
) -> Paths:  # type: ignore[no-untyped-def]  # fmt: skip
    count = 1 + max(one.venue for one in legs)
    market = Market(legs, prices, premium or premiums(len(legs)), venue or venues(count))
    grid = Grid(paths, steps, step_s, chunk, barrier)
    return simulate(market, grid, 1000.0, np.random.default_rng(seed), keep_going)


def within(estimate, expected: float) -> bool:  # type: ignore[no-untyped-def]
    return abs(estimate.value - expected) < 3 * estimate.se


def test_a_day_of_jump_diffusion_has_mertons_moments_and_tail() -> None:
    gross = 1 + go([leg(0, 1.0)]).price_usd / 60_000
    assert within(mean(gross), 1.0)
    logs = np.log(gross)
    sd = math.sqrt((0.6**2 + 50 * (0.01**2 + 0.03**2)) / 365)
    assert sd == pytest.approx(0.033515, abs=5e-7)
    assert within(standard_deviation(logs), sd)
    worst = tail(logs, 0.99)
    assert within(worst.var, 0.0823)
    assert within(worst.es, 0.0984)
    normal = tail(np.log(1 + go([leg(0, 1.0)], prices=MERTON._replace(
        sigma_annual=np.array([sd * math.sqrt(365)]), jump_rate_annual=0.0)).price_usd / 60_000),
        0.99)  # fmt: skip
    assert within(normal.var, 2.3263 * sd + sd * sd / 2)


def test_the_drift_is_the_drift_of_the_price() -> None:
    drift = np.array([3.65])
    gross = 1 + go([leg(0, 1.0)], prices=MERTON._replace(drift_annual=drift)).price_usd / 60_000
    assert within(mean(gross), math.exp(0.01))


@pytest.mark.parametrize("common", [0.0, 0.8, 1.0])
def test_assets_move_together_as_told(common: float) -> None:
    two = PriceModel(
        np.array([60_000.0, 3000.0]), np.zeros(2), np.array([0.6, 0.9]),
        np.array([[1, common], [common, 1]]), 0.0, np.zeros(2), np.zeros(2), 0.0, 1.0,
    )  # fmt: skip
    found = go([leg(0, 1.0), leg(0, -16.0, asset=1)], prices=two, paths=8000)
    a, b = 60_000 * 0.6, 16 * 3000 * 0.9
    sd = math.sqrt((a * a + b * b - 2 * common * a * b) / 365)
    assert standard_deviation(found.price_usd).value == pytest.approx(sd, rel=0.05)


def test_the_premium_is_the_ar1_whose_flip_probability_is_known() -> None:
    phi, noise = 0.87, 1.2e-5
    model = premiums(
        1, now=flat(2e-5, 1), mean=flat(1.25e-5, 1), mark_share=flat(1, 1),
        half_life_h=flat(math.log(0.5) / math.log(phi), 1),
        stationary_sd=flat(noise / math.sqrt(1 - phi * phi), 1),
    )  # fmt: skip
    found = go([leg(0, 1.0)], prices=STILL, premium=model, steps=8)
    after = 2e-5 + found.price_usd / 60_000
    assert within(mean(after), 1.4961587536577842e-05)
    assert within(standard_deviation(after), 2.2989982455960467e-05)
    assert within(probability(after < 0), 0.2575919148105184)


def test_premiums_share_a_factor_with_each_other_and_with_the_price() -> None:
    model = premiums(
        2, stationary_sd=flat(1e-3, 2), half_life_h=flat(0.01, 2), mark_share=flat(1, 2),
        price_correlation=flat(0.3, 2), common_share=0.5,
    )  # fmt: skip
    found = go([leg(0, 1.0), leg(1, -1.0)], prices=STILL, premium=model, steps=1)
    correlation = 0.3**2 + (1 - 0.3**2) * 0.5
    sd = 60_000 * 1e-3 * math.sqrt(2 * (1 - correlation))
    assert within(standard_deviation(found.price_usd), sd)


def test_jumps_that_excite_one_another_come_at_the_hawkes_rate() -> None:
    # Base 0.2, excitation 0.6: 0.5 jumps a time unit in the long run.
    unit_s, jump_sd = 36_000.0, 0.001
    prices = STILL._replace(
        jump_rate_annual=0.2 * 365 * DAY_S / unit_s, jump_mean=np.zeros(1),
        jump_sd=np.array([jump_sd]), jump_excitation=0.6, jump_decay_h=unit_s / 3600,
    )  # fmt: skip
    steps, units = 400, 400 * 3600 / unit_s
    found = go([leg(0, 1.0)], prices=prices, steps=steps, paths=8000)
    variance = standard_deviation(np.log(1 + found.price_usd / 60_000))
    missing = 0.5 * 0.6 / (1 - 0.6)
    expected = jump_sd * math.sqrt(0.5 * units - missing)
    assert variance.value == pytest.approx(expected, rel=0.03)


def test_a_tenfold_short_is_liquidated_in_one_day_of_a_hundred() -> None:
    short = leg(0, -10.0)
    account = venues(1, equity=60_000.0)
    found = go([short], venue=account, steps=96, step_s=900.0)
    p = probability(found.liquidated[:, 0])
    assert abs(p.value - 0.010) < 3 * p.se + 0.0005
    closer = go([short], venue=account, steps=96, step_s=900.0, barrier=True)
    assert closer.liquidated.mean() > found.liquidated.mean()
    assert np.all(found.pnl_usd >= -60_000 - 1e-6)


def test_a_premium_that_stands_still_pays_by_the_formula_at_each_stamp() -> None:
    model = premiums(2, now=flat(0.0009943926, 2), mean=flat(0.0009943926, 2))
    legs = [leg(0, 10.0, first_funding_s=1800.0), leg(1, -4.0, first_funding_s=7200.0)]
    found = go(legs, prices=STILL, premium=model, paths=3, steps=48, step_s=300.0)
    rate = 6.1799075e-05
    assert found.funding_usd == pytest.approx(np.full(3, (-10 * 4 + 4 * 3) * 60_000 * rate))


def test_orders_fill_after_an_exponential_delay_and_pay_fee_and_slippage() -> None:
    legs = [leg(0, 10.0), leg(1, 0.0, open=-10.0, taker_fee_frac=5e-4, slippage_frac=2e-4)]
    model = venues(2, fill_delay_s=flat(300.0, 2))
    found = go(legs, prices=STILL, venue=model, steps=3, step_s=300.0)
    filled = probability(found.fees_usd < 0)
    assert within(filled, 1 - math.exp(-3))
    assert np.unique(found.fees_usd) == pytest.approx([-300, 0])
    assert np.unique(found.slippage_usd) == pytest.approx([-120, 0])
    assert found.max_unhedged_usd == pytest.approx(np.full(20_000, 600_000))
    assert within(probability(found.flat_s == 300), 1 - math.exp(-1))
    assert np.isinf(found.flat_s).mean() == pytest.approx(1 - filled.value)


def test_nothing_fills_on_a_venue_that_is_down() -> None:
    legs = [leg(0, 10.0), leg(1, 0.0, open=-10.0, taker_fee_frac=5e-4)]
    down = venues(2, outages_per_day=np.array([0.0, 1e4]), outage_median_s=flat(1e7, 2))
    found = go(legs, prices=STILL, venue=down, paths=500, steps=12, step_s=300.0)
    assert np.all(found.fees_usd == 0)
    assert np.all(np.isinf(found.flat_s))


def test_when_one_leg_is_liquidated_the_other_is_closed_and_the_account_is_the_limit() -> None:
    legs = [leg(0, 10.0, liquidation_fee_frac=0.01), leg(1, -10.0, taker_fee_frac=5e-4)]
    model = venues(2, equity=40_000.0)
    found = go(legs, venue=model, paths=2000, steps=288, step_s=300.0)
    hit = found.liquidated.any(axis=1)
    assert 0.05 < hit.mean() < 0.5
    assert np.all(found.max_unhedged_usd[~hit] == 0)
    assert np.all(found.max_unhedged_usd[hit] > 400_000)
    left_over = found.liquidated[:, 0] & ~found.liquidated[:, 1] & np.isfinite(found.flat_s)
    assert left_over.any()
    assert np.all(found.fees_usd[left_over] < 0)
    assert np.all(found.pnl_usd >= -80_000 - 1e-6)
    assert found.worst.unhedged_usd.max() == pytest.approx(found.max_unhedged_usd[
        np.argmin(found.pnl_usd)])  # fmt: skip


def test_the_worst_path_ends_where_its_loss_says() -> None:
    found = go([leg(0, 1.0), leg(1, -1.0)], paths=300)
    assert found.worst.price.shape == (25, 1)
    assert found.worst.equity_usd.shape == (25, 2)
    lost = found.worst.equity_usd[-1].sum() - found.worst.equity_usd[0].sum()
    assert lost == pytest.approx(found.pnl_usd.min(), abs=1e-4)


def test_the_same_seed_gives_the_same_paths_and_another_seed_does_not() -> None:
    first, again, other = (go([leg(0, 1.0)], paths=500, seed=s).pnl_usd for s in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_progress_is_told_and_a_no_ends_the_run_with_what_is_done() -> None:
    told: list[tuple[int, int]] = []

    def keep_going(done: int, asked: int) -> bool:
        told.append((done, asked))
        return done < 200

    found = go([leg(0, 1.0)], paths=950, chunk=100, steps=2, keep_going=keep_going)
    assert told == [(100, 950), (200, 950)]
    assert found.pnl_usd.shape == found.flat_s.shape == (200,)
    whole = go([leg(0, 1.0)], paths=950, chunk=100, steps=2)
    assert whole.pnl_usd.shape == (950,)
    assert np.array_equal(whole.pnl_usd[:200], found.pnl_usd)


def test_an_unknown_maintenance_fraction_is_told_and_still_ends_at_nothing() -> None:
    blind = leg(0, -10.0, tiers=build_tiers([0], [math.nan]))
    found = go([blind, leg(1, 1.0)], venue=venues(2, equity=60_000.0), paths=2000)
    assert found.knows_margin.tolist() == [False, True]
    gone = found.liquidated[:, 0]
    assert gone.any()
    assert found.price_usd[gone].max() < 0


def test_a_book_of_nothing_earns_nothing() -> None:
    found = go([leg(0, 0.0)], venue=venues(1, equity=0.0), paths=50)
    assert not found.pnl_usd.any()
    assert not found.liquidated.any()


@pytest.mark.parametrize(
    "change",
    [{"jump_excitation": 1.0}, {"correlation": np.array([[0.5]])},
     {"correlation": np.array([[math.nan]])}],
)  # fmt: skip
def test_models_that_make_no_sense_are_refused(change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"jump|correlation"):
        go([leg(0, 1.0)], prices=MERTON._replace(**change))


def test_an_empty_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="path"):
        go([leg(0, 1.0)], paths=0)
