"""What a market has paid, on a grid of whole hours."""

from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from cockpit.core.events import Funding
from cockpit.core.units import HOUR_NS, HOUR_S
from cockpit.state.curves import PackedSettled, SettledHistory

Array = NDArray[np.float64]
MIN_HOURS = 24
"""Of history, before its mean says anything."""


class Paid(NamedTuple):
    """What a venue paid per hour: entry k of `rates` is the hour that ends at hour first + k.

    NaN where a payment is missing; a payment for eight hours fills all eight. `mean` is of the
    hours that were paid, None without one; `level` is the same, None for less than a day.
    """

    first: int
    rates: Array
    mean: float | None
    level: float | None


NOTHING = Paid(0, np.empty(0), None, None)
_put_away: WeakKeyDictionary[PackedSettled, Paid] = WeakKeyDictionary()
_paid: WeakKeyDictionary[SettledHistory, tuple[Sequence[Funding], Paid]] = WeakKeyDictionary()


def paid_hourly(history: SettledHistory) -> Paid:
    """The history on a grid of whole hours since the epoch; empty without one."""
    rows = history.rows()
    if not rows:
        return NOTHING
    # A form asks with every key, payments come by the hour; equal rows are the same objects.
    known = _paid.get(history)
    if known is None or known[0] != rows:
        known = _paid[history] = rows, _on_hours(history, rows)
    return known[1]


def _on_hours(history: SettledHistory, rows: Sequence[Funding]) -> Paid:
    stamps, rates = history.hourly()
    seconds = np.array([row.interval_s for row in rows], dtype=np.float64)
    return paid_at(stamps, rates, seconds)


def paid_before(past: PackedSettled) -> Paid:
    """What was paid at a market that is followed no more; empty without a payment."""
    if not len(past):
        return NOTHING
    known = _put_away.get(past)
    if known is None:
        rates = past.rates * HOUR_S / past.interval_s
        known = paid_at(past.stamps_ns, rates, past.interval_s.astype(np.float64))
        _put_away[past] = known
    return known


def paid_at(stamps_ns: NDArray[np.int64], rates: Array, interval_s: Array) -> Paid:
    """The same from payments, (n,) and at least one: when, a fraction an hour, and for how long.
    Of two in one hour the later entry counts, as two sources may tell of one payment."""
    ends = (stamps_ns + HOUR_NS // 120) // HOUR_NS
    hours = np.maximum(1, np.rint(interval_s / HOUR_S)).astype(np.int64)
    first = int((ends - hours).min()) + 1
    grid = np.full(int(ends.max()) - first + 1, np.nan)
    for back in range(int(hours.max())):
        covered = hours > back
        grid[ends[covered] - back - first] = rates[covered]
    return _of_grid(first, grid)


def joined(one: Paid, other: Paid) -> Paid:
    """The hours of both; of an hour that both know, what `other` says."""
    if not one.rates.size or not other.rates.size:
        return one if one.rates.size else other
    first = min(one.first, other.first)
    end = max(one.first + one.rates.size, other.first + other.rates.size)
    grid = np.full(end - first, np.nan)
    for paid in (one, other):
        known = np.flatnonzero(np.isfinite(paid.rates))
        grid[known + paid.first - first] = paid.rates[known]
    return _of_grid(first, grid)


def _of_grid(first: int, grid: Array) -> Paid:
    known = grid[np.isfinite(grid)]
    mean = float(known.mean()) if known.size else None
    return Paid(first, grid, mean, mean if known.size >= MIN_HOURS else None)
