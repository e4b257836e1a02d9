"""The figures of an hour that has ended, made of the very rows that history writes of it.

A forecast made live is told what `HistoryReader.hourly` will answer of that hour later: the last
figure of each that was known within it, the mean of its premiums, its oldest block and slowest
messages. So a model meets live what it was taught.
"""

from collections import defaultdict
from typing import Final

import numpy as np

from cockpit.forecast.cells import HOUR_NS, MACHINERY, SAMPLED, Floats
from cockpit.history.rows import Batch, ChainSample, Figures, Sample, kept_values

FIGURES: Final = (*SAMPLED, *MACHINERY, "premium")
"""The order of the columns."""

_PLACE: Final = {name: place for place, name in enumerate(FIGURES)}
_PREMIUM: Final = Figures.__struct_fields__.index("premium")
_FROM: Final = tuple((Figures.__struct_fields__.index(name), _PLACE[name]) for name in SAMPLED)

Key = tuple[str, str]


class HourFigures:
    """`hear` what history writes; `of` an hour says what there is of a market and its venue."""

    def __init__(self) -> None:
        self._markets: defaultdict[int, dict[Key, _Market]] = defaultdict(dict)
        self._venues: defaultdict[int, dict[str, _Venue]] = defaultdict(dict)

    def hear(self, batch: Batch) -> None:
        """Rows in the order of their times."""
        for sample in batch.samples:
            markets = self._markets[_hour(sample.at_ns)]
            key = (sample.venue, sample.symbol)
            if key not in markets:
                markets[key] = _Market()
            markets[key].take(sample)
        for row in batch.chain:
            venues = self._venues[_hour(row.at_ns)]
            if row.venue not in venues:
                venues[row.venue] = _Venue()
            venues[row.venue].take(row)

    def of(self, hour: int, venue: str, symbol: str) -> Floats | None:
        """(len(FIGURES),), NaN is not known; None where no row of the market or its venue is of
        the hour that ends at `hour` since the epoch."""
        market = self._markets.get(hour, {}).get((venue, symbol))
        machinery = self._venues.get(hour, {}).get(venue)
        if market is None and machinery is None:
            return None
        figures = np.full(len(FIGURES), np.nan)
        if market is not None:
            market.put(figures)
        if machinery is not None:
            machinery.put(figures)
        return figures

    def forget_before(self, hour: int) -> None:
        """Hours that nobody asks for any more."""
        for hours in (self._markets, self._venues):
            for old in [one for one in hours if one < hour]:
                del hours[old]


def _hour(at_ns: int) -> int:
    """The hour whose end a row belongs to; a stamp's own row to the hour that ends at it."""
    return -(-at_ns // HOUR_NS)


class _Market:
    """One market within an hour."""

    def __init__(self) -> None:
        self._last: list[float | None] = [None] * len(Figures.__struct_fields__)
        self._premium_sum = 0.0
        self._premiums = 0

    def take(self, sample: Sample) -> None:
        values = kept_values(sample.figures)
        self._last = [
            before if now is None else now for before, now in zip(self._last, values, strict=True)
        ]
        premium = values[_PREMIUM]
        if premium is not None:
            self._premium_sum += premium
            self._premiums += 1

    def put(self, figures: Floats) -> None:
        for place, column in _FROM:
            value = self._last[place]
            if value is not None:
                figures[column] = value
        if self._premiums:
            figures[_PLACE["premium"]] = self._premium_sum / self._premiums


class _Venue:
    """One venue's machinery within an hour."""

    def __init__(self) -> None:
        self._cadence_s: float | None = None
        self._latency_ms: float | None = None
        self._block_age_s: float | None = None
        self._latency_p99_ms: float | None = None
        self._counted: int | None = None
        self._gaps = 0

    def take(self, row: ChainSample) -> None:
        if row.cadence_s is not None:
            self._cadence_s = row.cadence_s
        if row.latency_p50_ms is not None:
            self._latency_ms = row.latency_p50_ms
        self._block_age_s = _larger(self._block_age_s, row.block_age_s)
        self._latency_p99_ms = _larger(self._latency_p99_ms, row.latency_p99_ms)
        if row.gaps is not None:
            # The counter begins anew with every start of the program.
            if self._counted is not None:
                self._gaps += max(row.gaps - self._counted, 0)
            self._counted = row.gaps

    def put(self, figures: Floats) -> None:
        known = {
            "cadence_s": self._cadence_s,
            "block_age_s": self._block_age_s,
            "latency_ms": self._latency_ms,
            "latency_p99_ms": self._latency_p99_ms,
            "gaps": None if self._counted is None else float(self._gaps),
        }
        for name, value in known.items():
            if value is not None:
                figures[_PLACE[name]] = value


def _larger(before: float | None, now: float | None) -> float | None:
    if before is None or now is None:
        return now if before is None else before
    return max(before, now)
