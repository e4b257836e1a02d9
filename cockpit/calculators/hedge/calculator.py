"""Hedge: legs that bring delta into its band and funding to its target, at least cost.

A position of the form, or the positions of the view; every symbol is hedged in itself, or in
another instrument at the ratio of least variance.
"""

import math
from collections.abc import Sequence

import numpy as np

from cockpit.analytics.hedging.ratio import delay_risk
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.holdings import known
from cockpit.calculators.common.market_data import Notes, Settings, known_venues
from cockpit.calculators.common.result import Column, Result, Table
from cockpit.calculators.common.words import base_words, usd_words
from cockpit.calculators.hedge import inputs as hedge_inputs
from cockpit.calculators.hedge.asset import Hedged, hedged, problem_of
from cockpit.calculators.hedge.held import Exposure, exposures
from cockpit.calculators.hedge.solve import solve
from cockpit.calculators.hedge.values import DelayRiskValues, Values, VenueDelta, VenueRisk
from cockpit.calculators.hedge.venues import fill_delay_s
from cockpit.core.assumptions import Assumption
from cockpit.core.plan import Plan
from cockpit.state.view import MarketView

Inputs = hedge_inputs.Inputs
TITLE = "Hedge"
HELP = "legs that make a position neutral in price, and in funding, at least cost"

ASSUMED_VOLATILITY = 0.6


def compute(inputs: Inputs, view: MarketView, settings: Settings) -> Result:
    notes = Notes()
    for name in ("max_usd", "delay_s", "taker_fee", "quote_usd"):
        known_venues(view, list(getattr(inputs, name)), name)
    held = exposures(inputs, view, settings, notes)
    if inputs.hedge_symbol is not None and len(held) > 1:
        names = ", ".join(exposure.symbol for exposure in held)
        raise FieldError(
            "hedge_symbol", f"hedges one symbol at a time; expected symbol to be one of {names}"
        )
    sigma = inputs.sigma_annual
    if sigma is None:
        sigma = ASSUMED_VOLATILITY
        notes.assume(Assumption(field="sigma_annual", value=sigma, why="assumed"))
    if inputs.phi is None:
        notes.assume(
            Assumption(field="phi", what="funding rates stay as they are; set to let them revert")
        )
    problems = [problem_of(exposure, inputs, view, settings, notes) for exposure in held]
    answers, short = solve(problems, inputs.max_usd, inputs.target_carry_usd_per_hour, notes)
    if short is not None and len(answers) == 1:
        answers = [answers[0]._replace(binding=answers[0].binding or short)]
    parts = [
        hedged(problem, solved, inputs, sigma, notes)
        for problem, solved in zip(problems, answers, strict=True)
    ]
    legs = tuple(leg for part in parts for leg in part.legs)
    values = _values(parts, held, inputs, sigma, short, view, notes)
    if values.binding and "not known" in values.binding:
        notes.is_incomplete = True
    return Result(
        values=values,
        plan=Plan(legs=legs, assumptions=notes.assumed, warnings=tuple(notes.warnings)),
        assumptions=tuple(notes.assumptions),
        warnings=tuple(notes.warnings),
        infeasible=values.binding,
        is_incomplete=notes.is_incomplete,
    )


def _values(
    parts: Sequence[Hedged],
    held: Sequence[Exposure],
    inputs: Inputs,
    sigma: float,
    short: str | None,
    view: MarketView,
    notes: Notes,
) -> Values:
    assets = tuple(part.asset for part in parts)
    one = assets[0] if len(assets) == 1 else None
    carry = _sum([a.carry_after_usd_per_hour for a in assets])
    cost = _sum([a.cost_usd for a in assets])
    way_out = _sum([a.exit_cost_usd for a in assets])
    round_trip = None if cost is None or way_out is None else cost + way_out
    bindings = [a.binding for a in assets if a.binding]
    if short is not None and len(assets) > 1:
        bindings.append(short)
    return Values(
        delta_before=one.delta_before if one else None,
        delta_after=one.delta_after if one else None,
        delta_before_usd=sum(a.delta_before_usd for a in assets),
        delta_after_usd=sum(a.delta_after_usd for a in assets),
        carry_before_usd_per_hour=_sum([a.carry_before_usd_per_hour for a in assets]),
        carry_after_usd_per_hour=carry,
        cost_usd=cost,
        entry_cost_usd=cost,
        exit_cost_usd=way_out,
        basis_usd=sum(a.basis_usd for a in assets),
        cost_usd_per_hour_held=None if cost is None else cost / inputs.hold_h,
        net_usd_per_hour=None
        if carry is None or round_trip is None
        else carry - round_trip / inputs.hold_h,
        delay_risk=_delay_risk(parts, inputs, sigma, view, notes),
        margin_usd=_margin(parts, held),
        hedge_ratio=one.hedge_ratio if one else None,
        band_half_width=one.band_half_width if one else None,
        binding="; ".join(bindings) or None,
        assets=assets,
        by_venue=_by_venue(parts, held),
    )


def _by_venue(parts: Sequence[Hedged], held: Sequence[Exposure]) -> tuple[VenueDelta, ...]:
    """What every venue holds before and after, the largest first."""
    before: dict[str, float] = {}
    traded: dict[str, float] = {}
    for part, exposure in zip(parts, held, strict=True):
        for venue, base in exposure.position_base.items():
            before[venue] = before.get(venue, 0.0) + base * exposure.price
        for quote, size in zip(part.quotes, part.sizes.tolist(), strict=True):
            if size:
                traded[quote.venue] = traded.get(quote.venue, 0.0) + size * quote.mid_usd
    found = [
        VenueDelta(
            venue=venue,
            before_usd=before.get(venue, 0.0),
            after_usd=before.get(venue, 0.0) + traded.get(venue, 0.0),
            traded_usd=traded.get(venue, 0.0),
        )
        for venue in dict.fromkeys((*before, *traded))
    ]
    found.sort(key=lambda one: -max(abs(one.before_usd), abs(one.after_usd)))
    return tuple(one for one in found if one.before_usd or one.traded_usd)


def _delay_risk(
    parts: Sequence[Hedged], inputs: Inputs, sigma: float, view: MarketView, notes: Notes
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


def _margin(parts: Sequence[Hedged], held: Sequence[Exposure]) -> dict[str, float | None]:
    """Initial margin by venue of what each trade leaves there; None where it is not known."""
    needed: dict[str, float] = {}
    for part, exposure in zip(parts, held, strict=True):
        for quote, size in zip(part.quotes, part.sizes.tolist(), strict=True):
            mine = exposure.position_base if quote.symbol == exposure.symbol else {}
            after = abs(mine.get(quote.venue, 0.0) + size) * quote.mid_usd
            if size or after:
                asked = part.initial[quote.venue].needed_usd(after)
                needed[quote.venue] = needed.get(quote.venue, 0.0) + asked
    return {venue: known(usd) for venue, usd in needed.items()}


def _sum(values: Sequence[float | None]) -> float | None:
    return known(sum(math.nan if value is None else value for value in values))


def rows(result: Result) -> Table:
    """A row a venue: its delta before and after, what is traded there, and what that risks."""
    values: Values = result.values
    risks = {risk.venue: risk for risk in values.delay_risk.by_venue}
    columns = (
        Column("venue"), Column("before", "usd"), Column("after", "usd"), Column("traded", "usd"),
        Column("filled in", "s"), Column("at risk till then", "usd"), Column("margin", "usd"),
    )  # fmt: skip
    cells = []
    for one in values.by_venue:
        risk = risks.get(one.venue)
        cells.append(
            (
                one.venue, one.before_usd, one.after_usd, one.traded_usd,
                None if risk is None else risk.delay_s, None if risk is None else risk.var99_usd,
                values.margin_usd.get(one.venue),
            )
        )  # fmt: skip
    return Table(columns, tuple(cells))


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
