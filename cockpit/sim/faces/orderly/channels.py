"""Orderly's topics: what each says when it is subscribed, and after a step.

| topic | pushed |
| --- | --- |
| `S@orderbookupdate` | levels that changed, each 200 ms; never the whole book |
| `S@orderbook` | the whole book, at once and then each second if it changed |
| `S@trade` | each fill in a frame of its own |
| `S@markprice`, `markprices`, `SPOT_S@indexprice`, `indexprices` | each second |
| `S@openinterest` | each second if it changed, each ten seconds anyway |
| `S@estfundingrate` | each 15 seconds |
"""

from collections.abc import Callable, Iterable

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.kit.channels import BookMemory, Cadence, Levels, fills_of
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.orderly import messages as wire
from cockpit.sim.world.contract import MarketState, Step, VenueWorld

UPDATE_MS, SECOND_MS, FORCED_MS, RATE_MS = 200, 1_000, 10_000, 15_000


class Published:
    """A market's book as one connection knows it; whole books and changes are both made of it.

    `at_ms` is when it changed last, which is the stamp of everything that is said of it.
    """

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        self._world, self.state = world, state
        self._memory = BookMemory(state)
        self._cadence = Cadence(UPDATE_MS, world.now_ns())
        self._step: Step | None = None
        self._news: Json = None
        self.whole: tuple[Levels, Levels] = self._memory.whole()
        self.at_ms = wire.stamp_ms(world)

    def advance(self, step: Step) -> Json:
        """The change of this step as data of `orderbookupdate`; None where there is none."""
        if step is self._step:
            return self._news
        self._step, self._news = step, None
        if self._cadence.due(step):
            bids, asks = self._memory.news()
            if bids or asks:
                self._cadence.mark(step.at_ns)
                self.whole = self._memory.whole()
                previous_ms, self.at_ms = (
                    self.at_ms,
                    max(self.at_ms + 1, wire.stamp_ms(self._world)),
                )
                self._news = self._data(bids, asks) | {"prevTs": previous_ms}
        return self._news

    def snapshot(self) -> dict[str, Json]:
        return self._data(*self.whole)

    def _data(self, bids: Levels, asks: Levels) -> dict[str, Json]:
        return {
            "symbol": self.state.listing.native,
            "asks": wire.levels(self.state, asks),
            "bids": wire.levels(self.state, bids),
        }


class Changes:
    """Changes of a book. Whoever wants the whole of it asks for it."""

    def __init__(self, topic: str, book: Published) -> None:
        self._topic, self.book = topic, book

    def first(self) -> Iterable[Json]:
        return ()

    def after(self, step: Step) -> Iterable[Json]:
        data = self.book.advance(step)
        if data is not None:
            yield {"topic": self._topic, "ts": self.book.at_ms, "data": data}


class Whole:
    """Whole books."""

    def __init__(self, topic: str, book: Published) -> None:
        self._topic, self.book = topic, book
        self._cadence = Cadence(SECOND_MS)
        self._told_ms = 0

    def first(self) -> Iterable[Json]:
        self._told_ms = self.book.at_ms
        yield self._frame()

    def after(self, step: Step) -> Iterable[Json]:
        self.book.advance(step)
        if self.book.at_ms != self._told_ms and self._cadence.due(step):
            self._cadence.mark(step.at_ns)
            self._told_ms = self.book.at_ms
            yield self._frame()

    def _frame(self) -> Json:
        return {"topic": self._topic, "ts": self.book.at_ms, "data": self.book.snapshot()}


class Trades:
    """Each fill as it happens."""

    def __init__(self, topic: str, state: MarketState) -> None:
        self._topic, self._state = topic, state

    def first(self) -> Iterable[Json]:
        self._state.follow(self)
        return ()

    def after(self, step: Step) -> Iterable[Json]:
        for fill in fills_of(step, self._state):
            data = {
                "symbol": self._state.listing.native,
                "price": wire.price(self._state, fill.ticks),
                "size": wire.size(self._state, fill.lots),
                "side": "BUY" if fill.side is Side.BUY else "SELL",
            }
            yield {"topic": self._topic, "ts": fill.at_ns // NS_PER_MS, "data": data}


class Figures:
    """Figures each `period_ms`; those that did not change only each `forced_ms`."""

    def __init__(
        self, topic: str, world: VenueWorld, say: Callable[[], Json], period_ms: int, forced_ms: int
    ) -> None:
        self._topic, self._world, self._say = topic, world, say
        self._cadence = Cadence(period_ms, world.now_ns())
        self._forced = Cadence(forced_ms, world.now_ns())
        self._told: Json = None

    def first(self) -> Iterable[Json]:
        return ()

    def after(self, step: Step) -> Iterable[Json]:
        if not self._cadence.due(step):
            return
        data = self._say()
        if data is None or (data == self._told and not self._forced.due(step)):
            return
        self._told = data
        self._cadence.mark(step.at_ns)
        self._forced.mark(step.at_ns)
        yield {"topic": self._topic, "ts": wire.stamp_ms(self._world), "data": data}


def of_all(world: VenueWorld, topic: str) -> Figures | None:
    """A topic of all markets, as they are listed at that moment."""
    if topic == "markprices":
        return Figures(topic, world, lambda: [_mark(s) for s in wire.alive(world)], SECOND_MS, 0)
    if topic == "indexprices":
        return Figures(topic, world, lambda: [_index(s) for s in wire.alive(world)], SECOND_MS, 0)
    return None


def of_market(world: VenueWorld, topic: str, kind: str, state: MarketState) -> Figures | None:
    if kind == "markprice":
        return Figures(topic, world, lambda: _mark(state), SECOND_MS, 0)
    if kind == "indexprice":
        return Figures(topic, world, lambda: _index(state), SECOND_MS, 0)
    if kind == "openinterest":
        return Figures(topic, world, lambda: _interest(state), SECOND_MS, FORCED_MS)
    if kind == "estfundingrate":
        return Figures(topic, world, lambda: _estimate(state), RATE_MS, 0)
    return None


def _mark(state: MarketState) -> Json:
    return {"symbol": state.listing.native, "price": state.mark}


def _index(state: MarketState) -> Json:
    return {"symbol": wire.spot(state), "price": state.index}


def _interest(state: MarketState) -> Json:
    interest = wire.size(state, state.open_interest_lots)
    return {"symbol": state.listing.native, "openInterest": interest}


def _estimate(state: MarketState) -> Json:
    if state.rate is None or state.next_funding_ns is None:
        return None
    return {
        "symbol": state.listing.native,
        "fundingRate": wire.rate(state.rate),
        "fundingTs": state.next_funding_ns // NS_PER_MS,
    }
