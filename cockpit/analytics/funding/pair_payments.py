"""What a long and a short of one asset are paid at the stamps of their two venues.

The spread of the pair is what is modelled; each leg takes half of it, around a level that both
share. Where both venues pay at the same instants the level has no part in the sum. Where they do
not, it does: a leg that is not paid within the hold leaves the other leg's rate, not the spread.
Fractions of notional; received is positive.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding import payments
from cockpit.analytics.funding.carry import (
    GUARD,
    HoldFunding,
    Spread,
    breakeven_h,
    spread_hourly,
)
from cockpit.analytics.funding.payments import PaidHours, PaymentClock, RatePath
from cockpit.analytics.funding.reversion import sum_variance
from cockpit.core.units import HOUR_NS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MONTH_H = 720
LOOK_H = 48
"""Hours that are looked at first."""
AHEAD_H = 24
"""Hours from now of which a forecast may say more than the path."""


class Leg(NamedTuple):
    """One venue's part: when it pays, its rate now an hour, and the cap on it (inf for none).

    `ahead_hourly` is the mean that a forecast expects of the next `AHEAD_H` hours.
    """

    clock: PaymentClock
    hourly: float
    cap_hourly: float
    ahead_hourly: float | None = None


class Ahead(NamedTuple):
    """What both legs are expected to pay an hour over the next `AHEAD_H`, whatever their paths."""

    long: float
    short: float


class Pair(NamedTuple):
    """Two legs and the expected path of each rate; `sigma` is of the spread, an hour's.

    `ahead`, where it is known, stands in place of the paths for as long as it reaches.
    """

    long: PaymentClock
    short: PaymentClock
    long_path: RatePath
    short_path: RatePath
    sigma: float | None
    is_capped: bool
    ahead: Ahead | None = None

    @property
    def spread(self) -> Spread:
        """The spread that the two paths make, within the caps of the venues."""
        long, short = self.long_path, self.short_path
        return Spread(short.now - long.now, short.mean - long.mean, short.phi, self.sigma)


def pair_of(long: Leg, short: Leg, spread: Spread, level: float | None, at_ns: int) -> Pair:
    """The legs of a spread that is known at `at_ns`.

    `level` is the long-run mean of both rates, None for what it is now. No rate is thought to go
    beyond its venue's cap.
    """
    if level is None:
        level = (long.hourly + short.hourly) / 2
    if spread_hourly(long.hourly, short.hourly) == 0:
        # Rounding apart: else the hold would receive the dust.
        short = short._replace(hourly=long.hourly)
    half = spread.mean / 2
    long_path = RatePath(
        at_ns=at_ns,
        now=_within(long.hourly, long.cap_hourly),
        mean=_within(level - half, long.cap_hourly),
        phi=spread.phi,
    )
    short_path = RatePath(
        at_ns=at_ns,
        now=_within(short.hourly, short.cap_hourly),
        mean=_within(level + half, short.cap_hourly),
        phi=spread.phi,
    )
    is_capped = (
        max(abs(long.hourly), abs(level - half)) > long.cap_hourly
        or max(abs(short.hourly), abs(level + half)) > short.cap_hourly
    )
    ahead = None
    if long.ahead_hourly is not None and short.ahead_hourly is not None:
        ahead = Ahead(
            _within(long.ahead_hourly, long.cap_hourly),
            _within(short.ahead_hourly, short.cap_hourly),
        )
    return Pair(long.clock, short.clock, long_path, short_path, spread.sigma, is_capped, ahead)


def hold_funding(pair: Pair, cost_frac: float, hold_h: int) -> HoldFunding:
    """What a hold of whole hours from the paths' instant on receives, and when it has paid."""
    at_ns = pair.long_path.at_ns
    until_ns = at_ns + hold_h * HOUR_NS
    long = payments.paid_hours(pair.long, at_ns, at_ns, until_ns)
    short = payments.paid_hours(pair.short, at_ns, at_ns, until_ns)
    received = payments.paid(pair.short_path, short) - payments.paid(pair.long_path, long)
    received += float(_beyond_paths(pair, np.array([hold_h]))[0])
    return HoldFunding(received, _sd(pair, long, short), covering_hour(pair, cost_frac))


def covering_hour(pair: Pair, cost_frac: float) -> int | None:
    """The first hour at whose end the payments cover the cost; None if they never do.

    Payments come at stamps, so the hour is the one in which a stamp lies. Where stamps that might
    cover the cost spread over more than a month, it is the first after which both legs are paid.
    """
    if cost_frac <= 0:
        return 0
    if pair.ahead is not None:
        hours = np.arange(1, AHEAD_H + 1)
        covered = _received(pair, hours) >= cost_frac * (1 - GUARD)
        if covered.any():
            return int(hours[covered.argmax()])
        # Later the paths go on as ever, from what the first day brings more or less than them.
        more = float(_beyond_paths(pair, hours[-1:])[0])
        later = covering_hour(pair._replace(ahead=None), cost_frac - more)
        return None if later is None else max(later, AHEAD_H + 1)
    at_ns, spread = pair.long_path.at_ns, pair.spread
    if pair.long.is_hourly(at_ns) and pair.short.is_hourly(at_ns):
        return breakeven_h(cost_frac, spread)
    legs = (pair.long, pair.long_path), (pair.short, pair.short_path)
    paid_first, longest = zip(*(_first(clock, path) for clock, path in legs), strict=True)
    # Where both legs have been paid up to one hour, the sum is that of the spread and what the
    # first payments had for hours before. Elsewhere it differs by an interval of each leg at most.
    rest = cost_frac - (paid_first[1] - paid_first[0])
    earliest = breakeven_h(rest - sum(longest), spread)
    if earliest is None:
        return None
    needed = cost_frac * (1 - GUARD)
    hours = max(1, earliest) + np.arange(LOOK_H)
    for some in (hours, max(1, earliest) + LOOK_H + np.arange(MONTH_H - LOOK_H)):
        covered = _received(pair, some) >= needed
        if covered.any():
            return int(some[covered.argmax()])
    later = breakeven_h(rest, spread)
    if later is None:
        return None
    later = max(_stamp_hour(clock, at_ns, max(later, earliest + MONTH_H)) for clock, _ in legs)
    return later if _received(pair, np.array([later]))[0] >= needed else None


def funding_path(pair: Pair, hours: Ints) -> tuple[Floats, Floats | None]:
    """What holds of so many whole hours receive, (n,), and its sd, (n,); None where not known."""
    at_ns = pair.long_path.at_ns
    received = _received(pair, hours)
    if pair.sigma is None:
        return received, None
    until_ns = [at_ns + hour * HOUR_NS for hour in hours.tolist()]
    spread = [
        _sd(
            pair,
            payments.paid_hours(pair.long, at_ns, at_ns, end_ns),
            payments.paid_hours(pair.short, at_ns, at_ns, end_ns),
        )
        for end_ns in until_ns
    ]
    return received, np.array(spread, dtype=np.float64)


def covering_ns(pair: Pair, hour: int) -> int:
    """The stamp in that hour, the later of the two legs'; the hour's end for flows."""
    at_ns = pair.long_path.at_ns
    end_ns = at_ns + hour * HOUR_NS
    if pair.long.is_flow and pair.short.is_flow:
        return end_ns
    found = [
        payments.last_stamp_ns(clock, end_ns - HOUR_NS, end_ns) for clock in (pair.long, pair.short)
    ]
    return max((stamp for stamp in found if stamp is not None), default=end_ns)


def _within(rate: float, cap: float) -> float:
    return min(max(rate, -cap), cap)


def _sd(pair: Pair, long: PaidHours, short: PaidHours) -> float | None:
    """Hours that one leg alone is paid for carry half of the spread's noise."""
    if pair.sigma is None:
        return None
    one, other = max(0, math.ceil(long.end)), max(0, math.ceil(short.end))
    phi = pair.long_path.phi
    if one == other:
        return math.sqrt(sum_variance(phi, pair.sigma, one))
    return math.sqrt(_half_paid_variance(phi, pair.sigma, min(one, other), max(one, other)))


@lru_cache(maxsize=256)
def _half_paid_variance(phi: float, sigma: float, both: int, either: int) -> float:
    gathered = np.cumsum(phi ** np.arange(float(either)))
    weights = gathered[::-1] / 2
    weights[:both] += gathered[:both][::-1] / 2
    return sigma * sigma * float(np.dot(weights, weights))


def _received(pair: Pair, hours: Ints) -> Floats:
    """What has been received when each of `hours` is over, (n,)."""
    by_paths = _paid_by(pair.short, pair.short_path, hours) - _paid_by(
        pair.long, pair.long_path, hours
    )
    return by_paths if pair.ahead is None else by_paths + _beyond_paths(pair, hours)


def _beyond_paths(pair: Pair, hours: Ints) -> Floats:
    """What a hold of each of `hours` receives more by the forecast than by the paths, (n,)."""
    if pair.ahead is None:
        return np.zeros(len(hours))
    within = np.minimum(hours, AHEAD_H)
    return _beyond_path(pair.short, pair.short_path, pair.ahead.short, within) - _beyond_path(
        pair.long, pair.long_path, pair.ahead.long, within
    )


def _beyond_path(clock: PaymentClock, path: RatePath, hourly: float, hours: Ints) -> Floats:
    ends = payments.paid_ends(clock, path.at_ns, path.at_ns + hours * HOUR_NS)
    ahead = np.maximum(ends, 0.0)
    return np.asarray(hourly * ahead - payments.paid_until(path, ahead))


def _paid_by(clock: PaymentClock, path: RatePath, hours: Ints) -> Floats:
    ends = payments.paid_ends(clock, path.at_ns, path.at_ns + hours * HOUR_NS)
    before = payments.first_hours(clock, path.at_ns).begin
    return payments.paid_until(path, ends) - payments.paid(path, PaidHours(0.0, before))


def _first(clock: PaymentClock, path: RatePath) -> tuple[float, float]:
    """What the first payment has for hours before the path's instant (less than 0: it leaves hours
    out), and the most that the hours of one interval can be paid."""
    first = payments.first_hours(clock, path.at_ns)
    most = payments.longest_hours(clock, path.at_ns) * max(abs(path.now), abs(path.mean))
    return payments.paid(path, PaidHours(first.begin, 0.0)), most


def _stamp_hour(clock: PaymentClock, at_ns: int, hour: int) -> int:
    """The hour, this one or later, in which the clock's next stamp lies."""
    if clock.is_hourly(at_ns):
        return hour
    begin_ns = at_ns + (hour - 1) * HOUR_NS
    stamps = payments.stamps_ns(clock, begin_ns, begin_ns + MONTH_H * HOUR_NS)
    return -((at_ns - int(stamps[0])) // HOUR_NS) if stamps.size else hour
