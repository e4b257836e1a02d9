"""States of a replay that are kept on the way: going back begins at the nearest before.

They lie as close as their cost and the memory allow. When there is no room for all, every second
one goes, and those to come are twice as far apart.
"""

import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cockpit.desk.copies import Copy, copy_of
from cockpit.wire.replay import Goal, ReplayPlace, ReplayProgress

APART_S: Final = 0.1
"""Of reading and applying inputs: how long it takes from one to the next, at the least."""
COST_FRAC: Final = 0.4
"""Of the time that a replay takes goes into keeping them, at the most."""
HITCH_S: Final = 0.1
"""The screen waits while a state is copied: one that takes longer is kept that much more seldom."""
MOST_BYTES: Final = 128 * 2**20
_PLACE_BYTES: Final = 48 * 2**10
"""What a place within a compressed tape takes: its window, and what is read ahead."""
_SHARED_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state behind an input, and where its tapes stood."""

    place: ReplayPlace
    copy: Copy

    @property
    def size(self) -> int:
        """Bytes, as nearly as can be said."""
        shared = len(self.copy.shared) * _SHARED_BYTES
        return len(self.copy.data) + shared + len(self.place.streams) * _PLACE_BYTES

    def is_before(self, goal: Goal) -> bool:
        """Whether the goal is reached from here. It is not where it was reached already."""
        progress = self.place.progress
        return (goal.at_ns is not None and progress.at_ns < goal.at_ns) or (
            goal.stated is not None and progress.stated < goal.stated
        )

    def is_beyond(self, progress: ReplayProgress) -> bool:
        """Whether it takes a pass that has come so far longer to come here than to begin here."""
        return self.place.progress.busy_s - progress.busy_s > APART_S


class Checkpoints:
    """Of one recording, played from its beginning with the same watch list and positions."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: list[Checkpoint] = []
        """In the order of the tape."""
        self._apart_s = APART_S
        self.bytes_kept = 0

    def __len__(self) -> int:
        return len(self._kept)

    def next_s(self, busy_s: float) -> float:
        """How long a replay that took `busy_s` so far shall take before it asks again."""
        return busy_s + self._apart_s

    def offer(self, place: ReplayPlace, state: Callable[[], object]) -> None:
        """Keep the state of this place, unless there is one nearby."""
        stated = place.progress.stated
        i = bisect_left(self._kept, stated, key=lambda kept: kept.place.progress.stated)
        near_s = self._apart_s / 2
        for kept in self._kept[max(0, i - 1) : i + 1]:
            if abs(kept.place.progress.busy_s - place.progress.busy_s) < near_s:
                return
        began_s = time.thread_time()
        copy = copy_of(state())
        cost_s = time.thread_time() - began_s
        seldom = max(1.0, cost_s / HITCH_S)
        self._apart_s = max(self._apart_s, cost_s / COST_FRAC * seldom)
        if copy is None:
            return
        self._kept.insert(i, Checkpoint(place, copy))
        self.bytes_kept += self._kept[i].size
        if self.bytes_kept > self._most_bytes:
            del self._kept[::2]
            self.bytes_kept = sum(kept.size for kept in self._kept)
            self._apart_s *= 2

    def before(self, goal: Goal) -> Checkpoint | None:
        """The last one from which the goal is reached; None where the beginning is."""
        return next((kept for kept in reversed(self._kept) if kept.is_before(goal)), None)
