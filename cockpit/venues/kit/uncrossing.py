"""Books of venues whose feeds cross by design, and the picture of them that may be shown."""

from collections.abc import Collection, Iterable
from heapq import heappop, heappush
from typing import NamedTuple, Protocol

from cockpit.core.events import Level, Levels


class Change(Protocol):
    """Levels that changed together, with their new absolute sizes; 0 removes a level."""

    @property
    def bids(self) -> Levels: ...

    @property
    def asks(self) -> Levels: ...


class Sides(NamedTuple):
    """A plain `Change`."""

    bids: Levels
    asks: Levels


class Uncrossed:
    """A book whose raw levels may cross, and the uncrossed picture of it that may be shown.

    Rule, the same everywhere: while the best bid is at or above the best ask, the level that
    changed longer ago is hidden; of two changed together the smaller, and of equals the bid.
    A hidden level comes back when what hid it goes away; one that has stayed hidden for
    `evict_after_ns` is dropped, because a venue may clean its own book without saying so.

    Every method returns the change of the *shown* book as `(bids, asks)` with absolute sizes,
    0 where a level disappears; applying the returns in order never shows a crossed book.
    """

    __slots__ = ("_asks", "_bids", "_clock", "_evict_after_ns", "_hidden")

    def __init__(self, evict_after_ns: int = 10_000_000_000) -> None:
        self._evict_after_ns = evict_after_ns
        self._bids = _Side(-1.0)
        self._asks = _Side(1.0)
        self._hidden: _Hidden = ({}, {})
        self._clock = 0

    @property
    def hidden(self) -> int:
        """How many levels are hidden now."""
        return len(self._hidden[0]) + len(self._hidden[1])

    def snapshot(self, bids: Levels, asks: Levels, at_ns: int) -> tuple[Levels, Levels]:
        """Replace everything; returns the whole shown book, best first."""
        self._bids = _Side(-1.0)
        self._asks = _Side(1.0)
        self._hidden = ({}, {})
        self._write([Sides(bids, asks)])
        self._solve(at_ns)
        return self.shown()

    def shown(self) -> tuple[Levels, Levels]:
        """The whole shown book, best first."""
        hidden_bids, hidden_asks = self._hidden
        return self._bids.shown(hidden_bids), self._asks.shown(hidden_asks)

    def delta(self, changes: Iterable[Change], at_ns: int) -> tuple[Levels, Levels]:
        """Apply the changes in order, each later than the one before."""
        touched = self._write(changes)
        if self._hidden[0] or self._hidden[1] or self._is_crossed():
            return self._redraw(touched, at_ns)
        return tuple(touched[0].values()), tuple(touched[1].values())

    def _write(self, changes: Iterable[Change]) -> "_Touched":
        """Apply the changes, each at a time of its own; returns the last level of each price.

        The two sides are spelled out, because this is done for every level of every message.
        """
        bid_levels, bid_tops = self._bids.levels, self._bids.tops
        ask_levels, ask_tops = self._asks.levels, self._asks.tops
        bids: dict[float, Level] = {}
        asks: dict[float, Level] = {}
        clock = self._clock
        for change in changes:
            clock += 1
            if side := change.bids:
                for level in side:
                    price, size = level
                    bids[price] = level
                    if size:
                        if price not in bid_levels:
                            heappush(bid_tops, -price)
                        bid_levels[price] = (clock, size)
                    else:
                        bid_levels.pop(price, None)
            if side := change.asks:
                for level in side:
                    price, size = level
                    asks[price] = level
                    if size:
                        if price not in ask_levels:
                            heappush(ask_tops, price)
                        ask_levels[price] = (clock, size)
                    else:
                        ask_levels.pop(price, None)
        self._clock = clock
        return bids, asks

    def _is_crossed(self) -> bool:
        bid_tops, ask_tops = self._bids.tops, self._asks.tops
        if not (bid_tops and ask_tops):
            return False
        if -bid_tops[0] < ask_tops[0] and len(bid_tops) + len(ask_tops) < _MANY_TOPS:
            # Prices that are gone stand on top only where they were better than what is left.
            return False
        bid_tops, ask_tops = self._bids.current(), self._asks.current()
        return bool(bid_tops) and bool(ask_tops) and -bid_tops[0] >= ask_tops[0]

    def _redraw(self, touched: "_Touched", at_ns: int) -> tuple[Levels, Levels]:
        """The touched levels as shown, and those that were hidden or came back meanwhile."""
        before = self._hidden
        self._solve(at_ns)
        out: list[Levels] = []
        for i, side in enumerate((self._bids, self._asks)):
            after = self._hidden[i]
            changed: list[Level] = []
            for price in touched[i].keys() | (before[i].keys() ^ after.keys()):
                stamped = side.levels.get(price)
                gone = stamped is None or price in after
                changed.append((price, 0.0 if gone or stamped is None else stamped[1]))
            out.append(tuple(changed))
        return out[0], out[1]

    def _solve(self, at_ns: int) -> None:
        """Recompute what is hidden. Only levels inside the crossing are looked at."""
        since = self._hidden
        while True:
            self._hidden = ({}, {})
            if not self._is_crossed():
                return
            if not self._hide(-self._bids.tops[0], self._asks.tops[0], since, at_ns):
                return
            for side, hidden in zip((self._bids, self._asks), self._hidden, strict=True):
                for price, since_ns in hidden.items():
                    if at_ns - since_ns >= self._evict_after_ns:
                        del side.levels[price]

    def _hide(self, best_bid: float, best_ask: float, since: "_Hidden", at_ns: int) -> bool:
        """Walk into the crossing from both tops; True if a level has been hidden for too long."""
        bid_levels, ask_levels = self._bids.levels, self._asks.levels
        hidden_bids, hidden_asks = self._hidden
        bids = sorted(price for price in bid_levels if price >= best_ask)
        asks = sorted((price for price in ask_levels if price <= best_bid), reverse=True)
        oldest_ns = at_ns
        while bids and asks and bids[-1] >= asks[-1]:
            bid, ask = bids[-1], asks[-1]
            if bid_levels[bid] <= ask_levels[ask]:
                since_ns = hidden_bids[bid] = since[0].get(bid, at_ns)
                bids.pop()
            else:
                since_ns = hidden_asks[ask] = since[1].get(ask, at_ns)
                asks.pop()
            if since_ns < oldest_ns:
                oldest_ns = since_ns
        return at_ns - oldest_ns >= self._evict_after_ns


class _Side:
    """Raw levels of one side: `levels` maps a price to (logical time, size).

    Only the best price is ever needed in a hurry, so a heap finds it and nothing is kept sorted:
    `tops` has every price times `sign` (asks 1, bids -1), and some that are gone, until they are
    the top.
    """

    __slots__ = ("levels", "sign", "tops")

    def __init__(self, sign: float) -> None:
        self.sign = sign
        self.tops: list[float] = []
        self.levels: dict[float, tuple[int, float]] = {}

    def current(self) -> list[float]:
        """`tops` with a price on top that is still there; empty with the side."""
        levels, tops, sign = self.levels, self.tops, self.sign
        if len(tops) > _MANY_TOPS // 2 and len(tops) > 2 * len(levels):
            tops[:] = sorted([price * sign for price in levels])
        while tops and tops[0] * sign not in levels:
            heappop(tops)
        return tops

    def shown(self, hidden: Collection[float]) -> Levels:
        levels = self.levels
        prices = sorted(levels, reverse=self.sign < 0.0)
        return tuple([(price, levels[price][1]) for price in prices if price not in hidden])


_MANY_TOPS = 1024
"""Two heaps that are shorter may be mostly of prices that are gone."""

_Touched = tuple[dict[float, Level], dict[float, Level]]
"""Bids and asks: the prices that a message changed, each with its level, size 0 where it went."""
_Hidden = tuple[dict[float, int], dict[float, int]]
"""Bids and asks: the price of a hidden level, and since when (ns) it has been hidden."""
