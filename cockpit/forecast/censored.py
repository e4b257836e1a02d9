"""Funding as a censored function of the premium.

The premium moves on while funding shows the interest, so its path is expected first and then
taken through the venue's clamp: the clamp of an expectation is not the expectation of the clamp.
"""

import msgspec
import numpy as np

from cockpit.forecast.cells import Floats

PERSISTENCE_HOURLY = 0.955
"""First autocorrelation of hourly premiums, 0.95 to 0.96 on the markets that were measured."""

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


class Formula(msgspec.Struct, frozen=True, kw_only=True):
    """A venue's `F8 = P + clamp(I - P, -d, +d)` over 8 h; fractions per 8 h, (rows,) each."""

    interest: Floats
    dampener: Floats

    def hourly(self, premium: Floats) -> Floats:
        """The rate per hour of a premium, (rows, ...)."""
        shape = (-1,) + (1,) * (premium.ndim - 1)
        interest, dampener = self.interest.reshape(shape), self.dampener.reshape(shape)
        return (premium + np.clip(interest - premium, -dampener, dampener)) / 8.0


def through_the_clamp(
    now: Floats, center: Floats, step_sd: Floats, formula: Formula, horizon_h: int
) -> Floats:
    """Expected mean rate per hour over the horizon, (rows,).

    The premium reverts from `now` to `center` with hourly steps of `step_sd`; fractions per 8 h.
    """
    hours = np.unique(np.round(np.linspace(1, horizon_h, min(horizon_h, 4)))).astype(np.int64)
    total = np.zeros(len(now))
    for hour in hours:
        kept = PERSISTENCE_HOURLY**hour
        sd = step_sd * np.sqrt((1.0 - kept**2) / (1.0 - PERSISTENCE_HOURLY**2))
        paths = (center + kept * (now - center))[:, None] + sd[:, None] * _NODES
        total += (formula.hourly(paths) * _WEIGHTS).sum(axis=1)
    return total / len(hours)
