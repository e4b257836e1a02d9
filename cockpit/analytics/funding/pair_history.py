"""What short one venue and long another of one coin was paid, hour by hour, and when.

Fractions of one leg's notional; received is positive. An hour counts where both venues are known to
have paid for it: half a pair is no pair, so what the other leg alone was paid is left out.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.core.units import HOUR_NS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class LegPayments(NamedTuple):
    """One venue's payments: the full hours of their stamps in ns, ascending, the rate an hour and
    for how many hours each is, shapes (n,)."""

    at_ns: Ints
    hourly: Floats
    hours: Ints


class PairHistory(NamedTuple):
    """The spread short less long of each hour, NaN where it is not known, shape (m,) with the
    hours' ends; and what was received up to each stamp of either venue, shapes (k,)."""

    ends_ns: Ints
    spread: Floats
    stamps_ns: Ints
    received: Floats

    @property
    def known_h(self) -> int:
        return int(np.isfinite(self.spread).sum())

    @property
    def paid_frac(self) -> float | None:
        """The part of the known hours in which the pair received; None without any."""
        known = self.known_h
        return int((self.spread > 0).sum()) / known if known else None

    @property
    def against_h(self) -> int:
        """The longest run of hours in which the pair paid. An unknown hour ends a run."""
        longest = run = 0
        for paid in (self.spread < 0).tolist():
            run = run + 1 if paid else 0
            longest = max(longest, run)
        return longest

    @property
    def total(self) -> float | None:
        """What was received in all; None where no hour is known."""
        return float(np.nansum(self.spread)) if self.known_h else None


def pair_history(short: LegPayments, long: LegPayments, end_ns: int, hours: int) -> PairHistory:
    """The last hours before a full hour `end_ns`."""
    begin_ns = end_ns - hours * HOUR_NS
    received, paid = (by_hour(leg, begin_ns, hours) for leg in (short, long))
    spread = received - paid
    is_known = np.isfinite(spread)
    flows = [_flows(short, 1.0, begin_ns, is_known), _flows(long, -1.0, begin_ns, is_known)]
    at_ns = np.concatenate([at for at, _ in flows])
    stamps, place = np.unique(at_ns, return_inverse=True)
    summed = np.bincount(
        place, weights=np.concatenate([flow for _, flow in flows]), minlength=len(stamps)
    )
    ends_ns = begin_ns + HOUR_NS * np.arange(1, hours + 1, dtype=np.int64)
    return PairHistory(ends_ns, spread, stamps, np.cumsum(summed))


def _places(leg: LegPayments, begin_ns: int) -> Ints:
    """Which hour of the span ends at each stamp."""
    return (leg.at_ns - begin_ns) // HOUR_NS - 1


def by_hour(leg: LegPayments, begin_ns: int, hours: int) -> Floats:
    """The rate of each of the hours from a full hour on, NaN where none is known: a payment fills
    every hour that it is for."""
    out = np.full(hours, np.nan)
    places = _places(leg, begin_ns)
    for back in range(int(leg.hours.max(initial=0))):
        at = places - back
        inside = (leg.hours > back) & (at >= 0) & (at < hours)
        out[at[inside]] = leg.hourly[inside]
    return out


def _flows(
    leg: LegPayments, sign: float, begin_ns: int, is_known: NDArray[np.bool_]
) -> tuple[Ints, Floats]:
    """The stamps within the span, and what each brought for the hours of it that are known."""
    places = _places(leg, begin_ns)
    counted = np.zeros(len(places), dtype=np.int64)
    for back in range(int(leg.hours.max(initial=0))):
        at = places - back
        inside = (leg.hours > back) & (at >= 0) & (at < len(is_known))
        counted[inside] += is_known[at[inside]]
    paying = counted > 0
    return leg.at_ns[paying], sign * leg.hourly[paying] * counted[paying]
