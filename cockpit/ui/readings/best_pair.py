"""The pair of venues that a row of MARKETS speaks of: the pinned one, else the widest."""

from collections.abc import Mapping

from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.heatmap_cells import fresh_hourly
from cockpit.ui.readings.same_asset import first_asset


def fresh_rates(readings: Readings, symbol: str) -> dict[str, float]:
    """Venue -> rate as a fraction per hour, where it may be compared: of two coins with one name,
    the one that most venues have."""
    venues = first_asset(readings, symbol)
    rates = {name: fresh_hourly(readings, name, symbol) for name in venues}
    return {name: rate for name, rate in rates.items() if rate is not None}


def compared_pair(readings: Readings, rates: Mapping[str, float]) -> tuple[str, str] | None:
    """(short, long): the trader's pinned pair or, without one, the widest; None where a rate lacks.

    With a pinned pair a row never says anything of another one.
    """
    if len(readings.ui.pinned) == 2:
        short, long = readings.ui.pinned
        return (short, long) if short in rates and long in rates else None
    if len(rates) < 2:
        return None
    return max(rates, key=lambda v: rates[v]), min(rates, key=lambda v: rates[v])
