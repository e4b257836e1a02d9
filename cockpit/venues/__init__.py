"""Venues: bytes in, events out.

`REGISTRY` is an explicit list. Modules are imported when a venue is used, so that a command which
needs one venue does not pay for all.
"""

import importlib
from types import ModuleType

REGISTRY: dict[str, str] = {
    "hyperliquid": "cockpit.venues.hyperliquid",
    "dydx": "cockpit.venues.dydx",
    "lighter": "cockpit.venues.lighter",
    "bybit": "cockpit.venues.bybit",
}


def load(name: str) -> ModuleType:
    """The module of a registered venue, with its `SPEC` and `Session`. KeyError if unknown."""
    return importlib.import_module(REGISTRY[name])
