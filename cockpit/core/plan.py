"""What a calculator proposes and a trader carries out elsewhere: legs, in the venue's own steps."""

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import msgspec

from cockpit.core.market import Side

_SIGNIFICANT = 5
"""Digits of a price whose tick is not known: what the coarsest of the venues takes."""


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One order: `size` in base units and whole lots, `limit` in quote per base, whole ticks.

    `limit` None is a market order, `not_before_ns` None is at once.
    """

    venue: str
    symbol: str
    side: Side
    size: float
    limit: float | None = None
    not_before_ns: int | None = None
    note: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Legs in the order of their times, what was assumed for them, and what to beware of."""

    legs: tuple[Leg, ...]
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def planned_base(legs: tuple[Leg, ...]) -> float:
    """The sizes of all legs together, to the last digit, signs left out."""
    return float(sum((_exact(leg.size) for leg in legs), Decimal(0)))


def limit_price(side: Side, price: float, tick: float | None, *, is_passive: bool) -> float:
    """`price` on the venue's grid: a passive limit gets no worse, a marketable one no tighter.

    A passive buy rounds down and a marketable one up; a sell the other way. Without a tick the
    price keeps five significant digits. ValueError if the price or the tick is not above 0.
    """
    if not (math.isfinite(price) and price > 0) or not (tick is None or tick > 0):
        raise ValueError(f"a limit needs a price and a tick above 0, got {price} and {tick}")
    exact = _exact(price)
    step = Decimal(1).scaleb(exact.adjusted() + 1 - _SIGNIFICANT) if tick is None else _exact(tick)
    is_down = is_passive is (side is Side.BUY)
    steps = (exact / step).quantize(Decimal(1), ROUND_FLOOR if is_down else ROUND_CEILING)
    return float(max(steps, Decimal(1)) * step)


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))
