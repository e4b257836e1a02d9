"""Hedge: legs that bring delta into its band and funding to its target, at least cost.

A position of the form, or the positions of the view; every symbol is hedged in itself, or in
another instrument at the ratio of least variance.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

import msgspec
import numpy as np

from cockpit.analytics.hedge import band_half_width, delay_risk, one_off_threshold
from cockpit.calculators import fields
from cockpit.calculators.form import shown
from cockpit.calculators.hedge_held import Exposure, exposures, initial_frac
from cockpit.calculators.hedge_offers import Limits, cheapest, offer_of
from cockpit.calculators.hedge_ratio import hedge_ratio
from cockpit.calculators.hedge_values import AssetHedge, DelayRiskValues, Values, VenueRisk
from cockpit.calculators.hedge_venues import (
    expected_hourly,
    fill_delay_s,
    leg_of,
    settled,
    whole_lots,
)
from cockpit.calculators.holdings import Floats, known
from cockpit.calculators.result import Column, Result, Table
from cockpit.calculators.view import (
    Notes,
    Quote,
    Settings,
    known_symbol,
    known_venues,
    quotes,
    reference_price,
)
from cockpit.calculators.words import base_words, usd_words
from cockpit.core.plan import Leg, Plan
from cockpit.state.view import MarketView

TITLE = "Hedge"
HELP = "legs that make a position neutral in price, and in funding, at least cost"

ASSUMED_VOLATILITY = 0.6
MINUTES_PER_YEAR = 525_600.0
MINUTES_PER_HOUR = 60.0


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What to hedge: `size`, or `positions`, or with `book` the positions of the view."""

    symbol: fields.Symbol | None = None
    size: Annotated[float, shown("size", unit="base", help="signed: what is held")] | None = None
    venue: Annotated[str, shown("held at", help="whose funding the size pays")] | None = None
    book: Annotated[bool, shown("whole book", help="the positions of the view")] = False
    positions: fields.Positions | None = None
    venues: fields.Venues = ()
    target_carry_usd_per_hour: (
        Annotated[float, shown("least carry", unit="usd/h", help="received is positive")] | None
    ) = None
    band_usd: Annotated[float, shown("band", unit="usd", help="delta that may stay", ge=0)] = 0.0
    max_usd: Annotated[
        dict[str, Annotated[float, shown("cap", unit="usd", ge=0)]],
        shown("caps", unit="usd", help="largest trade per venue"),
    ] = {}
    equity_usd: fields.EquityUsd = {}
    hold_h: Annotated[float, shown("hold", unit="h", gt=0, le=87_600)] = 24.0
    phi: Annotated[float, shown("persistence", help="of funding, an hour", ge=0, lt=1)] | None = (
        None
    )
    delay_s: fields.Delays = {}
    sigma_annual: fields.AnnualVolatility | None = None
    risk_aversion: Annotated[float, shown("risk aversion", unit="1/usd", gt=0)] = 1e-5
    target_sd: (
        Annotated[float, shown("drift of the target", help="base units a square-root minute", gt=0)]
        | None
    ) = None
    tail_multiplier: Annotated[float, shown("tail", help="1 is normal, 1.5 fat", ge=1, le=5)] = 1.0
    hedge_symbol: Annotated[str, shown("hedge in", help="another symbol")] | None = None
    correlation: Annotated[float, shown("correlation", ge=-1, le=1)] | None = None
    hedge_sigma_annual: fields.AnnualVolatility | None = None
    haircut: fields.Haircut = True
    taker_fee: fields.TakerFees = {}
    quote_usd: fields.QuotePrices = {}


class _Hedged(NamedTuple):
    """One symbol's part: `sizes` are signed base units by quote."""

    asset: AssetHedge
    legs: tuple[Leg, ...]
    quotes: Sequence[Quote]
    sizes: Floats
    imf_frac: Mapping[str, float]


def compute(inputs: Inputs, view: MarketView, settings: Settings) -> Result:
    notes = Notes()
    for name in ("max_usd", "delay_s", "taker_fee", "quote_usd"):
        known_venues(view, list(getattr(inputs, name)), name)
    held = exposures(inputs, view, settings, notes)
    sigma = inputs.sigma_annual
    if sigma is None:
        sigma = ASSUMED_VOLATILITY
        notes.assume(f"sigma_annual: {sigma:g} is assumed")
    if inputs.phi is None:
        notes.assume("funding rates stay as they are; set phi to let them revert")
    weights = [abs(e.delta_base) * e.price for e in held]
    whole = sum(weights)
    parts = [
        _hedge(e, w / whole if whole else 1 / len(held), inputs, sigma, view, settings, notes)
        for e, w in zip(held, weights, strict=True)
    ]
    legs = tuple(leg for part in parts for leg in part.legs)
    values = _values(parts, held, inputs, sigma, view, notes)
    if values.binding and "not known" in values.binding:
        notes.is_incomplete = True
    return Result(
        values=values,
        plan=Plan(legs=legs, assumptions=tuple(notes.assumptions), warnings=tuple(notes.warnings)),
        assumptions=tuple(notes.assumptions),
        warnings=tuple(notes.warnings),
        infeasible=values.binding,
        is_incomplete=notes.is_incomplete,
    )


def _hedge(
    exposure: Exposure,
    share: float,
    inputs: Inputs,
    sigma: float,
    view: MarketView,
    settings: Settings,
    notes: Notes,
) -> _Hedged:
    """Solve one symbol; `share` of the target carry is its part."""
    symbol = inputs.hedge_symbol or exposure.symbol
    found = quotes(
        view, settings, notes, known_symbol(view, symbol), inputs.venues,
        with_haircut=inputs.haircut, taker_fee=inputs.taker_fee, quote_usd=inputs.quote_usd,
    )  # fmt: skip
    ratio = hedge_ratio(
        exposure.symbol, symbol, inputs.correlation, inputs.sigma_annual,
        inputs.hedge_sigma_annual, view, notes,
    )  # fmt: skip
    reference = reference_price(found) or exposure.price
    price = reference if symbol == exposure.symbol else exposure.price
    delta_usd = exposure.delta_base * price
    imf = {q.venue: initial_frac(q.venue, symbol, view, settings) for q in found}
    rates = [expected_hourly(q, inputs.hold_h, inputs.phi, settings, notes) for q in found]
    limits = Limits(
        inputs.max_usd,
        exposure.free_usd,
        exposure.position_base if symbol == exposure.symbol else {},
        imf,
    )
    offers = [
        offer_of(q, reference, rate, limits, notes) for q, rate in zip(found, rates, strict=True)
    ]
    blind = [q.venue for q in found if q.venue not in exposure.free_usd]
    if blind:
        notes.assume(f"equity not known at {', '.join(blind)}: margin does not limit the hedge")
    target = inputs.target_carry_usd_per_hour
    solved = cheapest(
        ratio * delta_usd,
        exposure.carry_usd_per_hour,
        offers,
        inputs.band_usd,
        None if target is None else target * share,
    )
    for name in solved.excluded:
        notes.warn(f"{name}: left out of the hedge, its fee or its funding is not known")
    wanted = np.nan_to_num(solved.trade_usd) / reference
    sizes = whole_lots(wanted, found) if found else wanted
    if solved.feasible:
        sizes = settled(sizes, found, ratio * delta_usd / reference, inputs.band_usd / reference)
    made = [leg_of(q, float(s)) for q, s in zip(found, sizes, strict=True) if s != 0]
    cost = sum(usd for _, usd in made)
    paid = sum(
        -s * (q.market.index or q.mid) * q.quote_usd * rate
        for q, s, rate in zip(found, sizes.tolist(), rates, strict=True)
        if s != 0
    )
    traded_usd = float(np.sum(sizes)) * reference
    after_usd = delta_usd + (traded_usd / ratio if ratio else 0.0)
    unknown = np.isnan(solved.trade_usd).any()
    asset = AssetHedge(
        symbol=exposure.symbol,
        delta_before=exposure.delta_base,
        delta_after=_tidy(after_usd / price, exposure.delta_base),
        delta_before_usd=delta_usd,
        delta_after_usd=_tidy(after_usd, delta_usd),
        carry_before_usd_per_hour=known(exposure.carry_usd_per_hour),
        carry_after_usd_per_hour=known(exposure.carry_usd_per_hour + paid),
        cost_usd=None if unknown else cost,
        hedge_ratio=ratio,
        band_half_width=_band(inputs, found, made, sigma, reference, notes),
        binding=None if solved.binding is None else f"{exposure.symbol}: {solved.binding}",
    )
    return _Hedged(asset, tuple(leg for leg, _ in made), found, sizes, imf)


def _tidy(after: float, before: float) -> float:
    """Zero where only the dust of binary fractions is left."""
    return 0.0 if abs(after) < 1e-9 * max(abs(before), 1.0) else after


def _band(
    inputs: Inputs,
    found: Sequence[Quote],
    made: Sequence[tuple[Leg, float]],
    sigma: float,
    price: float,
    notes: Notes,
) -> float | None:
    """Base units that delta may stray before a new hedge is worth its cost."""
    traded = sum(leg.size for leg, _ in made)
    fees = [q.fees.taker for q in found if q.fees.taker is not None]
    if traded > 0:
        cost = sum(usd for _, usd in made) / traded
    elif fees:
        cost = min(fees) * price
    else:
        return None
    price_sd = price * sigma / math.sqrt(MINUTES_PER_YEAR)
    if inputs.target_sd is not None:
        return known(band_half_width(cost, inputs.risk_aversion, price_sd, inputs.target_sd))
    notes.assume("band_half_width: for one mis-hedge that would last for hold_h; see target_sd")
    held_min = inputs.hold_h * MINUTES_PER_HOUR
    return known(one_off_threshold(cost, inputs.risk_aversion, price_sd, held_min))


def _values(
    parts: Sequence[_Hedged],
    held: Sequence[Exposure],
    inputs: Inputs,
    sigma: float,
    view: MarketView,
    notes: Notes,
) -> Values:
    assets = tuple(part.asset for part in parts)
    one = assets[0] if len(assets) == 1 else None
    carry = _sum([a.carry_after_usd_per_hour for a in assets])
    cost = _sum([a.cost_usd for a in assets])
    per_hour = None if cost is None else cost / inputs.hold_h
    bindings = [a.binding for a in assets if a.binding]
    return Values(
        delta_before=one.delta_before if one else None,
        delta_after=one.delta_after if one else None,
        delta_before_usd=sum(a.delta_before_usd for a in assets),
        delta_after_usd=sum(a.delta_after_usd for a in assets),
        carry_before_usd_per_hour=_sum([a.carry_before_usd_per_hour for a in assets]),
        carry_after_usd_per_hour=carry,
        cost_usd=cost,
        cost_usd_per_hour_held=per_hour,
        net_usd_per_hour=None if carry is None or per_hour is None else carry - per_hour,
        delay_risk=_delay_risk(parts, inputs, sigma, view, notes),
        margin_usd=_margin(parts, held),
        hedge_ratio=one.hedge_ratio if one else None,
        band_half_width=one.band_half_width if one else None,
        binding="; ".join(bindings) or None,
        assets=assets,
    )


def _delay_risk(
    parts: Sequence[_Hedged], inputs: Inputs, sigma: float, view: MarketView, notes: Notes
) -> DelayRiskValues:
    """Until a leg is filled, its share of the delta stays open; all prices move as one."""
    open_usd: dict[str, float] = {}
    for part in parts:
        for quote, size in zip(part.quotes, part.sizes.tolist(), strict=True):
            if size:
                open_usd[quote.venue] = open_usd.get(quote.venue, 0.0) - size * quote.mid_usd
    delays = [fill_delay_s(view, venue, inputs.delay_s, notes) for venue in open_usd]
    usd = np.array(list(open_usd.values()))
    risk = delay_risk(usd, np.array(delays), sigma, inputs.tail_multiplier)
    return DelayRiskValues(
        sd_usd=known(risk.total_sd_usd),
        var99_usd=known(risk.total_var99_usd),
        es99_usd=known(risk.total_es99_usd),
        by_venue=tuple(
            VenueRisk(
                venue=venue,
                unhedged_usd=open_usd[venue],
                delay_s=delays[v],
                sd_usd=float(risk.sd_usd[v]),
                var99_usd=float(risk.var99_usd[v]),
                es99_usd=float(risk.es99_usd[v]),
            )
            for v, venue in enumerate(open_usd)
        ),
    )


def _margin(parts: Sequence[_Hedged], held: Sequence[Exposure]) -> dict[str, float | None]:
    """Initial margin by venue of what each trade leaves there; None where it is not known."""
    needed: dict[str, float] = {}
    for part, exposure in zip(parts, held, strict=True):
        for quote, size in zip(part.quotes, part.sizes.tolist(), strict=True):
            mine = exposure.position_base if quote.symbol == exposure.symbol else {}
            after = abs(mine.get(quote.venue, 0.0) + size) * quote.mid_usd
            if size or after:
                imf = part.imf_frac[quote.venue]
                needed[quote.venue] = needed.get(quote.venue, 0.0) + after * imf
    return {venue: known(usd) for venue, usd in needed.items()}


def _sum(values: Sequence[float | None]) -> float | None:
    return known(sum(math.nan if value is None else value for value in values))


def rows(result: Result) -> Table:
    """The legs."""
    columns = (
        Column("venue"), Column("symbol"), Column("side"), Column("size", "base"),
        Column("limit", "price"), Column("note"),
    )  # fmt: skip
    legs = result.plan.legs if result.plan else ()
    cells = tuple((x.venue, x.symbol, x.side.value, x.size, x.limit, x.note) for x in legs)
    return Table(columns, cells)


def verdict(result: Result) -> str:
    values: Values = result.values
    legs = result.plan.legs if result.plan else ()
    orders = ", ".join(f"{x.side.value} {base_words(x.size)} {x.symbol} on {x.venue}" for x in legs)
    words = f"{orders[:1].upper()}{orders[1:]}" if orders else "Nothing to trade"
    words += f": delta {usd_words(values.delta_before_usd)} to {usd_words(values.delta_after_usd)}"
    if values.carry_after_usd_per_hour is not None:
        words += f", carry {usd_words(values.carry_after_usd_per_hour)}/h"
    if values.cost_usd is not None and legs:
        words += f", for {usd_words(values.cost_usd)}"
    return words + (f". Not all of it: {values.binding}." if values.binding else ".")
