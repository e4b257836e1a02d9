"""Many futures of a book over several venues: prices, premiums, funding, outages, liquidations.

Sizes in base units (+ long), money in USD (gains +), rates as fractions, times in seconds unless
named otherwise, `sigma_annual` and jump rates per year of 365 days. Shapes: A assets, L legs, V
venues, n paths.

Prices jump and diffuse (Merton, J. Financial Economics 3, 1976); a jump hits every asset at once
and may bring others after it (Hawkes, Biometrika 58, 1971). Each leg's premium over the index
reverts to its mean, moves with its asset and with the other premiums; averaged over the funding
interval it becomes the rate by the venue's own formula, and a part of it stands in the mark. An
account at or below maintenance is closed at the mark, pays its fee and cannot lose more than it
holds; what that leaves unhedged is reduced elsewhere, after a delay and not while a venue is
down. A fill counts from the first step after it is due.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding import Formula, rate_from_premium
from cockpit.analytics.margin import Tiers, maintenance_usd

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

YEAR_S = 31_536_000.0
BARRIER_SHIFT = 0.5826
"""-zeta(1/2) / sqrt(2 pi): Broadie, Glasserman, Kou, Mathematical Finance 7 (1997)."""


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


class WorstPath(NamedTuple):
    """The path with the largest loss, from now on: (steps + 1, A), (.., V) and (..,)."""

    price: Floats
    equity_usd: Floats
    unhedged_usd: Floats


class Paths(NamedTuple):
    """What happened, by path (n,) or (n, V); fewer paths than asked for when cancelled.

    `flat_s` is the first step from which |net| of all assets stays within the band, infinite if
    it does not. `knows_margin` (V,) is false where a maintenance fraction is unknown: there only
    the loss of everything counts as liquidation, and its probability must not be shown.
    """

    price_usd: Floats
    funding_usd: Floats
    fees_usd: Floats
    slippage_usd: Floats
    liquidation_usd: Floats
    liquidated: Bools
    max_unhedged_usd: Floats
    flat_s: Floats
    knows_margin: Bools
    worst: WorstPath

    @property
    def pnl_usd(self) -> Floats:
        return np.asarray(np.sum(self[:5], axis=0))


class Market(NamedTuple):
    """Everything a simulation is made of."""

    legs: Sequence[SimLeg]
    prices: PriceModel
    premiums: PremiumModel
    venues: VenueModel


def simulate(
    market: Market,
    grid: Grid,
    band_usd: float,
    rng: np.random.Generator,
    keep_going: Callable[[int, int], bool],
) -> Paths:
    """Run the paths in chunks; after each, `keep_going(done, asked)` may say no.

    The same generator state gives the same paths. ValueError if a correlation matrix is not one,
    the excitation is not in [0, 1), or the grid is empty.
    """
    if min(grid.paths, grid.steps, grid.chunk) < 1 or not grid.step_s > 0:
        raise ValueError("a simulation needs at least one path, one step and time between steps")
    if not 0 <= market.prices.jump_excitation < 1:
        raise ValueError("each jump must bring fewer than one other on average")
    if not market.legs:
        raise ValueError("a simulation needs at least one leg")
    plan = _Plan(market, grid)
    done, parts = 0, []
    worst: tuple[float, WorstPath] | None = None
    while done < grid.paths:
        run = _Chunk(plan, min(grid.chunk, grid.paths - done), band_usd, rng)
        for step in range(grid.steps):
            run.advance(step)
        parts.append(run)
        lowest = int(np.argmin(run.pnl()))
        if worst is None or run.pnl()[lowest] < worst[0]:
            worst = float(run.pnl()[lowest]), run.replay(lowest)
        run.record = None
        done += run.n
        if not keep_going(done, grid.paths):
            break
    assert worst is not None
    flows = [np.concatenate([run.flows[i] for run in parts]) for i in range(5)]
    known = np.ones(len(market.venues.equity_usd), dtype=bool)
    for leg in market.legs:
        known[leg.venue] &= bool(np.all(np.isfinite(leg.tiers.mmf_frac)))
    return Paths(
        *flows,
        np.concatenate([run.dead.T for run in parts]),
        np.concatenate([run.max_unhedged for run in parts]),
        np.concatenate([run.flat_s for run in parts]),
        known,
        worst[1],
    )


class _Plan:
    """What all chunks share: the model in units of one step."""

    def __init__(self, market: Market, grid: Grid) -> None:
        self.market, self.grid = market, grid
        prices, premiums = market.prices, market.premiums
        self.venue = [leg.venue for leg in market.legs]
        self.asset = [leg.asset for leg in market.legs]
        year = grid.step_s / YEAR_S
        self.sd = prices.sigma_annual * math.sqrt(year)
        self.drift = prices.drift_annual * year - self.sd**2 / 2
        try:
            self.root = np.linalg.cholesky(prices.correlation)
        except np.linalg.LinAlgError as error:
            raise ValueError("the correlation of the assets is not positive definite") from error
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
        outages = market.venues.outages_per_day * grid.step_s / 86_400
        self.outages = outages
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
        return np.diff(counts, axis=0).astype(np.int64)


class _Chunk:
    """Paths that advance together. Arrays are (A, n), (L, n), (V, n) or (n,)."""

    def __init__(self, plan: _Plan, n: int, band_usd: float, rng: np.random.Generator) -> None:
        self.plan, self.n, self.band, self.rng = plan, n, band_usd, rng
        market, grid = plan.market, plan.grid
        legs, premiums, venues = market.legs, market.premiums, market.venues

        def spread(values: Floats) -> Floats:
            return np.repeat(np.asarray(values, dtype=np.float64)[:, None], n, axis=1)

        self.index = spread(market.prices.price)
        self.premium = spread(premiums.now)
        self.premium_sum = np.zeros((len(legs), n))
        self.premium_count = [0] * len(legs)
        self.mark_share = np.asarray(premiums.mark_share)[:, None]
        self.mark = self.index[plan.asset] * (1 + self.mark_share * self.premium)
        self.held = spread(np.array([leg.size for leg in legs]))
        self.order = spread(np.array([leg.open for leg in legs]))
        delays = venues.fill_delay_s[plan.venue][:, None]
        self.due = np.where(
            self.order != 0, delays * rng.standard_exponential(self.held.shape), np.inf
        )
        self.equity = spread(venues.equity_usd)
        self.dead = np.zeros(self.equity.shape, dtype=bool)
        self.down_until = np.zeros(self.equity.shape)
        self.excess = np.zeros(n)
        self.flows = np.zeros((5, n))
        self.price, self.funding, self.fees, self.slippage, self.liquidation = self.flows
        self.net = np.zeros(self.index.shape)
        self.unhedged = np.zeros(n)
        self.max_unhedged = np.zeros(n)
        self.flat_s = np.zeros(n)
        rows = len(self.index) + len(self.equity) + 1
        self.record: Floats | None = np.empty((grid.steps + 1, rows, n))
        self._renet(slice(None))
        self._look(0.0)
        self._write(0)

    def pnl(self) -> Floats:
        return np.asarray(np.sum(self.flows, axis=0))

    def replay(self, path: int) -> WorstPath:
        assert self.record is not None
        assets = len(self.index)
        rows = self.record[:, :, path].copy()
        return WorstPath(rows[:, :assets], rows[:, assets:-1], rows[:, -1])

    def advance(self, step: int) -> None:
        now = (step + 1) * self.plan.grid.step_s
        self._move()
        self._pay(step)
        self._break_down(now)
        self._fill(now)
        self._liquidate(now)
        self._look(now)
        self._write(step + 1)

    def _move(self) -> None:
        plan, assets = self.plan, len(self.index)
        noise = self.rng.standard_normal((assets + 1 + len(self.mark), self.n))
        shocks = plan.root @ noise[:assets]
        returns = plan.sd[:, None] * shocks
        returns += plan.drift[:, None]
        self._jump(returns)
        self.index *= np.exp(returns)
        premium = self.premium
        premium *= plan.phi[:, None]
        premium += (plan.market.premiums.mean * (1 - plan.phi))[:, None]
        own = noise[assets + 1 :]
        own *= plan.own[:, None]
        premium += own
        for leg, asset in enumerate(plan.asset):
            premium[leg] += plan.with_all[leg] * noise[assets]
            premium[leg] += plan.with_price[leg] * shocks[asset]
        self.premium_sum += premium
        mark = 1 + self.mark_share * premium
        mark *= self.index[plan.asset]
        gains = mark - self.mark
        gains *= self.held
        self.mark = mark
        for leg, venue in enumerate(plan.venue):
            self.equity[venue] += gains[leg]
            self.price += gains[leg]

    def _jump(self, returns: Floats) -> None:
        """Add compensated jumps. Arrivals are drawn for the whole chunk, then thinned by path."""
        plan, prices = self.plan, self.plan.market.prices
        if plan.jumps == 0:
            return
        rate = plan.jumps + self.excess
        returns -= plan.jump_mean_return[:, None] * rate
        most = float(np.max(rate))
        drawn = self.rng.integers(self.n, size=self.rng.poisson(most * self.n))
        drawn = drawn[self.rng.random(drawn.size) * most < rate[drawn]]
        self.excess *= plan.calming
        if not drawn.size:
            return
        sizes = self.rng.standard_normal((len(returns), drawn.size))
        sizes = prices.jump_mean[:, None] + prices.jump_sd[:, None] * sizes
        for asset, row in enumerate(returns):
            np.add.at(row, drawn, sizes[asset])
        np.add.at(self.excess, drawn, plan.excited)

    def _pay(self, step: int) -> None:
        for leg, count in enumerate(self.plan.settlements[step]):
            self.premium_count[leg] += 1
            if not count:
                continue
            average = self.premium_sum[leg] / self.premium_count[leg]
            rate = rate_from_premium(self.plan.market.legs[leg].formula, average)
            paid = -self.held[leg] * self.index[self.plan.asset[leg]] * rate * count
            self.funding += paid
            self.equity[self.plan.venue[leg]] += paid
            self.premium_sum[leg] = 0.0
            self.premium_count[leg] = 0

    def _break_down(self, now: float) -> None:
        venues = self.plan.market.venues
        for venue, rate in enumerate(self.plan.outages):
            count = self.rng.poisson(rate * self.n) if rate > 0 else 0
            if count:
                paths = self.rng.integers(self.n, size=count)
                wild = np.exp(venues.outage_log_sd[venue] * self.rng.standard_normal(count))
                until = now + venues.outage_median_s[venue] * wild
                np.maximum.at(self.down_until[venue], paths, until)

    def _fill(self, now: float) -> None:
        for leg, venue in enumerate(self.plan.venue):
            if np.min(self.due[leg]) > now:
                continue
            paths = np.flatnonzero((self.due[leg] <= now) & (self.down_until[venue] <= now))
            order = self.order[leg, paths]
            usd = np.abs(order) * self.mark[leg, paths]
            fee = self.plan.market.legs[leg].taker_fee_frac * usd
            slippage = self.plan.market.legs[leg].slippage_frac * usd
            self.fees[paths] -= fee
            self.slippage[paths] -= slippage
            self.equity[venue, paths] -= fee + slippage
            self.held[leg, paths] += order
            self.order[leg, paths] = 0.0
            self.due[leg, paths] = np.inf
            self._renet(paths)

    def _liquidate(self, now: float) -> None:
        """Close what is at or below maintenance, and order the reduction of what that leaves."""
        plan, market = self.plan, self.plan.market
        signed = self.held * self.mark
        notional = np.abs(signed)
        required = np.zeros(self.equity.shape)
        exposed = np.zeros(self.equity.shape)
        swing = np.zeros(self.equity.shape)
        for leg, venue in enumerate(plan.venue):
            required[venue] += maintenance_usd(notional[leg], market.legs[leg].tiers)
            exposed[venue] += notional[leg]
            if plan.grid.continuous_barrier:
                swing[venue] += BARRIER_SHIFT * plan.sd[plan.asset[leg]] * signed[leg]
        least = np.fmax(required, 0.0) + np.abs(swing)
        hit = (self.equity <= least) & (exposed > 0)
        if not hit.any():
            return
        self.dead |= hit
        fees = np.zeros(self.equity.shape)
        for leg, venue in enumerate(plan.venue):
            fees[venue] += market.legs[leg].liquidation_fee_frac * notional[leg]
            self.held[leg, hit[venue]] = 0.0
        lost = np.where(hit, np.minimum(fees, self.equity), 0.0)
        self.equity -= lost
        self.liquidation -= np.sum(lost, axis=0)
        paths = np.flatnonzero(hit.any(axis=0))
        self._renet(paths)
        self._reduce(paths, now)

    def _reduce(self, paths: NDArray[np.intp], now: float) -> None:
        """Replace the orders of these paths by those that bring net back towards the plan."""
        plan = self.plan
        net = self.net[:, paths]
        off_plan = net - plan.planned[:, None]
        left = np.where(
            net * off_plan > 0, np.sign(net) * np.minimum(np.abs(net), np.abs(off_plan)), 0.0
        )
        for leg, (venue, asset) in enumerate(zip(plan.venue, plan.asset, strict=True)):
            held = self.held[leg, paths]
            same = (held * left[asset] > 0) & ~self.dead[venue, paths]
            amount = np.where(
                same, np.sign(held) * np.minimum(np.abs(held), np.abs(left[asset])), 0
            )
            left[asset] -= amount
            delay = plan.market.venues.fill_delay_s[venue]
            wait = delay * self.rng.standard_exponential(len(paths))
            self.order[leg, paths] = -amount
            self.due[leg, paths] = np.where(amount != 0, now + wait, np.inf)

    def _renet(self, paths: NDArray[np.intp] | slice) -> None:
        self.net[:, paths] = 0.0
        for leg, asset in enumerate(self.plan.asset):
            self.net[asset, paths] += self.held[leg, paths]

    def _look(self, now: float) -> None:
        self.unhedged = np.sum(np.abs(self.net) * self.index, axis=0)
        np.maximum(self.max_unhedged, self.unhedged, out=self.max_unhedged)
        last = now == self.plan.grid.steps * self.plan.grid.step_s
        self.flat_s[self.unhedged > self.band] = math.inf if last else now + self.plan.grid.step_s

    def _write(self, row: int) -> None:
        assert self.record is not None
        assets = len(self.index)
        self.record[row, :assets] = self.index
        self.record[row, assets:-1] = self.equity
        self.record[row, -1] = self.unhedged
