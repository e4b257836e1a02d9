"""Listings as columns, and pairs as indices into them: NaN where a figure is not known."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.pair_payments import AHEAD_H
from cockpit.analytics.funding.payments import (
    first_hours,
    first_stamp_ns,
    longest_hours,
    paid_ends,
    paid_hours,
)
from cockpit.calculators.scan.listing import Listing
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_S

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Columns(NamedTuple):
    """One entry a listing, all (n,).

    `begin` and `end` are the hours of rate that the hold is paid for, `ahead_end` the last of them
    that a forecast reaches; `longest` and `first_begin` bound what its stamps can add to the sum of
    whole hours.
    """

    hourly: Floats
    ahead: Floats
    """What a forecast expects an hour of the next day, within the cap."""
    cap: Floats
    price: Floats
    buy: Floats
    sell: Floats
    depth: Floats
    initial: Floats
    interest: Floats
    volume: Floats
    begin: Floats
    end: Floats
    ahead_end: Floats
    first_begin: Floats
    longest: Floats
    interval_s: Floats
    first_ns: Ints
    """From now to the first stamp; `step_ns` from there to the next, 1 where there is none."""
    step_ns: Ints
    interval_h: Floats
    is_flow: Flags
    changes: Flags
    """Whether the interval is about to change."""
    is_hourly: Flags
    is_sound: Flags
    """Nothing is wrong with the market alone."""


def columns_of(listings: Sequence[Listing], at_ns: int, hold_h: int) -> Columns:
    until_ns = at_ns + hold_h * HOUR_NS
    hours = np.zeros((len(listings), 5))
    within_ns = np.array([at_ns + min(hold_h, AHEAD_H) * HOUR_NS])
    is_hourly = np.ones(len(listings), dtype=bool)
    is_flow, changes = is_hourly.copy(), ~is_hourly
    stamps = np.ones((len(listings), 2), dtype=np.int64)
    for place, listing in enumerate(listings):
        clock = listing.clock
        if clock is None:
            hours[place] = np.nan
            continue
        held, first = paid_hours(clock, at_ns, at_ns, until_ns), first_hours(clock, at_ns)
        is_hourly[place] = clock.is_hourly(at_ns)
        changes[place] = bool(clock.changes)
        if not clock.is_flow:
            is_flow[place] = False
            first_ns = first_stamp_ns(clock, at_ns) - at_ns
            stamps[place] = first_ns, clock.interval_s * NS_PER_S
        hours[place] = held.begin, held.end, first.begin, longest_hours(clock, at_ns), 0.0
        if listing.ahead_hourly is not None:
            hours[place, 4] = max(0.0, float(paid_ends(clock, at_ns, within_ns)[0]))
    cap = _column(listings, lambda one: one.cap_hourly)
    interval_s = _column(listings, lambda one: None if one.clock is None else one.clock.interval_s)
    return Columns(
        hourly=_column(listings, lambda one: one.hourly),
        ahead=np.clip(_column(listings, lambda one: one.ahead_hourly), -cap, cap),
        cap=cap,
        price=_column(listings, lambda one: one.price_usd),
        buy=_column(listings, lambda one: one.buy_frac),
        sell=_column(listings, lambda one: one.sell_frac),
        depth=_column(listings, lambda one: one.depth_x),
        initial=_column(listings, lambda one: one.initial_frac),
        interest=_column(listings, lambda one: one.oi_usd),
        volume=_column(listings, lambda one: one.volume_24h_usd),
        begin=hours[:, 0],
        end=hours[:, 1],
        first_begin=hours[:, 2],
        longest=hours[:, 3],
        ahead_end=hours[:, 4],
        interval_s=interval_s,
        first_ns=stamps[:, 0],
        step_ns=stamps[:, 1],
        interval_h=interval_s / HOUR_S,
        is_flow=is_flow,
        changes=changes,
        is_hourly=is_hourly,
        is_sound=np.array([one.gate is None for one in listings], dtype=bool),
    )


def pairs_of(listings: Sequence[Listing], hourly: Floats) -> tuple[Ints, Ints]:
    """(long, short) of every two markets of one asset, so that the pair receives now; in the order
    of the listings where a rate is not known or both are equal."""
    members: dict[str, list[int]] = {}
    for place, listing in enumerate(listings):
        members.setdefault(listing.asset, []).append(place)
    ones, others = [], []
    for places in members.values():
        if len(places) > 1:
            first, second = np.triu_indices(len(places), 1)
            group = np.array(places, dtype=np.int64)
            ones.append(group[first])
            others.append(group[second])
    if not ones:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    one, other = np.concatenate(ones), np.concatenate(others)
    # A comparison with NaN is False: then the order stays.
    turned = hourly[other] < hourly[one]
    return np.where(turned, other, one), np.where(turned, one, other)


def _column(listings: Sequence[Listing], value: Callable[[Listing], float | None]) -> Floats:
    return np.array([value(listing) for listing in listings], dtype=np.float64)
