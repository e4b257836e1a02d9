"""Paths of a Monte Carlo run that advance together, a step at a time.

Units and shapes as in `montecarlo`; arrays are (A, n), (L, n), (V, n) or (n,). They are written in
place: a step reads and writes what fits into a core's cache, and makes nothing new. Steps are made
of draws, sums and products alone: vector `exp` and matrix products are rounded as the machine
likes, and one seed should give the same paths on all.
"""

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.rates import rate_from_premium
from cockpit.analytics.risk.margin import maintenance_usd
from cockpit.analytics.risk.montecarlo_model import StepModel
from cockpit.analytics.risk.montecarlo_unrest import UnrestPaths

Floats = NDArray[np.float64]
Paths = NDArray[np.intp]
Flags = NDArray[np.bool_]


class Chunk:
    """`n` paths from now on. `flows` (5, n) are price, funding, fees, slippage and liquidation."""

    def __init__(self, model: StepModel, n: int, band_usd: float, rng: np.random.Generator) -> None:
        self.model, self.n, self.band, self.rng = model, n, band_usd, rng
        market = model.market
        legs, premiums, venues = market.legs, market.premiums, market.venues

        def spread(values: Floats) -> Floats:
            return np.repeat(np.asarray(values, dtype=np.float64)[:, None], n, axis=1)

        self.index = spread(market.prices.price)
        self.reference = self.index[model.asset]
        self.off_mean = spread(premiums.now - premiums.mean)
        self.off_sum = np.zeros((len(legs), n))
        self.paid_at = [0] * len(legs)
        self.mark = self.reference * (model.mark_at_mean + model.mark_share * self.off_mean)
        self.held = spread(np.array([leg.size for leg in legs]))
        self.order = spread(np.array([leg.open for leg in legs]))
        delays = venues.fill_delay_s[model.venue][:, None]
        self.due = np.where(
            self.order != 0, delays * rng.standard_exponential(self.held.shape), np.inf
        )
        self.next_due = float(np.min(self.due))
        self.equity = spread(venues.equity_usd)
        # What an account owes by now is no gain of a liquidation.
        self.owed = np.minimum(self.equity, 0.0)
        self.dead = np.zeros(self.equity.shape, dtype=bool)
        self.down_until = np.zeros(self.equity.shape)
        self.outages = self._outages()
        self.excess = np.zeros(n)
        self.flows = np.zeros((5, n))
        self.price, self.funding, self.fees, self.slippage, self.liquidation = self.flows
        self.net = np.zeros(self.index.shape)
        self.unhedged = np.zeros(n)
        self.max_unhedged = np.zeros(n)
        self.flat_s = np.zeros(n)
        self.noise = np.empty((len(self.index) + 1 + len(legs), n))
        self.returns, self.growth = np.empty((2, *self.index.shape))
        self.legs_a, self.legs_b = np.empty((2, *self.held.shape))
        self.required: Floats = np.empty(self.equity.shape)
        self.swing: Floats = np.empty(self.equity.shape)
        self.one = np.empty(n)
        self._renet(slice(None))
        self._close_what_is_gone()
        self._look(0.0)
        self.unrest = None if model.unrest is None else UnrestPaths(model.unrest, n, rng)

    def at(self, path: int) -> tuple[Floats, Floats, float]:
        """Prices (A,), equity (V,) and unhedged USD of one path as they are now."""
        return (
            self.index[:, path].copy(),
            self.equity[:, path].copy(),
            float(self.unhedged[path]),
        )

    def advance(self, step: int) -> None:
        now = (step + 1) * self.model.grid.step_s
        self._move()
        self._pay(step)
        self._break_down(step)
        if self.next_due <= now:
            self._fill(now)
        self._liquidate(now)
        self._look(now)

    def _move(self) -> None:
        model, assets = self.model, len(self.index)
        if self.unrest is not None:
            self.unrest.advance()
        noise = self.rng.standard_normal(out=self.noise)
        shocks = self._correlated(noise[:assets])
        self._grow(shocks)
        own = noise[assets + 1 :]
        own *= model.own
        np.multiply(model.with_all, noise[assets], out=self.legs_a)
        own += self.legs_a
        np.multiply(model.with_price, self._by_leg(shocks, self.legs_b), out=self.legs_a)
        own += self.legs_a
        if self.unrest is None:
            self.off_mean *= model.phi
            self.off_mean += own
        else:
            self.unrest.revert(self.off_mean, own, model.phi)
        self.off_sum += self.off_mean
        mark = np.multiply(model.mark_share, self.off_mean, out=self.legs_a)
        mark += model.mark_at_mean
        self.reference = self._by_leg(self.index, self.reference)
        mark *= self.reference
        if self.unrest is not None:
            mark *= 1.0 + self.unrest.gap[model.venue]
        gains = np.subtract(mark, self.mark, out=self.mark)
        gains *= self.held
        self._to_venues(gains, self.equity)
        self.price += np.add.reduce(gains, axis=0, out=self.one)
        self.mark, self.legs_a = mark, gains

    def _correlated(self, noise: Floats) -> Floats:
        """Shocks of the assets, unit variance each."""
        if len(noise) == 1:
            return noise
        return np.array(
            [sum(weight * row for weight, row in zip(weights, noise, strict=True))
             for weights in self.model.root]
        )  # fmt: skip

    def _grow(self, shocks: Floats) -> None:
        """Move the index prices by a diffusion and jumps."""
        returns = np.multiply(self.model.sd, shocks, out=self.returns)
        if self.unrest is not None:
            returns *= self.unrest.sigma
            returns += self.model.half_variance * (1.0 - self.unrest.sigma**2)
        returns += self.model.drift
        if self.model.jumps > 0:
            self._jump(returns)
        # The exponential series of an eighth, to the eighth power.
        returns *= 0.125
        growth = self.growth
        np.multiply(returns, 1 / 9, out=growth)
        for k in range(8, 0, -1):
            growth += 1.0
            growth *= returns
            if k > 1:
                growth *= 1 / k
        growth += 1.0
        for _ in range(3):
            growth *= growth
        self.index *= growth

    def _by_leg(self, rows: Floats, out: Floats) -> Floats:
        """The rows (A, n) of the legs' assets; with one asset that row serves all legs."""
        return rows if len(rows) == 1 else np.take(rows, self.model.asset, axis=0, out=out)

    def _to_venues(self, amounts: Floats, sums: Floats) -> None:
        """Add what belongs to legs (L, n) to what belongs to venues (V, n)."""
        if self.model.is_one_leg_a_venue:
            sums += amounts
            return
        for leg, venue in enumerate(self.model.venue):
            sums[venue] += amounts[leg]

    def _jump(self, returns: Floats) -> None:
        """Add compensated jumps. Arrivals are drawn for the whole chunk, then thinned by path."""
        model, prices = self.model, self.model.market.prices
        rate = np.add(self.excess, model.jumps, out=self.one)
        most = float(np.maximum.reduce(rate))
        drawn = self.rng.integers(self.n, size=self.rng.poisson(most * self.n))
        drawn = drawn[self.rng.random(drawn.size) * most < rate[drawn]]
        for row, mean_return in zip(returns, model.jump_mean_returns, strict=True):
            row -= mean_return * rate
        self.excess *= model.calming
        if not drawn.size:
            return
        sizes = self.rng.standard_normal((len(returns), drawn.size))
        sizes = prices.jump_mean[:, None] + prices.jump_sd[:, None] * sizes
        for asset, row in enumerate(returns):
            np.add.at(row, drawn, sizes[asset])
        np.add.at(self.excess, drawn, model.excited)

    def _pay(self, step: int) -> None:
        model = self.model
        for leg, count in model.payments[step]:
            average = self.off_sum[leg] / (step + 1 - self.paid_at[leg])
            average += model.market.premiums.mean[leg]
            rate = rate_from_premium(model.market.legs[leg].formula, average)
            paid = -count * self.held[leg] * self.index[model.asset[leg]] * rate
            self.funding += paid
            self.equity[model.venue[leg]] += paid
            self.off_sum[leg] = 0.0
            self.paid_at[leg] = step + 1

    def _outages(self) -> list[tuple[Paths, Paths, Floats] | None]:
        """By step the venues (k,) that break down, on which paths, and until when; None: nowhere.

        They depend on nothing, so those of all steps are drawn together.
        """
        grid, venues = self.model.grid, self.model.market.venues
        counts = self.rng.poisson(self.model.outages * self.n, (grid.steps, len(self.equity)))
        step, venue = (
            np.repeat(where, counts.ravel()) for where in np.indices(counts.shape).reshape(2, -1)
        )
        path = self.rng.integers(self.n, size=step.size)
        wild = self.rng.lognormal(0.0, venues.outage_log_sd[venue])
        until = (step + 1) * grid.step_s + venues.outage_median_s[venue] * wild
        ends = np.add.accumulate(counts.sum(axis=1)).tolist()
        parts = [slice(begin, end) for begin, end in pairwise([0, *ends])]
        return [
            (venue[part], path[part], until[part]) if part.stop > part.start else None
            for part in parts
        ]

    def _break_down(self, step: int) -> None:
        broken = self.outages[step]
        if broken is not None:
            venue, path, until = broken
            np.maximum.at(self.down_until, (venue, path), until)

    def _fill(self, now: float) -> None:
        for leg, venue in enumerate(self.model.venue):
            paths = np.flatnonzero((self.due[leg] <= now) & (self.down_until[venue] <= now))
            if not paths.size:
                continue
            order = self.order[leg, paths]
            usd = np.abs(order) * self.mark[leg, paths]
            fee = self.model.market.legs[leg].taker_fee_frac * usd
            slippage = self.model.market.legs[leg].slippage_frac * usd
            if self.unrest is not None:
                base = self.model.jumps or 1.0
                slippage *= self.unrest.dearer(paths, self.excess / base)
            self.fees[paths] -= fee
            self.slippage[paths] -= slippage
            self.equity[venue, paths] -= fee + slippage
            self.held[leg, paths] += order
            self.order[leg, paths] = 0.0
            self.due[leg, paths] = np.inf
            self._renet(paths)
        self.next_due = float(np.min(self.due))

    def _liquidate(self, now: float) -> None:
        """Close what is at or below maintenance, and order the reduction of what that leaves."""
        signed = np.multiply(self.held, self.mark, out=self.legs_a)
        notional = np.abs(signed, out=self.legs_b)
        least = self._least_equity(signed, notional)
        self._close(self.equity <= least, notional, now)

    def _close_what_is_gone(self) -> None:
        """Accounts that are below maintenance before anything has moved."""
        notional = np.abs(self.held * self.mark)
        required = np.zeros(self.equity.shape)
        for leg, venue in enumerate(self.model.venue):
            tiers = self.model.market.legs[leg].tiers
            required[venue] += maintenance_usd(notional[leg], tiers)
        self._close(self.equity <= np.fmax(required, 0.0), notional, 0.0)

    def _close(self, hit: Flags, notional: Floats, now: float) -> None:
        """Liquidate where `hit` (V, n) says so and something is held."""
        model, market = self.model, self.model.market
        # An account without a position asks for nothing, and nothing may be left of it.
        if not hit.any():
            return
        exposed = np.zeros(self.equity.shape)
        self._to_venues(notional, exposed)
        hit = hit & (exposed > 0)
        paths = np.flatnonzero(hit.any(axis=0))
        if not paths.size:
            return
        self.dead |= hit
        fees = np.zeros(self.equity.shape)
        for leg, venue in enumerate(model.venue):
            fees[venue] += market.legs[leg].liquidation_fee_frac * notional[leg]
            self.held[leg, hit[venue]] = 0.0
        lost = np.where(hit, np.minimum(fees, self.equity - self.owed), 0.0)
        self.equity -= lost
        self.liquidation -= np.sum(lost, axis=0)
        self._renet(paths)
        self._reduce(paths, now)

    def _least_equity(self, signed: Floats, notional: Floats) -> Floats:
        """Maintenance, and what a price that is watched all the time takes beyond it, (V, n)."""
        model = self.model
        if model.floor_frac is not None:
            return np.multiply(model.floor_frac, notional, out=self.required)
        required, swing = self.required, self.swing
        required[:] = swing[:] = 0.0
        for leg, venue in enumerate(model.venue):
            required[venue] += maintenance_usd(notional[leg], model.market.legs[leg].tiers)
            if model.grid.continuous_barrier:
                swing[venue] += model.barrier[leg] * signed[leg]
        np.fmax(required, 0.0, out=required)
        required += np.abs(swing, out=swing)
        return required

    def _reduce(self, paths: Paths, now: float) -> None:
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
        self.next_due = float(np.min(self.due))

    def _renet(self, paths: Paths | slice) -> None:
        self.net[:, paths] = 0.0
        for leg, asset in enumerate(self.model.asset):
            self.net[asset, paths] += self.held[leg, paths]

    def _look(self, now: float) -> None:
        open_usd = np.abs(self.net, out=self.returns)
        open_usd *= self.index
        np.add.reduce(open_usd, axis=0, out=self.unhedged)
        np.maximum(self.max_unhedged, self.unhedged, out=self.max_unhedged)
        last = now == self.model.grid.steps * self.model.grid.step_s
        later = math.inf if last else now + self.model.grid.step_s
        np.copyto(self.flat_s, later, where=self.unhedged > self.band)
