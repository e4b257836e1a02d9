"""One dYdX book: uncrossed for display, held back until its snapshot, checked against REST."""

from collections import deque
from collections.abc import Sequence

from cockpit.core.events import Levels
from cockpit.core.units import NS_PER_S
from cockpit.venues.dydx.messages import Level, Update
from cockpit.venues.kit.numbers import sane_levels
from cockpit.venues.kit.uncrossing import Uncrossed

LOOK_AGAIN_NS = 3 * NS_PER_S
"""Longer than REST's cache of 1 s and a batch of 250 ms together."""
CORRECTIONS_NS = 60 * NS_PER_S
"""Between two corrections of one book: the two sources may disagree for longer than we like."""
_HELD_FRAMES = 1000

Difference = tuple[int, float, float, float]
"""Side (0 bids), price, our size, REST's size."""


class Book:
    """Whether it is known stands in its chain; here are its levels.

    `number` is that of the snapshot that we have: a message that is not above it is old.
    """

    __slots__ = ("_corrected_ns", "_suspects", "held", "levels", "look_again_ns", "number")

    def __init__(self) -> None:
        self.levels = Uncrossed()
        self._corrected_ns: int | None = None
        self.forget()

    def forget(self) -> None:
        """The link is gone."""
        self.number = -1
        self.held: deque[tuple[int, Sequence[Update]]] = deque(maxlen=_HELD_FRAMES)
        """Changes that came before the snapshot, with their numbers."""
        self.look_again_ns: int | None = None
        self._suspects: set[Difference] = set()

    def newer(self, number: int) -> list[tuple[int, Sequence[Update]]]:
        """A snapshot of this number has come: what was held and goes on from it."""
        held = sorted((item for item in self.held if item[0] > number), key=lambda item: item[0])
        self.forget()
        self.number = number
        return held

    def disagrees(self, bids: Levels, asks: Levels, at_ns: int) -> bool:
        """Whether REST has said twice, `LOOK_AGAIN_NS` apart, the same thing that we do not say.

        A first difference may be a matter of moments: it asks for a second look.
        """
        ours = self.levels.shown()
        found = _differences(0, ours[0], bids) | _differences(1, ours[1], asks)
        if not self._suspects:
            self._suspects = found
            self.look_again_ns = at_ns + LOOK_AGAIN_NS if found else self.look_again_ns
            return False
        is_again = not found.isdisjoint(self._suspects)
        self._suspects.clear()
        last_ns = self._corrected_ns
        if not is_again or (last_ns is not None and at_ns - last_ns < CORRECTIONS_NS):
            return False
        self._corrected_ns = at_ns
        return True


def levels_of(rows: Sequence[Level] | None) -> Levels | None:
    """A snapshot's side, or None if it is missing or a level is insane."""
    if rows is None:
        return None
    levels = tuple([(row.price, row.size) for row in rows])
    return levels if sane_levels(levels) else None


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
