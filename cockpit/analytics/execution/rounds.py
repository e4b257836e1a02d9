"""Orders on several venues in rounds that keep them balanced: what is bought and what is sold.

Sizes are signed base units, bought is positive. What one side has more of than the other goes with
the first round, and so does an order that is too small to be split; from then on both sides have as
much left, and every round trades the same share of it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.lots import count_lots, exact

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
_DUST = 1e-6
"""Of a lot: the dust of shares must not lose one."""


class Rounds(NamedTuple):
    """`sizes` above 0 in whole lots, shape (V, R); `at` (R,) is the slice of the schedule at which
    each round is traded: one that is too small waits for the next."""

    sizes: Array
    at: tuple[int, ...]


def balanced_rounds(
    sizes: Sequence[float], lots: Sequence[float], smallest: Sequence[float], shares: Array
) -> Rounds:
    """Rounds of V orders after `shares` (K,) of a schedule, which sum to 1.

    Every order of a round is at least `smallest` (V,), in whole lots, and so is what it leaves,
    unless it is smaller as a whole. ValueError without an order on each side.
    """
    steps = [exact(lot) for lot in lots]
    whole = np.array([count_lots(abs(s), lot) for s, lot in zip(sizes, steps, strict=True)])
    least = np.array([max(1, count_lots(s, lot)) for s, lot in zip(smallest, steps, strict=True)])
    amounts = np.abs(np.array(sizes, dtype=np.float64))
    is_bought, can_split = np.array(sizes) > 0, whole >= 2 * least
    sides = (is_bought, ~is_bought)
    if not all(amounts[side].sum() > 0 for side in sides):
        raise ValueError("expected orders on both sides")
    balanced = min(float(amounts[side].sum()) for side in sides)
    split = [float(amounts[side & can_split].sum()) for side in sides]
    left = np.minimum(balanced * (1 - np.clip(np.cumsum(shares), 0.0, 1.0)), min(split))
    # In lots, what should be traded by each slice; an order that is not split is due at once.
    wanted = np.tile(whole[:, None].astype(np.float64), (1, len(shares)))
    for side, whole_side in zip(sides, split, strict=True):
        for v in np.flatnonzero(side & can_split).tolist():
            wanted[v] -= amounts[v] / whole_side * left / lots[v]
    # An order of 3.65 lots trades three: what is less than a lot is left from the first round on.
    wanted = np.maximum(wanted, 0.0)
    wanted[:, -1] = whole
    at = _rounds(wanted, whole, least)
    ends = np.floor(wanted + _DUST).astype(np.int64)
    kept = ends[:, at] if at else ends[:, -1:]
    counts = np.diff(kept, axis=1, prepend=0)
    return Rounds(counts * np.array(lots)[:, None], tuple(at) or (0,))


def _rounds(wanted: Array, whole: Counts, least: Counts) -> list[int]:
    """The slices at which every order that is due trades enough since the last one, and leaves
    enough or nothing; none where everything has to go at once."""
    last = wanted.shape[1] - 1
    found: list[int] = []
    before, done = np.zeros(len(whole)), np.zeros_like(whole)
    for k in range(last):
        ends = np.floor(wanted[:, k] + _DUST).astype(np.int64)
        is_due, left = wanted[:, k] - before > _DUST, whole - ends
        is_enough = (ends - done >= least) | ~is_due
        if is_due.any() and is_enough.all() and ((left == 0) | (left >= least)).all():
            found.append(k)
            before, done = wanted[:, k], ends
    is_open = bool((done < whole).any())
    return [*found, last] if found and is_open else found
