"""Inputs of several recordings in order of receipt, and where in them a reader stands."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cockpit.venues.contract import Input
from cockpit.wire.tape import Tape
from cockpit.wire.tape_text import START, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPlace:
    """Within tape number `tape` of a stream; `head` was read and not taken. `latest_ns` is the
    latest stamp so far."""

    tape: int = 0
    place: Place = START
    head: Input | None = None
    latest_ns: int = 0


BEGINNING = StreamPlace()


class Stream:
    """The tapes of one venue, one after another. A stamp that went backwards in an edited tape
    counts as the latest one before it."""

    def __init__(self, tapes: Sequence[Tape], start: StreamPlace = BEGINNING) -> None:
        self._tapes = tapes
        self._at_tape = start.tape
        self._inputs = tapes[start.tape].read_from(start.place)
        self._head = start.head
        self.latest_ns = start.latest_ns
        for tape in tapes[: start.tape]:
            tape.read_frac = 1.0

    @property
    def place(self) -> StreamPlace:
        """Behind the input that was taken last."""
        return StreamPlace(
            tape=self._at_tape,
            place=self._tapes[self._at_tape].place,
            head=self._head,
            latest_ns=self.latest_ns,
        )

    def is_over(self) -> bool:
        """Whether there is no further input; reads the next one. Its stamp is `latest_ns`."""
        while self._head is None:
            self._head = next(self._inputs, None)
            if self._head is None:
                if self._at_tape + 1 == len(self._tapes):
                    return True
                self._at_tape += 1
                self._inputs = iter(self._tapes[self._at_tape])
        self.latest_ns = max(self.latest_ns, self._head.at_ns)
        return False

    def take(self) -> Input:
        """The next input. ValueError if none was read."""
        head, self._head = self._head, None
        if head is None:
            raise ValueError("nothing was read of this stream")
        return head


def merged(streams: Sequence[Stream]) -> Iterator[tuple[int, int, Input]]:
    """(at_ns, number of the stream, input), ordered by time; at equal times, and within a stream
    always, in the order given. When one is given, no stream has read beyond its next."""
    heap = [(stream.latest_ns, i) for i, stream in enumerate(streams) if not stream.is_over()]
    heapq.heapify(heap)
    while heap:
        at_ns, i = heap[0]
        stream = streams[i]
        yield at_ns, i, stream.take()
        if stream.is_over():
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (stream.latest_ns, i))
