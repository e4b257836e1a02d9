"""The market makers of one market: a ladder in ticks that follows the mid and heals.

Where levels stand is a function of the touch alone: fine steps near it, coarse ones behind. A
move of the mid therefore changes few levels, and a book never wanders into disorder. Sizes grow
away from the touch. What a trade has eaten comes back with a half-life.
"""

import math
import random

from cockpit.core.market import Side
from cockpit.sim.world.contract import MarketState

FINE_BPS = 0.2
COARSE_STEPS = 6
NEAR_STEPS = 12
DEEP_USD = 9e6
"""A book of this depth has levels every `FINE_BPS`; thinner books have them further apart."""
REFILL_HALF_LIFE_S = 3.0
HASH = 0x9E3779B1
SIZE_SPREAD = 0.45
"""Standard deviation of log size."""

Changes = dict[tuple[Side, int], int]
"""(side, ticks) -> new absolute lots, in the order in which it happened."""


class Makers:
    """Whoever quotes in one market. Owns the levels of its `MarketState`."""

    def __init__(
        self,
        state: MarketState,
        depth_usd: float,
        half_spread_bps: float,
        mid_ticks: float,
        rng: random.Random,
    ) -> None:
        self._state = state
        self._rng = rng
        self._half_spread_frac = half_spread_bps * 1e-4
        self._wounds: dict[tuple[Side, int], int] = {}
        self._multipliers = [math.exp(rng.gauss(0.0, SIZE_SPREAD)) for _ in range(256)]
        self.depth_fraction = 1.0
        self.spread_multiplier = 1.0
        listing = state.listing
        bps = mid_ticks * 1e-4
        fine_bps: float = FINE_BPS * max(1.0, DEEP_USD / depth_usd) ** 0.35
        self._fine = max(1, round(fine_bps * bps))
        self._coarse = self._fine * max(1, round(fine_bps * COARSE_STEPS * bps / self._fine))
        self._near = max(self._coarse, round(fine_bps * NEAR_STEPS * bps))
        self._count = rng.randint(40, 48)
        unit_usd: float = mid_ticks / 10**listing.price_decimals / 10**listing.size_decimals
        # The density below is 1 per bps on average over the first 10 bps of the book.
        self._lots_per_tick = depth_usd / 10.0 / unit_usd / bps
        self._per_tick_growth = 0.12 / bps
        self._bid, self._ask = self._touch(mid_ticks)
        self._stands = {side: self._stand(side) for side in Side}
        for side, stand in self._stands.items():
            for ticks in stand:
                self._levels(side)[ticks] = self._target(side, ticks)

    def _levels(self, side: Side) -> dict[int, int]:
        return self._state.bids if side is Side.BUY else self._state.asks

    def _touch(self, mid_ticks: float) -> tuple[int, int]:
        """Best bid and ask around a mid, on the fine grid and at least one step apart."""
        half = max(self._half_spread_frac * mid_ticks * self.spread_multiplier, self._fine / 2)
        bid = round((mid_ticks - half) / self._fine) * self._fine
        ask = round((mid_ticks + half) / self._fine) * self._fine
        return max(self._fine, bid), max(ask, bid + self._fine, 2 * self._fine)

    def _stand(self, side: Side) -> list[int]:
        """Where this side's levels belong, best first; one in eight is always left out."""
        fine, coarse = self._fine, self._coarse
        if side is Side.BUY:
            touch, edge = self._bid, (self._bid - self._near) // coarse * coarse
            near = range(touch - fine, edge, -fine)
            far = range(edge, max(0, edge - self._count * coarse), -coarse)
        else:
            touch, edge = self._ask, -(-(self._ask + self._near) // coarse) * coarse
            near = range(touch + fine, edge, fine)
            far = range(edge, edge + self._count * coarse, coarse)
        kept = [touch]
        kept += [ticks for ticks in near if ticks // fine * HASH >> 9 & 7]
        kept += [ticks for ticks in far if ticks // coarse * HASH >> 9 & 7]
        return kept

    def _target(self, side: Side, ticks: int) -> int:
        """Lots that belong at a level, with a draw of its own."""
        distance = self._bid - ticks if side is Side.BUY else ticks - self._ask
        gap = self._fine if distance < self._near else self._coarse
        density = 0.4 + min(self._per_tick_growth * distance, 7.0)
        drawn = self._multipliers[self._rng.getrandbits(8)] * self.depth_fraction
        return max(1, round(self._lots_per_tick * gap * density * drawn))

    def follow(self, mid_ticks: float, changes: Changes) -> None:
        """Move the book to a new mid."""
        touch = self._touch(mid_ticks)
        if touch == (self._bid, self._ask):
            return
        self._bid, self._ask = touch
        self._stands = {side: self._stand(side) for side in Side}
        if self._wounds:
            kept = {(side, ticks) for side, stand in self._stands.items() for ticks in stand}
            self._wounds = {at: lots for at, lots in self._wounds.items() if at in kept}
        # Old levels leave before new ones come, so that no order of the two ever crosses.
        for side, stand in self._stands.items():
            levels = self._levels(side)
            for ticks in levels.keys() - stand:
                del levels[ticks]
                changes[side, ticks] = 0
        for side, stand in self._stands.items():
            levels = self._levels(side)
            for ticks in stand:
                if ticks not in levels and (side, ticks) not in self._wounds:
                    levels[ticks] = changes[side, ticks] = self._target(side, ticks)

    def restate(self, mid_ticks: float, changes: Changes) -> None:
        """Quote everything anew: depth or spread are no longer what they were."""
        self.follow(mid_ticks, changes)
        self._wounds.clear()
        for side, stand in self._stands.items():
            levels = self._levels(side)
            for ticks in stand:
                levels[ticks] = changes[side, ticks] = self._target(side, ticks)

    def fidget(self, times: int, changes: Changes) -> None:
        """Somebody changes a size, mostly near the touch."""
        for _ in range(times):
            side = Side.BUY if self._rng.getrandbits(1) else Side.SELL
            stand = self._stands[side]
            ticks = stand[int(len(stand) * self._rng.random() ** 2.5)]
            levels = self._levels(side)
            if ticks in levels:
                levels[ticks] = changes[side, ticks] = self._target(side, ticks)

    def heal(self, dt_s: float, changes: Changes) -> None:
        """Eaten levels grow back."""
        if not self._wounds:
            return
        share = 1.0 - 0.5 ** (dt_s / REFILL_HALF_LIFE_S)
        for (side, ticks), target in list(self._wounds.items()):
            levels = self._levels(side)
            lots = levels.get(ticks, 0)
            grown = lots + math.ceil((target - lots) * share)
            if grown >= 0.95 * target:
                del self._wounds[side, ticks]
            if grown > lots:
                levels[ticks] = changes[side, ticks] = grown

    def eat(self, taker: Side, lots: int, changes: Changes) -> list[tuple[int, int]]:
        """Fill a taker at (ticks, lots) each, best first; at most half of a level's side."""
        side = Side.SELL if taker is Side.BUY else Side.BUY
        levels = self._levels(side)
        fills = []
        for ticks in sorted(levels, reverse=side is Side.BUY)[: len(levels) // 2]:
            rests = levels[ticks]
            taken = min(rests, lots)
            fills.append((ticks, taken))
            self._wounds.setdefault((side, ticks), rests)
            if taken == rests:
                del levels[ticks]
            else:
                levels[ticks] = rests - taken
            changes[side, ticks] = rests - taken
            lots -= taken
            if not lots:
                break
        return fills
