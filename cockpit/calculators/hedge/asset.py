"""One symbol's hedge: what may be traded for it, and the figures of what is."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cockpit.analytics.hedging.ratio import band_half_width, one_off_threshold
from cockpit.analytics.risk.margin import InitialTiers
from cockpit.calculators.common.funding_clock import expected_hourly
from cockpit.calculators.common.holdings import Floats, known
from cockpit.calculators.common.market_data import (
    Notes,
    Quote,
    Settings,
    known_symbol,
    quotes,
    reference_price,
)
from cockpit.calculators.common.trade_costs import basis_usd, exit_cost_usd
from cockpit.calculators.hedge.held import Exposure, initial_tiers
from cockpit.calculators.hedge.inputs import Inputs
from cockpit.calculators.hedge.offers import Limits, Offer, offer_of
from cockpit.calculators.hedge.ratio import GivenRatio, hedge_ratio
from cockpit.calculators.hedge.values import AssetHedge
from cockpit.calculators.hedge.venues import leg_of
from cockpit.core.assumptions import Assumption
from cockpit.core.plan import Leg
from cockpit.state.view import MarketView

MINUTES_PER_YEAR = 525_600.0
MINUTES_PER_HOUR = 60.0
DUST = 1e-9
"""Relative: what binary fractions leave."""


class Solved(NamedTuple):
    """Trades in whole lots of base by quote, signed; `carry` USD an hour afterwards, NaN where not
    known. `binding` is the constraint in the way, None when all that was asked for is met."""

    sizes: Floats
    carry: float
    binding: str | None
    is_known: bool
    excluded: tuple[str, ...]


class Hedged(NamedTuple):
    """One symbol's part: `sizes` are signed base units by quote."""

    asset: AssetHedge
    legs: tuple[Leg, ...]
    quotes: Sequence[Quote]
    sizes: Floats
    initial: Mapping[str, InitialTiers]


@dataclass(frozen=True, slots=True)
class AssetProblem:
    """What one symbol's hedge may trade; rates are fractions per hour, in the quotes' order.

    `ratio` is USD to be sold per USD held; `reference` the common USD price of the quotes.
    """

    exposure: Exposure
    quotes: Sequence[Quote]
    offers: Sequence[Offer]
    rates: Sequence[float]
    initial: Mapping[str, InitialTiers]
    reference: float
    price: float
    ratio: float
    band_usd: float

    @property
    def delta_usd(self) -> float:
        return self.exposure.delta_base * self.price

    @property
    def against_usd(self) -> float:
        """What is to be traded against, in the symbol that hedges; the band is `band_usd` there."""
        return self.ratio * self.delta_usd


def problem_of(
    exposure: Exposure, inputs: Inputs, view: MarketView, settings: Settings, notes: Notes
) -> AssetProblem:
    """What the view and the form say of one symbol; what is unknown or assumed is noted."""
    symbol = exposure.symbol
    if inputs.hedge_symbol is not None:
        symbol = known_symbol(view, inputs.hedge_symbol, "hedge_symbol")
    found = quotes(
        view, settings, notes, known_symbol(view, symbol), inputs.venues,
        with_haircut=inputs.haircut, taker_fee=inputs.taker_fee, quote_usd=inputs.quote_usd,
        asset=exposure.asset if symbol == exposure.symbol else None,
    )  # fmt: skip
    given = GivenRatio(inputs.correlation, inputs.sigma_annual, inputs.hedge_sigma_annual)
    ratio = hedge_ratio(exposure.symbol, symbol, given, view, notes)
    reference = reference_price(found) or exposure.price
    initial = {q.venue: initial_tiers(q.venue, symbol, view, settings, notes) for q in found}
    rates = [expected_hourly(q.market, inputs.hold_h, inputs.phi, settings, notes) for q in found]
    is_same = symbol == exposure.symbol
    held = exposure.position_base if is_same else {}
    needed = {venue: tiers.plus(inputs.margin_buffer_frac) for venue, tiers in initial.items()}
    limits = Limits(inputs.max_usd, exposure.free_usd, held, needed)
    blind = [q.venue for q in found if q.venue not in exposure.free_usd]
    if blind:
        notes.assume(
            Assumption(
                field="equity_usd",
                what=f"not known at {', '.join(blind)}",
                why="where margin does not limit the hedge",
            )
        )
    if len(blind) < len(found):
        notes.assume(
            Assumption(
                field="margin_buffer_frac",
                value=inputs.margin_buffer_frac,
                why="of each position, is kept back on top of its initial margin",
            )
        )
    return AssetProblem(
        exposure=exposure,
        quotes=found,
        offers=[
            offer_of(q, reference, r, limits, notes) for q, r in zip(found, rates, strict=True)
        ],
        rates=rates,
        initial=initial,
        reference=reference,
        price=reference if is_same else exposure.price,
        ratio=ratio,
        band_usd=inputs.band_usd * abs(ratio),
    )


def hedged(
    problem: AssetProblem, solved: Solved, inputs: Inputs, sigma: float, notes: Notes
) -> Hedged:
    """The legs of an answer, and its figures."""
    for name in solved.excluded:
        notes.warn(f"{name}: left out of the hedge, its fee or its funding is not known")
    exposure, price, delta_usd = problem.exposure, problem.price, problem.delta_usd
    pairs = zip(problem.quotes, solved.sizes.tolist(), strict=True)
    made = [leg_of(quote, size) for quote, size in pairs if size != 0]
    traded_usd = float(np.sum(solved.sizes)) * problem.reference
    after_usd = delta_usd + (traded_usd / problem.ratio if problem.ratio else 0.0)
    asset = AssetHedge(
        symbol=exposure.name,
        delta_before=exposure.delta_base,
        delta_after=_tidy(after_usd / price, exposure.delta_base),
        delta_before_usd=delta_usd,
        delta_after_usd=_tidy(after_usd, delta_usd),
        carry_before_usd_per_hour=known(exposure.carry_usd_per_hour),
        carry_after_usd_per_hour=known(solved.carry),
        cost_usd=sum(usd for _, usd in made) if solved.is_known else None,
        exit_cost_usd=_exit_usd(problem, solved) if solved.is_known else None,
        basis_usd=sum(
            basis_usd(quote, size, problem.reference)
            for quote, size in zip(problem.quotes, solved.sizes.tolist(), strict=True)
        ),
        hedge_ratio=problem.ratio,
        band_half_width=_band(inputs, problem.quotes, made, sigma, problem.reference, notes),
        binding=None if solved.binding is None else f"{exposure.name}: {solved.binding}",
    )
    legs = tuple(leg for leg, _ in made)
    return Hedged(asset, legs, problem.quotes, solved.sizes, problem.initial)


def _exit_usd(problem: AssetProblem, solved: Solved) -> float | None:
    """What leaving the positions would cost that the trades open or enlarge; what they close is
    left already. None where one cannot be told."""
    exposure, total = problem.exposure, 0.0
    for quote, size in zip(problem.quotes, solved.sizes.tolist(), strict=True):
        held = exposure.position_base if quote.symbol == exposure.symbol else {}
        before = held.get(quote.venue, 0.0)
        after = before + size
        opened = after if before * after <= 0 else after - before
        if size == 0 or opened * after <= 0:
            continue
        usd = exit_cost_usd(quote, opened)
        if usd is None:
            return None
        total += usd
    return total


def _tidy(after: float, before: float) -> float:
    """Zero where only the dust of binary fractions is left."""
    return 0.0 if abs(after) < DUST * max(abs(before), 1.0) else after


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
    notes.assume(
        Assumption(
            field="band_half_width",
            what="for one mis-hedge that would last for hold_h; see target_sd",
        )
    )
    held_min = inputs.hold_h * MINUTES_PER_HOUR
    return known(one_off_threshold(cost, inputs.risk_aversion, price_sd, held_min))
