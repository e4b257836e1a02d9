"""One Hyperliquid book from two feeds: whole ladders, seldom, and the touch, with every block.

The ladder (`l2Book`) has 20 levels a side and may be seconds apart; the touch (`bbo`) comes when it
changes. A touch later than the ladder removes what is better than it; a ladder older than the
touch is shown with the touch on top. Both carry the block's time, which alone orders them.
"""

import math

from cockpit.core.events import Level, Levels
from cockpit.venues.hyperliquid.messages import WireLevel
from cockpit.venues.kit.instruments import Unit
from cockpit.venues.kit.sequencing import IGNORE, FullBook

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
        self._bids: list[Level] = []
        self._asks: list[Level] = []
        """As shown: the ladder with the touch on top."""
        self._top_time = _LONG_AGO
        self._top_ns = 0
        self._bid: Level | None = None
        self._ask: Level | None = None
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
        self._bids, self._asks = list(bids), list(asks)
        if self._time < self._top_time and at_ns - self._top_ns < STUCK_NS:
            put_best(self._bids, self._bid, 1)
            put_best(self._asks, self._ask, -1)
            return tuple(self._bids), tuple(self._asks)
        self._top_time = _LONG_AGO
        return bids, asks

    def touch(
        self, time: int, bid: Level | None, ask: Level | None, at_ns: int
    ) -> tuple[Levels, Levels] | None:
        """What the touch changes, as absolute sizes; None if it is old or changes nothing.

        A side is None where that side of the book is empty. Before the first ladder the touch is
        remembered, and returned as it is.
        """
        if time < self._time and at_ns - self._applied_ns < STUCK_NS:
            return None
        if time < self._top_time and at_ns - self._top_ns < STUCK_NS:
            return None
        self._top_time, self._top_ns = time, at_ns
        self._bid, self._ask = bid, ask
        if not self.has_ladder:
            return () if bid is None else (bid,), () if ask is None else (ask,)
        bid_changes = put_best(self._bids, bid, 1)
        ask_changes = put_best(self._asks, ask, -1)
        return (bid_changes, ask_changes) if bid_changes or ask_changes else None


def put_best(levels: list[Level], best: Level | None, sign: int) -> Levels:
    """Put `best` on top of one side, in place; returns what that changed.

    What is better than it goes, and without a best everything; `sign` is 1 for bids, -1 for asks.
    """
    if best is None:
        changed = tuple([(price, 0.0) for price, _ in levels])
        levels.clear()
        return changed
    price = best[0]
    if levels and levels[0][0] == price:
        if levels[0] == best:
            return ()
        levels[0] = best
        return (best,)
    better = 0
    while better < len(levels) and (levels[better][0] - price) * sign > 0.0:
        better += 1
    gone = [(level[0], 0.0) for level in levels[:better]]
    is_known = better < len(levels) and levels[better][0] == price
    if is_known and levels[better] == best:
        del levels[:better]
        return tuple(gone)
    levels[: better + is_known] = [best]
    return (*gone, best)


def sides_of(
    rows: tuple[list[WireLevel], list[WireLevel]], unit: Unit
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
    return unit.to_levels(tuple(bids)), unit.to_levels(tuple(asks))
