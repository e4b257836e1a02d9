"""dYdX v4, by its Indexer."""

from cockpit.venues.dydx.session import SPEC, Session

__all__ = ["SPEC", "Session"]
