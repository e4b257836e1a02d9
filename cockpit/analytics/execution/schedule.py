"""When to trade how much: schedules over slices, their cost and risk, and their times.

Amounts are base units, X > 0 whatever the side; time in minutes unless named otherwise. `eta` is
temporary impact in USD per base per (base/min), `gamma` permanent impact in USD per base^2,
`sigma` price volatility in USD per sqrt(min), risk aversion in 1/USD. Costs are positive.
Almgren, Chriss, "Optimal execution of portfolio transactions", J. Risk 3 (2000); Obizhaeva, Wang,
"Optimal trading strategy and supply/demand dynamics", J. Financial Markets 16 (2013).
"""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


def net_temporary_impact(eta: float, gamma: float, step_min: float) -> float:
    """eta less gamma step / 2, of one slice. ValueError unless that is above 0."""
    net = eta - gamma * step_min / 2
    if not net > 0:
        raise ValueError(
            f"eta must be above gamma x step / 2 = {gamma * step_min / 2:g}, got {eta:g}; "
            "use shorter steps"
        )
    return net


def kappa_per_min(
    risk_aversion: float, sigma: float, eta: float, gamma: float, step_min: float
) -> float:
    """Urgency of the optimal schedule, 1/min: 0 for no risk aversion. Half-life is 1 / kappa."""
    urgency = risk_aversion * sigma * sigma / net_temporary_impact(eta, gamma, step_min)
    if urgency < 0:
        raise ValueError(f"risk aversion must be 0 or more, got {risk_aversion}")
    # acosh(1 + u) loses all digits of a small u; 2 asinh(sqrt(u / 2)) is the same number.
    return 2.0 * math.asinh(math.sqrt(urgency) * step_min / 2.0) / step_min


def half_life_min(kappa: float) -> float | None:
    """Minutes in which the rest falls to 1/e; None for a kappa of 0 (no urgency)."""
    return 1.0 / kappa if kappa > 0 else None


def almgren_chriss(amount: float, slices: int, step_min: float, kappa: float) -> Array:
    """Slices of shape (K,), in order, that sum to `amount`; kappa 0 gives equal slices.

    ValueError unless slices >= 1, step > 0 and amount and kappa are finite and not negative.
    """
    _check(amount, slices)
    if not (step_min > 0 and math.isfinite(kappa) and kappa >= 0):
        raise ValueError(f"step must be above 0 and kappa 0 or more, got {step_min}, {kappa}")
    whole = kappa * step_min * slices
    left = kappa * step_min * np.arange(slices, -1.0, -1.0)
    if whole < 1e-9:
        return twap(amount, slices)
    # sinh(a) / sinh(b) without overflow.
    held = amount * np.exp(left - whole) * np.expm1(-2.0 * left) / math.expm1(-2.0 * whole)
    pieces: Array = held[:-1] - held[1:]
    return pieces


def twap(amount: float, slices: int) -> Array:
    """Equal slices, shape (K,)."""
    return weighted(amount, np.ones(max(0, slices)))


def geometric(amount: float, slices: int, ratio: float) -> Array:
    """Each slice `ratio` times the one before: below 1 is front-weighted, above back-weighted."""
    if not (ratio > 0 and math.isfinite(ratio)):
        raise ValueError(f"ratio must be above 0, got {ratio}")
    exponents = np.arange(float(max(0, slices))) * math.log(ratio)
    return weighted(amount, np.exp(exponents - exponents.max(initial=-math.inf)))


def weighted(amount: float, weights: Array) -> Array:
    """`amount` in proportion to `weights`, shape (K,). ValueError unless they sum above 0."""
    _check(amount, len(weights))
    total = float(np.sum(weights))
    if not total > 0 or (weights < 0).any():
        raise ValueError("weights must be 0 or more and not all 0")
    pieces: Array = amount * weights / total
    return pieces


def ladder_prices(anchor: float, side: int, step_frac: float, slices: int) -> Array:
    """Limit prices that step away from the anchor: down for a buy (+1), up for a sell (-1)."""
    prices: Array = anchor * (1.0 - side * step_frac * np.arange(float(slices)))
    if slices and not (np.isfinite(prices).all() and prices.min() > 0):
        raise ValueError("a ladder's prices must stay above 0: fewer slices or a smaller step")
    return prices


def expected_cost_usd(
    slices: Array, eta: float, gamma: float, step_min: float, fixed_usd: float
) -> float:
    """Expected shortfall of a schedule: permanent, temporary, and `fixed_usd` per base unit.

    `fixed_usd` is half the spread and the fee, per base.
    """
    total = float(np.sum(slices))
    net = net_temporary_impact(eta, gamma, step_min)
    squares = float(np.dot(slices, slices))
    return 0.5 * gamma * total**2 + net / step_min * squares + fixed_usd * total


def shortfall_sd_usd(slices: Array, sigma: float, step_min: float) -> float:
    """Standard deviation of the shortfall: what is still to do after each slice is exposed."""
    left = float(np.sum(slices)) - np.cumsum(slices)
    return sigma * math.sqrt(step_min * float(np.dot(left, left)))


def most_slices(horizon: float, refill_half_life: float, half_lives: float) -> int:
    """How many slices leave `half_lives` refills between them over `horizon` (same unit)."""
    if not (horizon >= 0 and refill_half_life > 0 and half_lives > 0):
        raise ValueError("horizon, half-life and their number must be above 0")
    return 1 + math.floor(horizon / (refill_half_life * half_lives))


def slice_times_ns(start_ns: int, horizon_ns: int, slices: int) -> Ints:
    """The beginning of each of K equal parts of the horizon; the first is the start."""
    if slices < 1 or horizon_ns < 0:
        raise ValueError("a schedule needs at least one slice and a horizon of 0 or more")
    return start_ns + horizon_ns * np.arange(slices, dtype=np.int64) // slices


def jittered_ns(times_ns: Ints, frac: float, generator: np.random.Generator) -> Ints:
    """Times moved by up to +-`frac` of the nearer gap; the first stays, and so does the order.

    ValueError unless 0 <= frac < 0.5.
    """
    if not 0 <= frac < 0.5:
        raise ValueError(f"jitter must be at least 0 and below 0.5 of a gap, got {frac}")
    times = np.asarray(times_ns, dtype=np.int64)
    gaps = np.diff(times)
    if gaps.size == 0:
        return times.copy()
    # The nearer of both gaps: two slices that move towards each other must not meet.
    room = np.minimum(gaps, np.append(gaps[1:], gaps[-1]))
    moves = np.rint(generator.uniform(-frac, frac, gaps.size) * room).astype(np.int64)
    moved: Ints = times + np.concatenate((np.zeros(1, dtype=np.int64), moves))
    return moved


def avoiding_stamps(
    times_ns: Ints, stamp_ns: int, interval_ns: int, before_ns: int, after_ns: int
) -> Ints:
    """Times out of the window around each funding stamp: whatever is inside waits for its end.

    The window is [stamp - before, stamp + after) for `stamp_ns` and every multiple of the
    interval from it. Order is kept; slices that wait together end at the same moment.
    ValueError unless the window is shorter than the interval.
    """
    if before_ns < 0 or after_ns < 0 or before_ns + after_ns >= interval_ns:
        raise ValueError("the window around a stamp must be shorter than the funding interval")
    times = np.asarray(times_ns, dtype=np.int64)
    into = (times - stamp_ns + before_ns) % interval_ns
    width = before_ns + after_ns
    moved: Ints = np.where(into < width, times + (width - into), times)
    return moved


def _check(amount: float, slices: int) -> None:
    if slices < 1:
        raise ValueError(f"a schedule needs at least one slice, got {slices}")
    if not math.isfinite(amount) or amount < 0:
        raise ValueError(f"the amount must be a finite number, 0 or more, got {amount}")
