"""What a Monte Carlo run is made of: price, premium and venue models, the legs, the grid.

Sizes in base units (+ long), rates as fractions, times in seconds unless named otherwise; annual
means a year of 365 days. Shapes: A assets, L legs, V venues.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding import Formula
from cockpit.analytics.margin import Tiers

Floats = NDArray[np.float64]

YEAR_S = 31_536_000.0


class PriceModel(NamedTuple):
    """Index prices now and how they move, (A,) and (A, A).

    Jumps of the log price are normal and arrive `jump_rate_annual` times a year; each brings
    `jump_excitation` further ones on average (below 1; 0 for none), spread over `jump_decay_h`.
    """

    price: Floats
    drift_annual: Floats
    sigma_annual: Floats
    correlation: Floats
    jump_rate_annual: float
    jump_mean: Floats
    jump_sd: Floats
    jump_excitation: float
    jump_decay_h: float


class PremiumModel(NamedTuple):
    """Each leg's premium over the index, a fraction, (L,).

    `stationary_sd` is its long-run deviation, `price_correlation` that of its shocks with the
    asset's, `common_share` the part of the rest that all premiums have in common, `mark_share`
    how much of the premium the venue's mark shows (0 where margin is taken at the oracle).
    """

    now: Floats
    mean: Floats
    half_life_h: Floats
    stationary_sd: Floats
    price_correlation: Floats
    common_share: float
    mark_share: Floats


class VenueModel(NamedTuple):
    """Equity, and how reliable a venue is, (V,).

    Outages arrive `outages_per_day` and last lognormally around a median; a fill takes an
    exponential time of mean `fill_delay_s`, and waits while the venue is down.
    """

    equity_usd: Floats
    outages_per_day: Floats
    outage_median_s: Floats
    outage_log_sd: Floats
    fill_delay_s: Floats


class SimLeg(NamedTuple):
    """`size` is held, `open` is ordered and not yet filled. Indices, base units, fractions."""

    venue: int
    asset: int
    size: float
    open: float
    formula: Formula
    first_funding_s: float
    tiers: Tiers
    taker_fee_frac: float
    slippage_frac: float
    liquidation_fee_frac: float


class Grid(NamedTuple):
    """How finely. `chunk` paths are held in memory at once.

    `continuous_barrier` corrects for looking at margins only once a step.
    """

    paths: int
    steps: int
    step_s: float
    chunk: int
    continuous_barrier: bool


class Market(NamedTuple):
    """Everything a simulation is made of."""

    legs: Sequence[SimLeg]
    prices: PriceModel
    premiums: PremiumModel
    venues: VenueModel


class StepModel:
    """The market in units of one step. ValueError for models and grids that make no sense."""

    def __init__(self, market: Market, grid: Grid) -> None:
        self.market, self.grid = market, grid
        prices, premiums = market.prices, market.premiums
        if min(grid.paths, grid.steps, grid.chunk) < 1 or not grid.step_s > 0:
            raise ValueError("a simulation needs at least one path, a step and time between steps")
        if not 0 <= prices.jump_excitation < 1:
            raise ValueError("each jump must bring fewer than one other on average")
        if not market.legs:
            raise ValueError("a simulation needs at least one leg")
        self.venue = [leg.venue for leg in market.legs]
        self.asset = [leg.asset for leg in market.legs]
        year = grid.step_s / YEAR_S
        self.sd = prices.sigma_annual * math.sqrt(year)
        self.drift = prices.drift_annual * year - self.sd**2 / 2
        self.root = _root(prices.correlation)
        self.jumps = prices.jump_rate_annual * year
        self.jump_mean_return = np.exp(prices.jump_mean + prices.jump_sd**2 / 2) - 1
        steps_to_calm = prices.jump_decay_h * 3600 / grid.step_s
        self.calming = math.exp(-1 / steps_to_calm) if steps_to_calm > 0 else 0.0
        self.excited = prices.jump_excitation * (1 - self.calming)
        hours = grid.step_s / 3600
        self.phi = 0.5 ** (hours / premiums.half_life_h)
        noise = premiums.stationary_sd * np.sqrt(1 - self.phi**2)
        alone = noise * np.sqrt(1 - premiums.price_correlation**2)
        self.with_price = noise * premiums.price_correlation
        self.with_all = alone * math.sqrt(premiums.common_share)
        self.own = alone * math.sqrt(1 - premiums.common_share)
        self.outages = market.venues.outages_per_day * grid.step_s / 86_400
        self.settlements = self._settlements()
        self.planned = np.zeros(len(prices.price))
        for leg in market.legs:
            self.planned[leg.asset] += leg.size + leg.open

    def _settlements(self) -> NDArray[np.int64]:
        """How many payments of each leg fall into each step, (steps, L)."""
        ends = self.grid.step_s * np.arange(self.grid.steps + 1)[:, None]
        first = np.array([leg.first_funding_s for leg in self.market.legs])
        every = np.array([float(leg.formula.interval_s) for leg in self.market.legs])
        counts = np.maximum(np.floor((ends - first) / every + 1 + 1e-9), 0)
        falling: NDArray[np.int64] = np.diff(counts, axis=0).astype(np.int64)
        return falling


def _root(correlation: Floats) -> Floats:
    """The symmetric square root; singular is allowed (everything moves as one)."""
    if np.isfinite(correlation).all() and np.array_equal(correlation, correlation.T):
        values, vectors = np.linalg.eigh(correlation)
        if values[0] > -1e-9 and np.allclose(np.diag(correlation), 1.0):
            return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)
    raise ValueError("the correlation of the assets is not a correlation matrix")
