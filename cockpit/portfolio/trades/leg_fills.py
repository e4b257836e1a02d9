"""The fills of one leg: what the venue told of them, and what its position shows of the rest.

A position is the sum of its fills since it was last flat. Where the venue tells them, they are
taken from the newest backwards until the size of now is explained; what they do not reach is the
opening, at the price that makes up the entry. Where the venue tells none, a size that changed is a
fill nobody told: the price of one that adds follows from the two entries, that of one that reduces
is not known.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from cockpit.core.events import AccountFill, Position
from cockpit.core.units import NS_PER_S
from cockpit.state.trades import LegFill

ROUNDING: Final = 1e-9
"""Of a size: sums of sizes differ by less."""
ROUNDED_FRAC: Final = 1e-3
"""Of an entry: a profit that tells another is one of another moment."""
FRESH_NS: Final = 5 * NS_PER_S
"""A fill older than this when it is first seen met a market that nobody looked at."""


class Met(msgspec.Struct, frozen=True, gc=False):
    """What a fill of this moment met: its market's mark, and the symbol's indexes by venue."""

    mark: float | None = None
    indexes: tuple[tuple[str, float], ...] = ()


class Told(msgspec.Struct, frozen=True, gc=False):
    """The fills that a venue told of a position, oldest first.

    `is_complete`: it tells this account's fills, so that none has to be guessed. `is_new`: the
    position was not there when its account was read before.
    """

    fills: Sequence[AccountFill] = ()
    is_complete: bool = False
    is_new: bool = False


def opened(told: Sequence[AccountFill], size: float) -> tuple[AccountFill, ...] | None:
    """The fills that make up `size` since the position was last flat, oldest first.

    None where they do not reach back so far.
    """
    if size == 0.0:
        return ()
    rest = size
    for number in range(len(told) - 1, -1, -1):
        rest -= told[number].size
        if is_nothing(rest, size):
            return tuple(told[number:])
    return None


def is_nothing(rest: float, size: float) -> bool:
    """Whether a difference of sizes is but rounding."""
    return abs(rest) <= ROUNDING * max(abs(size), 1.0)


def total(fills: Sequence[LegFill]) -> float:
    return sum(fill.size for fill in fills)


def follow(
    kept: Sequence[LegFill], told: Told, position: Position | None, at: Met, now_ns: int
) -> tuple[LegFill, ...]:
    """The fills of a leg as they are known now. `position` None: it is flat.

    Where a venue tells fills and one is still to come, they do not add up to the size: wait.
    """
    size = 0.0 if position is None else position.size
    fills = _with_told(kept, told.fills, size, at, now_ns)
    known = [fill for fill in fills if fill.source == "venue"]
    openings = [fill for fill in fills if fill.source == "opening"]
    needed = size - total(known)
    if is_nothing(needed - total(fills) + total(known), size):
        return _ordered(fills)
    if is_nothing(needed - total(openings), size):
        return _ordered([*openings, *known])
    if is_nothing(needed, size) and known:
        return _ordered(known)
    is_older = any(fill.at_ns < first.at_ns for first in openings for fill in known)
    if not fills and told.is_new:
        return () if told.is_complete else (_seen((), size, position, at, now_ns),)
    if is_older or not (fills and kept):
        return _ordered([_opening(known, needed, position, now_ns), *known])
    if told.is_complete:
        return _ordered(fills)
    return _ordered([*fills, _seen(fills, size - total(fills), position, at, now_ns)])


def _with_told(
    kept: Sequence[LegFill], told: Sequence[AccountFill], size: float, at: Met, now_ns: int
) -> list[LegFill]:
    """What is kept, with the fills that are news: of the present position, or after a kept one."""
    numbers = {fill.fill for fill in kept if fill.source == "venue"}
    present = opened(told, size)
    stamps = [fill.at_ns for fill in kept]
    stamps += [_stamp_ns(fill) for fill in (present or ())[:1]]
    if present is None and (not kept or kept[0].source == "opening"):
        # Not even the oldest reaches the beginning: all of them are of this position.
        stamps.append(0)
    if not stamps:
        return list(kept)
    since_ns = min(stamps)
    added = [
        _leg_fill(fill, at, now_ns)
        for fill in told
        if fill.fill not in numbers and _stamp_ns(fill) >= since_ns
    ]
    return [*kept, *added]


def _leg_fill(fill: AccountFill, at: Met, now_ns: int) -> LegFill:
    is_fresh = abs(now_ns - _stamp_ns(fill)) <= FRESH_NS
    return LegFill(
        at_ns=_stamp_ns(fill),
        size=fill.size,
        price=fill.price,
        source="venue",
        fill=fill.fill,
        fee_usd=fill.fee,
        mark=at.mark if is_fresh else None,
        indexes=at.indexes if is_fresh else (),
    )


def _opening(
    told: Sequence[LegFill], size: float, position: Position | None, now_ns: int
) -> LegFill:
    """What the told fills do not reach: at the price which, with those that added, is the entry."""
    entry = exact_entry(position)
    price = entry
    if told and entry is not None and position is not None:
        adds = all(fill.size * size > 0 and fill.price is not None for fill in told)
        paid = sum(fill.size * fill.price for fill in told if fill.price is not None)
        price = (entry * position.size - paid) / size if adds else None
        price = None if price is None or price <= 0 else price
    said_ns = None if position is None else position.opened_ns
    first_ns = min((fill.at_ns for fill in told), default=said_ns or now_ns)
    return LegFill(at_ns=first_ns, size=size, price=price, source="opening")


def _seen(
    fills: Sequence[LegFill], size: float, position: Position | None, at: Met, now_ns: int
) -> LegFill:
    """A change that nobody told: priced by the entries before and after, where it added."""
    before, price = total(fills), None
    entry = exact_entry(position)
    known = average_entry(fills)
    if entry is not None and not fills:
        price = entry
    elif entry is not None and known is not None and before * size > 0:
        price = (entry * (before + size) - known * before) / size
        price = price if price > 0 else None
    return LegFill(
        at_ns=now_ns, size=size, price=price, source="seen", mark=at.mark, indexes=at.indexes
    )


def exact_entry(position: Position | None) -> float | None:
    """The entry that the venue's own profit tells, where it tells one: entries are rounded."""
    if position is None or position.entry is None:
        return None
    if position.upnl is None or position.mark is None or not position.size:
        return position.entry
    told = position.mark - position.upnl / position.size
    is_rounding = abs(told / position.entry - 1) < ROUNDED_FRAC
    return told if is_rounding else position.entry


def average_entry(fills: Sequence[LegFill]) -> float | None:
    """The average price of what is open; None where flat, or where a price is not known."""
    size = cost = 0.0
    for fill in fills:
        if size * fill.size < 0:
            closed = min(abs(fill.size), abs(size)) / abs(size)
            cost, before = cost * (1 - closed), size
            size += fill.size
            if size * before < 0:
                if fill.price is None:
                    return None
                cost = size * fill.price
            continue
        if fill.price is None:
            return None
        size, cost = size + fill.size, cost + fill.size * fill.price
    return None if is_nothing(size, 0.0) else cost / size


def _ordered(fills: Sequence[LegFill]) -> tuple[LegFill, ...]:
    return tuple(sorted(fills, key=lambda fill: (fill.at_ns, fill.source != "opening", fill.fill)))


def _stamp_ns(fill: AccountFill) -> int:
    return fill.recv_ns if fill.venue_ns is None else fill.venue_ns
