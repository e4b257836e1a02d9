"""What the fills of one leg realised: each that closes, against the average entry until then."""

from collections.abc import Iterable

import msgspec

from cockpit.portfolio.trades.leg_fills import ROUNDING
from cockpit.state.trades import LegFill


class Realised(msgspec.Struct, frozen=True, gc=False):
    """What one fill closed in base units, 0 where it opens; `usd` is its result, without fees.

    `usd` is None where nothing was closed, and where an entry that it stands on was not told.
    """

    closed: float = 0.0
    usd: float | None = None


def realised(fills: Iterable[LegFill]) -> list[Realised]:
    """One a fill, oldest first, as a perpetual is settled: at the average of what opened it."""
    size, entry, found = 0.0, 0.0, []
    is_known = True
    for fill in fills:
        left = size + fill.size
        closed = min(abs(size), abs(fill.size)) if size * fill.size < 0 else 0.0
        usd = None
        if closed and is_known and fill.price is not None and _is_told(fill):
            usd = closed * (fill.price - entry) * (1 if size > 0 else -1)
        found.append(Realised(closed, usd))
        is_flat = abs(left) <= ROUNDING * max(1.0, abs(size))
        if is_flat:
            size, entry, is_known = 0.0, 0.0, True
            continue
        if not closed or left * size < 0:
            # It opens: beside what is held, or on the other side after that was closed.
            held = 0.0 if closed else abs(size)
            is_known = (is_known or not held) and fill.price is not None and _is_told(fill)
            price = fill.price or 0.0
            entry = (held * entry + (abs(left) - held) * price) / abs(left)
        size = left
    return found


def _is_told(fill: LegFill) -> bool:
    return fill.source == "venue"
