"""The long tail: hundreds of markets a venue, moved as arrays once a second.

A quiet market has prices, funding, open interest, volume and a touch. Its states are written anew
in turns, each every few seconds, as venues publish what hardly trades. Its book is made when
somebody follows it or asks for its ladder, lives on like any other, and is put away when nobody
follows it any more. Some markets are listed while the world runs, and some are delisted.

Arrays are `(markets,)`, venue by venue, those that are not listed yet included.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_S, next_boundary_ns
from cockpit.sim.world import funding, genesis
from cockpit.sim.world.books import Changes
from cockpit.sim.world.contract import (
    Asset,
    BookChange,
    Settled,
    Step,
)
from cockpit.sim.world.market import SETTLEMENT_LAG_NS, LiveMarket
from cockpit.sim.world.prices import Floats, IndexProcess, PremiumProcess
from cockpit.sim.world.quiet_assets import listings
from cockpit.sim.world.quiet_state import QuietState
from cockpit.sim.world.venue import SimVenue

STEP_S = 1.0
TURNS = 3
"""A state is written anew every so many steps of the process."""
RESERVE = 8
"""Markets a venue that are listed later."""
EVENT_EVERY_S = 600.0
"""A listing or a delisting somewhere."""
PUT_AWAY_EVERY_S = 10.0
MOVES_PER_S, TRADES_PER_S = 1.5, 0.05
FIRST_TRADE_ID, TRADE_IDS = 1_000_000_000, 1_000_000
"""Each market has its own, so that a client's wishes move no other market's."""


class QuietMarkets:
    """All quiet markets of all venues."""

    def __init__(
        self, seed: int, venues: Sequence[SimVenue], markets: int, first: int, start_ns: int
    ) -> None:
        """`markets` is how many each venue lists with its busy ones, which end before `first`."""
        self._seed = seed
        self._start_ns = self._now_ns = start_ns
        self._rng = np.random.default_rng([seed, 1])
        self._dice = random.Random(f"{seed}/quiet")
        self._venues = list(venues)
        self._assets: list[Asset] = []
        self._homes: list[SimVenue] = []
        self._states: list[QuietState] = []
        coin_of: list[int] = []
        self._listed: list[bool] = []
        numbers: dict[Asset, int] = {}
        for order, venue in enumerate(self._venues):
            wanted = max(0, markets - len(venue.live))
            chosen = listings(venue, order, wanted + RESERVE, first) if wanted else []
            for count, (asset, listing) in enumerate(chosen):
                coin_of.append(numbers.setdefault(asset, len(numbers)))
                self._homes.append(venue)
                self._listed.append(count < wanted)
                rule = listing.rule or venue.profile.rule
                self._states.append(QuietState(venue.name, listing, rule))
        self._coins = list(numbers)
        self._coin_of = np.array(coin_of, dtype=np.int64)
        self._clock_s = self._process_s = self._event_s = self._tidy_s = 0.0
        self._turn = 0
        self._awake: dict[int, LiveMarket] = {}
        if self._states:
            self._prepare()

    def _prepare(self) -> None:
        rng, coins, homes = self._rng, self._coins, self._homes
        volatility = np.array([coin.volatility_annual for coin in coins])
        beta = np.array([coin.beta for coin in coins])
        self._index = IndexProcess(np.array([coin.price for coin in coins]), volatility, beta, rng)
        own = rng.normal(0.0, 4.0, len(homes))
        mean = (np.array([coin.premium_bps for coin in coins])[self._coin_of] + own) * 1e-4
        lively = volatility[self._coin_of]
        self._premium = PremiumProcess(mean, (2 + 3 * lively) * 1e-4, lively * 0.4e-4, rng)
        rules = [state.rule for state in self._states]
        self._interval_ns = np.array([rule.interval_s * NS_PER_S for rule in rules])
        self._ramp = np.array([rule.weighting == "ramp" for rule in rules])
        self._contract = np.array([float(state.listing.contract) for state in self._states])
        self._at_index = np.array([venue.profile.mark == "index" for venue in homes])
        liquidity = rng.uniform(0.35, 1.15, len(homes))
        self._liquidity = liquidity
        self._oi_usd = np.array([coin.oi_usd for coin in coins])[self._coin_of] * liquidity
        depth = np.array([coin.depth_usd for coin in coins])[self._coin_of] * liquidity
        self._touch_usd = depth * 0.04
        self._half_spread = np.clip(3e5 / depth, 1.5, 25.0) ** 0.8 * 1e-4
        self._oi_level = np.ones(len(homes))
        self._volume_usd = self._oi_usd * rng.uniform(0.2, 3.0, len(homes))
        self._count = np.maximum(1.0, (self._start_ns % self._interval_ns) / NS_PER_S)
        self._mean_premium = self._seen(self._premium.slow)
        self._due_ns = np.zeros(len(homes), dtype=np.int64)
        before = self._index.price * np.exp(-volatility * 0.05 * rng.standard_normal(len(coins)))
        for number, state in enumerate(self._states):
            state.next_funding_ns = next_boundary_ns(self._start_ns, state.rule.interval_s)
            self._due_ns[number] = state.next_funding_ns + SETTLEMENT_LAG_NS
            price = float(before[self._coin_of[number]]) * state.listing.contract
            state.prev_day_price = round(price, state.listing.price_decimals)
            state.day_trades = self._dice.randint(40, 9_000)
        self._write(np.arange(len(homes)), 0.0)
        for number, listed in enumerate(self._listed):
            if listed:
                self._open(number, has_past=True)
        for venue in self._venues:
            quiet = zip(self._states, self._homes, self._listed, strict=True)
            venue.add([state for state, home, listed in quiet if listed and home is venue])

    def _open(self, number: int, *, has_past: bool) -> None:
        state = self._states[number]
        state.wake = lambda: self._wake(number)
        if has_past:
            make = lambda: self._past(number)  # noqa: E731
            interval_ns = int(self._interval_ns[number])
            stamp_ns = self._start_ns // interval_ns * interval_ns + SETTLEMENT_LAG_NS
            mean = float(self._mean_premium[number])
            assert state.index is not None
            state.pay((stamp_ns, funding.rate(state.rule, mean), mean, state.index), make)

    def _past(self, number: int) -> list[Settled]:
        asset = self._coins[int(self._coin_of[number])]
        return genesis.quiet_past(self._states[number], asset, self._seed, self._start_ns)

    # --- time ----------------------------------------------------------------------------------

    def step(self, dt_s: float, now_ns: int, steps: dict[str, Step]) -> None:
        """Move on; what happened is added to the steps of the venues that have one."""
        if not self._states:
            return
        self._now_ns = now_ns
        self._clock_s += dt_s
        self._move_books(dt_s, steps)
        passed_s = self._clock_s - self._process_s
        if passed_s < STEP_S:
            return
        self._process_s = self._clock_s
        self._index.step(passed_s, np.zeros(len(self._coins)))
        self._premium.step(passed_s)
        noise = self._rng.standard_normal((2, len(self._states))) * np.sqrt(passed_s)
        self._oi_level *= 1.0 + 2e-4 * noise[0] + (1.0 - self._oi_level) * min(1.0, passed_s / 3600)
        self._volume_usd *= np.exp(3e-4 * noise[1])
        self._count += passed_s
        weight = np.minimum(1.0, np.where(self._ramp, 2.0, 1.0) * passed_s / self._count)
        self._mean_premium += (self._seen(self._premium.value) - self._mean_premium) * weight
        self._pay(steps)
        self._turn += 1
        every = passed_s >= TURNS * STEP_S
        numbers = np.arange(
            0 if every else self._turn % TURNS, len(self._states), 1 if every else TURNS
        )
        self._write(numbers, passed_s if every else passed_s * TURNS, steps)
        self._tidy(steps)

    def _seen(self, premium: Floats) -> Floats:
        """What an impact premium sees: nothing of what is smaller than the spread."""
        seen: Floats = np.sign(premium) * np.maximum(0.0, np.abs(premium) - self._half_spread)
        return seen

    def _pay(self, steps: dict[str, Step]) -> None:
        for number in np.nonzero(self._due_ns <= self._now_ns)[0].tolist():
            state, step = self._states[number], steps.get(self._homes[number].name)
            if step is None or state.index is None:
                continue
            mean = float(self._mean_premium[number])
            while self._due_ns[number] <= self._now_ns:
                stamp_ns = int(self._due_ns[number])
                state.next_funding_ns = next_boundary_ns(stamp_ns, state.rule.interval_s)
                self._due_ns[number] = state.next_funding_ns + SETTLEMENT_LAG_NS
                if self._listed[number]:
                    rate = funding.rate(state.rule, mean)
                    state.pay((stamp_ns, rate, mean, state.index))
                    if state.rule.accrual == "interval":
                        state.funding_index += rate * state.index
            self._count[number] = 1.0
            if self._listed[number]:
                step.settled.append(state.listing.symbol)
                step.prices.add(state.listing.symbol)

    def _write(
        self, numbers: np.ndarray, elapsed_s: float, steps: dict[str, Step] | None = None
    ) -> None:
        """State these markets anew."""
        index = self._index.price[self._coin_of[numbers]] * self._contract[numbers]
        mid = index * (1.0 + self._premium.value[numbers])
        rows = zip(
            numbers.tolist(),
            index.tolist(),
            mid.tolist(),
            np.where(self._at_index[numbers], index, mid).tolist(),
            (self._half_spread[numbers] * mid).tolist(),
            (self._touch_usd[numbers] / mid).tolist(),
            (self._oi_usd[numbers] * self._oi_level[numbers] / mid).tolist(),
            (self._volume_usd[numbers] / mid * self._contract[numbers]).tolist(),
            self._seen(self._premium.value)[numbers].tolist(),
            self._mean_premium[numbers].tolist(),
            self._count[numbers].tolist(),
            strict=True,
        )
        for number, index_, mid_, mark, half, units, oi, volume, premium, mean, count in rows:
            state = self._states[number]
            listing = state.listing
            if listing.status == "delisted":
                continue
            if steps is not None:
                step = steps.get(self._homes[number].name)
                if step is None or not self._listed[number]:
                    continue
                step.prices.add(listing.symbol)
            decimals, lot = listing.price_decimals, 10.0**listing.size_decimals
            state.index = round(index_, decimals)
            state.mark = round(mark, decimals)
            if number not in self._awake:
                state.last = round(mid_, decimals)
                bid = max(1, int((mid_ - half) * 10.0**decimals))
                ask = max(bid + 1, int((mid_ + half) * 10.0**decimals) + 1)
                lots = max(listing.min_lots, round(units * lot))
                state.touch = (bid, lots), (ask, max(listing.min_lots, lots * 7 // 8))
            state.open_interest_lots = max(1, round(oi * lot))
            state.day_volume_base = volume
            state.premium, state.premium_avg, state.premium_samples = premium, mean, int(count)
            if state.rule.accrual == "continuous" and state.rate is not None:
                state.funding_index += state.rate * state.index * elapsed_s / state.rule.interval_s
            state.rate = funding.rate(state.rule, mean)

    # --- books that somebody follows -----------------------------------------------------------

    def _wake(self, number: int) -> None:
        """Make the book, around the touch that was shown."""
        state, home = self._states[number], self._homes[number]
        if state.touch is None:
            return
        scale = 10.0**state.listing.price_decimals
        mid = (state.touch[0][0] + state.touch[1][0]) / 2 / scale
        state.wake = state.touch = None
        market = LiveMarket(
            state,
            self._coins[int(self._coin_of[number])],
            float(self._liquidity[number]),
            mid,
            self._now_ns,
            random.Random(f"{self._seed}/{home.name}/{state.listing.symbol}"),
        )
        state.book_seq += 1
        first_id = FIRST_TRADE_ID + number * TRADE_IDS
        market.trades.extend(genesis.past_trades(market, first_id, self._now_ns, self._dice))
        self._awake[number] = home.awake[state.listing.symbol] = market

    def _move_books(self, dt_s: float, steps: dict[str, Step]) -> None:
        moves = 1.0 - np.exp(-MOVES_PER_S * dt_s)
        for number, market in self._awake.items():
            step = steps.get(self._homes[number].name)
            if step is None or self._dice.random() > moves:
                continue
            changes: Changes = {}
            state = market.state
            if self._dice.random() < TRADES_PER_S / MOVES_PER_S:
                newest = market.trades[-1].trade_id
                fills = market.trade(newest + 1, step.at_ns, changes)
                step.trades += fills
                if fills:
                    state.last = fills[-1].ticks / market.price_scale
            coin = int(self._coin_of[number])
            mid = float(self._index.price[coin] * (1.0 + self._premium.value[number]))
            market.move(mid * state.listing.contract * market.price_scale, 1, self._now_ns, changes)
            step.books += market.publish(changes)

    # --- listings ------------------------------------------------------------------------------

    def _tidy(self, steps: dict[str, Step]) -> None:
        if self._clock_s - self._tidy_s >= PUT_AWAY_EVERY_S:
            self._tidy_s = self._clock_s
            for number in [n for n in self._awake if not self._states[n].is_followed]:
                self._put_away(number)
        if self._clock_s - self._event_s >= EVENT_EVERY_S:
            self._event_s = self._clock_s
            venue = self._dice.choice(self._venues)
            if venue.name in steps:
                change = self._list_one if self._dice.random() < 0.5 else self._delist_one
                change(venue, steps[venue.name])

    def _put_away(self, number: int) -> None:
        """Nobody follows the book any more."""
        state = self._awake.pop(number).state
        del self._homes[number].awake[state.listing.symbol]
        state.bids.clear()
        state.asks.clear()
        self._states[number].wake = lambda: self._wake(number)
        self._write(np.array([number]), 0.0)

    def _numbers(self, venue: SimVenue, *, listed: bool) -> list[int]:
        return [
            number
            for number, home in enumerate(self._homes)
            if home is venue
            and self._listed[number] is listed
            and self._states[number].listing.status == "active"
        ]

    def _list_one(self, venue: SimVenue, step: Step) -> None:
        """The next one of the reserve, without a past."""
        for number in self._numbers(venue, listed=False)[:1]:
            self._listed[number] = True
            self._open(number, has_past=False)
            self._write(np.array([number]), 0.0)
            venue.add([self._states[number]])
            step.prices.add(self._states[number].listing.symbol)

    def _delist_one(self, venue: SimVenue, step: Step) -> None:
        """One of the newer half ends: no book, no prices, no funding; the venue still names it."""
        candidates = self._numbers(venue, listed=True)
        if not candidates:
            return
        number = self._dice.choice(candidates[len(candidates) // 2 :])
        state, symbol = self._states[number], self._states[number].listing.symbol
        if number in self._awake:
            for side, levels in ((Side.BUY, state.bids), (Side.SELL, state.asks)):
                step.books += [BookChange(symbol, side, ticks, 0) for ticks in levels]
            state.book_seq += 1
            self._put_away(number)
        state.listing = replace(state.listing, status="delisted")
        state.wake = state.touch = None
        state.mark = state.index = state.last = state.rate = None
        state.premium = state.premium_avg = state.next_funding_ns = None
        state.open_interest_lots, state.day_volume_base = 0, 0.0
        self._due_ns[number] = np.iinfo(np.int64).max
        step.prices.add(symbol)
