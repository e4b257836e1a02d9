"""What each venue brings to a carry trade: its rate, what trading there costs, its margin."""

import math
from dataclasses import dataclass

from cockpit.analytics.execution import depth
from cockpit.analytics.execution.lots import exact
from cockpit.analytics.funding.carry import LegCost
from cockpit.calculators.carry.inputs import Inputs
from cockpit.calculators.carry.spread_model import Paid, paid_hourly
from cockpit.calculators.common.margin_rules import MarginRules
from cockpit.calculators.common.market_data import (
    Notes,
    Quote,
    Settings,
    present_hourly,
    quotes,
    reference_price,
)
from cockpit.calculators.common.premiums import (
    HALF_LIFE_H,
    expected_hours,
    tightest_cap,
    venue_formula,
)
from cockpit.calculators.common.words import usd_words
from cockpit.core.market import Side
from cockpit.core.plan import Leg, Plan, limit_price
from cockpit.core.units import floor_to_lot
from cockpit.state.view import MarketView

ASSUMED_NOTIONAL_USD = 10_000.0


@dataclass(frozen=True, slots=True)
class VenueSide:
    """One venue's part in every pair: None where a rate, or a book that holds the size, lacks."""

    quote: Quote
    hourly: float | None
    paid: Paid
    buy_frac: float | None
    sell_frac: float | None
    initial_frac: float | None
    formula_frac: float | None
    """What its own formula is expected to pay over the hold; None where that is not documented."""

    @property
    def venue(self) -> str:
        return self.quote.venue


def venue_sides(
    inputs: Inputs, view: MarketView, settings: Settings, notes: Notes, symbol: str
) -> list[VenueSide]:
    """The venues of a symbol that have a book."""
    asked = [venue for venue in (inputs.long_venue, inputs.short_venue) if venue is not None]
    venues = tuple(asked) if len(asked) == 2 else inputs.venues
    if venues and len(asked) == 1:
        venues = (*venues, *asked)
    found = quotes(
        view, settings, notes, symbol, venues,
        with_haircut=inputs.haircut, taker_fee=inputs.taker_fee, quote_usd=inputs.quote_usd,
    )  # fmt: skip
    reference = reference_price(found)
    if reference is None:
        return []
    notional = inputs.notional_usd or (inputs.size or 0.0) * reference
    if notional == 0:
        notional = ASSUMED_NOTIONAL_USD
        notes.assume(f"notional_usd: {usd_words(notional)} a leg is assumed")
    rules = MarginRules(settings.own_margins)
    sides = []
    for quote in found:
        rate = present_hourly(quote.market, settings, notes)
        rule = rules.rule(quote.venue, symbol, quote.market.instrument, None, inputs.leverage)
        initial = None if math.isnan(rule.imf_frac) else rule.imf_frac
        if initial is None:
            notes.lack(f"{quote.venue}: margin table not known; set leverage")
        elif inputs.leverage is None and not _states_leverage(quote):
            notes.assume(f"{quote.venue}: initial margin {initial:.3g}, as documented")
        size = inputs.size or notional / quote.mid_usd
        paid = paid_hourly(quote.market.settled)
        sides.append(
            VenueSide(
                quote=quote,
                hourly=rate,
                paid=paid,
                buy_frac=_slip(quote, Side.BUY, size, notes),
                sell_frac=_slip(quote, Side.SELL, size, notes),
                initial_frac=initial,
                formula_frac=_by_formula(
                    quote, rate, rule.funding_cap_hourly, paid, inputs.hold_h, settings
                ),
            )
        )
    return sides


def _by_formula(
    quote: Quote, hourly: float | None, cap_hourly: float, paid: Paid, hours: int,
    settings: Settings,
) -> float | None:  # fmt: skip
    """Through the clamp and the caps of the venue, a fraction of notional, + when longs pay."""
    terms = settings.funding_terms.get(quote.venue)
    rate = quote.market.rate() or quote.market.settled.latest
    if hourly is None or rate is None or terms is None:
        return None
    cap = tightest_cap(terms, cap_hourly, rate.interval_s)
    formula = venue_formula(terms, rate.interval_s, cap)
    return expected_hours(formula, hourly, paid.rates, hours, HALF_LIFE_H)


def _states_leverage(quote: Quote) -> bool:
    listed = quote.market.instrument
    return listed is not None and listed.max_leverage is not None


def _slip(quote: Quote, side: Side, size: float, notes: Notes) -> float | None:
    """Cost against mid as a fraction; None, and noted, when the visible book is too short."""
    walk = depth.walk(quote.rows(side), size)
    if walk.vwap is None or walk.unfilled > 0:
        notes.lack(
            f"{quote.venue}/{quote.symbol}: the visible book holds {walk.base:g} of {size:g}"
        )
        return None
    return depth.impact_bps(side.sign, walk.vwap, quote.mid) / 1e4


def round_trip(long: VenueSide, short: VenueSide) -> tuple[LegCost, LegCost] | None:
    """In and out of both legs; None when a book is too short for one of the four trades."""
    slips = (long.buy_frac, long.sell_frac, short.sell_frac, short.buy_frac)
    fees = (long.quote.fees.taker, short.quote.fees.taker)
    if None in slips or None in fees:
        return None
    buy, sell, sell_short, buy_back = (slip or 0.0 for slip in slips)
    long_fee, short_fee = (fee or 0.0 for fee in fees)
    return (
        LegCost(entry_fee=long_fee, entry_slip=buy, exit_fee=long_fee, exit_slip=sell),
        LegCost(entry_fee=short_fee, entry_slip=sell_short, exit_fee=short_fee, exit_slip=buy_back),
    )


def entry_plan(long: Quote, short: Quote, size: float) -> Plan | None:
    """Both entries, equal in the coarser lot; None when that is nothing."""
    whole = float(floor_to_lot(exact(size), exact(max(long.lot, short.lot))))
    if whole <= 0:
        return None
    legs = []
    for quote, side in ((long, Side.BUY), (short, Side.SELL)):
        worst = depth.walk(quote.rows(side), whole).worst
        legs.append(
            Leg(
                venue=quote.venue,
                symbol=quote.symbol,
                side=side,
                size=whole,
                limit=None
                if worst is None
                else limit_price(side, worst, quote.tick, is_passive=False),
                note="enter both legs together",
            )
        )
    return Plan(legs=tuple(legs))
