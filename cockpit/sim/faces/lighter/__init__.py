"""Lighter's face: its stream and REST."""

from cockpit.sim.faces.lighter.face import WS_PATHS, Face
from cockpit.sim.faces.lighter.profile import PROFILE
from cockpit.sim.faces.lighter.rest import on_http

__all__ = ["PROFILE", "WS_PATHS", "Face", "on_http"]
