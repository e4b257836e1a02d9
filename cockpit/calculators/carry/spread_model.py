"""How the funding spread of two venues is thought to run, from what both have paid."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.carry import Spread, spreads_hourly
from cockpit.analytics.funding.reversion import fit_ar1
from cockpit.calculators.common.market_data import Notes
from cockpit.calculators.common.paid_history import MIN_HOURS, Paid
from cockpit.core.assumptions import Assumption

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
    return spreads_hourly(
        long.rates[first - long.first : last - long.first],
        short.rates[first - short.first : last - short.first],
    )


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
        spread, history = model.spread, f"{model.hours} h of history"
        fitted = f"{'fitted' if model.is_fitted else 'assumed'}; {history}"
        averaged = f"{'mean' if model.hours >= MIN_HOURS else 'assumed'}; {history}"
        if phi is None:
            notes.assume(_used(name, "phi", spread.phi, f"{spread.phi:.3f} an hour", fitted))
        if mean is None:
            figure = f"{spread.mean:.3g}"
            notes.assume(_used(name, "mean_spread_hourly", spread.mean, figure, averaged))
        if sigma is None and spread.sigma is not None:
            figure = f"{spread.sigma:.3g}"
            notes.assume(_used(name, "sigma_spread_hourly", spread.sigma, figure, "fitted"))
    others = list(models.values())[1:]
    if others and None in (phi, mean, sigma):
        notes.assume(
            Assumption(
                what=f"{len(others)} more pairs: spreads fitted where there is history",
                why=f"else phi {ASSUMED_PHI:g} and mean_spread_hourly {ASSUMED_MEAN:g} assumed",
            )
        )


def _used(pair: str, field: str, value: float, figure: str, why: str) -> Assumption:
    return Assumption(field=field, place=pair, what=field, value=value, figure=figure, why=why)
