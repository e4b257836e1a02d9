"""Which venues to trade on, so that delta lies in a band and funding pays enough, at least cost.

Money is signed notional in USD (+ buys or long). Funding is a fraction per hour, + when longs
pay, and should be the mean expected over the hold. The problem is a linear program: each venue's
cost is convex and piecewise linear (fee plus a walk of its book), each venue has bounds, and two
constraints couple them. It is solved exactly, for any number of venues.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.ladder import Levels, ladder
from cockpit.analytics.hedging.linear_program import Infeasible, minimise

Floats = NDArray[np.float64]
Segments = Sequence[tuple[float, float]]
"""(notional available in USD, cost as a fraction of it), cheapest first."""

CLOSE = 1e-9
"""Equality, relative to the size of the problem."""


class HedgeVenue(NamedTuple):
    """What one venue offers. Infinite means not limited; a NaN funding or cost rules it out.

    `cap_usd` limits the trade, `margin_usd` the initial margin that the position afterwards
    (`position_usd` plus the trade) may need at `imf_frac`. A position that is over its margin
    already may shrink, not grow.
    """

    name: str
    funding_hourly: float
    buy: Segments
    sell: Segments
    cap_usd: float
    position_usd: float
    margin_usd: float
    imf_frac: float


class HedgeLegs(NamedTuple):
    """Trades (V,), and what they leave. Not feasible: the best attainable, and why in `binding`.

    Best attainable is first the smallest delta beyond the band, then the highest carry, then the
    least cost. `excluded` names venues whose funding, margin or cost is unknown, or whose buying
    and selling together cost less than nothing (a crossed book).
    """

    trade_usd: Floats
    delta_usd: float
    carry_usd_per_hour: float
    cost_usd: float
    feasible: bool
    binding: str | None
    excluded: tuple[str, ...]


class _Room(NamedTuple):
    """How far one venue may trade one way, and what stops it there."""

    segments: Segments
    usd: float
    reason: str


_CLOSED = _Room((), 0.0, "unknown figures")


def book_segments(levels: Levels, mid: float, side: int, fee_frac: float) -> Segments:
    """A book's side as segments: cost against mid plus the fee, per USD at mid.

    `side` is +1 for asks (to buy) and -1 for bids.
    """
    prices, sizes = ladder(levels)
    costs = side * (prices / mid - 1) + fee_frac * prices / mid
    return list(zip((sizes * mid).tolist(), costs.tolist(), strict=True))


def hedge_legs(
    delta_usd: float,
    carry_usd_per_hour: float,
    venues: Sequence[HedgeVenue],
    band_usd: float,
    target_carry_usd_per_hour: float | None,
) -> HedgeLegs:
    """Least-cost trades with |delta| <= band and carry >= target, both counted after the trades.

    `delta_usd` and `carry_usd_per_hour` describe the positions as they are, carry + when
    received; a target of None leaves carry free. With an unknown delta, or an unknown carry that
    must meet a target, nothing is proposed and the trades are NaN. ValueError for a negative
    band or costs that fall along a venue's segments.
    """
    if not band_usd >= 0:
        raise ValueError(f"the band must be 0 or more, got {band_usd}")
    if math.isnan(delta_usd):
        return _unknown(venues, "the delta to hedge is not known")
    if target_carry_usd_per_hour is not None and math.isnan(carry_usd_per_hour):
        return _unknown(venues, "the carry of the positions is not known")
    usable = [_usable(venue) for venue in venues]
    rooms = [
        _rooms(venue) if good else (_CLOSED, _CLOSED)
        for venue, good in zip(venues, usable, strict=True)
    ]
    excluded = tuple(v.name for v, good in zip(venues, usable, strict=True) if not good)
    funding = np.array(
        [v.funding_hourly if g else 0.0 for v, g in zip(venues, usable, strict=True)]
    )
    target = target_carry_usd_per_hour
    program = _Program(delta_usd, carry_usd_per_hour, funding, rooms, band_usd, target)

    def report(trade: Floats, binding: str | None) -> HedgeLegs:
        cost = sum(_cost(t, sides) for t, sides in zip(trade.tolist(), rooms, strict=True))
        carry = carry_usd_per_hour - float(funding @ trade)
        delta = delta_usd + float(np.sum(trade))
        return HedgeLegs(trade, delta, carry, cost, binding is None, binding, excluded)

    names = [venue.name for venue in venues]
    lowest, highest = program.reach()
    slack = CLOSE * program.scale
    if lowest > band_usd + slack or highest < -band_usd - slack:
        way = -1 if lowest > 0 else 1
        trade = np.array([way * (sides[way < 0].usd) for sides in rooms])
        left = lowest if way < 0 else highest
        stops = _stops(names, np.full(len(rooms), way), trade, rooms)
        words = f"{left:+,.0f} USD stay unhedged; {stops}"
        return report(trade, words)
    if target is None:
        return report(program.cheapest(None), None)
    try:
        return report(program.cheapest(target), None)
    except Infeasible:
        best = program.best_carry()
    if best >= target - slack * program.rate:
        return report(program.cheapest(min(target, best)), None)
    trade = program.cheapest(best)
    stops = _stops(names, np.where(trade != 0, trade, -funding), trade, rooms)
    words = f"carry ends at {best:+,.2f} USD/h of {target:+,.2f}; {stops}"
    return report(trade, words)


class _Program:
    """The linear program, scaled to about 1: a variable for each segment, a row a constraint."""

    def __init__(
        self,
        delta_usd: float,
        carry: float,
        funding: Floats,
        rooms: Sequence[tuple[_Room, _Room]],
        band_usd: float,
        target: float | None,
    ) -> None:
        self._delta, self._carry, self._band, self._rooms = delta_usd, carry, band_usd, rooms
        rows = [
            (venue, sign, width, cost)
            for venue, sides in enumerate(rooms)
            for sign, side in zip((1.0, -1.0), sides, strict=True)
            for width, cost in side.segments
        ]
        table = np.array(rows, dtype=np.float64).reshape(-1, 4)
        self._venue = table[:, 0].astype(np.intp)
        self._sign, self._width, self._cost = table[:, 1], table[:, 2], table[:, 3]
        self.rate = float(np.max(np.abs(funding), initial=0.0)) or 1.0
        gap = 0.0 if target is None else abs(target - carry) / self.rate
        self.scale = max(abs(delta_usd), gap, 1.0)
        self._pay = self._sign * funding[self._venue] / self.rate

    def reach(self) -> tuple[float, float]:
        """The lowest and highest delta that the venues allow."""
        buys = sum(buy.usd for buy, _ in self._rooms)
        sells = sum(sell.usd for _, sell in self._rooms)
        return self._delta - sells, self._delta + buys

    def best_carry(self) -> float:
        """The highest carry with delta inside the band; infinite without a limit to it."""
        try:
            amounts = self._solve(self._pay, None)
        except ValueError:
            return math.inf
        paid = float(self._pay @ amounts) * self.rate * self.scale
        return self._carry - paid

    def cheapest(self, target: float | None) -> Floats:
        """Trades (V,) of least cost with delta inside the band and at least that carry."""
        steepest = float(np.max(np.abs(self._cost), initial=0.0)) or 1.0
        trade = np.zeros(len(self._rooms))
        amounts = self._solve(self._cost / steepest, target)
        np.add.at(trade, self._venue, self._sign * amounts * self.scale)
        return trade

    def _solve(self, cost: Floats, target: float | None) -> Floats:
        rows, right, slacks, limits = [], [], [], []
        if math.isfinite(self._band):
            rows.append(self._sign)
            right.append((self._band - self._delta) / self.scale)
            slacks.append(1.0)
            limits.append(2 * self._band / self.scale)
        if target is not None:
            rows.append(-self._pay)
            right.append((target - self._carry) / (self.rate * self.scale))
            slacks.append(-1.0)
            limits.append(math.inf)
        count = len(self._venue)
        matrix = np.hstack((np.reshape(rows, (len(rows), count)), np.diag(slacks)))
        upper = np.concatenate((self._width / self.scale, limits))
        padded = np.concatenate((cost, np.zeros(len(rows))))
        return minimise(padded, matrix, np.array(right), upper)[:count]


def _usable(venue: HedgeVenue) -> bool:
    """Whether everything about a venue is known and its costs make sense together."""
    known = [venue.funding_hourly, venue.cap_usd, venue.position_usd, venue.margin_usd]
    known += [x for side in (venue.buy, venue.sell) for segment in side for x in segment]
    if any(math.isnan(x) for x in known) or math.isnan(venue.imf_frac):
        return False
    return not (venue.buy and venue.sell) or venue.buy[0][1] + venue.sell[0][1] >= 0


def _rooms(venue: HedgeVenue) -> tuple[_Room, _Room]:
    """What may be bought and what may be sold, cut at the first of cap, margin and book."""
    largest = venue.margin_usd / venue.imf_frac if venue.imf_frac > 0 else math.inf
    return (
        _cut(venue.buy, venue.cap_usd, max(largest - venue.position_usd, 0.0)),
        _cut(venue.sell, venue.cap_usd, max(largest + venue.position_usd, 0.0)),
    )


def _cut(segments: Segments, cap_usd: float, margin_usd: float) -> _Room:
    costs = [cost for _, cost in segments]
    if costs != sorted(costs):
        raise ValueError("the segments of a venue must come cheapest first")
    book_usd = sum(width for width, _ in segments)
    usd, reason = min((cap_usd, "cap"), (margin_usd, "margin"), (book_usd, "book"))
    if usd == book_usd:
        return _Room(segments, usd, reason)
    kept, left = [], usd
    for width, cost in segments:
        kept.append((min(width, left), cost))
        left = max(left - width, 0.0)
    return _Room(kept, usd, reason)


def _cost(trade_usd: float, sides: tuple[_Room, _Room]) -> float:
    """What a trade costs: the cheapest segments first."""
    left, total = abs(trade_usd), 0.0
    for width, cost in sides[int(trade_usd < 0)].segments:
        total += min(width, left) * cost
        left = max(left - width, 0.0)
    return total


def _stops(
    names: Sequence[str], way: Floats, trade: Floats, rooms: Sequence[tuple[_Room, _Room]]
) -> str:
    """The venues that stand at their limit in the direction of `way` (V,), in words."""
    found = []
    for name, sign, traded, sides in zip(names, way, trade, rooms, strict=True):
        room = sides[int(sign < 0)]
        if abs(traded) >= room.usd * (1 - CLOSE):
            found.append(f"{room.reason} at {name} ({room.usd:,.0f} USD)")
    return "limited by " + ", ".join(found) if found else "limited by the band"


def _unknown(venues: Sequence[HedgeVenue], words: str) -> HedgeLegs:
    nothing = np.full(len(venues), math.nan)
    return HedgeLegs(nothing, math.nan, math.nan, math.nan, False, words, ())
