"""One venue of the world, as its faces see it."""

import random
from collections.abc import Mapping, Sequence

from cockpit.core.units import NS_PER_MS
from cockpit.sim.world.accounts import Account, AccountBook
from cockpit.sim.world.chain import Chain
from cockpit.sim.world.contract import BlockTick, MarketState, Profile, Step, TradeTick
from cockpit.sim.world.market import LiveMarket

SPONTANEOUS_CROSSINGS_PER_S = 1 / 60
"""Per market of a venue whose books cross by themselves."""


class SimVenue:
    """Satisfies `VenueWorld`. Its clock may be set wrong; its stamps then are, too."""

    def __init__(self, profile: Profile, at_ns: int, rng: random.Random) -> None:
        self.name = profile.name
        self.profile = profile
        self.markets: Mapping[str, MarketState] = {}
        self.by_symbol: Mapping[str, MarketState] = {}
        self.live: dict[str, LiveMarket] = {}
        """By symbol, quiet and delisted markets left out."""
        self.awake: dict[str, LiveMarket] = {}
        """Quiet markets whose book somebody follows, by symbol."""
        self._states: list[MarketState] = []
        self.accounts = AccountBook(())
        self.legs: list[tuple[str, Account, str]] = []
        """(trade, account, symbol) of the positions that are legs of a trade."""
        self.chain = (
            Chain(profile.block_s, profile.block_jitter_frac, at_ns, rng) if profile.chain else None
        )
        self.height = self.chain.height if self.chain else 0
        self.block_ns = at_ns
        self.next_trade_id = rng.randint(10**8, 9 * 10**8)
        self._clock_ns = at_ns
        self.trouble(0.0, 0.0)

    def open(self, markets: Sequence[LiveMarket]) -> None:
        """Trade these; dead listings that the venue still names stand among them by their ids."""
        self.live = {market.state.listing.symbol: market for market in markets}
        self._states = [market.state for market in markets]
        self._states += [
            MarketState(self.name, listing, listing.rule or self.profile.rule)
            for listing in self.profile.delisted
            if listing.symbol not in self.live
        ]
        self.add([])

    def add(self, states: Sequence[MarketState]) -> None:
        """Name these markets too, from now on."""
        self._states = sorted([*self._states, *states], key=lambda state: state.listing.market_id)
        self.markets = {state.listing.native: state for state in self._states}
        self.by_symbol = {state.listing.symbol: state for state in self._states}

    def now_ns(self) -> int:
        return self._clock_ns + self.skew_ns

    def recent_trades(self, symbol: str, count: int) -> list[TradeTick]:
        market = self.live.get(symbol) or self.awake.get(symbol)
        return list(market.trades)[-count:] if market and count > 0 else []

    def tick(self, now_ns: int) -> None:
        """The world's time moves on."""
        self._clock_ns = now_ns

    def begin_step(self, from_ns: int, to_ns: int) -> Step:
        """A step with its blocks, stamped by this venue's clock."""
        step = Step(self.now_ns())
        if self.chain:
            for block in self.chain.advance(from_ns, to_ns):
                self.height, self.block_ns = block.height, block.block_ns + self.skew_ns
                step.blocks.append(BlockTick(self.height, self.block_ns))
        return step

    def trouble(self, crossings_per_s: float, clock_skew_ms: float) -> None:
        """Faults of the venue itself: crossed books, and a clock that is ahead (or behind, < 0)."""
        natural = SPONTANEOUS_CROSSINGS_PER_S if self.profile.crosses else 0.0
        self.crossings_per_s = max(natural, crossings_per_s)
        self.skew_ns = round(clock_skew_ms * NS_PER_MS)
