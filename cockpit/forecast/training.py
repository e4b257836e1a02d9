"""Rows to learn from: the features of past decisions beside what came of them."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from cockpit.forecast.cells import BPS, Floats, Ints, Series, cells_of, hour_of
from cockpit.forecast.features import series_features
from cockpit.forecast.labels import EVENTS, Bools, events, outcomes
from cockpit.forecast.premium_features import HORIZONS_H

EVENT_HORIZON_H = 8
PURGE_H = max(HORIZONS_H)
"""Hours before a forecast whose outcomes may not be known yet: the longest horizon."""

POOL_ROWS = 12_000
"""More rows of a venue than this are thinned evenly: hours next to each other say the same."""


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions of one market or several, (rows,): features, events, mean rates ahead.

    `happened` is 1, 0 or NaN (not known, or not asked); `means` in bps per hour by horizon.
    """

    hours: Ints
    values: Floats
    happened: Mapping[str, Floats]
    means: Mapping[int, Floats]

    def where(self, rows: Bools | Ints) -> "Rows":
        return Rows(
            hours=self.hours[rows],
            values=self.values[rows],
            happened={name: of[rows] for name, of in self.happened.items()},
            means={horizon_h: of[rows] for horizon_h, of in self.means.items()},
        )

    def days(self) -> float:
        """From the first row to the last."""
        return float(self.hours[-1] - self.hours[0]) / 24.0 if len(self.hours) else 0.0


def rows_of(series: Series) -> Rows:
    """A decision at every settlement of a series."""
    cells = cells_of(series)
    hours = np.unique(hour_of(series.at_ns))
    places = hours - cells.first_hour
    known = series_features(cells, places)
    happened = events(known.situation, outcomes(cells, places, EVENT_HORIZON_H))
    return Rows(
        hours=hours,
        values=known.values,
        happened={name: happened[name] for name in EVENTS},
        means={
            horizon_h: outcomes(cells, places, horizon_h).mean * BPS for horizon_h in HORIZONS_H
        },
    )


def pooled(markets: Sequence[Rows]) -> Rows:
    """The rows of several markets as one, thinned to what a fit can use."""
    total = sum(len(rows.hours) for rows in markets)
    return stacked([thinned(rows, total) for rows in markets])


def thinned(rows: Rows, total: int) -> Rows:
    """Which of a market's rows stay, evenly, when all markets together have `total`."""
    count = len(rows.hours)
    kept = count if total <= POOL_ROWS else count * POOL_ROWS // total
    return rows.where(np.arange(kept) * count // max(kept, 1))


def stacked(markets: Sequence[Rows]) -> Rows:
    """The rows of several markets, one market's after the other's."""
    return Rows(
        hours=np.concatenate([rows.hours for rows in markets]),
        values=np.concatenate([rows.values for rows in markets]),
        happened={
            name: np.concatenate([rows.happened[name] for rows in markets])
            for name in markets[0].happened
        },
        means={
            horizon_h: np.concatenate([rows.means[horizon_h] for rows in markets])
            for horizon_h in markets[0].means
        },
    )
