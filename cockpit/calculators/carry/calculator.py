"""Carry: long where funding is low, short where it is high, for every pair of venues or one.

Without venues every pair is taken in the direction that receives now, and the pairs are ranked by
what they leave after costs. Money received is positive, costs are positive.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec

from cockpit.analytics.funding import carry as model
from cockpit.analytics.funding.pair_payments import Pair as PaidPair
from cockpit.analytics.funding.pair_payments import covering_ns, hold_funding, pair_of
from cockpit.calculators.carry import inputs as carry_inputs
from cockpit.calculators.carry.gates import failed_gate, venue_gates
from cockpit.calculators.carry.outlook import (
    FundingPath,
    HoldOutlook,
    funding_path_of,
    hold_outlooks,
    shown_span_h,
)
from cockpit.calculators.carry.sides import (
    ASSUMED_NOTIONAL_USD,
    VenueSide,
    entry_plan,
    round_trip,
    venue_sides,
)
from cockpit.calculators.carry.spread_model import (
    SpreadModel,
    note_models,
    shared_level,
    spread_model,
    spread_series,
)
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import (
    NamedCoin,
    Notes,
    Settings,
    known_coin,
    known_venues,
)
from cockpit.calculators.common.result import Column, Result, Table
from cockpit.calculators.common.words import bps_words, hours_words, usd_words
from cockpit.core.assumptions import Assumption
from cockpit.core.plan import Plan
from cockpit.core.units import HOURS_PER_YEAR
from cockpit.state.view import MarketView

TITLE = "Carry"
HELP = "funding spread of two venues against what it costs to earn it"
Inputs = carry_inputs.Inputs
QUANTILE = 0.1
"""Of the funding sum that the conservative gate looks at."""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One pair over the hold; `breakeven_h` None is never, everything else None is not known.

    `cost_usd` is entry, exit and gas; `basis_usd` is what the distance of the two mids brings when
    it closes, and is not part of the net. `expected_funding_usd` is what is paid at the stamps of
    the hold as the spread decays, `formula_funding_usd` the same by each venue's own formula as its
    premium does. `forecast_spread_hourly` is what forecasts of both venues expect of the first day;
    it then stands in place of the decay. `breakeven_ns` is the stamp at which the cost is covered.
    """

    symbol: str | None = None
    long_venue: str | None = None
    short_venue: str | None = None
    notional_usd: float | None = None
    cost_bps: float | None = None
    cost_usd: float | None = None
    entry_cost_usd: float | None = None
    exit_cost_usd: float | None = None
    basis_usd: float | None = None
    spread_hourly: float | None = None
    spread_apr: float | None = None
    phi: float | None = None
    mean_spread_hourly: float | None = None
    sigma_spread_hourly: float | None = None
    forecast_spread_hourly: float | None = None
    expected_funding_usd: float | None = None
    formula_funding_usd: float | None = None
    conservative_funding_usd: float | None = None
    net_usd: float | None = None
    breakeven_h: int | None = None
    breakeven_ns: int | None = None
    breakeven_probability: float | None = None
    margin_usd: dict[str, float | None] = {}
    return_apr: float | None = None
    gate: str | None = None


class Values(Pair, frozen=True, kw_only=True):
    """The pair that was asked for, else the best; and all of them, best first.

    `hold_h` is the hold that was asked for, `holds` are others of the pair; `path` is what it is
    expected to be paid, None without rates.
    """

    pairs: tuple[Pair, ...] = ()
    hold_h: int | None = None
    holds: tuple[HoldOutlook, ...] = ()
    path: FundingPath | None = None


class _Found(NamedTuple):
    """A pair, its entry if it was asked for, and how its spread is thought to run.

    `paid` is None where a rate is not known.
    """

    pair: Pair
    plan: Plan | None
    spread: SpreadModel | None
    paid: PaidPair | None = None

    @property
    def is_capped(self) -> bool:
        """Whether a venue's cap keeps a rate from the path that its model gives."""
        return self.paid is not None and self.paid.is_capped

    @property
    def name(self) -> str:
        return f"{self.pair.symbol} {self.pair.long_venue}/{self.pair.short_venue}"

    def closed(self, gate: str) -> "_Found":
        return self._replace(pair=msgspec.structs.replace(self.pair, gate=gate))


def compute(inputs: Inputs, view: MarketView, settings: Settings) -> Result:
    """Every pair that the form leaves open, ranked by what is left after costs."""
    notes = Notes()
    if inputs.notional_usd is not None and inputs.size is not None:
        raise FieldError("notional_usd", "expected either notional_usd or size, and not both")
    known_venues(view, inputs.venues)
    for name in ("long_venue", "short_venue"):
        venue = getattr(inputs, name)
        if venue is not None:
            known_venues(view, [venue], name)
    if inputs.long_venue is not None and inputs.long_venue == inputs.short_venue:
        raise FieldError("short_venue", f"expected another venue than {inputs.long_venue}")
    coins = [NamedCoin(symbol, None) for symbol in view.symbols()]
    if inputs.symbol:
        coins = [known_coin(view, inputs.symbol)]
    found: list[_Found] = []
    for coin in coins:
        sides = venue_sides(inputs, view, settings, notes, coin)
        own = venue_gates(sides, view, settings)
        for long, short in _pairs(inputs, sides):
            one = _pair(inputs, long, short, settings.now_ns)
            gate = failed_gate(inputs, long, short, _size(inputs, long, short), own)
            found.append(one if gate is None else one.closed(gate))
    found.sort(key=lambda one: _rank(one.pair))
    pairs = tuple(one.pair for one in found)
    shown = _shown(inputs, found)
    first = [shown] if shown is not None else []
    named = {one.name: one.spread for one in (*first, *found) if one.spread is not None}
    note_models(named, *_given(inputs), notes)
    _note_forecasts(found, notes)
    capped = [one.name for one in found if one.is_capped]
    if capped:
        notes.assume(
            Assumption(
                place=", ".join(capped),
                what="rates are held within their venues' caps",
                why="so now and mean_spread_hourly are what those allow",
            )
        )
    if shown is not None:
        best = msgspec.structs.asdict(shown.pair)
    else:
        words = "no two venues of one asset have a book"
        notes.lack(words)
        best = {"symbol": inputs.symbol, "gate": words}
    plan = shown.plan if shown else None
    if plan is not None:
        for words in plan.warnings:
            notes.warn(words)
        plan = msgspec.structs.replace(
            plan,
            assumptions=notes.assumed,
            warnings=(*([best["gate"]] if best["gate"] else []), *notes.warnings),
        )
    holds, path = ((), None) if shown is None else _outlook(inputs, shown)
    return Result(
        values=Values(**best, pairs=pairs, hold_h=inputs.hold_h, holds=holds, path=path),
        plan=plan,
        assumptions=tuple(notes.assumptions),
        warnings=tuple(notes.warnings),
        is_incomplete=notes.is_incomplete,
    )


def _shown(inputs: Inputs, found: Sequence[_Found]) -> _Found | None:
    """The pair that was asked for, else the best; None where there is none."""
    asked = (inputs.long_venue, inputs.short_venue)
    mine = [one for one in found if (one.pair.long_venue, one.pair.short_venue) == asked]
    return next(iter(mine or found), None)


def _outlook(inputs: Inputs, shown: _Found) -> tuple[tuple[HoldOutlook, ...], FundingPath | None]:
    """Other holds of the pair, and its path over what is worth seeing of its future."""
    pair, paid = shown.pair, shown.paid
    if paid is None or pair.notional_usd is None:
        return (), None
    capital = _sum(pair.margin_usd) or 0.0
    return (
        hold_outlooks(paid, pair.notional_usd, pair.cost_usd, capital),
        funding_path_of(paid, pair.notional_usd, shown_span_h(inputs.hold_h, pair.breakeven_h)),
    )


def _note_forecasts(found: Sequence[_Found], notes: Notes) -> None:
    """Which pairs' first day is that of the forecasts, the first of them with its figure."""
    told = [one for one in found if one.pair.forecast_spread_hourly is not None]
    for one in told[:1]:
        spread = one.pair.forecast_spread_hourly
        notes.assume(
            Assumption(
                field="forecast",
                place=one.name,
                what="the first 24 h pay an hour",
                value=spread,
                figure=f"{spread:.3g}",
                why="by the forecasts of both venues; then the spread reverts as it has",
            )
        )
    if told[1:]:
        notes.assume(
            Assumption(
                field="forecast",
                what=f"{len(told) - 1} more pairs: the first 24 h by the forecasts",
                why="as forecast_spread_hourly in their rows",
            )
        )


def _pairs(inputs: Inputs, sides: Sequence[VenueSide]) -> list[tuple[VenueSide, VenueSide]]:
    """(long, short) as the form asks; an open pair once, so that it receives now."""
    pairs = []
    asked = {inputs.long_venue, inputs.short_venue}
    for one, other in combinations(sides, 2):
        is_other = inputs.compare and {one.venue, other.venue} != asked
        if asked == {None} or is_other:
            pairs.append((one, other) if _received(one, other) >= 0 else (other, one))
            continue
        for long, short in ((one, other), (other, one)):
            if inputs.long_venue not in (None, long.venue):
                continue
            if inputs.short_venue not in (None, short.venue):
                continue
            pairs.append((long, short))
    return pairs


def _received(long: VenueSide, short: VenueSide) -> float:
    """The spread now; 0 where a rate is not known."""
    known = None not in (long.hourly, short.hourly)
    return model.spread_hourly(long.hourly or 0.0, short.hourly or 0.0) if known else 0.0


def _size(inputs: Inputs, long: VenueSide, short: VenueSide) -> float:
    """One leg in base units."""
    mid = (long.quote.mid_usd + short.quote.mid_usd) / 2
    return inputs.size or (inputs.notional_usd or ASSUMED_NOTIONAL_USD) / mid


def _given(inputs: Inputs) -> tuple[float | None, float | None, float | None]:
    return inputs.phi, inputs.mean_spread_hourly, inputs.sigma_spread_hourly


def _pair(inputs: Inputs, long: VenueSide, short: VenueSide, now_ns: int) -> _Found:
    size = _size(inputs, long, short)
    notional = inputs.notional_usd or size * (long.quote.mid_usd + short.quote.mid_usd) / 2
    margin = {
        side.venue: None
        if side.initial_frac is None
        else model.margin_usd(notional, side.initial_frac, inputs.buffer_frac)
        for side in (long, short)
    }
    costs = round_trip(long, short, size)
    entry = way_out = cost = None
    if costs is not None:
        entry, way_out = costs[0].entry + costs[1].entry, costs[0].exit + costs[1].exit
        cost = entry + way_out + inputs.gas_usd
    known = Pair(
        symbol=long.quote.symbol,
        long_venue=long.venue,
        short_venue=short.venue,
        notional_usd=notional,
        cost_bps=None if cost is None else cost / notional * 1e4,
        cost_usd=cost,
        entry_cost_usd=entry,
        exit_cost_usd=way_out,
        basis_usd=size * (short.quote.mid_usd - long.quote.mid_usd),
        margin_usd=margin,
    )
    legs = long.leg, short.leg
    if legs[0] is None or legs[1] is None:
        return _Found(known, None, None)
    now = model.spread_hourly(legs[0].hourly, legs[1].hourly)
    run = spread_model(now, spread_series(long.paid, short.paid), *_given(inputs))
    pair = pair_of(legs[0], legs[1], run.spread, shared_level(long.paid, short.paid), now_ns)
    funding = hold_funding(pair, 0.0 if cost is None else cost / notional, inputs.hold_h)
    by_formula = _by_formula(long, short, notional)
    known = msgspec.structs.replace(
        known,
        spread_hourly=now,
        spread_apr=now * HOURS_PER_YEAR,
        phi=run.spread.phi,
        mean_spread_hourly=pair.spread.mean,
        sigma_spread_hourly=run.spread.sigma,
        forecast_spread_hourly=None
        if pair.ahead is None
        else model.spread_hourly(pair.ahead.long, pair.ahead.short),
        expected_funding_usd=notional * funding.expected,
        formula_funding_usd=by_formula,
    )
    if cost is None:
        return _Found(known, None, run, pair)
    capital = sum(usd for usd in margin.values() if usd is not None)
    result = model.evaluate(
        cost / notional, funding, notional, inputs.hold_h,
        0.0 if None in margin.values() else capital, QUANTILE,
    )  # fmt: skip
    gates = model.gates(result, inputs.hold_h, inputs.min_probability, inputs.min_apr)
    if inputs.phi is None and inputs.mean_spread_hourly is None:
        gates += (model.formula_gate(result, by_formula),)
    known = msgspec.structs.replace(
        known,
        conservative_funding_usd=result.conservative_usd,
        net_usd=result.net_usd,
        breakeven_h=result.breakeven_h,
        breakeven_ns=None if result.breakeven_h is None else covering_ns(pair, result.breakeven_h),
        breakeven_probability=result.breakeven_probability,
        return_apr=result.return_apr,
        gate=model.first_closed(gates),
    )
    is_asked = (long.venue, short.venue) == (inputs.long_venue, inputs.short_venue)
    plan = entry_plan(long.quote, short.quote, size) if is_asked else None
    return _Found(known, plan, run, pair)


def _by_formula(long: VenueSide, short: VenueSide, notional: float) -> float | None:
    """Through both venues' clamps; None where one is not documented."""
    if long.formula_frac is None or short.formula_frac is None:
        return None
    return notional * model.spread_hourly(long.formula_frac, short.formula_frac)


def _rank(pair: Pair) -> tuple[bool, float, float]:
    net = pair.net_usd
    return net is None, -(net or 0.0) / (pair.notional_usd or 1.0), -(pair.spread_hourly or 0.0)


def rows(result: Result) -> Table:
    """A row a pair, best first. `left` is the funding of the hold after costs."""
    values: Values = result.values
    return Table(
        columns=(
            Column("coin"), Column("long on"), Column("short on"), Column("spread", "frac"),
            Column("cost", "bps"), Column("funding", "usd"), Column("left", "usd"),
            Column("earned back", "h"), Column("odds", "frac"), Column("margin", "usd"),
            Column("return", "frac"), Column("why not now"),
        ),
        rows=tuple(
            (p.symbol, p.long_venue, p.short_venue, p.spread_apr, p.cost_bps,
             p.expected_funding_usd, p.net_usd, p.breakeven_h, p.breakeven_probability,
             _sum(p.margin_usd), p.return_apr, p.gate or "")
            for p in values.pairs
        ),
        fixed=3,
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
        cost = f"{bps_words(best.cost_bps)} of costs ({usd_words(best.cost_usd)})"
        if best.breakeven_h is None:
            said += f", never enough for {cost}"
        else:
            said += f", {hours_words(best.breakeven_h)} to earn {cost}"
    if best.gate is not None and best.breakeven_h is not None:
        said += f"; not now: {best.gate}"
    elif best.return_apr is not None and best.breakeven_h is not None:
        said += f", {best.return_apr * 100:.1f} % a year on the margin after costs"
    return said.replace("-", "−") + "." + _better(best)


def _better(shown: Values) -> str:
    """The best pair, where it is another than the one that is shown and leaves more."""
    first = next(iter(shown.pairs), None)
    if first is None or first.net_usd is None:
        return ""
    if (first.long_venue, first.short_venue) == (shown.long_venue, shown.short_venue):
        return ""
    return (
        f" Best pair of {first.symbol}: long on {first.long_venue}, short on "
        f"{first.short_venue}, {usd_words(first.net_usd)} after costs"
        + (f", but {first.gate}." if first.gate else ".")
    )
