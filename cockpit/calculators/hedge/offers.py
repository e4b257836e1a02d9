"""What each venue offers to a hedge, and the cheapest way through all of them.

Books of hundreds of levels would make a large program, so levels are merged into groups that
become single levels where the answer ends.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from cockpit.analytics.hedging.legs import HedgeLegs, HedgeVenue, Segments, hedge_legs
from cockpit.calculators.common.funding_clock import funding_price
from cockpit.calculators.common.holdings import Floats
from cockpit.calculators.common.market_data import Notes, Quote
from cockpit.core.market import Side

FINE = (-8, 0, 1, 9, 60)
"""Where groups begin around the level that the last answer ended in, counted in levels."""
UNUSED = (0, 3, 30)
"""Where groups begin on a side that the last answer left alone."""
PASSES = 4
"""How often the groups may be moved to where the last answer ended."""
SETTLED = 1e-6
"""Two answers that differ by a smaller share of the largest trade are one."""


class Limits(NamedTuple):
    """By venue. `margin_usd` is the equity that is free for this symbol, NaN for not known;
    `position_base` what is held in it already; `imf_frac` NaN for not known."""

    max_usd: Mapping[str, float]
    margin_usd: Mapping[str, float]
    position_base: Mapping[str, float]
    imf_frac: Mapping[str, float]


@dataclass(frozen=True)
class Curve:
    """One side of a book: USD at the common price (L,), what they cost as a fraction (L,)."""

    usd: Floats
    cost: Floats

    @cached_property
    def through(self) -> Floats:
        """USD up to the end of each level."""
        return np.asarray(np.add.accumulate(self.usd))

    @cached_property
    def paid(self) -> Floats:
        """What each level costs in USD."""
        return self.usd * self.cost

    def grouped(self, edges: Sequence[int]) -> Segments:
        """Levels merged from each edge to the next, each group at its average cost."""
        if not len(self.usd):
            return []
        last = len(self.usd) - 1
        starts = sorted({min(max(edge, 0), last) for edge in edges})
        usd = np.add.reduceat(self.usd, starts)
        paid = np.add.reduceat(self.paid, starts)
        # Averages of equal costs differ in their last digit: cheapest first stays so.
        cost = np.maximum.accumulate(paid / usd)
        return list(zip(usd.tolist(), cost.tolist(), strict=True))

    def around(self, usd: float) -> Segments:
        """A single level where `usd` ends, larger groups away from there; few for nothing."""
        if usd == 0:
            return self.grouped(UNUSED)
        level = int(self.through.searchsorted(usd))
        return self.grouped([0, *(level + step for step in FINE)])


class Offer(NamedTuple):
    """A venue with its trades counted in USD at one price for all venues."""

    terms: HedgeVenue
    buy: Curve
    sell: Curve

    def only_against(self, delta_usd: float) -> "Offer":
        none = Curve(np.empty(0), np.empty(0))
        return self._replace(buy=none) if delta_usd > 0 else self._replace(sell=none)

    def around(self, trade_usd: float) -> HedgeVenue:
        return self.terms._replace(
            buy=self.buy.around(max(trade_usd, 0.0)), sell=self.sell.around(max(-trade_usd, 0.0))
        )


def cheapest(
    delta_usd: float,
    carry_usd_per_hour: float,
    offers: Sequence[Offer],
    band_usd: float,
    target_carry_usd_per_hour: float | None,
    near_usd: Floats | None = None,
) -> HedgeLegs:
    """`hedge_legs` on levels that are single where its answer ends and merged elsewhere.

    The first guess is `near_usd`, the trades (V,) of a target nearby, else the cheapest way to the
    band without a target or limits; with neither that is the answer.
    """
    if target_carry_usd_per_hour is None:
        # Without a target nothing is gained by trading both ways.
        offers = [offer.only_against(delta_usd) for offer in offers]
    trades = _greedy(delta_usd, band_usd, offers) if near_usd is None else near_usd
    venues = _around(offers, trades)
    for _ in range(PASSES):
        found = hedge_legs(
            delta_usd, carry_usd_per_hour, venues, band_usd, target_carry_usd_per_hour
        )
        before, trades = trades, np.nan_to_num(found.trade_usd)
        if np.max(np.abs(trades - before), initial=0.0) <= SETTLED * np.max(
            np.abs(trades), initial=1.0
        ):
            break
        # Where the answer ends in the levels that it was looked for in, nothing is left to move.
        seen, venues = venues, _around(offers, trades)
        if venues == seen:
            break
    return found


def _around(offers: Sequence[Offer], trades: Floats) -> list[HedgeVenue]:
    return [offer.around(usd) for offer, usd in zip(offers, trades.tolist(), strict=True)]


def _greedy(delta_usd: float, band_usd: float, offers: Sequence[Offer]) -> Floats:
    """The cheapest levels of all venues until the band is reached; signed USD by venue."""
    sides = [offer.sell if delta_usd > 0 else offer.buy for offer in offers]
    usd = np.concatenate([side.usd for side in sides] or [np.empty(0)])
    cost = np.concatenate([side.cost for side in sides] or [np.empty(0)])
    venue = np.repeat(np.arange(len(sides)), [len(side.usd) for side in sides])
    order = np.argsort(cost, kind="stable")
    wanted = max(abs(delta_usd) - band_usd, 0.0)
    taken = np.clip(wanted - (np.cumsum(usd[order]) - usd[order]), 0.0, usd[order])
    amounts = np.bincount(venue[order], weights=taken, minlength=len(sides))
    return np.asarray(-np.copysign(amounts, delta_usd))


def offer_of(
    quote: Quote, reference: float, funding_hourly: float, limits: Limits, notes: Notes
) -> Offer:
    """What a venue offers, counted in USD at `reference` per base."""
    venue = quote.venue
    margin = limits.margin_usd.get(venue, math.nan)
    imf = limits.imf_frac.get(venue, math.nan)
    if math.isnan(margin):
        margin, imf = math.inf, 0.0
    elif math.isnan(imf):
        notes.lack(f"{venue}: initial margin not known, it does not limit the hedge there")
        margin, imf = math.inf, 0.0
    index = funding_price(quote.market) or quote.mid
    terms = HedgeVenue(
        name=venue,
        funding_hourly=funding_hourly * index * quote.quote_usd / reference,
        buy=(),
        sell=(),
        cap_usd=limits.max_usd.get(venue, math.inf),
        position_usd=limits.position_base.get(venue, 0.0) * reference,
        margin_usd=max(margin, 0.0),
        imf_frac=imf * quote.mid_usd / reference,
    )
    return Offer(terms, _curve(quote, Side.BUY, reference), _curve(quote, Side.SELL, reference))


def _curve(quote: Quote, side: Side, reference: float) -> Curve:
    """Against the venue's own mid, fee included.

    A rebate above the spread would make trading to and fro pay: such a cost counts as none.
    """
    prices, sizes = quote.columns(side)
    fee = math.nan if quote.fees.taker is None else quote.fees.taker
    usd = side.sign * (prices - quote.mid) + fee * prices
    return Curve(sizes * reference, np.maximum(usd * quote.quote_usd / reference, 0.0))
