"""Aster's face: one socket of many streams, and REST for futures beside an empty spot listing."""

from cockpit.sim.faces.aster.face import WS_PATHS, Face
from cockpit.sim.faces.aster.profile import PROFILE
from cockpit.sim.faces.aster.rest import on_http

__all__ = ["PROFILE", "WS_PATHS", "Face", "on_http"]
