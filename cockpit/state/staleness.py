"""How often a field speaks, and therefore when its silence means something.

A constant would be wrong for everybody: one venue repeats its book every half second, another
sends a funding rate twice a minute. A field is stale when it has been silent for much longer than
its own habit, and never before a floor that depends on what it is.
"""

from collections import deque
from typing import Final

NS = 1_000_000_000
_EWMA: Final = 0.1
_WORST_DECAY: Final = 0.98
_UNREAD: Final = 256
"""Arrivals kept until somebody asks; what was before them has no weight left in the habit."""


class Cadence:
    """Arrival times of one field, reduced to a typical and a recent worst gap when asked.

    `arrived(at_ns)` is called for every fact, so it does nothing but remember; `stamp_ns` is set
    with it: when the newest fact was made by the venue's own stamp, None without one.
    """

    __slots__ = (
        "_last_ns", "_typical_ns", "_unread", "_worst_ns", "arrived", "floor_ns", "stamp_ns"
    )  # fmt: skip

    def __init__(self, floor_s: float) -> None:
        self.floor_ns = round(floor_s * NS)
        self._unread: deque[int] = deque(maxlen=_UNREAD)
        self.arrived = self._unread.append
        self.stamp_ns: int | None = None
        self._last_ns: int | None = None
        self._typical_ns = 0.0
        self._worst_ns = 0.0

    @property
    def last_ns(self) -> int | None:
        """The latest arrival; None before the first, and after a pause."""
        return self._unread[-1] if self._unread else self._last_ns

    def pause(self) -> None:
        """The link is gone: the gap until the next arrival says nothing about the venue's habit."""
        self.read()
        self._last_ns = None

    def allow(self, gap_ns: int) -> None:
        """A silence of so long has been judged to be no more than the field's habit."""
        self.read()
        self._worst_ns = max(self._worst_ns, gap_ns / 2)

    @property
    def typical_s(self) -> float | None:
        """The usual gap in seconds; None before two arrivals."""
        self.read()
        return self._typical_ns / NS if self._typical_ns else None

    @property
    def limit_ns(self) -> int:
        """Silence beyond this is stale: 6x the usual gap, 2x the worst recent, or the floor."""
        self.read()
        habit = max(6.0 * self._typical_ns, 2.0 * self._worst_ns)
        return max(self.floor_ns, round(habit))

    def read(self) -> None:
        """Take the unread arrivals into the habit, so that none of them need be kept."""
        if not self._unread:
            return
        last, typical, worst = self._last_ns, self._typical_ns, self._worst_ns
        if len(self._unread) == _UNREAD:
            # Some before them may be lost, so that the first gap is not known.
            last = None
        for at_ns in self._unread:
            if last is not None:
                gap = at_ns - last
                typical += _EWMA * (gap - typical) if typical else gap
                worst = max(gap, worst * _WORST_DECAY)
            last = at_ns
        self._last_ns, self._typical_ns, self._worst_ns = last, typical, worst
        self._unread.clear()
