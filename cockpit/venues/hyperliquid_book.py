"""One Hyperliquid book from two feeds: whole ladders, seldom, and the touch, with every block.

The ladder (`l2Book`) has 20 levels a side and may be seconds apart; the touch (`bbo`) comes when it
changes. A touch later than the ladder removes what is better than it; a ladder older than the
touch is shown with the touch on top. Both carry the block's time, which alone orders them.
"""

import math

from cockpit.core.events import Levels
from cockpit.venues.books import IGNORE, FullBook
from cockpit.venues.hyperliquid_wire import WireLevel
from cockpit.venues.kit import scale_levels

STUCK_NS = 5_000_000_000
"""Messages have been "older" for this long: it was the remembered time that was wrong."""


CROSSED = "crossed book"
_LONG_AGO = -1
"""Earlier than any message."""


class TouchedLadder:
    """The book of one market. Levels are in base units; times in ms are the venue's."""

    __slots__ = (
        "_applied_ns", "_ask", "_asks", "_bid", "_bids", "_order", "_time", "_top_ns",
        "_top_time", "has_ladder",
    )  # fmt: skip

    def __init__(self) -> None:
        self._order = FullBook()
        self._time = _LONG_AGO
        self._applied_ns = 0
        self._bids: Levels = ()
        self._asks: Levels = ()
        self._top_time = _LONG_AGO
        self._top_ns = 0
        self._bid: Levels = ()
        self._ask: Levels = ()
        self.has_ladder = False

    def ladder(
        self, time: int | None, bids: Levels, asks: Levels, at_ns: int
    ) -> tuple[Levels, Levels] | None:
        """The whole book that may be shown now; None if a later ladder is known."""
        if time is not None and self._order.snapshot(time) is IGNORE:
            if at_ns - self._applied_ns < STUCK_NS:
                return None
            self._order.reset()
            self._order.snapshot(time)
        self._applied_ns = at_ns
        self._time = _LONG_AGO if time is None else time
        self.has_ladder = True
        if self._time < self._top_time and at_ns - self._top_ns < STUCK_NS:
            bids, asks = _under(self._bid, bids, 1)[0], _under(self._ask, asks, -1)[0]
        else:
            self._top_time = _LONG_AGO
        self._bids, self._asks = bids, asks
        return bids, asks

    def touch(
        self, time: int, bid: Levels, ask: Levels, at_ns: int
    ) -> tuple[Levels, Levels] | None:
        """What the touch changes, as absolute sizes; None if it is old or changes nothing.

        Each side is one level, or none where that side of the book is empty. Before the first
        ladder the touch is remembered, and returned as it is.
        """
        if time < self._time and at_ns - self._applied_ns < STUCK_NS:
            return None
        if time < self._top_time and at_ns - self._top_ns < STUCK_NS:
            return None
        self._top_time, self._top_ns = time, at_ns
        self._bid, self._ask = bid, ask
        if not self.has_ladder:
            return bid, ask
        self._bids, bid_changes = _under(bid, self._bids, 1)
        self._asks, ask_changes = _under(ask, self._asks, -1)
        return (bid_changes, ask_changes) if bid_changes or ask_changes else None


def _under(best: Levels, levels: Levels, sign: int) -> tuple[Levels, Levels]:
    """(the side with `best` on top, what that changed); `sign` is 1 for bids, -1 for asks."""
    if not best:
        return (), tuple([(price, 0.0) for price, _ in levels])
    price = best[0][0]
    if levels and levels[0][0] == price:
        return (levels, ()) if levels[0] == best[0] else ((best[0], *levels[1:]), best)
    kept = 0
    while kept < len(levels) and (levels[kept][0] - price) * sign > 0.0:
        kept += 1
    gone = tuple([(better, 0.0) for better, _ in levels[:kept]])
    if kept < len(levels) and levels[kept][0] == price:
        changed = gone if levels[kept] == best[0] else (*gone, best[0])
        return (best[0], *levels[kept + 1 :]), changed
    return (best[0], *levels[kept:]), (*gone, best[0])


def sides_of(
    rows: tuple[list[WireLevel], list[WireLevel]], contract: float
) -> tuple[Levels, Levels] | str:
    """Bids and asks in base units as sent, or why they cannot be one book.

    Prices must get strictly worse.
    """
    bids = [(row.px, row.sz) for row in rows[0]]
    asks = [(row.px, row.sz) for row in rows[1]]
    if bids and asks and bids[0][0] >= asks[0][0]:
        return CROSSED
    last = math.inf
    for price, _ in bids:
        if price >= last:
            return "bids out of order"
        last = price
    last = 0.0
    for price, _ in asks:
        if price <= last:
            return "asks out of order"
        last = price
    return scale_levels(tuple(bids), contract), scale_levels(tuple(asks), contract)
