"""Hyperliquid's face: info requests, feeds and the explorer's blocks."""

from cockpit.sim.faces.hyperliquid.face import WS_PATHS, Face
from cockpit.sim.faces.hyperliquid.profile import PROFILE
from cockpit.sim.faces.hyperliquid.rest import on_http

__all__ = ["PROFILE", "WS_PATHS", "Face", "on_http"]
