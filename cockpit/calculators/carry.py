"""Carry: long where funding is low, short where it is high, for every pair of venues or one.

Without venues every pair is taken in the direction that receives now, and the pairs are ranked by
what they leave after costs. Money received is positive, costs are positive.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated

import msgspec

from cockpit.analytics import carry as model
from cockpit.analytics import depth
from cockpit.analytics.carry import LegCost
from cockpit.analytics.lots import exact
from cockpit.analytics.reversion import expected_sum
from cockpit.calculators import fields
from cockpit.calculators.form import FieldError, shown
from cockpit.calculators.margin_rules import MarginRules
from cockpit.calculators.result import Column, Result, Table
from cockpit.calculators.spread_model import (
    Paid,
    note_model,
    paid_hourly,
    spread_model,
    spread_series,
)
from cockpit.calculators.view import (
    Notes,
    Quote,
    Settings,
    known_symbol,
    known_venues,
    present_hourly,
    quotes,
    reference_price,
)
from cockpit.calculators.words import hours_words, usd_words
from cockpit.core.market import Side
from cockpit.core.plan import Leg, Plan, limit_price
from cockpit.core.units import HOURS_PER_YEAR, floor_to_lot
from cockpit.state.view import MarketView

TITLE = "Carry"
HELP = "funding spread of two venues against what it costs to earn it"

ASSUMED_NOTIONAL_USD = 10_000.0

Venue = Annotated[str, shown("venue", help="a venue of the view; every one if empty")]
Frac = Annotated[float, shown("share", unit="frac", ge=0, le=1)]


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The form. At most one of `notional_usd` and `size`; both are of one leg."""

    symbol: fields.Symbol | None = None
    long_venue: Venue | None = None
    short_venue: Venue | None = None
    notional_usd: (
        Annotated[float, shown("notional", unit="usd", help="of one leg, in USD", gt=0)] | None
    ) = None
    size: Annotated[float, shown("size", unit="base", help="of one leg, base", gt=0)] | None = None
    hold_h: Annotated[int, shown("hold", unit="h", help="whole hours", ge=1, le=87600)] = 24
    phi: (
        Annotated[float, shown("persistence", help="of the spread, an hour", ge=0, le=1)] | None
    ) = None
    mean_spread_hourly: (
        Annotated[float, shown("long-run spread", unit="frac", help="a fraction an hour")] | None
    ) = None
    sigma_spread_hourly: (
        Annotated[float, shown("spread's noise", unit="frac", help="sd of an hour", ge=0)] | None
    ) = None
    leverage: (
        Annotated[float, shown("leverage", help="of both legs; else the venue's most", gt=0)] | None
    ) = None
    buffer_frac: Annotated[
        float, shown("buffer", unit="frac", help="price move that each leg must withstand", ge=0)
    ] = 0.1
    gas_usd: Annotated[float, shown("gas", unit="usd", help="of the round trip", ge=0)] = 0.0
    min_probability: Frac = 0.5
    min_apr: Annotated[
        float, shown("least return", unit="frac", help="a year, on the margin of both legs")
    ] = 0.0
    venues: fields.Venues = ()
    haircut: fields.Haircut = True
    taker_fee: fields.TakerFees = {}
    quote_usd: fields.QuotePrices = {}


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One pair over the hold; `breakeven_h` None is never, everything else None is not known."""

    symbol: str | None = None
    long_venue: str | None = None
    short_venue: str | None = None
    notional_usd: float | None = None
    cost_bps: float | None = None
    cost_usd: float | None = None
    spread_hourly: float | None = None
    spread_apr: float | None = None
    expected_funding_usd: float | None = None
    conservative_funding_usd: float | None = None
    net_usd: float | None = None
    breakeven_h: int | None = None
    breakeven_probability: float | None = None
    margin_usd: dict[str, float | None] = {}
    return_apr: float | None = None
    gate: str | None = None


class Values(Pair, frozen=True, kw_only=True):
    """The best pair, and all of them, best first."""

    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class _Side:
    """One venue's part in every pair: None where the book cannot hold the size."""

    quote: Quote
    hourly: float
    paid: Paid
    buy_frac: float | None
    sell_frac: float | None
    initial_frac: float | None

    @property
    def venue(self) -> str:
        return self.quote.venue


def compute(inputs: Inputs, view: MarketView, settings: Settings) -> Result:
    """Every pair that the form leaves open, ranked by what is left after costs."""
    notes = Notes()
    if inputs.notional_usd is not None and inputs.size is not None:
        raise FieldError("notional_usd", "expected either notional_usd or size, and not both")
    for name in ("long_venue", "short_venue"):
        venue = getattr(inputs, name)
        if venue is not None:
            known_venues(view, [venue], name)
    if inputs.long_venue is not None and inputs.long_venue == inputs.short_venue:
        raise FieldError("short_venue", f"expected another venue than {inputs.long_venue}")
    symbols = [known_symbol(view, inputs.symbol)] if inputs.symbol else list(view.symbols())
    found: list[tuple[Pair, Plan | None]] = []
    for symbol in symbols:
        sides = _sides(inputs, view, settings, notes, symbol)
        found += [_pair(inputs, long, short, notes) for long, short in _pairs(inputs, sides)]
    found.sort(key=lambda one: _rank(one[0]))
    pairs = tuple(pair for pair, _ in found)
    if pairs:
        best = msgspec.structs.asdict(pairs[0])
    else:
        words = "no two venues have both a book and a funding rate"
        notes.lack(words)
        best = {"symbol": inputs.symbol, "gate": words}
    plan = found[0][1] if found else None
    if plan is not None:
        plan = msgspec.structs.replace(
            plan,
            assumptions=tuple(notes.assumptions),
            warnings=(*([best["gate"]] if best["gate"] else []), *notes.warnings),
        )
    return Result(
        values=Values(**best, pairs=pairs),
        plan=plan,
        assumptions=tuple(notes.assumptions),
        warnings=tuple(notes.warnings),
        is_incomplete=notes.is_incomplete,
    )


def _sides(
    inputs: Inputs, view: MarketView, settings: Settings, notes: Notes, symbol: str
) -> list[_Side]:
    """The venues of a symbol that have a book, a fee and a rate."""
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
        if rate is None or quote.fees.taker is None:
            continue
        rule = rules.rule(quote.venue, symbol, quote.market.instrument, None, inputs.leverage)
        initial = None if math.isnan(rule.imf_frac) else rule.imf_frac
        if initial is None:
            notes.lack(f"{quote.venue}: margin table not known; set leverage")
        size = inputs.size or notional / quote.mid_usd
        sides.append(
            _Side(
                quote=quote,
                hourly=rate,
                paid=paid_hourly(quote.market.settled),
                buy_frac=_slip(quote, Side.BUY, size, notes),
                sell_frac=_slip(quote, Side.SELL, size, notes),
                initial_frac=initial,
            )
        )
    return sides


def _slip(quote: Quote, side: Side, size: float, notes: Notes) -> float | None:
    """Cost against mid as a fraction; None, and noted, when the visible book is too short."""
    walk = depth.walk(quote.rows(side), size)
    if walk.vwap is None or walk.unfilled > 0:
        notes.lack(
            f"{quote.venue}/{quote.symbol}: the visible book holds {walk.base:g} of {size:g}"
        )
        return None
    return depth.impact_bps(side.sign, walk.vwap, quote.mid) / 1e4


def _pairs(inputs: Inputs, sides: Sequence[_Side]) -> list[tuple[_Side, _Side]]:
    """(long, short) as the form asks; an open pair once, so that it receives now."""
    pairs = []
    is_open = inputs.long_venue is None and inputs.short_venue is None
    for one, other in combinations(sides, 2):
        if is_open:
            pairs.append((one, other) if one.hourly <= other.hourly else (other, one))
            continue
        for long, short in ((one, other), (other, one)):
            if inputs.long_venue not in (None, long.venue):
                continue
            if inputs.short_venue not in (None, short.venue):
                continue
            pairs.append((long, short))
    return pairs


def _pair(inputs: Inputs, long: _Side, short: _Side, notes: Notes) -> tuple[Pair, Plan | None]:
    symbol = long.quote.symbol
    now = model.spread_hourly(long.hourly, short.hourly)
    given = (inputs.phi, inputs.mean_spread_hourly, inputs.sigma_spread_hourly)
    spread_of = spread_model(now, spread_series(long.paid, short.paid), *given)
    note_model(f"{symbol} {long.venue}/{short.venue}", spread_of, *given, notes)
    spread = spread_of.spread
    mid = (long.quote.mid_usd + short.quote.mid_usd) / 2
    notional = inputs.notional_usd or (inputs.size or 0.0) * mid or ASSUMED_NOTIONAL_USD
    margin = {
        side.venue: None
        if side.initial_frac is None
        else model.margin_usd(notional, side.initial_frac, inputs.buffer_frac)
        for side in (long, short)
    }
    known = Pair(
        symbol=symbol,
        long_venue=long.venue,
        short_venue=short.venue,
        notional_usd=notional,
        spread_hourly=now,
        spread_apr=now * HOURS_PER_YEAR,
        expected_funding_usd=notional
        * expected_sum(spread.now, spread.mean, spread.phi, inputs.hold_h),
        margin_usd=margin,
    )
    costs = _costs(long, short)
    if costs is None:
        short_books = [s.venue for s in (long, short) if None in (s.buy_frac, s.sell_frac)]
        words = f"the visible book of {' and of '.join(short_books)} does not hold the size"
        return msgspec.structs.replace(known, gate=words), None
    capital = sum(usd for usd in margin.values() if usd is not None)
    result = model.evaluate(
        model.round_trip_frac(costs, inputs.gas_usd, notional), spread, notional, inputs.hold_h,
        0.0 if None in margin.values() else capital, 0.1,
    )  # fmt: skip
    gates = model.gates(result, inputs.hold_h, inputs.min_probability, inputs.min_apr)
    pair = msgspec.structs.replace(
        known,
        cost_bps=result.cost_frac * 1e4,
        cost_usd=result.cost_usd,
        conservative_funding_usd=result.conservative_usd,
        net_usd=result.net_usd,
        breakeven_h=result.breakeven_h,
        breakeven_probability=result.breakeven_probability,
        return_apr=result.return_apr,
        gate=model.first_closed(gates),
    )
    is_asked = inputs.long_venue is not None and inputs.short_venue is not None
    return pair, _plan(long.quote, short.quote, notional / mid) if is_asked else None


def _costs(long: _Side, short: _Side) -> tuple[LegCost, LegCost] | None:
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


def _plan(long: Quote, short: Quote, size: float) -> Plan | None:
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


def _rank(pair: Pair) -> tuple[bool, float, float]:
    net = pair.net_usd
    return net is None, -(net or 0.0) / (pair.notional_usd or 1.0), -(pair.spread_hourly or 0.0)


def rows(result: Result) -> Table:
    """A row a pair, best first."""
    values: Values = result.values
    return Table(
        columns=(
            Column("symbol"), Column("long"), Column("short"), Column("spread", "frac"),
            Column("cost", "bps"), Column("funding", "usd"), Column("net", "usd"),
            Column("even after", "h"), Column("odds", "frac"), Column("margin", "usd"),
            Column("return", "frac"), Column("gate"),
        ),
        rows=tuple(
            (p.symbol, p.long_venue, p.short_venue, p.spread_apr, p.cost_bps,
             p.expected_funding_usd, p.net_usd, p.breakeven_h, p.breakeven_probability,
             _sum(p.margin_usd), p.return_apr, p.gate)
            for p in values.pairs
        ),
    )  # fmt: skip


def _sum(margin_usd: Mapping[str, float | None]) -> float | None:
    known = [usd for usd in margin_usd.values() if usd is not None]
    return sum(known) if known and len(known) == len(margin_usd) else None


def verdict(result: Result) -> str:
    """What the best pair pays, and why not, if not."""
    best: Values = result.values
    if best.long_venue is None or best.spread_apr is None:
        return f"No pair: {best.gate}."
    said = (
        f"Long {best.symbol} on {best.long_venue}, short on {best.short_venue}: "
        f"{best.spread_apr * 100:+.2f} % a year now"
    )
    if best.cost_bps is not None and best.cost_usd is not None:
        cost = f"{best.cost_bps:.1f} bps of costs ({usd_words(best.cost_usd)})"
        if best.breakeven_h is None:
            said += f", never enough for {cost}"
        else:
            said += f", {hours_words(best.breakeven_h)} to earn {cost}"
    if best.gate is not None and best.breakeven_h is not None:
        said += f"; not now: {best.gate}"
    elif best.return_apr is not None and best.breakeven_h is not None:
        said += f", {best.return_apr * 100:.1f} % a year on the margin after costs"
    return said.replace("-", "−") + "."
