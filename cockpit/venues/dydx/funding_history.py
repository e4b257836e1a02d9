"""Settled dYdX funding of one market: thirty days back once, then each hour's new row.

Private to `dydx.py`.
"""

from collections.abc import Iterator
from urllib.parse import quote

from cockpit.core.events import Funding
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_S, hour_floor_ns
from cockpit.venues.contract import Fetch
from cockpit.venues.dydx.instruments import NAME, symbol_of
from cockpit.venues.dydx.messages import FundingRow, ns_of
from cockpit.venues.kit import numbers

SPAN_NS = 30 * 24 * HOUR_NS
PAGE = 750
"""Rows asked for at once: thirty days and a little; the venue allows 1000."""
AFTER_HOUR_NS = 40 * NS_PER_S
RETRY_NS = 60 * NS_PER_S
ANSWER_WITHIN_NS = 300 * NS_PER_S
"""History waits behind every other fetch."""


class History:
    """What is known of one market's paid hours, and when to ask for more."""

    __slots__ = (
        "_due_ns", "_floor_ns", "_is_asked", "_is_complete", "_newest_ns", "_seen_ns", "_ticker",
    )  # fmt: skip

    def __init__(self, ticker: str) -> None:
        self._ticker = ticker
        self._due_ns = 0
        self._floor_ns = 0
        self._newest_ns: int | None = None
        self._seen_ns: set[int] = set()
        self._is_asked = False
        self._is_complete = False

    def due(self, at_ns: int) -> Iterator[Fetch]:
        """The first page, or the rows that are new since the newest we have."""
        if at_ns < self._due_ns:
            return
        self._floor_ns = at_ns - SPAN_NS
        if self._is_complete and self._newest_ns is not None:
            self._floor_ns = max(self._floor_ns, self._newest_ns)
        missing_hours = (at_ns - self._floor_ns) // HOUR_NS + 2
        yield self._fetch(at_ns, min(missing_hours, PAGE))

    def failed(self, at_ns: int) -> None:
        self._is_asked = False
        self._due_ns = at_ns + RETRY_NS

    def settled(self, rows: list[FundingRow], at_ns: int) -> Iterator[Funding]:
        """The rows that we did not have, oldest first."""
        for row in reversed(rows):
            paid_ns = ns_of(row.effective_at)
            rate = numbers.finite(row.rate)
            if paid_ns in self._seen_ns or rate is None:
                continue
            self._seen_ns.add(paid_ns)
            self._newest_ns = max(paid_ns, self._newest_ns or 0)
            yield Funding(
                venue=NAME, recv_ns=at_ns, venue_ns=paid_ns, symbol=symbol_of(self._ticker),
                kind="settled", rate=rate, interval_s=HOUR_S,
            )  # fmt: skip

    def answered(self, rows: list[FundingRow], brought: bool, at_ns: int) -> Iterator[Fetch]:
        """The next page if this one does not reach back far enough; else wait for the hour.

        A page that brought nothing new ends it: the market is younger, or pages repeat.
        """
        if not self._is_asked:
            return
        if brought and ns_of(rows[-1].effective_at) > self._floor_ns:
            yield self._fetch(at_ns, PAGE, before=rows[-1].effective_at_height - 1)
            return
        self._is_asked = False
        self._is_complete = True
        next_ns = hour_floor_ns(self._newest_ns or 0) + HOUR_NS + AFTER_HOUR_NS
        self._due_ns = next_ns if next_ns > at_ns else at_ns + RETRY_NS

    def _fetch(self, at_ns: int, limit: int, before: int | None = None) -> Fetch:
        self._is_asked = True
        self._due_ns = at_ns + ANSWER_WITHIN_NS
        path = f"/v4/historicalFunding/{quote(self._ticker, safe='')}?limit={limit}"
        if before is not None:
            path += f"&effectiveBeforeOrAtHeight={before}"
        return Fetch(name="funding_history", path=path, key=self._ticker, background=True)
