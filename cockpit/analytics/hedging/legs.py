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


class HedgeAsset(NamedTuple):
    """What is held of one coin, how much of it may stay, and where it can be traded."""

    delta_usd: float
    band_usd: float
    venues: Sequence[HedgeVenue]


class HedgeBook(NamedTuple):
    """Trades (V,), words and excluded venues by coin.

    `unhedged` names for each coin the limits that keep its delta out of its band; `short` those
    that keep the carry of all of them below the target. None where nothing does; else the trades
    are the best attainable: first the smallest delta beyond the bands, then the highest carry, then
    the least cost. `excluded` names venues whose funding, margin or cost is unknown, or whose
    buying and selling together cost less than nothing (a crossed book).
    """

    trade_usd: tuple[Floats, ...]
    unhedged: tuple[str | None, ...]
    short: str | None
    excluded: tuple[tuple[str, ...], ...]


class _Room(NamedTuple):
    """How far one venue may trade one way, and what stops it there."""

    segments: Segments
    usd: float
    reason: str


_CLOSED = _Room((), 0.0, "unknown figures")


def hedge_book(
    assets: Sequence[HedgeAsset],
    carry_usd_per_hour: float,
    target_carry_usd_per_hour: float | None,
) -> HedgeBook:
    """Least-cost trades with each |delta| <= its band and carry >= target, counted afterwards.

    Carry describes the positions as they are, + when received; a target of None leaves it free.
    Venues of one name are one account: their `cap_usd` limits all trades there together, their
    `margin_usd` all positions. ValueError for a delta or a carry that is not finite, a negative
    band, or costs that fall along a venue's segments.
    """
    for asset in assets:
        if not asset.band_usd >= 0:
            raise ValueError(f"the band must be 0 or more, got {asset.band_usd}")
    if not math.isfinite(sum(asset.delta_usd for asset in assets) + carry_usd_per_hour):
        raise ValueError("delta and carry must be known")
    return _Program(assets, carry_usd_per_hour, target_carry_usd_per_hour).answer()


class _Market(NamedTuple):
    """One venue in one coin."""

    asset: int
    pool: int
    terms: HedgeVenue
    sides: tuple[_Room, _Room]


class _Columns(NamedTuple):
    """A variable for each segment, (n,): whose it is, +1 to buy, its width in USD and its cost.

    `margin` is the initial margin that a dollar of it needs, below 0 while a position shrinks.
    """

    market: NDArray[np.intp]
    sign: Floats
    width: Floats
    cost: Floats
    margin: Floats


class _Row(NamedTuple):
    """A limit that several coins share: `amounts @ weights <= most`, in USD."""

    weights: Floats
    most: float
    words: str


class _Program:
    """The linear program, scaled to about 1: a row for each band, the carry, and what is shared.

    What coins share at a venue rarely binds, so it becomes a row only once an answer breaks it.
    """

    def __init__(self, assets: Sequence[HedgeAsset], carry: float, target: float | None) -> None:
        self._assets, self._carry, self._target = assets, carry, target
        names = list(dict.fromkeys(v.name for asset in assets for v in asset.venues))
        number = {name: i for i, name in enumerate(names)}
        self._markets = []
        for i, asset in enumerate(assets):
            for v in asset.venues:
                sides = _rooms(v) if _usable(v) else (_CLOSED, _CLOSED)
                self._markets.append(_Market(i, number[v.name], v, sides))
        self._excluded = tuple(
            tuple(m.terms.name for m in self._markets if m.asset == i and m.sides[0] is _CLOSED)
            for i in range(len(assets))
        )
        self._asset = np.array([m.asset for m in self._markets], dtype=np.intp)
        self._funding = np.array(
            [
                0.0 if m.sides[0] is _CLOSED else m.terms.funding_hourly
                for m in self._markets
            ]
        )  # fmt: skip
        self._columns = _columns(self._markets)
        self._bands = [asset.band_usd for asset in assets]
        self._pools = self._shared(names)
        self._rows: list[_Row] = []
        self._rate = float(np.max(np.abs(self._funding), initial=0.0)) or 1.0
        gap = 0.0 if target is None else abs(target - carry) / self._rate
        self._scale = max(sum(abs(asset.delta_usd) for asset in assets), gap, 1.0)
        columns = self._columns
        self._owner = self._asset[columns.market]
        self._pay = columns.sign * self._funding[columns.market] / self._rate
        steepest = float(np.max(np.abs(columns.cost), initial=0.0)) or 1.0
        self._price = columns.cost / steepest

    def answer(self) -> HedgeBook:
        """The best there is, with every shared limit kept."""
        while True:
            amounts, short = self._best()
            most = [row.most + CLOSE * self._scale for row in self._pools]
            is_broken = [
                float(r.weights @ amounts) > m for r, m in zip(self._pools, most, strict=True)
            ]
            if not any(is_broken):
                break
            pools = list(zip(self._pools, is_broken, strict=True))
            self._rows += [row for row, breaks in pools if breaks]
            self._pools = [row for row, breaks in pools if not breaks]
        trade = self._trades(amounts)
        words = tuple(self._unhedged(i, trade, amounts) for i in range(len(self._assets)))
        mine = [trade[self._asset == i] for i in range(len(self._assets))]
        return HedgeBook(tuple(mine), words, short, self._excluded)

    def _best(self) -> tuple[Floats, str | None]:
        """Amounts (n,) in USD, and why the carry is below its target."""
        bands = self._attainable()
        target, slack = self._target, CLOSE * self._scale
        if target is None:
            return self._solve(self._price, bands, None), None
        try:
            return self._solve(self._price, bands, target), None
        except Infeasible:
            best = self._best_carry(bands)
        if best >= target - slack * self._rate:
            return self._solve(
                self._price, bands, min(target, best - 1e-3 * slack * self._rate)
            ), None
        amounts = self._solve(self._price, bands, best - 1e-3 * slack * self._rate)
        trade = self._trades(amounts)
        stops = self._stops(np.where(trade != 0, trade, -self._funding), trade, amounts)
        return amounts, stops

    def _attainable(self) -> list[float]:
        """The bands, each as wide as it must be for all limits to be kept."""
        slack = CLOSE * self._scale
        found = []
        for i, asset in enumerate(self._assets):
            sides = [m.sides for m in self._markets if m.asset == i]
            lowest = asset.delta_usd - sum(sell.usd for _, sell in sides)
            highest = asset.delta_usd + sum(buy.usd for buy, _ in sides)
            beyond = max(lowest - asset.band_usd, -asset.band_usd - highest, 0.0)
            found.append(asset.band_usd + (beyond if beyond > slack else 0.0))
        if not self._rows:
            return found
        # Of all ways to leave as little as can be, the cheapest: a dollar of delta is worth more
        # than any cost of trading it.
        open_usd = self._solve(1e-3 * self._price, self._bands, None, is_elastic=True)
        for i, (asset, trade) in enumerate(
            zip(self._assets, self._by_asset(open_usd), strict=True)
        ):
            beyond = abs(asset.delta_usd + trade) - asset.band_usd
            found[i] = max(found[i], asset.band_usd + (beyond if beyond > slack else 0.0))
        return found

    def _best_carry(self, bands: Sequence[float]) -> float:
        """The highest carry with every delta inside its band; infinite without a limit to it."""
        try:
            amounts = self._solve(self._pay, bands, None)
        except ValueError:
            return math.inf
        return self._carry - float(self._pay @ amounts) * self._rate

    def _solve(
        self, cost: Floats, bands: Sequence[float], target: float | None, is_elastic: bool = False
    ) -> Floats:
        """Amounts (n,) in USD of least cost; `is_elastic` counts a dollar beyond a band as 1."""
        rows, right, slacks, limits = [], [], [], []
        for i, (asset, band) in enumerate(zip(self._assets, bands, strict=True)):
            if math.isfinite(band):
                rows.append(np.where(self._owner == i, self._columns.sign, 0.0))
                right.append((band - asset.delta_usd) / self._scale)
                slacks.append(1.0)
                limits.append(2 * band / self._scale)
        count, banded = len(cost), len(rows)
        if target is not None:
            rows.append(-self._pay)
            right.append((target - self._carry) / (self._rate * self._scale))
            slacks.append(-1.0)
            limits.append(math.inf)
        for row in self._rows:
            steepest = float(np.max(np.abs(row.weights), initial=0.0)) or 1.0
            rows.append(row.weights / steepest)
            right.append(row.most / (steepest * self._scale))
            slacks.append(1.0)
            limits.append(math.inf)
        matrix = np.hstack((np.reshape(rows, (len(rows), count)), np.diag(slacks)))
        upper = np.concatenate((self._columns.width / self._scale, limits))
        padded = np.concatenate((cost, np.zeros(len(rows))))
        if is_elastic:
            ways = np.eye(len(rows))[:, :banded]
            matrix = np.hstack((matrix, ways, -ways))
            upper = np.concatenate((upper, np.full(2 * banded, math.inf)))
            padded = np.concatenate((padded, np.ones(2 * banded)))
        return minimise(padded, matrix, np.array(right), upper)[:count] * self._scale

    def _shared(self, names: Sequence[str]) -> list[_Row]:
        """The caps and margins of venues that are traded in more than one coin."""
        columns, found = self._columns, []
        for pool, name in enumerate(names):
            mine = [m for m in self._markets if m.pool == pool and m.sides[0] is not _CLOSED]
            if len(mine) < 2:
                continue
            is_mine = np.array([self._markets[k].pool == pool for k in columns.market.tolist()])
            cap = min(m.terms.cap_usd for m in mine)
            if math.isfinite(cap):
                words = f"cap at {name} ({cap:,.0f} USD)"
                found.append(_Row(np.where(is_mine, 1.0, 0.0), cap, words))
            margin = min(m.terms.margin_usd for m in mine)
            if math.isfinite(margin):
                needed = sum(m.terms.imf_frac * abs(m.terms.position_usd) for m in mine)
                weights = np.where(is_mine, columns.margin, 0.0)
                words = f"margin at {name} ({margin:,.0f} USD of equity for all symbols)"
                found.append(_Row(weights, max(margin - needed, 0.0), words))
        return found

    def _trades(self, amounts: Floats) -> Floats:
        """Signed USD by market."""
        trade = np.zeros(len(self._markets))
        np.add.at(trade, self._columns.market, self._columns.sign * amounts)
        return trade

    def _by_asset(self, amounts: Floats) -> list[float]:
        trade = self._trades(amounts)
        return [float(np.sum(trade[self._asset == i])) for i in range(len(self._assets))]

    def _unhedged(self, asset: int, trade: Floats, amounts: Floats) -> str | None:
        one = self._assets[asset]
        left = one.delta_usd + float(np.sum(trade[self._asset == asset]))
        if abs(left) <= one.band_usd + 10 * CLOSE * self._scale:
            return None
        way = np.where(self._asset == asset, -np.sign(left), 0.0)
        return self._stops(way, trade, amounts)

    def _stops(self, way: Floats, trade: Floats, amounts: Floats) -> str:
        """The venues that stand at their limit in the direction of `way` (V,), in words."""
        found = []
        for market, sign, traded in zip(self._markets, way.tolist(), trade.tolist(), strict=True):
            room = market.sides[int(sign < 0)]
            if sign != 0 and abs(traded) >= room.usd * (1 - 10 * CLOSE):
                found.append(f"{room.reason} at {market.terms.name} ({room.usd:,.0f} USD)")
        found += [
            row.words
            for row in self._rows
            if float(row.weights @ amounts) >= row.most - 10 * CLOSE * self._scale
        ]
        return "limited by " + ", ".join(found) if found else "limited by the band"


def _columns(markets: Sequence[_Market]) -> _Columns:
    rows = []
    for number, market in enumerate(markets):
        held, imf = market.terms.position_usd, market.terms.imf_frac
        for sign, side in zip((1.0, -1.0), market.sides, strict=True):
            # Against a position a trade frees margin until nothing is left of it.
            shrinks = max(-sign * held, 0.0)
            if shrinks == 0:
                rows += [(number, sign, width, cost, imf) for width, cost in side.segments]
                continue
            for width, cost in side.segments:
                freed = min(width, shrinks)
                shrinks -= freed
                if freed > 0:
                    rows.append((number, sign, freed, cost, -imf))
                if width > freed:
                    rows.append((number, sign, width - freed, cost, imf))
    table = np.array(rows, dtype=np.float64).reshape(-1, 5)
    return _Columns(table[:, 0].astype(np.intp), table[:, 1], table[:, 2], table[:, 3], table[:, 4])


def _usable(venue: HedgeVenue) -> bool:
    """Whether everything about a venue is known and its costs make sense together."""
    # What is not a number makes every sum that it is in not one.
    known = venue.funding_hourly + venue.cap_usd + venue.position_usd + venue.margin_usd
    for side in (venue.buy, venue.sell):
        for width, cost in side:
            known += width + cost
    if math.isnan(known) or math.isnan(venue.imf_frac):
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
