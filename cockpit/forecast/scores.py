"""How good forecasts were: losses, skill, and how sure one may be of it.

Rows overlap (eight hours of the next row are seven of this one), so that errors are taken from
blocks of two days and from autocovariances, never from the number of rows. All arrays (rows,).
"""

import msgspec
import numpy as np

from cockpit.forecast.cells import Floats, Ints
from cockpit.forecast.fit import logistic, logit

LAG_H = 48
BLOCK_H = 48
DRAWS = 1000
SEED = 14
BINS = 10
LATE_NS = 600 * 1_000_000_000
"""A forecast made longer than ten minutes after the moment it speaks of is not scored."""


def timely(due_ns: Ints, made_ns: Ints) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which forecasts were made in time; one made before it was due spoke of less."""
    late: np.ndarray[tuple[int], np.dtype[np.bool_]] = made_ns - due_ns <= LATE_NS
    return late


def r2(actual: Floats, forecast: Floats) -> float | None:
    """Share of the variance explained; None where nothing varied."""
    total = float(((actual - actual.mean()) ** 2).sum()) if len(actual) else 0.0
    return 1.0 - float(((actual - forecast) ** 2).sum()) / total if total > 0 else None


def mae(actual: Floats, forecast: Floats) -> float | None:
    return float(np.abs(actual - forecast).mean()) if len(actual) else None


def brier(happened: Floats, chance: Floats) -> float | None:
    return float(((chance - happened) ** 2).mean()) if len(happened) else None


def log_loss(happened: Floats, chance: Floats) -> float | None:
    if not len(happened):
        return None
    score = logit(chance)
    return float((np.logaddexp(0.0, score) - happened * score).mean())


def skill(loss: float | None, reference: float | None) -> float | None:
    """1 - loss / reference: above 0 is better than the reference."""
    return 1.0 - loss / reference if loss is not None and reference else None


def auc(happened: Floats, chance: Floats) -> float | None:
    """Odds that an hour with the event was rated above one without; ties count half."""
    hits = float(happened.sum())
    misses = len(happened) - hits
    if not hits or not misses:
        return None
    total = float(ranks(chance)[happened == 1].sum())
    return (total - hits * (hits + 1) / 2) / (hits * misses)


def pr_auc(happened: Floats, chance: Floats) -> float | None:
    """Average precision; rows of one rating enter together."""
    hits = float(happened.sum())
    if not hits:
        return None
    levels, place = np.unique(-chance, return_inverse=True)
    found = np.cumsum(np.bincount(place, weights=happened, minlength=len(levels)))
    tried = np.cumsum(np.bincount(place, minlength=len(levels)))
    gained = np.diff(np.concatenate([[0.0], found])) / hits
    return float((gained * found / tried).sum())


def ranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing their mean."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    shared: Floats = (last - (count - 1) / 2.0)[place]
    return shared


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Ten bins of equal count (mean forecast, share that happened) and the recalibration's line.

    `slope` 1 and `intercept` 0 are perfect; a slope below 1 speaks too surely.
    """

    forecast: list[float]
    happened: list[float]
    ece: float
    slope: float
    intercept: float


def calibration(happened: Floats, chance: Floats) -> Calibration | None:
    if len(happened) < BINS or happened.min() == happened.max():
        return None
    order = np.argsort(chance, kind="stable")
    parts = np.array_split(order, BINS)
    said = [float(chance[part].mean()) for part in parts]
    came = [float(happened[part].mean()) for part in parts]
    share = [len(part) / len(order) for part in parts]
    line = logistic(logit(chance)[:, None], happened, l2=1e-9)
    return Calibration(
        forecast=said,
        happened=came,
        ece=sum(w * abs(a - b) for w, a, b in zip(share, said, came, strict=True)),
        slope=float(line[1]),
        intercept=float(line[0]),
    )


def mean_error(values: Floats, hours: Ints, lag_h: int = LAG_H) -> float | None:
    """Newey-West standard error of a mean; autocovariances by hours apart, not by rows.

    Rows of one hour (many markets) are one observation: they move together.
    """
    if len(values) < 2:
        return None
    off = np.bincount(hours - hours.min(), weights=values - values.mean())
    variance = float(off @ off)
    for lag in range(1, min(lag_h, len(off) - 1) + 1):
        variance += 2.0 * (1.0 - lag / (lag_h + 1.0)) * float(off[lag:] @ off[:-lag])
    return float(np.sqrt(max(variance, 0.0))) / len(values)


def diebold_mariano(loss: Floats, reference: Floats, hours: Ints) -> float | None:
    """t of the mean loss saved against a reference: above 1.64 is better at 5 %."""
    saved = reference - loss
    error = mean_error(saved, hours)
    return float(saved.mean()) / error if error else None


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """Standard error and the middle 95 % of a skill over resampled blocks."""

    se: float
    low: float
    high: float


def skill_interval(loss: Floats, reference: Floats, hours: Ints) -> Interval | None:
    """How much a skill moves when blocks of 48 h are drawn again, with replacement."""
    drawn = drawn_skills([loss], reference, hours)
    if drawn is None or np.isnan(drawn).any():
        return None
    low, high = np.quantile(drawn[0], [0.025, 0.975])
    return Interval(se=float(drawn[0].std()), low=float(low), high=float(high))


def drawn_skills(losses: list[Floats], reference: Floats, hours: Ints) -> Floats | None:
    """(losses, DRAWS) skills of several forecasts on the same draws of blocks."""
    _, block = np.unique(hours // BLOCK_H, return_inverse=True)
    count = int(block.max()) + 1 if len(block) else 0
    if count < 2:
        return None
    draws = np.random.default_rng(SEED).multinomial(count, np.full(count, 1.0 / count), DRAWS)
    below = draws @ np.bincount(block, weights=reference)
    above = np.stack([draws @ np.bincount(block, weights=loss) for loss in losses])
    return 1.0 - above / np.where(below > 0, below, np.nan)


class Innovation(msgspec.Struct, frozen=True, kw_only=True):
    """Rank correlation of forecast and outcome, both less the market's own 7-day mean."""

    ic: float
    t: float | None
    n: int


def innovation(actual: Floats, forecast: Floats, usual: Floats, hours: Ints) -> Innovation | None:
    known = ~(np.isnan(actual) | np.isnan(forecast) | np.isnan(usual))
    if known.sum() < 3:
        return None
    came = ranks((actual - usual)[known])
    said = ranks((forecast - usual)[known])
    came, said = came - came.mean(), said - said.mean()
    scale = float(np.sqrt((came * came).mean() * (said * said).mean()))
    if not scale:
        return None
    product = came * said / scale
    error = mean_error(product, hours[known])
    ic = float(product.mean())
    return Innovation(ic=ic, t=ic / error if error else None, n=int(known.sum()))
