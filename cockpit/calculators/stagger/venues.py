"""How much of a staggered order goes to which venue: the cheapest split, and against a squeeze.

Venues are in the order of the quotes; sizes in base units, caps too (inf for none). Every slice is
taken to meet a book that has refilled, so that a slice is split and the rest follows in proportion.
"""

import math
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.fills import Curve
from cockpit.analytics.execution.lots import (
    common_unit,
    count_lots,
    exact,
    round_slices,
    smallest_order,
)
from cockpit.analytics.execution.minima import fill_with_minima
from cockpit.analytics.execution.split import Offer, best_split
from cockpit.analytics.execution.squeeze import (
    LinearCost,
    assumed_correlation,
    covariance,
    linear_cost,
    penalised_split,
    squeeze_sd_usd,
)
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import Notes, Quote, Settings
from cockpit.calculators.stagger.inputs import Inputs
from cockpit.core.assumptions import Assumption
from cockpit.core.market import Side
from cockpit.core.units import floor_to_lot

Array = NDArray[np.float64]
ASSUMED_GAP_BPS = 10.0
_DUST = 1e-12
_SHARE_STEPS = 20
LOT_DUST = 1e-6
_PREFERRED = 10.0
"""Times its price: what a unit that is wanted is worth, more than any other unit costs."""
_DIGITS = 6
"""Of a slice that shares are found to: finer than any lot."""


def gap_covariance(
    inputs: Inputs, priced: Sequence[Quote], settings: Settings, notes: Notes
) -> tuple[Array, Array]:
    """Covariance (fraction^2) and correlation of the venues' gaps in a squeeze, both (V, V).

    By the table of stacks, not by history: a calm hour says nothing of how venues gap.
    """
    stacks = [settings.stacks.get(quote.venue, frozenset()) for quote in priced]
    correlation = assumed_correlation(stacks, inputs.corr_shared, inputs.corr_other)
    given = inputs.gap_sd_bps
    unsaid = [quote.venue for quote in priced if quote.venue not in given]
    if unsaid:
        notes.assume(
            Assumption(
                field="gap_sd_bps",
                value=ASSUMED_GAP_BPS,
                why=f"assumed for {', '.join(unsaid)}",
            )
        )
    if len(priced) > 1:
        notes.assume(
            Assumption(
                field="corr_shared",
                what="venues that share a layer gap together with",
                value=inputs.corr_shared,
                why=f"others (corr_other) with {inputs.corr_other:g}",
            )
        )
    bps = [given.get(quote.venue, ASSUMED_GAP_BPS) for quote in priced]
    return covariance(np.array(bps) / 1e4, correlation), correlation


def shared_layers(priced: Sequence[Quote], used: Sequence[int], settings: Settings) -> list[str]:
    """Sentences about used venues that run on the same layer."""
    found = []
    for i, one in enumerate(used):
        for other in used[i + 1 :]:
            names = (priced[one].venue, priced[other].venue)
            empty: frozenset[str] = frozenset()
            layers = settings.stacks.get(names[0], empty) & settings.stacks.get(names[1], empty)
            if layers:
                found.append(f"{names[0]} and {names[1]} share {', '.join(sorted(layers))}")
    return found


def least_orders(inputs: Inputs, priced: Sequence[Quote], side: Side) -> list[float]:
    """Each venue's smallest order in base, at the lowest price that a slice may have: a notional
    that holds there holds everywhere."""
    found = []
    for quote in priced:
        price = min(quote.mid, quote.touch(side))
        if inputs.schedule == "ladder" and side is Side.BUY:
            lowest = 1 - inputs.step_bps / 1e4 * (inputs.count - 1)
            # Prices at or below 0 are refused where the rungs are made.
            price = quote.touch(Side.SELL) * max(lowest, 1e-3)
        usd = price * quote.quote_usd
        found.append(smallest_order(quote.lot, quote.min_size, quote.min_notional_usd, usd))
    return found


def venue_sizes(
    inputs: Inputs, priced: Sequence[Quote], side: Side, size: float, caps: Array,
    sigma: Array, reference: float,
) -> Array:  # fmt: skip
    """Base units per venue that sum to `size`, which the caps must hold; shape (V,).

    A venue that would get less than its smallest order gets nothing, as long as the others hold
    the rest.
    """
    smallest = np.array(least_orders(inputs, priced, side))
    while True:
        sizes = _sizes(inputs, priced, side, size, caps, sigma, reference)
        short = np.flatnonzero((sizes > 0) & (sizes < smallest * (1 - 1e-9)))
        if not short.size:
            return sizes
        fewer = caps.copy()
        fewer[short[np.argmin(sizes[short] / smallest[short])]] = 0.0
        if float(np.sum(np.minimum(fewer, size))) < size * (1 - 1e-9):
            return sizes
        caps = fewer


def spread_sizes(
    inputs: Inputs, priced: Sequence[Quote], side: Side, size: float, caps: Array,
    sigma: Array, reference: float, notes: Notes,
) -> tuple[Array, Array]:  # fmt: skip
    """Sizes on at least so many venues as are asked for, and the caps that make it so.

    The largest share of one venue is lowered, a twentieth at a time, until enough take part; at
    one venue's equal share they do, or too few can. An order is capped by less than it need be
    rather than split more than was asked for.
    """
    least = min(inputs.min_venues, len(priced))
    sizes = venue_sizes(inputs, priced, side, size, caps, sigma, reference)
    for step in range(1, _SHARE_STEPS + 1):
        if np.count_nonzero(sizes) >= least:
            return sizes, caps
        share = max(1 - step / _SHARE_STEPS, 1 / least)
        lower = np.minimum(caps, share * size)
        if float(np.sum(lower)) < size * (1 - _DUST):
            break
        caps = lower
        sizes = venue_sizes(inputs, priced, side, size, caps, sigma, reference)
    used = np.count_nonzero(sizes)
    if used < least:
        notes.warn(f"{used} venues take part: no others hold the rest of the order")
    return sizes, caps


def whole_orders(
    inputs: Inputs, priced: Sequence[Quote], side: Side, sizes: Array, caps: Array, shares: Array,
    size: float,
) -> Array:  # fmt: skip
    """Slices in whole lots, shape (V, K), within the caps; `shares` (K,) are those of the slices.

    What flooring leaves of `size` goes to venues that trade anyway, coarse lots first. Where that
    is not enough, lots and smallest orders of all venues are combined: as much as they can make of
    the size together, as near to `sizes` as that allows.
    """
    smallest = least_orders(inputs, priced, side)
    unit, _ = common_unit([quote.lot for quote in priced])
    whole = unit * count_lots(size, unit)
    lots = [exact(quote.lot) for quote in priced]
    totals = [
        floor_to_lot(exact(part * (1 + _DUST)), lot)
        for part, lot in zip(sizes.tolist(), lots, strict=True)
    ]
    for v in range(len(priced)):
        if totals[v] < exact(smallest[v]):
            totals[v] = Decimal(0)
    left = whole - sum(totals, Decimal(0))
    for v in sorted((v for v in range(len(priced)) if totals[v]), key=lambda v: -lots[v]):
        room = left if math.isinf(caps[v]) else min(left, exact(float(caps[v])) - totals[v])
        extra = (room / lots[v]).to_integral_value(ROUND_FLOOR) * lots[v]
        totals[v] += extra
        left -= extra
    if left > 0:
        totals = _combined(priced, side, totals, smallest, caps, whole)
    orders = np.zeros((len(priced), shares.size))
    for v, quote in enumerate(priced):
        if totals[v] > 0:
            # The slices' ends in whole lots, so that the dust of the shares loses none.
            count = int(totals[v] / lots[v])
            ends = np.floor(np.cumsum(shares) * count + LOT_DUST).astype(np.int64)
            ends[-1] = count
            slices = [float(lots[v] * int(lot)) for lot in np.diff(ends, prepend=0)]
            orders[v] = round_slices(slices, quote.lot, smallest[v]).sizes
    return orders


def _combined(
    priced: Sequence[Quote], side: Side, wanted: Sequence[Decimal], smallest: Sequence[float],
    caps: Array, size: Decimal,
) -> list[Decimal]:  # fmt: skip
    """The most that whole lots make of `size`, at least what is wanted of a venue where that can
    be; what is added goes to the cheapest touch."""
    unit, steps = common_unit([quote.lot for quote in priced])
    want = int(size / unit)
    curves, least = [], []
    for v, (quote, step, base, cap) in enumerate(
        zip(priced, steps, wanted, caps.tolist(), strict=True)
    ):
        room = want if math.isinf(cap) else min(want, count_lots(cap, unit))
        fewest = int(exact(smallest[v]) / unit)
        price = quote.touch(side) * quote.quote_usd
        dear = side.sign * price * (1 + side.sign * (quote.fees.taker or 0.0))
        # What is wanted costs less than any price, so that nothing of it is given up for cost.
        prices = np.array([-_PREFERRED * price, dear])
        amounts = np.array([float(base / unit), float(want)])
        some = amounts > 0
        if fewest > room // step * step:
            some[:] = False
        curves.append(Curve.of(prices[some], amounts[some], step, room))
        least.append(fewest)
    found = fill_with_minima(curves, least, want)
    return [unit * amount for amount in found]


def _sizes(
    inputs: Inputs, priced: Sequence[Quote], side: Side, size: float, caps: Array,
    sigma: Array, reference: float,
) -> Array:  # fmt: skip
    cheapest = _cheapest(inputs, priced, side, size, caps)
    if inputs.squeeze_penalty == 0 or len(priced) < 2:
        return cheapest
    usd = size * reference
    lines = [_line(quote, side, reference, usd / inputs.count) for quote in priced]
    try:
        # Equal slices stand in for the schedule: K of them cost a K-th of one slope.
        spread = penalised_split(
            np.array([line.first for line in lines]),
            np.array([line.slope / inputs.count for line in lines]),
            sigma, inputs.squeeze_penalty, caps * reference, usd,
        )  # fmt: skip
    except ValueError as error:
        raise FieldError("corr_other", f"these correlations cannot be: {error}") from error
    # Straight lines price the books roughly: never take more of the risk than the cheapest does.
    if squeeze_sd_usd(spread, sigma) > squeeze_sd_usd(cheapest * reference, sigma):
        return cheapest
    sizes: Array = spread * (size / float(np.sum(spread)))
    return sizes


def _cheapest(
    inputs: Inputs, priced: Sequence[Quote], side: Side, size: float, caps: Array
) -> Array:
    """The exact split of one slice, scaled to the whole order within the caps."""
    slices = inputs.count
    mean = size / slices
    step = 10.0 ** (math.floor(math.log10(mean)) - _DIGITS)
    offers = [
        Offer(
            quote.rows(side), quote.fees.taker or 0.0, float(f"{step:.0e}"), None, None,
            cap / slices if math.isfinite(cap) else None, quote.quote_usd,
        )
        for quote, cap in zip(priced, caps.tolist(), strict=True)
    ]  # fmt: skip
    split = best_split(offers, side.sign, mean)
    held = [float(np.sum(quote.columns(side)[1])) for quote in priced]
    sizes = np.array([leg.size for leg in split.legs]) * slices
    return _filled_up(sizes, caps, np.array(held), size)


def _filled_up(sizes: Array, caps: Array, held: Array, size: float) -> Array:
    """Sizes raised to the sum `size`, in proportion to what is visible, never above a cap."""
    sizes = np.minimum(sizes, caps)
    while (left := size - float(np.sum(sizes))) > 1e-12 * size:
        room = (caps - sizes) > 1e-12 * size
        weights = np.where(room, held, 0.0)
        if not float(np.sum(weights)) > 0:
            break
        sizes = np.minimum(sizes + left * weights / float(np.sum(weights)), caps)
    total = float(np.sum(sizes))
    return sizes * (size / total) if total > 0 else sizes


def _line(quote: Quote, side: Side, reference: float, usd: float) -> LinearCost:
    """The book as a straight line; one that is too short is priced as far as it goes."""
    levels = quote.rows(side)
    prices, sizes = quote.columns(side)
    held = float(np.dot(prices, sizes))
    line = linear_cost(
        levels, reference / quote.quote_usd, side.sign, quote.fees.taker or 0.0,
        min(usd / quote.quote_usd, held * (1 - 1e-9)),
    )  # fmt: skip
    if line is None:
        raise ValueError("a quote has levels on both sides")
    return line
