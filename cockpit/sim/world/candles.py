"""Candles: from the trades where they are remembered, and before them from funding's prices.

The world keeps the last trades of every market and no tape of older prices. Before the first
remembered trade a price moves in a straight line between the reference prices at which funding was
paid, which is enough for a chart and the same for every client that asks.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cockpit.core.units import NS_PER_S
from cockpit.sim.world.contract import MarketState, TradeTick, VenueWorld

DAY_NS = 86_400 * NS_PER_S
REMEMBERED_TRADES = 1000

Tape = Sequence[TradeTick]


@dataclass(frozen=True, slots=True)
class Candle:
    """Prices in the venue's own quotation. `volume` (venue units) and `trades` are those of the
    remembered trades, and before them the day's, shared out evenly."""

    open: float
    high: float
    low: float
    close: float
    volume: float
    trades: int


def tape(world: VenueWorld, state: MarketState) -> Tape:
    """The remembered trades of a market, oldest first."""
    return world.recent_trades(state.listing.symbol, REMEMBERED_TRADES)


def history_begins_ns(state: MarketState, now_ns: int) -> int:
    """Before this the market has no past that a venue could answer for."""
    return state.settled[0][0] if state.settled else now_ns


def price_at(state: MarketState, at_ns: int, now_ns: int, trades: Tape = ()) -> float | None:
    """The price at a time; None where the market has none."""
    price = state.last if state.last is not None else state.mark
    if price is not None and trades and trades[0].at_ns <= at_ns:
        return _price(state, trades[bisect_right(trades, at_ns, key=_time) - 1])
    if price is None or at_ns >= now_ns:
        return price
    after = bisect_right(state.settled, at_ns, key=lambda row: row[0])
    if after == 0:
        return state.settled[0][3] if state.settled else price
    left_ns, left = state.settled[after - 1][0], state.settled[after - 1][3]
    if after < len(state.settled):
        right_ns, right = state.settled[after][0], state.settled[after][3]
    elif trades:
        # A price that has passed must not move with the price of now.
        right_ns, right = trades[0].at_ns, _price(state, trades[0])
    else:
        right_ns, right = now_ns, price
    return left + (right - left) * (at_ns - left_ns) / max(right_ns - left_ns, 1)


def candle(
    state: MarketState, open_ns: int, length_ns: int, now_ns: int, trades: Tape = ()
) -> Candle | None:
    """The candle that begins at `open_ns`; None for a market without a price."""
    end_ns = open_ns + length_ns
    close_ns = min(end_ns, now_ns)
    first, last = (
        price_at(state, open_ns, now_ns, trades),
        price_at(state, close_ns, now_ns, trades),
    )
    if first is None or last is None:
        return None
    traded_from_ns = trades[0].at_ns if trades else now_ns
    within = trades[
        bisect_left(trades, open_ns, key=_time) : bisect_left(trades, end_ns, key=_time)
    ]
    begin = bisect_right(state.settled, open_ns, key=lambda row: row[0])
    end = bisect_right(state.settled, min(close_ns, traded_from_ns), key=lambda row: row[0])
    traded = [_price(state, trade) for trade in within]
    prices = [*(row[3] for row in state.settled[begin:end]), *traded]
    if within and traded_from_ns <= open_ns:
        first = traded[0]
    if within:
        last = traded[-1]
    older = max(min(close_ns, traded_from_ns) - open_ns, 0) / DAY_NS
    lots = sum(trade.lots for trade in within)
    return Candle(
        open=first,
        high=max(first, last, *prices),
        low=min(first, last, *prices),
        close=last,
        volume=state.day_volume_base / state.listing.contract * older
        + lots / 10**state.listing.size_decimals,
        trades=round(state.day_trades * older) + len(within),
    )


Prices = tuple[float, float, float, float]


def price_candle(
    state: MarketState,
    now_price: float | None,
    open_ns: int,
    length_ns: int,
    now_ns: int,
    trades: Tape,
) -> Prices | None:
    """Open, high, low and close of mark or index, whose price of now is `now_price`.

    Of the past of either the trades are all that is known.
    """
    found = candle(state, open_ns, length_ns, now_ns, trades)
    if found is None or now_price is None:
        return None
    close = found.close if open_ns + length_ns <= now_ns else now_price
    return found.open, max(found.high, close), min(found.low, close), close


def premium_candle(state: MarketState, open_ns: int, length_ns: int, now_ns: int) -> Prices | None:
    """Open, high, low and close of the premium, from the averages of the funding intervals."""
    if state.premium is None:
        return None
    points = [(row[0], row[2]) for row in state.settled] + [(now_ns, state.premium)]
    close_ns = min(open_ns + length_ns, now_ns)
    inside = [value for at_ns, value in points if open_ns < at_ns < close_ns]
    first, last = _between(points, open_ns), _between(points, close_ns)
    return first, max(first, last, *inside), min(first, last, *inside), last


def _between(points: list[tuple[int, float]], at_ns: int) -> float:
    if at_ns <= points[0][0]:
        return points[0][1]
    for (left_ns, left), (right_ns, right) in pairwise(points):
        if at_ns <= right_ns:
            return left + (right - left) * (at_ns - left_ns) / max(right_ns - left_ns, 1)
    return points[-1][1]


def _time(trade: TradeTick) -> int:
    return trade.at_ns


def _price(state: MarketState, trade: TradeTick) -> float:
    return trade.ticks / 10.0**state.listing.price_decimals
