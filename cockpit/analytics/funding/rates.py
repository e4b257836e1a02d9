"""Funding: how a premium becomes a rate, what comes next, and venues beside one another.

Rates are fractions, positive = longs pay shorts. A premium is a fraction of the reference price.
Unknown numbers are None for scalars and NaN inside arrays, never 0.
Formulas: the venues' funding pages share one template, F8 = P + clamp(I - P, -d, +d), scaled to
the interval and capped (Hyperliquid docs "Funding", dYdX docs "Funding", Lighter docs "Funding",
Bybit help centre "Introduction to Funding Rate"). The funding is a censored premium: inside the
pin zone it shows the interest and nothing else, so forecasts are made for the premium. Theory:
He, Manela, Ross, von Wachter, "Fundamentals of Perpetual Futures", arXiv 2212.06888.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.core.units import HOUR_S, NS_PER_S

Array = NDArray[np.float64]
EIGHT_HOURS_S = 8 * HOUR_S
_TRUNCATION_GUARD = 1e-6
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True)
class Formula:
    """One venue's parameters of the template. `*_8h` are fractions per eight hours.

    `multiplier` scales the premium (1 unless the venue says otherwise); `base_8h` is added after
    the dampener; `cap_8h` applies before the rate is scaled to its interval and `cap` after, both
    None for no cap; `quantum` is the step the venue truncates to (towards zero), None for none.
    ValueError if the interval is not above 0, the dampener is negative, or the pinned rate is
    beyond a cap.
    """

    interval_s: int
    interest_8h: float
    dampener_8h: float
    base_8h: float
    multiplier: float
    cap_8h: float | None
    cap: float | None
    quantum: float | None

    def __post_init__(self) -> None:
        if self.interval_s <= 0 or self.dampener_8h < 0 or self.multiplier <= 0:
            raise ValueError("a funding formula needs an interval, a dampener and a multiplier")
        if abs(self.pinned_8h) > self.limit_8h:
            raise ValueError("the pinned rate is beyond the cap")

    @property
    def scale(self) -> float:
        """From eight hours to the interval."""
        return self.interval_s / EIGHT_HOURS_S

    @property
    def pinned_8h(self) -> float:
        """What is paid per eight hours while the premium is inside the zone."""
        return self.base_8h + self.interest_8h

    @property
    def limit_8h(self) -> float:
        """The tighter of both caps, per eight hours; inf for none."""
        caps = (self.cap_8h, None if self.cap is None else self.cap / self.scale)
        return min((cap for cap in caps if cap is not None), default=math.inf)


class Zone(NamedTuple):
    """Premiums between `low` and `high` all give the pinned rate."""

    low: float
    high: float


def rate_from_premium(formula: Formula, premium: Array | float) -> Array:
    """The rate per interval for average premiums of any shape; NaN stays NaN."""
    x = np.asarray(premium, dtype=np.float64) * formula.multiplier
    low, high = _edges(formula)
    eight_hours = formula.pinned_8h + np.maximum(x - high, 0.0) - np.maximum(low - x, 0.0)
    rate: Array = np.clip(eight_hours, -formula.limit_8h, formula.limit_8h) * formula.scale
    if formula.quantum is None:
        return rate
    steps = np.trunc(rate / formula.quantum + np.copysign(_TRUNCATION_GUARD, rate))
    truncated: Array = steps * formula.quantum
    return truncated


def pin_zone(formula: Formula) -> Zone:
    """The premiums at which the dampener lets go. A dampener of 0 leaves a single point."""
    low, high = _edges(formula)
    return Zone(low / formula.multiplier, high / formula.multiplier)


def expected_rate(formula: Formula, mean: Array, sd: Array) -> Array:
    """E[rate per interval] when the average premium is normal; shapes of `mean` and `sd`.

    The formula is piecewise linear, so the mean is a sum of normal call and put values (the
    expectation through a clamp is not the clamp of the expectation). Truncation is left out.
    """
    m = np.asarray(mean, dtype=np.float64) * formula.multiplier
    s = np.asarray(sd, dtype=np.float64) * formula.multiplier
    low, high = _edges(formula)
    value = formula.pinned_8h + _above(m, s, high) - _above(-m, s, -low)
    if math.isfinite(formula.limit_8h):
        over = high + formula.limit_8h - formula.pinned_8h
        under = low - formula.limit_8h - formula.pinned_8h
        value = value - _above(m, s, over) + _above(-m, s, -under)
    rate: Array = value * formula.scale
    return rate


def predicted_premium(
    mean_so_far: float, now: float, elapsed: int, total: int, mu: float, phi: float, is_ramp: bool
) -> float:
    """The interval's average premium, as expected after `elapsed` of `total` equal samples.

    Each coming sample reverts to `mu` by the factor `phi` a sample; phi = 1 keeps the present
    premium. With `is_ramp` sample k has weight k, else all weigh the same. ValueError unless
    0 <= elapsed <= total and total > 0.
    """
    weights, past = _weights(elapsed, total, is_ramp)
    ahead = np.arange(1, total - elapsed + 1)
    future = mu + phi**ahead * (now - mu)
    seen = past * mean_so_far if past else 0.0
    return float((seen + np.dot(weights, future)) / (past + weights.sum()))


def predicted_premium_sd(
    elapsed: int, total: int, phi: float, sigma: float, is_ramp: bool
) -> float:
    """Standard error of `predicted_premium`; `sigma` is the sd of one sample's innovation."""
    weights, past = _weights(elapsed, total, is_ramp)
    # What an innovation at sample i adds to all later ones: g_i = w_i + phi g_(i+1).
    gathered, squares = 0.0, 0.0
    for weight in weights[::-1]:
        gathered = float(weight) + phi * gathered
        squares += gathered * gathered
    return sigma * math.sqrt(squares) / float(past + weights.sum())


def oi_weighted(rates: Array, open_interest: Array) -> float | None:
    """Sum of OI x rate over sum of OI, shapes (V,); venues with either unknown are left out."""
    rates, weights = np.asarray(rates, float), np.asarray(open_interest, float)
    known = np.isfinite(rates) & np.isfinite(weights) & (weights > 0)
    total = float(weights[known].sum())
    return float(np.dot(rates[known], weights[known])) / total if total > 0 else None


def robust_z(value: float, history: Array, min_count: int) -> float | None:
    """(value - median) / (1.4826 MAD) over `history`, shape (n,), NaN left out.

    None with fewer than `min_count` known points, or when more than half of them are equal.
    """
    known = np.asarray(history, dtype=np.float64)
    known = known[np.isfinite(known)]
    if known.size < max(1, min_count) or not math.isfinite(value):
        return None
    median = float(np.median(known))
    deviation = float(np.median(np.abs(known - median)))
    return (value - median) / (_MAD_TO_SD * deviation) if deviation > 0 else None


def realised_mean(
    rates_hourly: Array,
    stamps_ns: NDArray[np.int64],
    intervals_s: Array,
    now_ns: int,
    window_s: float,
    min_coverage: float,
) -> float | None:
    """The mean hourly rate that was paid over the last `window_s`, weighted by time.

    Shapes (n,), one row a settlement, any order: a row settled at its stamp for the interval
    before it. The window ends at the last stamp while the next is not due, and else one interval
    before `now_ns`, so that a missed settlement counts as missing. None if known rows cover less
    than `min_coverage` (a fraction) of the window.
    """
    stamps = np.asarray(stamps_ns, dtype=np.int64)
    rates = np.asarray(rates_hourly, dtype=np.float64)
    past = np.isfinite(rates) & (stamps <= now_ns)
    if not past.any() or window_s <= 0:
        return None
    # Seconds before now: a float64 holds those to the nanosecond, an epoch it does not.
    ago = (now_ns - stamps[past]) / NS_PER_S
    lengths = np.asarray(intervals_s, dtype=np.float64)[past]
    last = int(np.argmin(ago))
    end = min(float(ago[last]), float(lengths[last]))
    inside = np.minimum(ago + lengths, end + window_s) - np.maximum(ago, end)
    inside = np.maximum(inside, 0.0)
    covered = float(inside.sum())
    if covered <= 0 or covered < min_coverage * window_s:
        return None
    return float(np.dot(rates[past], inside)) / covered


def _edges(formula: Formula) -> tuple[float, float]:
    return formula.interest_8h - formula.dampener_8h, formula.interest_8h + formula.dampener_8h


def _weights(elapsed: int, total: int, is_ramp: bool) -> tuple[Array, float]:
    """Weights of the coming samples, and the weight of those behind us."""
    if not 0 <= elapsed <= total or total <= 0:
        raise ValueError(f"{elapsed} of {total} samples is not inside an interval")
    if is_ramp:
        return np.arange(elapsed + 1.0, total + 1.0), elapsed * (elapsed + 1) / 2
    return np.ones(total - elapsed), float(elapsed)


def _above(mean: Array, sd: Array, strike: float) -> Array:
    """E[max(0, X - strike)] for X normal, elementwise."""
    gap = mean - strike
    certain = np.maximum(gap, 0.0)
    z = gap / np.where(sd > 0, sd, 1.0)
    cdf = 0.5 * (1.0 + np.vectorize(math.erf, otypes=[np.float64])(z / math.sqrt(2.0)))
    pdf = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    value: Array = np.where(sd > 0, gap * cdf + sd * pdf, certain)
    return value
