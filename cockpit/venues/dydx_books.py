"""dYdX books: snapshots and deltas uncrossed for display, and checked against REST.

Private to `dydx.py`.
"""

from collections import deque
from collections.abc import Iterator, Sequence

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Levels
from cockpit.core.units import NS_PER_S
from cockpit.venues import kit
from cockpit.venues.books import Uncrossed
from cockpit.venues.dydx_markets import NAME, symbol_of
from cockpit.venues.dydx_wire import Level, Update

LOOK_AGAIN_NS = 3 * NS_PER_S
"""Longer than REST's cache of 1 s and a batch of 250 ms together."""
CORRECTIONS_NS = 60 * NS_PER_S
"""Between two corrections of one book: the two sources may disagree for longer than we like."""
_HELD_FRAMES = 1000

Changes = list[tuple[Levels, Levels]]
Difference = tuple[int, float, float, float]
"""Side (0 bids), price, our size, REST's size."""


class Book:
    """One market's book. Deltas that come before the snapshot wait for it."""

    __slots__ = (
        "_corrected_ns", "_held", "_levels", "_number", "_suspects", "is_synced",
        "look_again_ns", "symbol",
    )  # fmt: skip

    def __init__(self, ticker: str) -> None:
        self.symbol = symbol_of(ticker)
        self.is_synced = False
        self.look_again_ns: int | None = None
        self._levels = Uncrossed()
        self._held: deque[tuple[int, Changes]] = deque(maxlen=_HELD_FRAMES)
        self._number = -1
        self._suspects: set[Difference] = set()
        self._corrected_ns: int | None = None

    def is_old(self, number: int) -> bool:
        """Whether the snapshot that we have is as new as this message."""
        return number <= self._number

    def snapshot(
        self, bids: Levels, asks: Levels, number: int, at_ns: int
    ) -> Iterator[BookSnapshot | BookDelta]:
        """The whole book, then what was held and is newer."""
        yield self.picture(bids, asks, at_ns)
        self.is_synced = True
        self._number = number
        self._suspects.clear()
        self.look_again_ns = None
        held = sorted(self._held, key=lambda item: item[0])
        self._held.clear()
        for held_number, changes in held:
            if held_number > number:
                yield self._delta(changes, at_ns)

    def picture(self, bids: Levels, asks: Levels, at_ns: int) -> BookSnapshot:
        """A whole book that no stream continues."""
        shown_bids, shown_asks = self._levels.snapshot(bids, asks, at_ns)
        return BookSnapshot(
            venue=NAME, recv_ns=at_ns, symbol=self.symbol, bids=shown_bids, asks=shown_asks
        )

    def delta(self, changes: Changes, number: int, at_ns: int) -> BookDelta | None:
        if not self.is_synced:
            self._held.append((number, changes))
            return None
        return self._delta(changes, at_ns)

    def lose(self, reason: str, at_ns: int) -> Iterator[BookReset]:
        """Unknown until the next snapshot; says so once."""
        if self.is_synced:
            self.is_synced = False
            yield BookReset(venue=NAME, recv_ns=at_ns, symbol=self.symbol, reason=reason)

    def disagrees(self, bids: Levels, asks: Levels, at_ns: int) -> bool:
        """Whether REST has said twice, `LOOK_AGAIN_NS` apart, the same thing that we do not say.

        A first difference may be a matter of moments: it asks for a second look.
        """
        ours = self._levels.shown()
        found = _differences(0, ours[0], bids) | _differences(1, ours[1], asks)
        if self._suspects:
            again = found & self._suspects
            self._suspects.clear()
            if not again:
                return False
            last_ns = self._corrected_ns
            if last_ns is not None and at_ns - last_ns < CORRECTIONS_NS:
                return False
            self._corrected_ns = at_ns
            return True
        if found:
            self._suspects = found
            self.look_again_ns = at_ns + LOOK_AGAIN_NS
        return False

    def _delta(self, changes: Changes, at_ns: int) -> BookDelta:
        bids, asks = self._levels.delta(changes, at_ns)
        return BookDelta(venue=NAME, recv_ns=at_ns, symbol=self.symbol, bids=bids, asks=asks)


def changes_of(updates: Sequence[Update]) -> Changes | None:
    """The level changes of a frame in their order, or None if one of them is insane."""
    changes: Changes = []
    for update in updates:
        sides = []
        for rows in (update.bids, update.asks):
            levels = []
            for row in rows:
                price, size = row.price, row.size
                if not (0.0 < price < kit.MAX_EXPONENT and 0.0 <= size < kit.MAX_EXPONENT):
                    return None
                levels.append((price, size))
            sides.append(tuple(levels))
        changes.append((sides[0], sides[1]))
    return changes


def levels_of(rows: Sequence[Level]) -> Levels | None:
    """A snapshot's side, or None if a level is insane."""
    levels = tuple([(row.price, row.size) for row in rows])
    return levels if kit.sane_levels(levels) else None


def _differences(side: int, ours: Levels, theirs: Levels) -> set[Difference]:
    """Where two sides differ, as deep as REST reaches."""
    if not theirs:
        return set()
    mine, other = dict(ours), dict(theirs)
    worst = min(other) if side == 0 else max(other)
    return {
        (side, price, mine.get(price, 0.0), other.get(price, 0.0))
        for price in mine.keys() | other.keys()
        if (price >= worst if side == 0 else price <= worst) and mine.get(price) != other.get(price)
    }
