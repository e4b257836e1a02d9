"""What a hold of many pairs is expected to be paid, and how sure that is.

The conventions of `pair_payments`, over columns: half of the spread in each leg around a level that
both share, paid for the hours of each leg's own stamps, no rate beyond its venue's cap.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from cockpit.analytics.funding.carry import GUARD, spreads_hourly
from cockpit.calculators.scan.columns import Columns, Flags, Floats, Ints
from cockpit.calculators.scan.spread_past import Past

_NO_PERSISTENCE: Final = 1e-300
_NOTHING: Final = -700.0
"""An exponent whose exponential adds nothing to any sum."""


class Paths(NamedTuple):
    """The expected path of both rates of each pair, all (m,): now and long-run mean, an hour."""

    long_now: Floats
    long_mean: Floats
    short_now: Floats
    short_mean: Floats
    phi: Floats

    def some(self, which: Ints) -> "Paths":
        return Paths(*(column[which] for column in self))


def paths_of(columns: Columns, long: Ints, short: Ints, past: Past) -> Paths:
    """`past` has the long-run spread and level; without a level it is what it is now."""
    now = (columns.hourly[long] + columns.hourly[short]) / 2
    level = np.where(np.isnan(past.level), now, past.level)
    half = past.mean / 2
    spread = spreads_hourly(columns.hourly[long], columns.hourly[short])
    short_hourly = columns.hourly[np.where(spread == 0, long, short)]
    long_cap, short_cap = columns.cap[long], columns.cap[short]
    return Paths(
        long_now=np.clip(columns.hourly[long], -long_cap, long_cap),
        long_mean=np.clip(level - half, -long_cap, long_cap),
        short_now=np.clip(short_hourly, -short_cap, short_cap),
        short_mean=np.clip(level + half, -short_cap, short_cap),
        phi=past.phi,
    )


def expected_frac(columns: Columns, long: Ints, short: Ints, paths: Paths) -> Floats:
    """Received over the hold, a fraction of notional, (m,); the first day by the forecasts of both
    legs, where they are known."""
    phi = paths.phi
    received = _paid(
        paths.short_now, paths.short_mean, phi, columns.begin[short], columns.end[short]
    )
    received -= _paid(paths.long_now, paths.long_mean, phi, columns.begin[long], columns.end[long])
    ends = columns.ahead_end[short], columns.ahead_end[long]
    more = beyond_paths(columns, short, long, paths, ends)
    return np.asarray(received + np.where(has_forecast(columns, long, short), more, 0.0))


def has_forecast(columns: Columns, long: Ints, short: Ints) -> Flags:
    """Whether both legs' first day is forecast, (m,)."""
    return np.isfinite(columns.ahead[long]) & np.isfinite(columns.ahead[short])


def beyond_paths(
    columns: Columns, short: Ints, long: Ints, paths: Paths, ends: tuple[Floats, Floats]
) -> Floats:
    """What a pair receives more by the forecasts than by its paths, up to the hours for which its
    short and its long leg are paid, none beyond a day."""
    more = columns.ahead[short] * ends[0]
    more -= rate_until(paths.short_now, paths.short_mean, paths.phi, ends[0])
    more -= columns.ahead[long] * ends[1]
    return np.asarray(more + rate_until(paths.long_now, paths.long_mean, paths.phi, ends[1]))


def sd_frac(columns: Columns, long: Ints, short: Ints, past: Past) -> Floats:
    """Of the same sum; NaN where no noise was measured. Hours that one leg alone is paid for carry
    half of the spread's noise."""
    sd = np.full(long.size, np.nan)
    ends = np.maximum(np.ceil(np.stack((columns.end[long], columns.end[short]))), 0.0)
    is_known = np.isfinite(past.sigma) & np.isfinite(ends).all(axis=0)
    spans = np.sort(ends[:, is_known].astype(np.int64), axis=0)
    known = np.flatnonzero(is_known)
    for both, either in set(zip(*spans.tolist(), strict=True)):
        alike = known[(spans[0] == both) & (spans[1] == either)]
        gathered = np.cumsum(past.phi[alike, None] ** np.arange(float(either)), axis=1)
        weights = gathered[:, ::-1] / 2
        weights[:, :both] += gathered[:, :both][:, ::-1] / 2
        sd[alike] = past.sigma[alike] * np.sqrt(np.einsum("ij,ij->i", weights, weights))
    return sd


def never_covers(columns: Columns, long: Ints, short: Ints, paths: Paths, cost: Floats) -> Flags:
    """Pairs whose payments cannot cover the cost, however long they are held.

    A bound, not the search: a spread whose long run is not above 0 gathers at most what it decays
    through, and stamps add an interval of each leg at most. What is not ruled out here is searched.
    """
    now, mean = paths.short_now - paths.long_now, paths.short_mean - paths.long_mean
    first = mean + (now - mean) * paths.phi
    most = np.where(first > 0, (now - mean) * paths.phi / (1.0 - paths.phi), 0.0)
    before = _paid(
        paths.short_now, paths.short_mean, paths.phi, columns.first_begin[short], 0.0
    ) - _paid(paths.long_now, paths.long_mean, paths.phi, columns.first_begin[long], 0.0)
    stamps = columns.longest[long] * most_rate(paths.long_now, paths.long_mean)
    stamps += columns.longest[short] * most_rate(paths.short_now, paths.short_mean)
    is_hourly = columns.is_hourly[long] & columns.is_hourly[short]
    needed = np.where(is_hourly, cost, cost - before - stamps)
    return np.asarray((needed > 0) & (mean <= 0) & (most < needed * (1 - 2 * GUARD)))


def odds_of(cost: Floats, expected: Floats, sd: Floats) -> Floats:
    """P(what the hold receives covers the cost), normal, (m,); NaN where one is not known."""
    odds = np.full(cost.size, np.nan)
    certain = (sd == 0) & np.isfinite(cost) & np.isfinite(expected)
    odds[certain] = np.where(expected[certain] < cost[certain], 0.0, 1.0)
    for place in np.flatnonzero(sd > 0).tolist():
        below = (cost[place] - expected[place]) / (sd[place] * math.sqrt(2.0))
        odds[place] = 1.0 - 0.5 * (1.0 + math.erf(below))
    return odds


def most_rate(now: Floats, mean: Floats) -> Floats:
    return np.maximum(np.abs(now), np.abs(mean))


def _paid(
    now: Floats, mean: Floats, phi: Floats, begin: Floats | float, end: Floats | float
) -> Floats:
    """Rates added up from hour `begin` to `end`; those before now have the present one."""
    return rate_until(now, mean, phi, end) - rate_until(now, mean, phi, begin)


def rate_until(now: Floats, mean: Floats, phi: Floats, hours: Floats | float) -> Floats:
    """Rates added up from now to each of `hours`, those before now at the present rate."""
    ahead = np.maximum(hours, 0.0)
    decay = phi * (1.0 - decayed(phi, ahead)) / (1.0 - phi)
    return np.asarray(mean * ahead + (now - mean) * decay + now * np.minimum(hours, 0.0))


def decayed(phi: Floats, hours: Floats | float) -> Floats:
    """phi to the power of hours, which are 0 or more: of powers that come to nothing the power
    function is slow, the exponential is not."""
    rate = np.log(np.maximum(phi, _NO_PERSISTENCE))
    return np.asarray(np.exp(np.maximum(rate * hours, _NOTHING)))
