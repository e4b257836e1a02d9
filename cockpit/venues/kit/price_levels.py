"""The levels of one book, for a venue whose messages cannot be judged or read without them."""

from cockpit.core.events import Levels


class PriceLevels:
    """Both sides, price -> size as quoted. An empty side is no fault: quiet markets have one."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids: dict[float, float] = {}
        self.asks: dict[float, float] = {}

    def replace(self, bids: Levels, asks: Levels) -> None:
        self.bids, self.asks = dict(bids), dict(asks)

    def apply(self, bids: Levels, asks: Levels) -> None:
        """Levels with what now stands there; 0 removes one."""
        for side, levels in ((self.bids, bids), (self.asks, asks)):
            for price, size in levels:
                if size:
                    side[price] = size
                else:
                    side.pop(price, None)

    def whole(self) -> tuple[Levels, Levels]:
        """Bids and asks, best first."""
        return tuple(sorted(self.bids.items(), reverse=True)), tuple(sorted(self.asks.items()))

    @property
    def is_crossed(self) -> bool:
        return bool(self.bids and self.asks) and max(self.bids) >= min(self.asks)
