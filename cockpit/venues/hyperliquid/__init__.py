"""Hyperliquid perpetuals, with builder-deployed markets."""

from cockpit.venues.hyperliquid.session import SPEC, Session

__all__ = ["SPEC", "Session"]
