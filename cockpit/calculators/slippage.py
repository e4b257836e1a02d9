"""What an order costs now: on each venue alone, and split over all of them.

Impact is against the venue's own mid and slippage against its own touch, as everywhere; a row's
cost is the impact and the fee in USD. The split and the best single venue are compared with each
other, so their costs are against one price: the median of the venues' mids (`reference_price`).
"""

import math
from collections.abc import Sequence
from typing import Annotated

import msgspec

from cockpit.analytics.execution import depth, impact
from cockpit.analytics.execution.lots import smallest_order
from cockpit.analytics.execution.split import Offer, best_single, best_split, consolidate, cost_usd
from cockpit.calculators.common import fields
from cockpit.calculators.common.form import shown
from cockpit.calculators.common.market_data import (
    Notes,
    Quote,
    Settings,
    asset_asked,
    known_coin,
    order_size,
    quotes,
    reference_price,
)
from cockpit.calculators.common.result import Column, Result, Table
from cockpit.calculators.common.words import base_words, usd_words
from cockpit.core.assumptions import Assumption
from cockpit.core.market import Side
from cockpit.state.view import MarketView

TITLE = "Slippage"
HELP = "what an order costs on each venue, and split over all of them"

ASSUMED_VOLATILITY = 0.6
DAYS_PER_YEAR = 365


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The form. Exactly one of `size` and `size_usd`."""

    symbol: fields.Symbol
    side: fields.Side
    size: fields.Size | None = None
    size_usd: fields.SizeUsd | None = None
    venues: fields.Venues = ()
    haircut: fields.Haircut = True
    taker_fee: fields.TakerFees = {}
    quote_usd: fields.QuotePrices = {}
    daily_volume_usd: (
        Annotated[float, shown("daily volume", unit="usd", help="for the square-root law", gt=0)]
        | None
    ) = None
    sigma_annual: fields.AnnualVolatility | None = None
    y: Annotated[
        float, shown("square-root law", help="its constant; 0.5 to 1.5 is usual", gt=0, le=10)
    ] = 1.0


class VenueRow(msgspec.Struct, frozen=True, kw_only=True):
    """The whole order on one venue, lots left out; None where the book or the fee is unknown."""

    venue: str
    filled: float | None = None
    unfilled: float | None = None
    vwap: float | None = None
    impact_bps: float | None = None
    slip_bps: float | None = None
    fee_bps: float | None = None
    cost_usd: float | None = None
    covered_bps: float | None = None


class SplitLeg(msgspec.Struct, frozen=True, kw_only=True):
    """Base units at one venue; `vwap` in USD without the fee, `cost_bps` with it."""

    venue: str
    size: float
    vwap: float
    cost_bps: float


class SplitRow(msgspec.Struct, frozen=True, kw_only=True):
    """The cheapest way over all venues; `effective_price` and `marginal_price` include fees."""

    legs: tuple[SplitLeg, ...]
    filled: float
    unfilled: float
    effective_price: float
    marginal_price: float
    cost_usd: float
    cost_bps: float


class Single(msgspec.Struct, frozen=True, kw_only=True):
    """The one venue that fills the most, and then the cheapest."""

    venue: str
    filled: float
    unfilled: float
    effective_price: float
    cost_usd: float
    cost_bps: float


class Values(msgspec.Struct, frozen=True, kw_only=True):
    symbol: str
    side: Side
    size: float | None
    reference_price: float | None
    venues: tuple[VenueRow, ...]
    split: SplitRow | None
    best_single: Single | None
    sqrt_impact_bps: float | None


def compute(inputs: Inputs, view: MarketView, settings: Settings) -> Result:
    """Every venue, the exact best split, the best single venue and the square-root law."""
    notes, side = Notes(), Side(inputs.side)
    symbol, asset = known_coin(view, inputs.symbol)
    order_size(inputs.size, inputs.size_usd, 1.0)
    found = quotes(
        view, settings, notes, symbol, inputs.venues,
        with_haircut=inputs.haircut, taker_fee=inputs.taker_fee, quote_usd=inputs.quote_usd,
        asset=asset,
    )  # fmt: skip
    rows = {quote.venue: _row(quote, side, inputs) for quote in found}
    asked = asset or asset_asked(view, symbol, ())
    blind = [venue for venue in asked if venue not in rows]
    if inputs.venues:
        blind = [venue for venue in inputs.venues if venue not in rows]
    priced = [quote for quote in found if quote.fees.taker is not None]
    reference = reference_price(priced)
    size = _base(priced, side, inputs, reference)
    split, single = _split(priced, side, size, inputs.size is not None, reference, notes)
    infeasible = None
    if split is None and size is not None and reference is not None:
        infeasible = _too_small(priced, side, size)
    return Result(
        values=Values(
            symbol=symbol,
            side=side,
            size=size,
            reference_price=reference,
            venues=(*rows.values(), *(VenueRow(venue=venue) for venue in blind)),
            split=split,
            best_single=single,
            sqrt_impact_bps=_law(inputs, found, reference, size, notes),
        ),
        infeasible=infeasible,
        assumptions=tuple(notes.assumptions),
        warnings=tuple(notes.warnings),
        is_incomplete=notes.is_incomplete,
    )


def _row(quote: Quote, side: Side, inputs: Inputs) -> VenueRow:
    levels, fee = quote.rows(side), quote.fees.taker
    if inputs.size is not None:
        walk = depth.walk(levels, inputs.size)
        unfilled = walk.unfilled
    else:
        walk = depth.walk_usd(levels, (inputs.size_usd or 0.0) / quote.quote_usd)
        unfilled = walk.unfilled / quote.mid
    vwap = walk.vwap
    impact_bps = None if vwap is None else depth.impact_bps(side.sign, vwap, quote.mid)
    cost = None
    if vwap is not None and fee is not None:
        effective = vwap * (1 + side.sign * fee)
        cost = cost_usd(side.sign, effective, quote.mid, walk.base) * quote.quote_usd
    return VenueRow(
        venue=quote.venue,
        filled=walk.base,
        unfilled=unfilled,
        vwap=vwap,
        impact_bps=impact_bps,
        slip_bps=None if vwap is None else depth.slip_bps(side.sign, vwap, quote.touch(side)),
        fee_bps=None if fee is None else fee * 1e4,
        cost_usd=cost,
        covered_bps=depth.covered_bps(levels, quote.mid),
    )


def offer_of(quote: Quote, side: Side, cap: float | None = None) -> Offer:
    """A priced quote as what the split chooses from; `cap` in base units."""
    return Offer(
        levels=quote.rows(side),
        fee=quote.fees.taker or 0.0,
        lot=quote.lot,
        min_size=quote.min_size,
        min_notional_usd=quote.min_notional_usd,
        cap=cap,
        quote_usd=quote.quote_usd,
    )


def _base(
    priced: Sequence[Quote], side: Side, inputs: Inputs, reference: float | None
) -> float | None:
    """The order in base units: a USD order is worth what the merged books give for it."""
    if inputs.size is not None or reference is None:
        return inputs.size
    merged = consolidate([offer_of(quote, side) for quote in priced], side.sign)
    worth = merged.price * merged.size
    left, base = inputs.size_usd or 0.0, 0.0
    for usd, size in zip(worth.tolist(), merged.size.tolist(), strict=True):
        share = min(1.0, left / usd)
        left, base = left - share * usd, base + share * size
        if share < 1.0:
            break
    return base + left / reference


def _split(
    priced: Sequence[Quote],
    side: Side,
    size: float | None,
    is_exact: bool,
    reference: float | None,
    notes: Notes,
) -> tuple[SplitRow | None, Single | None]:
    """`is_exact`: the trader named the size, so that a crumb of a lot is worth a word."""
    if size is None or reference is None:
        return None, None
    offers = [offer_of(quote, side) for quote in priced]
    best, alone = best_split(offers, side.sign, size), best_single(offers, side.sign, size)
    lot = min(offer.lot for offer in offers)
    if best.effective is None or best.marginal is None or alone is None:
        return None, None
    if best.unfilled >= lot * (1 - 1e-9):
        notes.lack(
            f"the visible books together hold {base_words(best.filled)} of {base_words(size)}: "
            f"{base_words(best.unfilled)} are not priced"
        )
    elif best.unfilled > 0 and is_exact:
        notes.warn(f"{base_words(best.unfilled)} are less than a lot and stay untraded")

    def bps(effective: float) -> float:
        return side.sign * (effective / reference - 1) * 1e4

    legs = tuple(
        SplitLeg(venue=q.venue, size=leg.size, vwap=leg.vwap, cost_bps=bps(leg.effective))
        for q, leg in zip(priced, best.legs, strict=True)
        if leg.vwap is not None and leg.effective is not None
    )
    row = SplitRow(
        legs=legs,
        filled=best.filled,
        unfilled=best.unfilled,
        effective_price=best.effective,
        marginal_price=best.marginal,
        cost_usd=cost_usd(side.sign, best.effective, reference, best.filled),
        cost_bps=bps(best.effective),
    )
    v, one = alone
    if one.unfilled >= priced[v].lot and best.unfilled < one.unfilled:
        filled = base_words(one.filled)
        notes.warn(f"no venue alone holds the order: {priced[v].venue} fills {filled}")
    effective = one.effective if one.effective is not None else math.nan
    single = Single(
        venue=priced[v].venue,
        filled=one.filled,
        unfilled=one.unfilled,
        effective_price=effective,
        cost_usd=cost_usd(side.sign, effective, reference, one.filled),
        cost_bps=bps(effective),
    )
    return row, single


def _too_small(priced: Sequence[Quote], side: Side, size: float) -> str:
    """Why no venue takes any of an order: each one's smallest, or what its book holds."""
    reasons = []
    for quote in priced:
        price = min(quote.mid, quote.touch(side)) * quote.quote_usd
        least = smallest_order(quote.lot, quote.min_size, quote.min_notional_usd, price)
        held = quote.rows(side).total
        if held < least:
            shown = f"{quote.venue} shows {base_words(held)}"
            reasons.append(f"{shown}, less than its smallest order {base_words(least)}")
        else:
            reasons.append(f"{quote.venue} takes {base_words(least)} or more")
    return f"nothing can be traded of {base_words(size)}: {', '.join(reasons)}"


def _law(
    inputs: Inputs,
    found: Sequence[Quote],
    reference: float | None,
    size: float | None,
    notes: Notes,
) -> float | None:
    """The square-root law for the whole order; None when no daily volume can be had."""
    if reference is None or size is None:
        return None
    volume, sigma = inputs.daily_volume_usd, inputs.sigma_annual
    if volume is None:
        interests = [quote.market.open_interest for quote in found]
        volume = reference * sum(oi for oi in interests if oi is not None)
        if volume <= 0:
            notes.warn("sqrt_impact_bps: neither daily_volume_usd nor open interest is known")
            return None
        notes.assume(
            Assumption(
                field="daily_volume_usd",
                value=volume,
                figure=usd_words(volume),
                why="the open interest once a day, assumed",
            )
        )
    if sigma is None:
        sigma = ASSUMED_VOLATILITY
        notes.assume(Assumption(field="sigma_annual", value=sigma, why="assumed"))
    return impact.sqrt_impact_bps(
        size * reference, volume, sigma / math.sqrt(DAYS_PER_YEAR), inputs.y
    )


def rows(result: Result) -> Table:
    """A row a venue, best first, with its part of the split."""
    values: Values = result.values
    parts = {leg.venue: leg.size for leg in values.split.legs} if values.split else {}

    def rank(row: VenueRow) -> tuple[bool, float, float]:
        cost = math.inf if row.cost_usd is None else row.cost_usd
        return row.filled is None, row.unfilled or 0.0, cost

    return Table(
        columns=(
            Column("venue"), Column("filled", "base"), Column("unfilled", "base"),
            Column("vwap", "price"), Column("impact", "bps"), Column("slip", "bps"),
            Column("fee", "bps"), Column("cost", "usd"), Column("covered", "bps"),
            Column("split", "base"),
        ),
        rows=tuple(
            (r.venue, r.filled, r.unfilled, r.vwap, r.impact_bps, r.slip_bps, r.fee_bps,
             r.cost_usd, r.covered_bps, parts.get(r.venue))
            for r in sorted(values.venues, key=rank)
        ),
    )  # fmt: skip


def verdict(result: Result) -> str:
    """What the split costs, and what the best venue alone would."""
    values: Values = result.values
    split, single = values.split, values.best_single
    if split is None or single is None:
        why = f": {result.infeasible}" if result.infeasible else ""
        return f"No venue can price this order in {values.symbol}{why}."
    venues = [leg.venue for leg in split.legs]
    where = f"on {venues[0]}" if len(venues) == 1 else f"split over {len(venues)} venues"
    said = (
        f"{values.side.value.capitalize()} {base_words(split.filled)} {values.symbol} {where} for "
        f"{split.cost_bps:.1f} bps ({usd_words(split.cost_usd)})"
    )
    if len(venues) > 1:
        said += f"; all on {single.venue} would cost {single.cost_bps:.1f} bps"
        if single.unfilled > split.unfilled:
            said += f" and leave {base_words(single.unfilled)} unfilled"
    if split.unfilled > 0 and result.is_incomplete:
        said += f"; {base_words(split.unfilled)} are beyond the visible books"
    return said.replace(" -", " −") + "."
