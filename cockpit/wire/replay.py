"""Tapes back into sessions: flat out for `decode`, on tape time for the screen."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from cockpit.core.events import Event
from cockpit.venues.contract import Fetch, Input, Restart, Send, Session, VenueSpec, Wants
from cockpit.wire.merged import BEGINNING, Stream, StreamPlace, merged
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

    It stands until it is started, while it is held, at the end of the tapes, and while an input is
    applied: at its time, so that what comes of it is the same at any speed. Otherwise it never goes
    backwards.
    """

    def __init__(self, at_ns: int = 0, speed: float | None = None) -> None:
        self._at_ns = at_ns
        self._speed = speed
        self._since: int | None = None
        self._input_ns: int | None = None

    def now_ns(self) -> int:
        if self._input_ns is not None:
            return self._input_ns
        if self._since is None or self._speed is None:
            return self._at_ns
        return self._at_ns + round((time.monotonic_ns() - self._since) * self._speed)

    def advance_to(self, at_ns: int) -> None:
        """Jump; an earlier time is ignored."""
        now_ns = self.now_ns()
        if at_ns > now_ns:
            self._at_ns = at_ns
            self._since = None if self._since is None else time.monotonic_ns()

    def set_speed(self, speed: float | None) -> None:
        """Go on from the present at another pace."""
        is_running = self._since is not None
        self.stop()
        self._speed = speed
        if is_running:
            self.start()

    def start(self) -> None:
        if self._since is None:
            self._since = time.monotonic_ns()

    def stop(self) -> None:
        self._at_ns = self.now_ns()
        self._since = None

    def stand_at(self, input_ns: int | None) -> None:
        """While an input of this time is applied; None goes on."""
        self._input_ns = input_ns


class ReplayProgress(msgspec.Struct):
    """How far a replay has come. `stated` counts the inputs that stated any fact, `busy_s` is the
    time of a processor that it took to read and to apply them all."""

    at_ns: int = 0
    inputs: int = 0
    stated: int = 0
    busy_s: float = 0.0
    finished: bool = False


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go flat out: before the first input at or after `at_ns`, behind so many inputs that
    stated facts, or as soon as `is_there` says so; whichever comes first."""

    at_ns: int | None = None
    stated: int | None = None
    is_there: Callable[[], bool] | None = None

    def is_reached(self, next_ns: int, stated: int) -> bool:
        return (
            (self.at_ns is not None and next_ns >= self.at_ns)
            or (self.stated is not None and stated >= self.stated)
            or (self.is_there is not None and self.is_there())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPlace:
    """Where a replay stands between two inputs: what it goes on from, beside its pumps."""

    progress: ReplayProgress
    streams: tuple[StreamPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A replay that went so far: its place, and its pumps by venue as they were there."""

    place: ReplayPlace
    pumps: Mapping[str, Pump]


def _nothing() -> None:
    return


class Replay:
    """Several tapes as one stream in order of receipt, through one session a venue.

    Tapes of one venue (a rotated recording) are read one after another, in order of their headers.
    `speed` 1.0 is tape time, None as fast as it goes. What lies before a goal is applied flat out,
    so that the state there is what it was. What sessions want sent is dropped.
    """

    def __init__(
        self,
        tapes: Sequence[Recording],
        sink: Callable[[list[Event]], None],
        *,
        speed: float | None = 1.0,
        goal: Goal | None = None,
        arrived: Callable[[], None] = _nothing,
        begun: Begun | None = None,
        pause_s: float = 0.0,
    ) -> None:
        """`arrived` is called at each goal, and where the tapes end before it. `begun` is another
        replay of the same tapes to go on from; its pumps are used up. `pause_s` is left to others
        after each piece of work, flat out too."""
        self._pause_s = pause_s
        self._sink = sink
        self._arrived = arrived
        self._tapes = [tape for tape, _, _ in tapes]
        of_venue = _by_venue(tapes)
        start_ns = min((tape.header.at_ns for tape in self._tapes), default=0)
        self.progress = ReplayProgress(at_ns=start_ns)
        self.pumps: Mapping[str, Pump]
        if begun is None:
            self.pumps = {name: _pump(found) for name, found in of_venue.items()}
            places: Sequence[StreamPlace] = [BEGINNING] * len(of_venue)
        else:
            self.progress = msgspec.structs.replace(begun.place.progress)
            self.pumps, places = begun.pumps, begun.place.streams
        self._streams = [
            Stream([tape for tape, _, _ in found], place)
            for found, place in zip(of_venue.values(), places, strict=True)
        ]
        self._in_order = [self.pumps[name] for name in of_venue]
        self.clock = ReplayClock(self.progress.at_ns, speed)
        self.speed = speed
        self.is_held = False
        self.goal = goal
        self._alarm: asyncio.Future[None] | None = None

    # --- the player ---------------------------------------------------------------------------

    def hold(self, is_on: bool) -> None:
        """Stop before the next input, or go on. A goal is reached all the same."""
        self.is_held = is_on
        self._wake()

    def set_speed(self, speed: float | None) -> None:
        self.speed = speed
        self.clock.set_speed(speed)
        self._wake()

    def hasten(self, goal: Goal | None) -> None:
        """Go there flat out, in place of any goal from before. At the end there is no further."""
        self.goal = None if self.progress.finished else goal
        self._wake()

    def give_up(self) -> None:
        """Nothing more comes of the tapes, whatever they may still have: this is their end."""
        self.progress.finished = True
        if self.goal is not None:
            self._arrive()

    @property
    def read_frac(self) -> float:
        """How much of the tapes' bytes has been read, 0 to 1."""
        fracs = [tape.read_frac for tape in self._tapes]
        return sum(fracs) / len(fracs) if fracs else 1.0

    @property
    def place(self) -> ReplayPlace:
        """Behind the input that is being applied: only while the sink has its facts."""
        return ReplayPlace(
            progress=msgspec.structs.replace(self.progress),
            streams=tuple(stream.place for stream in self._streams),
        )

    async def run(self) -> None:
        """Play to the end of the last tape; the clock then stands."""
        progress = self.progress
        busy_since, worked_since = time.monotonic(), time.thread_time()
        try:
            for at_ns, number, item in merged(self._streams):
                while not self._is_due(at_ns):
                    progress.busy_s += time.thread_time() - worked_since
                    await self._rest(at_ns)
                    busy_since, worked_since = time.monotonic(), time.thread_time()
                self._feed(self._in_order[number], item, at_ns)
                if time.monotonic() - busy_since > MAX_BUSY_S:
                    progress.busy_s += time.thread_time() - worked_since
                    await asyncio.sleep(self._pause_s)
                    busy_since, worked_since = time.monotonic(), time.thread_time()
        finally:
            self.clock.stop()
        progress.finished = True
        if self.goal is not None:
            self._arrive()

    def _is_due(self, at_ns: int) -> bool:
        """Whether an input of this time is to be read now; the clock is set accordingly."""
        goal = self.goal
        if goal is not None and goal.is_reached(at_ns, self.progress.stated):
            if goal.at_ns is not None and goal.at_ns <= at_ns:
                self.clock.advance_to(goal.at_ns)
            self._arrive()
        if self.goal is not None or (self.speed is None and not self.is_held):
            self.clock.stop()
            self.clock.advance_to(at_ns)
            return True
        if self.is_held:
            self.clock.stop()
            return False
        self.clock.start()
        return self.clock.now_ns() >= at_ns

    def _arrive(self) -> None:
        self.goal = None
        self._arrived()

    async def _rest(self, at_ns: int) -> None:
        """Until tape time reaches `at_ns`, or the player is told something."""
        loop = asyncio.get_running_loop()
        self._alarm = loop.create_future()
        timer = None
        if not self.is_held and self.speed is not None:
            wait_s = (at_ns - self.clock.now_ns()) / 1e9 / self.speed
            timer = loop.call_later(max(wait_s, MIN_SLEEP_S), self._wake)
        try:
            await self._alarm
        finally:
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._alarm is not None and not self._alarm.done():
            self._alarm.set_result(None)

    def _feed(self, pump: Pump, item: Input, at_ns: int) -> None:
        self.progress.inputs += 1
        self.progress.at_ns = at_ns
        events = facts(pump.feed(item))
        if events:
            self.progress.stated += 1
            self.clock.stand_at(at_ns)
            try:
                self._sink(events)
            finally:
                self.clock.stand_at(None)


def _by_venue(tapes: Sequence[Recording]) -> Mapping[str, list[Recording]]:
    """By venue, in order of the first of its tapes, and each venue's in order of their headers."""
    found: dict[str, list[Recording]] = {}
    for recording in sorted(tapes, key=lambda entry: entry[0].header.at_ns):
        found.setdefault(recording[1].name, []).append(recording)
    return found


def _pump(tapes: Sequence[Recording]) -> Pump:
    tape, spec, make_session = tapes[0]
    # What breaks a session is on the tape.
    return Pump(spec, make_session, tape.header.wants, black_box_inputs=0)
