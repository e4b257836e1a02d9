"""Extended's topics: what each says when it is subscribed, and after a step.

A message here is `{type, data, ts}`; number and topic are the connection's to add.
Source: https://api.docs.extended.exchange (public streams), recordings of September 2026.
"""

from collections.abc import Iterator, Sequence

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.extended import messages as wire
from cockpit.sim.faces.kit.channels import Cadence, fills_of
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.world.contract import MarketState, Step, VenueWorld

DELTA_MS, TOUCH_MS, SNAPSHOT_MS = 100.0, 10.0, 60_000.0
RECENT_TRADES = 50
SIDES = (Side.BUY, Side.SELL)


class Topic:
    """What every topic knows."""

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        self._world = world
        self._state = state
        self._native = state.listing.native

    def _message(self, kind: str, data: Json) -> Json:
        return {"type": kind, "data": data, "ts": self._world.now_ns() // NS_PER_MS}

    def _book(self, kind: str, sides: Sequence[Json], depth: str) -> Json:
        bids, asks = sides
        data = {"t": kind, "m": self._native, "b": bids, "a": asks, "d": depth}
        return self._message(f"ORDERBOOKS.{kind}", data)


class Book(Topic):
    """The whole book, signed changes each 100 ms, and each minute the whole book again."""

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        super().__init__(world, state)
        state.follow(self)
        self._deltas = Cadence(DELTA_MS, world.now_ns())
        self._snapshots = Cadence(SNAPSHOT_MS, world.now_ns())
        self._known: dict[Side, dict[int, int]] = {}

    def first(self) -> Iterator[Json]:
        yield self._snapshot()

    def after(self, step: Step) -> Iterator[Json]:
        is_minute = not step.flush and self._snapshots.due(step)
        if not (is_minute or self._deltas.due(step)):
            return
        bids, asks = (self._changes(side) for side in SIDES)
        if bids or asks or is_minute:
            self._deltas.mark(step.at_ns)
            yield self._book("DELTA", (bids, asks), "f")
        if is_minute:
            self._snapshots.mark(step.at_ns)
            yield self._snapshot()

    def _snapshot(self) -> Json:
        self._known = {side: dict(self._state.ladder(side)) for side in SIDES}
        whole = [wire.levels(self._state, self._known[side].items()) for side in SIDES]
        return self._book("SNAPSHOT", whole, "f")

    def _changes(self, side: Side) -> list[Json]:
        """Best first: `q` what was added or taken away, `c` what stands there now."""
        state, before, now = self._state, self._known[side], dict(self._state.ladder(side))
        self._known[side] = now
        return [
            {
                "q": wire.size(state, now.get(ticks, 0) - before.get(ticks, 0)),
                "p": wire.price(state, ticks),
                "c": wire.size(state, now.get(ticks, 0)),
            }
            for ticks in sorted(now.keys() | before.keys(), reverse=side is Side.BUY)
            if now.get(ticks) != before.get(ticks)
        ]


class Touch(Topic):
    """Best bid and ask: snapshots only, whenever they change."""

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        super().__init__(world, state)
        self._cadence = Cadence(TOUCH_MS, world.now_ns())
        self._known: list[Json] = []

    def first(self) -> Iterator[Json]:
        best = [self._state.best(side) for side in SIDES]
        self._known = [wire.levels(self._state, [level] if level else []) for level in best]
        yield self._book("SNAPSHOT", self._known, "1")

    def after(self, step: Step) -> Iterator[Json]:
        if self._cadence.due(step):
            before = self._known
            (message,) = self.first()
            if self._known != before:
                self._cadence.mark(step.at_ns)
                yield message


class Trades(Topic):
    """The last fifty in one message, then those of each step."""

    def first(self) -> Iterator[Json]:
        self._state.follow(self)
        recent = self._world.recent_trades(self._state.listing.symbol, RECENT_TRADES)
        if recent:
            yield self._message("TRADES", wire.fills(self._state, recent))

    def after(self, step: Step) -> Iterator[Json]:
        if fresh := fills_of(step, self._state):
            yield self._message("TRADES", wire.fills(self._state, fresh))


class Price(Topic):
    """Mark (`MP`) or index (`IP`), whenever it changes. The mark's own time is 0."""

    def __init__(self, world: VenueWorld, state: MarketState, kind: str) -> None:
        super().__init__(world, state)
        self._kind = kind
        self._known: float | None = None

    def first(self) -> Iterator[Json]:
        is_mark = self._kind == "MP"
        price = self._state.mark if is_mark else self._state.index
        if price is None or price == self._known:
            return
        self._known = price
        own_ms = 0 if is_mark else self._world.now_ns() // NS_PER_MS
        row = {"m": self._native, "p": wire.exact(price), "ts": own_ms}
        yield self._message(f"PRICES.{self._kind}", row)

    def after(self, step: Step) -> Iterator[Json]:
        yield from self.first()


class Funding(Topic):
    """The last rate with the time of asking, then each payment shortly after its hour."""

    def first(self) -> Iterator[Json]:
        if (last := self._state.last_payment) is not None:
            yield self._row(last[1], self._world.now_ns())

    def after(self, step: Step) -> Iterator[Json]:
        last = self._state.last_payment
        if last is not None and self._state.listing.symbol in step.settled:
            yield self._row(last[1], last[0])

    def _row(self, rate: float, at_ns: int) -> Json:
        return self._message("FUNDING_RATES", wire.payment(self._state, rate, at_ns))
