"""What each market alone has paid on average over the last days."""

from collections.abc import Sequence

import numpy as np

from cockpit.calculators.common.paid_history import Paid
from cockpit.calculators.scan.columns import Floats
from cockpit.calculators.scan.spread_past import DAYS, LEAST_SHARE
from cockpit.core.units import HOUR_NS

_HOURS = max(DAYS) * 24
_CHUNK = 256
"""Markets at a time, as the pasts of pairs are computed."""


def paid_means(paid: Sequence[Paid], at_ns: int) -> Floats:
    """Over `DAYS` up to `at_ns`, (n, 4), a fraction an hour; NaN where fewer than `LEAST_SHARE` of
    the hours are known."""
    means = np.full((len(paid), len(DAYS)), np.nan)
    first = at_ns // HOUR_NS - _HOURS + 1
    used = [place for place, one in enumerate(paid) if one.rates.size]
    for start in range(0, len(used), _CHUNK):
        some = used[start : start + _CHUNK]
        hours = np.full((len(some), _HOURS), np.nan)
        for row, place in enumerate(some):
            one = paid[place]
            skipped = max(0, first - one.first)
            rates = one.rates[skipped : skipped + _HOURS]
            begin = one.first + skipped - first
            hours[row, begin : begin + rates.size] = rates[: max(0, _HOURS - begin)]
        known = np.isfinite(hours)
        values = np.where(known, hours, 0.0)
        for column, days in enumerate(DAYS):
            count = known[:, -days * 24 :].sum(axis=1)
            total = values[:, -days * 24 :].sum(axis=1)
            means[some, column] = np.where(
                count >= LEAST_SHARE * days * 24, total / np.maximum(count, 1), np.nan
            )
    return means
