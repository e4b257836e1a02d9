"""Legs that hedge each other, closed together in rounds: what it costs, and what stands open.

Each leg's costs are against its own mid now, with fees; every round is taken to meet a book that
has refilled. A share of what is left goes on both sides in each round, what one side has more of
goes with the first; so no more than a round stands unhedged, from the first fill of it to the last.
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.calculators.common.market_data import Notes, Settings
from cockpit.calculators.common.result import Column, Result, Table
from cockpit.calculators.common.words import base_words, bps_words, usd_words
from cockpit.calculators.stagger.legs import start_ns
from cockpit.calculators.stagger.market import note_short_books, volatility
from cockpit.calculators.stagger.refill import warn_of_haste
from cockpit.calculators.unwind import inputs as unwind_inputs
from cockpit.calculators.unwind.legs import held, orders
from cockpit.calculators.unwind.plan import (
    Placed,
    at_once,
    auto_rounds,
    build_legs,
    check,
    place,
    taken,
)
from cockpit.core.market import Side
from cockpit.core.plan import Leg, Plan
from cockpit.core.units import NS_PER_S
from cockpit.state.view import MarketView

Array = NDArray[np.float64]
Inputs = unwind_inputs.Inputs
TITLE = "Unwind"
HELP = "legs that hedge each other, closed together"


class LegPart(msgspec.Struct, frozen=True, kw_only=True):
    """What closes one leg: `size` above 0 in `rounds` orders, and what that costs."""

    venue: str
    symbol: str
    side: Side
    size: float
    rounds: int
    cost_usd: float | None
    cost_bps: float | None
    fees_usd: float | None
    leftover: float


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """None where nothing could be planned. Bps are of the larger side's notional.

    `unhedged_now` is what nothing hedges before it begins, signed base units; `max_unhedged` is the
    most of it after the first round began, above 0, and `unhedged_sd_usd` one sd of what the price
    does to all that stands open until the last fill.
    """

    horizon_min: float
    legs: tuple[LegPart, ...] = ()
    rounds: int = 0
    cost_usd: float | None = None
    cost_bps: float | None = None
    fees_usd: float | None = None
    notional_usd: float | None = None
    all_now_usd: float | None = None
    unhedged_now: float | None = None
    max_unhedged: float | None = None
    max_unhedged_usd: float | None = None
    unhedged_sd_usd: float | None = None
    sigma: float | None = None


def compute(inputs: Inputs, view: MarketView, settings: Settings) -> Result:
    """The plan, both legs in step, with the cost of each and what stands unhedged meanwhile."""
    notes = Notes()
    start = start_ns(inputs.start, settings.now_ns)
    found, stuck = orders(inputs, held(inputs, view, settings, notes), view, settings, notes)
    values = Values(horizon_min=inputs.horizon_min)
    if stuck:
        # To close the others alone would open what they hedge.
        for words in stuck:
            notes.lack(words)
        return _result(values, None, notes, "; ".join(stuck))
    if inputs.slices is None:
        inputs = msgspec.structs.replace(inputs, slices=auto_rounds(inputs, found, notes))
    check(inputs, len(found))
    placed = place(inputs, found, start, notes)
    legs = build_legs(inputs, placed)
    return _result(
        _values(inputs, placed, legs, start, notes), Plan(legs=legs), notes, _stays(placed)
    )


def _values(
    inputs: Inputs, placed: Placed, legs: Sequence[Leg], start: int, notes: Notes
) -> Values:
    ranked, sizes = placed.orders, placed.rounds.sizes
    costs = [taken(inputs, order, sizes[v : v + 1]) for v, order in enumerate(ranked)]
    now = [at_once(inputs, order) for order in ranked]
    for v, order in enumerate(ranked):
        note_short_books(order.inputs(inputs), [order.quote], order.side, sizes[v : v + 1], notes)
    warn_of_haste(ranked[0].inputs(inputs), [order.quote for order in ranked], legs, notes)
    reference = float(np.mean([order.quote.mid_usd for order in ranked]))
    sigma = volatility(inputs.sigma, [order.quote for order in ranked], reference, notes)
    net = -sum(order.side.sign * order.size for order in ranked)
    path = net + np.cumsum([leg.side.sign * leg.size for leg in legs])
    most = float(np.abs(path).max(initial=0.0)) if len(path) else abs(net)
    worth = [order.size * order.quote.mid_usd for order in ranked]
    notional = max(
        sum(usd for usd, order in zip(worth, ranked, strict=True) if order.side is side)
        for side in Side
    )
    cost = _sum([each.total for each in costs])
    return Values(
        horizon_min=inputs.horizon_min,
        legs=tuple(
            LegPart(
                venue=order.quote.venue, symbol=order.quote.symbol, side=order.side,
                size=_clean(float(row.sum())), rounds=int((row > 0).sum()), cost_usd=each.total,
                cost_bps=None if each.total is None else each.total / usd * 1e4,
                fees_usd=each.fees,
                leftover=_clean(max(0.0, _clean(order.size) - _clean(float(row.sum())))),
            )
            for order, row, each, usd in zip(ranked, sizes, costs, worth, strict=True)
        ),
        rounds=len(placed.times),
        cost_usd=cost,
        cost_bps=None if cost is None else cost / notional * 1e4,
        fees_usd=_sum([each.fees for each in costs]),
        notional_usd=notional,
        all_now_usd=_sum([each.total for each in now]),
        unhedged_now=_clean(net),
        max_unhedged=_clean(most),
        max_unhedged_usd=most * reference,
        unhedged_sd_usd=_open_sd_usd(net, path, legs, start, sigma),
        sigma=sigma,
    )  # fmt: skip


def _open_sd_usd(net: float, path: Array, legs: Sequence[Leg], start: int, sigma: float) -> float:
    """What the price does to all that stands open, from the start to the last fill."""
    at = np.array([start, *(leg.not_before_ns or start for leg in legs)], dtype=np.int64)
    minutes = np.diff(at) / (60 * NS_PER_S)
    open_ = np.concatenate(([net], path[:-1])) if len(path) else np.zeros(0)
    return sigma * math.sqrt(float(np.dot(open_ * open_, minutes)))


def _stays(placed: Placed) -> str | None:
    """Legs of which not even one lot can be traded."""
    none = [
        f"{base_words(order.size)} {order.quote.symbol} is less than a lot of {order.quote.venue}"
        for order, row in zip(placed.orders, placed.rounds.sizes, strict=True)
        if not row.any()
    ]
    return "; ".join(none) or None


def _sum(parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _clean(value: float) -> float:
    """Without the dust of sums."""
    return float(f"{value:.10g}")


def _result(values: Values, plan: Plan | None, notes: Notes, infeasible: str | None) -> Result:
    warnings = tuple(notes.warnings)
    if plan is not None:
        plan = Plan(legs=plan.legs, assumptions=notes.assumed, warnings=warnings)
    return Result(
        values=values,
        plan=plan if plan is not None and plan.legs else None,
        assumptions=tuple(notes.assumptions),
        warnings=warnings,
        infeasible=infeasible,
        is_incomplete=notes.is_incomplete,
    )


def rows(result: Result) -> Table:
    """A row a leg, in the sequence in which they trade."""
    values: Values = result.values
    return Table(
        columns=(
            Column("leg"), Column("side"), Column("size", "base"), Column("cost", "usd"),
            Column("all in", "bps"), Column("rounds", "count"),
        ),
        rows=tuple(
            (f"{part.venue} {part.symbol}", part.side.value, part.size, part.cost_usd,
             part.cost_bps, part.rounds)
            for part in values.legs
        ),
    )  # fmt: skip


def _names(venues: Sequence[str]) -> str:
    """Each venue once, after how many legs where that is more."""
    *others, last = dict.fromkeys(venues)
    names = f"{', '.join(others)} and {last}" if others else last
    return names if len(venues) == len(others) + 1 else f"{len(venues)} legs on {names}"


def verdict(result: Result) -> str:
    """What closing both costs, and what stands unhedged meanwhile."""
    values: Values = result.values
    if result.plan is None:
        return f"No plan: {result.infeasible}."
    rounds = f"{values.rounds} round{'s' if values.rounds != 1 else ''}"
    said = f"Close {_names([part.venue for part in values.legs])} together in {rounds}"
    if values.cost_bps is not None and values.cost_usd is not None:
        said += f" for {bps_words(values.cost_bps)} ({usd_words(values.cost_usd)})"
    if values.max_unhedged is not None and values.max_unhedged_usd is not None:
        said += (
            f"; at most {base_words(values.max_unhedged)} ({usd_words(values.max_unhedged_usd)}) "
            "stand unhedged"
        )
    if values.all_now_usd is not None and values.notional_usd:
        said += f"; all at once {bps_words(values.all_now_usd / values.notional_usd * 1e4)}"
    if result.infeasible is not None:
        said += f"; {result.infeasible}"
    return said.replace("-", "−") + "."
