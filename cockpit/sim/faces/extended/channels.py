"""Extended's topics: what each says when it is subscribed, and after a step.

A message here is `{type, data, ts}`; number and topic are the connection's to add.
Source: https://api.docs.extended.exchange (public streams), recordings of September 2026.
"""

from collections.abc import Iterator, Sequence

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.extended import messages as wire
from cockpit.sim.faces.kit.candles import length_s, running
from cockpit.sim.faces.kit.channels import Cadence, MarketStream, fills_of
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.world.contract import MarketState, Step, VenueWorld
from cockpit.sim.world.followers import BookMemory

DELTA_MS, TOUCH_MS, SNAPSHOT_MS, CANDLE_MS = 100.0, 10.0, 60_000.0, 250.0
RECENT_TRADES = 50


class Topic(MarketStream):
    """What every topic says."""

    def _message(self, kind: str, data: Json) -> Json:
        return {"type": kind, "data": data, "ts": self.world.now_ns() // NS_PER_MS}

    def _book(self, kind: str, sides: Sequence[Json], depth: str) -> Json:
        bids, asks = sides
        data = {"t": kind, "m": self.state.listing.native, "b": bids, "a": asks, "d": depth}
        return self._message(f"ORDERBOOKS.{kind}", data)

    def _whole(self, memory: BookMemory, depth: str) -> Json:
        sides = [wire.levels(self.state, side) for side in memory.whole()]
        return self._book("SNAPSHOT", sides, depth)


class Book(Topic):
    """The whole book, signed changes each 100 ms, and each minute the whole book again."""

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        super().__init__(world, state, DELTA_MS)
        self._snapshots = Cadence(SNAPSHOT_MS, world.now_ns())
        self._memory = BookMemory(state)

    def first(self) -> Iterator[Json]:
        yield self._whole(self._memory, "f")

    def after(self, step: Step) -> Iterator[Json]:
        is_minute = not step.flush and self._snapshots.due(step)
        if not (is_minute or self.cadence.due(step)):
            return
        bids, asks = (wire.changes(self.state, side) for side in self._memory.changes())
        if bids or asks or is_minute:
            self.cadence.mark(step.at_ns)
            yield self._book("DELTA", (bids, asks), "f")
        if is_minute:
            self._snapshots.mark(step.at_ns)
            yield from self.first()


class Touch(Topic):
    """Best bid and ask: snapshots only, whenever they change."""

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        super().__init__(world, state, TOUCH_MS)
        self._memory = BookMemory(state, 1)

    def first(self) -> Iterator[Json]:
        yield self._whole(self._memory, "1")

    def after(self, step: Step) -> Iterator[Json]:
        if self.cadence.due(step) and any(self._memory.news()):
            self.cadence.mark(step.at_ns)
            yield from self.first()


class Trades(Topic):
    """The last fifty in one message, then those of each step."""

    def first(self) -> Iterator[Json]:
        self.state.follow(self)
        recent = self.world.recent_trades(self.state.listing.symbol, RECENT_TRADES)
        if recent:
            yield self._message("TRADES", wire.fills(self.state, recent))

    def after(self, step: Step) -> Iterator[Json]:
        if fresh := fills_of(step, self.state):
            yield self._message("TRADES", wire.fills(self.state, fresh))


class Price(Topic):
    """Mark (`MP`) or index (`IP`), whenever it changes. The mark's own time is 0."""

    def __init__(self, world: VenueWorld, state: MarketState, kind: str) -> None:
        super().__init__(world, state)
        self._kind = kind
        self._known: float | None = None

    def first(self) -> Iterator[Json]:
        is_mark = self._kind == "MP"
        price = self.state.mark if is_mark else self.state.index
        if price is None or price == self._known:
            return
        self._known = price
        own_ms = 0 if is_mark else self.world.now_ns() // NS_PER_MS
        row = {"m": self.state.listing.native, "p": wire.exact(price), "ts": own_ms}
        yield self._message(f"PRICES.{self._kind}", row)

    def after(self, step: Step) -> Iterator[Json]:
        yield from self.first()


class Funding(Topic):
    """The last rate with the time of asking, then each payment shortly after its hour."""

    def first(self) -> Iterator[Json]:
        if (last := self.state.last_payment) is not None:
            yield self._row(last[1], self.world.now_ns())

    def after(self, step: Step) -> Iterator[Json]:
        last = self.state.last_payment
        if last is not None and self.state.listing.symbol in step.settled:
            yield self._row(last[1], last[0])

    def _row(self, rate: float, at_ns: int) -> Json:
        return self._message("FUNDING_RATES", wire.payment(self.state, rate, at_ns))


class Candles(Topic):
    """The running candle, four times a second; the same prices for all kinds of it."""

    def __init__(self, world: VenueWorld, state: MarketState, interval: str) -> None:
        super().__init__(world, state, CANDLE_MS)
        self._length_s = length_s(interval) or 0

    def said(self, step: Step) -> Json:
        row = self._length_s and running(self.state, self._length_s, self.world.now_ns())
        return self._message("CANDLES", [wire.candle(self.state, row)]) if row else None
