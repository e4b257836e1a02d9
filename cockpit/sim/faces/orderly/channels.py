"""Orderly's topics: what each says when it is subscribed, and after a step.

| topic | pushed |
| --- | --- |
| `S@orderbookupdate` | levels that changed, each 200 ms; never the whole book |
| `S@orderbook` | the whole book, at once and then each second if it changed |
| `S@trade` | each fill in a frame of its own |
| `markprices`, `indexprices`, `tickers`, `bbos` | of all markets, each second |
| `S@ticker` | each second |
| `S@openinterest` | each second if it changed, each ten seconds anyway |
| `S@estfundingrate` | each 15 seconds |
"""

from collections.abc import Callable, Iterable

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.kit import channels as kit
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.faces.orderly import messages as wire
from cockpit.sim.faces.orderly.messages import Row
from cockpit.sim.world.contract import MarketState, Step, TradeTick, VenueWorld, alive
from cockpit.sim.world.followers import BookMemory, Levels

Topic = Callable[[VenueWorld, MarketState, str], kit.Channel]
UPDATE_MS, SECOND_MS, FORCED_MS, RATE_MS = 200, 1_000, 10_000, 15_000


def frame(topic: str, ts_ms: int, data: Json) -> Json:
    return {"topic": topic, "ts": ts_ms, "data": data}


class Published:
    """A market's book as one connection knows it; whole books and changes are both made of it.

    `at_ms` is when it changed last, which is the stamp of everything that is said of it.
    """

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        self._world, self._state = world, state
        self._memory = BookMemory(state)
        self._cadence = kit.Cadence(UPDATE_MS, world.now_ns())
        self._news: Json = None
        self._whole = self._memory.whole()
        self.at_ms = now_ms(world)

    def advance(self, step: Step) -> None:
        """Once a step, before anything is said of it."""
        self._news = None
        if self._cadence.due(step) and any(news := self._memory.news()):
            self._cadence.mark(step.at_ns)
            self._whole = self._memory.whole()
            before_ms, self.at_ms = self.at_ms, max(self.at_ms + 1, now_ms(self._world))
            self._news = self._data(news) | {"prevTs": before_ms}

    def changes(self) -> Json:
        """What this step changed; None where that is nothing."""
        topic = f"{self._state.listing.native}@orderbookupdate"
        return self._news and frame(topic, self.at_ms, self._news)

    def snapshot(self) -> dict[str, Json]:
        return self._data(self._whole)

    def _data(self, book: tuple[Levels, Levels]) -> dict[str, Json]:
        bids, asks = (self._state.numbers(side) for side in book)
        return {"symbol": self._state.listing.native, "asks": asks, "bids": bids}


class Whole(kit.Stream):
    """Whole books: at once, and then if it changed."""

    def __init__(self, world: VenueWorld, topic: str, book: Published) -> None:
        super().__init__(world, SECOND_MS)
        self._topic, self._book, self._told_ms = topic, book, 0

    def first(self) -> Iterable[Json]:
        self._told_ms = self._book.at_ms
        yield frame(self._topic, self._told_ms, self._book.snapshot())

    def said(self, step: Step) -> Json:
        return None if self._book.at_ms == self._told_ms else next(iter(self.first()))


class Interest(kit.MarketStream):
    """Each second if it changed, each ten seconds anyway."""

    _told: tuple[Json, int] = None, 0

    def said(self, step: Step) -> Json:
        native, at_ms = self.state.listing.native, now_ms(self.world)
        data = {"symbol": native, "openInterest": self.state.size(self.state.open_interest_lots)}
        if data == self._told[0] and at_ms - self._told[1] < FORCED_MS and not step.flush:
            return None
        self._told = data, at_ms
        return frame(f"{native}@openinterest", at_ms, data)


def fill_frame(state: MarketState, fill: TradeTick) -> Json:
    native = state.listing.native
    data = {
        "symbol": native, "price": state.price(fill.ticks), "size": state.size(fill.lots),
        "side": fill.side.value.upper(),
    }  # fmt: skip
    return frame(f"{native}@trade", fill.at_ns // NS_PER_MS, data)


def _said(world: VenueWorld, topic: str, data: Json) -> Json:
    """None where there is nothing to say."""
    return data and frame(topic, now_ms(world), data)


def _each(period_ms: int, row: Callable[[MarketState], Row | None]) -> Topic:
    """Figures of a market, so often."""
    return lambda world, state, topic: kit.Stream(
        world, period_ms, lambda: _said(world, topic, row(state))
    )


MANY: dict[str, Callable[[MarketState], Row]] = {
    "markprices": lambda one: {"symbol": one.listing.native, "price": one.mark},
    "indexprices": lambda one: {"symbol": wire.spot(one), "price": one.index},
    "tickers": wire.day, "bbos": wire.touch,
}  # fmt: skip
ONE: dict[str, Topic] = {
    "ticker": _each(SECOND_MS, wire.day), "estfundingrate": _each(RATE_MS, wire.estimate),
    "trade": lambda world, state, topic: kit.FillStream(world, state, fill_frame),
    "openinterest": lambda world, state, topic: Interest(world, state, SECOND_MS),
}  # fmt: skip
"""Of all markets by the topic, of one by its suffix."""


def of_all(world: VenueWorld, topic: str) -> kit.Channel:
    row = MANY[topic]
    return kit.Stream(world, SECOND_MS, lambda: _said(world, topic, [*map(row, alive(world))]))
