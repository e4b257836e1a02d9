"""Orderly's face: shared perpetuals over the public socket, REST and the Public Info API."""

from cockpit.sim.faces.orderly.face import WS_PATHS, Face
from cockpit.sim.faces.orderly.profile import PROFILE
from cockpit.sim.faces.orderly.rest import on_http

__all__ = ["PROFILE", "WS_PATHS", "Face", "on_http"]
