"""How the funding spread of two venues is thought to run, from what both have paid."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.carry import Spread
from cockpit.analytics.funding.reversion import fit_ar1
from cockpit.calculators.common.market_data import Notes
from cockpit.calculators.common.paid_history import MIN_HOURS, Paid

Array = NDArray[np.float64]
MIN_PAIRS = 200
ASSUMED_PHI = 0.95
ASSUMED_MEAN = 0.0


class SpreadModel(NamedTuple):
    """`hours` of history that both venues have, and whether they were enough for a fit."""

    spread: Spread
    is_fitted: bool
    hours: int


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
