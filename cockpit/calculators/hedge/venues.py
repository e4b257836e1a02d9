"""How long the fills of a hedge take, and its legs in whole lots."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from cockpit.analytics.execution.depth import walk
from cockpit.analytics.execution.lots import round_plan, smallest_order
from cockpit.calculators.common.holdings import Floats
from cockpit.calculators.common.market_data import Notes, Quote
from cockpit.core.market import Side
from cockpit.core.plan import Leg, limit_price
from cockpit.state.view import MarketView

ASSUMED_DELAY_S = 2.0
BLOCKS = 2
"""Blocks until an order is in and its fill is known."""


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


def settled(sizes: Floats, quotes: Sequence[Quote], open_base: float, band_base: float) -> Floats:
    """One more lot, or one less, where rounding left the band and that brings it nearer.

    `open_base` is what is to be traded against, in the base units of the quotes.
    """
    after = open_base + float(np.sum(sizes))
    traded = np.flatnonzero(sizes).tolist()
    if not traded or abs(after) <= band_base:
        return sizes
    finest = min(traded, key=lambda v: quotes[v].lot)
    step = math.copysign(quotes[finest].lot, -after)
    if abs(after + step) < abs(after):
        sizes = sizes.copy()
        sizes[finest] = float(f"{sizes[finest] + step:.12g}")
    return sizes


def _smallest(quote: Quote) -> float:
    return smallest_order(quote.lot, quote.min_size, quote.min_notional_usd, quote.mid_usd)


def leg_of(quote: Quote, size: float) -> tuple[Leg, float]:
    """A marketable leg of signed size, and what it costs in USD against mid, fee included."""
    side = Side.BUY if size > 0 else Side.SELL
    done = walk(quote.rows(side), abs(size))
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
