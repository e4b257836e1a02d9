"""The hour at whose end the payments of a pair cover its cost, of thousands of pairs at once.

The same searches as `carry.breakeven_h` and `pair_payments.covering_hour`, over columns. A pair
whose interval is about to change is left to those.
"""

from typing import NamedTuple

import numpy as np

from cockpit.analytics.funding.carry import GUARD, NEVER_H
from cockpit.analytics.funding.pair_payments import AHEAD_H, LOOK_H, MONTH_H
from cockpit.calculators.scan.columns import Columns, Flags, Floats, Ints
from cockpit.calculators.scan.hold import (
    Paths,
    beyond_paths,
    decayed,
    has_forecast,
    most_rate,
    rate_until,
)
from cockpit.core.units import HOUR_NS

_CHUNK = 256
"""Pairs at a time: a matrix of a month of hours then stays within the cache's reach."""


class Found(NamedTuple):
    """`hours` (m,), NaN for never; `is_open` are pairs that have to be looked at one by one."""

    hours: Floats
    is_open: Flags


class _Leg(NamedTuple):
    """One side of some pairs: listings, and the path of each one's rate, all (k,)."""

    listing: Ints
    now: Floats
    mean: Floats


class _Run(NamedTuple):
    """A spread: now, its long-run mean and its persistence an hour, all (k,)."""

    now: Floats
    mean: Floats
    phi: Floats

    def some(self, which: Ints | Flags) -> "_Run":
        return _Run(self.now[which], self.mean[which], self.phi[which])

    def total(self, hours: Floats) -> Floats:
        """What the first hours add up to."""
        scale = (self.now - self.mean) * self.phi / (1.0 - self.phi)
        return np.asarray(self.mean * hours + scale * (1.0 - decayed(self.phi, hours)))


def covering_hours(
    columns: Columns, long: Ints, short: Ints, paths: Paths, cost: Floats, wanted: Flags
) -> Found:
    """Of the `wanted` pairs, whose cost, rates and clocks are known."""
    forecast = np.flatnonzero(wanted & has_forecast(columns, long, short))
    by_day = _first_day(columns, long[forecast], short[forecast], paths.some(forecast))
    more = np.zeros(long.size)
    more[forecast] = by_day.more[:, -1]
    # Beyond the first day the paths go on, from what it brings more or less than they do.
    found = _by_paths(columns, long, short, paths, cost - more, wanted)
    hours = found.hours
    hours[forecast] = np.maximum(hours[forecast], AHEAD_H + 1)
    covered = by_day.received >= cost[forecast, None] * (1 - GUARD)
    is_covered = covered.any(axis=1)
    hours[forecast[is_covered]] = covered[is_covered].argmax(axis=1) + 1
    hours[wanted & (cost <= 0)] = 0.0
    return found


class _FirstDay(NamedTuple):
    """By the end of each hour of the first day, (k, AHEAD_H): what is received, and how much of
    that the paths would not bring."""

    received: Floats
    more: Floats


def _first_day(columns: Columns, long: Ints, short: Ints, paths: Paths) -> _FirstDay:
    some = np.arange(long.size)
    ahead = np.broadcast_to(np.arange(1, AHEAD_H + 1), (long.size, AHEAD_H))
    legs = (
        _Leg(short, paths.short_now, paths.short_mean), _Leg(long, paths.long_now, paths.long_mean)
    )  # fmt: skip
    by_paths = _paid_by(columns, legs[0], paths.phi, some, ahead)
    by_paths -= _paid_by(columns, legs[1], paths.phi, some, ahead)
    ends = [np.maximum(_ends(columns, leg.listing, ahead), 0.0) for leg in legs]
    wide = Paths(*(np.broadcast_to(one[:, None], ahead.shape) for one in paths))
    more = beyond_paths(columns, short[:, None], long[:, None], wide, (ends[0], ends[1]))
    return _FirstDay(by_paths + more, more)


def _by_paths(
    columns: Columns, long: Ints, short: Ints, paths: Paths, cost: Floats, wanted: Flags
) -> Found:
    hours = np.full(long.size, np.nan)
    is_open = wanted & (columns.changes[long] | columns.changes[short])
    run = _Run(paths.short_now - paths.long_now, paths.short_mean - paths.long_mean, paths.phi)
    is_hourly = columns.is_hourly[long] & columns.is_hourly[short]
    known = wanted & ~is_open
    at_once = np.flatnonzero(known & (is_hourly | (cost <= 0)))
    hours[at_once] = breakeven_hours(cost[at_once], run.some(at_once))
    rest = np.flatnonzero(known & ~is_hourly & (cost > 0))
    for start in range(0, rest.size, _CHUNK):
        some = rest[start : start + _CHUNK]
        legs = (
            _Leg(short[some], paths.short_now[some], paths.short_mean[some]),
            _Leg(long[some], paths.long_now[some], paths.long_mean[some]),
        )
        hours[some] = _by_stamps(columns, legs, run.some(some), cost[some])
    return Found(hours, is_open)


def breakeven_hours(cost: Floats, run: _Run) -> Floats:
    """The first whole hour at which each expected sum covers its cost, NaN for never."""
    low, high = _rising_hours(run)
    needed = cost * (1 - GUARD)
    with np.errstate(invalid="ignore"):
        may = np.isfinite(high) & (run.total(high) >= needed)
    some = np.flatnonzero(may)
    low, high, needed, run = low[some], high[some], needed[some], run.some(some)
    reach = low.copy()
    while (short := (reach < high) & (run.total(reach) < needed)).any():
        low = np.where(short, reach + 1, low)
        reach = np.where(short, 2 * reach, reach)
    high = np.minimum(reach, high)
    while (wide := low < high).any():
        middle = np.floor((low + high) / 2)
        is_enough = run.total(middle) >= needed
        high = np.where(wide & is_enough, middle, high)
        low = np.where(wide & ~is_enough, middle + 1, low)
    found = np.full(cost.size, np.nan)
    found[some] = low
    found[cost <= 0] = 0.0
    return found


def _rising_hours(run: _Run) -> tuple[Floats, Floats]:
    """Hours between which each sum only rises and, if at all, passes its cost; NaN for nowhere."""
    gap = run.now - run.mean
    first = run.mean + gap * run.phi
    low = np.where((run.mean > 0) & (first < 0), _hours_until(run.mean, -gap, run.phi), 1.0)
    high = np.full(gap.size, float(NEVER_H))
    falls = (run.mean < 0) & (first > 0) & (gap != 0)
    high = np.where(falls, _hours_until(-run.mean, gap, run.phi), high)
    nowhere = np.where(gap == 0, first <= 0, (run.mean <= 0) & (first <= 0))
    return low, np.where(nowhere, np.nan, high)


def _hours_until(level: Floats, gap: Floats, phi: Floats) -> Floats:
    """The last whole hour, 1 at least, at which gap x phi^hour has not fallen below the level."""
    with np.errstate(divide="ignore", invalid="ignore"):
        hours = (np.log(level) - np.log(gap)) / np.log(phi)
    return np.maximum(1.0, np.floor(np.minimum(NEVER_H, hours)))


def _by_stamps(columns: Columns, legs: tuple[_Leg, _Leg], run: _Run, cost: Floats) -> Floats:
    """Payments come at stamps; `legs` are the short and the long one."""
    first, longest = [], []
    for leg in legs:
        first.append(-rate_until(leg.now, leg.mean, run.phi, columns.first_begin[leg.listing]))
        longest.append(columns.longest[leg.listing] * most_rate(leg.now, leg.mean))
    # Where both legs have been paid up to one hour, the sum is that of the spread and what the
    # first payments had for hours before. Elsewhere it differs by an interval of each leg at most.
    rest = cost - (first[0] - first[1])
    earliest = np.maximum(1.0, breakeven_hours(rest - (longest[0] + longest[1]), run))
    needed = cost * (1 - GUARD)
    hours = np.full(cost.size, np.nan)
    left = np.flatnonzero(~np.isnan(earliest))
    for begin, end in ((0, LOOK_H), (LOOK_H, MONTH_H)):
        ahead = earliest[left, None].astype(np.int64) + np.arange(begin, end)
        received = _paid_by(columns, legs[0], run.phi, left, ahead)
        received -= _paid_by(columns, legs[1], run.phi, left, ahead)
        covered = received >= needed[left, None]
        is_covered = covered.any(axis=1)
        hours[left[is_covered]] = ahead[is_covered, covered[is_covered].argmax(axis=1)]
        left = left[~is_covered]
        if not left.size:
            break
    hours[left] = _after_a_month(columns, legs, run, left, rest[left], needed[left], earliest[left])
    return hours


def _after_a_month(
    columns: Columns, legs: tuple[_Leg, _Leg], run: _Run, some: Ints, rest: Floats,
    needed: Floats, earliest: Floats,
) -> Floats:  # fmt: skip
    """The first hour after which both legs have been paid what covers the cost, of `some`."""
    later = np.maximum(breakeven_hours(rest, run.some(some)), earliest + MONTH_H)
    never = np.isnan(later)
    at = np.where(never, 1.0, later).astype(np.int64)
    hour = np.maximum(*(_stamp_hour(columns, leg.listing[some], at) for leg in legs))[:, None]
    received = _paid_by(columns, legs[0], run.phi, some, hour)
    received -= _paid_by(columns, legs[1], run.phi, some, hour)
    is_covered = ~never & (received[:, 0] >= needed)
    return np.where(is_covered, hour[:, 0].astype(np.float64), np.nan)


def _stamp_hour(columns: Columns, listing: Ints, hour: Ints) -> Ints:
    """The hour, this one or later, in which a listing's next stamp lies."""
    begin_ns = (hour - 1) * HOUR_NS
    first_ns, step_ns = columns.first_ns[listing], columns.step_ns[listing]
    stamps_ns = first_ns + np.maximum((begin_ns - first_ns) // step_ns + 1, 0) * step_ns
    return np.where(columns.is_hourly[listing], hour, -(-stamps_ns // HOUR_NS))


def _paid_by(columns: Columns, leg: _Leg, phi: Floats, some: Ints, hours: Ints) -> Floats:
    """What a leg has been paid when each of `hours`, (k, h), is over."""
    listing = leg.listing[some]
    begin, ends = columns.first_begin[listing], _ends(columns, listing, hours)
    now, mean, persistence = leg.now[some, None], leg.mean[some, None], phi[some, None]
    return np.asarray(
        rate_until(now, mean, persistence, ends)
        - rate_until(leg.now[some], leg.mean[some], phi[some], begin)[:, None]
    )


def _ends(columns: Columns, listing: Ints, hours: Ints) -> Floats:
    """The last hour that each of `hours`, (k, h), has been paid for when it is over."""
    begin, length = columns.first_begin[listing, None], columns.interval_h[listing, None]
    made = (hours * HOUR_NS - columns.first_ns[listing, None]) // columns.step_ns[listing, None]
    ends = begin + np.maximum(made + 1, 0) * length
    return np.asarray(np.where(columns.is_flow[listing, None], hours, ends))
