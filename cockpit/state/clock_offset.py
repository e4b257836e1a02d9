"""How far this machine's clock is from the venues', as far as their stamps tell.

A message cannot arrive before it was sent, so the fastest message of a venue is the offset of the
two clocks plus what the way took. One venue alone cannot tell a fast clock from a slow stream; what
several agree on is the clock. The lower median decides, so that a venue whose stream is late does
not move the others' ages.
"""

from collections.abc import Iterable
from typing import Final

from cockpit.core.units import NS_PER_S
from cockpit.state.chain import ChainTelemetry

MIN_SAMPLES: Final = 8
"""Stamped facts of a venue before its way is believed."""
PLAUSIBLE_NS: Final = 2 * NS_PER_S
"""A way may take this long; only what is beyond it is the clock, and only if two venues say so."""


def clock_offset_ns(venues: Iterable[ChainTelemetry]) -> int:
    """Our clock less the venues', in ns: + where ours is ahead, 0 where nothing says otherwise."""
    floors = sorted(
        floor
        for venue in venues
        if (floor := venue.floor_ns()) is not None and venue.samples >= MIN_SAMPLES
    )
    if not floors:
        return 0
    agreed = floors[(len(floors) - 1) // 2]
    if agreed < 0:
        return agreed
    return agreed if len(floors) > 1 and agreed > PLAUSIBLE_NS else 0
