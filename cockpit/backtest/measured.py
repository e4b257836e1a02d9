"""Fills as they would have been: the depth, latency and cadence that were recorded at the time.

Where an hour was not recorded, one of the recorded hours is drawn, the same one for the same
decision in every run.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from cockpit.backtest.carry_terms import LegTerms, Measured
from cockpit.forecast.cells import HOUR_NS, Floats, Ints
from cockpit.forecast.labels import Bools
from cockpit.history.reader import Hourly

BANDS: Final = ((10, 5.0), (25, 17.5), (50, 37.5))
"""Edge of a band of depth and the middle of it, bps from mid."""

LEAST_FILL: Final = 0.05
"""An order finds somebody, also in an empty book."""


def recorded(hourly: Mapping[tuple[str, str], Hourly]) -> dict[tuple[str, str], Measured]:
    """Of each market what was recorded of it, with its venue's machinery."""
    return {
        (venue, symbol): measured_of(of, hourly.get((venue, "")))
        for (venue, symbol), of in hourly.items()
        if symbol
    }


def measured_of(market: Hourly, venue: Hourly | None) -> Measured:
    hours = market.hours

    def of_venue(name: str) -> Floats:
        values = np.full(len(hours), np.nan)
        if venue is not None and name in venue.values:
            place = {int(hour): row for row, hour in enumerate(venue.hours)}
            for row, hour in enumerate(hours):
                if int(hour) in place:
                    values[row] = venue.values[name][place[int(hour)]]
        return values

    def side(name: str) -> Floats:
        return np.column_stack([market.values[f"{name}{edge}_usd"] for edge, _ in BANDS])

    return Measured(
        hours=hours,
        latency_s=of_venue("latency_ms") / 1e3,
        cadence_s=of_venue("cadence_s"),
        bid_usd=side("bid"),
        ask_usd=side("ask"),
    )


def terms_at(
    terms: LegTerms, measured: Measured | None, decided_ns: int, signed_usd: float
) -> LegTerms:
    """The leg's terms for one order; a buy (`signed_usd` above 0) walks what is offered."""
    if measured is None or not len(measured.hours):
        return terms
    draw = np.random.default_rng(decided_ns // HOUR_NS)
    hour = decided_ns // HOUR_NS
    latency_s = _reading(measured.hours, measured.latency_s, hour, draw)
    cadence_s = _reading(measured.hours, measured.cadence_s, hour, draw)
    depth = measured.ask_usd if signed_usd > 0 else measured.bid_usd
    row = _row(measured.hours, ~np.isnan(depth[:, -1]), hour, draw)
    fill, impact = (
        (terms.fill_fraction, terms.impact_bps)
        if row is None
        else walk_bands(depth[row], abs(signed_usd))
    )
    return msgspec.structs.replace(
        terms,
        latency_s=terms.latency_s if latency_s is None else latency_s,
        settle_delay_s=terms.settle_delay_s if cadence_s is None else cadence_s,
        fill_fraction=fill,
        impact_bps=impact,
    )


def walk_bands(depth_usd: Floats, usd: float) -> tuple[float, float]:
    """(share filled at once, its mean distance from mid in bps) of an order of `usd`."""
    taken = np.minimum(depth_usd, usd)
    parts = np.diff(taken, prepend=0.0)
    filled = float(taken[-1])
    if filled <= 0:
        return LEAST_FILL, BANDS[-1][0]
    impact = float(parts @ np.array([middle for _, middle in BANDS])) / filled
    return max(min(filled / usd, 1.0), LEAST_FILL), impact


def _reading(hours: Ints, values: Floats, hour: int, draw: np.random.Generator) -> float | None:
    row = _row(hours, ~np.isnan(values), hour, draw)
    return None if row is None else float(values[row])


def _row(
    hours: Ints, known: Bools, hour: int,
    draw: np.random.Generator,
) -> int | None:  # fmt: skip
    """The row of the hour that ended last, else any of those known; None where none is."""
    place = int(np.searchsorted(hours, hour))
    if place < len(hours) and hours[place] == hour and known[place]:
        return place
    rows = np.flatnonzero(known)
    return int(rows[draw.integers(len(rows))]) if len(rows) else None
