"""What a Monte Carlo run is made of: price, premium and venue models, the legs, the grid.

Sizes in base units (+ long), rates as fractions, times in seconds unless named otherwise; annual
means a year of 365 days. Shapes: A assets, L legs, V venues.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.rates import Formula
from cockpit.analytics.risk.margin import Tiers
from cockpit.analytics.risk.montecarlo_unrest import Unrest, UnrestStep

Floats = NDArray[np.float64]

YEAR_S = 31_536_000.0
BARRIER_SHIFT = 0.5826
"""-zeta(1/2) / sqrt(2 pi): Broadie, Glasserman, Kou, Mathematical Finance 7 (1997)."""


SINGULAR = 1e-9
"""Variance that is none: what an asset adds that follows from the others."""


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
    """Everything a simulation is made of. Without `unrest` prices and premiums know one state and
    venues stand at the index; the draws are then the same as if it did not exist."""

    legs: Sequence[SimLeg]
    prices: PriceModel
    premiums: PremiumModel
    venues: VenueModel
    unrest: Unrest | None = None


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
        self.sd = (prices.sigma_annual * math.sqrt(year))[:, None]
        self.drift = (prices.drift_annual * year)[:, None] - self.sd**2 / 2
        self.half_variance = self.sd**2 / 2
        self.unrest = None if market.unrest is None else UnrestStep(market.unrest, grid.step_s)
        self.root = _root(prices.correlation)
        self.jumps = prices.jump_rate_annual * year
        logs = (prices.jump_mean + prices.jump_sd**2 / 2).tolist()
        self.jump_mean_returns = [math.exp(log) - 1 for log in logs]
        steps_to_calm = prices.jump_decay_h * 3600 / grid.step_s
        self.calming = math.exp(-1 / steps_to_calm) if steps_to_calm > 0 else 0.0
        self.excited = prices.jump_excitation * (1 - self.calming)
        hours = grid.step_s / 3600
        self.phi = np.array([[0.5 ** (hours / half)] for half in premiums.half_life_h.tolist()])
        noise = premiums.stationary_sd[:, None] * np.sqrt(1 - self.phi**2)
        with_price = premiums.price_correlation[:, None]
        alone = noise * np.sqrt(1 - with_price**2)
        self.with_price = noise * with_price
        self.with_all = alone * math.sqrt(premiums.common_share)
        self.own = alone * math.sqrt(1 - premiums.common_share)
        self.mark_share = premiums.mark_share[:, None]
        self.mark_at_mean = 1 + self.mark_share * premiums.mean[:, None]
        self.outages = market.venues.outages_per_day * grid.step_s / 86_400
        self.payments = self._payments()
        self.is_one_leg_a_venue = self.venue == list(range(len(market.venues.equity_usd)))
        self.barrier = [BARRIER_SHIFT * float(self.sd[asset, 0]) for asset in self.asset]
        self.floor_frac = self._floor_frac()
        self.planned = np.zeros(len(prices.price))
        for leg in market.legs:
            self.planned[leg.asset] += leg.size + leg.open

    def _payments(self) -> list[list[tuple[int, int]]]:
        """The legs that are paid in each step, and how many times."""
        ends = self.grid.step_s * np.arange(self.grid.steps + 1)[:, None]
        first = np.array([leg.first_funding_s for leg in self.market.legs])
        every = np.array([float(leg.formula.interval_s) for leg in self.market.legs])
        counts = np.maximum(np.floor((ends - first) / every + 1 + 1e-9), 0)
        falling = np.diff(counts, axis=0).astype(np.int64)
        return [[(i, count) for i, count in enumerate(row) if count] for row in falling.tolist()]

    def _floor_frac(self) -> Floats | None:
        """Where each venue has one leg in one tier: the share of its notional that equity must
        stay above, (V, 1). None elsewhere."""
        tiers = [leg.tiers.mmf_frac for leg in self.market.legs]
        if not self.is_one_leg_a_venue or any(tier.size > 1 for tier in tiers):
            return None
        swing = self.barrier if self.grid.continuous_barrier else [0.0] * len(tiers)
        return np.array(
            [[np.fmax(tier[0], 0.0) + beyond] for tier, beyond in zip(tiers, swing, strict=True)]
        )


def _root(correlation: Floats) -> list[list[float]]:
    """The Cholesky factor; singular is allowed (everything moves as one)."""
    refused = ValueError("the correlation of the assets is not a correlation matrix")
    if not np.isfinite(correlation).all() or not np.array_equal(correlation, correlation.T):
        raise refused
    if not np.allclose(np.diag(correlation), 1.0):
        raise refused
    size = len(correlation)
    root = [[0.0] * size for _ in range(size)]
    for j, column in enumerate(correlation.tolist()):
        left = [column[i] - sum(root[i][k] * root[j][k] for k in range(j)) for i in range(size)]
        if left[j] < -SINGULAR:
            raise refused
        if left[j] > SINGULAR:
            pivot = math.sqrt(left[j])
            for i in range(j, size):
                root[i][j] = left[i] / pivot
        elif any(abs(rest) > math.sqrt(SINGULAR) for rest in left[j:]):
            raise refused
    return root
