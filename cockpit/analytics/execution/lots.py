"""Tradable sizes: whole lots, at least the smallest order, and not a crumb lost.

Sizes go in and come out as floats that print as the decimals they mean; the arithmetic between is
exact (`Decimal`), so legs and leftover add up to what was asked for to the last digit.
"""

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.core.units import floor_to_lot

Array = NDArray[np.float64]
_LOT_DUST, _SHARE_DUST, _MOST_DUST = Decimal("1e-6"), Decimal("1e-11"), Decimal("0.01")


class Rounded(NamedTuple):
    """`sizes` in whole lots, in the shape that was given, and the exact `leftover`."""

    sizes: Array
    leftover: float


def exact(value: float) -> Decimal:
    """The decimal that a float prints as. ValueError if it is not finite."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a size")
    return Decimal(repr(float(value)))


def count_lots(size: float, lot: Decimal) -> int:
    """How many whole lots are in a size of 0 or more, counting one that only dust is missing of.

    Dust is a millionth of a lot and a hundred-billionth of the size, and never a hundredth of a
    lot. ValueError for a size that is negative or not finite.
    """
    if not math.isfinite(size) or size < 0:
        raise ValueError(f"size must be a finite number, 0 or more, got {size}")
    lots = exact(size) / lot
    dust = min(_LOT_DUST + lots * _SHARE_DUST, _MOST_DUST)
    return int((lots + dust).to_integral_value(ROUND_FLOOR))


def common_unit(lots: Sequence[float]) -> tuple[Decimal, list[int]]:
    """The largest unit that all lots are multiples of, and each lot in that unit.

    ValueError for a lot that is not above 0.
    """
    exacts = [_lot(lot) for lot in lots]
    digits = max((-int(lot.as_tuple().exponent) for lot in exacts), default=0)
    scale = Decimal(10) ** max(0, digits)
    whole = [int(lot * scale) for lot in exacts]
    unit = math.gcd(*whole) or 1
    return Decimal(unit) / scale, [lot // unit for lot in whole]


def smallest_order(
    lot: float, min_size: float | None, min_notional_usd: float | None, price: float
) -> float:
    """The least base units that a venue accepts at `price`, in whole lots; never below one lot.

    None means that the venue names no such minimum. ValueError if lot or price is not above 0.
    """
    step = _lot(lot)
    if not price > 0:
        raise ValueError(f"price must be above 0, got {price}")
    least = max(step, exact(min_size or 0.0), exact(min_notional_usd or 0.0) / exact(price))
    return float((least / step).quantize(Decimal(1), ROUND_CEILING) * step)


def round_slices(sizes: Sequence[float] | Array, lot: float, smallest: float) -> Rounded:
    """A schedule in whole lots, each slice 0 or at least `smallest`, never ahead of itself.

    `sizes` has shape (K,), base units, all 0 or more. A slice that is too small waits for the
    next one; a tail that is too small joins the last slice placed. When the whole schedule is too
    small, everything is leftover. ValueError for a negative or non-finite size or a lot <= 0.
    """
    step, least = _lot(lot), exact(smallest)
    wanted = [_size(size) for size in sizes]
    placed = [Decimal(0)] * len(wanted)
    due, last = Decimal(0), -1
    for k, size in enumerate(wanted):
        due += size
        whole = floor_to_lot(due, step)
        if whole > 0 and whole >= least:
            placed[k], due, last = whole, due - whole, k
    tail = floor_to_lot(due, step)
    if last >= 0 and tail > 0:
        placed[last] += tail
        due -= tail
    return Rounded(np.array([float(size) for size in placed]), float(due))


def _lot(lot: float) -> Decimal:
    step = exact(lot)
    if step <= 0:
        raise ValueError(f"a lot must be above 0, got {lot}")
    return step


def _size(size: float) -> Decimal:
    value = exact(size)
    if value < 0:
        raise ValueError(f"a size must be 0 or more, got {size}")
    return value
