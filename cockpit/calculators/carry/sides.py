"""What each venue brings to a carry trade: its rate, what trading there costs, its margin."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cockpit.analytics.execution import depth
from cockpit.analytics.execution.lots import common_unit, exact, smallest_order
from cockpit.analytics.funding.carry import LegCost
from cockpit.analytics.funding.pair_payments import Leg as PairLeg
from cockpit.analytics.funding.payments import PaidHours
from cockpit.analytics.funding.rates import Formula
from cockpit.calculators.carry.inputs import Inputs
from cockpit.calculators.common.day_ahead import day_ahead
from cockpit.calculators.common.funding_clock import hours_of, payment_clock
from cockpit.calculators.common.market_data import (
    NamedCoin,
    Notes,
    Quote,
    Settings,
    present_hourly,
    quotes,
    reference_price,
)
from cockpit.calculators.common.paid_history import Paid, paid_hourly
from cockpit.calculators.common.premiums import (
    HALF_LIFE_H,
    Floats,
    expected_hours,
    tightest_cap,
    venue_formula,
)
from cockpit.calculators.common.trade_costs import SideCost, side_cost
from cockpit.calculators.common.words import base_words, usd_words
from cockpit.core.assumptions import Assumption
from cockpit.core.market import Side
from cockpit.core.plan import Leg, Plan, limit_price
from cockpit.core.units import floor_to_lot
from cockpit.portfolio.margin_rules import MarginRules
from cockpit.state.view import MarketView

ASSUMED_NOTIONAL_USD = 10_000.0


@dataclass(frozen=True, slots=True)
class VenueSide:
    """One venue's part in every pair: None where a rate, or a book that holds the size, lacks."""

    quote: Quote
    hourly: float | None
    paid: Paid
    buy: SideCost | None
    sell: SideCost | None
    initial_frac: float | None
    leg: PairLeg | None
    """Its part in the payments of a pair; None where no rate is known."""
    formula_frac: float | None
    """What its own formula is expected to pay over the hold; None where that is not documented."""

    @property
    def venue(self) -> str:
        return self.quote.venue


def venue_sides(
    inputs: Inputs, view: MarketView, settings: Settings, notes: Notes, coin: NamedCoin
) -> list[VenueSide]:
    """The venues of a coin that have a book."""
    symbol = coin.symbol
    asked = [venue for venue in (inputs.long_venue, inputs.short_venue) if venue is not None]
    is_closed = len(asked) == 2 and not inputs.compare
    venues = tuple(asked) if is_closed else inputs.venues
    idle = [venue for venue in inputs.venues if venue not in venues]
    if idle:
        notes.warn(f"venues: {', '.join(idle)} not used, both venues of the pair are given")
    if venues and not is_closed:
        venues = tuple(dict.fromkeys((*venues, *asked)))
    found = quotes(
        view, settings, notes, symbol, venues,
        with_haircut=inputs.haircut, taker_fee=inputs.taker_fee, quote_usd=inputs.quote_usd,
        asset=coin.asset,
    )  # fmt: skip
    reference = reference_price(found)
    if reference is None:
        return []
    notional = inputs.notional_usd or (inputs.size or 0.0) * reference
    if notional == 0:
        notional = ASSUMED_NOTIONAL_USD
        notes.assume(
            Assumption(
                field="notional_usd",
                value=notional,
                figure=usd_words(notional),
                why="assumed for each leg",
            )
        )
    rules = MarginRules(settings.own_margins)
    # Who says himself how the spread runs is taken at his word.
    is_forecast = inputs.forecast and inputs.phi is None and inputs.mean_spread_hourly is None
    sides = []
    for quote in found:
        rate = present_hourly(quote.market, settings, notes)
        rule = rules.rule(quote.venue, symbol, quote.market.instrument, None, inputs.leverage)
        for note in rule.notes:
            notes.assume(note)
        size = inputs.size or notional / quote.mid_usd
        initial_frac = rule.initial.frac_at(size * quote.mid_usd)
        initial = None if math.isnan(initial_frac) else initial_frac
        if initial is None:
            notes.lack(f"{quote.venue}: margin table not known; set leverage")
        elif inputs.leverage is None and not _states_leverage(quote):
            notes.assume(
                Assumption(
                    place=quote.venue,
                    what="initial margin",
                    value=initial,
                    figure=f"{initial:.3g}",
                    why="as documented",
                )
            )
        paid = paid_hourly(quote.market.settled)
        clock = payment_clock(quote.market, settings, notes)
        terms = settings.funding_terms.get(quote.venue)
        cap_hourly = tightest_cap(
            terms, rule.funding_cap_hourly, None if clock is None else clock.interval_s
        )
        sides.append(
            VenueSide(
                quote=quote,
                hourly=rate,
                paid=paid,
                buy=_side_cost(quote, Side.BUY, size, notes),
                sell=_side_cost(quote, Side.SELL, size, notes),
                initial_frac=initial,
                leg=None
                if clock is None or rate is None
                else PairLeg(
                    clock,
                    rate,
                    cap_hourly,
                    day_ahead(view, quote.venue, symbol, settings.here_ns) if is_forecast else None,
                ),
                formula_frac=None
                if clock is None or rate is None or terms is None
                else formula_funding(
                    venue_formula(terms, clock.interval_s, cap_hourly),
                    rate,
                    paid.rates,
                    hours_of(clock, inputs.hold_h, settings),
                ),
            )
        )
    return sides


def formula_funding(formula: Formula, hourly: float, paid: Floats, hours: PaidHours) -> float:
    """Through the clamp and the caps of the venue, a fraction of notional, + when longs pay."""
    over = -hours.begin * hourly
    return over + expected_hours(formula, hourly, paid, round(hours.end), HALF_LIFE_H)


def _states_leverage(quote: Quote) -> bool:
    listed = quote.market.instrument
    return listed is not None and listed.max_leverage is not None


def _side_cost(quote: Quote, side: Side, size: float, notes: Notes) -> SideCost | None:
    """What trading costs there; None without a fee, or, and noted, on too short a book."""
    walk = depth.walk(quote.rows(side), size)
    if walk.vwap is None or walk.unfilled > 0:
        notes.lack(
            f"{quote.venue}/{quote.symbol}: the visible book holds {base_words(walk.base)} "
            f"of {base_words(size)}"
        )
        return None
    return None if quote.fees.taker is None else side_cost(quote, side, walk)


def round_trip(long: VenueSide, short: VenueSide, size: float) -> tuple[LegCost, LegCost] | None:
    """In and out of both legs in USD; None when one of the four trades has no known cost."""
    if long.buy is None or long.sell is None or short.buy is None or short.sell is None:
        return None
    return (
        _leg_cost(long.buy, long.sell, size * long.quote.mid_usd),
        _leg_cost(short.sell, short.buy, size * short.quote.mid_usd),
    )


def _leg_cost(entry: SideCost, way_out: SideCost, notional_usd: float) -> LegCost:
    return LegCost(
        entry_fee=entry.fee_frac * notional_usd,
        entry_slip=entry.slip_frac * notional_usd,
        exit_fee=way_out.fee_frac * notional_usd,
        exit_slip=way_out.slip_frac * notional_usd,
    )


def entry_plan(long: Quote, short: Quote, size: float) -> Plan | None:
    """Both entries, equal in lots that both venues take; None when that is nothing. It warns of a
    venue that may refuse its leg: the other one would stand alone."""
    unit, lots = common_unit((long.lot, short.lot))
    whole = float(floor_to_lot(exact(size), unit * math.lcm(*lots)))
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
    return Plan(legs=tuple(legs), warnings=tuple(_refusals((long, short), whole)))


def _refusals(both: Sequence[Quote], size: float) -> Iterator[str]:
    for quote in both:
        least = smallest_order(quote.lot, quote.min_size, quote.min_notional_usd, quote.mid_usd)
        if size < least * (1 - 1e-9):
            words = f"{base_words(size)} {quote.symbol} is below its smallest order of"
            yield f"{quote.venue}: {words} {base_words(least)}; it may be refused"
