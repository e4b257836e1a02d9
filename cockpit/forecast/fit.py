"""Ridge and logistic regression with a quadratic penalty, on robustly scaled columns.

Deterministic: no draws, a fixed start and a fixed order of sums, so that two fits of the same
rows are the same bytes.
"""

import msgspec
import numpy as np

from cockpit.forecast.cells import Floats, Ints

CLIP = 5.0
STEPS = 25
TOLERANCE = 1e-5
SHORTEST_STEP = 1e-4
MOST_LOGIT = 500.0
REWEIGHTINGS = 5
HUBER_SDS = 1.5
SCALING_ROWS = 4096
INDICATOR_SHARE = 0.01
"""A column missing more often than this (and less often than always) gets an indicator."""


class Scaled(msgspec.Struct, frozen=True, kw_only=True):
    """Rows ready for a model: scaled columns with 0 where missing, and where that was."""

    values: Floats
    gone: Floats


class Scaling(msgspec.Struct, frozen=True, kw_only=True):
    """Median and interquartile range of each column of the training rows, (columns,).

    NaN in both: the column never moved, or was never known, and is of no use. `pattern` numbers
    the ways in which columns are missing, -1 for columns that (almost) always are known.
    """

    center: Floats
    width: Floats
    pattern: Ints

    def apply(self, values: Floats) -> Scaled:
        scaled = values - self.center
        scaled /= self.width
        np.clip(scaled, -CLIP, CLIP, out=scaled)
        gone = np.isnan(scaled)
        scaled[gone] = 0.0
        return Scaled(values=scaled, gone=gone.astype(np.float64))

    def usable(self, columns: Ints) -> Ints:
        return columns[~np.isnan(self.width[columns])]

    def indicators(self, columns: Ints) -> Ints:
        """Of each pattern of absence among these columns the first column."""
        seen: dict[int, int] = {}
        for column in columns:
            if self.pattern[column] >= 0:
                seen.setdefault(int(self.pattern[column]), int(column))
        return np.array(list(seen.values()), dtype=np.int64)


def scaling_of(values: Floats) -> Scaling:
    """The scaling that training rows (rows, columns) ask for, from a few thousand of them."""
    values = values[:: -(-len(values) // SCALING_ROWS) or 1]
    count = len(values)
    missing = np.isnan(values)
    ordered = np.sort(values, axis=0)
    known = count - missing.sum(axis=0)
    low, center, high = (_order_statistic(ordered, known, share) for share in (0.25, 0.5, 0.75))
    width = high - low
    # A rate that is pinned in more than half of the rows still moves: take the tails' distance,
    # as many deviations as the quartiles' would be.
    low, high = (_order_statistic(ordered, known, share) for share in (0.05, 0.95))
    width = np.where(width > 0, width, (high - low) / 2.44)
    usable = (known > 0) & (width > 0)
    share = 1.0 - known / max(count, 1)
    partly = usable & (share > INDICATOR_SHARE) & (share < 1.0 - INDICATOR_SHARE)
    pattern = np.full(values.shape[1], -1)
    patterns: dict[bytes, int] = {}
    for column in np.flatnonzero(partly):
        key = np.packbits(missing[:, column]).tobytes()
        pattern[column] = patterns.setdefault(key, len(patterns))
    return Scaling(
        center=np.where(usable, center, np.nan),
        width=np.where(usable, width, np.nan),
        pattern=pattern,
    )


class Linear(msgspec.Struct, frozen=True, kw_only=True):
    """A linear predictor over some scaled columns and the absence of some."""

    columns: Ints
    indicators: Ints
    weights: Floats

    def score(self, scaled: Scaled) -> Floats:
        return predicted(chosen(scaled, self.columns, self.indicators), self.weights)


def chosen(scaled: Scaled, columns: Ints, indicators: Ints) -> Floats:
    """The matrix of a model: its columns, then its indicators."""
    return np.concatenate([scaled.values[:, columns], scaled.gone[:, indicators]], axis=1)


def _order_statistic(ordered: Floats, known: Ints, share: float) -> Floats:
    place = np.maximum(np.round(share * (known - 1)).astype(np.int64), 0)
    result: Floats = ordered[place, np.arange(ordered.shape[1])]
    return result


def ridge(columns: Floats, target: Floats, l2: float) -> Floats:
    """Weights, the intercept first and not penalised: (1 + columns,)."""
    center, mean = columns.mean(axis=0), float(target.mean())
    moved = columns - center
    gram = moved.T @ moved
    gram[np.diag_indices_from(gram)] += l2
    slope = np.linalg.solve(gram, moved.T @ (target - mean))
    return np.concatenate([[mean - float(center @ slope)], slope])


def robust(columns: Floats, target: Floats, l2: float) -> Floats:
    """Huber's regression by reweighting: residuals beyond 1.5 robust deviations weigh less.

    Funding has rare extremes that would pull a least-squares level away from ordinary hours.
    """
    rows = np.concatenate([np.ones((len(columns), 1)), columns], axis=1)
    penalty = np.full(rows.shape[1], l2)
    penalty[0] = 1e-9
    weight = np.ones(len(rows))
    weights = np.zeros(rows.shape[1])
    for _ in range(REWEIGHTINGS):
        weighted = rows * weight[:, None]
        gram = weighted.T @ rows
        gram[np.diag_indices_from(gram)] += penalty
        weights = np.linalg.solve(gram, weighted.T @ target)
        residual = np.abs(target - rows @ weights)
        limit = HUBER_SDS * 1.4826 * float(np.median(residual)) + 1e-12
        weight = np.minimum(1.0, limit / np.maximum(residual, 1e-12))
    return weights


def logistic(columns: Floats, happened: Floats, l2: float, start: Floats | None = None) -> Floats:
    """Weights of a penalised logistic regression by Newton's method, the intercept first.

    Maximises sum(y ln p + (1 - y) ln(1 - p)) - l2 |w|^2 / 2; `start` only saves steps.
    """
    rows = np.concatenate([np.ones((len(columns), 1)), columns], axis=1)
    penalty = np.full(rows.shape[1], l2)
    penalty[0] = 1e-9
    weights = np.zeros(rows.shape[1]) if start is None else start.copy()
    if start is None:
        rate = float(np.clip(happened.mean(), 1e-6, 1 - 1e-6))
        weights[0] = np.log(rate / (1 - rate))
    score, value = _objective(rows, happened, weights, penalty)
    for _ in range(STEPS):
        chance = expit(score)
        slope = rows.T @ (chance - happened) + penalty * weights
        spread = rows * np.sqrt(chance * (1 - chance))[:, None]
        curvature = spread.T @ spread
        curvature[np.diag_indices_from(curvature)] += penalty
        step = np.linalg.solve(curvature, slope)
        reach = 1.0
        while True:
            tried = weights - reach * step
            score, better = _objective(rows, happened, tried, penalty)
            if better <= value + 1e-12 or reach < SHORTEST_STEP:
                break
            reach /= 2
        gained, weights, value = value - better, tried, better
        if gained < TOLERANCE * (1.0 + abs(value)):
            break
    return weights


def predicted(columns: Floats, weights: Floats) -> Floats:
    """The linear predictor of each row."""
    result: Floats = columns @ weights[1:] + weights[0]
    return result


def expit(score: Floats) -> Floats:
    """1 / (1 + exp(-score)) without overflow."""
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(score, -MOST_LOGIT, MOST_LOGIT)))
    return result


def logit(chance: Floats) -> Floats:
    """ln(p / (1 - p)), kept finite."""
    kept = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))


def _objective(
    rows: Floats, happened: Floats, weights: Floats, penalty: Floats
) -> tuple[Floats, float]:
    """Linear predictor and penalised log loss."""
    score: Floats = rows @ weights
    loss = np.logaddexp(0.0, score).sum() - float(happened @ score)
    return score, float(loss + 0.5 * (penalty * weights * weights).sum())
