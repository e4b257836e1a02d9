"""Premiums behind funding rates: the venue's formula both ways, and what it pays as they revert.

A rate that is pinned says little of the premium; the middle of the pin zone stands in for it.
"""

import math

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.rates import Formula, expected_rate, pin_zone
from cockpit.core.market import FundingTerms
from cockpit.core.units import HOUR_S, hourly

Floats = NDArray[np.float64]
HALF_LIFE_H, SD = 13.5, 5e-4
"""Of premiums, where nothing was measured."""
FEW_ROWS = 48
"""Settled rates below which their spread says too little."""


def venue_formula(terms: FundingTerms | None, interval_s: int, cap_hourly: float) -> Formula:
    """The venue's documented formula; without one, an eighth of the premium an hour.

    `cap_hourly` is what caps the rate an hour, infinite for nothing.
    """
    cap = cap_hourly * interval_s / HOUR_S
    return Formula(
        interval_s=interval_s,
        interest_8h=terms.interest_8h if terms else 0.0,
        dampener_8h=terms.dampener_8h if terms else 0.0,
        base_8h=0.0,
        multiplier=1.0,
        cap_8h=None,
        cap=cap if math.isfinite(cap) else None,
        quantum=None,
    )


def tightest_cap(terms: FundingTerms | None, by_margin: float, interval_s: int | None) -> float:
    """The tightest of a venue's caps on the rate, a fraction an hour; inf for none.

    A cap per interval counts where the interval is known.
    """
    caps = [by_margin]
    if terms and terms.cap_8h is not None:
        caps.append(terms.cap_8h / 8)
    if terms and terms.cap is not None and interval_s is not None:
        caps.append(hourly(terms.cap, interval_s))
    return min(caps)


def premium_of(formula: Formula, rate: float) -> float:
    """The premium that gives this rate an hour; the middle of the pin zone where many do, and for
    a rate that is not known."""
    zone = pin_zone(formula)
    over = rate * 8 - formula.pinned_8h
    if math.isnan(over) or abs(over) < 1e-12:
        return (zone.low + zone.high) / 2
    return (zone.high if over > 0 else zone.low) + over


def usual_premium(formula: Formula, paid: Floats, now: float) -> tuple[float, float]:
    """Long-run mean and sd of the premium, read off hourly rates that were paid; NaN left out."""
    known = paid[np.isfinite(paid)]
    mean = premium_of(formula, float(np.mean(known))) if known.size else now
    return mean, max(float(np.std(known)) * 8, 1e-4) if known.size >= FEW_ROWS else SD


def expected_hours(
    formula: Formula, rate: float, paid: Floats, hours: int, half_life_h: float
) -> float:
    """What the formula is expected to pay over the next `hours`, a fraction of notional; `rate` is
    the present one an hour.

    The premium reverts with noise around it, and the formula is averaged over that: beyond the
    edge of a pin zone or below a cap the average is not the rate of the average.
    """
    now = premium_of(formula, rate)
    mean, sd = usual_premium(formula, paid, now)
    left = 0.5 ** (np.arange(1.0, hours + 1) / half_life_h)
    rates = expected_rate(formula, mean + (now - mean) * left, sd * np.sqrt(1 - left**2))
    return float(np.sum(rates)) * HOUR_S / formula.interval_s
