"""Where time comes from. The only file outside `sim/` and `cli/` that may ask the machine.

All times are integer nanoseconds since the Unix epoch, UTC.
"""

import time
from typing import Final, Protocol

from cockpit.core.units import NS_PER_S


class Clock(Protocol):
    """Anything that knows the time."""

    def now_ns(self) -> int:
        """Nanoseconds since the epoch; never goes backwards."""
        ...


_AWAKE_OR_NOT: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""A monotonic clock that goes on while the machine sleeps: Linux's monotonic time stands then, and
facts of the evening would be seconds old in the morning. That of macOS goes on."""


class WallClock:
    """Wall time at construction plus the time since, slept or not: no NTP step runs it backwards.

    Every receive stamp of one run is therefore ordered. A step of the machine's clock during the
    run shows up as skew against the venues, which is what it is.
    """

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.clock_gettime_ns(_AWAKE_OR_NOT)

    def now_ns(self) -> int:
        return self._offset_ns + time.clock_gettime_ns(_AWAKE_OR_NOT)


class ManualClock:
    """Time that stands still until it is told to move: replay and tests."""

    def __init__(self, at_ns: int = 0) -> None:
        self._at_ns = at_ns

    def now_ns(self) -> int:
        return self._at_ns

    def advance_to(self, at_ns: int) -> None:
        """Move to `at_ns`; an earlier time is ignored, so time never goes backwards."""
        self._at_ns = max(self._at_ns, at_ns)

    def advance_s(self, seconds: float) -> None:
        self._at_ns += round(seconds * 1e9)


def clock_words(offset_ns: int) -> str:
    """The offset as a sentence."""
    way = "ahead of" if offset_ns > 0 else "behind"
    return f"this machine's clock is {abs(offset_ns) / NS_PER_S:.0f} s {way} the venues'"
