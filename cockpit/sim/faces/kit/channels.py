"""What a subscription is made of: a channel that speaks first and after steps, and its memory.

A channel is the venue's own class, or a stream of here with the venue's words as parameter. It
holds a `Cadence`, and a `followers.BookMemory` or a `RowMemory` where the venue sends only what is
new to the client.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, Protocol

from cockpit.core.units import NS_PER_MS
from cockpit.sim.world.contract import MarketState, Step, TradeTick, VenueWorld
from cockpit.sim.world.followers import BookMemory


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
    """A channel that says nothing at first, and at most once per period what `say` has to say.

    One that has to say every step writes its own `after`. Without `say` it is never spoken of.
    """

    def __init__(
        self, world: VenueWorld, period_ms: float = 0.0, say: Callable[[], Any] | None = None
    ) -> None:
        self.world = world
        self.cadence = Cadence(period_ms, world.now_ns())
        self._say = say

    def first(self) -> Iterable[Any]:
        return ()

    def after(self, step: Step) -> Iterable[Any]:
        if self.cadence.due(step) and (message := self.said(step)) is not None:
            self.cadence.mark(step.at_ns)
            yield message

    def said(self, step: Step) -> Any:
        """What there is to say now; None where that is nothing."""
        return self._say() if self._say else None


class Rows(Stream):
    """Several messages at first, and again every period."""

    def __init__(
        self, world: VenueWorld, period_ms: float, rows: Callable[[], Iterable[Any]]
    ) -> None:
        super().__init__(world, period_ms)
        self._rows = rows

    def first(self) -> Iterable[Any]:
        return self._rows()

    def after(self, step: Step) -> Iterable[Any]:
        if not self.cadence.due(step):
            return ()
        self.cadence.mark(step.at_ns)
        return self._rows()


class MarketStream(Stream):
    """Of one market. What needs its book has to follow it."""

    def __init__(self, world: VenueWorld, state: MarketState, period_ms: float = 0.0) -> None:
        super().__init__(world, period_ms)
        self.state = state


class TouchStream(Stream):
    """What a venue has to say of a market's best levels, when one of them changed."""

    def __init__(
        self, world: VenueWorld, state: MarketState, say: Callable[[], Any], period_ms: float = 0.0
    ) -> None:
        super().__init__(world, period_ms, say)
        self._memory = BookMemory(state, 1)

    def said(self, step: Step) -> Any:
        return super().said(step) if any(self._memory.news()) else None


class Together:
    """What several channels say, under the one name of all."""

    def __init__(self, parts: Iterable[Channel]) -> None:
        self._parts = list(parts)

    def first(self) -> Iterable[Any]:
        return list(chain.from_iterable(part.first() for part in self._parts))

    def after(self, step: Step) -> Iterable[Any]:
        return chain.from_iterable(part.after(step) for part in self._parts)


class FillStream(MarketStream):
    """A market's fills as they happen, a message each, as `row` has them."""

    def __init__(
        self, world: VenueWorld, state: MarketState, row: Callable[[MarketState, TradeTick], Any]
    ) -> None:
        super().__init__(world, state)
        state.follow(self)
        self._row = row

    def after(self, step: Step) -> Iterable[Any]:
        return [self._row(self.state, fill) for fill in fills_of(step, self.state)]


class RowMemory:
    """A row of figures as the client knows it; at first it knows nothing."""

    def __init__(self) -> None:
        self._known: Mapping[str, Any] = {}

    def news(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that are new or changed; none where nothing did."""
        before, self._known = self._known, row
        return {k: value for k, value in row.items() if k not in before or before[k] != value}


def fills_of(step: Step, state: MarketState) -> list[TradeTick]:
    """A market's trades in a step, oldest first."""
    return [fill for fill in step.trades if fill.symbol == state.listing.symbol]
