"""What was paid, from the funding index: a reading every eight hours, and their differences.

Funding accrues at every tick of the mark and is booked when a position changes; there is no
payment to look up. What a position of one contract paid over a span is the rise of the index, and
as a rate that rise over the spot price, which is taken as the mean of the two ends'. The history
has a row for every tick and no coarser one, so that thirty days cost a request a reading: eight
hours, the period of most markets, is what the venue's limits bear for a whole watch list.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cockpit.core.events import Funding
from cockpit.core.units import NS_PER_S
from cockpit.venues.kit.numbers import finite
from cockpit.venues.paradex.messages import FundingRow

SPAN_S = 8 * 3600
SPAN_NS = SPAN_S * NS_PER_S
"""Readings are those of 00:00, 08:00 and 16:00 UTC."""
WINDOW_NS = 30 * NS_PER_S
"""One is asked for within this time after the hour: the index ticks every few seconds."""
_FAR_NS = 2 * 60 * NS_PER_S
"""A reading further from the hour is not the hour's."""
_LEAST_RATE = 1e-9
"""Of a smaller rate too few digits are told to find the spot price by."""
_KEPT = 3 * 32


class _Reading(NamedTuple):
    at_ns: int
    value: float
    spot: float | None


class FundingIndex:
    """The readings of one market by their hour. A span is stated once, when both ends are read;
    a reading goes once both its spans are stated."""

    __slots__ = ("_readings", "_stated")

    def __init__(self) -> None:
        self._readings: dict[int, _Reading] = {}
        self._stated: list[int] = []
        """The ends of the last spans: of a hundred, a list is a tenth of a set."""

    def read(self, rows: Iterable[FundingRow]) -> bool:
        """Take rows of history over; False if the index of one is no number."""
        is_whole = True
        for row in rows:
            index, at_ns = finite(row.funding_index), row.venue_ns
            hour_ns = (at_ns + SPAN_NS // 2) // SPAN_NS * SPAN_NS
            if index is None:
                is_whole = False
            elif abs(at_ns - hour_ns) <= _FAR_NS:
                self._readings.setdefault(hour_ns, _Reading(at_ns, index, _spot(row)))
        return is_whole

    def news(self, venue: str, symbol: str, at_ns: int) -> Iterator[Funding | str]:
        """The spans not stated before, the oldest first; a sentence where a rate cannot be one."""
        for hour_ns in sorted(self._readings.keys() - set(self._stated)):
            before = self._readings.get(hour_ns - SPAN_NS)
            rate = None if before is None else _rate(before, self._readings[hour_ns])
            if rate is None:
                continue
            self._stated.append(hour_ns)
            if abs(rate) >= 1.0:
                yield "the funding index rose by more than the price"
                continue
            yield Funding(
                venue=venue, symbol=symbol, recv_ns=at_ns, venue_ns=hour_ns,
                kind="settled", rate=rate, interval_s=SPAN_S,
            )  # fmt: skip
        self._stated = sorted(self._stated)[-_KEPT:]
        done = {hour_ns for hour_ns in self._stated if hour_ns + SPAN_NS in self._stated}
        for hour_ns in {*(self._readings.keys() & done), *sorted(self._readings)[:-_KEPT]}:
            del self._readings[hour_ns]


def _spot(row: FundingRow) -> float | None:
    """The premium is the rate times the spot price, so that they tell it."""
    rate, premium = finite(row.funding_rate), finite(row.funding_premium)
    if rate is None or premium is None or abs(rate) < _LEAST_RATE or premium / rate <= 0.0:
        return None
    return premium / rate


def _rate(before: _Reading, after: _Reading) -> float | None:
    """A fraction per span; None where neither end tells a price, unless nothing was paid."""
    rise, apart_ns = after.value - before.value, after.at_ns - before.at_ns
    spots = [spot for spot in (before.spot, after.spot) if spot is not None]
    if apart_ns <= 0 or not spots:
        return 0.0 if apart_ns > 0 and rise == 0.0 else None
    return rise / (sum(spots) / len(spots)) * SPAN_NS / apart_ns
