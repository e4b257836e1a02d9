"""Venues that stray, squeezes and thin books in simulated futures, against their closed forms."""

import math

import numpy as np
import pytest

from cockpit.analytics.risk.montecarlo import Paths, simulate
from cockpit.analytics.risk.montecarlo_model import Grid, Market
from cockpit.analytics.risk.montecarlo_unrest import Squeeze, Unrest
from cockpit.analytics.risk.tail_risk import mean, probability, standard_deviation
from tests.analytics.risk.test_montecarlo import MERTON, STILL, flat, leg, premiums, venues

NEVER = Squeeze(
    begins_per_h=0.0, ends_per_h=1.0, sigma_multiple=1.0, gap_multiple=1.0, premium_multiple=1.0,
    premium_shift=0.0, premium_half_life_h=1.0, slippage_multiple=1.0,
)  # fmt: skip
ALWAYS = NEVER._replace(begins_per_h=1.0, ends_per_h=0.0)
PAIR = [leg(0, 1.0), leg(1, -1.0)]


def unrest(squeeze: Squeeze = NEVER, sd: float = 0.0, **other) -> Unrest:  # type: ignore[no-untyped-def]
    return Unrest(flat(sd, 2), 0.1, 0.5, squeeze, 0.0)._replace(**other)


def go(  # type: ignore[no-untyped-def]
    told, legs=PAIR, prices=STILL, premium=None, venue=None, paths=20_000, steps=24,
    step_s=3600.0, seed=7,
) -> Paths:  # fmt: skip
    market = Market(legs, prices, premium or premiums(len(legs)), venue or venues(2), told)
    grid = Grid(paths, steps, step_s, 4096, False)
    return simulate(market, grid, 1000.0, np.random.default_rng(seed), lambda done, asked: True)


def within(estimate, expected: float) -> bool:  # type: ignore[no-untyped-def]
    return abs(estimate.value - expected) < 3 * estimate.se


@pytest.mark.parametrize("common", [0.0, 0.5, 1.0])
def test_a_hedged_pair_is_worth_what_its_venues_stray_from_each_other(common: float) -> None:
    found = go(unrest(sd=1e-3, gap_common_share=common))
    sd = 60_000 * 1e-3 * math.sqrt(2 * (1 - common))
    if common == 1.0:
        assert np.abs(found.price_usd).max() < 1e-6
    else:
        assert within(standard_deviation(found.price_usd), sd)
        assert within(mean(found.price_usd), 0.0)


def test_a_stray_returns_at_its_half_life() -> None:
    # After one half-life of an Ornstein-Uhlenbeck process from 0: sd * sqrt(1 - 1/4).
    found = go(unrest(sd=1e-3, gap_common_share=0.0, gap_half_life_h=1.0), [leg(0, 1.0)], steps=1)
    assert within(standard_deviation(found.price_usd), 60.0 * math.sqrt(0.75))


def test_squeezes_keep_the_variance_that_was_asked_for_and_make_tails_of_it() -> None:
    plain = MERTON._replace(jump_rate_annual=0.0)
    wild = NEVER._replace(begins_per_h=0.05, ends_per_h=0.2, sigma_multiple=4.0)
    found = go(unrest(wild), [leg(0, 1.0)], plain, steps=96, step_s=900.0)
    logs = np.log(1 + found.price_usd / 60_000)
    assert within(standard_deviation(logs), 0.6 / math.sqrt(365))
    assert within(mean(found.price_usd), 0.0)
    assert np.mean(((logs - logs.mean()) / logs.std()) ** 4) > 3.5


def test_in_the_long_run_the_share_of_squeezes_is_that_of_its_rates() -> None:
    # Premiums follow at once, so that their mean is the share of the time times the shift.
    told = NEVER._replace(
        begins_per_h=0.1, ends_per_h=0.3, premium_shift=0.004, premium_half_life_h=1e-3
    )
    model = premiums(1, half_life_h=flat(1e-3, 1), mark_share=flat(1, 1))
    found = go(unrest(told), [leg(0, 1.0)], premium=model)
    assert within(mean(found.price_usd), 0.25 * 0.004 * 60_000)
    assert within(probability(found.price_usd > 120), 0.25)


def test_in_a_squeeze_venues_and_premiums_scatter_by_their_multiples() -> None:
    told = ALWAYS._replace(gap_multiple=5.0)
    found = go(unrest(told, sd=1e-3, gap_common_share=0.0))
    assert within(standard_deviation(found.price_usd), 60_000 * 5e-3 * math.sqrt(2))
    model = premiums(
        1, stationary_sd=flat(1e-3, 1), half_life_h=flat(1e-3, 1), mark_share=flat(1, 1)
    )
    told = ALWAYS._replace(premium_multiple=3.0, premium_half_life_h=1e-3)
    found = go(unrest(told), [leg(0, 1.0)], premium=model)
    assert within(standard_deviation(found.price_usd), 60_000 * 3e-3)


def test_in_a_squeeze_a_fill_costs_its_multiple() -> None:
    legs = [leg(0, 10.0), leg(1, 0.0, open=-10.0, slippage_frac=2e-4)]
    found = go(unrest(ALWAYS._replace(slippage_multiple=5.0)), legs, paths=100)
    assert np.unique(found.slippage_usd) == pytest.approx([-600.0])


def test_books_thin_out_while_jumps_come_in_clusters() -> None:
    legs = [leg(0, 10.0), leg(1, 0.0, open=-10.0, slippage_frac=2e-4)]
    jumps = STILL._replace(
        jump_rate_annual=5000.0, jump_mean=np.zeros(1), jump_sd=np.array([1e-9]),
        jump_excitation=0.6, jump_decay_h=5.0,
    )  # fmt: skip
    late = venues(2, fill_delay_s=flat(3 * 3600.0, 2))
    calm = go(unrest(), legs, jumps, venue=late, paths=2000)
    thin = go(unrest(withdrawal=1.0), legs, jumps, venue=late, paths=2000)
    assert np.array_equal(calm.fees_usd, thin.fees_usd)
    assert np.all(thin.slippage_usd <= calm.slippage_usd + 1e-9)
    # From 1 the intensity goes to 1 / (1 - 0.6) of its base, so that a late fill costs up to 2.5.
    assert 1.2 < thin.slippage_usd.mean() / calm.slippage_usd.mean() < 2.5


def test_a_seed_gives_the_same_paths_to_the_last_digit() -> None:
    told = unrest(NEVER._replace(begins_per_h=0.2), sd=1e-3)
    first, again = (go(told, prices=MERTON, paths=500) for _ in range(2))
    assert first.pnl_usd.tobytes() == again.pnl_usd.tobytes()
    assert first.worst.price.tobytes() == again.worst.price.tobytes()
    lost = first.worst.equity_usd[-1].sum() - first.worst.equity_usd[0].sum()
    assert lost == pytest.approx(first.pnl_usd.min(), abs=1e-4)


@pytest.mark.parametrize(
    "told",
    [unrest(gap_half_life_h=0.0), unrest(gap_common_share=1.5),
     unrest(NEVER._replace(ends_per_h=-1.0)), unrest(NEVER._replace(premium_half_life_h=0.0))],
)  # fmt: skip
def test_unrest_that_makes_no_sense_is_refused(told: Unrest) -> None:
    with pytest.raises(ValueError, match=r"unrest|strays"):
        go(told, paths=10)
