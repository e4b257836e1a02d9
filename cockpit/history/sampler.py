"""When a row is due: pure, and the same for a live run and for a tape.

Time is cut into slots of ten seconds. A market that is watched has a row each slot, one that is
only surveyed each sixth; but a row that says what the last one said waits until a minute is over.
`at_ns` is the slot's own time, so two runs over the same facts write the same keys.
"""

from collections.abc import Iterable
from typing import Final, Protocol

import msgspec

from cockpit.core.units import NS_PER_S
from cockpit.history.rows import AGES, Figures, Sample, kept_values

WATCHED_NS: Final = 10 * NS_PER_S
SURVEYED_NS: Final = 60 * NS_PER_S
UNCHANGED_NS: Final = 60 * NS_PER_S
"""A market that stands still is said so this often."""


class MarketReading(Protocol):
    """One market as the sampler sees it."""

    @property
    def venue(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def watched(self) -> bool:
        """Its book is followed; else it is only surveyed."""
        ...

    @property
    def figures(self) -> Figures: ...


class Reading(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A plain `MarketReading`."""

    venue: str
    symbol: str
    watched: bool
    figures: Figures


class _Last(msgspec.Struct, frozen=True, gc=False):
    at_ns: int
    values: tuple[float | int | None, ...]


class Sampler:
    """Remembers what the last row of each market said."""

    def __init__(self) -> None:
        self._slot_ns: int | None = None
        self._last: dict[tuple[str, str], _Last] = {}

    def due_ns(self, now_ns: int) -> int | None:
        """The slot to sample now; None while the present one is done.

        A clock that was set back begins again with the slot that it shows.
        """
        slot_ns = now_ns - now_ns % WATCHED_NS
        return None if slot_ns == self._slot_ns else slot_ns

    def next_ns(self, now_ns: int) -> int:
        """When the slot after the present one begins."""
        return now_ns - now_ns % WATCHED_NS + WATCHED_NS

    def sample(self, slot_ns: int, readings: Iterable[MarketReading]) -> tuple[Sample, ...]:
        """The rows of one slot, as the readings stand. A market of which nothing was ever known
        has none, and one of which nothing is known any more says so once."""
        if self._slot_ns is not None and slot_ns < self._slot_ns:
            self._last.clear()
        self._slot_ns = slot_ns
        on_minute = slot_ns % SURVEYED_NS == 0
        rows = []
        for reading in readings:
            if not (reading.watched or on_minute):
                continue
            figures = reading.figures
            values = kept_values(figures)[:-AGES]
            key = (reading.venue, reading.symbol)
            last = self._last.get(key)
            if last is not None and last.values == values:
                is_silent = not any(value is not None for value in values)
                if is_silent or slot_ns - last.at_ns < UNCHANGED_NS:
                    continue
            elif last is None and not any(value is not None for value in values):
                continue
            self._last[key] = _Last(slot_ns, values)
            rows.append(
                Sample(venue=reading.venue, symbol=reading.symbol, at_ns=slot_ns, figures=figures)
            )
        return tuple(rows)
