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
from cockpit.sim.faces.kit.channels import fills_of
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import iso
from cockpit.sim.world.contract import MarketState, Step, VenueWorld

TRADES_AT_FIRST = 1000
CANDLES_AT_FIRST = 100
UPDATER_NS = 30 * NS_PER_S
"""How often the market updater refreshes what it publishes of a market."""
WIRE_SIDE = {Side.BUY: "bids", Side.SELL: "asks"}


class Channel(Protocol):
    """One subscription. Contents are what a message carries, without its envelope."""

    version: str

    def first(self) -> Json: ...

    def after(self, step: Step) -> list[Json]: ...


class OrderBook:
    """`v4_orderbook`: one level of one side per update, sizes absolute.

    A client knows the first 100 levels and every level that changed since. A level that it cannot
    know (left out of the snapshot by uncrossing or by depth) is stated once it belongs there.
    """

    version = "1.0.0"

    def __init__(self, state: MarketState) -> None:
        state.follow(self)
        self._state = state
        self._known: dict[Side, set[int]] = {Side.BUY: set(), Side.SELL: set()}

    def first(self) -> Json:
        for side in Side:
            self._known[side] = {ticks for ticks, _ in self._state.ladder(side, BOOK_DEPTH)}
        return wire.book(self._state)

    def after(self, step: Step) -> list[Json]:
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

    def _level(self, side: Side, ticks: int, lots: int) -> Json:
        size = wire.size(self._state, lots) if lots else "0"
        return {WIRE_SIDE[side]: [[wire.price(self._state, ticks), size]]}


class Trades:
    """`v4_trades`: newest first at subscription, then one fill per update."""

    version = "2.1.0"

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        state.follow(self)
        self._world = world
        self._state = state

    def first(self) -> Json:
        return wire.trade_rows(self._world, self._state, TRADES_AT_FIRST)

    def after(self, step: Step) -> list[Json]:
        return [
            {"trades": [wire.trade_update(self._world, self._state, trade)]}
            for trade in fills_of(step, self._state)
        ]


class Candles:
    """`v4_candles`: newest first at subscription, then the running one when it has changed."""

    version = "1.0.0"

    def __init__(self, world: VenueWorld, state: MarketState, resolution: str) -> None:
        self._world = world
        self._state = state
        self._resolution = resolution
        self._told: Json = None

    def first(self) -> Json:
        rows = self._rows(CANDLES_AT_FIRST)
        self._told = rows[:1]
        return {"candles": rows}

    def after(self, step: Step) -> list[Json]:
        rows = self._rows(1) if step.prices or step.flush else []
        if not rows or rows == self._told:
            return []
        self._told = rows
        return [{key: rows[0][key] for key in rows[0] if "MidPrice" not in key}]

    def _rows(self, most: int) -> list[dict[str, Json]]:
        return wire.candle_rows(self._world, self._state, self._resolution, most)


class Markets:
    """`v4_markets`: oracle rows with blocks, trading rows with the updater's tick; only changes.

    A market that is listed meanwhile comes whole, of one that ends comes the status.
    With no funding sample yet in this hour, the hour before keeps standing in `nextFundingRate`.
    """

    version = "1.0.0"

    def __init__(self, world: VenueWorld) -> None:
        self._world = world
        self._tick = world.now_ns() // UPDATER_NS
        self._oracles: dict[str, str | None] = {}
        self._live: dict[str, dict[str, Json]] = {}
        self._ended: set[str] = set()

    def first(self) -> Json:
        for native, state in self._world.markets.items():
            if state.mark is None:
                self._ended.add(native)
            self._oracles[native] = wire.oracle(state)
            self._live[native] = wire.live_fields(state)
        rows = {native: wire.market_row(s) for native, s in self._world.markets.items()}
        return {"markets": rows}

    def after(self, step: Step) -> list[Json]:
        contents = []
        if (step.blocks or step.flush) and (oracles := self._oracle_rows()):
            contents.append({"oraclePrices": oracles})
        tick = step.at_ns // UPDATER_NS
        if (tick != self._tick or step.flush) and (trading := self._trading_rows(step.flush)):
            contents.append({"trading": trading})
        self._tick = tick
        return contents

    def _oracle_rows(self) -> dict[str, Json]:
        rows = {}
        for native, state in self._world.markets.items():
            text = wire.oracle(state)
            if text is None or native not in self._live or text == self._oracles.get(native):
                continue
            self._oracles[native] = text
            rows[native] = {
                "oraclePrice": text,
                "effectiveAt": iso(self._world.block_ns),
                "effectiveAtHeight": str(self._world.height),
                "marketId": state.listing.market_id,
            }
        return rows

    def _trading_rows(self, flush: bool) -> dict[str, Json]:
        rows = {}
        for native, state in self._world.markets.items():
            known = self._live.get(native)
            if known is None:
                self._live[native] = wire.live_fields(state)
                rows[native] = wire.market_row(state)
                continue
            if state.mark is None:
                if native not in self._ended:
                    self._ended.add(native)
                    rows[native] = {"status": wire.status(state)}
                continue
            live = wire.live_fields(state)
            if not state.premium_samples and not flush:
                live["nextFundingRate"] = known["nextFundingRate"]
            if changed := {key: live[key] for key in live if live[key] != known[key]}:
                self._live[native] = live
                rows[native] = changed
        return rows


class BlockHeight:
    """`v4_block_height`: the key is `height` at subscription and `blockHeight` afterwards."""

    version = "1.0.0"

    def __init__(self, world: VenueWorld) -> None:
        self._world = world

    def first(self) -> Json:
        return {"height": str(self._world.height), "time": iso(self._world.block_ns)}

    def after(self, step: Step) -> list[Json]:
        return [
            {"blockHeight": str(block.height), "time": iso(block.block_ns)} for block in step.blocks
        ]
