"""The hedge of all symbols together: one optimum, in whole lots, and why it is not all of it.

Symbols share the target of carry, and each venue's cap and equity.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from cockpit.analytics.execution.lots import common_unit, exact, smallest_order
from cockpit.analytics.hedging.legs import HedgeBook
from cockpit.analytics.hedging.whole_lots import (
    LOT_DUST,
    LotAsset,
    LotMarket,
    LotPool,
    WholeLots,
)
from cockpit.calculators.common.funding_clock import funding_price
from cockpit.calculators.common.market_data import Notes, Quote
from cockpit.calculators.common.words import base_words
from cockpit.calculators.hedge.asset import AssetProblem, Solved
from cockpit.calculators.hedge.offers import Offer, OfferedAsset, cheapest
from cockpit.core.market import Side

_MOST_LOTS = 1e15
SIZE_DUST = 1e-11
"""Of a size in lots: beside the dust of a lot, what binary fractions may add to a large one."""


def solve(
    problems: Sequence[AssetProblem],
    max_usd: Mapping[str, float],
    target: float | None,
    notes: Notes,
) -> tuple[list[Solved], str | None]:
    """An answer a symbol, and why together they earn less than the target; None if they do not.

    What is not known of one symbol leaves it out, and the others are hedged without it.
    """
    unknown = [_unknown(problem, target) for problem in problems]
    known = [problem for problem, words in zip(problems, unknown, strict=True) if words is None]
    answers, short = _solve(known, max_usd, target, notes)
    left = iter(answers)
    return [
        next(left)
        if words is None
        else Solved(np.zeros(len(problem.quotes)), math.nan, words, False, ())
        for problem, words in zip(problems, unknown, strict=True)
    ], short


def _unknown(problem: AssetProblem, target: float | None) -> str | None:
    if not math.isfinite(problem.against_usd):
        return "the delta to hedge is not known"
    if target is not None and math.isnan(problem.exposure.carry_usd_per_hour):
        return "the carry of the positions is not known"
    return None


def _solve(
    problems: Sequence[AssetProblem],
    max_usd: Mapping[str, float],
    target: float | None,
    notes: Notes,
) -> tuple[list[Solved], str | None]:
    carries = [problem.exposure.carry_usd_per_hour for problem in problems]
    carry = float(np.nansum(carries))
    offered = [
        OfferedAsset(
            problem.against_usd,
            problem.band_usd,
            # Without a target nothing is gained by trading both ways.
            [
                offer if target is not None else offer.only_against(problem.against_usd)
                for offer in problem.offers
            ],
        )
        for problem in problems
    ]
    plan = _planned(problems, offered, max_usd, carry, target)
    if _shares_tiers(offered):
        # One fraction for every size is safe and too careful where coins share an equity: look once
        # more with that of the tier in which each position has come to lie.
        again = _planned(problems, _at_tiers(offered, plan.lots), max_usd, carry, target)
        plan = min(plan, again, key=lambda one: one.lots.standing)
    answers = [
        _solved(problem, number, plan.found, plan.lots, own, notes)
        for number, (problem, own) in enumerate(zip(problems, carries, strict=True))
    ]
    if not plan.lots.missing:
        return answers, None
    limits = plan.found.short or "limited by whole lots and smallest orders"
    ends = f"carry ends at {plan.lots.carry:+,.2f} USD/h of {target or 0.0:+,.2f}"
    return answers, f"{ends}; {limits}"


class _Planned(NamedTuple):
    """The optimum in parts of lots, and what was made of it in whole ones."""

    found: HedgeBook
    lots: WholeLots


def _planned(
    problems: Sequence[AssetProblem],
    offered: Sequence[OfferedAsset],
    max_usd: Mapping[str, float],
    carry: float,
    target: float | None,
) -> _Planned:
    found = cheapest(offered, carry, target)
    venues = list(dict.fromkeys(quote.venue for p in problems for quote in p.quotes))
    lots = WholeLots(
        [
            _asset(p, o, found.excluded[i], venues)
            for i, (p, o) in enumerate(zip(problems, offered, strict=True))
        ],
        [_pool(venue, problems, max_usd) for venue in venues],
        carry,
        target,
        [
            trade / np.array([quote.lot * problem.reference for quote in problem.quotes])
            for problem, trade in zip(problems, found.trade_usd, strict=True)
        ],
    )
    lots.repair()
    return _Planned(found, lots)


def _shares_tiers(offered: Sequence[OfferedAsset]) -> bool:
    """Whether coins share a venue's equity and its margin depends on the size."""
    coins = Counter(offer.terms.name for asset in offered for offer in asset.offers)
    return any(
        len(offer.initial) > 1 and coins[offer.terms.name] > 1
        for asset in offered
        for offer in asset.offers
    )


def _at_tiers(offered: Sequence[OfferedAsset], lots: WholeLots) -> list[OfferedAsset]:
    return [
        asset._replace(
            offers=[
                offer.at_size(usd)
                for offer, usd in zip(asset.offers, lots.position_usd(number).tolist(), strict=True)
            ]
        )
        for number, asset in enumerate(offered)
    ]


def _asset(
    problem: AssetProblem, offered: OfferedAsset, excluded: Sequence[str], venues: Sequence[str]
) -> LotAsset:
    unit, units = common_unit([quote.lot for quote in problem.quotes])
    unit_usd = problem.reference * float(unit)
    against = problem.against_usd / unit_usd if unit_usd > 0 else 0.0
    whole = round(against)
    if abs(against - whole) <= LOT_DUST + SIZE_DUST * abs(against):
        against = float(whole)
    return LotAsset(
        against,
        problem.band_usd / unit_usd if unit_usd > 0 else 0.0,
        unit_usd,
        [
            _market(problem, number, offer, units[number], quote.venue in excluded, venues)
            for number, (quote, offer) in enumerate(
                zip(problem.quotes, offered.offers, strict=True)
            )
        ],
    )


def _market(
    problem: AssetProblem,
    number: int,
    offer: Offer,
    units: int,
    is_excluded: bool,
    venues: Sequence[str],
) -> LotMarket:
    quote, rate, lot_usd = problem.quotes[number], problem.rates[number], offer.buy.lot_usd
    terms = offer.terms
    sell, buy = offer.sell.through[:0:-1] / -lot_usd, offer.buy.through / lot_usd
    paid = np.concatenate((offer.sell.paid[:0:-1], offer.buy.paid))
    held, usd = terms.position_usd / lot_usd, quote.lot * quote.mid_usd
    # No position may need more than all of the equity. One that does already may stay, but what is
    # opened on the other side has to be paid for.
    largest = offer.largest_usd / usd
    sold, bought = (min(max(largest, -way * held) + way * held, _MOST_LOTS) for way in (1, -1))
    return LotMarket(
        pool=venues.index(quote.venue),
        units=units,
        usd=usd,
        lots=np.concatenate((sell, buy)),
        paid=np.zeros(len(paid)) if is_excluded else paid,
        lowest=0 if is_excluded else -min(offer.sell.whole, math.floor(sold + LOT_DUST)),
        highest=0 if is_excluded else min(offer.buy.whole, math.floor(bought + LOT_DUST)),
        least_sell=_least(quote, Side.SELL),
        least_buy=_least(quote, Side.BUY),
        carry=0.0 if is_excluded else -quote.lot * carry_usd(quote, rate),
        margins=[(lower / usd, imf * usd) for lower, imf in offer.initial],
        held=held,
    )


def carry_usd(quote: Quote, rate: float) -> float:
    """USD an hour that a base unit pays."""
    return (funding_price(quote.market) or quote.mid) * quote.quote_usd * rate


def _least(quote: Quote, side: Side) -> int:
    """The smallest order in lots, at the lower of mid and touch: a notional is not met by hope."""
    price = min(quote.mid, quote.touch(side)) * quote.quote_usd
    least = smallest_order(quote.lot, quote.min_size, quote.min_notional_usd, price)
    return int(exact(least) / exact(quote.lot))


def _pool(venue: str, problems: Sequence[AssetProblem], max_usd: Mapping[str, float]) -> LotPool:
    margins = [
        offer.terms.margin_usd
        for problem in problems
        for offer in problem.offers
        if offer.terms.name == venue
    ]
    return LotPool(max_usd.get(venue, math.inf), min(margins, default=math.inf))


def _solved(
    problem: AssetProblem,
    number: int,
    found: HedgeBook,
    lots: WholeLots,
    carry: float,
    notes: Notes,
) -> Solved:
    trade = lots.trades[number].tolist()
    sizes = np.array(
        [float(exact(q.lot) * count) for q, count in zip(problem.quotes, trade, strict=True)]
    )
    paid = sum(
        -size * carry_usd(quote, rate)
        for quote, size, rate in zip(problem.quotes, sizes.tolist(), problem.rates, strict=True)
        if size != 0
    )
    binding = _left(problem, number, found.unhedged[number], lots, notes)
    return Solved(sizes, carry + paid, binding, True, found.excluded[number])


def _left(
    problem: AssetProblem, number: int, limits: str | None, lots: WholeLots, notes: Notes
) -> str | None:
    """Why more than the band stays open: `limits` of the optimum, else whole lots; None where that
    is less than half a lot."""
    unit, units = common_unit([quote.lot for quote in problem.quotes])
    opened = lots.open_units(number)
    band = problem.band_usd / (problem.reference * float(unit)) if problem.reference > 0 else 0.0
    beyond = abs(opened) - band
    if beyond <= LOT_DUST:
        return None
    base, usd = opened * float(unit), opened * float(unit) * problem.reference
    if limits is not None:
        return f"{usd:+,.0f} USD stay unhedged; {limits}"
    smallest = ", ".join(
        f"{q.venue} takes {base_words(_least(q, Side.SELL if opened > 0 else Side.BUY) * q.lot)}"
        for q in problem.quotes
    )
    if not lots.trades[number].any():
        return f"nothing can be traded of {base:+g} ({usd:+,.2f} USD): {smallest} or more"
    if beyond > min(units) / 2 + LOT_DUST:
        return f"{usd:+,.0f} USD stay unhedged; limited by smallest orders: {smallest} or more"
    size = base_words(abs(base))
    notes.warn(f"{problem.exposure.symbol}: {size} are less than a lot and stay open")
    return None
