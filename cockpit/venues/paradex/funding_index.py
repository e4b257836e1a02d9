"""What was paid, from the funding index: a reading every eight hours, and their differences.

Funding accrues at every tick of the mark and is booked when a position changes; there is no
payment to look up. What a position of one contract paid over a span is the rise of the index, and
as a rate that rise over the spot price, which is taken as the mean of the two ends'. The history
has a row for every tick and no coarser one, so that thirty days cost a request a reading: eight
hours, the period of most markets, is what the venue's limits bear for a whole watch list.
"""

from collections.abc import Iterable
from typing import NamedTuple

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
    """The readings of one market by their hour."""

    __slots__ = ("_readings",)

    def __init__(self) -> None:
        self._readings: dict[int, _Reading] = {}

    def read(self, rows: Iterable[FundingRow]) -> tuple[dict[int, float], bool]:
        """Take rows of history over.

        Returned are the rates of the spans of which both ends are read and one is among these
        rows, by their end (ns), and whether the index of every row is a number.
        """
        ends_ns, is_whole = set[int](), True
        for row in rows:
            index, at_ns = finite(row.funding_index), row.venue_ns
            hour_ns = (at_ns + SPAN_NS // 2) // SPAN_NS * SPAN_NS
            if index is None:
                is_whole = False
            elif abs(at_ns - hour_ns) <= _FAR_NS:
                self._readings.setdefault(hour_ns, _Reading(at_ns, index, _spot(row)))
                ends_ns |= {hour_ns, hour_ns + SPAN_NS}
        rates = {end_ns: self._rate(end_ns) for end_ns in ends_ns}
        for hour_ns in sorted(self._readings)[:-_KEPT]:
            del self._readings[hour_ns]
        return {end_ns: rate for end_ns, rate in rates.items() if rate is not None}, is_whole

    def _rate(self, end_ns: int) -> float | None:
        before, after = self._readings.get(end_ns - SPAN_NS), self._readings.get(end_ns)
        return None if before is None or after is None else _rate(before, after)


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
