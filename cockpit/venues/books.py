"""Book sequencing, written once: the ways in which venues publish a book.

`FullBook`       every message is the whole book; only time orders it.
`ChainedBook`    a snapshot, then deltas that must link to one another.
`BufferedBook`   deltas are held until a REST snapshot overlaps them, then they chain.
`SharedCounter`  one number for all the messages of a connection, whatever they are about.

None of them keeps levels: they decide whether a message may be applied. `Uncrossed` keeps levels,
for the venues whose feeds cross by design.
"""

import enum
from bisect import bisect_left, bisect_right, insort
from collections.abc import Hashable, Sequence
from typing import Final

from cockpit.core.events import Level, Levels


class Verdict(enum.Enum):
    """What to do with a book message."""

    APPLY = enum.auto()
    IGNORE = enum.auto()
    GAP = enum.auto()
    """Something is missing: reset the book and ask for a snapshot."""


APPLY: Final = Verdict.APPLY
IGNORE: Final = Verdict.IGNORE
GAP: Final = Verdict.GAP
"""Short names, because looking up a member of an enum is slow, and this is done per message."""


class FullBook:
    """Whole books ordered by the venue's time: an older one is ignored, an equal one applies."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = -1

    def snapshot(self, time: int) -> Verdict:
        if time < self._last:
            return IGNORE
        self._last = time
        return APPLY

    def reset(self) -> None:
        self._last = -1


class ChainedBook:
    """A snapshot at `seq`, then deltas each of which names the `seq` it follows.

    After a gap the book waits: deltas are ignored until the next snapshot. `waiting_since_ns`
    tells how long, so that a lost snapshot can be asked for again.
    """

    __slots__ = ("last", "waiting_since_ns")

    def __init__(self, at_ns: int = 0) -> None:
        self.last: int | None = None
        self.waiting_since_ns = at_ns

    @property
    def is_synced(self) -> bool:
        return self.last is not None

    def snapshot(self, seq: int) -> Verdict:
        self.last = seq
        return APPLY

    def delta(self, follows: int, seq: int, at_ns: int) -> Verdict:
        """`follows` must equal the last `seq`; one already covered is ignored, not a gap."""
        last = self.last
        if last is None:
            return IGNORE
        if follows == last:
            self.last = seq
            return APPLY
        if seq <= last:
            return IGNORE
        self.lose(at_ns)
        return GAP

    def lose(self, at_ns: int) -> None:
        """Forget the place in the chain and wait for a snapshot."""
        self.last = None
        self.waiting_since_ns = at_ns


class BufferedBook:
    """Deltas `(first, last, follows)` held until a snapshot at `seq` overlaps them.

    Rule: drop deltas with `last <= seq`; the first kept must start at or before `seq + 1`;
    afterwards each must follow the one before (venues that thin their stream skip numbers, so
    `follows` links where `first` does not). At most `capacity` deltas are held: more means that
    the snapshot is not coming, which is a gap.
    """

    def __init__(self, capacity: int = 1000) -> None:
        self._held: list[tuple[int, int, int, object]] = []
        self._capacity = capacity
        self.last: int | None = None

    def delta(self, first: int, last: int, follows: int, payload: object) -> Verdict:
        """APPLY now, IGNORE (held or old), or GAP."""
        if self.last is None:
            if len(self._held) >= self._capacity:
                self.reset()
                return GAP
            self._held.append((first, last, follows, payload))
            return IGNORE
        if last <= self.last:
            return IGNORE
        if follows == self.last or first <= self.last + 1:
            self.last = last
            return APPLY
        self.reset()
        return GAP

    def snapshot(self, seq: int) -> list[object] | None:
        """The held payloads to apply after the snapshot; None if they do not reach back to it."""
        held, self._held = self._held, []
        self.last = seq
        payloads = []
        for first, last, follows, payload in held:
            if last <= self.last:
                continue
            if follows != self.last and first > self.last + 1:
                self.reset()
                return None
            self.last = last
            payloads.append(payload)
        return payloads

    def reset(self) -> None:
        self.last = None
        self._held.clear()


class SharedCounter:
    """One number for every message of a connection; a missing one may concern anything.

    A request takes its number when the venue receives it, but may be answered under it later,
    after higher ones. Each unanswered request therefore excuses one missing number above the
    highest seen when it was sent; a missing number that no request can claim is a gap. A message
    that fills a hole without being an answer came out of order, which is a gap too: what it said
    may have been overtaken. After a gap the count begins anew with the next message; a number from
    before that one came out of order as well.
    """

    __slots__ = ("_asked", "_first", "_high", "_missing")

    LARGEST_JUMP = 10_000
    """A number further ahead than this was not counted, it was garbled."""

    def __init__(self) -> None:
        self._first = 0
        self._high: int | None = None
        self._missing: set[int] = set()
        self._asked: dict[Hashable, int] = {}

    def follows(self, number: int) -> bool:
        """Whether `number` is the very next one."""
        return self._high is not None and number == self._high + 1

    def asked(self, request: Hashable) -> None:
        """A request is being sent. If it is asked again, what the first one excused is a gap."""
        self._asked.pop(request, None)
        self._asked[request] = -1 if self._high is None else self._high

    def take(self, number: int, answers: Hashable | None = None) -> Verdict:
        """Judge a message. `answers` is the request that it answers, which is never IGNOREd."""
        high = self._high
        if high is None:
            if answers is None:
                self._first = self._high = number
        elif number == high + 1:
            self._high = number
        elif number > high + self.LARGEST_JUMP:
            return self._gap()
        elif number > high:
            self._missing.update(range(high + 1, number))
            self._high = number
        elif answers is not None:
            self._missing.discard(number)
        else:
            is_late = number in self._missing or number < self._first
            return self._gap() if is_late else IGNORE
        if answers is not None:
            self._asked.pop(answers, None)
        if self._missing and self._is_unclaimed():
            return self._gap()
        return APPLY

    def refused(self, number: int, request: Hashable | None) -> Verdict:
        """An error about a request, None if it does not say which.

        It reuses the highest number, and then no answer will fill the hole that the request left;
        or it shows the number that the request had taken.
        """
        if self._high is not None and number > self._high:
            return self.take(number, request)
        sent_at = self._asked.pop(request, None)
        if sent_at is None:
            sent_at = min(self._asked.values(), default=number)
        holes = [hole for hole in self._missing if hole > sent_at]
        if holes:
            self._missing.remove(min(holes))
        return APPLY

    def _gap(self) -> Verdict:
        self._high = None
        self._missing.clear()
        self._asked = dict.fromkeys(self._asked, -1)
        return GAP

    def _is_unclaimed(self) -> bool:
        claims = list(self._asked.values())  # ascending, because requests are kept as sent
        return any(
            i >= len(claims) or claims[i] >= number
            for i, number in enumerate(sorted(self._missing))
        )


class Uncrossed:
    """A book whose raw levels may cross, and the uncrossed picture of it that may be shown.

    Rule, the same everywhere: while the best bid is at or above the best ask, the level that
    changed longer ago is hidden; of two changed together the smaller, and of equals the bid.
    A hidden level comes back when what hid it goes away; one that has stayed hidden for
    `evict_after_ns` is dropped, because a venue may clean its own book without saying so.

    Every method returns the change of the *shown* book as `(bids, asks)` with absolute sizes,
    0 where a level disappears; applying the returns in order never shows a crossed book.
    """

    __slots__ = ("_clock", "_evict_after_ns", "_hidden", "_sides")

    def __init__(self, evict_after_ns: int = 10_000_000_000) -> None:
        self._evict_after_ns = evict_after_ns
        self._sides = (_Side(), _Side())
        self._hidden: _Hidden = ({}, {})
        self._clock = 0

    @property
    def hidden(self) -> int:
        """How many levels are hidden now."""
        return len(self._hidden[0]) + len(self._hidden[1])

    def snapshot(self, bids: Levels, asks: Levels, at_ns: int) -> tuple[Levels, Levels]:
        """Replace everything; returns the whole shown book, best first."""
        self._sides = (_Side(), _Side())
        self._hidden = ({}, {})
        self._sides[0].write([(bids, asks)], 0, self._clock, {})
        self._sides[1].write([(bids, asks)], 1, self._clock, {})
        self._clock += 1
        self._solve(at_ns)
        return self.shown()

    def shown(self) -> tuple[Levels, Levels]:
        """The whole shown book, best first."""
        sides = []
        for side, hidden in zip(self._sides, self._hidden, strict=True):
            prices = side.prices if side is self._sides[1] else side.prices[::-1]
            levels = side.levels
            sides.append(tuple([(p, levels[p][1]) for p in prices if p not in hidden]))
        return sides[0], sides[1]

    def delta(self, changes: Sequence[tuple[Levels, Levels]], at_ns: int) -> tuple[Levels, Levels]:
        """Apply the changes in order, each later than the one before."""
        bids: dict[float, float] = {}
        asks: dict[float, float] = {}
        self._sides[0].write(changes, 0, self._clock, bids)
        self._sides[1].write(changes, 1, self._clock, asks)
        self._clock += len(changes)
        if self._hidden[0] or self._hidden[1] or self._is_crossed():
            return self._redraw((bids, asks), at_ns)
        return tuple(bids.items()), tuple(asks.items())

    def _is_crossed(self) -> bool:
        bids, asks = self._sides[0].prices, self._sides[1].prices
        return bool(bids) and bool(asks) and bids[-1] >= asks[0]

    def _redraw(
        self, touched: tuple[dict[float, float], dict[float, float]], at_ns: int
    ) -> tuple[Levels, Levels]:
        """The touched levels as shown, and those that were hidden or came back meanwhile."""
        before = self._hidden
        self._solve(at_ns)
        out: list[Levels] = []
        for side in (0, 1):
            after = self._hidden[side]
            prices = touched[side].keys() | (before[side].keys() ^ after.keys())
            levels = self._sides[side].levels
            changed: list[Level] = []
            for price in prices:
                stamped = levels.get(price)
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
            if not self._hide(since, at_ns):
                return
            for side in (0, 1):
                for price, since_ns in self._hidden[side].items():
                    if at_ns - since_ns >= self._evict_after_ns:
                        self._sides[side].remove(price)

    def _hide(self, since: "_Hidden", at_ns: int) -> bool:
        """Walk into the crossing from both tops; True if a level has been hidden for too long."""
        bid_side, ask_side = self._sides
        bid_levels, ask_levels = bid_side.levels, ask_side.levels
        hidden_bids, hidden_asks = self._hidden
        bids = bid_side.prices[bisect_left(bid_side.prices, ask_side.prices[0]) :]
        asks = ask_side.prices[: bisect_right(ask_side.prices, bid_side.prices[-1])]
        asks.reverse()
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
    """Raw levels of one side: `levels` maps a price to (logical time, size)."""

    __slots__ = ("levels", "prices")

    def __init__(self) -> None:
        self.prices: list[float] = []
        """Ascending."""
        self.levels: dict[float, tuple[int, float]] = {}

    def write(
        self,
        changes: Sequence[tuple[Levels, Levels]],
        side: int,
        clock: int,
        touched: dict[float, float],
    ) -> None:
        """Apply this side (0 bids, 1 asks) of the changes, at the times after `clock`.

        `touched` is told the last size of each price.
        """
        levels, prices = self.levels, self.prices
        for change in changes:
            clock += 1
            for price, size in change[side]:
                if size:
                    if price not in levels:
                        insort(prices, price)
                    levels[price] = (clock, size)
                elif price in levels:
                    self.remove(price)
                touched[price] = size

    def remove(self, price: float) -> None:
        del self.levels[price]
        del self.prices[bisect_left(self.prices, price)]


_Hidden = tuple[dict[float, int], dict[float, int]]
"""Bids and asks: the price of a hidden level, and since when (ns) it has been hidden."""
