"""The face of Paradex: JSON-RPC on /v1, data in JSON or in binary, REST beside it."""

from cockpit.sim.faces.paradex.face import WS_PATHS, Face
from cockpit.sim.faces.paradex.profile import PROFILE
from cockpit.sim.faces.paradex.rest import on_http

__all__ = ["PROFILE", "WS_PATHS", "Face", "on_http"]
