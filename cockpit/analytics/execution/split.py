"""One order over several books: the consolidated fee-adjusted ladder and the exact best split.

A taker's cost at a venue is convex and piecewise linear in size, so filling the consolidated
levels from the cheapest on is optimal: all venues that are used share one marginal effective
price (Boyd, Vandenberghe, "Convex Optimization", CUP 2004, §5.5.3). `fills` keeps that exact for
whole lots, `minima` for smallest orders.

`side` is +1 to buy (offers hold asks) and -1 to sell (offers hold bids). Effective price is
`price * quote_usd * (1 + side * fee)`: for a buy the lower the better, for a sell the higher.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.fills import Curve, from_zero, whole_steps
from cockpit.analytics.execution.ladder import Levels, ladder
from cockpit.analytics.execution.lots import common_unit, count_lots, exact
from cockpit.analytics.execution.minima import fill_with_minima

Array = NDArray[np.float64]
_TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Offer:
    """One venue's side of the book, and what it costs and takes to trade there.

    `levels` best first, base units (haircut them before, if you want that); `fee` is the taker
    fee as a fraction, negative for a rebate; `quote_usd` the price of the venue's quote currency;
    `cap` the most base units to place, None for no cap; None for a minimum the venue has not.
    """

    levels: Levels
    fee: float
    lot: float
    min_size: float | None
    min_notional_usd: float | None
    cap: float | None
    quote_usd: float


class Consolidated(NamedTuple):
    """All levels of all venues, cheapest first; four arrays of shape (L,).

    `effective` and `price` in USD per base, `size` in base units, `venue` the offer's index.
    """

    effective: Array
    price: Array
    size: Array
    venue: NDArray[np.int64]


class Leg(NamedTuple):
    """Base units at one venue: `vwap` in USD without the fee, `effective` with it; None if 0."""

    size: float
    vwap: float | None
    effective: float | None


class Split(NamedTuple):
    """Legs in the order of the offers; legs and `unfilled` sum to the asked size exactly, except
    where only binary dust keeps the size from being whole lots.

    `effective` is the average and `marginal` the worst effective price touched; None if nothing
    is filled.
    """

    legs: tuple[Leg, ...]
    filled: float
    unfilled: float
    effective: float | None
    marginal: float | None


class _Side(NamedTuple):
    """One venue's levels, (L,): prices in USD without and with the fee, sizes in base and units."""

    prices: Array
    effective: Array
    base: Array
    sizes: Array


def consolidate(offers: Sequence[Offer], side: int) -> Consolidated:
    """The merged ladder. ValueError for a side that is not 1 or -1 or a level that is not one."""
    _check_side(side)
    columns = [_effective(offer, side) for offer in offers]
    venue = np.repeat(np.arange(len(offers)), [column[0].size for column in columns])
    prices, effective, sizes = (
        np.concatenate([column[i] for column in columns]) if columns else np.empty(0)
        for i in range(3)
    )
    order = np.argsort(side * effective, kind="stable")
    return Consolidated(effective[order], prices[order], sizes[order], venue[order])


def best_split(offers: Sequence[Offer], side: int, size: float) -> Split:
    """The cheapest way to trade `size` base units; as much of it as the venues can take.

    Fills the most that lots, caps, depth and minima allow, then at the least cost; exact in the
    venues' own lots (`fills.fill`). ValueError for a negative or non-finite size, a lot that is
    not above 0, or as in `consolidate`.
    """
    _check_side(side)
    unit, steps = common_unit([offer.lot for offer in offers])
    want = count_lots(size, unit)
    sides = [_side(offer, side, unit) for offer in offers]
    # Costs are kept against the best price of all: differences of bps survive, notionals do not.
    origin = min((float(side * one.effective[0]) for one in sides if one.sizes.size), default=0.0)
    curves, least = [], []
    for offer, step, one in zip(offers, steps, sides, strict=True):
        curve = Curve.of(side * one.effective - origin, one.sizes, step, _room(offer, unit, want))
        smallest = _least(offer, one, unit, step)
        if smallest is None or smallest > curve.room:
            curve = Curve.of(np.empty(0), np.empty(0), step, 0)
        curves.append(curve)
        least.append(smallest or 0)
    return _report(sides, fill_with_minima(curves, least, want), unit, side, size)


def best_single(offers: Sequence[Offer], side: int, size: float) -> tuple[int, Split] | None:
    """The one venue that fills the most, then the cheapest; None if no venue fills anything."""
    best: tuple[int, Split] | None = None
    for v, offer in enumerate(offers):
        alone = _alone(offer, side, size)
        if alone.effective is None:
            continue
        if best is None or best[1].effective is None or (
            (-alone.filled, side * alone.effective) < (-best[1].filled, side * best[1].effective)
        ):  # fmt: skip
            best = (v, alone)
    return best


def cost_usd(side: int, effective: float, reference: float, size: float) -> float:
    """What trading at `effective` costs against a reference price, fees included; + is a cost."""
    return side * (effective - reference) * size


def _room(offer: Offer, unit: Decimal, want: int) -> int:
    """The most units that may be placed here, whatever the book holds."""
    return want if offer.cap is None else min(want, count_lots(offer.cap, unit))


def _alone(offer: Offer, side: int, size: float) -> Split:
    """`best_split` of one offer: nothing is chosen, so nothing is searched."""
    _check_side(side)
    unit, _ = common_unit([offer.lot])
    want = count_lots(size, unit)
    one = _side(offer, side, unit)
    amount = whole_steps(float(from_zero(one.sizes)[-1]), _room(offer, unit, want))
    least = _least(offer, one, unit, 1)
    if least is None or amount < least:
        amount = 0
    return _report([one], [amount], unit, side, size)


def _least(offer: Offer, one: _Side, unit: Decimal, step: int) -> int | None:
    """The smallest order here in units, whole steps; None if the book cannot hold one."""
    least = exact(offer.min_size or 0.0) / unit
    if offer.min_notional_usd:
        worth = from_zero(one.prices * one.base)
        if worth[-1] < offer.min_notional_usd:
            return None
        reached = int(worth.searchsorted(offer.min_notional_usd))
        held = from_zero(one.base[:reached])
        needed = float(np.interp(offer.min_notional_usd, worth[: reached + 1], held)) / float(unit)
        least = max(least, Decimal(needed) * (1 - Decimal(_TIE)))
    return max(1, math.ceil(least / step)) * step


def _report(
    sides: Sequence[_Side], amounts: Sequence[int], unit: Decimal, side: int, size: float
) -> Split:
    legs, worst, paid = [], [], 0.0
    for one, amount in zip(sides, amounts, strict=True):
        if amount == 0:
            legs.append(Leg(0.0, None, None))
            continue
        before = np.add.accumulate(one.sizes) - one.sizes
        touched = int(before.searchsorted(amount))
        taken = np.minimum(amount - before[:touched], one.sizes[:touched])
        last = touched - 1
        # A sliver below a millionth of a unit is binary dust of the running sum, not a fill.
        while taken[last] <= 1e-6:
            last -= 1
        worst.append(side * float(one.effective[last]))
        total = float(np.add.reduce(taken))
        effective = float(np.dot(taken, one.effective[:touched])) / total
        vwap = float(np.dot(taken, one.prices[:touched])) / total
        base = float(amount * unit)
        paid += effective * base
        legs.append(Leg(base, vwap, effective))
    filled = sum(amounts) * unit
    return Split(
        legs=tuple(legs),
        filled=float(filled),
        unfilled=float(max(exact(size) - filled, Decimal(0))),
        effective=paid / float(filled) if filled else None,
        marginal=side * max(worst) if worst else None,
    )


def _side(offer: Offer, side: int, unit: Decimal) -> _Side:
    prices, effective, sizes = _effective(offer, side)
    return _Side(prices, effective, sizes, sizes / float(unit))


def _effective(offer: Offer, side: int) -> tuple[Array, Array, Array]:
    prices, sizes = ladder(offer.levels)
    if not offer.quote_usd > 0 or not math.isfinite(offer.fee):
        raise ValueError("an offer needs a finite fee and a quote currency worth more than 0")
    limits = (offer.cap, offer.min_size, offer.min_notional_usd)
    if not all(limit is None or 0 <= limit < math.inf for limit in limits):
        raise ValueError("an offer's cap and minima must be finite and 0 or more, or None")
    if prices.size and side * (prices[-1] - prices[0]) < 0:
        raise ValueError("to buy, offer asks (ascending); to sell, bids (descending)")
    if offer.quote_usd != 1.0:
        prices = prices * offer.quote_usd
    return prices, prices * (1 + side * offer.fee), sizes


def _check_side(side: int) -> None:
    if side not in (1, -1):
        raise ValueError(f"side must be 1 to buy or -1 to sell, got {side}")
