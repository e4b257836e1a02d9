"""What each market alone has paid on average over the last days."""

from collections.abc import Sequence

import numpy as np

from cockpit.calculators.common.paid_history import Paid
from cockpit.calculators.scan.columns import Floats
from cockpit.calculators.scan.spread_past import DAYS, day_means, hours_of
from cockpit.core.units import HOUR_NS

_HOURS = max(DAYS) * 24
_CHUNK = 256
"""Markets at a time, as the pasts of pairs are computed."""


def paid_means(paid: Sequence[Paid], at_ns: int) -> Floats:
    """Over `DAYS` up to `at_ns`, (n, 4), a fraction an hour; NaN where fewer than three quarters
    of the hours are known."""
    means = np.full((len(paid), len(DAYS)), np.nan)
    first = at_ns // HOUR_NS - _HOURS + 1
    used = [place for place, one in enumerate(paid) if one.rates.size]
    for start in range(0, len(used), _CHUNK):
        some = used[start : start + _CHUNK]
        hours = hours_of([paid[place] for place in some], first, _HOURS)
        known = np.isfinite(hours)
        means[some] = day_means(known, np.where(known, hours, 0.0), _HOURS - 1)
    return means
