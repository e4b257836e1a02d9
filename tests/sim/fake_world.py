"""A world of fixed figures in place of the real one, so that a face is tested by itself.

Every market starts with `LEVELS` levels a side one tick apart around its mid, the best of each
side one tick away. A test moves the world by hand and collects what it did with `step`.
"""

from collections.abc import Callable

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, NS_PER_S, next_boundary_ns
from cockpit.sim.world.accounts import AccountBook
from cockpit.sim.world.contract import (
    Asset,
    BlockTick,
    BookChange,
    Listing,
    MarketState,
    Profile,
    Step,
    TradeTick,
)

START_NS = 1_760_000_000_000_000_000
"""2025-10-09 08:53:20 UTC."""
LEVELS = 30
ASSETS = (
    Asset("BTC", 111_000.0, 0.45, 2.1e9, 20e6),
    Asset("ETH", 4_300.0, 0.60, 1.5e9, 12e6),
    Asset("SOL", 200.0, 0.80, 0.6e9, 5e6),
    Asset("PEPE", 0.0000095, 1.20, 40e6, 0.3e6),
    Asset("DOGE", 0.235, 0.95, 60e6, 0.6e6),
    Asset("HYPE", 45.0, 1.10, 0.5e9, 3e6),
)


class FakeWorld:
    """A `VenueWorld` that only changes when a test says so."""

    def __init__(self, profile: Profile, assets: tuple[Asset, ...] = ASSETS) -> None:
        self.name = profile.name
        self.profile = profile
        self.accounts = AccountBook(())
        self.height = 5_000_000
        self.block_ns = START_NS
        self.at_ns = START_NS
        states = [
            _state(profile, listing, asset, START_NS)
            for index, asset in enumerate(assets)
            if (listing := profile.list_asset(asset, index)) is not None
        ]
        states += [_dead(profile, listing) for listing in profile.delisted]
        states.sort(key=lambda state: state.listing.market_id)
        self.markets = {state.listing.native: state for state in states}
        self.by_symbol = {state.listing.symbol: state for state in states}
        self._trades: list[TradeTick] = []
        self._pending = Step(at_ns=START_NS)

    def now_ns(self) -> int:
        return self.at_ns

    def recent_trades(self, symbol: str, count: int) -> list[TradeTick]:
        return [trade for trade in self._trades if trade.symbol == symbol][-count:]

    def set_level(self, symbol: str, side: Side, ticks: int, lots: int) -> None:
        """Put a level at its new absolute size; 0 lots removes it."""
        state = self.by_symbol[symbol]
        book = state.bids if side is Side.BUY else state.asks
        if lots:
            book[ticks] = lots
        else:
            book.pop(ticks, None)
        state.book_seq += 1
        self._pending.books.append(BookChange(symbol, side, ticks, lots))

    def trade(
        self, symbol: str, side: Side, ticks: int, lots: int, *, liquidation: bool = False
    ) -> TradeTick:
        fill = TradeTick(
            symbol, side, ticks, lots, 900_000 + len(self._trades), self.at_ns, liquidation
        )
        self._trades.append(fill)
        self._pending.trades.append(fill)
        self.by_symbol[symbol].last = ticks / 10 ** self.by_symbol[symbol].listing.price_decimals
        self._pending.prices.add(symbol)
        return fill

    def change(self, symbol: str, update: Callable[[MarketState], None]) -> None:
        """Change prices, open interest or funding of one market."""
        update(self.by_symbol[symbol])
        self._pending.prices.add(symbol)

    def settle(self, symbol: str, rate: float, premium: float = 0.0) -> None:
        """Pay funding now."""
        state = self.by_symbol[symbol]
        state.settled.append((self.at_ns, rate, premium, state.index or 0.0))
        self._pending.settled.append(symbol)

    def step(self, seconds: float = 0.05, blocks: int = 0, *, flush: bool = False) -> Step:
        """Let time pass, then hand over all that happened since the last step."""
        self.at_ns += round(seconds * NS_PER_S)
        for _ in range(blocks):
            self.height += 1
            self.block_ns = self.at_ns
            self._pending.blocks.append(BlockTick(self.height, self.at_ns))
        done, self._pending = self._pending, Step(at_ns=self.at_ns)
        done.at_ns, done.flush = self.at_ns, flush
        return done


def _state(profile: Profile, listing: Listing, asset: Asset, at_ns: int) -> MarketState:
    rule = listing.rule or profile.rule
    price = asset.price * listing.contract
    mid = round(price * 10**listing.price_decimals)
    interval_ns = rule.interval_s * NS_PER_S
    stamp = at_ns // interval_ns * interval_ns
    hours = rule.interval_s / 3600
    return MarketState(
        venue=profile.name,
        listing=listing,
        rule=rule,
        bids={mid - i: 100 + i for i in range(1, LEVELS + 1)},
        asks={mid + i: 200 + i for i in range(1, LEVELS + 1)},
        book_seq=1000,
        mark=price * 1.0001,
        index=price,
        last=price,
        open_interest_lots=round(asset.oi_usd / price * 10**listing.size_decimals),
        premium=0.0003,
        premium_avg=0.0002,
        premium_samples=12,
        rate=0.0000125 * hours,
        next_funding_ns=next_boundary_ns(at_ns, rule.interval_s),
        settled=[
            (stamp - back * interval_ns, (back + 1) * 1e-6 * hours, 1e-5, price)
            for back in reversed(range(30 * 24 * HOUR_NS // interval_ns))
        ],
        prev_day_price=price * 0.98,
        day_volume_base=12_345.678,
        day_trades=4_321,
        block_height=5_000_000,
    )


def _dead(profile: Profile, listing: Listing) -> MarketState:
    return MarketState(venue=profile.name, listing=listing, rule=listing.rule or profile.rule)
