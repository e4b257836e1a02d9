"""When a data frame may be drawn: the paint clock. Pure: every method is told the time.

Four things hold a frame back. The rate: at most so many a second, halved when the event loop was
late twice and given back slowly. The budget: bytes a second for this size of terminal. The
terminal: where it answers queries, a frame waits until the last one is known to be consumed, so a
slow link gets as many frames as it can take and no queue; where it does not, a frame waits until
the last one has at least left. And nothing to draw.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from cockpit.terminal.renderer.byte_budget import Budget
from cockpit.ui.model.frame_stats import FrameStats

ANSWER_WITHIN_S = 3.0
UNANSWERED_MOST = 3
"""After so many silent frames the terminal is not asked again until the next minute."""
LATE_S = 0.5
STRIKES = 2
STRIKES_WITHIN_S = 30.0
RESTORE_AFTER_S = 10.0
RESTORE_FACTOR = 1.25
SLOWEST_HZ = 1.0
FULL_REPAINT_S = 60.0
KEY_GAP_S = 0.05
"""Data frames that follow a key are at least this far apart, however fast the keys repeat."""
QUEUED_S = 0.1
"""A frame that stays this much longer under way than an empty one fills a thin link."""
TAKES_S = 0.08
"""How long a write may be under way on a thin link: a key waits behind one of them."""
_LEAST_QUEUED_S = 0.005
"""What is under way for less than this was not held up."""
_TELLING_BYTES = 300
"""How late a smaller write comes through says nothing of the link."""
_TRIPS = 4
"""A link is as thick as the quickest of so many writes: the others may have waited for a busy
machine, or for a lost packet."""
LEAST_BYTES = 500
MOST_BYTES = 64_000
_FLOOR_MOST_S = 0.25
_WINDOW_S = 2.0


class _Trip(NamedTuple):
    """A write that the terminal has answered: how long it was held up, what that says at least."""

    queued_s: float
    bytes_per_s: float


class PaintClock:
    """Decides at each beat of the screen's timer whether a frame is drawn."""

    def __init__(self, hz: float) -> None:
        self.hz = hz
        self.rate = hz
        self.reason = ""
        self.round_trip_s: float | None = None
        self.budget = Budget()
        self._paced = 0
        self._last_beat_s: float | None = None
        self._next_s = 0.0
        self._last_draw_s = 0.0
        self._is_hurried = False
        self.window: int | None = None
        """Bytes that a write may have; None for any number."""
        self._floor_s = _FLOOR_MOST_S
        self._asked_bytes = 0
        self._trips: deque[_Trip] = deque(maxlen=_TRIPS)
        self._asked_s: float | None = None
        self._answers = False
        self._silent = 0
        self._late_s: list[float] = []
        self._restore_s = 0.0
        self._swept: int | None = None
        self._lag_s = 0.0
        self._worst_lag_s = 0.0
        self._paint_s = 0.0
        self._skipped = 0
        self._owed = False
        self._counted_s = 0.0
        self._counted_bytes = 0
        self._frames = 0

    # --- beats --------------------------------------------------------------------------------

    def beat(self, now_s: float, backlog: int) -> bool:
        """Whether to draw now. Called `hz` times a second; `backlog` is what has not left yet."""
        self._watch_lag(now_s)
        if now_s < self._next_s - 0.25 / self.hz:
            return False
        if backlog or self.is_waiting(now_s):
            self._owed = True
            self._skipped += 1
            return False
        if self.budget.is_spent and not self._is_hurried:
            self._paced += 1
            return False
        if self._is_hurried:
            self._is_hurried = False
            self.budget.excuse()
        self._next_s = max(self._next_s + 1.0 / self.rate, now_s + 0.5 / self.rate)
        self._last_draw_s = now_s
        self._owed = False
        self._frames += 1
        return True

    def sweep(self, now_s: float, height: int) -> range:
        """Rows to send again now, so that each is sent once a minute: errors do not stay."""
        start = self._swept
        self._swept = int(now_s % FULL_REPAINT_S / FULL_REPAINT_S * height)
        if start is None:
            return range(0)
        if self._swept < start:
            self._silent = 0
            return range(start, height)
        return range(start, self._swept)

    def hurry(self, now_s: float) -> bool:
        """A key changed what the panes show: whether the next beat may come at once, else soon.

        Whatever the echo of the key has cost, panes that it left for the next beat do not wait for
        the budget, and both cost little of it.
        """
        self._is_hurried = True
        self.budget.excuse()
        self._next_s = min(self._next_s, max(now_s, self._last_draw_s + KEY_GAP_S))
        return self._next_s <= now_s

    def paused(self) -> None:
        """The process was stopped or its terminal replaced: no time passed, nothing was asked."""
        self._last_beat_s = None
        self._asked_s = None

    def _watch_lag(self, now_s: float) -> None:
        last, self._last_beat_s = self._last_beat_s, now_s
        if last is None:
            return
        self._lag_s = max(0.0, now_s - last - 1.0 / self.hz)
        self._worst_lag_s = max(self._worst_lag_s, self._lag_s)
        if self._lag_s > LATE_S:
            self._late_s = [at for at in self._late_s if now_s - at < STRIKES_WITHIN_S] + [now_s]
            if len(self._late_s) >= STRIKES:
                self._late_s = []
                self.rate = max(min(SLOWEST_HZ, self.hz), self.rate / 2)
                self.reason = f"slowed: the loop was {self._lag_s:.1f} s late"
                self._restore_s = now_s + RESTORE_AFTER_S
        elif self.reason and now_s >= self._restore_s:
            self.rate = min(self.hz, self.rate * RESTORE_FACTOR)
            self._restore_s = now_s + RESTORE_AFTER_S
            if self.rate == self.hz:
                self.reason = ""

    # --- the terminal's answers ---------------------------------------------------------------

    @property
    def asks(self) -> bool:
        """Whether a frame should end with the query that the terminal answers."""
        return self._answers and self._silent < UNANSWERED_MOST

    @property
    def is_asked(self) -> bool:
        """Whether an answer is under way."""
        return self._asked_s is not None

    def asked(self, now_s: float, size: int) -> None:
        """A write of so many bytes, with the query at its end, was handed to the terminal."""
        self._asked_s = now_s
        self._asked_bytes = size

    def answered(self, now_s: float) -> bool:
        """The terminal has consumed everything up to the query; whether a frame is overdue."""
        self._answers = True
        self._silent = 0
        if self._asked_s is not None:
            self.round_trip_s = now_s - self._asked_s
            self._asked_s = None
            self._adapt(self.round_trip_s)
        return self._owed and now_s >= self._next_s

    def _adapt(self, trip_s: float) -> None:
        """Smaller writes while they queue on the way, so that a key is never far behind.

        A long way is not a thin one: what counts is the time beyond that of the quickest writes.
        """
        floor_s = self._floor_s
        floor_s = trip_s if trip_s < floor_s else floor_s + (trip_s - floor_s) * 0.02
        self._floor_s = min(floor_s, _FLOOR_MOST_S)
        queued_s = trip_s - self._floor_s
        if self._asked_bytes < _TELLING_BYTES:
            return
        self._trips.append(_Trip(queued_s, self._asked_bytes / max(queued_s, _LEAST_QUEUED_S)))
        if self.window is None and any(trip.queued_s <= QUEUED_S for trip in self._trips):
            return
        takes = int(TAKES_S * max(trip.bytes_per_s for trip in self._trips))
        self.window = max(LEAST_BYTES, takes) if takes < MOST_BYTES else None

    def is_waiting(self, now_s: float) -> bool:
        """Whether the last write may still be under way; gives up after three seconds."""
        if self._asked_s is None:
            return False
        if now_s - self._asked_s < ANSWER_WITHIN_S:
            return True
        self._asked_s = None
        self._silent += 1
        self.round_trip_s = None
        return False

    # --- figures ------------------------------------------------------------------------------

    def drew(self, took_s: float) -> None:
        """A frame was composed in this time."""
        self._paint_s = took_s

    def stats(
        self, now_s: float, sent_bytes: int, memory_mb: Callable[[], float | None]
    ) -> FrameStats | None:
        """The figures since the last time, at most every two seconds; None in between."""
        passed = now_s - self._counted_s
        if passed < _WINDOW_S:
            return None
        is_first = self._counted_s == 0.0
        frames, count = self._frames, sent_bytes - self._counted_bytes
        paced, self._paced = self._paced, 0
        self._counted_s, self._counted_bytes, self._frames = now_s, sent_bytes, 0
        if is_first:
            return None
        return FrameStats(
            hz_wanted=self.rate,
            hz_drawn=frames / passed,
            paint_ms=self._paint_s * 1000,
            loop_lag_ms=self._lag_s * 1000,
            loop_lag_worst_ms=self._worst_lag_s * 1000,
            bytes_per_s=count / passed,
            terminal_rtt_ms=None if self.round_trip_s is None else self.round_trip_s * 1000,
            frames_skipped=self._skipped,
            memory_mb=memory_mb(),
            reason=self.reason or ("paced" if paced > frames / 4 else ""),
        )


def in_words(stats: FrameStats) -> str:
    """`10 fps 12 kB/s 3 ms`, for the status line; what was not measured is left out."""
    words = []
    if stats.hz_drawn is not None:
        words.append(f"{stats.hz_drawn:.0f} fps")
    if stats.bytes_per_s is not None:
        words.append(f"{stats.bytes_per_s / 1000:.0f} kB/s")
    if stats.terminal_rtt_ms is not None:
        words.append(f"{stats.terminal_rtt_ms:.0f} ms")
    if stats.reason:
        words.append(stats.reason)
    return " ".join(words)
