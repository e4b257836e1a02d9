"""Orderly's topics: what each says when it is subscribed, and after a step.

| topic | pushed |
| --- | --- |
| `S@orderbookupdate` | levels that changed, each 200 ms; never the whole book |
| `S@orderbook` | the whole book, at once and then each second if it changed |
| `S@trade` | each fill in a frame of its own |
| `markprices`, `indexprices` | each second |
| `S@openinterest` | each second if it changed, each ten seconds anyway |
| `S@estfundingrate` | each 15 seconds |
"""

from collections.abc import Iterable

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.kit import channels as kit
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.faces.orderly import messages as wire
from cockpit.sim.world.contract import MarketState, Step, VenueWorld
from cockpit.sim.world.followers import BookMemory, Levels

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
        self._step: Step | None = None
        self._news: Json = None
        self._whole = self._memory.whole()
        self.at_ms = now_ms(world)

    def advance(self, step: Step) -> Json:
        """The change of this step as data of `orderbookupdate`; None where there is none."""
        if step is self._step:
            return self._news
        self._step, self._news = step, None
        if self._cadence.due(step) and any(news := self._memory.news()):
            self._cadence.mark(step.at_ns)
            self._whole = self._memory.whole()
            before_ms, self.at_ms = self.at_ms, max(self.at_ms + 1, now_ms(self._world))
            self._news = self._data(news) | {"prevTs": before_ms}
        return self._news

    def snapshot(self) -> dict[str, Json]:
        return self._data(self._whole)

    def _data(self, book: tuple[Levels, Levels]) -> dict[str, Json]:
        bids, asks = (wire.levels(self._state, side) for side in book)
        return {"symbol": self._state.listing.native, "asks": asks, "bids": bids}


class BookTopic(kit.Stream):
    """What both topics of a book have: the topic, and what is published of the book."""

    def __init__(self, world: VenueWorld, topic: str, book: Published, period_ms: int = 0) -> None:
        super().__init__(world, period_ms)
        self.topic, self.book = topic, book
        self.told_ms = 0


class Changes(BookTopic):
    """Changes of a book. Whoever wants the whole of it asks for it."""

    def after(self, step: Step) -> Iterable[Json]:
        data = self.book.advance(step)
        return () if data is None else [frame(self.topic, self.book.at_ms, data)]


class Whole(BookTopic):
    """Whole books."""

    def first(self) -> Iterable[Json]:
        self.told_ms = self.book.at_ms
        return [frame(self.topic, self.told_ms, self.book.snapshot())]

    def after(self, step: Step) -> Iterable[Json]:
        self.book.advance(step)
        if self.book.at_ms == self.told_ms or not self.cadence.due(step):
            return ()
        self.cadence.mark(step.at_ns)
        return self.first()


class Trades(kit.MarketStream):
    """Each fill as it happens."""

    def first(self) -> Iterable[Json]:
        self.state.follow(self)
        return ()

    def after(self, step: Step) -> Iterable[Json]:
        native = self.state.listing.native
        for fill in kit.fills_of(step, self.state):
            size, side = wire.size(self.state, fill.lots), fill.side.value.upper()
            price = wire.price(self.state, fill.ticks)
            data = {"symbol": native, "price": price, "size": size, "side": side}
            yield frame(f"{native}@trade", fill.at_ns // NS_PER_MS, data)


class Interest(kit.MarketStream):
    """Each second if it changed, each ten seconds anyway."""

    _told: Json = None
    _told_ms = 0

    def said(self, step: Step) -> Json:
        native, at_ms = self.state.listing.native, now_ms(self.world)
        interest = wire.size(self.state, self.state.open_interest_lots)
        data = {"symbol": native, "openInterest": interest}
        if data == self._told and at_ms - self._told_ms < FORCED_MS and not step.flush:
            return None
        self._told, self._told_ms = data, at_ms
        return frame(f"{native}@openinterest", at_ms, data)


class Estimate(kit.MarketStream):
    def said(self, step: Step) -> Json:
        state, native = self.state, self.state.listing.native
        if state.rate is None or state.next_funding_ns is None:
            return None
        data = {"symbol": native, "fundingRate": wire.rate(state.rate),
                "fundingTs": state.next_funding_ns // NS_PER_MS}  # fmt: skip
        return frame(f"{native}@estfundingrate", now_ms(self.world), data)


class AllPrices(kit.Stream):
    """Marks by the market's name, or indexes by that of the spot market."""

    def __init__(self, world: VenueWorld, topic: str) -> None:
        super().__init__(world, SECOND_MS)
        self._topic = topic

    def said(self, step: Step) -> Json:
        is_mark = self._topic == "markprices"
        told = [
            (one.listing.native, one.mark) if is_mark else (wire.spot(one), one.index)
            for one in wire.alive(self.world)
        ]
        rows = [{"symbol": name, "price": price} for name, price in told]
        return frame(self._topic, now_ms(self.world), rows)


def of_market(world: VenueWorld, kind: str, state: MarketState) -> kit.Stream:
    """A topic of one market; of a kind that does not exist nothing is ever said."""
    if kind == "trade":
        return Trades(world, state)
    if kind == "openinterest":
        return Interest(world, state, SECOND_MS)
    return Estimate(world, state, RATE_MS) if kind == "estfundingrate" else kit.Stream(world)
