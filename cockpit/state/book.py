"""One market's order book.

Two parallel sorted lists a side and `bisect`: measured faster than numpy (updates) and than a dict
with sorting (reads). Both sides are kept with the best level last, asks under negated prices, so
that changes near the touch move few elements.

The lists are made when somebody looks. A snapshot is kept as it came, and changes wait until a
reader, or too many of them, asks for the lists: a level that changed ten times between two looks
is moved once, and a book that the next snapshot replaces is never sorted at all.
"""

from bisect import bisect_left
from typing import Final

from cockpit.core.events import Level, Levels

MAX_WAITING: Final = 64
"""Changes of one side that may wait for a reader."""

_NEAR_LEVELS = 200
"""More levels than any venue has within a few tens of bps; a bound on the work, not a cut."""


class _Half:
    """One side. `keys` ascending, best last: the price for bids, minus the price for asks."""

    __slots__ = ("_keys", "_raw", "_sign", "_sizes", "waiting")

    def __init__(self, sign: float) -> None:
        self._sign = sign
        self._keys: list[float] = []
        self._sizes: list[float] = []
        self._raw: Levels | None = None
        self.waiting: list[Levels] = []
        """Changes in their order that the lists do not know yet."""

    def replace(self, levels: Levels) -> None:
        self._raw = levels
        self.waiting.clear()

    def settle(self) -> None:
        """Take what is waiting into the lists."""
        if self._raw is not None:
            self._unpack(self._raw)
        keys, sizes, sign = self._keys, self._sizes, self._sign
        changed: dict[float, float] = {}
        for levels in self.waiting:
            changed.update(levels)
        for price, size in changed.items():
            key = price * sign
            i = bisect_left(keys, key)
            if i < len(keys) and keys[i] == key:
                if size > 0.0:
                    sizes[i] = size
                else:
                    del keys[i], sizes[i]
            elif size > 0.0:
                keys.insert(i, key)
                sizes.insert(i, size)
        self.waiting.clear()

    def _unpack(self, levels: Levels) -> None:
        pairs = sorted([(price * self._sign, size) for price, size in levels])
        self._keys = [key for key, _ in pairs]
        self._sizes = [size for _, size in pairs]
        self._raw = None

    def best(self) -> Level | None:
        if self.waiting:
            self.settle()
        if self._raw is not None:
            return self._raw[0] if self._raw else None
        return (self._keys[-1] * self._sign, self._sizes[-1]) if self._keys else None

    def top(self, depth: int | None) -> list[Level]:
        if self.waiting:
            self.settle()
        if self._raw is not None:
            return list(self._raw[:depth])
        start = None if depth is None else max(0, len(self._keys) - depth)
        prices = self._keys[start:]
        sizes = self._sizes[start:]
        prices.reverse()
        sizes.reverse()
        return [(key * self._sign, size) for key, size in zip(prices, sizes, strict=True)]

    def __len__(self) -> int:
        if self.waiting:
            self.settle()
        return len(self._keys) if self._raw is None else len(self._raw)


class Book:
    """Bids and asks in base units, or nothing at all: `is_known` tells which."""

    __slots__ = ("_asks", "_bids", "is_known", "recv_ns", "seq", "version")

    def __init__(self) -> None:
        self._bids = _Half(1.0)
        self._asks = _Half(-1.0)
        self.is_known = False
        self.recv_ns = 0
        self.seq: int | None = None
        self.version = 0

    def replace(self, bids: Levels, asks: Levels, seq: int | None, recv_ns: int) -> None:
        """A whole book, best first on both sides."""
        self._bids.replace(bids)
        self._asks.replace(asks)
        self.is_known = True
        self.seq = seq
        self.recv_ns = recv_ns
        self.version += 1

    def apply(self, bids: Levels, asks: Levels, seq: int | None, recv_ns: int) -> None:
        """Absolute sizes; size 0 removes. Ignored while the book is unknown."""
        if not self.is_known:
            return
        if bids:
            waiting = self._bids.waiting
            waiting.append(bids)
            if len(waiting) > MAX_WAITING:
                self._bids.settle()
        if asks:
            waiting = self._asks.waiting
            waiting.append(asks)
            if len(waiting) > MAX_WAITING:
                self._asks.settle()
        self.seq = seq
        self.recv_ns = recv_ns
        self.version += 1

    def clear(self) -> None:
        """Unknown from now on: old depth is never shown as if it were depth."""
        self._bids.replace(())
        self._asks.replace(())
        self.is_known = False
        self.seq = None
        self.version += 1

    def bids(self, depth: int | None = None) -> list[Level]:
        """Best (highest) first; all of them with `depth` None."""
        return self._bids.top(depth)

    def asks(self, depth: int | None = None) -> list[Level]:
        """Best (lowest) first."""
        return self._asks.top(depth)

    def best_bid(self) -> Level | None:
        return self._bids.best()

    def best_ask(self) -> Level | None:
        return self._asks.best()

    def mid(self) -> float | None:
        """Middle of the touch; None with an empty side."""
        bid, ask = self._bids.best(), self._asks.best()
        return None if bid is None or ask is None else (bid[0] + ask[0]) / 2

    def levels(self) -> tuple[int, int]:
        """How many bid and ask levels are known."""
        return len(self._bids), len(self._asks)

    def notional_within(self, mid: float, bps: float) -> float:
        """USD resting within `bps` of mid on both sides together, of what the venue shows."""
        reach = mid * bps / 1e4
        return sum(
            price * size
            for half in (self._bids, self._asks)
            for price, size in half.top(_NEAR_LEVELS)
            if abs(price - mid) <= reach
        )
