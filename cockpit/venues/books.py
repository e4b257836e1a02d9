"""Book sequencing, written once: the three ways in which venues publish a book.

`FullBook`      every message is the whole book; only time orders it.
`ChainedBook`   a snapshot, then deltas that must link to one another.
`BufferedBook`  deltas are held until a REST snapshot overlaps them, then they chain.

None of them keeps levels: they decide whether a message may be applied. `Uncrossed` keeps levels,
for the venues whose feeds cross by design.
"""

import enum

from cockpit.core.events import Level, Levels


class Verdict(enum.Enum):
    """What to do with a book message."""

    APPLY = enum.auto()
    IGNORE = enum.auto()
    GAP = enum.auto()
    """Something is missing: reset the book and ask for a snapshot."""


class FullBook:
    """Whole books ordered by the venue's time: an older one is ignored, an equal one applies."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = -1

    def snapshot(self, time: int) -> Verdict:
        if time < self._last:
            return Verdict.IGNORE
        self._last = time
        return Verdict.APPLY

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
        return Verdict.APPLY

    def delta(self, follows: int, seq: int, at_ns: int) -> Verdict:
        """`follows` must equal the last `seq`; one already covered is ignored, not a gap."""
        last = self.last
        if last is None:
            return Verdict.IGNORE
        if follows == last:
            self.last = seq
            return Verdict.APPLY
        if seq <= last:
            return Verdict.IGNORE
        self.lose(at_ns)
        return Verdict.GAP

    def lose(self, at_ns: int) -> None:
        """Forget the place in the chain and wait for a snapshot."""
        self.last = None
        self.waiting_since_ns = at_ns


class BufferedBook:
    """Deltas `(first, last, follows)` held until a snapshot at `seq` overlaps them.

    Rule: drop deltas with `last <= seq`; the first kept must start at or before `seq + 1`;
    afterwards each must follow the one before. At most `capacity` deltas are held: more means
    that the snapshot is not coming, which is a gap.
    """

    def __init__(self, capacity: int = 1000) -> None:
        self._held: list[tuple[int, int, object]] = []
        self._capacity = capacity
        self.last: int | None = None

    def delta(self, first: int, last: int, follows: int, payload: object) -> Verdict:
        """APPLY now, IGNORE (held or old), or GAP."""
        if self.last is None:
            if len(self._held) >= self._capacity:
                self.reset()
                return Verdict.GAP
            self._held.append((first, last, payload))
            return Verdict.IGNORE
        if last <= self.last:
            return Verdict.IGNORE
        if follows == self.last or first <= self.last + 1:
            self.last = last
            return Verdict.APPLY
        self.reset()
        return Verdict.GAP

    def snapshot(self, seq: int) -> list[object] | None:
        """The held payloads to apply after the snapshot; None if they do not reach back to it."""
        held, self._held = self._held, []
        self.last = seq
        payloads = []
        for first, last, payload in held:
            if last <= self.last:
                continue
            if first > self.last + 1:
                self.reset()
                return None
            self.last = last
            payloads.append(payload)
        return payloads

    def reset(self) -> None:
        self.last = None
        self._held.clear()


class Uncrossed:
    """A book whose raw levels may cross, and the uncrossed picture of it that may be shown.

    Rule, the same everywhere: while the best bid is at or above the best ask, the level that
    changed longer ago is hidden; of two changed together the smaller, and of equals the bid.
    A hidden level comes back when what hid it goes away; one that has stayed hidden for
    `evict_after_ns` is dropped, because a venue may clean its own book without saying so.

    Every method returns the change of the *shown* book as `(bids, asks)` with absolute sizes,
    0 where a level disappears; applying the returns in order never shows a crossed book.
    """

    def __init__(self, evict_after_ns: int = 10_000_000_000) -> None:
        self._evict_after_ns = evict_after_ns
        self._raw: tuple[dict[float, _Stamped], dict[float, _Stamped]] = ({}, {})
        self._hidden: tuple[dict[float, int], dict[float, int]] = ({}, {})
        self._clock = 0

    @property
    def hidden(self) -> int:
        """How many levels are hidden now."""
        return len(self._hidden[0]) + len(self._hidden[1])

    def snapshot(self, bids: Levels, asks: Levels, at_ns: int) -> tuple[Levels, Levels]:
        """Replace everything; returns the whole shown book, best first."""
        self._raw = ({}, {})
        self._hidden = ({}, {})
        self._clock += 1
        self._write(bids, 0)
        self._write(asks, 1)
        self._solve(at_ns)
        return self._shown(0), self._shown(1)

    def delta(self, changes: "list[tuple[Levels, Levels]]", at_ns: int) -> tuple[Levels, Levels]:
        """Apply the changes in order, each later than the one before."""
        touched: tuple[set[float], set[float]] = (set(), set())
        before = (self._hidden[0].copy(), self._hidden[1].copy())
        for bids, asks in changes:
            self._clock += 1
            self._write(bids, 0)
            self._write(asks, 1)
            touched[0].update(price for price, _ in bids)
            touched[1].update(price for price, _ in asks)
        self._solve(at_ns)
        out: list[Levels] = []
        for side in (0, 1):
            moved = before[side].keys() ^ self._hidden[side].keys()
            out.append(tuple([self._level(side, price) for price in touched[side] | moved]))
        return out[0], out[1]

    def _write(self, levels: Levels, side: int) -> None:
        raw = self._raw[side]
        for price, size in levels:
            if size == 0.0:
                raw.pop(price, None)
            else:
                raw[price] = (self._clock, size)

    def _level(self, side: int, price: float) -> Level:
        stamped = self._raw[side].get(price)
        if stamped is None or price in self._hidden[side]:
            return (price, 0.0)
        return (price, stamped[1])

    def _solve(self, at_ns: int) -> None:
        """Recompute what is hidden. Only levels inside the crossing are looked at."""
        old = self._hidden
        while True:
            bids, asks = self._raw
            self._hidden = ({}, {})
            if not bids or not asks:
                return
            low_ask, high_bid = min(asks), max(bids)
            if high_bid < low_ask:
                return
            crossing = (
                sorted((p for p in bids if p >= low_ask), reverse=True),
                sorted(p for p in asks if p <= high_bid),
            )
            self._hide(crossing, old, at_ns)
            expired = [
                (side, price)
                for side in (0, 1)
                for price, since_ns in self._hidden[side].items()
                if at_ns - since_ns >= self._evict_after_ns
            ]
            if not expired:
                return
            for side, price in expired:
                del self._raw[side][price]
                old[side].pop(price, None)

    def _hide(
        self,
        crossing: tuple[list[float], list[float]],
        old: tuple[dict[float, int], dict[float, int]],
        at_ns: int,
    ) -> None:
        bids, asks = crossing
        i = j = 0
        while i < len(bids) and j < len(asks) and bids[i] >= asks[j]:
            bid_clock, bid_size = self._raw[0][bids[i]]
            ask_clock, ask_size = self._raw[1][asks[j]]
            bid_loses = (bid_clock, bid_size) <= (ask_clock, ask_size)
            if bid_loses:
                self._hidden[0][bids[i]] = old[0].get(bids[i], at_ns)
                i += 1
            else:
                self._hidden[1][asks[j]] = old[1].get(asks[j], at_ns)
                j += 1

    def _shown(self, side: int) -> Levels:
        raw, hidden = self._raw[side], self._hidden[side]
        prices = sorted((p for p in raw if p not in hidden), reverse=side == 0)
        return tuple([(price, raw[price][1]) for price in prices])


_Stamped = tuple[int, float]
