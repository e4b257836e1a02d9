"""Extended's face: one socket of many topics, sockets of one stream each, and REST."""

from cockpit.sim.faces.extended.face import WS_PATHS, Face
from cockpit.sim.faces.extended.profile import PROFILE
from cockpit.sim.faces.extended.rest import on_http

__all__ = ["PROFILE", "WS_PATHS", "Face", "on_http"]
