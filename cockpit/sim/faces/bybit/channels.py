"""Bybit's topics: what each says when it is subscribed, and after a step.

Figures: https://bybit-exchange.github.io/docs/v5/websocket/public.
"""

from collections.abc import Iterable

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.bybit import messages as wire
from cockpit.sim.faces.bybit.messages import Contract
from cockpit.sim.faces.kit.channels import Cadence, Channel, RowMemory
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.world.contract import MarketState, Step, TradeTick, VenueWorld
from cockpit.sim.world.followers import BookMemory, Levels
from cockpit.sim.world.past_prices import candles

DEPTH_CADENCE_MS = {1: 10, 50: 20, 200: 100, 1000: 200}
TICKER_MS, KLINE_MS, REPEAT_MS = 100, 1000, 3000


class Silence:
    """A topic of a pre-listing: nothing happens there yet."""

    def first(self) -> Iterable[Json]:
        return ()

    def after(self, step: Step) -> Iterable[Json]:
        return ()


class _Topic(Silence):
    """What every topic knows."""

    def __init__(
        self, world: VenueWorld, name: str, contract: Contract, state: MarketState
    ) -> None:
        self._world = world
        self._name = name
        self._contract = contract
        self._state = state

    @property
    def _now_ms(self) -> int:
        return self._world.now_ns() // NS_PER_MS

    def _book(self, form: str, update_id: int, bids: Levels, asks: Levels) -> Json:
        contract, now_ms = self._contract, self._now_ms
        return {
            "topic": self._name,
            "type": form,
            "ts": now_ms,
            "data": {
                "s": contract.native,
                "b": wire.levels(contract, bids),
                "a": wire.levels(contract, asks),
                "u": update_id,
                "seq": contract.seq,
            },
            "cts": now_ms - 1,
        }

    def _fills(self, step: Step) -> list[TradeTick]:
        """A coin's trades are those of its main contract."""
        symbol = self._contract.listing.symbol
        if self._contract.kind != "perpetual":
            return []
        return [fill for fill in step.trades if fill.symbol == symbol]

    def _rows(self, rows: list[Json]) -> Iterable[Json]:
        if rows:
            yield {"topic": self._name, "type": "snapshot", "ts": self._now_ms, "data": rows}


class Book(_Topic):
    """A snapshot, then the levels that changed within the published depth."""

    def __init__(
        self, world: VenueWorld, name: str, contract: Contract, state: MarketState
    ) -> None:
        super().__init__(world, name, contract, state)
        depth = int(name.split(".")[1])
        self._memory = BookMemory(state, depth)
        self._cadence = Cadence(DEPTH_CADENCE_MS[depth], world.now_ns())
        self._seen_seq = -1
        self._update_id = 0

    def first(self) -> Iterable[Json]:
        self._update_id, self._seen_seq = self._contract.update_id, self._contract.seq
        yield self._book("snapshot", self._update_id, *self._memory.whole())

    def after(self, step: Step) -> Iterable[Json]:
        if self._contract.seq == self._seen_seq or not self._cadence.due(step):
            return
        self._seen_seq = self._contract.seq
        bids, asks = self._memory.news()
        if bids or asks:
            self._update_id += 1
            self._cadence.mark(step.at_ns)
            yield self._book("delta", self._update_id, bids, asks)


class BestLevel(_Topic):
    """Snapshots only, and the last one again where nothing happens."""

    def __init__(
        self, world: VenueWorld, name: str, contract: Contract, state: MarketState
    ) -> None:
        super().__init__(world, name, contract, state)
        self._cadence = Cadence(DEPTH_CADENCE_MS[1], world.now_ns())
        self._repeat = Cadence(REPEAT_MS, world.now_ns())
        self._memory = BookMemory(state, 1)
        self._known: tuple[Levels, Levels] = ([], [])
        self._update_id = 0

    def first(self) -> Iterable[Json]:
        self._update_id = self._contract.update_id
        self._known = self._memory.whole()
        yield self._book("snapshot", self._update_id, *self._known)

    def after(self, step: Step) -> Iterable[Json]:
        now = self._memory.whole()
        if now == self._known:
            if step.flush or not self._repeat.due(step):
                return
        elif not self._cadence.due(step):
            return
        else:
            self._known = now
            self._update_id += 1
        self._cadence.mark(step.at_ns)
        self._repeat.mark(step.at_ns)
        yield self._book("snapshot", self._update_id, *now)


class Ticker(_Topic):
    """All keys, then those that changed."""

    def __init__(
        self, world: VenueWorld, name: str, contract: Contract, state: MarketState
    ) -> None:
        super().__init__(world, name, contract, state)
        self._cadence = Cadence(TICKER_MS, world.now_ns())
        self._memory = RowMemory()

    def first(self) -> Iterable[Json]:
        yield self._frame("snapshot", self._memory.news(self._row()))

    def after(self, step: Step) -> Iterable[Json]:
        if not self._cadence.due(step):
            return
        if not (self._state.has_book or step.flush or self._state.listing.symbol in step.prices):
            return
        if not (step.prices or step.books or step.trades or step.flush):
            return
        if news := self._memory.news(self._row()):
            self._cadence.mark(step.at_ns)
            yield self._frame("delta", {"symbol": self._contract.native, **news})

    def _row(self) -> dict[str, str]:
        return wire.ticker(self._contract, self._world)

    def _frame(self, form: str, data: Json) -> Json:
        head = {"topic": self._name, "type": form, "data": data}
        return head | {"cs": self._contract.seq, "ts": self._now_ms}


class Trades(_Topic):
    """`publicTrade`: each step's fills."""

    def first(self) -> Iterable[Json]:
        self._state.follow(self)
        return ()

    def after(self, step: Step) -> Iterable[Json]:
        contract, fills = self._contract, self._fills(step)
        recent = self._world.recent_trades(contract.listing.symbol, 20) if fills else []
        rows = [
            {
                "T": fill.at_ns // NS_PER_MS,
                "s": contract.native,
                "S": wire.side_name(fill.side),
                "v": contract.size(fill.lots),
                "p": contract.ticks(fill.ticks),
                "L": wire.direction([row for row in recent if row.trade_id <= fill.trade_id]),
                "i": wire.trade_uuid(fill.trade_id),
                "BT": False,
                "RPI": False,
                "seq": contract.seq,
            }
            for fill in fills
        ]
        return self._rows(rows)


class Liquidations(_Topic):
    """`S` is the side of the position: a taker who sells closes a liquidated long, Buy."""

    def after(self, step: Step) -> Iterable[Json]:
        contract = self._contract
        rows = [
            {
                "T": fill.at_ns // NS_PER_MS,
                "s": contract.native,
                "S": "Buy" if fill.side is Side.SELL else "Sell",
                "v": contract.size(fill.lots),
                "p": contract.ticks(fill.ticks),
            }
            for fill in self._fills(step)
            if fill.liquidation
        ]
        return self._rows(rows)


class Kline(_Topic):
    """The running candle, each second."""

    def __init__(
        self, world: VenueWorld, name: str, contract: Contract, state: MarketState
    ) -> None:
        super().__init__(world, name, contract, state)
        self._interval = name.split(".")[1]
        self._cadence = Cadence(KLINE_MS, world.now_ns())

    def after(self, step: Step) -> Iterable[Json]:
        length_s = wire.KLINES_S[self._interval]
        found = candles(self._state, length_s, self._world.now_ns(), most=1)
        if not found or not self._cadence.due(step):
            return ()
        self._cadence.mark(step.at_ns)
        start, *prices, volume, turnover = wire.kline(self._contract, found[0])
        row: Json = dict(zip(("open", "high", "low", "close"), prices, strict=True))
        row |= {"start": int(start), "end": int(start) + length_s * 1000 - 1}
        row |= {"interval": self._interval, "volume": volume, "turnover": turnover}
        return self._rows([row | {"confirm": False, "timestamp": self._now_ms}])


TOPICS: dict[str, type[_Topic]] = {
    "orderbook.1": BestLevel,
    **{f"orderbook.{depth}": Book for depth in DEPTH_CADENCE_MS if depth > 1},
    "tickers": Ticker,
    "publicTrade": Trades,
    "allLiquidation": Liquidations,
    **{f"kline.{interval}": Kline for interval in wire.KLINES_S},
}


def parsed(world: VenueWorld, name: str, known: dict[str, Contract]) -> Channel | None:
    """A topic by its name; None where the venue has no such topic or symbol."""
    kind, _, native = name.rpartition(".")
    contract = known.get(native)
    if contract is None or contract.kind == "closed" or kind not in TOPICS:
        return None
    if contract.state is None:
        return Silence()
    return TOPICS[kind](world, name, contract, contract.state)
