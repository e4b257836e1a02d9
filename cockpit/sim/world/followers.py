"""Who follows a market's book: what a client knows of it, and what is news.

A follower keeps a quiet market's book made for as long as it lives.
"""

from collections.abc import Mapping

from cockpit.core.market import Side
from cockpit.sim.world.contract import MarketState, Step

Levels = list[tuple[int, int]]
"""(ticks, lots), best first; 0 lots where a level is gone."""
Changes = list[tuple[int, int, int]]
"""(ticks, lots, lots more than before), best first."""


class BookMemory:
    """The first `depth` levels of a book as the client knows them (None: all levels)."""

    def __init__(self, state: MarketState, depth: int | None = None) -> None:
        state.follow(self)
        self._ladder = state.ladder
        self._depth = depth
        self._known: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}

    def whole(self) -> tuple[Levels, Levels]:
        """Bids and asks, which the client then knows."""
        bids, asks = (self._ladder(side, self._depth) for side in (Side.BUY, Side.SELL))
        self._known = {Side.BUY: dict(bids), Side.SELL: dict(asks)}
        return bids, asks

    def changes(self) -> tuple[Changes, Changes]:
        """As `news`, with what was added to each level; it is negative where it was taken away."""
        before = self._known
        bids, asks = self.news()
        return _changes(before[Side.BUY], bids), _changes(before[Side.SELL], asks)

    def news(self) -> tuple[Levels, Levels]:
        """Bids and asks that changed, sizes absolute; a level that left the depth has 0 lots."""
        before = self._known
        bids, asks = self.whole()
        return (
            sorted(_differences(before[Side.BUY], bids), reverse=True),
            sorted(_differences(before[Side.SELL], asks)),
        )


def _differences(before: Mapping[int, int], now: Levels) -> Levels:
    standing = {ticks for ticks, _ in now}
    changed = [(ticks, lots) for ticks, lots in now if before.get(ticks) != lots]
    return changed + [(ticks, 0) for ticks in before if ticks not in standing]


def _changes(before: Mapping[int, int], news: Levels) -> Changes:
    return [(ticks, lots, lots - before.get(ticks, 0)) for ticks, lots in news]


class TouchedLevels:
    """Every level that changed since levels were taken last, be it back to what it was."""

    def __init__(self, state: MarketState) -> None:
        state.follow(self)
        self._symbol = state.listing.symbol
        self._lots: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}
        self.since_ns: int | None = None
        """When the first of them changed; None while there is none."""

    def hear(self, step: Step) -> None:
        """What a step did to the book."""
        for change in step.books:
            if change.symbol == self._symbol:
                self._lots[change.side][change.ticks] = change.lots
                self.since_ns = self.since_ns or step.at_ns

    def take(self) -> tuple[Levels, Levels]:
        """Bids and asks with their present sizes, which are then told."""
        bids, asks = (sorted(self._lots[side].items()) for side in (Side.BUY, Side.SELL))
        self._lots, self.since_ns = {Side.BUY: {}, Side.SELL: {}}, None
        return bids[::-1], asks


def sides(state: MarketState, depth: int | None = None) -> tuple[Levels, Levels]:
    """The first bids and asks of a market, best first."""
    return state.ladder(Side.BUY, depth), state.ladder(Side.SELL, depth)
