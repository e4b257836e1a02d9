"""Models of the mean rate over a horizon, and the interval it falls in four times of five.

`har` is least squares on the rate now, of a day and of a week. `ours` is the mean of two robust
fits: on the same, and on those, the last 8 h and what the premium expects behind the pin. More
columns than these made levels worse out of sample.
"""

from typing import Protocol

import msgspec
import numpy as np

from cockpit.forecast.cells import Floats
from cockpit.forecast.features import INDEX
from cockpit.forecast.fit import predicted, ridge, robust
from cockpit.forecast.premium_features import expected_name
from cockpit.forecast.training import Rows

L2 = 30.0
INTERVAL = (0.1, 0.9)
MIN_ROWS = 48
FLOOR_BPS = 0.005
MONTH_SHARE = 0.25


class Fit(Protocol):
    def __call__(self, columns: Floats, target: Floats, l2: float) -> Floats: ...


def level_columns(values: Floats) -> Floats:
    """Now, 8 h, a day, a week in bps per hour; a longer mean that is not known is the shorter."""
    columns = values[:, [INDEX[name] for name in ("rate", "mean_8h", "mean_24h", "mean_7d")]].copy()
    for place in range(1, columns.shape[1]):
        gone = np.isnan(columns[:, place])
        columns[gone, place] = columns[gone, place - 1]
    return columns


HAR = [0, 2, 3]
"""Of those columns: now, a day, a week."""


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """Expected mean rate, bps per hour, (rows,), and where it falls in four times of five."""

    mean: Floats
    low: Floats
    high: Floats


class LevelModel(msgspec.Struct, frozen=True, kw_only=True):
    """Weights, the intercept first; `premium` is None where training knew no premium.

    `low` and `high` are the residuals' 10th and 90th percentiles in units of `unrest`.
    """

    horizon_h: int
    har: Floats
    funding: Floats
    premium: Floats | None
    low: float
    high: float
    n: int

    def har_level(self, values: Floats) -> Floats:
        """The yardstick: least squares, nothing but funding."""
        return predicted(level_columns(values)[:, HAR], self.har)

    def level(self, values: Floats) -> Level:
        mean, width = self._mean(values), unrest(values)
        return Level(mean=mean, low=mean + self.low * width, high=mean + self.high * width)

    def _mean(self, values: Floats) -> Floats:
        """The mean of both robust fits; the one alone where the premium is not known."""
        columns = level_columns(values)
        plain = predicted(columns[:, HAR], self.funding)
        if self.premium is None:
            return plain
        wide = np.column_stack([columns, values[:, INDEX[expected_name(self.horizon_h)]]])
        told = predicted(wide, self.premium)
        return np.where(np.isnan(told), plain, (plain + told) / 2.0)


def unrest(values: Floats) -> Floats:
    """How far a level may be off just now, bps per hour: quiet markets have narrow intervals."""
    columns = level_columns(values)
    now, day, week = columns[:, 0], columns[:, 2], columns[:, 3]
    sd = values[:, INDEX["sd_30d"]]
    month = np.where(np.isnan(sd), np.abs(now - week), sd)
    return FLOOR_BPS + MONTH_SHARE * month + np.abs(now - day) + np.abs(day - week)


def fit_levels(rows: Rows) -> dict[int, LevelModel]:
    """A model for each horizon that has enough outcomes."""
    fitted = {
        horizon_h: _fit_level(rows.values, ahead, horizon_h)
        for horizon_h, ahead in rows.means.items()
    }
    return {horizon_h: model for horizon_h, model in fitted.items() if model is not None}


def _fit_level(values: Floats, mean_ahead: Floats, horizon_h: int) -> LevelModel | None:
    columns = level_columns(values)
    known = ~np.isnan(mean_ahead) & ~np.isnan(columns).any(axis=1)
    if known.sum() < MIN_ROWS:
        return None
    columns, target, values = columns[known], mean_ahead[known], values[known]
    plain = columns[:, HAR]
    expected = values[:, INDEX[expected_name(horizon_h)]]
    told = ~np.isnan(expected)
    model = LevelModel(
        horizon_h=horizon_h,
        har=_standardised(ridge, plain, target, 1e-6),
        funding=_standardised(robust, plain, target, L2),
        premium=_standardised(robust, np.column_stack([columns, expected])[told], target[told], L2)
        if told.mean() > 0.5
        else None,
        low=0.0,
        high=0.0,
        n=len(target),
    )
    off = (target - model.level(values).mean) / unrest(values)
    low, high = np.quantile(off, INTERVAL)
    return msgspec.structs.replace(model, low=float(low), high=float(high))


def _standardised(fit: Fit, columns: Floats, target: Floats, l2: float) -> Floats:
    """Weights for the plain columns from a fit on standardised ones, the intercept first."""
    center, sd = columns.mean(axis=0), columns.std(axis=0)
    sd = np.where(sd > 0, sd, 1.0)
    weights = fit((columns - center) / sd, target, l2)
    slope = weights[1:] / sd
    return np.concatenate([[weights[0] - float(center @ slope)], slope])
