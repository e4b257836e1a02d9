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

from cockpit.analytics.execution.fills import from_zero
from cockpit.analytics.execution.ladder import DUST
from cockpit.analytics.hedging.legs import (
    HedgeAsset,
    HedgeBook,
    HedgeVenue,
    Segments,
    hedge_book,
)
from cockpit.analytics.hedging.whole_lots import LOT_DUST
from cockpit.analytics.risk.margin import InitialTiers
from cockpit.calculators.common.funding_clock import funding_price
from cockpit.calculators.common.holdings import Floats
from cockpit.calculators.common.market_data import Notes, Quote
from cockpit.core.market import Side

FINE = (-8, 0, 1, 2, 9, 60)
"""Where groups begin around the level that the last answer ended in, counted in levels."""
UNUSED = (0, 1, 4, 30)
"""Where groups begin on a side that the last answer left alone."""
UNLIMITED = InitialTiers((0.0,), (0.0,))
PASSES = 4
"""How often the groups may be moved to where the last answer ended."""
SETTLED = 1e-6
"""Two answers that differ by a smaller share of the largest trade are one."""


class Limits(NamedTuple):
    """By venue. `margin_usd` is the equity that is free for this symbol, NaN for not known;
    `position_base` what is held in it already; `initial` is NaN for not known."""

    max_usd: Mapping[str, float]
    margin_usd: Mapping[str, float]
    position_base: Mapping[str, float]
    initial: Mapping[str, InitialTiers]


@dataclass(frozen=True)
class Curve:
    """One side of a book: USD at the common price (L,), what they cost as a fraction (L,), and
    what a lot is in USD."""

    usd: Floats
    cost: Floats
    lot_usd: float

    @cached_property
    def groups(self) -> dict[int, Segments]:
        """What `around` has answered, by the level that it was asked for."""
        return {}

    @cached_property
    def through(self) -> Floats:
        """USD up to the end of each level, with the 0 before the first, (L + 1,)."""
        return from_zero(self.usd)

    @cached_property
    def paid(self) -> Floats:
        """What it costs in USD to trade that much, (L + 1,)."""
        return from_zero(self.usd * self.cost)

    @property
    def whole(self) -> int:
        """The whole lots that the visible book holds."""
        return int(self.through[-1] / self.lot_usd + LOT_DUST)

    def grouped(self, edges: Sequence[int]) -> Segments:
        """Levels merged from each edge to the next, in whole lots, each at its average cost."""
        if not len(self.usd):
            return []
        last = len(self.usd)
        ends = sorted({*(min(edge, last) for edge in edges if edge > 0), last})
        segments, held, spent, dearest = [], 0.0, 0.0, 0.0
        # A handful of groups: plain floats cost less than arrays would.
        for end in ends:
            through = float(self.through[end])
            usd = math.floor(through / self.lot_usd + LOT_DUST) * self.lot_usd
            if usd - held <= LOT_DUST * self.lot_usd:
                continue
            paid = float(self.paid[end]) - (through - usd) * float(self.cost[end - 1])
            # Averages of equal costs differ in their last digit: cheapest first stays so. A cost
            # that is not known stays so too.
            average = (paid - spent) / (usd - held)
            dearest = dearest if average < dearest else average
            segments.append((usd - held, dearest))
            held, spent = usd, paid
        return segments

    def around(self, usd: float) -> Segments:
        """A single level where `usd` ends, larger groups away from there; few for nothing."""
        level = -1 if usd == 0 else int(self.through[1:].searchsorted(usd * (1 - DUST)))
        if level not in self.groups:
            edges = UNUSED if level < 0 else [level + step for step in FINE]
            self.groups[level] = self.grouped(edges)
        return self.groups[level]


class Offer(NamedTuple):
    """A venue with its trades counted in USD at one price for all venues.

    `initial` are the tiers of its initial margin, (USD beyond which it counts, fraction), as far as
    its equity is known; `terms` have one fraction that is safe for every size.
    """

    terms: HedgeVenue
    buy: Curve
    sell: Curve
    initial: Sequence[tuple[float, float]]
    largest_usd: float
    """The largest position that its equity is enough for."""

    def at_size(self, usd: float) -> "Offer":
        """With the margin of the tier in which a position of this size lies."""
        if len(self.initial) == 1 or not self.terms.imf_frac:
            return self
        safe = self.terms.margin_usd / self.largest_usd if self.largest_usd > 0 else math.inf
        frac = next(imf for lower, imf in reversed(self.initial) if usd > lower or lower == 0)
        scaled = self.terms.imf_frac * min(frac / safe, 1.0)
        return self._replace(terms=self.terms._replace(imf_frac=scaled))

    def only_against(self, delta_usd: float) -> "Offer":
        none = Curve(np.empty(0), np.empty(0), self.buy.lot_usd)
        return self._replace(buy=none) if delta_usd > 0 else self._replace(sell=none)

    def around(self, trade_usd: float) -> HedgeVenue:
        return self.terms._replace(
            buy=self.buy.around(max(trade_usd, 0.0)), sell=self.sell.around(max(-trade_usd, 0.0))
        )


class OfferedAsset(NamedTuple):
    """A coin that is to be hedged: what is open, what may stay, and what the venues offer."""

    delta_usd: float
    band_usd: float
    offers: Sequence[Offer]


def cheapest(
    assets: Sequence[OfferedAsset],
    carry_usd_per_hour: float,
    target_carry_usd_per_hour: float | None,
) -> HedgeBook:
    """`hedge_book` on levels that are single where its answer ends and merged elsewhere.

    The first guess is the cheapest way to each band without a target or limits.
    """
    trades = [_greedy(asset) for asset in assets]
    venues = _around(assets, trades)
    for _ in range(PASSES):
        found = hedge_book(venues, carry_usd_per_hour, target_carry_usd_per_hour)
        before, trades = trades, list(found.trade_usd)
        largest = max((float(np.max(np.abs(usd), initial=1.0)) for usd in trades), default=1.0)
        if all(
            np.max(np.abs(now - old), initial=0.0) <= SETTLED * largest
            for now, old in zip(trades, before, strict=True)
        ):
            break
        # Where the answer ends in the levels that it was looked for in, nothing is left to move.
        seen, venues = venues, _around(assets, trades)
        if venues == seen:
            break
    return found


def _around(assets: Sequence[OfferedAsset], trades: Sequence[Floats]) -> list[HedgeAsset]:
    return [
        HedgeAsset(
            asset.delta_usd,
            asset.band_usd,
            [offer.around(usd) for offer, usd in zip(asset.offers, trade.tolist(), strict=True)],
        )
        for asset, trade in zip(assets, trades, strict=True)
    ]


def _greedy(asset: OfferedAsset) -> Floats:
    """The cheapest levels of all venues until the band is reached; signed USD by venue."""
    delta_usd = asset.delta_usd
    sides = [offer.sell if delta_usd > 0 else offer.buy for offer in asset.offers]
    usd = np.concatenate([side.usd for side in sides] or [np.empty(0)])
    cost = np.concatenate([side.cost for side in sides] or [np.empty(0)])
    venue = np.repeat(np.arange(len(sides)), [len(side.usd) for side in sides])
    order = np.argsort(cost, kind="stable")
    wanted = max(abs(delta_usd) - asset.band_usd, 0.0)
    taken = np.clip(wanted - (np.cumsum(usd[order]) - usd[order]), 0.0, usd[order])
    amounts = np.bincount(venue[order], weights=taken, minlength=len(sides))
    return np.asarray(-np.copysign(amounts, delta_usd))


def offer_of(
    quote: Quote, reference: float, funding_hourly: float, limits: Limits, notes: Notes
) -> Offer:
    """What a venue offers, counted in USD at `reference` per base."""
    venue = quote.venue
    margin = limits.margin_usd.get(venue, math.nan)
    position_usd = limits.position_base.get(venue, 0.0) * quote.mid_usd
    tiers = limits.initial.get(venue)
    imf = _binding_frac(tiers, margin, abs(position_usd))
    if not math.isnan(margin) and math.isnan(imf):
        notes.lack(f"{venue}: initial margin not known, it does not limit the hedge there")
    if tiers is None or math.isnan(margin) or math.isnan(imf):
        margin, imf, tiers = math.inf, 0.0, UNLIMITED
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
    return Offer(
        terms,
        _curve(quote, Side.BUY, reference),
        _curve(quote, Side.SELL, reference),
        list(zip(tiers.lower_usd, tiers.imf_frac, strict=True)),
        tiers.largest_usd(margin),
    )


def _binding_frac(initial: InitialTiers | None, margin_usd: float, held_usd: float) -> float:
    """One fraction for a program that is linear: at it the equity allows the largest position that
    the tiers allow, and no smaller one needs more."""
    if initial is None:
        return math.nan
    largest = initial.largest_usd(margin_usd)
    return margin_usd / largest if 0 < largest < math.inf else initial.frac_at(held_usd)


def _curve(quote: Quote, side: Side, reference: float) -> Curve:
    """Against the venue's own mid, fee included.

    A rebate above the spread would make trading to and fro pay: such a cost counts as none.
    """
    prices, sizes = quote.columns(side)
    fee = math.nan if quote.fees.taker is None else quote.fees.taker
    usd = side.sign * (prices - quote.mid) + fee * prices
    cost = np.maximum(usd * quote.quote_usd / reference, 0.0)
    return Curve(sizes * reference, cost, quote.lot * reference)
