"""Hyperliquid's settled funding: how far each coin's history is known, and what a row is worth."""

import math

from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.venues.contract import Fetch
from cockpit.venues.hyperliquid.rest_messages import ask

PAGE_ROWS = 500
HISTORY_NS = 30 * 24 * HOUR_NS
NEWEST_ROWS = 30 * 24 - PAGE_ROWS
"""The short page of the two comes first: it weighs less, so every coin has its week sooner."""
HOUR_MS = HOUR_NS // NS_PER_MS
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
    The newest days come first and may be read at once; what is older follows behind them.
    """

    __slots__ = (
        "_asked_until_ns", "_coin", "_due_ns", "_is_older_asked",
        "_older_end_ms", "_older_ms", "_start_ms",
    )  # fmt: skip

    def __init__(self, coin: str, at_ns: int) -> None:
        self._coin = coin
        self._start_ms = (hour_floor_ns(at_ns) - (NEWEST_ROWS - 1) * HOUR_NS) // NS_PER_MS
        self._older_ms: int | None = (at_ns - HISTORY_NS) // NS_PER_MS
        self._older_end_ms = self._start_ms - 1
        self._due_ns = at_ns
        self._asked_until_ns = at_ns
        self._is_older_asked = False

    def fetch(self, at_ns: int) -> Fetch | None:
        """The next page, when it is due and none is under way."""
        if at_ns < self._asked_until_ns:
            return None
        if at_ns >= self._due_ns:
            return self._ask(self._start_ms, None, at_ns)
        if self._older_ms is not None:
            return self._ask(self._older_ms, self._older_end_ms, at_ns)
        return None

    def _ask(self, start_ms: int, end_ms: int | None, at_ns: int) -> Fetch:
        self._asked_until_ns = at_ns + ANSWER_NS
        self._is_older_asked = end_ms is not None
        question = {"type": "fundingHistory", "coin": self._coin, "startTime": start_ms}
        if end_ms is not None:
            question["endTime"] = end_ms
        last_ms = at_ns // NS_PER_MS if end_ms is None else end_ms
        rows = min(max((last_ms - start_ms) // HOUR_MS + 1, 1), PAGE_ROWS)
        weight = 20 + math.ceil(rows / 20)
        return ask("funding_history", question, weight, key=self._coin, background=True)

    def answered(self, last_ms: int | None, at_ns: int) -> None:
        """A page ended at `last_ms` (None: it was empty). Goes on until nothing is missing."""
        self._asked_until_ns = at_ns
        if self._is_older_asked:
            self._is_older_asked = False
            self._older_answered(last_ms)
            return
        progressed = last_ms is not None and last_ms >= self._start_ms
        if last_ms is not None and progressed:
            self._start_ms = min(last_ms + 1, (at_ns + HOUR_NS) // NS_PER_MS)
        reached = self._start_ms * NS_PER_MS >= hour_floor_ns(at_ns)
        if progressed and not reached:
            self._due_ns = at_ns
        else:
            self._due_ns = hour_floor_ns(at_ns - SETTLED_AFTER_NS) + HOUR_NS + SETTLED_AFTER_NS

    def _older_answered(self, last_ms: int | None) -> None:
        """Goes on behind the last row, unless the newer days begin there or it brought nothing."""
        start_ms, self._older_ms = self._older_ms, None
        if start_ms is None or last_ms is None:
            return
        if start_ms <= last_ms <= self._older_end_ms - HOUR_MS:
            self._older_ms = last_ms + 1

    def failed(self, at_ns: int) -> None:
        """The same page again after a while; the running hour's, where that is due by then."""
        self._asked_until_ns = at_ns + RETRY_NS
