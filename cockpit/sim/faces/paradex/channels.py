"""Paradex's channels: what each says when it is subscribed, and after a step.

| channel | pushed |
| --- | --- |
| `order_book.M.deltas` | all levels, then changes; `seq_no` + 1 each, some without a level |
| `order_book.M.snapshot@15@50ms`, `@100ms` | fifteen levels a side each time, all in `inserts` |
| `trades.M` | each fill |
| `markets_summary`, `.M`, `.ALL` | on change; without a market also of every option |
| `funding_data`, `.M`, `.ALL` | every second |
| `markets` | nothing, as long as the listing stays as it is |

A push is a name and data; whether it goes out as JSON or as binary is the connection's affair.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from cockpit.sim.faces.kit import channels as kit
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.faces.paradex import messages as wire
from cockpit.sim.world.contract import MarketState, Step, TradeTick, VenueWorld
from cockpit.sim.world.followers import BookMemory, Levels

SNAPSHOT = re.compile(r"snapshot@15@(50|100)ms")
PERIOD_MS = {"markets_summary": 500, "funding_data": 1000}
EMPTY_EVERY = 8
"""Every so many changes of a book there is one without a level, which has a number all the same."""


class Push(NamedTuple):
    channel: str
    data: Json


class _Book(kit.MarketStream):
    """What both book channels know. The one that has a period says fifteen levels."""

    def __init__(self, world: VenueWorld, state: MarketState, name: str, every_ms: int = 0) -> None:
        super().__init__(world, state, every_ms)
        self._name = name
        self._memory = BookMemory(state, 15 if every_ms else None)
        self._number = state.book_seq

    def first(self) -> Iterable[Push]:
        yield self._frame("s", inserts=self._memory.whole())

    def _frame(self, form: str, **said: tuple[Levels, Levels]) -> Push:
        data: dict[str, Json] = {
            "seq_no": self._number, "market": self.state.listing.native,
            "last_updated_at": now_ms(self.world), "update_type": form,
        }  # fmt: skip
        for part in ("inserts", "updates", "deletes"):
            data[part] = wire.book_levels(self.state, *said.get(part, ([], [])))
        return Push(self._name, data)


class Deltas(_Book):
    def after(self, step: Step) -> Iterable[Push]:
        bids, asks = self._memory.news()
        if not (bids or asks):
            return
        self._number += 1
        if self._number % EMPTY_EVERY == 0:
            yield self._frame("d")
            self._number += 1
        gone = [b for b in bids if not b[1]], [a for a in asks if not a[1]]
        here = [b for b in bids if b[1]], [a for a in asks if a[1]]
        yield self._frame("d", updates=here, deletes=gone)


class Snapshots(_Book):
    def after(self, step: Step) -> Iterable[Push]:
        if self.state.book_seq == self._number or not self.cadence.due(step):
            return
        self.cadence.mark(step.at_ns)
        self._number = self.state.book_seq
        yield from self.first()


def _trade(state: MarketState, fill: TradeTick) -> Push:
    return Push(f"trades.{state.listing.native}", wire.trade(state, fill))


class Figures(kit.Stream):
    """Figures of one market, or of all that there are now (`state` is None)."""

    def __init__(self, world: VenueWorld, state: MarketState | None, kind: str) -> None:
        super().__init__(world, PERIOD_MS[kind])
        self._state, self._kind = state, kind

    def first(self) -> Iterable[Push]:
        world, now_ns = self.world, self.world.now_ns()
        states = list(wire.alive(world)) if self._state is None else [self._state]
        if self._kind == "funding_data":
            rows = [wire.funding(one, now_ns, now_ns) for one in states if one.rate is not None]
        else:
            rows = [wire.summary(state, world) for state in states]
            rows += wire.option_summaries(world) if self._state is None else []
        return [Push(self._kind, row) for row in rows]

    def after(self, step: Step) -> Iterable[Push]:
        if not self.cadence.due(step):
            return ()
        self.cadence.mark(step.at_ns)
        return self.first()


def parsed(world: VenueWorld, name: str) -> kit.Channel | str:
    """A channel by its name, or what the venue says to one that it does not have."""
    kind, _, rest = name.partition(".")
    native, _, feed = rest.partition(".")
    if name == "markets":
        return kit.Stream(world)
    state = world.markets.get(native)
    if state is not None and state.listing.status != "active":
        state = None
    if kind in PERIOD_MS and (state or native in ("", "ALL")):
        return Figures(world, state, kind)
    if state is None:
        return "invalid channel"
    if kind == "order_book":
        if feed == "deltas":
            return Deltas(world, state, name)
        match = SNAPSHOT.fullmatch(feed)
        return Snapshots(world, state, name, int(match[1])) if match else "Expecting depth=15"
    return kit.FillStream(world, state, _trade) if kind == "trades" else "invalid channel"
