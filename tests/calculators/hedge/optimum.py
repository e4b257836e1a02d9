"""The least-cost hedge in whole lots, by a mixed-integer program: what the calculator is held to.

Written from the rules alone: levels, lots, smallest orders, caps, equity, bands and carry.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


class Optimum(NamedTuple):
    """USD beyond the bands, USD an hour, USD."""

    beyond_usd: float
    carry: float
    cost_usd: float


class _Model:
    def __init__(self, is_relaxed: bool) -> None:
        self.is_relaxed = is_relaxed
        self.upper: list[float] = []
        self.whole: list[int] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []

    def variable(self, upper: float, is_whole: bool = False) -> int:
        self.upper.append(upper)
        self.whole.append(int(is_whole and not self.is_relaxed))
        return len(self.upper) - 1

    def row(self, weights: dict[int, float], low: float, high: float) -> None:
        self.rows.append((weights, low, high))

    def least(self, cost: dict[int, float]) -> float | None:
        size = len(self.upper)
        matrix, objective = np.zeros((len(self.rows), size)), np.zeros(size)
        for i, (weights, _, _) in enumerate(self.rows):
            for j, weight in weights.items():
                matrix[i, j] += weight
        for j, weight in cost.items():
            objective[j] = weight
        limits = LinearConstraint(matrix, [r[1] for r in self.rows], [r[2] for r in self.rows])
        found = milp(
            objective,
            constraints=limits,
            integrality=self.whole,
            bounds=Bounds(np.zeros(size), self.upper),
            options={"mip_rel_gap": 1e-7, "time_limit": 1},
        )
        return float(objective @ found.x) if found.status == 0 else None


Tiers = list[tuple[float, float]]
"""(USD beyond which it counts, initial fraction of the whole position), lowest first."""


def tiers_of(m: dict[str, Any]) -> Tiers:
    return list(m.get("initial_tiers") or [(0.0, 1 / m["max_leverage"])])


def needed_usd(tiers: Tiers, usd: float) -> float:
    return usd * [imf for lower, imf in tiers if lower < usd or lower == 0][-1]


def most_usd(tiers: Tiers, equity: float) -> float:
    """The largest position that an equity is enough for."""
    uppers = [lower for lower, _ in tiers[1:]] + [math.inf]
    ends = [min(equity / imf, upper) for (_, imf), upper in zip(tiers, uppers, strict=True)]
    return max(end for (lower, _), end in zip(tiers, ends, strict=True) if end > lower)


def _tier(
    model: _Model, m: dict[str, Any], mid: float, size: int, margins: dict[int, float]
) -> None:
    """The margin of a position in the tier that it lies in."""
    tiers = tiers_of(m)
    if len(tiers) == 1:
        margins[size] = mid * tiers[0][1]
        return
    uppers = [lower for lower, _ in tiers[1:]] + [1e8]
    inside, chosen = {size: -1.0}, {}
    for (lower, imf), upper in zip(tiers, uppers, strict=True):
        part, is_here = model.variable(math.inf), model.variable(1, is_whole=True)
        model.row({part: 1, is_here: -lower / mid}, 0, math.inf)
        model.row({part: 1, is_here: -upper / mid}, -math.inf, 0)
        inside[part], chosen[is_here] = 1.0, 1.0
        margins[part] = mid * imf
    model.row(inside, 0, 0)
    model.row(chosen, 1, 1)


def optimum(
    markets: list[dict[str, Any]],
    held: dict[str, float],
    *,
    position: dict[tuple[str, str], float],
    band_usd: float,
    target: float | None,
    max_usd: dict[str, float],
    equity_usd: dict[str, float],
    is_relaxed: bool = False,
) -> Optimum:
    """`held` is each symbol's delta, `position` what is held of it where; `is_relaxed` trades parts
    of lots. NaN where the solver ran out of time or into its own tolerances."""
    model = _Model(is_relaxed)
    mids = {id(m): (m["bids"][0][0] + m["asks"][0][0]) / 2 for m in markets}
    reference = {
        symbol: float(np.median([mids[id(m)] for m in markets if m["symbol"] == symbol]))
        for symbol in held
    }
    cost: dict[int, float] = {}
    carry: dict[int, float] = {}
    delta: dict[str, dict[int, float]] = {symbol: {} for symbol in held}
    caps: dict[str, dict[int, float]] = {}
    margins: dict[str, dict[int, float]] = {}
    for m in markets:
        mid, symbol, venue = mids[id(m)], m["symbol"], m["venue"]
        after: dict[int, float] = {}
        for side, name in ((1, "asks"), (-1, "bids")):
            if target is None and side * held[symbol] > 0:
                continue
            lots = model.variable(math.inf, is_whole=True)
            chosen = model.variable(1, is_whole=True)
            price = min(mid, m[name][0][0])
            smallest = max(m["min_size"] or 0.0, (m["min_notional_usd"] or 0.0) / price)
            least = max(1, math.ceil(smallest / m["lot"] - 1e-9))
            most = math.floor(sum(size for _, size in m[name]) / m["lot"] + 1e-6)
            model.row({lots: 1, chosen: -least}, 0, math.inf)
            model.row({lots: 1, chosen: -most}, -math.inf, 0)
            filled = {lots: -m["lot"]}
            for level, size in m[name]:
                x = model.variable(size)
                filled[x] = 1.0
                cost[x] = max(side * (level - mid) + m["taker_fee"] * level, 0.0)
            model.row(filled, 0, 0)
            after[lots] = side * m["lot"]
            delta[symbol][lots] = side * m["lot"] * reference[symbol]
            carry[lots] = -side * m["lot"] * m["index"] * m["funding"]["live"]["rate"]
            caps.setdefault(venue, {})[lots] = m["lot"] * mid
        size = model.variable(math.inf)
        stands = position.get((venue, symbol), 0.0)
        for sign in (1, -1):
            model.row(
                {size: 1, **{j: sign * w for j, w in after.items()}}, -sign * stands, math.inf
            )
        _tier(model, m, mid, size, margins.setdefault(venue, {}))
        if venue in equity_usd:
            # A position beyond the equity may stay, not change sides at its size.
            largest = most_usd(tiers_of(m), equity_usd[venue]) / mid + 1e-9
            low, high = min(-largest, stands), max(largest, stands)
            model.row(after, low - stands, high - stands)
    for venue, usd in max_usd.items():
        model.row(caps.get(venue, {}), -math.inf, usd + 1e-6)
    for venue, usd in equity_usd.items():
        before = sum(
            needed_usd(tiers_of(m), abs(position.get((venue, m["symbol"]), 0.0)) * mids[id(m)])
            for m in markets
            if m["venue"] == venue
        )
        model.row(margins.get(venue, {}), -math.inf, max(usd, before) + 1e-6)
    beyond = {}
    for symbol, base in held.items():
        over = model.variable(math.inf)
        beyond[over] = 1.0
        usd = base * reference[symbol]
        model.row({**delta[symbol], over: -1}, -math.inf, band_usd - usd)
        model.row({**delta[symbol], over: 1}, -band_usd - usd, math.inf)
    least_beyond = model.least(beyond)
    if least_beyond is None:
        return Optimum(math.nan, math.nan, math.nan)
    model.row(beyond, -math.inf, least_beyond + 1e-3)
    earned = sum(
        -base * m["index"] * m["funding"]["live"]["rate"]
        for (venue, symbol), base in position.items()
        for m in markets
        if (m["venue"], m["symbol"]) == (venue, symbol)
    )
    reached = -math.inf
    if target is not None:
        spent = model.least({j: -w for j, w in carry.items()})
        if spent is None:
            return Optimum(math.nan, math.nan, math.nan)
        best = earned - spent
        reached = min(target, best)
        model.row(carry, reached - earned - 1e-9, math.inf)
    least = model.least(cost)
    return Optimum(least_beyond, reached, math.nan if least is None else least)
