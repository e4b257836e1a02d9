"""Lighter, a validity rollup on Ethereum."""

from cockpit.venues.lighter.session import SPEC, Session

__all__ = ["SPEC", "Session"]
