"""Two venues against each other: what the pair costs, and how long it takes to earn that."""

from dataclasses import dataclass

from cockpit.analytics.funding.carry import Spread, breakeven_h, spread_hourly
from cockpit.analytics.funding.reversion import fit_ar1
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.funding_rates import MIN_POINTS, history_version, hourly_history
from cockpit.ui.readings.heatmap_cells import fresh_hourly
from cockpit.ui.readings.order_books import pair_cost_bps
from cockpit.ui.readings.same_asset import is_one_asset


@dataclass(frozen=True, slots=True)
class Breakeven:
    """Costs of both legs in and out at the trader's size, in bps of one leg.

    `cost_bps` is None when they are not known; then `hours` says nothing. Else `hours` is None
    for "never". `decays` tells whether the spread was taken to revert as it did for 30 days; where
    there is too little history for that it is taken to stay as it is.
    """

    cost_bps: float | None
    hours: float | None
    decays: bool


def breakeven(readings: Readings, short: str, long: str) -> Breakeven:
    """Short one venue and long the other in the selected symbol, from the rates of now."""
    return readings.once(
        ("breakeven", short, long, readings.symbol, readings.ui.size_usd),
        lambda: _breakeven(readings, short, long),
    )


def _breakeven(readings: Readings, short: str, long: str) -> Breakeven:
    symbol = readings.symbol or ""
    if not is_one_asset(readings, short, long):
        return Breakeven(None, None, False)
    cost_bps = pair_cost_bps(readings, short, long)
    received, paid = (fresh_hourly(readings, venue, symbol) for venue in (short, long))
    if cost_bps is None or received is None or paid is None:
        return Breakeven(None, None, False)
    now = spread_hourly(paid, received)
    histories = hourly_history(readings, short), hourly_history(readings, long)
    version = history_version(readings, short), history_version(readings, long)
    fit = readings.cache.remember(
        ("pair fit", short, long),
        version,
        lambda: fit_ar1(histories[0] - histories[1], MIN_POINTS),
    )
    if fit is None:
        return Breakeven(cost_bps, cost_bps * 1e-4 / now if now > 0 else None, False)
    spread = Spread(now, fit.mu, fit.phi, None)
    return Breakeven(cost_bps, breakeven_h(cost_bps * 1e-4, spread), True)
