"""Which positions belong together: opposite legs of one asset, the closest in time first.

Two passes over what no trade claims. First pairs: sizes within the tolerance of the larger, those
that were opened closest to each other first. Then one leg against all that is left on the other
side, if together they are its size. What remains is hedged by nothing: a part of a position is
never taken for a hedge unless the trader says so.
The answer is a function of the set of legs: the order in which they come does not matter.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from cockpit.core.units import HOUR_NS
from cockpit.state.trades import LegKey

TOLERANCE: Final = 0.05
"""Of the larger side: sizes that differ by less are one hedge."""
FAR_NS: Final = 1_000 * 365 * 24 * HOUR_NS
"""Stands for the distance of two legs of which one's opening is not known."""


class FreeLeg(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What no trade claims of a position: signed base units of an asset."""

    key: LegKey
    asset: str
    size: float
    opened_ns: int | None = None


class Match(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Legs that hedge each other, whole and in the order of their keys."""

    asset: str
    legs: tuple[FreeLeg, ...]


def match(legs: Iterable[FreeLeg], tolerance: float = TOLERANCE) -> list[Match]:
    """Trades, in the order of their assets and keys. No leg is in two of them."""
    by_asset: dict[str, list[FreeLeg]] = {}
    for leg in sorted(legs, key=lambda leg: leg.key):
        by_asset.setdefault(leg.asset, []).append(leg)
    found = []
    for asset, mine in by_asset.items():
        for group in _groups(mine, tolerance):
            ordered = tuple(sorted(group, key=lambda leg: leg.key))
            found.append(Match(asset=asset, legs=ordered))
    return sorted(found, key=lambda one: (one.asset, one.legs[0].key))


def is_hedged(sizes: Iterable[float], tolerance: float = TOLERANCE) -> bool:
    """Whether longs and shorts are one size, within the tolerance of the larger side."""
    return naked(sizes, tolerance) == 0.0


def naked(sizes: Iterable[float], tolerance: float = TOLERANCE) -> float:
    """What nothing hedges, signed base units; 0 within the tolerance of the larger side."""
    known = list(sizes)
    longs = sum(size for size in known if size > 0)
    shorts = -sum(size for size in known if size < 0)
    net = longs - shorts
    return 0.0 if abs(net) <= tolerance * max(longs, shorts) else net


def _groups(legs: Sequence[FreeLeg], tolerance: float) -> list[list[FreeLeg]]:
    left = {leg.key: leg for leg in legs}
    every = sorted(
        (
            (long, short)
            for long in legs
            for short in legs
            if long.size > 0 > short.size and is_hedged((long.size, short.size), tolerance)
        ),
        key=lambda pair: (
            _apart_ns(*pair),
            abs(pair[0].size + pair[1].size),
            pair[0].key,
            pair[1].key,
        ),
    )
    found = []
    for long, short in every:
        if long.key in left and short.key in left:
            found.append([left.pop(long.key), left.pop(short.key)])
    longs = [leg for leg in left.values() if leg.size > 0]
    shorts = [leg for leg in left.values() if leg.size < 0]
    for one, others in ((longs, shorts), (shorts, longs)):
        is_one_against_many = len(one) == 1 and len(others) > 1
        if is_one_against_many and is_hedged([leg.size for leg in left.values()], tolerance):
            found.append([*one, *others])
    return found


def _apart_ns(one: FreeLeg, other: FreeLeg) -> int:
    if one.opened_ns is None or other.opened_ns is None:
        return FAR_NS
    return abs(one.opened_ns - other.opened_ns)
