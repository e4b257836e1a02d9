"""A tape's facts as the rows that a live run would have written: the same sampler, the same slots.

A slot is sampled before the first fact that arrived at or after it, so a row never knows more
than was known at its own time.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from cockpit.core.events import Event, Funding
from cockpit.core.units import NS_PER_S
from cockpit.history.rows import Batch, ChainSample, Settled
from cockpit.history.sampler import SURVEYED_NS, MarketReading, Sampler

IDLE_NS: Final = 600 * NS_PER_S
"""Through a longer silence of the tape nothing is sampled: nobody was there."""


class TapeState(Protocol):
    """What the facts of a tape become."""

    def apply(self, event: Event) -> None: ...
    def readings(self, now_ns: int) -> Iterable[MarketReading]: ...
    def chains(self, now_ns: int) -> Iterable[ChainSample]: ...


def tape_batches(events: Iterable[Event], state: TapeState) -> Iterator[Batch]:
    """One batch for each slot that has rows, and settled funding as it is stated. Events are in
    the order in which they arrived."""
    sampler = Sampler()
    settled: list[Settled] = []
    due_ns: int | None = None
    last_ns = 0
    for event in events:
        at_ns = event.recv_ns
        if due_ns is None:
            due_ns = sampler.next_ns(at_ns)
        while due_ns <= at_ns:
            if due_ns - last_ns <= IDLE_NS:
                batch = _slot(sampler, state, due_ns, settled)
                if batch:
                    settled.clear()
                    yield batch
                due_ns = sampler.next_ns(due_ns)
            else:
                due_ns = sampler.next_ns(at_ns)
        last_ns = at_ns
        if isinstance(event, Funding) and event.kind == "settled":
            row = settled_row(event)
            if row is not None:
                settled.append(row)
        state.apply(event)
    if settled:
        yield Batch(settled=tuple(settled))


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


def _slot(sampler: Sampler, state: TapeState, slot_ns: int, settled: list[Settled]) -> Batch:
    chains = tuple(state.chains(slot_ns)) if slot_ns % SURVEYED_NS == 0 else ()
    return Batch(
        samples=sampler.sample(slot_ns, state.readings(slot_ns)),
        settled=tuple(settled),
        chain=chains,
    )
