"""Tapes back into sessions: flat out for `decode`, on tape time for the screen."""

import asyncio
import heapq
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from cockpit.core.events import Event
from cockpit.venues.contract import Fetch, Input, Restart, Send, Session, VenueSpec, Wants
from cockpit.wire.pump import Pump, facts
from cockpit.wire.tape import Tape

MAX_BUSY_S = 0.005
"""The screen gets its turn after this much uninterrupted work."""
MIN_SLEEP_S = 0.002
"""Inputs that fall due within this time share one wake-up; none is ever early."""

MakeSession = Callable[[Wants], Session]
Recording = tuple[Tape, VenueSpec, MakeSession]


def decode_tape(
    tape: Iterable[Input], spec: VenueSpec, make_session: MakeSession, wants: Wants | None = None
) -> Iterator[Event | Restart]:
    """What the venue said and what became of its links, in order, flat out.

    `wants` are the tape header's unless given; without a header, every market.
    """
    if wants is None:
        wants = tape.header.wants if isinstance(tape, Tape) else Wants(survey=True)
    pump = Pump(spec, make_session, wants)
    for item in tape:
        for output in pump.feed(item):
            if not isinstance(output, Send | Fetch):
                yield output


class ReplayClock:
    """Tape time: it advances with wall time times `speed`, or with the inputs where that is None.

    It stands until it is started, and again at the end of the tapes. Never goes backwards.
    """

    def __init__(self, at_ns: int = 0, speed: float | None = None) -> None:
        self._at_ns = at_ns
        self._speed = speed
        self._since: int | None = None

    def now_ns(self) -> int:
        if self._since is None or self._speed is None:
            return self._at_ns
        return self._at_ns + round((time.monotonic_ns() - self._since) * self._speed)

    def advance_to(self, at_ns: int) -> None:
        """Jump; an earlier time is ignored."""
        now_ns = self.now_ns()
        if at_ns > now_ns:
            self._at_ns = at_ns
            self._since = None if self._since is None else time.monotonic_ns()

    def start(self) -> None:
        if self._since is None:
            self._since = time.monotonic_ns()

    def stop(self) -> None:
        self._at_ns = self.now_ns()
        self._since = None


class ReplayProgress(msgspec.Struct):
    """How far a replay has come. `read_frac` is the fraction of the tapes' bytes, 0 to 1."""

    at_ns: int = 0
    inputs: int = 0
    read_frac: float = 0.0
    finished: bool = False


class Replay:
    """Several tapes as one stream in order of receipt, through one session a venue.

    Tapes of one venue (a rotated recording) are read one after another, in order of their headers.
    `speed` 1.0 is tape time, None as fast as it goes. Everything before `from_ns` is applied flat
    out, so that the state at `from_ns` is what it was. What sessions want sent is dropped.
    """

    def __init__(
        self,
        tapes: Sequence[Recording],
        sink: Callable[[list[Event]], None],
        *,
        speed: float | None = 1.0,
        from_ns: int | None = None,
    ) -> None:
        self._sink = sink
        self._speed = speed
        self._from_ns = from_ns or 0
        self._tapes = [tape for tape, _, _ in tapes]
        self._streams = _streams(tapes)
        start_ns = min((tape.header.at_ns for tape in self._tapes), default=0)
        self.clock = ReplayClock(start_ns, speed)
        self.progress = ReplayProgress(at_ns=start_ns)
        self.pumps = {spec.name: pump for spec, pump, _ in self._streams}

    async def run(self) -> None:
        """Play to the end of the last tape; the clock then stands."""
        busy_since = time.monotonic()
        try:
            for at_ns, _, item, pump in self._merged():
                if self._speed is None or at_ns < self._from_ns:
                    self.clock.advance_to(at_ns)
                else:
                    self.clock.advance_to(self._from_ns)
                    self.clock.start()
                    if await self._wait_for(at_ns, self._speed):
                        busy_since = time.monotonic()
                self._feed(pump, item)
                if time.monotonic() - busy_since > MAX_BUSY_S:
                    self._measure()
                    await asyncio.sleep(0)
                    busy_since = time.monotonic()
        finally:
            self.clock.stop()
            self._measure()
        self.progress.finished = True

    async def _wait_for(self, at_ns: int, speed: float) -> bool:
        """Wait until tape time reaches `at_ns`; whether there was anything to wait for."""
        wait_s = (at_ns - self.clock.now_ns()) / 1e9 / speed
        if wait_s <= 0:
            return False
        self._measure()
        await asyncio.sleep(max(wait_s, MIN_SLEEP_S))
        return True

    def _feed(self, pump: Pump, item: Input) -> None:
        self.progress.inputs += 1
        self.progress.at_ns = item.at_ns
        events = facts(pump.feed(item))
        if events:
            self._sink(events)

    def _measure(self) -> None:
        fracs = [tape.read_frac for tape in self._tapes]
        self.progress.read_frac = sum(fracs) / len(fracs) if fracs else 1.0

    def _merged(self) -> Iterator[tuple[int, int, Input, Pump]]:
        """Ordered by time; at equal times, and within a tape always, in the order given."""
        return heapq.merge(
            *(_timed(index, pump, inputs) for index, (_, pump, inputs) in enumerate(self._streams)),
            key=lambda entry: entry[:2],
        )


def _streams(tapes: Sequence[Recording]) -> list[tuple[VenueSpec, Pump, list[Tape]]]:
    streams: dict[str, tuple[VenueSpec, Pump, list[Tape]]] = {}
    for tape, spec, make_session in sorted(tapes, key=lambda entry: entry[0].header.at_ns):
        if spec.name not in streams:
            streams[spec.name] = (spec, Pump(spec, make_session, tape.header.wants), [])
        streams[spec.name][2].append(tape)
    return list(streams.values())


def _timed(
    index: int, pump: Pump, tapes: Iterable[Iterable[Input]]
) -> Iterator[tuple[int, int, Input, Pump]]:
    """A stamp that went backwards in an edited tape counts as the latest one before it."""
    latest_ns = 0
    for tape in tapes:
        for item in tape:
            latest_ns = max(latest_ns, item.at_ns)
            yield latest_ns, index, item, pump
