"""The built-in exchange: a small market with many faces, on loopback.

`FACES` is an explicit list. A face speaks its venue's own protocol and never imports the adapter
that reads it: a misreading shared by both would pass every test.
"""

import importlib
from typing import cast

from cockpit.sim.world.contract import FaceModule

FACES: dict[str, str] = {
    "hyperliquid": "cockpit.sim.faces.hyperliquid",
    "dydx": "cockpit.sim.faces.dydx",
    "lighter": "cockpit.sim.faces.lighter",
    "bybit": "cockpit.sim.faces.bybit",
    "paradex": "cockpit.sim.faces.paradex",
    "orderly": "cockpit.sim.faces.orderly",
    "nado": "cockpit.sim.faces.nado",
    "extended": "cockpit.sim.faces.extended",
    "grvt": "cockpit.sim.faces.grvt",
    "aster": "cockpit.sim.faces.aster",
}


def load(name: str) -> FaceModule:
    """The face module of a venue. KeyError if there is none of that name."""
    return cast(FaceModule, importlib.import_module(FACES[name]))
