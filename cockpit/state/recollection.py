"""What an earlier run knew of a market, handed to the state before the first fact of this one."""

from typing import NamedTuple

import msgspec

from cockpit.core.events import Funding, Instrument


class CurvePoint(NamedTuple):
    """One sample of the curves; None was not known. `depth_usd` is within 25 bps, both sides."""

    at_ns: int
    mid: float | None = None
    spread_bps: float | None = None
    depth_usd: float | None = None
    open_interest: float | None = None
    live_hourly: float | None = None


class Stated(NamedTuple):
    """A figure, and when it was so."""

    value: float
    at_ns: int


class Recollection(msgspec.Struct, frozen=True, kw_only=True):
    """One market. Everything oldest first; the figures of the moment are the last that were known.

    `live` and `predicted` have the moment at which they were so as their `recv_ns`. `listing` holds
    until the venue states its own.
    """

    settled: tuple[Funding, ...] = ()
    curves: tuple[CurvePoint, ...] = ()
    mark: Stated | None = None
    index: Stated | None = None
    open_interest: Stated | None = None
    live: Funding | None = None
    predicted: Funding | None = None
    volume_usd: Stated | None = None
    listing: Instrument | None = None
