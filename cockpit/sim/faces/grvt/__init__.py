"""GRVT's face: numbered streams by selector on one socket, and POST for everything else."""

from cockpit.sim.faces.grvt.face import WS_PATHS, Face
from cockpit.sim.faces.grvt.profile import PROFILE
from cockpit.sim.faces.grvt.rest import on_http

__all__ = ["PROFILE", "WS_PATHS", "Face", "on_http"]
