"""The market itself: seeded, deterministic, and without a word of any venue's language.

`World.step` moves time on and says what happened at each venue. The same seed, profiles, symbols,
scenario, start and sequence of step sizes give the same world.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cockpit.core.scenario import Scenario
from cockpit.core.units import NS_PER_S, next_boundary_ns
from cockpit.sim.world import assets, genesis
from cockpit.sim.world.books import Changes
from cockpit.sim.world.contract import Listing, MarketState, Profile, Step
from cockpit.sim.world.market import LiveMarket
from cockpit.sim.world.pairs import Pairs
from cockpit.sim.world.prices import Floats, IndexProcess, PremiumProcess
from cockpit.sim.world.quiet import QuietMarkets
from cockpit.sim.world.shocks import Timeline
from cockpit.sim.world.traders import Traders
from cockpit.sim.world.venue import SimVenue

CROSSING_S = (0.3, 2.0)
"""How long a crossed book stays so; well below the age at which clients drop hidden levels."""
OI_TIME_S = 60.0
MOST_TRADES = 30
"""Of one market in one step, for very long steps."""

Flags = NDArray[np.bool_]


class World:
    """All venues and all coins. Arrays are `(markets,)`, in listing order, venue by venue."""

    def __init__(
        self,
        seed: int,
        profiles: Sequence[Profile],
        symbols: Sequence[str],
        scenario: Scenario,
        start_ns: int,
        markets: int = 0,
    ) -> None:
        """`markets` is how many each venue lists, the quiet ones beyond `symbols` included.

        InputError for a symbol that the catalogue does not have.
        """
        self.seed = seed
        self._now_ns = start_ns
        self._elapsed_s = 0.0
        self._rng = np.random.default_rng(seed)
        self._dice = random.Random(f"{seed}/world")
        self._coins = assets.pick(symbols)
        self.venues: dict[str, SimVenue] = {}
        self._homes: list[SimVenue] = []
        listings: list[Listing] = []
        coin_of: list[int] = []
        for profile in profiles:
            venue = SimVenue(profile, start_ns, random.Random(f"{seed}/{profile.name}"))
            self.venues[profile.name] = venue
            for number, coin in enumerate(self._coins):
                if (listing := profile.list_asset(coin, number)) is not None:
                    self._homes.append(venue)
                    listings.append(listing)
                    coin_of.append(number)
        order = {name: number for number, name in enumerate(self.venues)}
        self._venue_of = np.array([order[venue.name] for venue in self._homes], dtype=np.int64)
        self._coin_of = np.array(coin_of, dtype=np.int64)
        self._contract = np.array([float(listing.contract) for listing in listings])
        self._marks_index = np.array([v.profile.mark == "index" for v in self._homes], dtype=bool)
        self._prepare_processes()
        self._timeline = Timeline(
            scenario,
            self._coins,
            [(v.name, one.symbol) for v, one in zip(self._homes, listings, strict=True)],
        )
        self._depth = self._timeline.effects.depth
        self._spread = self._timeline.effects.spread
        self._markets = self._open_markets(listings)
        self._ticks_per_quote = np.array([float(m.price_scale) for m in self._markets])
        self._quiet = QuietMarkets(
            seed, list(self.venues.values()), markets, len(self._coins), start_ns
        )
        self._due_ns = np.array([m.due_ns() for m in self._markets], dtype=np.int64)
        self._restate = np.zeros(len(listings), dtype=bool)
        self._traders = {
            name: Traders(venue, f"{seed}/{name}", start_ns) for name, venue in self.venues.items()
        }
        self.pairs = Pairs(self.venues)

    def _prepare_processes(self) -> None:
        rng, coin_of = self._rng, self._coin_of
        volatility = np.array([coin.volatility_annual for coin in self._coins])
        self._index = IndexProcess(
            np.array([coin.price for coin in self._coins]),
            volatility,
            np.array([coin.beta for coin in self._coins]),
            rng,
        )
        home = np.array([coin.premium_bps for coin in self._coins])[coin_of]
        lively = volatility[coin_of]
        taste = rng.normal(0.0, 1.0, len(self.venues))[self._venue_of]
        own = rng.normal(0.0, 1.0, len(home)) * (1.0 + 2.0 * lively)
        self._premium = PremiumProcess(
            (home + taste + own) * 1e-4,
            (1.5 + 3.0 * lively) * 1e-4,
            (0.25 + 0.5 * lively) * 1e-4,
            rng,
        )
        self._lag_s = rng.uniform(0.2, 0.8, len(self.venues))[:, np.newaxis]
        self._seen_index = np.tile(self._index.price, (len(self.venues), 1))
        self._oi_level = np.ones(len(home))
        oi_usd = np.array([coin.oi_usd for coin in self._coins])[coin_of]
        activity = np.clip(np.sqrt(oi_usd / 2.9e9), 0.06, 1.0)
        self._moves_per_s = 1.0 + 14.0 * activity
        self._trades_per_s = 0.02 + 2.5 * activity**1.5
        self._prices_per_s = 0.5 + 1.5 * activity
        self._fidgets = np.rint(1.0 + 3.0 * activity).astype(int).tolist()

    def _open_markets(self, listings: Sequence[Listing]) -> list[LiveMarket]:
        prices = self._index.past(genesis.HISTORY_HOURS)
        premiums = self._premium.past(genesis.HISTORY_HOURS)
        mids, indexes = self._quote_prices()
        markets = []
        for number, (venue, listing) in enumerate(zip(self._homes, listings, strict=True)):
            dice = random.Random(f"{self.seed}/{venue.name}/{listing.symbol}")
            coin = self._coins[int(self._coin_of[number])]
            market = LiveMarket(
                MarketState(venue.name, listing, listing.rule or venue.profile.rule),
                coin,
                dice.uniform(0.35, 1.15),
                float(mids[number]),
                self._now_ns,
                dice,
            )
            past_index = prices[:, int(self._coin_of[number])].tolist()
            genesis.write_past(market, past_index, premiums[:, number].tolist(), self._now_ns)
            trades = genesis.past_trades(market, venue.next_trade_id, self._now_ns, dice)
            market.trades.extend(trades)
            venue.next_trade_id += len(trades)
            mark = indexes[number] if self._marks_index[number] else mids[number]
            genesis.write_present(market, float(mark), float(indexes[number]), self._now_ns, dice)
            markets.append(market)
        for venue in self.venues.values():
            venue.open([m for m, home in zip(markets, self._homes, strict=True) if home is venue])
        return markets

    @property
    def now_ns(self) -> int:
        return self._now_ns

    # --- time ----------------------------------------------------------------------------------

    def step(self, dt_s: float) -> dict[str, Step]:
        """Move on. A venue whose sequencer stands still has no step."""
        before_ns = self._pass_time(dt_s)
        self._elapsed_s += dt_s
        self._apply_shocks()
        self._index.step(dt_s, self._timeline.drift(dt_s))
        self._premium.step(dt_s)
        self._drift_open_interest(dt_s)
        self._seen_index += (self._index.price - self._seen_index) * (
            1.0 - np.exp(-dt_s / self._lag_s)
        )
        steps = {
            name: venue.begin_step(before_ns, self._now_ns)
            for name, venue in self.venues.items()
            if not self._timeline.halted(name, self._elapsed_s)
        }
        mids, indexes = self._quote_prices()
        self._move_books(dt_s, mids, steps)
        self._state_prices(dt_s, mids, indexes, steps)
        self._fund(steps)
        self._quiet.step(dt_s, self._now_ns, steps)
        for name, step in steps.items():
            self._traders[name].step(step, self._now_ns)
        self.pairs.note(steps)
        return steps

    def change_interval(self, venue: str, symbol: str, interval_s: int) -> None:
        """A venue pays a market at other stamps from now on: at whole multiples of the interval."""
        market = self.venues[venue].live[symbol]
        state = market.state
        state.rule = replace(state.rule, interval_s=interval_s)
        state.next_funding_ns = next_boundary_ns(self._now_ns, interval_s)
        for number, one in enumerate(self._markets):
            if one is market:
                self._due_ns[number] = market.due_ns()

    def idle(self, dt_s: float) -> dict[str, Step]:
        """Time passes and nothing happens: the world is paused."""
        self._pass_time(dt_s)
        return {name: Step(venue.now_ns()) for name, venue in self.venues.items()}

    def flush(self) -> dict[str, Step]:
        """The last step before a pause. Crossed books are resolved in it."""
        steps = {n: Step(venue.now_ns(), flush=True) for n, venue in self.venues.items()}
        for venue, market in zip(self._homes, self._markets, strict=True):
            changes: Changes = {}
            market.uncross(changes)
            steps[venue.name].books += market.publish(changes)
        return steps

    def _pass_time(self, dt_s: float) -> int:
        before_ns = self._now_ns
        self._now_ns += round(dt_s * NS_PER_S)
        for venue in self.venues.values():
            venue.tick(self._now_ns)
        return before_ns

    # --- the parts of a step -------------------------------------------------------------------

    def _apply_shocks(self) -> None:
        begun = self._timeline.advance(self._elapsed_s)
        if begun is None:
            return
        effects = self._timeline.effects
        self._index.shape(effects.volatility, effects.correlated)
        self._premium.target = effects.premium_target(self._premium.slow)
        self._restate |= (effects.depth != self._depth) | (effects.spread != self._spread)
        self._depth, self._spread = effects.depth, effects.spread
        for shock in begun:
            if not isinstance(shock.gap, dict):
                continue
            for number, (venue, market) in enumerate(zip(self._homes, self._markets, strict=True)):
                if shock.concerns(venue.name, market.asset.symbol):
                    self._premium.jump(number, shock.gap_at(venue.name))

    def _drift_open_interest(self, dt_s: float) -> None:
        target = self._timeline.effects.open_interest
        share = 1.0 - np.exp(-dt_s / OI_TIME_S)
        noise = 2e-4 * np.sqrt(dt_s) * self._rng.standard_normal(len(target))
        self._oi_level = self._oi_level * (1.0 + noise) + (target - self._oi_level) * share

    def _quote_prices(self) -> tuple[Floats, Floats]:
        """Fair mids and published indexes, quote per contract."""
        mids = self._index.price[self._coin_of] * (1.0 + self._premium.value) * self._contract
        return mids, self._seen_index[self._venue_of, self._coin_of] * self._contract

    def _chance(self, per_s: Floats, dt_s: float) -> Flags:
        """Where something happens that happens `per_s` times a second."""
        drawn: Flags = self._rng.random(len(per_s)) < 1.0 - np.exp(-per_s * dt_s)
        return drawn

    def _move_books(self, dt_s: float, mids: Floats, steps: dict[str, Step]) -> None:
        moves = self._chance(self._moves_per_s, dt_s)
        trades = self._rng.poisson(self._trades_per_s * dt_s)
        per_venue = np.array([venue.crossings_per_s for venue in self.venues.values()])
        crossings = self._chance(per_venue[self._venue_of], dt_s)
        crossed = np.array([market.is_crossed for market in self._markets], dtype=bool)
        busy = moves | (trades > 0) | crossings | crossed | self._restate
        ticks = mids * self._ticks_per_quote
        for number in np.nonzero(busy)[0].tolist():
            venue, market = self._homes[number], self._markets[number]
            step = steps.get(venue.name)
            if step is None:
                continue
            changes: Changes = {}
            if crossed[number]:
                market.uncross(changes, self._now_ns)
            else:
                # Takers first: they hit what was published, so no removal is of an unknown level.
                for _ in range(min(int(trades[number]), MOST_TRADES)):
                    fills = market.trade(venue.next_trade_id, step.at_ns, changes)
                    venue.next_trade_id += len(fills)
                    step.trades += fills
                mid = float(ticks[number])
                if self._restate[number]:
                    self._restate[number] = False
                    market.requote(
                        mid, float(self._depth[number]), float(self._spread[number]), changes
                    )
                market.move(mid, self._fidgets[number], self._now_ns, changes)
                if crossings[number]:
                    until_ns = self._now_ns + round(self._dice.uniform(*CROSSING_S) * NS_PER_S)
                    market.cross(venue.profile.crosses, until_ns, changes)
            step.books += market.publish(changes)

    def _state_prices(
        self, dt_s: float, mids: Floats, indexes: Floats, steps: dict[str, Step]
    ) -> None:
        marks = np.where(self._marks_index, indexes, mids)
        pull = self._timeline.effects.pull
        for number in np.nonzero(self._chance(self._prices_per_s, dt_s))[0].tolist():
            market = self._markets[number]
            step = steps.get(self._homes[number].name)
            if step is not None:
                market.price(
                    float(marks[number]),
                    float(indexes[number]),
                    float(self._oi_level[number]),
                    float(pull[number]),
                    self._now_ns,
                )
                step.prices.add(market.state.listing.symbol)

    def _fund(self, steps: dict[str, Step]) -> None:
        for number in np.nonzero(self._due_ns <= self._now_ns)[0].tolist():
            market = self._markets[number]
            step = steps.get(self._homes[number].name)
            if step is not None:
                symbol, paid_before = market.state.listing.symbol, len(market.state.settled)
                if market.fund(self._now_ns):
                    step.settled.append(symbol)
                    self._traders[self._homes[number].name].settle(market.state, paid_before, step)
                step.prices.add(symbol)
                self._due_ns[number] = market.due_ns()
