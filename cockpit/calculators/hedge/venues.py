"""How long the fills of a hedge take, and its legs in whole lots."""

from collections.abc import Mapping

from cockpit.analytics.execution.depth import walk
from cockpit.calculators.common.market_data import Notes, Quote
from cockpit.core.assumptions import Assumption
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
        notes.assume(
            Assumption(
                field="delay_s",
                place=venue,
                what="a fill takes",
                value=ASSUMED_DELAY_S,
                figure=f"{ASSUMED_DELAY_S:g} s",
                why="neither latency nor blocks measured",
            )
        )
        return ASSUMED_DELAY_S
    delay_s = (latency_ms or 0.0) / 1000 + BLOCKS * (cadence_s or 0.0)
    notes.assume(
        Assumption(
            field="delay_s",
            place=venue,
            what="a fill takes",
            value=delay_s,
            figure=f"{delay_s:.2f} s",
            why=f"measured latency and {BLOCKS} blocks",
        )
    )
    return delay_s


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
