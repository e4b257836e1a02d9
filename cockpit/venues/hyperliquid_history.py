"""Hyperliquid's settled funding: how far each coin's history is known, and what a row is worth."""

import math

from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.venues.contract import Fetch
from cockpit.venues.hyperliquid_info import ask

PAGE_ROWS = 500
HISTORY_NS = 30 * 24 * HOUR_NS
SETTLED_AFTER_NS = 45 * NS_PER_S
"""Rows are stamped within a second of the hour, as a rule; ask once they surely exist."""
RETRY_NS = 60 * NS_PER_S
ANSWER_NS = 600 * NS_PER_S
"""A page that was asked for and never answered, not even with a failure, is asked for again."""
HOURLY_SINCE_NS = 1_686_186_000 * NS_PER_S
"""2023-06-08 01:00 UTC. Until the hour before, recorded rows are 8 h apart at the 8 h rate."""


def settled_interval_s(stamp_ns: int) -> int:
    """The interval that a settled rate is for, from its stamp.

    Read from the row itself and not from the distance to its neighbour: a missing hour would
    otherwise pass for an interval of two.
    """
    return HOUR_S if hour_floor_ns(stamp_ns) >= HOURLY_SINCE_NS else 8 * HOUR_S


class History:
    """How far the settled funding of one coin is known, and when to ask on.

    Pages begin at `startTime` inclusive and hold at most 500 rows, though old replies held more.
    """

    __slots__ = ("_coin", "_due_ns", "_start_ms")

    def __init__(self, coin: str, at_ns: int) -> None:
        self._coin = coin
        self._start_ms = (at_ns - HISTORY_NS) // NS_PER_MS
        self._due_ns = at_ns

    def fetch(self, at_ns: int) -> Fetch | None:
        """The next page, when it is due."""
        if at_ns < self._due_ns:
            return None
        self._due_ns = at_ns + ANSWER_NS
        hours = (at_ns - self._start_ms * NS_PER_MS) // HOUR_NS + 1
        question = {"type": "fundingHistory", "coin": self._coin, "startTime": self._start_ms}
        weight = 20 + math.ceil(min(max(hours, 1), PAGE_ROWS) / 20)
        return ask("funding_history", question, weight, key=self._coin, background=True)

    def answered(self, last_ms: int | None, at_ns: int) -> None:
        """A page ended at `last_ms` (None: it was empty). Goes on until the running hour."""
        progressed = last_ms is not None and last_ms >= self._start_ms
        if last_ms is not None and progressed:
            self._start_ms = min(last_ms + 1, (at_ns + HOUR_NS) // NS_PER_MS)
        reached = self._start_ms * NS_PER_MS >= hour_floor_ns(at_ns)
        if progressed and not reached:
            self._due_ns = at_ns
        else:
            self._due_ns = hour_floor_ns(at_ns - SETTLED_AFTER_NS) + HOUR_NS + SETTLED_AFTER_NS

    def failed(self, at_ns: int) -> None:
        self._due_ns = at_ns + RETRY_NS
