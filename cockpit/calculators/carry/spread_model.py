"""How the funding spread of two venues is thought to run, from what both have paid."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.carry import Spread
from cockpit.analytics.funding.reversion import fit_ar1
from cockpit.calculators.common.market_data import Notes
from cockpit.core.events import Funding
from cockpit.core.units import HOUR_NS, HOUR_S
from cockpit.state.curves import SettledHistory

Array = NDArray[np.float64]
MIN_PAIRS = 200
MIN_HOURS = 24
ASSUMED_PHI = 0.95
ASSUMED_MEAN = 0.0


class Paid(NamedTuple):
    """What a venue paid per hour: entry k of `rates` is the hour that ends at hour first + k.

    NaN where a payment is missing; a payment for eight hours fills all eight. `level` is their
    mean, None for less than a day.
    """

    first: int
    rates: Array
    level: float | None


_paid: WeakKeyDictionary[SettledHistory, tuple[Sequence[Funding], Paid]] = WeakKeyDictionary()


class SpreadModel(NamedTuple):
    """`hours` of history that both venues have, and whether they were enough for a fit."""

    spread: Spread
    is_fitted: bool
    hours: int


def paid_hourly(history: SettledHistory) -> Paid:
    """The history on a grid of whole hours since the epoch; empty without one."""
    rows = history.rows()
    if not rows:
        return Paid(0, np.empty(0), None)
    # A form asks with every key, payments come by the hour; equal rows are the same objects.
    known = _paid.get(history)
    if known is None or known[0] != rows:
        known = _paid[history] = rows, _on_hours(history, rows)
    return known[1]


def _on_hours(history: SettledHistory, rows: Sequence[Funding]) -> Paid:
    stamps, rates = history.hourly()
    ends = (stamps // HOUR_NS).astype(np.int64)
    seconds = np.array([row.interval_s for row in rows], dtype=np.float64)
    hours = np.maximum(1, np.rint(seconds / HOUR_S)).astype(np.int64)
    first = int((ends - hours).min()) + 1
    grid = np.full(int(ends.max()) - first + 1, np.nan)
    for back in range(int(hours.max())):
        covered = hours > back
        grid[ends[covered] - back - first] = rates[covered]
    known = grid[np.isfinite(grid)]
    return Paid(first, grid, float(known.mean()) if known.size >= MIN_HOURS else None)


def spread_series(long: Paid, short: Paid) -> Array:
    """Short less long over the hours that both cover, NaN where one is missing."""
    first = max(long.first, short.first)
    last = min(long.first + long.rates.size, short.first + short.rates.size)
    if last <= first:
        return np.empty(0)
    series: Array = (
        short.rates[first - short.first : last - short.first]
        - long.rates[first - long.first : last - long.first]
    )
    return series


def shared_level(long: Paid, short: Paid) -> float | None:
    """The mean of what both venues paid an hour; None without a day of each."""
    if long.level is None or short.level is None:
        return None
    return (long.level + short.level) / 2


def spread_model(
    now: float, series: Array, phi: float | None, mean: float | None, sigma: float | None
) -> SpreadModel:
    """What the form says, else what the history does, else an assumption.

    The noise stays None where it is neither given nor measured.
    """
    fit = fit_ar1(series, MIN_PAIRS)
    known = np.isfinite(series)
    hours = int(np.count_nonzero(known))
    if phi is None:
        phi = ASSUMED_PHI if fit is None else fit.phi
    if mean is None and fit is not None:
        mean = fit.mu
    elif mean is None:
        mean = float(series[known].mean()) if hours >= MIN_HOURS else ASSUMED_MEAN
    if sigma is None and fit is not None:
        sigma = fit.sigma
    return SpreadModel(Spread(now, mean, phi, sigma), fit is not None, hours)


def note_models(
    models: Mapping[str, SpreadModel], phi: float | None, mean: float | None,
    sigma: float | None, notes: Notes,
) -> None:  # fmt: skip
    """Says what was not given: of the first pair with its values, of all others where they are."""
    for name, model in list(models.items())[:1]:
        spread, used = model.spread, []
        if phi is None:
            source = "fitted" if model.is_fitted else "assumed"
            used.append(f"phi {spread.phi:.3f} an hour ({source})")
        if mean is None:
            source = "mean" if model.hours >= MIN_HOURS else "assumed"
            used.append(f"mean_spread_hourly {spread.mean:.3g} ({source})")
        if sigma is None and spread.sigma is not None:
            used.append(f"sigma_spread_hourly {spread.sigma:.3g} (fitted)")
        if used:
            notes.assume(f"{name}: {', '.join(used)}; {model.hours} h of history")
    others = list(models.values())[1:]
    if others and None in (phi, mean, sigma):
        notes.assume(
            f"{len(others)} more pairs: phi, mean and sigma as in their rows, fitted where there "
            f"is history, else phi {ASSUMED_PHI:g} and mean {ASSUMED_MEAN:g} assumed"
        )
