"""What each Lighter channel says: one message at subscription, then messages after steps.

Sources: https://apidocs.lighter.xyz/docs/websocket-reference and recordings of the live venue.
A channel is subscribed with a slash (`order_book/1`) and speaks with a colon (`order_book:1`).
"""

from typing import Protocol

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim.faces.lighter import messages as wire
from cockpit.sim.world.contract import MarketState, Step, TradeTick, VenueWorld

BOOK_NS = 50 * NS_PER_MS
STATS_NS = 250 * NS_PER_MS
CANDLE_NS = 500 * NS_PER_MS
LAST_TRADES = 50
LIQUIDATION_SEARCH = 1000

Message = dict[str, wire.Json]


class Channel(Protocol):
    """One subscription; `name` is the colon form."""

    name: str

    def first(self) -> Message: ...

    def after(self, step: Step) -> list[Message]: ...


class Cadence:
    """Whether a batch may go: at most one per period, and always on a flush."""

    def __init__(self, period_ns: int) -> None:
        self._period_ns = period_ns
        self._last_ns = 0

    def due(self, step: Step) -> bool:
        if not step.flush and 0 <= step.at_ns - self._last_ns < self._period_ns:
            return False
        self._last_ns = step.at_ns
        return True


def stamp_ms(world: VenueWorld) -> int:
    """The server's send time, never before a microsecond stamp of the same moment."""
    return -(-world.now_ns() // NS_PER_MS)


class OrderBook:
    """The whole book, then changed levels chained by nonce; `offset` counts messages."""

    def __init__(self, world: VenueWorld, state: MarketState, offset: int) -> None:
        self.name = f"order_book:{state.listing.market_id}"
        self._world = world
        self._state = state
        self._offset = offset
        self._nonce = 0
        self._levels: dict[tuple[Side, int], int] = {}
        self._cadence = Cadence(BOOK_NS)

    def first(self) -> Message:
        state = self._state
        live = bool(state.bids or state.asks)
        self._nonce = wire.nonce(state) if live else 0
        sides = {
            "asks": [wire.level(state, *level) for level in state.ladder(Side.SELL)],
            "bids": [wire.level(state, *level) for level in state.ladder(Side.BUY)],
        }
        updated_us = self._world.now_ns() // 1000 if live else 0
        return self._message("subscribed", sides, 0, updated_us)

    def after(self, step: Step) -> list[Message]:
        symbol = self._state.listing.symbol
        for change in step.books:
            if change.symbol == symbol:
                self._levels[change.side, change.ticks] = change.lots
        if not self._levels or not self._cadence.due(step):
            return []
        levels, self._levels = sorted(self._levels.items(), key=lambda item: item[0][1]), {}
        sides = {
            name: [wire.level(self._state, at[1], lots) for at, lots in levels if at[0] is side]
            for name, side in (("asks", Side.SELL), ("bids", Side.BUY))
        }
        sides["bids"].reverse()
        begin, self._nonce = self._nonce, wire.nonce(self._state)
        self._offset += 1
        return [self._message("update", sides, begin, self._world.now_ns() // 1000)]

    def _message(
        self, kind: str, sides: dict[str, wire.Json], begin_nonce: int, updated_us: int
    ) -> Message:
        head: Message = {"channel": self.name}
        if updated_us:
            head["last_updated_at"] = updated_us
        return head | {
            "offset": self._offset,
            "order_book": {
                "code": 0,
                **sides,
                "offset": self._offset,
                "nonce": self._nonce,
                "last_updated_at": updated_us,
                "begin_nonce": begin_nonce,
            },
            "timestamp": stamp_ms(self._world),
            "type": f"{kind}/order_book",
        }


class Trades:
    """The last 50 trades and 50 liquidations, then new ones; newest first, null when none."""

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        self.name = f"trade:{state.listing.market_id}"
        self._world = world
        self._state = state

    def first(self) -> Message:
        recent = self._world.recent_trades(self._state.listing.symbol, LIQUIDATION_SEARCH)
        return self._message("subscribed", recent)

    def after(self, step: Step) -> list[Message]:
        symbol = self._state.listing.symbol
        ticks = [tick for tick in step.trades if tick.symbol == symbol]
        return [self._message("update", ticks)] if ticks else []

    def _message(self, kind: str, ticks: list[TradeTick]) -> Message:
        lists = {
            name: [
                wire.trade(self._world, self._state, tick)
                for tick in reversed(ticks)
                if tick.liquidation is liquidation
            ]
            for name, liquidation in (("liquidation_trades", True), ("trades", False))
        }
        if kind == "subscribed":
            lists = {name: rows[:LAST_TRADES] for name, rows in lists.items()}
        return {
            "channel": self.name,
            "liquidation_trades": lists["liquidation_trades"] or None,
            "nonce": wire.nonce(self._state),
            "trades": lists["trades"] or None,
            "type": f"{kind}/trade",
        }


class MarketStats:
    """One market's statistics as an object, or all as a map by id; then what changed."""

    def __init__(self, world: VenueWorld, state: MarketState | None) -> None:
        self.name = "market_stats:all" if state is None else f"market_stats:{_id(state)}"
        self._world = world
        self._states = list(world.markets.values()) if state is None else [state]
        self._all = state is None
        self._told: dict[str, wire.Json] = {}
        self._touched: set[str] = set()
        self._cadence = Cadence(STATS_NS)

    def first(self) -> Message:
        self._told = {_id(state): wire.market_stats(state) for state in self._states}
        return self._message("subscribed", self._told)

    def after(self, step: Step) -> list[Message]:
        self._touched |= step.prices
        self._touched.update(change.symbol for change in step.books)
        self._touched.update(step.settled)
        if not (self._touched or step.flush) or not self._cadence.due(step):
            return []
        changed = {}
        for state in self._states:
            if step.flush or state.listing.symbol in self._touched:
                stats = wire.market_stats(state)
                if stats != self._told[_id(state)]:
                    changed[_id(state)] = self._told[_id(state)] = stats
        self._touched.clear()
        return [self._message("update", changed)] if changed else []

    def _message(self, kind: str, by_id: dict[str, wire.Json]) -> Message:
        return {
            "channel": self.name,
            "market_stats": by_id if self._all else next(iter(by_id.values())),
            "timestamp": stamp_ms(self._world),
            "type": f"{kind}/market_stats",
        }


class Ticker:
    """Best bid and offer, when they change."""

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        self.name = f"ticker:{_id(state)}"
        self._world = world
        self._state = state
        self._told = wire.best(state)

    def first(self) -> Message:
        return self._message("subscribed")

    def after(self, step: Step) -> list[Message]:
        best = wire.best(self._state)
        if best == self._told:
            return []
        self._told = best
        return [self._message("update")]

    def _message(self, kind: str) -> Message:
        live = self._told["a"]["price"] or self._told["b"]["price"]
        updated_us = self._world.now_ns() // 1000 if live else 0
        head: Message = {"channel": self.name}
        if updated_us:
            head["last_updated_at"] = updated_us
        return head | {
            "nonce": wire.nonce(self._state),
            "ticker": {
                "s": self._state.listing.native,
                **self._told,
                "last_updated_at": updated_us,
            },
            "timestamp": stamp_ms(self._world),
            "type": f"{kind}/ticker",
        }


class Height:
    """Blocks come faster than messages: one per step, with the newest."""

    name = "height"

    def __init__(self, world: VenueWorld) -> None:
        self._world = world

    def first(self) -> Message:
        return self._message("subscribed", self._world.height, self._world.block_ns)

    def after(self, step: Step) -> list[Message]:
        if not step.blocks:
            return []
        newest = step.blocks[-1]
        return [self._message("update", newest.height, newest.block_ns)]

    def _message(self, kind: str, height: int, block_ns: int) -> Message:
        return {
            "channel": self.name,
            "height": height,
            "timestamp": block_ns // NS_PER_MS,
            "type": f"{kind}/height",
        }


class Candle:
    """The open candle, and again after trades; one that has closed is told with its successor."""

    def __init__(self, world: VenueWorld, state: MarketState, resolution: str) -> None:
        self.name = f"candle:{_id(state)}:{resolution}"
        self._world = world
        self._state = state
        self._resolution = resolution
        self._traded = False
        self._told_ns = 0
        self._cadence = Cadence(CANDLE_NS)

    def first(self) -> Message:
        return self._message("subscribed")

    def after(self, step: Step) -> list[Message]:
        symbol = self._state.listing.symbol
        self._traded = self._traded or any(tick.symbol == symbol for tick in step.trades)
        if not self._traded or not self._cadence.due(step):
            return []
        self._traded = False
        return [self._message("update")]

    def _message(self, kind: str) -> Message:
        now_ns = self._world.now_ns()
        length_ns = wire.RESOLUTIONS_S[self._resolution] * NS_PER_S
        open_ns = now_ns // length_ns * length_ns
        since_ns = self._told_ns or open_ns
        self._told_ns = open_ns
        rows = wire.candle_rows(self._world, self._state, self._resolution, since_ns, now_ns, 2)
        return {
            "candles": rows,
            "channel": self.name,
            "timestamp": stamp_ms(self._world),
            "type": f"{kind}/candle",
        }


class MarkCandle:
    """The open candle of the mark price, and again when the mark has moved."""

    def __init__(self, world: VenueWorld, state: MarketState, resolution: str) -> None:
        self.name = f"mark_price_candle:{_id(state)}:{resolution}"
        self._world = world
        self._state = state
        self._resolution = resolution
        self._moved = False
        self._cadence = Cadence(CANDLE_NS)

    def first(self) -> Message:
        return self._message("subscribed")

    def after(self, step: Step) -> list[Message]:
        self._moved = self._moved or self._state.listing.symbol in step.prices
        if not self._moved or not self._cadence.due(step):
            return []
        self._moved = False
        return [self._message("update")]

    def _message(self, kind: str) -> Message:
        now_ns = self._world.now_ns()
        return {
            "candles": wire.mark_candle_rows(
                self._world, self._state, self._resolution, 0, now_ns, 1
            ),
            "channel": self.name,
            "timestamp": stamp_ms(self._world),
            "type": f"{kind}/mark_price_candle",
        }


def _id(state: MarketState) -> str:
    return str(state.listing.market_id)
