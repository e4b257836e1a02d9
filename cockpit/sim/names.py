"""What one may ask the built-in exchange for, without starting it."""

from cockpit.core.scenario import scenario_names
from cockpit.sim import FACES
from cockpit.sim.world.assets import DEFAULT_SYMBOLS

__all__ = ["scenario_names", "symbol_names", "venue_names"]


def symbol_names() -> tuple[str, ...]:
    """The coins that are traded unless others are asked for."""
    return DEFAULT_SYMBOLS


def venue_names() -> tuple[str, ...]:
    return tuple(FACES)
