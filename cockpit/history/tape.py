"""Facts as rows, slot by slot: what a live run writes, and what its tape says when imported.

A slot is sampled before the first fact that arrived at or after it, so a row never knows more
than was known at its own time.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from cockpit.core.events import Event, Funding
from cockpit.core.units import NS_PER_S
from cockpit.history.readings import chain_samples, readings
from cockpit.history.rows import Batch, ChainSample, Settled
from cockpit.history.sampler import SURVEYED_NS, WATCHED_NS, MarketReading, Sampler
from cockpit.state.view import MarketView

IDLE_NS: Final = 600 * NS_PER_S
"""Through a longer silence nothing is sampled: nobody was there."""


class SlotState(Protocol):
    """What the facts have become, as of a moment."""

    def readings(self, now_ns: int) -> Iterable[MarketReading]: ...
    def chains(self, now_ns: int) -> Iterable[ChainSample]: ...


class TapeState(SlotState, Protocol):
    """What the facts of a tape become."""

    def apply(self, event: Event) -> None: ...


class ViewState:
    """One venue of the state that somebody else feeds."""

    def __init__(self, view: MarketView, venue: str) -> None:
        self._view = view
        self._venue = venue

    def readings(self, now_ns: int) -> Iterable[MarketReading]:
        return readings(self._view, now_ns, self._venue)

    def chains(self, now_ns: int) -> Iterable[ChainSample]:
        return chain_samples(self._view, now_ns, self._venue)


class SlotFeed:
    """Makes a batch of each slot that has begun. `before` an input is applied, `heard` its facts;
    the time of a live run may also pass by `before` alone."""

    def __init__(self, state: SlotState) -> None:
        self._state = state
        self._sampler = Sampler()
        self._settled: list[Settled] = []
        self._due_ns: int | None = None
        self._last_ns = 0

    def is_due(self, at_ns: int) -> bool:
        """Whether a slot begins at or before this time, or the clock was set back."""
        due_ns = self._due_ns
        return due_ns is None or not due_ns - 2 * WATCHED_NS < at_ns < due_ns

    def before(self, at_ns: int) -> Iterator[Batch]:
        """The slots up to and at this time that have rows. To be read to its end."""
        due_ns = self._due_ns
        if due_ns is None or at_ns <= due_ns - 2 * WATCHED_NS:
            due_ns = self._sampler.next_ns(at_ns)
        while due_ns <= at_ns:
            if due_ns - self._last_ns <= IDLE_NS:
                batch = self._slot(due_ns)
                if batch:
                    yield batch
                due_ns = self._sampler.next_ns(due_ns)
            else:
                due_ns = self._sampler.next_ns(at_ns)
        self._due_ns, self._last_ns = due_ns, at_ns

    def skip_to(self, at_ns: int) -> None:
        """Nobody looked until this time: the next slot is the one after it."""
        self._due_ns, self._last_ns = self._sampler.next_ns(at_ns), at_ns

    def heard(self, event: Event) -> None:
        """A payment goes out with the next batch."""
        if isinstance(event, Funding) and event.kind == "settled":
            row = settled_row(event)
            if row is not None:
                self._settled.append(row)

    def rest(self) -> Batch:
        """What no slot has taken yet."""
        settled, self._settled = tuple(self._settled), []
        return Batch(settled=settled)

    def _slot(self, slot_ns: int) -> Batch:
        is_minute = slot_ns % SURVEYED_NS == 0
        return Batch(
            samples=self._sampler.sample(slot_ns, self._state.readings(slot_ns)),
            settled=self.rest().settled,
            chain=tuple(self._state.chains(slot_ns)) if is_minute else (),
        )


def tape_batches(events: Iterable[Event], state: TapeState) -> Iterator[Batch]:
    """One batch for each slot that has rows, and settled funding as it is stated. Events are in
    the order in which they arrived."""
    feed = SlotFeed(state)
    for event in events:
        yield from feed.before(event.recv_ns)
        feed.heard(event)
        state.apply(event)
    rest = feed.rest()
    if rest:
        yield rest


def settled_row(event: Funding) -> Settled | None:
    """A payment with the venue's own stamp; None for one that does not say when it was paid."""
    if event.venue_ns is None:
        return None
    return Settled(
        venue=event.venue,
        symbol=event.symbol,
        paid_at_ns=event.venue_ns,
        rate=event.rate,
        interval_s=event.interval_s,
        premium=event.premium,
    )
