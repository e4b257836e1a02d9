"""dYdX's face: the Indexer's protocol."""

from cockpit.sim.faces.dydx.face import WS_PATHS, Face
from cockpit.sim.faces.dydx.profile import PROFILE
from cockpit.sim.faces.dydx.rest import on_http

__all__ = ["PROFILE", "WS_PATHS", "Face", "on_http"]
