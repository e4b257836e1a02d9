"""Which pairs of all markets pass every gate, as the desk last ranked them."""

from typing import Final

import msgspec

from cockpit.core.units import NS_PER_S

OLD_S: Final = 60.0
"""A ranking that is older says nothing of now."""


class PassingPair(msgspec.Struct, frozen=True, kw_only=True):
    """`symbol` is the asset's name; `net_usd` is left over the hold at the size of a leg."""

    symbol: str
    long_venue: str
    short_venue: str
    net_usd: float


class Passing(msgspec.Struct, frozen=True, kw_only=True):
    """At this size of a leg and this hold, best first; `at_ns` None before anything was ranked."""

    at_ns: int | None = None
    usd: float = 0.0
    hold_h: int = 0
    pairs: tuple[PassingPair, ...] = ()
    symbols: tuple[str, ...] = ()
    """Every asset that was ranked, whether a pair of it passes or not."""

    def is_known(self, now_ns: int) -> bool:
        return self.at_ns is not None and now_ns - self.at_ns <= OLD_S * NS_PER_S
