"""How price, open interest and depth of a market have changed over an hour and over a day.

An hour is in the state's own curves, a day is asked of history. What was not known then, or is not
now, is no change.
"""

import numpy as np

from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.history.rows import Figures
from cockpit.state.curves import Ring
from cockpit.state.view import MarketRead
from cockpit.ui.model.readings import Readings

NEAR_NS = 150 * NS_PER_S
"""How far from an hour ago a sample may lie: kept ones are a minute apart at most."""


def hour_ago(ring: Ring, now_ns: int) -> float | None:
    """The known value nearest to an hour ago; None where the curve has a gap there."""
    at, values = ring.read(now_ns - HOUR_NS - NEAR_NS)
    distance_ns = np.abs(at - (now_ns - HOUR_NS))
    near = (distance_ns <= NEAR_NS) & ~np.isnan(values)
    return float(values[near][distance_ns[near].argmin()]) if near.any() else None


def depth_now(market: MarketRead) -> float | None:
    """The newest sample within 25 bps, both sides; None where there was no fresh book."""
    _, values = market.depths_usd.read()
    return float(values[-1]) if len(values) and not np.isnan(values[-1]) else None


def change(now: float | None, then: float | None) -> float | None:
    """As a fraction of what it was."""
    return None if now is None or not then else now / then - 1.0


def mark_over_day(readings: Readings, market: MarketRead) -> float | None:
    figures = _day_ago(readings, market)
    return change(market.mark, figures.mark if figures else None)


def interest_over_day(readings: Readings, market: MarketRead) -> float | None:
    figures = _day_ago(readings, market)
    return change(market.open_interest, figures.oi_base if figures else None)


def depth_over_hour(readings: Readings, market: MarketRead) -> float | None:
    return change(depth_now(market), hour_ago(market.depths_usd, readings.now_ns))


def depth_over_day(readings: Readings, market: MarketRead) -> float | None:
    figures = _day_ago(readings, market)
    if figures is None or figures.bid25_usd is None or figures.ask25_usd is None:
        return None
    return change(depth_now(market), figures.bid25_usd + figures.ask25_usd)


def _day_ago(readings: Readings, market: MarketRead) -> Figures | None:
    if readings.day_ago is None:
        return None
    return readings.day_ago.figures.get((market.venue, market.symbol))
