"""Orderly Network, an OP-Stack rollup: one order book behind many brands."""

from cockpit.venues.orderly.session import SPEC, Session

__all__ = ["SPEC", "Session"]
