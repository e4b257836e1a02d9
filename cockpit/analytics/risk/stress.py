"""What a shock does to held legs and to half-executed plans, step by step.

Everything is a difference to the world without the shock, so no shock gives zero. Signed base
units (+ long), money in USD (gains +), fractions never per cent. The steps:

1. start: what is filled is held, what is not is still open;
2. gap: prices jump and collateral loses value; of legs that gain, the venue closes a share on the
   way (auto-deleveraging) at the price of that moment; a venue that does not come back keeps its
   share of what then lies there; an account at or below maintenance is liquidated at the new
   price, pays its fee, and cannot lose more than what lies there;
3. gap trades: what lies open is chased where that brings the net of an asset back to the plan,
   and legs whose counterpart is gone are reduced; these trades pay fee and slippage;
4. funding: the shock's addition to each rate, over the hold;
5. funding trades: as 3, for accounts that funding has liquidated.

Venues stand alone: no money moves between them. Slippage also counts what leaving the remaining
legs has become more expensive.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.depth import Levels, mid_price
from cockpit.analytics.funding.payments import PaidHours, RatePath, paid
from cockpit.analytics.risk.margin import (
    Tiers,
    account_maintenance_usd,
    joint_shock_frac,
    margin_ratio,
)

Floats = NDArray[np.float64]

DUST = 1e-9
"""Of what an asset is planned to hold, signs left out: less is no exposure but rounding."""
STEPS = ("start", "gap", "gap trades", "funding", "funding trades")


class StressLeg(NamedTuple):
    """One position, or one leg of a plan with the size that it should reach.

    `venue` and `asset` are indices; `price` is the mark. An unknown maintenance is a tier of NaN:
    its account is then liquidated only when nothing is left.
    """

    venue: int
    asset: int
    size: float
    price: float
    tiers: Tiers
    taker_fee_frac: float
    liquidation_fee_frac: float
    bids: Levels
    asks: Levels


class LegShock(NamedTuple):
    """What happens to one leg; `LegShock(0, 0, 1, 1, 1)` is nothing.

    `funding_shift_hourly` is the shocked rate minus the present one, `depth_fraction` the share
    of sizes that stays, `spread_multiplier` moves both sides outwards, `fill_fraction` is how
    much of the size is executed. `adl_fraction` of a leg that gains at `adl_gap_frac` from the
    mark is closed there by the venue, without a fee.
    """

    gap_frac: float
    funding_shift_hourly: float
    depth_fraction: float
    spread_multiplier: float
    fill_fraction: float
    adl_fraction: float = 0.0
    adl_gap_frac: float = 0.0


class Handling(NamedTuple):
    """How the trader reacts, and what time it takes.

    `delay_s` (V,) passes before a fill at a venue, infinite where it is out. An order larger than
    the visible book comes in rounds of what is visible, `refill_s` apart. Net exposure within
    `band_usd` is left alone. Shifted funding runs for `hold_h` and halves each
    `funding_half_life_h`; `paid_hours` (L,) are the hours of it that each leg's market pays within
    the hold, at its own stamps, None for every one of them.
    """

    delay_s: Floats
    refill_s: float
    band_usd: float
    hold_h: float
    funding_half_life_h: float
    paid_hours: Sequence[PaidHours] | None = None


class StressResult(NamedTuple):
    """Effects by leg (L,), by venue (V,) and in total; NaN where an input was not known.

    `margin_ratio` is (len(STEPS), V), maintenance over equity. `liquidated_step` (V,) is an index
    into STEPS or -1; `liquidated_share` (V,) is the share of the gap at which it happened (1 for
    a later step, infinite if never). `first_liquidated` is the venue that goes first.
    `chase_usd` is what the forced trades cost, against the plan's prices (a cost is positive);
    its drift is part of `price_usd` already. `time_to_flat_s` is infinite where |net| of an asset
    ends beyond the band, whether it could not be closed or was meant to be open.
    `max_unhedged_usd` is the largest sum over assets of |net| after any step.
    """

    price_usd: Floats
    funding_usd: Floats
    fees_usd: Floats
    slippage_usd: Floats
    liquidation_usd: Floats
    collateral_usd: Floats
    margin_ratio: Floats
    liquidated_step: NDArray[np.intp]
    liquidated_share: Floats
    chase_usd: float
    time_to_flat_s: float
    max_unhedged_usd: float

    @property
    def pnl_usd(self) -> float:
        """All parts together."""
        return float(sum(np.sum(part) for part in self[:6]))

    @property
    def first_liquidated(self) -> int | None:
        """Index of the venue that is liquidated first; None if nobody is."""
        hit = np.flatnonzero(self.liquidated_step >= 0)
        order = np.lexsort((self.liquidated_share[hit], self.liquidated_step[hit]))
        return int(hit[order[0]]) if hit.size else None


def stress(
    legs: Sequence[StressLeg],
    shocks: Sequence[LegShock],
    equity_usd: Floats,
    collateral_loss_usd: Floats,
    handling: Handling,
    equity_lost_frac: Floats | None = None,
) -> StressResult:
    """Apply one shock. `equity_usd` and `collateral_loss_usd` are (V,), the loss not negative.

    `equity_lost_frac` (V,) is the share of what lies at a venue after the gap that it keeps.
    ValueError if legs and shocks differ in number.
    """
    run = _Run(legs, shocks, equity_usd, handling)
    started = run.held.copy()
    run.close_step(0)
    run.deleverage()
    run.price += run.held * (run.moved - run.marks)
    run.equity = run.equity + run.by_venue(run.price) - collateral_loss_usd
    lost_usd = np.zeros(len(run.equity))
    if equity_lost_frac is not None:
        lost_usd = np.where(equity_lost_frac > 0, equity_lost_frac * np.maximum(run.equity, 0), 0)
        run.equity = run.equity - lost_usd
    run.close_step(1)
    run.trade()
    run.close_step(2)
    paid = -run.held * run.moved * run.funding_shift()
    run.funding += paid
    run.equity = run.equity + run.by_venue(paid)
    run.close_step(3)
    run.trade()
    run.close_step(4)
    run.stays_open()
    run.slippage -= run.dearer_exits()
    gone = run.liquidated_step
    shares = np.where(gone < 0, np.inf, 1.0)
    for venue in np.flatnonzero((gone >= 0) & (gone <= 1)):
        loss = float(collateral_loss_usd[venue])
        shares[venue] = run.gap_share(venue, started, float(equity_usd[venue]), loss)
    return StressResult(
        run.price,
        run.funding,
        run.fees,
        run.slippage,
        run.liquidation,
        -collateral_loss_usd - lost_usd + 0.0,
        margin_ratio(run.required, run.behind),
        gone,
        shares,
        run.chase,
        run.time_to_flat,
        run.max_unhedged,
    )


class _Run:
    """The book on its way through the steps."""

    def __init__(
        self,
        legs: Sequence[StressLeg],
        shocks: Sequence[LegShock],
        equity_usd: Floats,
        handling: Handling,
    ) -> None:
        if len(legs) != len(shocks):
            raise ValueError(f"{len(legs)} legs need as many shocks, got {len(shocks)}")
        self.legs, self.shocks, self.handling = legs, shocks, handling
        self.venue = np.array([leg.venue for leg in legs], dtype=np.intp)
        self.asset = np.array([leg.asset for leg in legs], dtype=np.intp)
        self.tiers = [leg.tiers for leg in legs]
        self.marks = np.array([leg.price for leg in legs])
        self.gap = np.array([shock.gap_frac for shock in shocks])
        self.moved = self.marks * (1 + self.gap)
        planned = np.array([leg.size for leg in legs])
        self.held = planned * np.array([shock.fill_fraction for shock in shocks])
        self.open = planned - self.held
        self.assets = int(np.max(self.asset, initial=-1)) + 1
        self.plan = self.net(planned)
        self.dust = DUST * self.net(np.abs(planned))
        self.equity = equity_usd.astype(np.float64)
        self.owed = np.minimum(self.equity, 0.0)
        self.price, self.funding, self.fees, self.slippage, self.liquidation = (
            np.zeros(len(legs)) for _ in range(5)
        )
        self.required, self.behind = np.full((2, len(STEPS), len(equity_usd)), np.nan)
        self.legs_an_asset = np.maximum(self.net(np.ones(len(legs))), 1.0)
        self.liquidated_step = np.full(len(equity_usd), -1, dtype=np.intp)
        self.chase = self.time_to_flat = self.max_unhedged = 0.0

    def net(self, amounts: Floats) -> Floats:
        summed = np.bincount(self.asset, weights=amounts, minlength=self.assets)
        return np.asarray(summed, dtype=np.float64)

    def by_venue(self, amounts: Floats) -> Floats:
        summed = np.bincount(self.venue, weights=amounts, minlength=len(self.equity))
        return np.asarray(summed, dtype=np.float64)

    def gap_share(self, venue: np.intp, held: Floats, equity: float, loss: float) -> float:
        """The share of the gap, and of the collateral's loss with it, at which an account that held
        this is at maintenance; at most 1."""
        mine = np.flatnonzero(self.venue == venue)
        share = joint_shock_frac(
            equity,
            held[mine],
            self.marks[mine],
            self.gap[mine],
            [self.tiers[i] for i in mine.tolist()],
            -loss,
        )
        return 1.0 if share is None else float(np.minimum(share, 1.0))

    def deleverage(self) -> None:
        """Close what gains on the way and is taken, at the price of that moment."""
        if not any(shock.adl_fraction for shock in self.shocks):
            return
        by_then = np.array([shock.adl_gap_frac for shock in self.shocks])
        taken = np.array([shock.adl_fraction for shock in self.shocks])
        closed = np.where(self.held * by_then > 0, self.held * taken, 0.0)
        self.price += closed * self.marks * by_then
        self.held -= closed

    def close_step(self, step: int) -> None:
        """Write down margins, liquidate who must be, and look at what stands unhedged."""
        prices = self.marks if step == 0 else self.moved
        required = self.by_venue(account_maintenance_usd(self.held, prices, self.tiers))
        self.required[step], self.behind[step] = required, self.equity
        exposed = self.by_venue(np.abs(self.held)) > 0
        for venue in np.flatnonzero(exposed & ((self.equity <= required) | (self.equity <= 0))):
            self._liquidate(int(venue), step, prices)
        sizes = np.abs(self.net(self.held))
        usd = float(np.sum(sizes * self._asset_price(prices)))
        self.max_unhedged = float(np.maximum(usd, self.max_unhedged))

    def _liquidate(self, venue: int, step: int, prices: Floats) -> None:
        mine = np.flatnonzero(self.venue == venue)
        notional = np.abs(self.held[mine]) * prices[mine]
        fees = notional * np.array([self.legs[i].liquidation_fee_frac for i in mine.tolist()])
        # What an account owed before the shock is no gain of it.
        lost = min(float(np.sum(fees)), float(self.equity[venue] - self.owed[venue]))
        self.liquidation[mine] -= lost * notional / np.sum(notional)
        self.equity[venue] -= lost
        self.liquidated_step[venue] = step
        self.held[mine] = self.open[mine] = 0.0

    def _asset_price(self, prices: Floats) -> Floats:
        """Mean over the legs of each asset, (A,)."""
        return np.asarray(self.net(prices) / self.legs_an_asset)

    def trade(self) -> None:
        """Bring each asset's net back towards the plan, never beyond flat."""
        prices = self._asset_price(self.moved)
        for asset, net in enumerate(self.net(self.held)):
            off_plan = net - self.plan[asset]
            if not net * off_plan > 0:
                continue
            left = math.copysign(min(abs(net), abs(off_plan)), net)
            most = self.handling.band_usd + self.dust[asset] * prices[asset]
            if abs(left) * prices[asset] <= most:
                continue
            for leg, is_chase in self._candidates(asset, left):
                room = abs(self.open[leg] if is_chase else self.held[leg])
                amount = math.copysign(min(abs(left), room), -left)
                if amount != 0 and self._fill(leg, amount, is_chase):
                    left += amount

    def stays_open(self) -> None:
        """Exposure that is there at the end is never flat."""
        prices, nets = self._asset_price(self.moved), np.abs(self.net(self.held))
        # At a price that is not known nothing lies within a band.
        within = nets * prices <= self.handling.band_usd + self.dust * prices
        if np.any((nets > self.dust) & ~within):
            self.time_to_flat = math.inf

    def _candidates(self, asset: int, left: float) -> list[tuple[int, bool]]:
        """Legs that may trade against `left`: open ones first, then those to reduce, by delay."""
        delays = self.handling.delay_s[self.venue]
        able = (self.asset == asset) & np.isfinite(delays)
        chase = np.flatnonzero(able & (self.open * left < 0))
        reduce = np.flatnonzero(able & (self.held * left > 0))
        chase, reduce = (some[np.argsort(delays[some])] for some in (chase, reduce))
        return [(int(i), True) for i in chase] + [(int(i), False) for i in reduce]

    def _fill(self, index: int, amount: float, is_chase: bool) -> bool:
        """Trade signed base units at the shocked price; False if there is no book to do it in."""
        leg, shock = self.legs[index], self.shocks[index]
        swept = _sweep(leg, amount, shock.depth_fraction, shock.spread_multiplier)
        if swept is None:
            return False
        cost, rounds = swept
        price = float(self.moved[index])
        slippage, fee = cost * price, leg.taker_fee_frac * abs(amount) * price
        self.slippage[index] -= slippage
        self.fees[index] -= fee
        self.equity[leg.venue] -= slippage + fee
        self.held[index] += amount
        self.chase += slippage + fee
        if is_chase:
            self.open[index] -= amount
            self.chase += amount * (price - leg.price)
        done = float(self.handling.delay_s[leg.venue]) + (rounds - 1) * self.handling.refill_s
        self.time_to_flat = max(self.time_to_flat, done)
        return True

    def funding_shift(self) -> Floats:
        """Each leg's added funding over the hold, as a fraction of notional."""
        shift = np.array([shock.funding_shift_hourly for shock in self.shocks])
        phi = 0.5 ** (1 / self.handling.funding_half_life_h)
        hours = self.handling.paid_hours or [PaidHours(0.0, self.handling.hold_h)] * len(shift)
        one = RatePath(at_ns=0, now=1.0, mean=0.0, phi=phi)
        return np.asarray(shift * np.array([paid(one, some) for some in hours]))

    def dearer_exits(self) -> Floats:
        """What leaving the held legs costs more than before the shock, at unshocked prices."""
        extra = np.zeros(len(self.legs))
        for i, (leg, shock) in enumerate(zip(self.legs, self.shocks, strict=True)):
            thinner = shock.depth_fraction != 1 or shock.spread_multiplier != 1
            if self.held[i] == 0 or not thinner:
                continue
            before = _sweep(leg, -self.held[i], 1.0, 1.0)
            after = _sweep(leg, -self.held[i], shock.depth_fraction, shock.spread_multiplier)
            extra[i] = (after[0] - before[0]) * leg.price if before and after else math.nan
        return extra


def _sweep(
    leg: StressLeg, amount: float, depth_fraction: float, spread_multiplier: float
) -> tuple[float, int] | None:
    """Cost of a trade in units of the mid per base, and its rounds; None without a book."""
    mid = mid_price(leg.bids, leg.asks)
    if mid is None or math.isnan(amount):
        return None
    side, levels = (1, leg.asks) if amount > 0 else (-1, leg.bids)
    shift = side * (spread_multiplier - 1) * abs(levels[0][0] / mid - 1)
    scaled = [(max(p / mid + shift, 0.0), size * depth_fraction) for p, size in levels]
    visible = sum(size for _, size in scaled)
    if not visible > 0:
        return None
    rounds = max(math.ceil(abs(amount) / visible - 1e-9), 1)
    cost = _beyond_mid(scaled, min(abs(amount) - (rounds - 1) * visible, visible))
    if rounds > 1:
        cost += (rounds - 1) * _beyond_mid(scaled, visible)
    return side * cost, rounds


def _beyond_mid(levels: Levels, amount: float) -> float:
    """What base units cost above their worth at the mid, prices as multiples of it."""
    # These books have a handful of levels, where an array costs more than its arithmetic.
    left, cost = amount, 0.0
    for price, size in levels:
        part = min(left, size)
        cost += (price - 1) * part
        left -= part
        if not left > 0:
            break
    return cost
