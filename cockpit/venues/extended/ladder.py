"""The levels of one book, because the wire states changes of sizes and we state sizes."""

from collections.abc import Iterable
from decimal import Decimal

from cockpit.core.events import Levels
from cockpit.venues.extended.messages import Level

MOST_DECIMALS = 9
"""Of a size, where the lot is not known: sums of floats leave no ghosts of 1e-17 behind."""


class Ladder:
    """Both sides, price -> size in the venue's units. Prices are keyed by value, not by text.

    `decimals` are those of the lot: sums of sizes are rounded to them.
    """

    __slots__ = ("_asks", "_bids", "decimals")

    def __init__(self) -> None:
        self.decimals = MOST_DECIMALS
        self.replace((), ())

    def replace(self, bids: Levels, asks: Levels) -> None:
        self._bids, self._asks = dict(bids), dict(asks)

    def whole(self) -> tuple[Levels, Levels]:
        """Bids and asks, best first."""
        return tuple(sorted(self._bids.items(), reverse=True)), tuple(sorted(self._asks.items()))

    def apply(self, bids: Iterable[Level], asks: Iterable[Level]) -> tuple[Levels, Levels] | None:
        """The changed levels with their new sizes; None if a size would be below zero.

        A stated size `c` wins over the change `q`.
        """
        changed: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
        for known, levels, told in zip(
            (self._bids, self._asks), (bids, asks), changed, strict=True
        ):
            for level in levels:
                size = level.c
                if size is None:
                    size = round(known.get(level.p, 0.0) + level.q, self.decimals)
                if size < 0.0:
                    return None
                if size:
                    known[level.p] = size
                else:
                    known.pop(level.p, None)
                told.append((level.p, size))
        return tuple(changed[0]), tuple(changed[1])


def decimals_of(step: str | float | None) -> int:
    """Decimals of a lot: "0.001" -> 3, "10" -> 0; the most where it is no number."""
    try:
        exponent = Decimal(str(step)).normalize().as_tuple().exponent
    except ArithmeticError:
        return MOST_DECIMALS
    return min(max(0, -exponent), MOST_DECIMALS) if isinstance(exponent, int) else MOST_DECIMALS
