"""Prices of the past, between those at which funding was paid.

The world keeps no tape of older prices. A price moves in a straight line between the reference
prices of payments, which is enough for a change of the hour, for candles, and the same for every
client.
"""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from cockpit.core.units import NS_PER_S
from cockpit.sim.world.contract import Listing, MarketState

DAY_S = 86_400


class Candle(NamedTuple):
    """Prices in ticks and volume in lots of the listing, from `begin_ns` on."""

    begin_ns: int
    open: int
    high: int
    low: int
    close: int
    lots: int
    trades: int

    def worth(self, listing: Listing) -> float:
        """Its volume in the quote, all of it at the closing price."""
        scale = float(10 ** (listing.size_decimals + listing.price_decimals))
        return self.lots * self.close / scale


class Day(NamedTuple):
    """Prices of the last 24 hours, quote per contract. Its extremes are those of its ends."""

    first: float
    last: float

    @property
    def low(self) -> float:
        return min(self)

    @property
    def high(self) -> float:
        return max(self)

    @property
    def change_frac(self) -> float:
        return self.last / self.first - 1 if self.first else 0.0


def day_of(state: MarketState) -> Day:
    """A market's; all zeros where it has no price."""
    last = state.last if state.last is not None else state.mark or 0.0
    return Day(state.prev_day_price if state.prev_day_price is not None else last, last)


def history_begins_ns(state: MarketState, now_ns: int) -> int:
    """Before this the market has no past that a venue could answer for."""
    return state.settled[0][0] if state.settled else now_ns


def price_at(state: MarketState, at_ns: int, now_ns: int) -> float | None:
    """The price at a time, quote per contract; None where the market has none."""
    price = state.last if state.last is not None else state.mark
    if price is None or at_ns >= now_ns:
        return price
    after = bisect_right(state.settled, at_ns, key=_stamp)
    if after == 0:
        return state.settled[0][3] if state.settled else price
    left_ns, left = state.settled[after - 1][0], state.settled[after - 1][3]
    right_ns, right = now_ns, price
    if after < len(state.settled):
        right_ns, right = state.settled[after][0], state.settled[after][3]
    return left + (right - left) * (at_ns - left_ns) / max(right_ns - left_ns, 1)


def candles(
    state: MarketState,
    interval_s: int,
    now_ns: int,
    begin_ns: int | None = None,
    end_ns: int | None = None,
    most: int = 500,
) -> list[Candle]:
    """Candles that begin within the span, oldest first, the running one among them.

    More than `most` are cut: to the first of a span without an end, else to the newest. The day's
    volume and trades are spread evenly. A market without prices has none.
    """
    length_ns = interval_s * NS_PER_S
    first_ns = max(begin_ns or 0, history_begins_ns(state, now_ns))
    last_ns = now_ns if end_ns is None else min(end_ns, now_ns)
    begins = range(-(-first_ns // length_ns) * length_ns, last_ns + 1, length_ns)
    is_forward = begin_ns is not None and end_ns is None
    cut = begins[:most] if is_forward else begins[-most:]
    made = (_candle(state, at_ns, min(at_ns + length_ns, now_ns), now_ns) for at_ns in cut)
    return [candle for candle in made if candle is not None]


def _candle(state: MarketState, begin_ns: int, end_ns: int, now_ns: int) -> Candle | None:
    opened, closed = price_at(state, begin_ns, now_ns), price_at(state, end_ns, now_ns)
    if opened is None or closed is None:
        return None
    turns = state.settled[
        bisect_right(state.settled, begin_ns, key=_stamp) : bisect_left(
            state.settled, end_ns, key=_stamp
        )
    ]
    listing = state.listing
    ticks = [round(price * 10**listing.price_decimals) for price in (opened, closed)]
    ticks += [round(row[3] * 10**listing.price_decimals) for row in turns]
    share = (end_ns - begin_ns) / (DAY_S * NS_PER_S)
    lots = state.day_volume_base * share / listing.contract * 10**listing.size_decimals
    trades = round(state.day_trades * share)
    return Candle(begin_ns, ticks[0], max(ticks), min(ticks), ticks[1], round(lots), trades)


def _stamp(row: tuple[int, float, float, float]) -> int:
    return row[0]
