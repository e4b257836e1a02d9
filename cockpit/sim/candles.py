"""Candles of the past, from the reference prices at which funding was paid.

The world keeps no tape of prices. Between two funding payments a price moves in a straight line,
which is enough for a chart and the same for every client that asks.
"""

from bisect import bisect_right
from dataclasses import dataclass

from cockpit.core.units import NS_PER_S
from cockpit.sim.contract import MarketState

DAY_NS = 86_400 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Candle:
    """Prices in the venue's own quotation; `volume` (venue units) and `trades` are the
    day's, shared out evenly."""

    open: float
    high: float
    low: float
    close: float
    volume: float
    trades: int


def price_at(state: MarketState, at_ns: int, now_ns: int) -> float | None:
    """The price at a past time; None where the market has none."""
    price = state.last if state.last is not None else state.mark
    if price is None or at_ns >= now_ns:
        return price
    after = bisect_right(state.settled, at_ns, key=lambda row: row[0])
    if after == 0:
        return state.settled[0][3] if state.settled else price
    left_ns, left = state.settled[after - 1][0], state.settled[after - 1][3]
    if after < len(state.settled):
        right_ns, right = state.settled[after][0], state.settled[after][3]
    else:
        right_ns, right = now_ns, price
    return left + (right - left) * (at_ns - left_ns) / max(right_ns - left_ns, 1)


def candle(state: MarketState, open_ns: int, length_ns: int, now_ns: int) -> Candle | None:
    """The candle that begins at `open_ns`; None for a market without a price."""
    close_ns = min(open_ns + length_ns, now_ns)
    first, last = price_at(state, open_ns, now_ns), price_at(state, close_ns, now_ns)
    if first is None or last is None:
        return None
    begin = bisect_right(state.settled, open_ns, key=lambda row: row[0])
    end = bisect_right(state.settled, close_ns, key=lambda row: row[0])
    prices = [first, last, *(row[3] for row in state.settled[begin:end])]
    share = max(close_ns - open_ns, 0) / DAY_NS
    return Candle(
        open=first,
        high=max(prices),
        low=min(prices),
        close=last,
        volume=state.day_volume_base / state.listing.contract * share,
        trades=round(state.day_trades * share),
    )
