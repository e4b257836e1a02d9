"""The day before of each market, looked at once a quarter of an hour: how wide bases went, and what
has become of price and open interest since."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cockpit.core.units import NS_PER_S

STEP_NS: Final = 900 * NS_PER_S
LOOKS: Final = 97
"""A day of them, both ends included."""
LEAST_LOOKS: Final = 8
"""At both markets of a pair: a range of less than two hours is none."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def looks_ns(at_ns: int) -> list[int]:
    """The moments, oldest first; the last is the full quarter of an hour before `at_ns`."""
    last_ns = at_ns // STEP_NS * STEP_NS
    return [last_ns - back * STEP_NS for back in reversed(range(LOOKS))]


def basis_range_bps(prices: Sequence[Floats], long: Ints, short: Ints) -> Floats:
    """The lowest and the highest short / long - 1 of each pair, (m, 2) in bps; NaN where both were
    known at fewer than `LEAST_LOOKS`. `prices` by listing, (`LOOKS`,) each or empty."""
    found = np.full((long.size, 2), np.nan)
    has_past = np.array([one.size > 0 for one in prices], dtype=bool)
    both = np.flatnonzero(has_past[long] & has_past[short])
    if not both.size:
        return found
    used = np.flatnonzero(has_past)
    row_of = np.zeros(len(prices), dtype=np.int64)
    row_of[used] = np.arange(used.size)
    day = np.stack([prices[place] for place in used.tolist()])
    # A comparison with NaN is False.
    day[~(day > 0)] = np.nan
    ratio = day[row_of[short[both]]]
    ratio /= day[row_of[long[both]]]
    is_enough = np.isfinite(ratio).sum(axis=1) >= LEAST_LOOKS
    low, high = np.fmin.reduce(ratio, axis=1), np.fmax.reduce(ratio, axis=1)
    low_high = (np.column_stack((low, high)) - 1) * 1e4
    found[both] = np.where(is_enough[:, None], low_high, np.nan)
    return found


def turned_range_bps(low_high: Floats) -> Floats:
    """The range of the same pairs with long and short exchanged, (m, 2) in bps."""
    ratio = 1 / (1 + low_high / 1e4)
    return np.asarray((ratio[:, ::-1] - 1) * 1e4)


def change_frac(now: Floats, before: Floats) -> Floats:
    """NaN where either is not known, or there was nothing to grow from."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before > 0, now / before - 1, np.nan)
