"""Bybit's face: linear perpetuals by the v5 protocol."""

from cockpit.sim.faces.bybit.face import WS_PATHS, Face
from cockpit.sim.faces.bybit.profile import PROFILE
from cockpit.sim.faces.bybit.rest import on_http

__all__ = ["PROFILE", "WS_PATHS", "Face", "on_http"]
