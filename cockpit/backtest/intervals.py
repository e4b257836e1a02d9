"""How many hours each settlement covers, read from the spacing of the rows."""

import numpy as np

from cockpit.forecast.cells import HOUR_S, Floats, Ints

USUAL_H = (1, 2, 4, 8)
STEADY = 4
"""Spacings in a row that make an interval: one missing row does not double it."""


def intervals_of(hours: Ints, stated_s: Floats) -> Floats:
    """Seconds covered by each row, (rows,), `hours` rising.

    What is stated stands. Else a run of equal spacings tells the interval of the rows in it, and
    rows between runs take that of the run before (at the start of the one after). Rows without
    any run (or one) are taken as hourly, or as the usual interval of their most common spacing.
    """
    spacing = np.diff(hours)
    found = np.full(len(hours), np.nan)
    start = 0
    for end in range(1, len(spacing) + 1):
        if end < len(spacing) and spacing[end] == spacing[start]:
            continue
        if end - start >= STEADY and int(spacing[start]) in USUAL_H:
            found[start + 1 : end + 1] = spacing[start] * HOUR_S
        start = end
    if np.isnan(found).all():
        usual = [int(step) for step in spacing if int(step) in USUAL_H]
        most = max(set(usual), key=lambda step: (usual.count(step), -step)) if usual else 1
        found[:] = most * HOUR_S
    known = np.flatnonzero(~np.isnan(found))
    before = known[np.maximum(np.searchsorted(known, np.arange(len(hours)), "right") - 1, 0)]
    return np.where(np.isnan(stated_s), found[before], stated_s)
