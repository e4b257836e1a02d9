"""When the markets of a view pay funding, and what a hold of one is expected to be paid."""

import math

from cockpit.analytics.funding.payments import (
    PaidHours,
    PaymentClock,
    RatePath,
    clock_of,
    paid,
    paid_hours,
)
from cockpit.calculators.common.market_data import Notes, Settings, present_hourly
from cockpit.calculators.common.paid_history import paid_hourly
from cockpit.calculators.common.words import hours_words
from cockpit.core.assumptions import Assumption
from cockpit.core.units import HOUR_NS, HOUR_S, utc
from cockpit.state.view import MarketRead


def payment_clock(market: MarketRead, settings: Settings, notes: Notes) -> PaymentClock | None:
    """The market's clock; None without a rate. A next stamp that is not stated is noted, and so is
    a change of the interval, ahead or in the past."""
    terms, listed = settings.funding_terms.get(market.venue), market.instrument
    paid = market.settled.latest
    clock = clock_of(
        market.rate() or paid,
        market.live,
        paid=paid,
        listed_s=None if listed is None else listed.funding_interval_s,
        is_continuous=terms is not None and terms.is_continuous,
    )
    if clock is None or clock.is_continuous:
        return clock
    name = f"{market.venue}/{market.symbol}"
    if clock.next_ns is None:
        notes.assume(
            Assumption(
                place=name,
                what="next funding stamp not known",
                why="funding is counted as if it flowed",
            )
        )
    elif clock.changes:
        change = clock.changes[0]
        now, then = (hours_words(each.interval_s / HOUR_S) for each in (clock, change))
        notes.assume(
            Assumption(
                place=name,
                what=f"pays every {now} until {utc(change.from_ns):%H:%M} UTC, then every {then}",
                why="as its listing has it",
            )
        )
    elif paid is not None and paid.interval_s != clock.interval_s:
        before, now = (hours_words(each.interval_s / HOUR_S) for each in (paid, clock))
        notes.assume(
            Assumption(
                place=name,
                what=f"last paid for {before}, now every {now}",
                why="the present interval is counted on",
            )
        )
    return clock


def expected_hourly(
    market: MarketRead, hold_h: float, phi: float | None, settings: Settings, notes: Notes
) -> float:
    """What a hold from now on is paid, spread over its hours: a fraction an hour, + when longs pay.

    NaN where no rate is known. Without `phi` the present rate stays; with it, the rate reverts to
    the mean of what was paid, by the factor `phi` an hour. Every leg of a hedge, held or to be
    traded, counts with this one figure.
    """
    now, clock = present_hourly(market, settings, notes), payment_clock(market, settings, notes)
    if now is None or clock is None:
        return math.nan
    mean = paid_hourly(market.settled).mean
    if phi is not None and phi < 1 and mean is None:
        notes.lack(f"{market.venue}: nothing was paid yet, so its rate cannot revert: it stays")
    if phi is None or mean is None:
        mean, phi = now, 1.0
    return paid(RatePath(at_ns=settings.now_ns, now=now, mean=mean, phi=phi),
                hours_of(clock, hold_h, settings)) / hold_h  # fmt: skip


def hours_of(clock: PaymentClock, hold_h: float, settings: Settings) -> PaidHours:
    """The hours that a hold from now on is paid for."""
    now_ns = settings.now_ns
    return paid_hours(clock, now_ns, now_ns, now_ns + round(hold_h * HOUR_NS))


def funding_price(market: MarketRead) -> float | None:
    """The price that funding is paid on, in the quote currency: the index, else the mark, else the
    middle of the book; None where nothing is stated."""
    return market.index or market.mark or market.book.mid()
