"""Public outages as data: which rows of which venue were not ordinary."""

from collections.abc import Mapping, Sequence

import numpy as np

from cockpit.forecast.cells import HOUR_NS, Ints
from cockpit.forecast.labels import Bools
from cockpit.forecast.training import Rows
from cockpit.venues.contract import Incident

Incidents = Mapping[str, Sequence[Incident]]
"""Venue -> its outages."""


def touched(hours: Ints, horizon_h: int, venue: str, incidents: Incidents) -> Bools:
    """Decisions made in an incident of the venue, or whose outcome falls into one.

    `venue` may go on after the name (`dydx_funding_2025`), as a file's does.
    """
    found = np.zeros(len(hours), dtype=np.bool_)
    for name, outages in incidents.items():
        if venue != name and not venue.startswith(f"{name}_"):
            continue
        for outage in outages:
            begun, over = hours * HOUR_NS <= outage.to_ns, hours + horizon_h
            found |= begun & (over * HOUR_NS >= outage.from_ns)
    return found


def without(rows: Rows, venue: str, incidents: Incidents) -> tuple[Rows, int]:
    """Rows whose outcomes an incident touched lose them: neither learned from nor scored."""
    lost = touched(rows.hours, 8, venue, incidents)
    kept = Rows(
        hours=rows.hours,
        values=rows.values,
        happened={name: np.where(lost, np.nan, of) for name, of in rows.happened.items()},
        means={
            hours: np.where(touched(rows.hours, hours, venue, incidents), np.nan, of)
            for hours, of in rows.means.items()
        },
    )
    return kept, int(lost.sum())
