"""What taking from a book costs: one convention for every calculator that trades a pair or a hedge.

Slippage is against the venue's own mid, the fee is on what is traded; both in and out of a position
are counted, apart. How far a venue's mid is from the price that venues are compared at is no cost
but a basis: what is sold above it, or bought below it, is earned when prices meet.
"""

from typing import NamedTuple

from cockpit.analytics.execution.depth import Walk, walk
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


def exit_cost_usd(quote: Quote, signed_base: float) -> float | None:
    """What trading a position of so much back would cost now; None on too short a book, or without
    a fee."""
    if signed_base == 0:
        return 0.0
    side = Side.SELL if signed_base > 0 else Side.BUY
    back = walk(quote.rows(side), abs(signed_base))
    if back.unfilled > 0 or not back.base > 0 or quote.fees.taker is None:
        return None
    cost = side_cost(quote, side, back)
    return (cost.fee_frac + cost.slip_frac) * back.base * quote.mid_usd


def basis_usd(quote: Quote, signed_base: float, reference: float) -> float:
    """What a trade earns (+) or pays of the venue's distance from `reference`, USD a base."""
    return -signed_base * (quote.mid_usd - reference)
