"""GRVT's streams: what each selector says first, and after a step.

First come snapshots, all numbered 0 after 0; then each message has the number after the one before
it, from the one that the acknowledgement told. Nothing is said where nothing changed.
"""

from collections.abc import Iterator
from typing import ClassVar

from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim.faces.grvt import messages as wire
from cockpit.sim.faces.grvt.messages import Row
from cockpit.sim.faces.kit.candles import length_s, running
from cockpit.sim.faces.kit.channels import Cadence, RowMemory, fills_of
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.world.contract import MarketState, Step, VenueWorld
from cockpit.sim.world.followers import BookMemory

GRID_NS = 500 * NS_PER_MS
"""Whole books are stamped on this grid."""
CANDLE_MS = 1000.0


class Stream:
    """What every stream knows. `latest` is the number of its newest message."""

    name: ClassVar[str]

    def __init__(self, world: VenueWorld, state: MarketState, selector: str) -> None:
        self._world = world
        self._state = state
        self.selector = selector
        self.latest = state.book_seq
        rate = selector.partition("@")[2]
        self._cadence = Cadence(float(rate) if rate.isdecimal() else CANDLE_MS, world.now_ns())

    @property
    def snapshots(self) -> int:
        """How many messages come first."""
        return 1

    def _numbered(self, feed: Json) -> Json:
        self.latest += 1
        return self._message(feed, self.latest, self.latest - 1)

    def _message(self, feed: Json, number: int = 0, follows: int = 0) -> Json:
        return {
            "stream": self.name, "selector": self.selector, "sequence_number": str(number),
            "feed": feed, "prev_sequence_number": str(follows),
        }  # fmt: skip


class BookChanges(Stream):
    """The whole book, then the levels that changed."""

    name = "v1.book.d"

    def __init__(self, world: VenueWorld, state: MarketState, selector: str) -> None:
        super().__init__(world, state, selector)
        self._memory = BookMemory(state)

    def first(self) -> Iterator[Json]:
        at_ns = self._world.now_ns() // GRID_NS * GRID_NS
        yield self._message(wire.book(self._state, self._memory.whole(), at_ns))

    def after(self, step: Step) -> Iterator[Json]:
        if not self._cadence.due(step):
            return
        bids, asks = self._memory.news()
        if bids or asks:
            self._cadence.mark(step.at_ns)
            yield self._numbered(wire.book(self._state, (bids, asks), self._world.now_ns()))


class Trades(Stream):
    """The last fills, a message each and the oldest first, then those of each step."""

    name = "v1.trade"

    def __init__(self, world: VenueWorld, state: MarketState, selector: str) -> None:
        super().__init__(world, state, selector)
        state.follow(self)
        limit = int(selector.partition("@")[2])
        self._backlog = world.recent_trades(state.listing.symbol, limit)

    @property
    def snapshots(self) -> int:
        return len(self._backlog)

    def first(self) -> Iterator[Json]:
        for trade in self._backlog:
            yield self._message(wire.fill(self._state, trade))

    def after(self, step: Step) -> Iterator[Json]:
        for trade in fills_of(step, self._state):
            yield self._numbered(wire.fill(self._state, trade))


class Figures(Stream):
    """All figures of a market, whenever one of them changed."""

    name = "v1.ticker.s"
    is_delta: ClassVar[bool] = False

    def __init__(self, world: VenueWorld, state: MarketState, selector: str) -> None:
        super().__init__(world, state, selector)
        self._memory = RowMemory()

    def _row(self) -> Row:
        return wire.streamed(self._state, self._world.now_ns())

    def first(self) -> Iterator[Json]:
        row = self._row()
        self._news(row)
        yield self._message(row)

    def after(self, step: Step) -> Iterator[Json]:
        if not self._cadence.due(step):
            return
        row = self._row()
        if news := self._news(row):
            self._cadence.mark(step.at_ns)
            if self.is_delta:
                row = {key: row[key] for key in ("event_time", "instrument")} | news
            yield self._numbered(row)

    def _news(self, row: Row) -> Row:
        """What changed beside the time."""
        return self._memory.news({k: value for k, value in row.items() if k != "event_time"})


class FigureChanges(Figures):
    """The figures that changed."""

    name = "v1.ticker.d"
    is_delta = True


class Mini(Figures):
    """Prices and touch."""

    name = "v1.mini.s"

    def _row(self) -> Row:
        return wire.mini(self._state, self._world.now_ns())


class Candles(Figures):
    """The running candle."""

    name = "v1.candle"

    def _row(self) -> Row:
        interval_s = length_s(self.selector.partition("@")[2].partition("-")[0]) or 0
        found = running(self._state, interval_s, self._world.now_ns())
        return wire.candle(self._state, found, interval_s * NS_PER_S) if found else {}


class MiniChanges(Mini):
    """Of prices and touch, what changed."""

    name = "v1.mini.d"
    is_delta = True
