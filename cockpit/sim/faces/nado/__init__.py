"""Nado's face: perpetuals on Ink, by its gateway, its archive and its streams."""

from cockpit.sim.faces.nado.face import WS_PATHS, Face
from cockpit.sim.faces.nado.profile import PROFILE
from cockpit.sim.faces.nado.rest import on_http

__all__ = ["PROFILE", "WS_PATHS", "Face", "on_http"]
