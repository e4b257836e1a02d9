"""An order in slices over time and venues: when, where, how much, at which limit.

Costs are against one price, the median of the venues' mids now (`reference_price`), and include
fees. A ladder waits at its prices instead of taking.
"""

import math
from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.ladder import DUST
from cockpit.analytics.execution.lots import exact
from cockpit.analytics.execution.split import best_single, cost_usd
from cockpit.analytics.execution.squeeze import squeeze_sd_usd
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import (
    Notes,
    Quote,
    Settings,
    known_coin,
    known_venues,
    order_size,
    quotes,
    reference_price,
)
from cockpit.calculators.common.result import Column, Result, Table
from cockpit.calculators.common.words import base_words, bps_words, hours_words, usd_words
from cockpit.calculators.slippage import offer_of
from cockpit.calculators.stagger import inputs as stagger_inputs
from cockpit.calculators.stagger.legs import build_legs, funding_usd, start_ns
from cockpit.calculators.stagger.market import (
    note_short_books,
    read_market,
    resting_costs,
    schedule,
    shortfall_sd,
    taking_costs,
    urgency,
)
from cockpit.calculators.stagger.refill import auto_slices, warn_of_haste
from cockpit.calculators.stagger.venues import (
    gap_covariance,
    shared_layers,
    spread_sizes,
    whole_orders,
)
from cockpit.core.market import Side
from cockpit.core.plan import Plan, planned_base
from cockpit.state.view import MarketView

Array = NDArray[np.float64]
Inputs = stagger_inputs.Inputs
TITLE = "Stagger"
HELP = "an order in slices over time and venues"
MIN_GAP_S = 1.0


class AllNow(msgspec.Struct, frozen=True, kw_only=True):
    """Everything at once on the best venue; costs are of what it fills."""

    venue: str
    cost_usd: float
    cost_bps: float
    unfilled: float


class VenuePart(msgspec.Struct, frozen=True, kw_only=True):
    """What one venue gets of the order, and of its costs."""

    venue: str
    size: float
    cost_usd: float | None


class Squeeze(msgspec.Struct, frozen=True, kw_only=True):
    """`corr` by `A|B`; `sd_usd` is one sd of a joint gap on what each venue ends up with."""

    corr: dict[str, float]
    sd_usd: float


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """None where nothing could be planned, or where the figure has no meaning for the schedule."""

    symbol: str
    side: Side
    horizon_min: float
    size: float | None = None
    size_planned: float = 0.0
    leftover: float | None = None
    reference_price: float | None = None
    cost_usd: float | None = None
    cost_bps: float | None = None
    fees_usd: float | None = None
    expected_funding_usd: float | None = None
    shortfall_sd_usd: float | None = None
    kappa_per_min: float | None = None
    eta: float | None = None
    gamma: float | None = None
    sigma: float | None = None
    all_now: AllNow | None = None
    by_venue: tuple[VenuePart, ...] = ()
    squeeze: Squeeze | None = None


def compute(inputs: Inputs, view: MarketView, settings: Settings) -> Result:
    """The plan with its cost and risk, beside doing it all now."""
    notes, side = Notes(), Side(inputs.side)
    symbol, asset = known_coin(view, inputs.symbol)
    _check(inputs, view)
    start = start_ns(inputs.start, settings.now_ns)
    found = quotes(
        view, settings, notes, symbol, inputs.venues,
        with_haircut=inputs.haircut, taker_fee=inputs.taker_fee, quote_usd=inputs.quote_usd,
        asset=asset,
    )  # fmt: skip
    priced = [quote for quote in found if quote.fees.taker is not None]
    values = Values(symbol=symbol, side=side, horizon_min=inputs.horizon_min)
    reference = reference_price(priced)
    if reference is None:
        words = f"no venue has both a book and a fee for {symbol}"
        notes.lack(words)
        return _result(values, None, notes, words)
    size = order_size(inputs.size, inputs.size_usd, reference)
    values = msgspec.structs.replace(
        values,
        size=size,
        leftover=size,
        reference_price=reference,
        all_now=_all_now(priced, side, size, reference),
    )
    caps = np.array([inputs.max_usd.get(q.venue, math.inf) / q.mid_usd for q in priced])
    if inputs.max_share_frac < 1:
        caps = np.minimum(caps, inputs.max_share_frac * size)
    planned = min(size, float(np.sum(caps)))
    infeasible = None
    if planned < size * (1 - DUST):
        infeasible = _capped(
            inputs, priced, f"{base_words(planned)} of {base_words(size)} {symbol}"
        )
    elif len(priced) < inputs.min_venues:
        infeasible = (
            f"min_venues: {inputs.min_venues} are asked for, {len(priced)} have a book and a fee"
        )
    if planned <= 0:
        return _result(values, None, notes, infeasible)
    if inputs.slices is None:
        count = auto_slices(inputs, priced, side, planned, notes)
        inputs = msgspec.structs.replace(inputs, slices=count)
    return _planned(
        inputs, settings, notes, values, priced, caps, planned, start, reference, infeasible
    )


def _capped(inputs: Inputs, priced: Sequence[Quote], held: str) -> str:
    """Which cap keeps the order from its size."""
    if len(priced) * inputs.max_share_frac < 1:
        share = f"{inputs.max_share_frac * 100:g} %"
        return f"max_share_frac: {len(priced)} venues at {share} each hold {held}"
    return f"max_usd: the caps hold {held}"


def _check(inputs: Inputs, view: MarketView) -> None:
    """What the form alone can tell to be wrong, and names that the view does not know."""
    order_size(inputs.size, inputs.size_usd, 1.0)
    known_venues(view, [*inputs.max_usd], "max_usd")
    known_venues(view, [*inputs.gap_sd_bps], "gap_sd_bps")
    if inputs.half_life_min is not None and inputs.risk_aversion is not None:
        raise FieldError("risk_aversion", "expected either half_life_min or this, and not both")
    least = inputs.slices or 1
    if inputs.horizon_min * 60 < MIN_GAP_S * least:
        raise FieldError(
            "horizon_min",
            f"{inputs.horizon_min:g} min is shorter than {least} slices of "
            f"{MIN_GAP_S:g} s; expected a longer horizon or fewer slices",
        )


def _planned(
    inputs: Inputs,
    settings: Settings,
    notes: Notes,
    values: Values,
    priced: Sequence[Quote],
    caps: Array,
    planned: float,
    start: int,
    reference: float,
    infeasible: str | None,
) -> Result:
    side, size = values.side, values.size or 0.0
    sigma, correlation = gap_covariance(inputs, priced, settings, notes)
    sizes, caps = spread_sizes(inputs, priced, side, planned, caps, sigma, reference, notes)
    market = read_market(inputs, priced, side, sizes, reference, notes)
    kappa = urgency(inputs, market, notes)
    rounded = whole_orders(inputs, priced, side, sizes, caps, schedule(inputs, kappa), planned)
    legs = build_legs(inputs, priced, side, rounded, start, notes)
    placed, per_venue = planned_base(legs), rounded.sum(axis=1)
    if inputs.schedule == "ladder":
        costs = resting_costs(priced, side, legs, reference, notes)
        notes.warn("a ladder trades only if the price comes to it")
    else:
        note_short_books(inputs, priced, side, rounded, notes)
        warn_of_haste(inputs, priced, legs, notes)
        costs = taking_costs(inputs, priced, side, rounded, market, reference)
    if not legs and infeasible is None:
        infeasible = f"{base_words(size)} {values.symbol} is below every venue's smallest order"
    short = planned - placed
    if legs and short > DUST * planned:
        notes.warn(
            f"{base_words(short)} {values.symbol} stay untraded: no whole lots and smallest orders "
            "of these venues make them up"
        )
    for words in shared_layers(priced, np.flatnonzero(per_venue).tolist(), settings):
        notes.warn(words)
    values = msgspec.structs.replace(
        values,
        size_planned=placed,
        leftover=max(float(exact(size) - exact(placed)), 0.0),
        cost_usd=costs.total,
        cost_bps=None if costs.total is None else costs.total / (placed * reference) * 1e4,
        fees_usd=costs.fees,
        expected_funding_usd=funding_usd(inputs, priced, legs, start, settings, notes)
        if legs
        else None,
        shortfall_sd_usd=shortfall_sd(inputs, rounded.sum(axis=0), market) if legs else None,
        kappa_per_min=kappa,
        eta=market.eta,
        gamma=market.gamma,
        sigma=market.sigma,
        by_venue=tuple(
            VenuePart(venue=quote.venue, size=float(part), cost_usd=cost)
            for quote, part, cost in zip(priced, per_venue, costs.by_venue, strict=True)
            if part > 0
        ),
        squeeze=Squeeze(
            corr=_by_pair(priced, correlation),
            sd_usd=squeeze_sd_usd(per_venue * reference, sigma),
        ),
    )
    return _result(values, Plan(legs=legs) if legs else None, notes, infeasible)


def _result(values: Values, plan: Plan | None, notes: Notes, infeasible: str | None) -> Result:
    warnings = tuple(notes.warnings)
    if plan is not None:
        plan = Plan(legs=plan.legs, assumptions=notes.assumed, warnings=warnings)
    return Result(
        values=values,
        plan=plan,
        assumptions=tuple(notes.assumptions),
        warnings=warnings,
        infeasible=infeasible,
        is_incomplete=notes.is_incomplete,
    )


def _all_now(priced: Sequence[Quote], side: Side, size: float, reference: float) -> AllNow | None:
    found = best_single([offer_of(quote, side) for quote in priced], side.sign, size)
    if found is None or found[1].effective is None:
        return None
    v, split = found
    cost = cost_usd(side.sign, found[1].effective, reference, split.filled)
    return AllNow(
        venue=priced[v].venue,
        cost_usd=cost,
        cost_bps=cost / (split.filled * reference) * 1e4,
        unfilled=split.unfilled,
    )


def _by_pair(priced: Sequence[Quote], correlation: Array) -> dict[str, float]:
    return {
        f"{priced[i].venue}|{priced[j].venue}": float(correlation[i, j])
        for i in range(len(priced))
        for j in range(i + 1, len(priced))
    }


def rows(result: Result) -> Table:
    """A row a venue: its part of the order, what that costs, and in how many slices."""
    values: Values = result.values
    legs = result.plan.legs if result.plan else ()
    counts = Counter(leg.venue for leg in legs)
    return Table(
        columns=(
            Column("venue"), Column("size", "base"), Column("share", "frac"),
            Column("cost", "usd"), Column("all in", "bps"), Column("slices", "count"),
        ),
        rows=tuple(
            (part.venue, part.size, part.size / values.size_planned, part.cost_usd,
             _bps(part, values.reference_price), counts[part.venue])
            for part in sorted(values.by_venue, key=lambda part: -part.size)
        ),
    )  # fmt: skip


def _bps(part: VenuePart, reference: float | None) -> float | None:
    if part.cost_usd is None or reference is None:
        return None
    return part.cost_usd / (part.size * reference) * 1e4


def verdict(result: Result) -> str:
    """What the plan costs, what all at once would, and what stands in the way."""
    values: Values = result.values
    if result.plan is None or values.size is None:
        return f"No plan: {result.infeasible}."
    count = len(values.by_venue)
    where = f"on {values.by_venue[0].venue}" if count == 1 else f"on {count} venues"
    minutes = values.horizon_min
    over = f"{minutes:g} min" if minutes < 120 else hours_words(minutes / 60)
    said = (
        f"{values.side.value.capitalize()} {base_words(values.size_planned)} {values.symbol} "
        f"over {over} {where}"
    )
    if values.cost_bps is not None and values.cost_usd is not None:
        said += f" for {bps_words(values.cost_bps)} ({usd_words(values.cost_usd)})"
    if values.shortfall_sd_usd is not None:
        said += f" ± {usd_words(values.shortfall_sd_usd)}"
    now = values.all_now
    if now is not None:
        said += f"; all at once on {now.venue} would cost {bps_words(now.cost_bps)}"
        if now.unfilled > (values.leftover or 0.0):
            said += f" and leave {base_words(now.unfilled)} unfilled"
    if result.infeasible is not None:
        said += f"; {result.infeasible}"
    return said.replace("-", "−") + "."
