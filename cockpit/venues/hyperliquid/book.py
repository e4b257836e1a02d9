"""One Hyperliquid book from two feeds: whole ladders, seldom, and the touch, with every block.

The ladder (`l2Book`) has 20 levels a side and may be seconds apart; the touch (`bbo`) comes when it
changes. A touch later than the ladder removes what is better than it; a ladder older than the
touch is shown with the touch on top. Both carry the block's time, which alone orders them.
"""

import math
from dataclasses import dataclass, field

from cockpit.core.events import Level, Levels
from cockpit.venues.hyperliquid.messages import WireLevel
from cockpit.venues.kit.instruments import Unit

STUCK_NS = 5_000_000_000
"""Messages have been "older" for this long: it was the remembered time that was wrong."""
OUTRUN_NS = 30_000_000_000
"""Ladders come every half a second, or every five by other accounts."""
CROSSED = "crossed book"
_LONG_AGO = -1
"""Earlier than any message."""


@dataclass(slots=True, eq=False)
class TouchedLadder:
    """The book of one market. Levels are in base units; times in ms are the venue's.

    `bids` and `asks` are what is shown: the ladder with the touch on top.
    """

    has_ladder: bool = False
    bids: list[Level] = field(default_factory=list)
    asks: list[Level] = field(default_factory=list)
    best: tuple[Level | None, Level | None] = (None, None)
    time: int = _LONG_AGO
    newest: int = _LONG_AGO
    """The latest time of a ladder; one without a time has none to compare with."""
    applied_ns: int = 0
    touch_time: int = _LONG_AGO
    touched_ns: int = 0
    outrun_ns: int | None = None
    """When a touch of a later block than the ladder's came first."""

    def ladder(
        self, time: int | None, bids: list[Level], asks: list[Level], at_ns: int
    ) -> tuple[Levels, Levels] | None:
        """The whole book that may be shown now; None if a later ladder is known.

        The lists are kept.
        """
        if time is not None:
            if time < self.newest and at_ns - self.applied_ns < STUCK_NS:
                return None
            self.newest = time
        self.applied_ns, self.outrun_ns = at_ns, None
        self.time = _LONG_AGO if time is None else time
        self.has_ladder = True
        self.bids, self.asks = bids, asks
        if self.time < self.touch_time and at_ns - self.touched_ns < STUCK_NS:
            put_best(bids, self.best[0], 1)
            put_best(asks, self.best[1], -1)
        else:
            self.touch_time = _LONG_AGO
        return tuple(bids), tuple(asks)

    def touch(
        self, time: int, bid: Level | None, ask: Level | None, at_ns: int
    ) -> tuple[Levels, Levels] | None:
        """What the touch changes, as absolute sizes; None if it is old or changes nothing.

        A side is None where that side of the book is empty. Before the first ladder the touch is
        remembered, and returned as it is.
        """
        if time < self.time and at_ns - self.applied_ns < STUCK_NS:
            return None
        if time < self.touch_time and at_ns - self.touched_ns < STUCK_NS:
            return None
        self.touch_time, self.touched_ns, self.best = time, at_ns, (bid, ask)
        if self.outrun_ns is None and time > self.time >= 0:
            self.outrun_ns = at_ns
        if not self.has_ladder:
            return () if bid is None else (bid,), () if ask is None else (ask,)
        changes = put_best(self.bids, bid, 1), put_best(self.asks, ask, -1)
        return changes if any(changes) else None

    def is_outrun(self, at_ns: int) -> bool:
        """Whether ladders have stopped while the book moves: what lies below the touch is old."""
        return self.outrun_ns is not None and at_ns - self.outrun_ns >= OUTRUN_NS


def put_best(levels: list[Level], best: Level | None, sign: int) -> Levels:
    """Put `best` on top of one side, in place; returns what that changed.

    What is better than it goes, and without a best everything; `sign` is 1 for bids, -1 for asks.
    """
    count = better = len(levels)
    if best is not None:
        price, better = best[0], 0
        while better < count and (levels[better][0] - price) * sign > 0.0:
            better += 1
        if better < count and levels[better][0] == price:
            changed = () if levels[better] == best else (best,)
            levels[better] = best
        else:
            changed = (best,)
            levels.insert(better, best)
    else:
        changed = ()
    if not better:
        return changed
    gone = tuple([(price, 0.0) for price, _ in levels[:better]])
    del levels[:better]
    return gone + changed


def sides_of(
    rows: tuple[list[WireLevel], list[WireLevel]], unit: Unit
) -> tuple[list[Level], list[Level]] | str:
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
    if unit.price == 1.0:
        return bids, asks
    return list(unit.to_levels(tuple(bids))), list(unit.to_levels(tuple(asks)))
