"""One market's order book.

Two parallel sorted lists a side and `bisect`: measured faster than numpy (updates) and than a dict
with sorting (reads). Both sides are kept with the best level last, asks under negated prices, so
that changes near the touch move few elements.

The lists are made when somebody looks. A snapshot is kept as it came, and changes wait until a
reader, or too many of them, asks for the lists: a level that changed ten times between two looks
is moved once, and a book that the next snapshot replaces is never sorted at all.
"""

from bisect import bisect_left
from collections.abc import Mapping
from typing import Final

from cockpit.core.events import Level, Levels

MAX_WAITING: Final = 64
"""Changes that may wait for a reader."""

_NEAR_LEVELS = 200
"""More levels than any venue has within a few tens of bps; a bound on the work, not a cut."""


class _Half:
    """One side. `keys` ascending, best last: the price for bids, minus the price for asks."""

    __slots__ = ("_keys", "_raw", "_sign", "_sizes")

    def __init__(self, sign: float) -> None:
        self._sign = sign
        self._keys: list[float] = []
        self._sizes: list[float] = []
        self._raw: Levels | None = None

    def replace(self, levels: Levels) -> None:
        self._raw = levels

    def write(self, changed: Mapping[float, float]) -> None:
        """Absolute sizes by price; size 0 removes."""
        if self._raw is not None:
            self._unpack(self._raw)
        keys, sizes, sign = self._keys, self._sizes, self._sign
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

    def _unpack(self, levels: Levels) -> None:
        pairs = sorted([(price * self._sign, size) for price, size in levels])
        self._keys = [key for key, _ in pairs]
        self._sizes = [size for _, size in pairs]
        self._raw = None

    def best(self) -> Level | None:
        if self._raw is not None:
            return self._raw[0] if self._raw else None
        return (self._keys[-1] * self._sign, self._sizes[-1]) if self._keys else None

    def top(self, depth: int | None) -> list[Level]:
        if self._raw is not None:
            return list(self._raw[:depth])
        start = None if depth is None else max(0, len(self._keys) - depth)
        prices = self._keys[start:]
        sizes = self._sizes[start:]
        prices.reverse()
        sizes.reverse()
        return [(key * self._sign, size) for key, size in zip(prices, sizes, strict=True)]

    def __len__(self) -> int:
        return len(self._keys) if self._raw is None else len(self._raw)


class Book:
    """Bids and asks in base units, or nothing at all: `is_known` tells which."""

    __slots__ = ("_ask_half", "_bid_half", "_waiting", "is_known")

    def __init__(self) -> None:
        self._bid_half = _Half(1.0)
        self._ask_half = _Half(-1.0)
        self._waiting: list[tuple[Levels, Levels]] = []
        """Changes of both sides, in their order, that the halves do not know yet."""
        self.is_known = False

    def replace(self, bids: Levels, asks: Levels) -> None:
        """A whole book, best first on both sides."""
        self._waiting.clear()
        self._bid_half.replace(bids)
        self._ask_half.replace(asks)
        self.is_known = True

    def apply(self, bids: Levels, asks: Levels) -> None:
        """Absolute sizes; size 0 removes. Ignored while the book is unknown."""
        if self.is_known:
            waiting = self._waiting
            waiting.append((bids, asks))
            if len(waiting) > MAX_WAITING:
                self._settle()

    def clear(self) -> None:
        """Unknown from now on: old depth is never shown as if it were depth."""
        self.replace((), ())
        self.is_known = False

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

    @property
    def _bids(self) -> _Half:
        if self._waiting:
            self._settle()
        return self._bid_half

    @property
    def _asks(self) -> _Half:
        if self._waiting:
            self._settle()
        return self._ask_half

    def _settle(self) -> None:
        """Take what is waiting into the halves."""
        bids: dict[float, float] = {}
        asks: dict[float, float] = {}
        for bid_changes, ask_changes in self._waiting:
            bids.update(bid_changes)
            asks.update(ask_changes)
        self._waiting.clear()
        if bids:
            self._bid_half.write(bids)
        if asks:
            self._ask_half.write(asks)
