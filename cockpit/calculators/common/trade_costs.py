"""What taking from a book costs: one convention for every calculator that trades a pair or a hedge.

Slippage is against the venue's own mid, the fee is on what is traded; both in and out of a position
are counted, apart. How far a venue's mid is from the price that venues are compared at is no cost
but a basis: what is sold above it, or bought below it, is earned when prices meet.
"""

from typing import NamedTuple

from cockpit.analytics.execution.depth import Walk
from cockpit.calculators.common.market_data import Quote
from cockpit.core.market import Side


class SideCost(NamedTuple):
    """Fractions of what is traded at the venue's mid; a cost is positive."""

    fee_frac: float
    slip_frac: float


def side_cost(quote: Quote, side: Side, walk: Walk) -> SideCost:
    """Of a walk through the side's book that has filled something; an unknown fee counts as 0."""
    at_mid = walk.base * quote.mid
    fee = quote.fees.taker or 0.0
    return SideCost(fee * walk.usd / at_mid, side.sign * (walk.usd - at_mid) / at_mid)
