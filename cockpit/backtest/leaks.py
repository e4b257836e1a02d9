"""Columns that hold the outcome itself: caught, named, and taken out before anything is learned.

Features see nothing after their hour, so a leak can only come with the rows (a column of a file
that was made afterwards). What tells an event without any error is no forecast.
"""

import msgspec
import numpy as np

from cockpit.forecast import scores
from cockpit.forecast.features import NAMES
from cockpit.forecast.training import Rows

CERTAIN_AUC = 0.995
MIN_ROWS = 200
LOOKED_AT = 2000


def without_leaks(rows: Rows) -> tuple[Rows, tuple[str, ...]]:
    """The rows with such columns unknown, and their names."""
    found = [place for place in range(len(NAMES)) if _leaks(rows, place)]
    if not found:
        return rows, ()
    values = rows.values.copy()
    values[:, found] = np.nan
    return msgspec.structs.replace(rows, values=values), tuple(NAMES[place] for place in found)


def _leaks(rows: Rows, place: int) -> bool:
    column = rows.values[:, place]
    for happened in rows.happened.values():
        known = np.flatnonzero(~np.isnan(column) & ~np.isnan(happened))
        if len(known) < MIN_ROWS:
            continue
        some = known[:: -(-len(known) // LOOKED_AT)]
        area = scores.auc(happened[some], column[some])
        if area is not None and max(area, 1.0 - area) >= CERTAIN_AUC:
            return True
    return False
