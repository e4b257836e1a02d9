"""The spread of the opened trade since its opening: from kept mids, and of the newest hour."""

import numpy as np
from numpy.typing import NDArray

from cockpit.portfolio.trades.reading import LegReading, TradeReading
from cockpit.portfolio.trades.spreads import spread_curve
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.through_time import joined
from cockpit.ui.text.canvas import Floats

Market = tuple[str, str]


def since_ns(trade: TradeReading) -> int:
    """Its opening; where that was not told, when it was first seen."""
    return trade.record.opened_ns or trade.record.seen_ns


def markets_of(trade: TradeReading) -> tuple[Market, ...]:
    """(venue, symbol) of each leg that is held, each once."""
    return tuple(dict.fromkeys(_market(leg) for leg in trade.legs if leg.size))


def unseen(readings: Readings, trade: TradeReading) -> list[Market]:
    """Markets that are not followed: of them no price is kept."""
    return [market for market in markets_of(trade) if readings.view.market(*market) is None]


def spread_at(readings: Readings, trade: TradeReading, edges: NDArray[np.int64]) -> Floats:
    """Short less long in bps at the mids, shape (len(edges),); NaN for a gap."""
    legs = [leg for leg in trade.legs if leg.size]
    if unseen(readings, trade):
        return np.full(len(edges), np.nan)
    return spread_curve(
        [leg.size for leg in legs], [_mids(readings, trade, leg, edges) for leg in legs]
    )


def problem(readings: Readings) -> str:
    """What of the past could not be read; empty where nothing is missing."""
    return readings.leg_mids.problem if readings.leg_mids is not None else ""


def _mids(
    readings: Readings, trade: TradeReading, leg: LegReading, edges: NDArray[np.int64]
) -> Floats:
    market, kept = readings.view.market(*_market(leg)), readings.leg_mids
    if market is None:
        return np.full(len(edges), np.nan)
    is_its = kept is not None and kept.markets == markets_of(trade)
    curve = kept.mids.get(_market(leg)) if kept is not None and is_its else None
    return joined(readings, curve, kept.step_s if kept else 0, market.mids, edges)


def _market(leg: LegReading) -> Market:
    return leg.key.venue, leg.key.symbol
