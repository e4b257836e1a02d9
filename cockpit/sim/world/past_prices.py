"""Prices of the past, between those at which funding was paid.

The world keeps no tape of older prices. A price moves in a straight line between the reference
prices of payments, which is enough for a change of the hour and the same for every client.
"""

from bisect import bisect_right

from cockpit.sim.world.contract import MarketState


def history_begins_ns(state: MarketState, now_ns: int) -> int:
    """Before this the market has no past that a venue could answer for."""
    return state.settled[0][0] if state.settled else now_ns


def price_at(state: MarketState, at_ns: int, now_ns: int) -> float | None:
    """The price at a time, quote per contract; None where the market has none."""
    price = state.last if state.last is not None else state.mark
    if price is None or at_ns >= now_ns:
        return price
    after = bisect_right(state.settled, at_ns, key=lambda row: row[0])
    if after == 0:
        return state.settled[0][3] if state.settled else price
    left_ns, left = state.settled[after - 1][0], state.settled[after - 1][3]
    right_ns, right = now_ns, price
    if after < len(state.settled):
        right_ns, right = state.settled[after][0], state.settled[after][3]
    return left + (right - left) * (at_ns - left_ns) / max(right_ns - left_ns, 1)
