"""Which positions belong together: opposite legs of one asset, the closest in time first.

Two passes over what no trade claims. First whole legs: sizes within the tolerance of the larger,
those that were opened closest to each other first. Then by share: what is left on one side hedges
what is left on the other as far as it goes. What then remains is hedged by nothing.
The answer is a function of the set of legs: the order in which they come does not matter.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from cockpit.core.units import HOUR_NS
from cockpit.state.trades import LegKey

TOLERANCE: Final = 0.05
"""Of the larger leg: sizes that differ by less are one hedge."""
FAR_NS: Final = 1_000 * 365 * 24 * HOUR_NS
"""Stands for the distance of two legs of which one's opening is not known."""


class FreeLeg(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What no trade claims of a position: signed base units of an asset."""

    key: LegKey
    asset: str
    size: float
    opened_ns: int | None = None


class Match(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Two amounts that hedge each other: signed base units, the long first."""

    asset: str
    long: tuple[LegKey, float]
    short: tuple[LegKey, float]


def match(legs: Iterable[FreeLeg], tolerance: float = TOLERANCE) -> list[Match]:
    """Pairs, in the order of their keys. No leg is in them beyond its size."""
    by_asset: dict[str, list[FreeLeg]] = {}
    for leg in sorted(legs, key=lambda leg: leg.key):
        by_asset.setdefault(leg.asset, []).append(leg)
    found = [pair for mine in by_asset.values() for pair in _pairs(mine, tolerance)]
    return sorted(found, key=lambda pair: (pair.asset, pair.long[0], pair.short[0]))


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


def _pairs(legs: Sequence[FreeLeg], tolerance: float) -> list[Match]:
    left = {leg.key: leg.size for leg in legs}
    longs = [leg for leg in legs if leg.size > 0]
    shorts = [leg for leg in legs if leg.size < 0]
    every = sorted(
        ((long, short) for long in longs for short in shorts),
        key=lambda pair: (
            _apart_ns(*pair),
            abs(pair[0].size + pair[1].size),
            pair[0].key,
            pair[1].key,
        ),
    )
    found: dict[tuple[LegKey, LegKey], Match] = {}
    for long, short in every:
        if long.key not in left or short.key not in left:
            continue
        if is_hedged((long.size, short.size), tolerance):
            found[long.key, short.key] = _match(
                long, short, left.pop(long.key), left.pop(short.key)
            )
    for long, short in every:
        if long.key not in left or short.key not in left:
            continue
        amount = min(left[long.key], -left[short.key])
        taken = _taken(long, left, amount, tolerance), _taken(short, left, -amount, tolerance)
        found[long.key, short.key] = _match(long, short, *taken)
    return list(found.values())


def _taken(leg: FreeLeg, left: dict[LegKey, float], amount: float, tolerance: float) -> float:
    """`amount` of a leg, and with it a rest that the tolerance of the pair allows."""
    rest = left[leg.key] - amount
    if abs(rest) <= tolerance * abs(amount):
        return left.pop(leg.key)
    left[leg.key] = rest
    return amount


def _match(long: FreeLeg, short: FreeLeg, bought: float, sold: float) -> Match:
    return Match(asset=long.asset, long=(long.key, bought), short=(short.key, sold))


def _apart_ns(one: FreeLeg, other: FreeLeg) -> int:
    if one.opened_ns is None or other.opened_ns is None:
        return FAR_NS
    return abs(one.opened_ns - other.opened_ns)
