"""What the comparisons of the rules go back to, kept over a restart.

A rule that compares with the past would take the first minutes after a restart for the habit: an
alert about a thin book would be over because the book has been thin since the program started.
"""

import msgspec

from cockpit.core.units import HOUR_NS

LASTS_NS = HOUR_NS
"""What is older says nothing about now."""


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of the time before `at_ns`, by rule, venue or `venue/symbol`."""

    at_ns: int = 0
    homes: dict[str, dict[str, float]] = {}
    """Rule -> market -> the sign of the rate that it is used to."""
    latency_ms: dict[str, float] = {}
    depth_usd: dict[str, float] = {}
    """The median of the last hour."""
    open_interest: dict[str, tuple[int, float]] = {}
    """The oldest of the last hour, and when it was so."""

    def is_fresh(self, now_ns: int) -> bool:
        """False too for what a clock that was put back left in the future."""
        return 0 <= now_ns - self.at_ns <= LASTS_NS
