"""Bybit linear perpetuals, v5."""

from cockpit.venues.bybit.session import SPEC, Session

__all__ = ["SPEC", "Session"]
