"""What each Lighter channel says: one message at subscription, then messages after steps.

Sources: https://apidocs.lighter.xyz/docs/websocket-reference and recordings of the live venue.
A channel is subscribed with a slash (`order_book/1`) and speaks with a colon (`order_book:1`).
"""

from collections.abc import Iterable

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.kit.channels import Cadence, Channel, fills_of
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.lighter import messages as wire
from cockpit.sim.world.contract import MarketState, Step, TradeTick, VenueWorld
from cockpit.sim.world.followers import Levels, TouchedLevels, sides

__all__ = ["Channel", "Height", "MarketStats", "Message", "OrderBook", "Ticker", "Trades"]

BOOK_MS = 50
STATS_MS = 250
LAST_TRADES = 50
LIQUIDATION_SEARCH = 1000

Message = dict[str, Json]


def stamp_ms(world: VenueWorld) -> int:
    """The server's send time, never before a microsecond stamp of the same moment."""
    return -(-world.now_ns() // NS_PER_MS)


class OrderBook:
    """The whole book, then changed levels chained by nonce; `offset` counts messages."""

    def __init__(self, world: VenueWorld, state: MarketState, offset: int) -> None:
        self._touched = TouchedLevels(state)
        self._name = f"order_book:{state.listing.market_id}"
        self._world = world
        self._state = state
        self._offset = offset
        self._nonce = 0
        self._cadence = Cadence(BOOK_MS)

    def first(self) -> Iterable[Message]:
        state = self._state
        live = bool(state.bids or state.asks)
        self._nonce = wire.nonce(state) if live else 0
        updated_us = self._world.now_ns() // 1000 if live else 0
        yield self._message("subscribed", sides(state), 0, updated_us)

    def after(self, step: Step) -> Iterable[Message]:
        self._touched.hear(step)
        if self._touched.since_ns is None or not self._cadence.due(step):
            return
        self._cadence.mark(step.at_ns)
        begin, self._nonce = self._nonce, wire.nonce(self._state)
        self._offset += 1
        book = self._touched.take()
        yield self._message("update", book, begin, self._world.now_ns() // 1000)

    def _message(
        self, kind: str, book: tuple[Levels, Levels], begin_nonce: int, updated_us: int
    ) -> Message:
        bids, asks = ([wire.level(self._state, *at) for at in side] for side in book)
        head: Message = {"channel": self._name}
        if updated_us:
            head["last_updated_at"] = updated_us
        return head | {
            "offset": self._offset,
            "order_book": {
                "code": 0,
                "asks": asks,
                "bids": bids,
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
        state.follow(self)
        self._name = f"trade:{state.listing.market_id}"
        self._world = world
        self._state = state

    def first(self) -> Iterable[Message]:
        recent = self._world.recent_trades(self._state.listing.symbol, LIQUIDATION_SEARCH)
        yield self._message("subscribed", recent, LAST_TRADES)

    def after(self, step: Step) -> Iterable[Message]:
        if ticks := fills_of(step, self._state):
            yield self._message("update", ticks, None)

    def _message(self, kind: str, ticks: list[TradeTick], most: int | None) -> Message:
        lists = {
            name: [
                wire.trade(self._world, self._state, tick)
                for tick in reversed(ticks)
                if tick.liquidation is liquidation
            ][:most]
            for name, liquidation in (("liquidation_trades", True), ("trades", False))
        }
        return {
            "channel": self._name,
            "liquidation_trades": lists["liquidation_trades"] or None,
            "nonce": wire.nonce(self._state),
            "trades": lists["trades"] or None,
            "type": f"{kind}/trade",
        }


class MarketStats:
    """One market's statistics as an object, or all as a map by id; then what changed."""

    def __init__(self, world: VenueWorld, state: MarketState | None) -> None:
        self._name = f"market_stats:{'all' if state is None else _id(state)}"
        self._world = world
        self._state = state
        self._known: dict[str, Json] = {}
        self._touched: set[str] = set()
        self._cadence = Cadence(STATS_MS)

    def first(self) -> Iterable[Message]:
        self._known = {_id(state): wire.market_stats(state) for state in self._states()}
        yield self._message("subscribed", self._known)

    def after(self, step: Step) -> Iterable[Message]:
        self._touched |= step.prices
        self._touched.update(change.symbol for change in step.books)
        self._touched.update(step.settled)
        if not (self._touched or step.flush) or not self._cadence.due(step):
            return
        self._cadence.mark(step.at_ns)
        changed = {}
        for state in self._states():
            if step.flush or state.listing.symbol in self._touched:
                stats = wire.market_stats(state)
                if stats != self._known.get(_id(state)):
                    changed[_id(state)] = self._known[_id(state)] = stats
        self._touched.clear()
        if changed:
            yield self._message("update", changed)

    def _states(self) -> Iterable[MarketState]:
        """All: those that were listed since, too."""
        return self._world.markets.values() if self._state is None else [self._state]

    def _message(self, kind: str, by_id: dict[str, Json]) -> Message:
        return {
            "channel": self._name,
            "market_stats": by_id if self._state is None else next(iter(by_id.values())),
            "timestamp": stamp_ms(self._world),
            "type": f"{kind}/market_stats",
        }


class Ticker:
    """Best bid and offer, when they change."""

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        self._name = f"ticker:{_id(state)}"
        self._world = world
        self._state = state
        self._known = wire.best(state)

    def first(self) -> Iterable[Message]:
        yield self._message("subscribed")

    def after(self, step: Step) -> Iterable[Message]:
        best = wire.best(self._state)
        if best != self._known:
            self._known = best
            yield self._message("update")

    def _message(self, kind: str) -> Message:
        live = self._known["a"]["price"] or self._known["b"]["price"]
        updated_us = self._world.now_ns() // 1000 if live else 0
        head: Message = {"channel": self._name}
        if updated_us:
            head["last_updated_at"] = updated_us
        return head | {
            "nonce": wire.nonce(self._state),
            "ticker": {
                "s": self._state.listing.native,
                **self._known,
                "last_updated_at": updated_us,
            },
            "timestamp": stamp_ms(self._world),
            "type": f"{kind}/ticker",
        }


class Height:
    """Blocks come faster than messages: one per step, with the newest."""

    def __init__(self, world: VenueWorld) -> None:
        self._world = world

    def first(self) -> Iterable[Message]:
        yield self._message("subscribed", self._world.height, self._world.block_ns)

    def after(self, step: Step) -> Iterable[Message]:
        if step.blocks:
            newest = step.blocks[-1]
            yield self._message("update", newest.height, newest.block_ns)

    def _message(self, kind: str, height: int, block_ns: int) -> Message:
        return {
            "channel": "height",
            "height": height,
            "timestamp": block_ns // NS_PER_MS,
            "type": f"{kind}/height",
        }


def _id(state: MarketState) -> str:
    return str(state.listing.market_id)
