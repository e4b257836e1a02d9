"""Paradex's channels: what each says when it is subscribed, and after a step.

| channel | pushed |
| --- | --- |
| `order_book.M.deltas` | all levels, then changes; `seq_no` + 1 each, some without a level |
| `order_book.M.snapshot@15@50ms`, `@100ms` | fifteen levels a side each time, all in `inserts` |
| the same with `@0_1` and the like behind | in steps of so much, where a step is whole ticks |
| `bbo.M`, `.ALL` | the best levels, when one changed |
| `trades.M`, `.ALL` | each fill |
| `markets_summary`, `.M`, `.ALL` | on change; without a market also of every option |
| `funding_data`, `.M`, `.ALL` | every second |
| `funding_rate_comparison.ALL@500ms`, `@1000ms` | the venue's own rates per hour, no other's |
| `markets` | nothing, as long as the listing stays as it is |

A push is a name, as it was subscribed, and data; whether it goes out as JSON or as binary is the
connection's affair.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from cockpit.sim.faces.kit import channels as kit
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.faces.paradex import messages as wire
from cockpit.sim.world.contract import MarketState, Step, VenueWorld
from cockpit.sim.world.followers import BookMemory, Levels, sides

SNAPSHOT = re.compile(r"snapshot@15@(50|100)ms(?:@([0-9]+(?:_[0-9]+)?))?")
EMPTY_EVERY = 8
"""Every so many changes of a book there is one without a level, which has a number all the same."""


class Push(NamedTuple):
    channel: str
    data: Json


class _Book(kit.MarketStream):
    """What both book channels know."""

    def __init__(self, world: VenueWorld, state: MarketState, name: str, every_ms: int = 0) -> None:
        super().__init__(world, state, every_ms)
        self._name, self._memory, self._number = name, BookMemory(state), state.book_seq

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
    """Fifteen levels a side, each `step` ticks wide: bids are put down to it, asks up."""

    step = 1

    def first(self) -> Iterable[Push]:
        bids, asks = sides(self.state)
        yield self._frame("s", inserts=(_grouped(bids, self.step), _grouped(asks, -self.step)))

    def after(self, step: Step) -> Iterable[Push]:
        if self.state.book_seq == self._number or not self.cadence.due(step):
            return
        self.cadence.mark(step.at_ns)
        self._number = self.state.book_seq
        yield from self.first()


def _grouped(levels: Levels, step: int) -> Levels:
    sums: dict[int, int] = {}
    for ticks, lots in levels:
        price = ticks // step * step
        sums[price] = sums.get(price, 0) + lots
    return list(sums.items())[:15]


def _summaries(world: VenueWorld, state: MarketState | None) -> list[Json]:
    """Of one market, or of all there are now."""
    if state is not None:
        return [wire.summary(state, world)]
    return [wire.summary(one, world) for one in wire.alive(world)] + wire.option_summaries(world)


def _rates(world: VenueWorld, state: MarketState | None) -> list[Json]:
    states, now_ns = wire.alive(world) if state is None else [state], world.now_ns()
    return [wire.funding(one, now_ns, now_ns) for one in states if one.rate is not None]


def _hourly(world: VenueWorld, state: MarketState | None) -> list[Json]:
    return [wire.hourly(one, world) for one in wire.alive(world) if one.rate is not None]


def _touch(world: VenueWorld, state: MarketState, name: str) -> kit.Channel:
    return kit.TouchStream(world, state, lambda: Push(name, wire.touch(state, world)))


def _fills(world: VenueWorld, state: MarketState, name: str) -> kit.Channel:
    return kit.FillStream(world, state, lambda state, fill: Push(name, wire.trade(state, fill)))


FIGURES = {
    "markets_summary": (500, _summaries), "funding_data": (1000, _rates),
    "funding_rate_comparison.ALL@500ms": (500, _hourly),
    "funding_rate_comparison.ALL@1000ms": (1000, _hourly),
}  # fmt: skip
EVENTS = {"bbo": _touch, "trades": _fills}


def parsed(world: VenueWorld, name: str) -> kit.Channel | str:
    """A channel by its name, or what the venue says to one that it does not have."""
    kind, _, rest = name.partition(".")
    native, _, feed = rest.partition(".")
    if name == "markets":
        return kit.Stream(world)
    state = world.markets.get(native)
    if state is not None and state.listing.status != "active":
        state = None
    if name in FIGURES or (kind in FIGURES and (state or rest == "ALL")):
        period_ms, rows = FIGURES.get(name) or FIGURES[kind]
        return kit.Rows(world, period_ms, lambda: [Push(name, r) for r in rows(world, state)])
    if kind in EVENTS and rest == "ALL":
        return kit.Together(EVENTS[kind](world, one, name) for one in wire.alive(world))
    if state is None:
        return "invalid channel"
    if kind == "order_book":
        return _book(world, state, name, feed)
    return EVENTS[kind](world, state, name) if kind in EVENTS else "invalid channel"


def _book(world: VenueWorld, state: MarketState, name: str, feed: str) -> kit.Channel | str:
    if feed == "deltas":
        return Deltas(world, state, name)
    if (match := SNAPSHOT.fullmatch(feed)) is None:
        return "Expecting depth=15"
    book = Snapshots(world, state, name, int(match[1]))
    if match[2] is not None:
        book.step = round(float(match[2].replace("_", ".")) * 10**state.listing.price_decimals)
    return book if book.step else "invalid price tick"
