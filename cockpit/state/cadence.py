"""How often a field speaks, and therefore when its silence means something.

A constant would be wrong for everybody: one venue repeats its book every half second, another
sends a funding rate twice a minute. A field is stale when it has been silent for much longer than
its own habit, and never before a floor that depends on what it is.
"""

from typing import Final

NS = 1_000_000_000
_EWMA: Final = 0.1
_WORST_DECAY: Final = 0.98


class Cadence:
    """Arrival times of one field, reduced to a typical and a recent worst gap."""

    __slots__ = ("_typical_ns", "_worst_ns", "count", "floor_ns", "last_ns")

    def __init__(self, floor_s: float) -> None:
        self.floor_ns = round(floor_s * NS)
        self.last_ns: int | None = None
        self.count = 0
        self._typical_ns = 0.0
        self._worst_ns = 0.0

    def arrived(self, at_ns: int) -> None:
        last = self.last_ns
        self.last_ns = at_ns
        self.count += 1
        if last is None:
            return
        gap = at_ns - last
        self._typical_ns += _EWMA * (gap - self._typical_ns) if self._typical_ns else gap
        worst = self._worst_ns * _WORST_DECAY
        self._worst_ns = gap if gap > worst else worst

    def pause(self) -> None:
        """The link is gone: the gap until the next arrival says nothing about the venue's habit."""
        self.last_ns = None

    @property
    def typical_s(self) -> float | None:
        """The usual gap in seconds; None before two arrivals."""
        return self._typical_ns / NS if self._typical_ns else None

    @property
    def limit_ns(self) -> int:
        """Silence beyond this is stale: 6x the usual gap, 2x the worst recent, or the floor."""
        habit = max(6.0 * self._typical_ns, 2.0 * self._worst_ns)
        return max(self.floor_ns, round(habit))
