"""What each venue offers to a hedge, how long a fill takes there, and legs in whole lots."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from cockpit.analytics.depth import walk
from cockpit.analytics.hedge_legs import HedgeVenue, Segments, book_segments
from cockpit.analytics.lots import round_plan, smallest_order
from cockpit.analytics.reversion import expected_mean
from cockpit.calculators.holdings import Floats
from cockpit.calculators.levels import reduced
from cockpit.calculators.view import Notes, Quote, Settings, present_hourly
from cockpit.core.market import Side
from cockpit.core.plan import Leg, limit_price
from cockpit.state.view import MarketView

LEVELS = 16
"""Levels a side that enter the program; the cost of the answer is walked on all of them."""
ASSUMED_DELAY_S = 2.0
BLOCKS = 2
"""Blocks until an order is in and its fill is known."""


class Limits(NamedTuple):
    """By venue. `margin_usd` is the equity that is free for this symbol, NaN for not known;
    `position_base` what is held in it already; `imf_frac` NaN for not known."""

    max_usd: Mapping[str, float]
    margin_usd: Mapping[str, float]
    position_base: Mapping[str, float]
    imf_frac: Mapping[str, float]


def candidate(
    quote: Quote, reference: float, funding_hourly: float, limits: Limits, notes: Notes
) -> HedgeVenue:
    """A venue with its trades counted in USD at `reference` per base, one price for all venues."""
    venue = quote.venue
    margin = limits.margin_usd.get(venue, math.nan)
    imf = limits.imf_frac.get(venue, math.nan)
    if math.isnan(margin):
        notes.assume(f"{venue}: equity not known, margin does not limit the hedge there")
        margin, imf = math.inf, 0.0
    elif math.isnan(imf):
        notes.lack(f"{venue}: initial margin not known, it does not limit the hedge there")
        margin, imf = math.inf, 0.0
    index = quote.market.index or quote.mid
    return HedgeVenue(
        name=venue,
        funding_hourly=funding_hourly * index * quote.quote_usd / reference,
        buy=_segments(quote, Side.BUY, reference),
        sell=_segments(quote, Side.SELL, reference),
        cap_usd=limits.max_usd.get(venue, math.inf),
        position_usd=limits.position_base.get(venue, 0.0) * reference,
        margin_usd=max(margin, 0.0),
        imf_frac=imf * quote.mid_usd / reference,
    )


def _segments(quote: Quote, side: Side, reference: float) -> Segments:
    fee = math.nan if quote.fees.taker is None else quote.fees.taker
    levels = reduced(quote.levels(side), LEVELS)
    ratio = reference / quote.mid_usd
    # A rebate above the spread would make trading to and fro pay: such a cost counts as none.
    return [
        (usd * ratio * quote.quote_usd, cost / ratio if cost > 0 or math.isnan(cost) else 0.0)
        for usd, cost in book_segments(levels, quote.mid, side.sign, fee)
    ]


def expected_hourly(
    quote: Quote, hold_h: float, phi: float | None, settings: Settings, notes: Notes
) -> float:
    """The mean rate over the hold, a fraction per hour; NaN where none is known.

    Without `phi` the present rate stays; with it, the rate reverts to the mean of what was paid,
    by the factor `phi` an hour.
    """
    now = present_hourly(quote.market, settings, notes)
    if now is None:
        return math.nan
    if phi is None:
        return now
    _, paid = quote.market.settled.hourly()
    if not len(paid):
        notes.lack(f"{quote.venue}: nothing was paid yet, so its rate cannot revert: it stays")
        return now
    mean = expected_mean(now, float(np.mean(paid)), phi, max(round(hold_h), 1))
    return now if mean is None else mean


def fill_delay_s(view: MarketView, venue: str, given: Mapping[str, float], notes: Notes) -> float:
    """Seconds from an order to a known fill: what is given, else latency and two blocks."""
    if venue in given:
        return given[venue]
    found = view.venue(venue)
    latency_ms = found.chain.latency_ms(95) if found else None
    cadence_s = found.chain.cadence_s() if found else None
    if latency_ms is None and cadence_s is None:
        notes.assume(f"{venue}: neither latency nor blocks measured, a fill takes 2 s")
        return ASSUMED_DELAY_S
    delay_s = (latency_ms or 0.0) / 1000 + BLOCKS * (cadence_s or 0.0)
    notes.assume(f"{venue}: a fill takes {delay_s:.2f} s, measured latency and {BLOCKS} blocks")
    return delay_s


def whole_lots(trade_base: Floats, quotes: Sequence[Quote]) -> Floats:
    """Signed base units (V,) in lots and above each venue's smallest order.

    Each direction keeps its sum to less than a lot, so that rounding does not unhedge.
    """
    out = np.zeros(len(quotes))
    for sign in (1.0, -1.0):
        chosen = [v for v in range(len(quotes)) if trade_base[v] * sign > 0]
        if not chosen:
            continue
        sizes = np.array([[float(f"{abs(trade_base[v]):.12g}")] for v in chosen])
        smallest = [_smallest(quotes[v]) for v in chosen]
        lots = [quotes[v].lot for v in chosen]
        total = float(f"{sizes.sum():.12g}")
        out[chosen] = sign * round_plan(sizes, lots, smallest, total).sizes[:, 0]
    return out


def _smallest(quote: Quote) -> float:
    return smallest_order(quote.lot, quote.min_size, quote.min_notional_usd, quote.mid_usd)


def leg_of(quote: Quote, size: float) -> tuple[Leg, float]:
    """A marketable leg of signed size, and what it costs in USD against mid, fee included."""
    side = Side.BUY if size > 0 else Side.SELL
    done = walk(quote.levels(side), abs(size))
    fee = quote.fees.taker or 0.0
    cost = side.sign * (done.usd - done.base * quote.mid) + fee * done.usd
    leg = Leg(
        venue=quote.venue,
        symbol=quote.symbol,
        side=side,
        size=abs(size),
        limit=limit_price(side, done.worst or quote.mid, quote.tick, is_passive=False),
        note=f"about {cost * quote.quote_usd:,.2f} USD against mid, fee included",
    )
    return leg, cost * quote.quote_usd
