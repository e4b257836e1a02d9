"""The levels of one book, kept for one question: is it crossed after a change?"""

from cockpit.core.events import Levels
from cockpit.venues.paradex.messages import BookUpdate


class Ladder:
    """Both sides by price. An empty side is no fault: quiet markets have one."""

    __slots__ = ("_asks", "_bids")

    def __init__(self) -> None:
        self._bids: dict[float, float] = {}
        self._asks: dict[float, float] = {}

    def apply(self, update: BookUpdate) -> bool:
        """Take a message over; whether the best bid is below the best ask after it."""
        if update.is_whole:
            self._bids, self._asks = dict(update.bids), dict(update.asks)
            return True
        _change(self._bids, update.bids)
        _change(self._asks, update.asks)
        return not (self._bids and self._asks) or max(self._bids) < min(self._asks)


def _change(side: dict[float, float], levels: Levels) -> None:
    for price, size in levels:
        if size:
            side[price] = size
        else:
            side.pop(price, None)
