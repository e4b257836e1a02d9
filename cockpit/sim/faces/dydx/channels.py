"""What each dYdX channel says: first contents at subscription, then contents after every step.

Envelopes, ids and batching are the connection's business (`dydx.py`). Source:
https://docs.dydx.xyz/indexer-client/websockets; versions and field order from the Indexer's source
(indexer/services/ender and socks).
"""

from typing import Protocol

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.dydx import messages as wire
from cockpit.sim.faces.dydx.profile import BOOK_DEPTH
from cockpit.sim.world.contract import MarketState, Step, VenueWorld

TRADES_AT_FIRST = 1000
CANDLES_AT_FIRST = 1000
UPDATER_NS = 30 * NS_PER_S
"""How often the market updater refreshes what it publishes of a market."""
WIRE_SIDE = {Side.BUY: "bids", Side.SELL: "asks"}


class Channel(Protocol):
    """One subscription. Contents are what a message carries, without its envelope."""

    version: str

    def first(self) -> wire.Json: ...

    def after(self, step: Step) -> list[wire.Json]: ...


class OrderBook:
    """`v4_orderbook`: one level of one side per update, sizes absolute.

    A client knows the first 100 levels and every level that changed since. A level that it cannot
    know (left out of the snapshot by uncrossing or by depth) is stated once it belongs there.
    """

    version = "1.0.0"

    def __init__(self, state: MarketState) -> None:
        self._state = state
        self._known: dict[Side, set[int]] = {Side.BUY: set(), Side.SELL: set()}

    def first(self) -> wire.Json:
        for side in Side:
            self._known[side] = {ticks for ticks, _ in self._state.ladder(side, BOOK_DEPTH)}
        return wire.book(self._state)

    def after(self, step: Step) -> list[wire.Json]:
        state, symbol = self._state, self._state.listing.symbol
        contents = []
        for change in step.books:
            if change.symbol != symbol:
                continue
            if change.lots:
                self._known[change.side].add(change.ticks)
            else:
                self._known[change.side].discard(change.ticks)
            contents.append(self._level(change.side, change.ticks, change.lots))
        if contents or step.flush:
            for side in Side:
                for ticks, lots in state.ladder(side, BOOK_DEPTH):
                    if ticks not in self._known[side]:
                        self._known[side].add(ticks)
                        contents.append(self._level(side, ticks, lots))
        return contents

    def _level(self, side: Side, ticks: int, lots: int) -> wire.Json:
        size = wire.size(self._state, lots) if lots else "0"
        return {WIRE_SIDE[side]: [[wire.price(self._state, ticks), size]]}


class Trades:
    """`v4_trades`: newest first at subscription, then one fill per update."""

    version = "2.1.0"

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        self._world = world
        self._state = state

    def first(self) -> wire.Json:
        return wire.trade_rows(self._world, self._state, TRADES_AT_FIRST)

    def after(self, step: Step) -> list[wire.Json]:
        return [
            {"trades": [wire.trade_update(self._world, self._state, trade)]}
            for trade in step.trades
            if trade.symbol == self._state.listing.symbol
        ]


class Markets:
    """`v4_markets`: oracle rows with blocks, trading rows with the updater's tick; only changes.

    With no funding sample yet in this hour, the hour before keeps standing in `nextFundingRate`.
    """

    version = "1.0.0"

    def __init__(self, world: VenueWorld) -> None:
        self._world = world
        self._tick = world.now_ns() // UPDATER_NS
        self._oracles: dict[str, str | None] = {}
        self._live: dict[str, dict[str, wire.Json]] = {}

    def first(self) -> wire.Json:
        for native, state in self._world.markets.items():
            self._oracles[native] = wire.oracle(state)
            self._live[native] = wire.live_fields(state)
        rows = {native: wire.market_row(s) for native, s in self._world.markets.items()}
        return {"markets": rows}

    def after(self, step: Step) -> list[wire.Json]:
        contents = []
        if (step.blocks or step.flush) and (oracles := self._oracle_rows()):
            contents.append({"oraclePrices": oracles})
        tick = step.at_ns // UPDATER_NS
        if (tick != self._tick or step.flush) and (trading := self._trading_rows(step.flush)):
            contents.append({"trading": trading})
        self._tick = tick
        return contents

    def _oracle_rows(self) -> dict[str, wire.Json]:
        rows = {}
        for native, state in self._world.markets.items():
            text = wire.oracle(state)
            if text is None or text == self._oracles[native]:
                continue
            self._oracles[native] = text
            rows[native] = {
                "oraclePrice": text,
                "effectiveAt": wire.iso(self._world.block_ns),
                "effectiveAtHeight": str(self._world.height),
                "marketId": state.listing.market_id,
            }
        return rows

    def _trading_rows(self, flush: bool) -> dict[str, wire.Json]:
        rows = {}
        for native, state in self._world.markets.items():
            if state.mark is None:
                continue
            told = self._live[native]
            live = wire.live_fields(state)
            if not state.premium_samples and not flush:
                live["nextFundingRate"] = told["nextFundingRate"]
            if changed := {key: live[key] for key in live if live[key] != told[key]}:
                self._live[native] = live
                rows[native] = changed
        return rows


class BlockHeight:
    """`v4_block_height`: the key is `height` at subscription and `blockHeight` afterwards."""

    version = "1.0.0"

    def __init__(self, world: VenueWorld) -> None:
        self._world = world

    def first(self) -> wire.Json:
        return {"height": str(self._world.height), "time": wire.iso(self._world.block_ns)}

    def after(self, step: Step) -> list[wire.Json]:
        return [
            {"blockHeight": str(block.height), "time": wire.iso(block.block_ns)}
            for block in step.blocks
        ]


class Candles:
    """`v4_candles`: newest first at subscription, then the open candle after each trade."""

    version = "1.0.0"

    def __init__(self, world: VenueWorld, state: MarketState, resolution: str) -> None:
        self._world = world
        self._state = state
        self._resolution = resolution

    def first(self) -> wire.Json:
        now_ns = self._world.now_ns()
        rows = wire.candle_rows(
            self._world, self._state, self._resolution, 0, now_ns + 1, CANDLES_AT_FIRST
        )
        return {"candles": rows}

    def after(self, step: Step) -> list[wire.Json]:
        if not any(trade.symbol == self._state.listing.symbol for trade in step.trades):
            return []
        now_ns = self._world.now_ns()
        rows = wire.candle_rows(self._world, self._state, self._resolution, 0, now_ns + 1, 1)
        return list(rows)
