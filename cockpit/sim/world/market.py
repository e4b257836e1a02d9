"""One market at one venue: its makers, its takers, its prices and its funding."""

import random
from collections import deque

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_S, next_boundary_ns
from cockpit.sim.world import funding
from cockpit.sim.world.books import Changes, Makers
from cockpit.sim.world.contract import Asset, BookChange, MarketState, TradeTick

RECENT_TRADES = 1000
SETTLEMENT_LAG_NS = 60_000_000
"""Venues stamp a payment some tens of milliseconds after the hour."""
DAY_S = 86_400.0


class LiveMarket:
    """Makes the book of a `MarketState`, and, where it is asked to, its prices and funding."""

    def __init__(
        self,
        state: MarketState,
        asset: Asset,
        liquidity: float,
        mid: float,
        at_ns: int,
        rng: random.Random,
    ) -> None:
        """`liquidity` is this venue's share of the coin's typical depth and open interest."""
        listing, rule = state.listing, state.rule
        self.asset = asset
        self.state = state
        self.running = funding.RunningPremium(rule)
        self.trades: deque[TradeTick] = deque(maxlen=RECENT_TRADES)
        self.price_scale = 10**listing.price_decimals
        self.half_spread_bps = rng.uniform(0.15, 0.5) / max(asset.depth_usd / 2e6, 0.1) ** 0.4
        depth_usd = asset.depth_usd * liquidity
        self.makers = Makers(
            self.state, depth_usd, self.half_spread_bps, mid * self.price_scale, rng
        )
        self._rng = rng
        self._lots_per_usd = 10**listing.size_decimals / mid
        self._impact = rule.impact_notional_usd * self._lots_per_usd * mid * self.price_scale
        self._typical_trade_usd = depth_usd * 4e-4
        self._crossed_by: tuple[Side, int] | None = None
        self._crossed_until_ns = 0
        self._moved_ns = at_ns
        self._priced_ns = at_ns
        sample_ns = round(rule.sample_s * NS_PER_S)
        self._sample_ns = sample_ns
        self._next_sample_ns = at_ns + sample_ns - at_ns % sample_ns
        self.oi_home_lots = asset.oi_usd * liquidity * self._lots_per_usd
        if state.next_funding_ns is None:
            state.next_funding_ns = next_boundary_ns(at_ns, rule.interval_s)
            state.open_interest_lots = max(1, round(self.oi_home_lots))

    # --- the book ----------------------------------------------------------------------------

    @property
    def is_crossed(self) -> bool:
        return self._crossed_by is not None

    def move(self, mid_ticks: float, fidgets: int, at_ns: int, changes: Changes) -> None:
        """Makers react to a new mid, to what was eaten, and to their moods."""
        self.makers.follow(mid_ticks, changes)
        self.makers.heal((at_ns - self._moved_ns) / NS_PER_S, changes)
        self.makers.fidget(fidgets, changes)
        self._moved_ns = at_ns

    def requote(self, mid_ticks: float, depth: float, spread: float, changes: Changes) -> None:
        """Makers quote another depth (a fraction of normal) and spread (a multiple of it)."""
        self.makers.depth_fraction = depth
        self.makers.spread_multiplier = spread
        self.makers.restate(mid_ticks, changes)

    def trade(self, trade_id: int, at_ns: int, changes: Changes) -> list[TradeTick]:
        """Somebody takes; one fill for each level that is hit."""
        rng = self._rng
        side = Side.BUY if rng.getrandbits(1) else Side.SELL
        usd = self._typical_trade_usd * min(rng.lognormvariate(0.0, 1.3), 400.0)
        lots = max(self.state.listing.min_lots, round(usd * self._lots_per_usd))
        liquidation = rng.random() < 0.01
        fills = [
            TradeTick(
                self.state.listing.symbol, side, ticks, taken, trade_id + n, at_ns, liquidation
            )
            for n, (ticks, taken) in enumerate(self.makers.eat(side, lots, changes))
        ]
        self.trades.extend(fills)
        self.state.day_trades += len(fills)
        per_base = self.state.listing.contract / 10**self.state.listing.size_decimals
        self.state.day_volume_base += sum(fill.lots for fill in fills) * per_base
        return fills

    def cross(self, hide: bool, until_ns: int, changes: Changes) -> None:
        """Somebody quotes through the other side's touch, and the book stays so for a while.

        The new level is the newest of all, so by the rule of the older level it hides what it
        crosses. Nothing else happens in a crossed book, which keeps that rule exact.
        """
        state = self.state
        side = Side.BUY if self._rng.getrandbits(1) else Side.SELL
        own, other = (state.bids, state.asks) if side is Side.BUY else (state.asks, state.bids)
        crossed = sorted(other, reverse=side is Side.SELL)[: self._rng.randint(1, 3)]
        if not crossed:
            return
        ticks = crossed[-1]
        changes.pop((side, ticks), None)  # the intruder must be the newest of the step
        own[ticks] = changes[side, ticks] = max(1, other[ticks] // 2)
        if hide:
            hidden = state.hidden_asks if side is Side.BUY else state.hidden_bids
            hidden.update(crossed)
        self._crossed_by = side, ticks
        self._crossed_until_ns = until_ns

    def uncross(self, changes: Changes, at_ns: int | None = None) -> None:
        """The intruder leaves, if its time has come (at once without `at_ns`).

        The levels that it hid are stated again, for clients whose snapshot left them out.
        """
        if self._crossed_by is None or (at_ns is not None and at_ns < self._crossed_until_ns):
            return
        side, ticks = self._crossed_by
        state = self.state
        is_bid = side is Side.BUY
        own, other = (state.bids, state.asks) if is_bid else (state.asks, state.bids)
        del own[ticks]
        changes[side, ticks] = 0
        across = Side.SELL if is_bid else Side.BUY
        for level, lots in other.items():
            if (level <= ticks) if is_bid else (level >= ticks):
                changes[across, level] = lots
        state.hidden_bids.clear()
        state.hidden_asks.clear()
        self._crossed_by = None

    def publish(self, changes: Changes) -> list[BookChange]:
        """The step's changes, removals first; counts the step."""
        if not changes:
            return []
        self.state.book_seq += 1
        symbol = self.state.listing.symbol
        ordered = sorted(changes.items(), key=_remains)
        return [BookChange(symbol, side, ticks, lots) for (side, ticks), lots in ordered]

    # --- prices and funding --------------------------------------------------------------------

    def price(self, mid: float, index: float, oi_level: float, pull: float, at_ns: int) -> None:
        """State mark, index, last, open interest and the live rate anew.

        `mid` and `index` are quote per contract; `pull` is the share per minute by which the
        running average is drawn to the instant premium.
        """
        state = self.state
        decimals = state.listing.price_decimals
        state.index = round(index, decimals)
        state.mark = round(mid, decimals)
        if self.trades:
            state.last = round(self.trades[-1].ticks / self.price_scale, decimals)
        state.open_interest_lots = max(1, round(self.oi_home_lots * oi_level))
        elapsed_s = (at_ns - self._priced_ns) / NS_PER_S
        self._priced_ns = at_ns
        if state.rule.accrual == "continuous" and state.rate is not None:
            state.funding_index += state.rate * state.index * elapsed_s / state.rule.interval_s
        # The day's volume is a sliding window in truth: what is a day old leaves it.
        state.day_volume_base *= max(0.0, 1.0 - elapsed_s / DAY_S)
        state.premium = self.instant_premium()
        if pull and state.premium is not None:
            self.running.pull(state.premium, 1.0 - (1.0 - pull) ** (elapsed_s / 60.0))
        self._show_rate()

    def instant_premium(self) -> float | None:
        """The impact premium of the book against the published index, as a fraction."""
        state = self.state
        if state.index is None:
            return None
        bid = funding.impact_price(state.ladder(Side.BUY), self._impact)
        ask = funding.impact_price(state.ladder(Side.SELL), self._impact)
        return funding.impact_premium(bid, ask, state.index * self.price_scale)

    def due_ns(self) -> int:
        """When `fund` has something to do next."""
        assert self.state.next_funding_ns is not None
        return min(self._next_sample_ns, self.state.next_funding_ns + SETTLEMENT_LAG_NS)

    def fund(self, at_ns: int) -> bool:
        """Take the samples and make the payments that are due; whether there was a payment."""
        state, paid = self.state, False
        premium = self.instant_premium()
        assert state.next_funding_ns is not None
        while self.due_ns() <= at_ns:
            if self._next_sample_ns <= state.next_funding_ns + SETTLEMENT_LAG_NS:
                self._next_sample_ns += self._sample_ns
                if premium is not None:
                    self.running.add(premium)
                continue
            self._settle(state.next_funding_ns + SETTLEMENT_LAG_NS, premium)
            paid = True
        state.premium = premium
        self._show_rate()
        return paid

    def _settle(self, stamp_ns: int, premium: float | None) -> None:
        state = self.state
        mean = self.running.mean
        if mean is not None and state.index is not None:
            rate = funding.rate(state.rule, mean)
            state.settled.append((stamp_ns, rate, mean, state.index))
            if state.rule.accrual == "interval":
                state.funding_index += rate * state.index
        self.running.reset()
        if premium is not None:
            self.running.add(premium)
        state.next_funding_ns = next_boundary_ns(stamp_ns, state.rule.interval_s)

    def _show_rate(self) -> None:
        state = self.state
        state.premium_avg = self.running.mean
        state.premium_samples = self.running.count
        if state.premium_avg is not None:
            state.rate = funding.rate(state.rule, state.premium_avg)


def _remains(change: tuple[tuple[Side, int], int]) -> bool:
    return change[1] != 0
