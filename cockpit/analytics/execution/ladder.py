"""One side of a book as arrays, checked once and read many times.

Levels are `(price, size)`, best first; a level of size 0 is skipped, and a price or size that is
not a finite positive number is a ValueError, because no adapter may let it through.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

Level = tuple[float, float]
Levels = Sequence[Level]
Array = NDArray[np.float64]
DUST = 1e-10
"""Of an order: what binary fractions add up to, and far less than a lot. Levels are compared
with orders to within this share, so that an order of exactly the first level ends in it."""


class Ladder(Sequence[Level]):
    """Checked levels: `prices` and `sizes` of shape (L,), sizes above 0."""

    def __init__(self, prices: Array, sizes: Array) -> None:
        """Of arrays that are known to be good; anything else goes through `of`."""
        self.prices, self.sizes = prices, sizes

    @classmethod
    def of(cls, levels: Levels) -> "Ladder":
        """These levels, as they are if they were checked before. ValueError for nonsense."""
        return levels if isinstance(levels, Ladder) else cls(*_columns(levels))

    def thinned(self, frac: float) -> "Ladder":
        """The same prices with `frac` of each size, above 0."""
        return Ladder(self.prices, self.sizes * frac)

    @cached_property
    def before(self) -> Array:
        """What rests ahead of each level, (L,)."""
        ahead: Array = np.zeros(self.sizes.size)
        np.add.accumulate(self.sizes[:-1], out=ahead[1:])
        return ahead

    def touched(self, size: float) -> int:
        """How many levels an order of `size` base units reaches, all of them if it is too large."""
        return int(self.before.searchsorted(size * (1 - DUST)))

    @cached_property
    def total(self) -> float:
        """Everything that rests here."""
        return float(np.add.reduce(self.sizes))

    def __len__(self) -> int:
        return len(self.prices)

    @overload
    def __getitem__(self, index: int) -> Level: ...
    @overload
    def __getitem__(self, index: slice) -> "Ladder": ...
    def __getitem__(self, index: int | slice) -> "Level | Ladder":
        if isinstance(index, slice):
            return Ladder(self.prices[index], self.sizes[index])
        return float(self.prices[index]), float(self.sizes[index])


def ladder(levels: Levels) -> tuple[Array, Array]:
    """Prices and sizes of shape (L,), levels of size 0 left out. ValueError for nonsense."""
    known = Ladder.of(levels)
    return known.prices, known.sizes


def _columns(levels: Levels) -> tuple[Array, Array]:
    if len(levels) == 0:
        return np.empty(0), np.empty(0)
    array = np.asarray(levels, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"levels must be (price, size) pairs, got shape {array.shape}")
    prices, sizes = array.T.copy()
    # The extremes tell as much as each level does, and a NaN among them makes them NaN.
    low, high = np.minimum.reduce(prices), np.maximum.reduce(prices)
    least, most = np.minimum.reduce(sizes), np.maximum.reduce(sizes)
    if not (low > 0 and high < np.inf and least >= 0 and most < np.inf):
        raise ValueError("a level's price must be finite and above 0, its size finite and not < 0")
    steps = prices[1:] - prices[:-1]
    if np.minimum.reduce(steps, initial=0.0) < 0 < np.maximum.reduce(steps, initial=0.0):
        raise ValueError("levels must be sorted, best first")
    if least == 0:
        some = sizes > 0
        return prices[some], sizes[some]
    return prices, sizes
