"""Aster's streams: nothing is said at subscription, then messages after steps.

| stream | said |
| --- | --- |
| `S@depth`, `@100ms`, `@500ms` | changed levels since the event before, linked by `pu` |
| `S@depth5`, `10`, `20` | that many levels of each side, whole, when they changed |
| `S@bookTicker` | the best level of each side, when one changed |
| `S@aggTrade` | each fill |
| `S@markPrice`, `@1s`; `!markPrice@arr`, `@1s` | mark, index and rate of one market or of all |
| `S@ticker` | 24 hours, each second |
| `S@kline_1m` and the like | the running candle, each 250 ms |

Sources: github.com/asterdex/api-docs (streams), recordings of September 2026.
"""

import re
from collections.abc import Iterable
from functools import partial

from cockpit.sim.faces.aster import messages as wire
from cockpit.sim.faces.aster.messages import Row
from cockpit.sim.faces.kit.candles import length_s
from cockpit.sim.faces.kit.channels import (
    Channel,
    FillStream,
    MarketStream,
    Stream,
    TouchStream,
)
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.world.contract import MarketState, Step, VenueWorld
from cockpit.sim.world.followers import BookMemory, TouchedLevels

ALL_MARKS = re.compile(r"!markPrice@arr(@1s)?")
DEPTH = re.compile(r"depth(@100ms|@250ms|@500ms)?")
PARTIAL = re.compile(r"depth(5|10|20)(@100ms|@250ms|@500ms)?")
MARK, DAY, TOUCH = "markPriceUpdate", "24hrTicker", "bookTicker"
DEPTH_MS, MARK_MS, FAST_MARK_MS, TICKER_MS, KLINE_MS = 250.0, 3_000.0, 1_000.0, 1_000.0, 250.0
KLINE = "kline_"


class Depth(MarketStream):
    """Levels are those of the moment in which they are said, with every touched one among them."""

    def __init__(self, world: VenueWorld, state: MarketState, period_ms: float) -> None:
        super().__init__(world, state, period_ms)
        self._touched = TouchedLevels(state)
        self._follows = wire.position(state)

    def after(self, step: Step) -> Iterable[Json]:
        self._touched.hear(step)
        yield from super().after(step)

    def said(self, step: Step) -> Row | None:
        if self._touched.since_ns is None:
            return None
        follows, self._follows = self._follows, wire.position(self.state)
        return wire.depth_update(self.world, self.state, follows, self._touched.take())


class Partial(MarketStream):
    """The first levels, whole, when they changed."""

    def __init__(self, world: VenueWorld, state: MarketState, period_ms: float, depth: int) -> None:
        super().__init__(world, state, period_ms)
        self._memory = BookMemory(state, depth)
        self._follows = wire.position(state)

    def said(self, step: Step) -> Row | None:
        if not any(self._memory.news()):
            return None
        follows, self._follows = self._follows, wire.position(self.state)
        return wire.depth_update(self.world, self.state, follows, self._memory.whole())


def _all_marks(world: VenueWorld) -> list[Row]:
    """Every market, in one list."""
    return [wire.update(MARK, wire.premium(world, state)) for state in world.markets.values()]


def made(world: VenueWorld, name: str) -> Channel | None:
    """A stream by its name; None where there is none of it, and then nothing is ever said."""
    if ALL_MARKS.fullmatch(name):
        return Stream(world, _mark_ms(name), partial(_all_marks, world))
    native, _, kind = name.partition("@")
    # Names are in lower case here, and in upper case everywhere else.
    state = world.markets.get(native.upper())
    if state is None or native != native.lower() or not wire.is_active(state):
        return None
    if kind == "aggTrade":
        return FillStream(world, state, partial(wire.fill, world))
    if kind in ("markPrice", "markPrice@1s"):
        return Stream(world, _mark_ms(kind), lambda: wire.update(MARK, wire.premium(world, state)))
    if kind == "bookTicker":
        return TouchStream(world, state, lambda: wire.update(TOUCH, wire.touch(world, state)))
    if kind == "ticker":
        return Stream(world, TICKER_MS, lambda: wire.update(DAY, wire.ticker(world, state)))
    if kind.startswith(KLINE) and (length := length_s(interval := kind.removeprefix(KLINE))):
        return Stream(world, KLINE_MS, partial(wire.kline_update, world, state, interval, length))
    if found := DEPTH.fullmatch(kind):
        return Depth(world, state, _period_ms(found[1]))
    if found := PARTIAL.fullmatch(kind):
        return Partial(world, state, _period_ms(found[2]), int(found[1]))
    return None


def _mark_ms(name: str) -> float:
    return FAST_MARK_MS if name.endswith("@1s") else MARK_MS


def _period_ms(said: str | None) -> float:
    return float(said.strip("@ms")) if said else DEPTH_MS
