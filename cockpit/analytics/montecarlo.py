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
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding import rate_from_premium
from cockpit.analytics.margin import maintenance_usd
from cockpit.analytics.montecarlo_model import Grid, Market, StepModel

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BARRIER_SHIFT = 0.5826
"""-zeta(1/2) / sqrt(2 pi): Broadie, Glasserman, Kou, Mathematical Finance 7 (1997)."""


class WorstPath(NamedTuple):
    """The path with the largest loss, from now on: (steps + 1, A), (.., V) and (..,)."""

    price: Floats
    equity_usd: Floats
    unhedged_usd: Floats


class _Part(NamedTuple):
    """One chunk's share of `Paths`, the paths last."""

    flows: Floats
    liquidated: Bools
    max_unhedged: Floats
    flat_s: Floats


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


def simulate(
    market: Market,
    grid: Grid,
    band_usd: float,
    rng: np.random.Generator,
    keep_going: Callable[[int, int], bool],
) -> Paths:
    """Run the paths in chunks; after each, `keep_going(done, asked)` may say no.

    The same generator state gives the same paths. ValueError as `StepModel`.
    """
    model = StepModel(market, grid)
    done = 0
    parts: list[_Part] = []
    worst: tuple[float, WorstPath] | None = None
    while done < grid.paths:
        run = _Chunk(model, min(grid.chunk, grid.paths - done), band_usd, rng)
        for step in range(grid.steps):
            run.advance(step)
        parts.append(run.part())
        pnl = np.sum(run.flows, axis=0)
        lowest = int(np.argmin(pnl))
        if worst is None or pnl[lowest] < worst[0]:
            worst = float(pnl[lowest]), run.replay(lowest)
        done += run.n
        if not keep_going(done, grid.paths):
            break
    assert worst is not None
    flows, liquidated, max_unhedged, flat_s = (
        np.concatenate(some, axis=-1) for some in zip(*parts, strict=True)
    )
    price, funding, fees, slippage, liquidation = flows
    return Paths(
        price_usd=price,
        funding_usd=funding,
        fees_usd=fees,
        slippage_usd=slippage,
        liquidation_usd=liquidation,
        liquidated=liquidated.T,
        max_unhedged_usd=max_unhedged,
        flat_s=flat_s,
        knows_margin=_knows_margin(market),
        worst=worst[1],
    )


def _knows_margin(market: Market) -> Bools:
    """Whether equity and every maintenance fraction of a venue are known, (V,)."""
    known: Bools = np.isfinite(market.venues.equity_usd)
    for leg in market.legs:
        known[leg.venue] &= bool(np.all(np.isfinite(leg.tiers.mmf_frac)))
    return known


class _Chunk:
    """Paths that advance together. Arrays are (A, n), (L, n), (V, n) or (n,)."""

    def __init__(self, model: StepModel, n: int, band_usd: float, rng: np.random.Generator) -> None:
        self.model, self.n, self.band, self.rng = model, n, band_usd, rng
        market, grid = model.market, model.grid
        legs, premiums, venues = market.legs, market.premiums, market.venues

        def spread(values: Floats) -> Floats:
            return np.repeat(np.asarray(values, dtype=np.float64)[:, None], n, axis=1)

        self.index = spread(market.prices.price)
        self.premium = spread(premiums.now)
        self.premium_sum = np.zeros((len(legs), n))
        self.premium_count = [0] * len(legs)
        self.mark_share = np.asarray(premiums.mark_share)[:, None]
        self.mark = self.index[model.asset] * (1 + self.mark_share * self.premium)
        self.held = spread(np.array([leg.size for leg in legs]))
        self.order = spread(np.array([leg.open for leg in legs]))
        delays = venues.fill_delay_s[model.venue][:, None]
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
        self.record = np.empty((grid.steps + 1, rows, n))
        self._renet(slice(None))
        self._look(0.0)
        self._write(0)

    def part(self) -> _Part:
        return _Part(self.flows, self.dead, self.max_unhedged, self.flat_s)

    def replay(self, path: int) -> WorstPath:
        assets = len(self.index)
        rows = self.record[:, :, path].copy()
        return WorstPath(rows[:, :assets], rows[:, assets:-1], rows[:, -1])

    def advance(self, step: int) -> None:
        now = (step + 1) * self.model.grid.step_s
        self._move()
        self._pay(step)
        self._break_down(now)
        self._fill(now)
        self._liquidate(now)
        self._look(now)
        self._write(step + 1)

    def _move(self) -> None:
        model, assets = self.model, len(self.index)
        noise = self.rng.standard_normal((assets + 1 + len(self.mark), self.n))
        shocks = model.root @ noise[:assets]
        returns = model.sd[:, None] * shocks
        returns += model.drift[:, None]
        self._jump(returns)
        self.index *= np.exp(returns)
        premium = self.premium
        premium *= model.phi[:, None]
        premium += (model.market.premiums.mean * (1 - model.phi))[:, None]
        own = noise[assets + 1 :]
        own *= model.own[:, None]
        premium += own
        for leg, asset in enumerate(model.asset):
            premium[leg] += model.with_all[leg] * noise[assets]
            premium[leg] += model.with_price[leg] * shocks[asset]
        self.premium_sum += premium
        mark = 1 + self.mark_share * premium
        mark *= self.index[model.asset]
        gains = mark - self.mark
        gains *= self.held
        self.mark = mark
        for leg, venue in enumerate(model.venue):
            self.equity[venue] += gains[leg]
            self.price += gains[leg]

    def _jump(self, returns: Floats) -> None:
        """Add compensated jumps. Arrivals are drawn for the whole chunk, then thinned by path."""
        model, prices = self.model, self.model.market.prices
        if model.jumps == 0:
            return
        rate = model.jumps + self.excess
        returns -= model.jump_mean_return[:, None] * rate
        most = float(np.max(rate))
        drawn = self.rng.integers(self.n, size=self.rng.poisson(most * self.n))
        drawn = drawn[self.rng.random(drawn.size) * most < rate[drawn]]
        self.excess *= model.calming
        if not drawn.size:
            return
        sizes = self.rng.standard_normal((len(returns), drawn.size))
        sizes = prices.jump_mean[:, None] + prices.jump_sd[:, None] * sizes
        for asset, row in enumerate(returns):
            np.add.at(row, drawn, sizes[asset])
        np.add.at(self.excess, drawn, model.excited)

    def _pay(self, step: int) -> None:
        for leg, count in enumerate(self.model.settlements[step]):
            self.premium_count[leg] += 1
            if not count:
                continue
            average = self.premium_sum[leg] / self.premium_count[leg]
            rate = rate_from_premium(self.model.market.legs[leg].formula, average)
            paid = -self.held[leg] * self.index[self.model.asset[leg]] * rate * count
            self.funding += paid
            self.equity[self.model.venue[leg]] += paid
            self.premium_sum[leg] = 0.0
            self.premium_count[leg] = 0

    def _break_down(self, now: float) -> None:
        venues = self.model.market.venues
        for venue, rate in enumerate(self.model.outages):
            count = self.rng.poisson(rate * self.n) if rate > 0 else 0
            if count:
                paths = self.rng.integers(self.n, size=count)
                wild = np.exp(venues.outage_log_sd[venue] * self.rng.standard_normal(count))
                until = now + venues.outage_median_s[venue] * wild
                np.maximum.at(self.down_until[venue], paths, until)

    def _fill(self, now: float) -> None:
        for leg, venue in enumerate(self.model.venue):
            if np.min(self.due[leg]) > now:
                continue
            paths = np.flatnonzero((self.due[leg] <= now) & (self.down_until[venue] <= now))
            order = self.order[leg, paths]
            usd = np.abs(order) * self.mark[leg, paths]
            fee = self.model.market.legs[leg].taker_fee_frac * usd
            slippage = self.model.market.legs[leg].slippage_frac * usd
            self.fees[paths] -= fee
            self.slippage[paths] -= slippage
            self.equity[venue, paths] -= fee + slippage
            self.held[leg, paths] += order
            self.order[leg, paths] = 0.0
            self.due[leg, paths] = np.inf
            self._renet(paths)

    def _liquidate(self, now: float) -> None:
        """Close what is at or below maintenance, and order the reduction of what that leaves."""
        model, market = self.model, self.model.market
        signed = self.held * self.mark
        notional = np.abs(signed)
        required = np.zeros(self.equity.shape)
        exposed = np.zeros(self.equity.shape)
        swing = np.zeros(self.equity.shape)
        for leg, venue in enumerate(model.venue):
            required[venue] += maintenance_usd(notional[leg], market.legs[leg].tiers)
            exposed[venue] += notional[leg]
            if model.grid.continuous_barrier:
                swing[venue] += BARRIER_SHIFT * model.sd[model.asset[leg]] * signed[leg]
        least = np.fmax(required, 0.0) + np.abs(swing)
        hit = (self.equity <= least) & (exposed > 0)
        if not hit.any():
            return
        self.dead |= hit
        fees = np.zeros(self.equity.shape)
        for leg, venue in enumerate(model.venue):
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
        model = self.model
        net = self.net[:, paths]
        off_plan = net - model.planned[:, None]
        left = np.where(
            net * off_plan > 0, np.sign(net) * np.minimum(np.abs(net), np.abs(off_plan)), 0.0
        )
        for leg, (venue, asset) in enumerate(zip(model.venue, model.asset, strict=True)):
            held = self.held[leg, paths]
            same = (held * left[asset] > 0) & ~self.dead[venue, paths]
            amount = np.where(
                same, np.sign(held) * np.minimum(np.abs(held), np.abs(left[asset])), 0
            )
            left[asset] -= amount
            delay = model.market.venues.fill_delay_s[venue]
            wait = delay * self.rng.standard_exponential(len(paths))
            self.order[leg, paths] = -amount
            self.due[leg, paths] = np.where(amount != 0, now + wait, np.inf)

    def _renet(self, paths: NDArray[np.intp] | slice) -> None:
        self.net[:, paths] = 0.0
        for leg, asset in enumerate(self.model.asset):
            self.net[asset, paths] += self.held[leg, paths]

    def _look(self, now: float) -> None:
        self.unhedged = np.sum(np.abs(self.net) * self.index, axis=0)
        np.maximum(self.max_unhedged, self.unhedged, out=self.max_unhedged)
        last = now == self.model.grid.steps * self.model.grid.step_s
        self.flat_s[self.unhedged > self.band] = math.inf if last else now + self.model.grid.step_s

    def _write(self, row: int) -> None:
        assets = len(self.index)
        self.record[row, :assets] = self.index
        self.record[row, assets:-1] = self.equity
        self.record[row, -1] = self.unhedged
