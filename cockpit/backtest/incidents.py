"""Public outages as data: which rows of which venue were not ordinary."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
import numpy as np

from cockpit.core.errors import ConfigError
from cockpit.forecast.cells import HOUR_NS, Ints
from cockpit.forecast.labels import Bools
from cockpit.forecast.training import Rows

Kind = Literal["api_down", "exchange_down", "chain_halt", "rollback"]


class Incident(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One outage, [from, to] in UTC; `exact` False where sources give times only roughly."""

    venue: str
    from_: datetime = msgspec.field(name="from")
    to: datetime
    exact: bool
    kind: Kind
    what: str
    source: str

    def from_ns(self) -> int:
        return round(self.from_.timestamp()) * 1_000_000_000

    def to_ns(self) -> int:
        return round(self.to.timestamp()) * 1_000_000_000


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    incident: list[Incident]


def decode(text: bytes) -> tuple[Incident, ...]:
    """The table of a TOML file; ConfigError names the key."""
    try:
        return tuple(msgspec.toml.decode(text, type=_File).incident)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise ConfigError(f"incidents.toml: {error}") from error


def touched(hours: Ints, horizon_h: int, venue: str, incidents: Sequence[Incident]) -> Bools:
    """Decisions made in an incident of the venue, or whose outcome falls into one.

    `venue` may go on after the name (`dydx_funding_2025`), as a file's does.
    """
    found = np.zeros(len(hours), dtype=np.bool_)
    for incident in incidents:
        if venue == incident.venue or venue.startswith(f"{incident.venue}_"):
            start, end = incident.from_ns(), incident.to_ns()
            found |= (hours * HOUR_NS <= end) & ((hours + horizon_h) * HOUR_NS >= start)
    return found


def without(rows: Rows, venue: str, incidents: Sequence[Incident]) -> tuple[Rows, int]:
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
