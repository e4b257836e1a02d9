"""Which venues a full plot shows: the cursor, pins, then the largest open interest."""

from collections.abc import Sequence
from typing import Final

from cockpit.ui.model.readings import Readings

MAX_SERIES: Final = 6
"""More lines than this cannot be told apart."""


def plotted(readings: Readings, names: Sequence[str]) -> list[str]:
    """At most MAX_SERIES of the names, in the order in which they were given."""
    if len(names) <= MAX_SERIES:
        return list(names)

    def rank(name: str) -> tuple[bool, bool, float]:
        market = readings.market(name)
        interest = market.open_interest if market is not None else None
        return name != readings.venue, name not in readings.ui.pinned, -(interest or 0.0)

    chosen = set(sorted(names, key=rank)[:MAX_SERIES])
    return [name for name in names if name in chosen]


def how_many(names: Sequence[str]) -> str:
    """`6 of 12`, for the corner of a plot that is full; empty where all are shown."""
    return f"{MAX_SERIES} of {len(names)}" if len(names) > MAX_SERIES else ""
