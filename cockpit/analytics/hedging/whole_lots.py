"""A hedge in whole lots that keeps what its optimum kept.

The optimum of the linear program lies near whole lots, but cutting it down to them opens the
delta, costs carry and leaves orders that are too small. Here trades are whole lots from the start,
and are moved, one market at a time or two against each other, as long as that makes them better.
Better is, in this order: no order below its smallest, no cap or margin broken, less delta beyond
the bands, less carry missing, less cost. A move is priced on the levels that it reaches and never
goes beyond a book's end, so that nothing has to be rounded afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LOT_DUST = 1e-6
"""Of a unit: what is nearer to whole lots is whole."""
MONEY_DUST = 1e-9
"""Of the amount: what differs by less is equal."""
COST_DUST = 1e-7
"""USD."""
MOST_MOVES = 60
"""A coin; a repair takes a handful."""
MOST_TURNS = 3
"""A coin, to earn what carry is missing."""
_STEPS = (0, 1, 2, 3, 4, -1, -2)
_MULTIPLES = np.concatenate(([0], 2 ** np.arange(20)))
_USUAL, _BOTH_WAYS, _AROUND = range(3)
"""Which moves are looked at: carry turned from the better market, from either, and some lots more
or less of each."""
_ALL, _DELTA = 5, 3
"""How many of the scores count: all, or those up to the delta."""
_FAR = 1e15
"""Lots that no book holds, small enough for an integer."""


@dataclass(frozen=True, slots=True)
class LotMarket:
    """One venue in one coin, counted in its lots; buys are positive.

    `units` is a lot in the coin's common unit. `lots` and `paid` (L,) are the signed sizes at which
    the cost curve bends and what it costs in USD to trade up to there, from the end of the bids to
    the end of the asks. `lowest` and `highest` bound the trade, `least_sell` and `least_buy` are
    the smallest orders. `carry` is USD an hour of one lot bought, `usd` the value of a lot, and
    `held` what is held already. `margins` are the tiers of the initial margin: (lots beyond which
    it counts, USD for each lot of a position of that size). `pool` is the venue's index.
    """

    pool: int
    units: int
    usd: float
    lots: Floats
    paid: Floats
    lowest: int
    highest: int
    least_sell: int
    least_buy: int
    carry: float
    margins: Sequence[tuple[float, float]]
    held: float


class LotAsset(NamedTuple):
    """A coin: what is open and what may stay, in its unit, and what that unit is in USD."""

    open_units: float
    band_units: float
    unit_usd: float
    markets: Sequence[LotMarket]


class LotPool(NamedTuple):
    """A venue's limits for all coins together, in USD; infinite for none.

    `margin_usd` is for the markets of the plan; a pool that is over it already may not need more.
    """

    cap_usd: float
    margin_usd: float


class _Moves(NamedTuple):
    """Lots added to a first market and to a second, all (n,); a second of 0 lots is none."""

    first: Ints
    first_lots: Ints
    second: Ints
    second_lots: Ints


class _Score(NamedTuple):
    """What is wrong with trades, worst first, all (n,); less is better."""

    refused: Floats
    broken_usd: Floats
    open_usd: Floats
    missing: Floats
    cost_usd: Floats


class _Best(NamedTuple):
    """A move that is better than none, and how it compares with those in other coins."""

    moves: _Moves
    row: int
    key: tuple[float, float, float, float]


class _Table:
    """The markets of a coin as columns, (V,)."""

    def __init__(self, markets: Sequence[LotMarket]) -> None:
        self.markets = markets
        whole = [(m.pool, m.units, m.lowest, m.highest, m.least_sell, m.least_buy) for m in markets]
        self.pool, self.units, self.lowest, self.highest, self.least_sell, self.least_buy = (
            np.array(whole, dtype=np.int64).reshape(-1, 6).T
        )
        money = [(m.usd, m.carry, m.margins[0][1], m.held) for m in markets]
        self.usd, self.carry, self._margin, self.held = (
            np.array(money, dtype=np.float64).reshape(-1, 4).T
        )
        self._tiers = {
            number: np.array(m.margins).T for number, m in enumerate(markets) if len(m.margins) > 1
        }

    @property
    def has_tiers(self) -> bool:
        return bool(self._tiers)

    def is_refused(self, market: Ints, lots: Ints) -> NDArray[np.bool_]:
        """Whether an order is below the venue's smallest, elementwise."""
        small = (lots < self.least_buy[market]) & (lots > -self.least_sell[market])
        return np.asarray(small & (lots != 0))

    def margin(self, market: Ints, lots: Floats) -> Floats:
        """Initial margin in USD of positions, elementwise."""
        size = np.abs(lots)
        found = self._margin[market] * size
        for number, (lower, usd) in self._tiers.items():
            mine = np.flatnonzero(market == number)
            tier = np.maximum(lower.searchsorted(size[mine] - LOT_DUST) - 1, 0)
            found[mine] = usd[tier] * size[mine]
        return found

    def margin_change(self, market: Ints, before: Floats, after: Floats) -> Floats:
        """What positions need more afterwards, elementwise."""
        if self._tiers:
            return self.margin(market, after) - self.margin(market, before)
        return np.asarray(self._margin[market] * (np.abs(after) - np.abs(before)))

    def largest(self, margin: Floats) -> Floats:
        """The most lots that a market's position may have for this margin in USD, (V,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = margin / self._margin
        for number, (lower, usd) in self._tiers.items():
            upper = np.append(lower[1:], np.inf)
            most = np.minimum(margin[number] / usd, upper)
            found[number] = np.max(most[most > lower], initial=0.0)
        return found

    def edges(self, trade: Ints) -> tuple[Ints, Ints]:
        """Markets, and the lots that bring their position to the end of a tier, either way."""
        market = [number for number, (lower, _) in self._tiers.items() for _ in lower[1:]]
        upper = np.concatenate([lower[1:] for lower, _ in self._tiers.values()])
        first = np.array(market, dtype=np.int64)
        stands = self.held[first] + trade[first]
        lots = np.concatenate((_floor(upper - stands), -_floor(upper + stands)))
        return np.tile(first, 2), lots

    def cost(self, market: Ints, lots: Ints) -> Floats:
        """What trades cost in USD, elementwise."""
        found = np.empty(len(lots))
        for number, one in enumerate(self.markets):
            mine = np.flatnonzero(market == number)
            found[mine] = np.interp(lots[mine], one.lots, one.paid)
        return found


class WholeLots:
    """Trades in whole lots and what they leave; `trades` are signed, by coin and market."""

    def __init__(
        self,
        assets: Sequence[LotAsset],
        pools: Sequence[LotPool],
        carry: float,
        target: float | None,
        near: Sequence[Floats],
    ) -> None:
        """`carry` USD an hour of what is held, `near` lots that need not be whole."""
        self._assets, self._target = assets, target
        self._tables = [_Table(asset.markets) for asset in assets]
        self.trades: list[Ints] = []
        self.carry = carry
        self._traded, self._margins, before = (np.zeros(len(pools)) for _ in range(3))
        for table, lots in zip(self._tables, near, strict=True):
            whole = np.trunc(lots + np.copysign(LOT_DUST, lots)).astype(np.int64)
            trade = np.clip(whole, table.lowest, table.highest)
            self.trades.append(trade)
            self.carry += float(table.carry @ trade)
            every = np.arange(len(trade))
            np.add.at(before, table.pool, table.margin(every, table.held))
            np.add.at(self._margins, table.pool, table.margin(every, table.held + trade))
            np.add.at(self._traded, table.pool, table.usd * np.abs(trade))
        self._caps = np.array([pool.cap_usd for pool in pools])
        self._most = np.maximum([pool.margin_usd for pool in pools], before)

    @property
    def missing(self) -> float:
        """USD an hour below the target, 0 where only dust is missing."""
        missing = 0.0 if self._target is None else self._target - self.carry
        return missing if missing > self._carry_dust else 0.0

    @property
    def _carry_dust(self) -> float:
        return MONEY_DUST * max(1.0, abs(self._target or 0.0))

    @property
    def standing(self) -> tuple[float, float, float, float]:
        """What is wrong with the trades, worst first: USD over a limit or below a smallest order,
        beyond the bands, USD an hour missing, cost. Amounts of dust are none."""
        wrong = float(np.sum(np.maximum(self._margins - self._most, 0.0)))
        wrong += float(np.sum(np.maximum(self._traded - self._caps, 0.0)))
        opened = cost = 0.0
        for number, (asset, table) in enumerate(zip(self._assets, self._tables, strict=True)):
            trade, every = self.trades[number], np.arange(len(self.trades[number]))
            wrong += float(np.sum(table.usd[table.is_refused(every, trade)]))
            beyond = abs(self.open_units(number)) - asset.band_units
            opened += max(beyond - LOT_DUST, 0.0) * asset.unit_usd
            cost += float(np.sum(table.cost(every, trade)))
        return round(wrong, 4), round(opened, 4), self.missing, cost

    def position_usd(self, asset: int) -> Floats:
        """What is held of a coin afterwards, by market, without its sign."""
        table = self._tables[asset]
        return np.asarray(np.abs(table.held + self.trades[asset]) * table.usd)

    def open_units(self, asset: int) -> float:
        """The delta that a coin is left with, signed, in its unit."""
        moved = int(self._tables[asset].units @ self.trades[asset])
        return self._assets[asset].open_units + moved

    def repair(self) -> None:
        """Move until no move makes anything better."""
        numbers = [number for number, asset in enumerate(self._assets) if asset.markets]
        if len(numbers) > 1:
            # Orders, limits and deltas first, each coin for itself; then the carry that this has
            # cost is earned wherever that is cheapest.
            for number in numbers:
                self._improve(number, depth=_DELTA)
            for _ in range(MOST_TURNS * len(numbers)):
                if not self.missing or not self._earn(numbers):
                    break
        for number in numbers:
            self._improve(number)

    def _improve(self, number: int, depth: int = _ALL) -> None:
        """The best moves in one coin, one after the other, judged by the first `depth` scores."""
        seen = [self.trades[number].copy()]
        for _ in range(MOST_MOVES):
            best = self._best(number, depth) or self._best(number, depth, reach=_AROUND)
            if best is None:
                break
            self._make(number, best.moves, best.row)
            seen.append(self.trades[number].copy())
            if self._go_on(number, seen, depth):
                seen = [self.trades[number].copy()]

    def _go_on(self, number: int, seen: Sequence[Ints], depth: int) -> bool:
        """Whether the last move, or the last two together, repeat what was done before them: then
        they are made as often as that pays. Lots that cost less elsewhere are rarely alone."""
        for span in (1, 2):
            if len(seen) <= 2 * span:
                return False
            step = seen[-1] - seen[-1 - span]
            markets = np.flatnonzero(step)
            if len(markets) in (1, 2) and (step == seen[-1 - span] - seen[-1 - 2 * span]).all():
                one, two = np.repeat(markets[[0, -1]][:, None], len(_MULTIPLES), axis=1)
                other = step[two[0]] if len(markets) == 2 else 0
                moves = _Moves(one, step[one[0]] * _MULTIPLES, two, other * _MULTIPLES)
                moves = self._fitting(number, moves)
                score = self._score(number, moves)
                index = _least(score, depth, self._carry_dust, self._assets[number].unit_usd)
                if index is not None:
                    self._make(number, moves, index)
                return True
        return False

    def _fitting(self, number: int, moves: _Moves) -> _Moves:
        """Those of which no trade leaves its bounds."""
        table, trade = self._tables[number], self.trades[number]
        one, two = trade[moves.first] + moves.first_lots, trade[moves.second] + moves.second_lots
        fits = (one >= table.lowest[moves.first]) & (one <= table.highest[moves.first])
        fits &= (two >= table.lowest[moves.second]) & (two <= table.highest[moves.second])
        return _Moves(*(column[fits] for column in moves))

    def _earn(self, numbers: Sequence[int]) -> bool:
        """The one move of all coins that leaves the least carry missing, at the least cost."""
        found = [(number, self._best(number, reach=_BOTH_WAYS)) for number in numbers]
        moves = [(best.key, number, best) for number, best in found if best is not None]
        if not moves:
            return False
        _, number, best = min(moves, key=lambda move: move[:2])
        before = self.missing
        self._make(number, best.moves, best.row)
        return self.missing < before

    def _best(self, number: int, depth: int = _ALL, reach: int = _USUAL) -> "_Best | None":
        """The best move in one coin; None if none is better than standing still.

        The farthest reach is only for what is wrong and the usual moves do not mend.
        """
        # The first of them stands still: it is what the others are compared with.
        if reach == _AROUND and not self._is_wrong(number, depth):
            return None
        moves = self._moves(number, reach)
        score = self._score(number, moves)
        index = _least(score, depth, self._carry_dust, self._assets[number].unit_usd)
        if index is None:
            return None
        missing, cost = float(score.missing[index]), float(score.cost_usd[index])
        opened = float(score.open_usd[index] - score.open_usd[0])
        wrong = float(score.refused[index] + score.broken_usd[index])
        key = (round(wrong, 6), round(opened, 6), round(missing / self._carry_dust), cost)
        return _Best(moves, index, key)

    def _is_wrong(self, number: int, depth: int) -> bool:
        asset, table, trade = self._assets[number], self._tables[number], self.trades[number]
        beyond = abs(self.open_units(number)) - asset.band_units
        is_refused = table.is_refused(np.arange(len(trade)), trade).any()
        return bool(
            is_refused
            or beyond > float(np.min(table.units)) / 2 + LOT_DUST
            or (depth == _ALL and self.missing)
        )

    def _make(self, number: int, moves: _Moves, index: int) -> None:
        table, trade = self._tables[number], self.trades[number]
        for market, lots in (
            (int(moves.first[index]), int(moves.first_lots[index])),
            (int(moves.second[index]), int(moves.second_lots[index])),
        ):
            before, after = int(trade[market]), int(trade[market]) + lots
            trade[market] = after
            pool, held = table.pool[market], table.held[market]
            self.carry += float(table.carry[market]) * lots
            self._traded[pool] += table.usd[market] * (abs(after) - abs(before))
            change = table.margin_change(
                np.array([market]), np.array([held + before]), np.array([held + after])
            )
            self._margins[pool] += change[0]

    def _moves(self, number: int, reach: int) -> _Moves:
        """Single moves, and pairs whose second half brings the delta to where it may be."""
        asset, table = self._assets[number], self._tables[number]
        opened, count = self.open_units(number), len(asset.markets)
        first, lots = self._first_halves(number, reach)
        after = opened + lots * table.units[first]
        wanted = np.clip(after, -asset.band_units, asset.band_units) - after
        # Each first half with each market that may close it, in lots on either side of enough.
        floor = _floor(wanted[:, None] / table.units).ravel()
        ones = np.repeat(first, count)
        steps, others = np.repeat(lots, count), np.tile(np.arange(count), len(first))
        pairs = np.flatnonzero(ones != others)
        ones, steps, others, floor = ones[pairs], steps[pairs], others[pairs], floor[pairs]
        none = np.zeros(1, dtype=np.int64)
        return self._fitting(
            number,
            _Moves(
                np.concatenate((none, first, ones, ones)),
                np.concatenate((none, lots, steps, steps)),
                np.concatenate((none, first, others, others)),
                np.concatenate((none, np.zeros_like(lots), floor, floor + 1)),
            ),
        )

    def _first_halves(self, number: int, reach: int) -> tuple[Ints, Ints]:
        """Markets and lots: one more or less, none, the smallest order, what closes the delta, what
        a cap or a margin has room for or is broken by, and what the carry lacks or has too much of
        when it is moved from one market to another."""
        asset, table, trade = self._assets[number], self._tables[number], self.trades[number]
        opened = self.open_units(number)
        one = np.ones_like(trade)
        wanted = min(max(opened, -asset.band_units), asset.band_units) - opened
        floor = _floor(wanted / table.units)
        pool, stands = table.pool, table.held + trade
        needed = table.margin(np.arange(len(trade)), stands)
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.fmin(
                (self._caps - self._traded)[pool] / table.usd,
                table.largest((self._most - self._margins)[pool] + needed) - np.abs(stands),
            )
        more = np.where(trade < 0, -1, 1) * _floor(np.nan_to_num(room, nan=_FAR))
        steps = (
            one, -one, -trade, table.least_buy - trade, -table.least_sell - trade, floor, floor + 1,
            more,
        )  # fmt: skip
        first = np.tile(np.arange(len(trade)), len(steps))
        lots = np.concatenate(steps)
        if table.has_tiers:
            market, steps_there = table.edges(trade)
            first, lots = np.concatenate((first, market)), np.concatenate((lots, steps_there))
        if self._target is not None:
            by_unit = table.carry / table.units
            gain = by_unit[:, None] - by_unit
            better, worse = np.nonzero(gain > 0)
            turned = (self._target - self.carry) / gain[better, worse] / table.units[better]
            first = np.concatenate((first, better))
            lots = np.concatenate((lots, -_floor(-turned)))
            if reach >= _BOTH_WAYS:
                turned = turned * table.units[better] / table.units[worse]
                first = np.concatenate((first, worse))
                lots = np.concatenate((lots, _floor(-turned)))
        if reach == _AROUND:
            # Lots of two markets meet only at their common multiples: look around each step.
            first = np.tile(first, len(_STEPS))
            lots = (lots + np.array(_STEPS)[:, None]).ravel()
            fine, filling = self._fillings(number)
            first, lots = np.concatenate((first, fine)), np.concatenate((lots, filling))
        moving = np.flatnonzero(lots)
        return first[moving], lots[moving]

    def _fillings(self, number: int) -> tuple[Ints, Ints]:
        """Markets of fine lots and the least orders there, either way, after which whole lots of a
        coarser market close the delta."""
        table, trade = self._tables[number], self.trades[number]
        fine, coarse = np.nonzero(
            (table.units[:, None] < table.units) & (table.units % table.units[:, None] == 0)
        )
        period = table.units[coarse] // table.units[fine]
        opened = _floor(self.open_units(number) / table.units[fine])
        sell = -table.least_sell[fine] - trade[fine]
        buy = table.least_buy[fine] - trade[fine]
        lots = (sell - (sell + opened) % period, buy + (-buy - opened) % period)
        return np.tile(fine, 2), np.concatenate(lots)

    def _score(self, number: int, moves: _Moves) -> _Score:
        """What each move leaves; refusals, breaches and cost against those of standing still."""
        asset, table, trade = self._assets[number], self._tables[number], self.trades[number]
        size = len(moves.first)
        refused, broken, cost = np.zeros(size), np.zeros(size), np.zeros(size)
        carry, opened = np.full(size, self.carry), np.full(size, self.open_units(number))
        every = np.arange(len(trade))
        stands, stood = table.cost(every, trade), table.is_refused(every, trade)
        for market, lots in ((moves.first, moves.first_lots), (moves.second, moves.second_lots)):
            before, after = trade[market], trade[market] + lots
            carry += table.carry[market] * lots
            opened += table.units[market] * lots
            cost += table.cost(market, after) - stands[market]
            refused += table.is_refused(market, after) * 1.0 - stood[market]
            pool, held = table.pool[market], table.held[market]
            margin = table.margin_change(market, held + before, held + after)
            broken += _more_over(self._margins[pool], margin, self._most[pool])
            usd = table.usd[market] * (np.abs(after) - np.abs(before))
            broken += _more_over(self._traded[pool], usd, self._caps[pool])
        beyond = np.maximum(np.abs(opened) - asset.band_units - LOT_DUST, 0.0)
        missing = np.zeros(size)
        if self._target is not None:
            missing = np.maximum(self._target - self._carry_dust - carry, 0.0)
        return _Score(refused, broken, beyond * asset.unit_usd, missing, cost)


def _floor(lots: Floats) -> Ints:
    """Whole lots below, counting those that only dust is missing of."""
    return np.floor(np.clip(lots, -_FAR, _FAR) + LOT_DUST).astype(np.int64)


def _more_over(used: Floats, more: Floats, limit: Floats) -> Floats:
    """By how much a limit is broken further, or less, elementwise."""
    return np.asarray(np.maximum(used + more - limit, 0.0) - np.maximum(used - limit, 0.0))


def _least(score: _Score, depth: int, carry_dust: float, unit_usd: float) -> int | None:
    """The index of the least score; None if the first, which stands still, is as good in the
    first `depth` of its parts."""
    dusts = (0.5, COST_DUST, LOT_DUST * unit_usd, carry_dust, COST_DUST)
    left = np.arange(len(score.refused))
    is_better = False
    for part, (column, dust) in enumerate(zip(score, dusts, strict=True)):
        values = column[left]
        least = float(np.min(values))
        is_better = is_better or (part < depth and least < float(column[0]) - dust)
        left = left[values <= least + dust]
    return int(left[np.argmin(score.cost_usd[left])]) if is_better else None
