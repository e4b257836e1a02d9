"""What the spreads of many pairs have done: one matrix of hours instead of a fit a pair.

The same least squares as `reversion.fit_ar1`, with the same least number of hours, over sums that
all pairs share a pass for.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.carry import spreads_hourly
from cockpit.calculators.carry.spread_model import ASSUMED_MEAN, ASSUMED_PHI, MIN_PAIRS
from cockpit.calculators.common.paid_history import MIN_HOURS, Paid
from cockpit.calculators.scan.columns import Flags, Floats, Ints
from cockpit.core.units import HOUR_NS

DAYS: Final = (1, 3, 7, 30)
LEAST_SHARE: Final = 0.75
"""Of a window's hours that must be known: a mean of four days is not one of thirty."""
MOST_PHI: Final = 0.999
_CHUNK: Final = 256
"""Pairs at a time: a matrix of a month of hours then stays within the cache's reach."""


class Past(NamedTuple):
    """One entry a pair, all (m,), `means` (m, 4) over `DAYS`; NaN is not known.

    `sigma` is NaN where nothing was fitted, and `phi` and `mean` are then as carry assumes them.
    `level` is the long-run mean of both legs' rates.
    """

    phi: Floats
    mean: Floats
    sigma: Floats
    level: Floats
    means: Floats
    sign_share: Floats
    sign_h: Floats


def past_of(paid: Sequence[Paid], long: Ints, short: Ints, spread: Floats, at_ns: int) -> Past:
    """`paid` by listing; `spread` now, a fraction an hour."""
    count = long.size
    levels = np.array([one.level for one in paid], dtype=np.float64)
    past = Past(
        phi=np.full(count, ASSUMED_PHI),
        mean=np.full(count, ASSUMED_MEAN),
        sigma=np.full(count, np.nan),
        level=(levels[long] + levels[short]) / 2,
        means=np.full((count, len(DAYS)), np.nan),
        sign_share=np.full(count, np.nan),
        sign_h=np.full(count, np.nan),
    )
    has_past = np.array([one.rates.size > 0 for one in paid], dtype=bool)
    both = np.flatnonzero(has_past[long] & has_past[short])
    if not both.size:
        return past
    first = min(one.first for one in paid if one.rates.size)
    last = max(one.first + one.rates.size for one in paid if one.rates.size)
    used = np.unique(np.concatenate((long[both], short[both])))
    row_of = np.zeros(len(paid), dtype=np.int64)
    row_of[used] = np.arange(used.size)
    hours = hours_of([paid[place] for place in used.tolist()], first, last - first)
    now = int(at_ns // HOUR_NS) - first
    for start in range(0, both.size, _CHUNK):
        some = both[start : start + _CHUNK]
        series = spreads_hourly(hours[row_of[long[some]]], hours[row_of[short[some]]])
        _fit(past, some, series)
        _look_back(past, some, series, spread[some], now)
    return past


def hours_of(paid: Sequence[Paid], first: int, count: int) -> Floats:
    """What each was paid in `count` hours since the epoch's hour `first`, (n, count)."""
    hours = np.full((len(paid), count), np.nan)
    for row, one in enumerate(paid):
        begin, end = max(first, one.first), min(first + count, one.first + one.rates.size)
        if begin < end:
            hours[row, begin - first : end - first] = one.rates[begin - one.first : end - one.first]
    return hours


def day_means(known: Flags, values: Floats, now: int) -> Floats:
    """Means over `DAYS` up to hour `now` of each row, (n, 4); NaN where fewer than `LEAST_SHARE`
    of the hours are known. `values` are 0 where they are not."""
    means = np.empty((known.shape[0], len(DAYS)))
    for place, days in enumerate(DAYS):
        window = slice(max(0, now - days * 24 + 1), max(0, now + 1))
        count = known[:, window].sum(axis=1)
        total = values[:, window].sum(axis=1)
        is_enough = count >= LEAST_SHARE * days * 24
        means[:, place] = np.where(is_enough, total / np.maximum(count, 1), np.nan)
    return means


def _fit(past: Past, some: Ints, series: Floats) -> None:
    known = np.isfinite(series)
    count = known.sum(axis=1)
    values = np.where(known, series, 0.0)
    mean = values.sum(axis=1) / np.maximum(count, 1)
    # Around the mean, so that sums of squares keep their digits.
    values = np.where(known, series - mean[:, None], 0.0)
    pair = known[:, :-1] & known[:, 1:]
    before, after = np.where(pair, values[:, :-1], 0.0), np.where(pair, values[:, 1:], 0.0)
    n = pair.sum(axis=1)
    some_n = np.maximum(n, 1)
    before_mean, after_mean = before.sum(axis=1) / some_n, after.sum(axis=1) / some_n
    xx = _dot(before, before) - n * before_mean**2
    xy = _dot(before, after) - n * before_mean * after_mean
    yy = _dot(after, after) - n * after_mean**2
    fits = (n >= MIN_PAIRS) & _varies(values, before, pair) & (xx > 0)
    safe = np.where(fits, xx, 1.0)
    phi = np.clip(xy / safe, 0.0, MOST_PHI)
    rest = np.maximum(yy - 2 * phi * xy + phi**2 * xx, 0.0)
    sigma = np.sqrt(rest / np.maximum(n - 2, 1))
    past.phi[some] = np.where(fits, phi, ASSUMED_PHI)
    past.sigma[some] = np.where(fits, sigma, np.nan)
    past.mean[some] = np.where(fits | (count >= MIN_HOURS), mean, ASSUMED_MEAN)


def _varies(values: Floats, before: Floats, pair: Flags) -> Flags:
    """A constant series has no persistence to measure; rounding may leave it a trace of one."""
    low = np.where(pair, before, np.inf).min(axis=1, initial=np.inf)
    high = np.where(pair, before, -np.inf).max(axis=1, initial=-np.inf)
    return np.asarray(high > low)


def _look_back(past: Past, some: Ints, series: Floats, spread: Floats, now: int) -> None:
    """Means of the last days before hour `now`, and how long the sign has been what it is."""
    known = np.isfinite(series)
    values = np.where(known, series, 0.0)
    past.means[some] = day_means(known, values, now)
    count = known.sum(axis=1)
    alike = known & (np.sign(values) == np.sign(spread)[:, None])
    past.sign_share[some] = np.where(count > 0, alike.sum(axis=1) / np.maximum(count, 1), np.nan)
    others = known & ~alike
    width = series.shape[1]
    has_changed = others.any(axis=1)
    last_other = width - 1 - others[:, ::-1].argmax(axis=1)
    past.sign_h[some] = np.where(has_changed, now - last_other, np.nan)


def _dot(one: NDArray[np.float64], other: NDArray[np.float64]) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", one, other))
