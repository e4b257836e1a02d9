"""Figures over the trader's span: what is kept before the newest hour, and that hour itself."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.pair_history import LegPayments, by_hour
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_S, hour_floor_ns
from cockpit.desk.kept_series import Curve, SpanSeries
from cockpit.state.curves import Ring
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.canvas import Floats, steps

RING_HOLD_NS: Final = 30 * NS_PER_S
"""Samples of the newest hour that are further apart than this have a gap between them."""
KEPT_HOLD_NS: Final = 75 * NS_PER_S
"""The same of kept rows, beside the step to which they were reduced."""


def kept_span(readings: Readings) -> SpanSeries | None:
    """What is kept of the symbol on the screen in the trader's span; None before it was read."""
    span = readings.span
    if span is None or (span.symbol, span.hours) != (readings.symbol, readings.ui.span_h):
        return None
    return span


def span_ns(readings: Readings, rings: list[Ring]) -> int:
    """The trader's span where anything older than the newest hour is kept of it; else the shortest
    of a few spans that holds what is known, so that the axis rarely moves."""
    if kept_span(readings) is not None:
        return readings.ui.span_h * HOUR_NS
    first = readings.now_ns
    for ring in rings:
        at, _ = ring.read(readings.now_ns - HOUR_NS)
        first = min([first, *at[:1].tolist()])
    minutes = (5, 10, 20, 30)
    known_ns = readings.now_ns - first
    return next((m * 60 * NS_PER_S for m in minutes if known_ns <= m * 60 * NS_PER_S), HOUR_NS)


def drawn(readings: Readings, kept: Curve | None, ring: Ring, edges: NDArray[np.int64]) -> Floats:
    """One value a column of a plot: the ring's where it reaches, before it what is kept."""
    span = kept_span(readings)
    return joined(readings, kept if span else None, span.step_s if span else 0, ring, edges)


def joined(
    readings: Readings, kept: Curve | None, step_s: int, ring: Ring, edges: NDArray[np.int64]
) -> Floats:
    """The same of a curve that is kept in steps of `step_s`, whatever it was read for."""
    at, values = ring.read()
    # A column has at least what falls into it.
    width_ns = int(edges[1] - edges[0]) if len(edges) > 1 else 0
    hold_ns = RING_HOLD_NS if readings.moment is None else KEPT_HOLD_NS
    recent = steps(at, values, edges, max(width_ns, hold_ns))
    if kept is None or not len(kept.at_ns):
        return recent
    older_hold_ns = max(width_ns, KEPT_HOLD_NS + step_s * NS_PER_S)
    older = steps(kept.at_ns, kept.values, edges, older_hold_ns)
    first_ns = int(at[0]) if len(at) else 2**62
    return np.where(edges >= first_ns, recent, older)


def leg_payments(readings: Readings, venue: str) -> LegPayments:
    """What the venue paid for the selected symbol in the trader's span, as far as it is known."""
    market, span = readings.market(venue), kept_span(readings)
    kept = span.paid.get(venue, NO_PAYMENTS) if span is not None else NO_PAYMENTS
    if market is None:
        return kept
    stamps, hourly = market.settled.hourly(readings.now_ns - (readings.ui.span_h + 24) * HOUR_NS)
    rows = market.settled.rows()[-len(stamps) :] if len(stamps) else []
    hours = np.array([max(1, row.interval_s // HOUR_S) for row in rows], dtype=np.int64)
    if not len(stamps):
        return kept
    is_older = kept.at_ns < stamps[0]
    return LegPayments(
        np.concatenate([kept.at_ns[is_older], stamps]),
        np.concatenate([kept.hourly[is_older], hourly]),
        np.concatenate([kept.hours[is_older], hours]),
    )


def paid_by_hour(readings: Readings, venue: str) -> Floats:
    """What was paid for each hour of the trader's span, shape (span_h,), NaN for a gap."""
    begin_ns = hour_floor_ns(readings.now_ns) - readings.ui.span_h * HOUR_NS
    return by_hour(leg_payments(readings, venue), begin_ns, readings.ui.span_h)


NO_PAYMENTS: Final = LegPayments(
    np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64), np.empty(0, dtype=np.int64)
)
