"""Funding is paid at instants: which stamps a hold meets, and what is paid at each.

A hold runs from an instant (exclusive) to an instant (inclusive): who opens at a stamp's own
nanosecond has not held through its interval and is not paid, who still holds at the stamp is. Two
holds that meet at an instant are therefore paid what the whole is paid. Venues that accrue all the
time, and venues whose next stamp is not known, pay a flow: every hour its own rate.

Rates are fractions per hour, positive when longs pay; amounts are fractions of notional. A stamp
pays the rate of each hour of the interval that ends there. Hours are counted from the instant at
which the rate was known: hour k > 0 has the expected rate of that hour, and the hours of a running
interval that are over have the present rate, which is what a venue's own forecast of it says.
Venues' funding pages: Hyperliquid "Funding", dYdX "Funding", Bybit help centre "Funding fee".
"""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.reversion import expected_sum
from cockpit.core.events import Funding
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_S

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class IntervalChange(msgspec.Struct, frozen=True, kw_only=True):
    """Intervals that begin at or after `from_ns` last `interval_s`."""

    from_ns: int
    interval_s: int


class PaymentClock(msgspec.Struct, frozen=True, kw_only=True):
    """When a market pays.

    `next_ns` is any stamp, the next one as a rule; None where it is not known. The interval that
    ends there lasts `interval_s`, and so do those after it but for `changes`, oldest first.
    ValueError for an interval that is not above 0.
    """

    interval_s: int
    next_ns: int | None = None
    changes: tuple[IntervalChange, ...] = ()
    is_continuous: bool = False

    def __post_init__(self) -> None:
        if self.interval_s <= 0 or any(change.interval_s <= 0 for change in self.changes):
            raise ValueError("a funding interval must be positive")

    @property
    def is_flow(self) -> bool:
        """Whether it pays, or is taken to pay, all the time."""
        return self.is_continuous or self.next_ns is None

    def is_hourly(self, at_ns: int) -> bool:
        """Whether every whole hour of a hold from `at_ns` on is paid when it is over."""
        if self.is_continuous or self.next_ns is None:
            return True
        is_near = self.next_ns <= at_ns + HOUR_NS
        return is_near and self.interval_s == HOUR_S and not self.changes


class RatePath(msgspec.Struct, frozen=True, kw_only=True):
    """An expected rate: `now` at `at_ns`, reverting to `mean` by the factor `phi` an hour."""

    at_ns: int
    now: float
    mean: float
    phi: float


class PaidHours(NamedTuple):
    """The hours of rate that a hold is paid for, from `begin` to `end`, counted from a path's
    instant; `begin` is below 0 where part of the first interval was over by then."""

    begin: float
    end: float

    @property
    def total(self) -> float:
        return self.end - self.begin


class Payments(NamedTuple):
    """Stamps in ns and what is paid there, both (n,), + when longs pay."""

    stamps_ns: Ints
    amounts: Floats


NO_HOURS = PaidHours(0.0, 0.0)


def clock_of(
    rate: Funding | None,
    live: Funding | None,
    *,
    paid: Funding | None = None,
    listed_s: int | None = None,
    is_continuous: bool = False,
) -> PaymentClock | None:
    """The clock of a market from the rate that counts; a forecast may leave the stamp to `live`.

    `paid` is the last payment, `listed_s` the interval of the listing. A listing that differs from
    the rate and from the last payment announces a change: the running interval ends as the rate
    says, and those after it last as listed. One that says what the last payment says is merely
    older than the rate. None without a rate.
    """
    if rate is None:
        return None
    next_ns = rate.next_ns
    if next_ns is None and live is not None:
        next_ns = live.next_ns
    changes: tuple[IntervalChange, ...] = ()
    known = (rate.interval_s, None if paid is None else paid.interval_s)
    if next_ns is not None and listed_s and listed_s not in known and not is_continuous:
        changes = (IntervalChange(from_ns=next_ns, interval_s=listed_s),)
    return PaymentClock(
        interval_s=rate.interval_s, next_ns=next_ns, changes=changes, is_continuous=is_continuous
    )


def stamps_ns(clock: PaymentClock, from_ns: int, to_ns: int) -> Ints:
    """The stamps after `from_ns` up to and with `to_ns`, (n,); none for a flow.

    No stamp is assumed before `next_ns` while that is ahead.
    """
    return _schedule(clock, from_ns, to_ns)[0]


def payments(clock: PaymentClock, path: RatePath, from_ns: int, to_ns: int) -> Payments:
    """What is paid to who holds at each stamp; a flow is one amount at the end of the hold."""
    if clock.is_flow:
        hours = paid_hours(clock, path.at_ns, from_ns, to_ns)
        if hours.total <= 0:
            return Payments(np.empty(0, np.int64), np.empty(0))
        return Payments(np.array([to_ns]), np.array([paid(path, hours)]))
    stamps, ends, lengths = _hours_at(clock, path.at_ns, from_ns, to_ns)
    return Payments(stamps, paid_until(path, ends) - paid_until(path, ends - lengths))


def paid_hours(clock: PaymentClock, at_ns: int, from_ns: int, to_ns: int) -> PaidHours:
    """The hours that a hold is paid for; as intervals follow one another, so do their hours."""
    if to_ns <= from_ns:
        return NO_HOURS
    if clock.is_flow:
        return PaidHours((from_ns - at_ns) / HOUR_NS, (to_ns - at_ns) / HOUR_NS)
    if clock.changes:
        _, ends, lengths = _hours_at(clock, at_ns, from_ns, to_ns)
        return PaidHours(float(ends[0] - lengths[0]), float(ends[-1])) if ends.size else NO_HOURS
    first_ns, step_ns = first_stamp_ns(clock, from_ns), clock.interval_s * NS_PER_S
    if first_ns > to_ns:
        return NO_HOURS
    length = clock.interval_s / HOUR_S
    begin = _first_end(clock, at_ns) - length
    begin += (first_ns - first_stamp_ns(clock, at_ns)) // step_ns * length
    return PaidHours(begin, begin + ((to_ns - first_ns) // step_ns + 1) * length)


def paid_ends(clock: PaymentClock, at_ns: int, until_ns: Ints) -> Floats:
    """The last hour that is paid for by each of `until_ns`, (n,) and none before `at_ns`, to who
    holds from `at_ns` on; `begin` of `paid_hours` while nothing is."""
    if clock.is_flow:
        return np.asarray((until_ns - at_ns) / HOUR_NS)
    if clock.changes:
        stamps, ends, lengths = _hours_at(clock, at_ns, at_ns, int(np.max(until_ns)))
        if not stamps.size:
            return np.zeros(len(until_ns))
        known = np.concatenate((ends[:1] - lengths[:1], ends))
        return np.asarray(known[np.searchsorted(stamps, until_ns, side="right")])
    length = clock.interval_s / HOUR_S
    made = (until_ns - first_stamp_ns(clock, at_ns)) // (clock.interval_s * NS_PER_S) + 1
    return np.asarray(_first_end(clock, at_ns) - length + np.maximum(made, 0) * length)


def first_hours(clock: PaymentClock, at_ns: int) -> PaidHours:
    """The hours of the first payment to who holds from `at_ns` on; none of a flow."""
    if clock.is_flow:
        return NO_HOURS
    end = _first_end(clock, at_ns)
    return PaidHours(end - clock.interval_s / HOUR_S, end)


def longest_hours(clock: PaymentClock, at_ns: int) -> float:
    """The most hours that one payment to who holds from `at_ns` on can be for; 0 of a flow."""
    first = first_hours(clock, at_ns)
    return max(first.end, first.total, *(change.interval_s / HOUR_S for change in clock.changes))


def paid(path: RatePath, hours: PaidHours) -> float:
    """What those hours are expected to pay, + when longs pay."""
    if hours.begin == 0:
        return _until(path, hours.end)
    return _until(path, hours.end) - _until(path, hours.begin)


def paid_until(path: RatePath, hours: Floats) -> Floats:
    """The rate added up from the path's instant to each of `hours`, any shape."""
    ahead = np.maximum(hours, 0.0)
    decay = ahead
    if path.phi == 0.0:
        decay = np.zeros_like(ahead)
    elif path.phi != 1.0:
        # `expm1`: near 1 the difference of two numbers near 1 would have lost its digits.
        decay = path.phi * -np.expm1(ahead * np.log(path.phi)) / (1 - path.phi)
    gap = path.now - path.mean
    return np.asarray(path.mean * ahead + gap * decay + path.now * np.minimum(hours, 0.0))


def last_stamp_ns(clock: PaymentClock, from_ns: int, to_ns: int) -> int | None:
    """The last stamp of a hold; the end of the hold for a flow, None without a stamp."""
    if clock.is_flow:
        return to_ns
    stamps = stamps_ns(clock, from_ns, to_ns)
    return int(stamps[-1]) if stamps.size else None


def _until(path: RatePath, hours: float) -> float:
    if hours <= 0:
        return path.now * hours
    return expected_sum(path.now, path.mean, path.phi, hours)


def first_stamp_ns(clock: PaymentClock, from_ns: int) -> int:
    """The first stamp after an instant, changes of the interval aside; of no flow."""
    stamp = clock.next_ns or 0
    if from_ns < stamp:
        return stamp
    step_ns = clock.interval_s * NS_PER_S
    return stamp + ((from_ns - stamp) // step_ns + 1) * step_ns


def _first_end(clock: PaymentClock, at_ns: int) -> float:
    """The hour, counted from `at_ns`, at which the running interval ends: begun ones count."""
    return float(-((at_ns - first_stamp_ns(clock, at_ns)) // HOUR_NS))


def _schedule(clock: PaymentClock, from_ns: int, to_ns: int) -> tuple[Ints, Floats]:
    """Stamps of (from, to] and how long the interval before each lasts, in hours."""
    if clock.is_flow or to_ns <= from_ns:
        return np.empty(0, np.int64), np.empty(0)
    if not clock.changes:
        step_ns = clock.interval_s * NS_PER_S
        stamps = np.arange(first_stamp_ns(clock, from_ns), to_ns + 1, step_ns, dtype=np.int64)
        return stamps, np.full(stamps.size, clock.interval_s / HOUR_S)
    found, lengths = [], []
    stamp, length_s = clock.next_ns or 0, clock.interval_s
    while stamp <= to_ns:
        if stamp > from_ns:
            found.append(stamp)
            lengths.append(length_s / HOUR_S)
        for change in clock.changes:
            if change.from_ns <= stamp:
                length_s = change.interval_s
        stamp += length_s * NS_PER_S
    return np.array(found, dtype=np.int64), np.array(lengths)


def _hours_at(
    clock: PaymentClock, at_ns: int, from_ns: int, to_ns: int
) -> tuple[Ints, Floats, Floats]:
    """Stamps of (from, to], the hour at which each one's interval ends, and its length."""
    stamps, lengths = _schedule(clock, min(from_ns, at_ns), to_ns)
    ahead = stamps > at_ns
    ends = (stamps - at_ns) / HOUR_NS
    if ahead.any():
        # Begun hours count as whole ones, from the first stamp on by the lengths of intervals.
        first = -((at_ns - int(stamps[ahead][0])) // HOUR_NS)
        ends[ahead] = first + np.cumsum(lengths[ahead]) - lengths[ahead][0]
    kept = stamps > from_ns
    return stamps[kept], ends[kept], lengths[kept]
