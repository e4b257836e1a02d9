"""What a subscription is made of: a channel that speaks first and after steps, and its memory.

A channel is the venue's own class; it holds a `Cadence`, and a `BookMemory` or a `RowMemory`
where the venue sends only what is new to the client.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.world.contract import MarketState, Step, TradeTick, VenueWorld

Levels = list[tuple[int, int]]
"""(ticks, lots), best first; 0 lots where a level is gone."""


class Channel(Protocol):
    """One subscription of one connection."""

    def first(self) -> Iterable[Any]:
        """What is said when it is subscribed, beyond the acknowledgement."""
        ...

    def after(self, step: Step) -> Iterable[Any]:
        """What is said after a step."""
        ...


class Cadence:
    """At most one message per period; a flush is always in time, and a clock set back holds none.

    The period runs from the last `mark`: a channel that finds nothing to say does not wait anew.
    """

    def __init__(self, period_ms: float, at_ns: int = 0) -> None:
        self._period_ns = round(period_ms * NS_PER_MS)
        self._marked_ns = at_ns

    def due(self, step: Step) -> bool:
        held_ns = step.at_ns - self._marked_ns
        return step.flush or held_ns < 0 or held_ns >= self._period_ns

    def mark(self, at_ns: int) -> None:
        """Something was said."""
        self._marked_ns = at_ns


class Stream:
    """A channel that says nothing at first, and `said` at most once per period.

    One that has to say every step writes its own `after`. As it is, it is never spoken of.
    """

    def __init__(self, world: VenueWorld, period_ms: float = 0.0) -> None:
        self.world = world
        self.cadence = Cadence(period_ms, world.now_ns())

    def first(self) -> Iterable[Any]:
        return ()

    def after(self, step: Step) -> Iterable[Any]:
        if self.cadence.due(step) and (message := self.said(step)) is not None:
            self.cadence.mark(step.at_ns)
            yield message

    def said(self, step: Step) -> Any:
        """What there is to say now; None where that is nothing."""
        return None


class MarketStream(Stream):
    """Of one market. What needs its book has to follow it."""

    def __init__(self, world: VenueWorld, state: MarketState, period_ms: float = 0.0) -> None:
        super().__init__(world, period_ms)
        self.state = state


class BookMemory:
    """The first `depth` levels of a book as the client knows them (None: all levels).

    It follows the market: a quiet market's book is kept for as long as somebody remembers it.
    """

    def __init__(self, state: MarketState, depth: int | None = None) -> None:
        state.follow(self)
        self._ladder = state.ladder
        self._depth = depth
        self._known: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}

    def whole(self) -> tuple[Levels, Levels]:
        """Bids and asks, which the client then knows."""
        bids, asks = (self._ladder(side, self._depth) for side in (Side.BUY, Side.SELL))
        self._known = {Side.BUY: dict(bids), Side.SELL: dict(asks)}
        return bids, asks

    def news(self) -> tuple[Levels, Levels]:
        """Bids and asks that changed, sizes absolute; a level that left the depth has 0 lots."""
        before = self._known
        bids, asks = self.whole()
        return (
            sorted(_differences(before[Side.BUY], bids), reverse=True),
            sorted(_differences(before[Side.SELL], asks)),
        )


def _differences(before: Mapping[int, int], now: Levels) -> Levels:
    standing = {ticks for ticks, _ in now}
    changed = [(ticks, lots) for ticks, lots in now if before.get(ticks) != lots]
    return changed + [(ticks, 0) for ticks in before if ticks not in standing]


class RowMemory:
    """A row of figures as the client knows it; at first it knows nothing."""

    def __init__(self) -> None:
        self._known: Mapping[str, Any] = {}

    def news(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that are new or changed; none where nothing did."""
        before, self._known = self._known, row
        return {k: value for k, value in row.items() if k not in before or before[k] != value}


def sides(state: MarketState, depth: int | None = None) -> tuple[Levels, Levels]:
    """The first bids and asks of a market, best first."""
    return state.ladder(Side.BUY, depth), state.ladder(Side.SELL, depth)


def fills_of(step: Step, state: MarketState) -> list[TradeTick]:
    """A market's trades in a step, oldest first."""
    return [fill for fill in step.trades if fill.symbol == state.listing.symbol]
