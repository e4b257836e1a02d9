"""Which venues of a symbol may be compared: those that have the same coin of that name."""

from cockpit.state.identity import Asset, assets_of
from cockpit.ui.model.readings import Readings


def assets(readings: Readings, symbol: str) -> tuple[Asset, ...]:
    """The assets that share a symbol at this moment, that of the most venues first."""
    return readings.once(("assets", symbol), lambda: assets_of(readings.view, symbol))


def first_asset(readings: Readings, symbol: str) -> Asset:
    """The venues over which a symbol is added up or merged: of two coins with one name, those of
    the one that most venues have; empty where nobody has it."""
    return next(iter(assets(readings, symbol)), ())


def is_one_asset(readings: Readings, one: str, other: str) -> bool:
    """Whether two venues have the same coin of the selected symbol's name."""
    return any(one in asset and other in asset for asset in assets(readings, readings.symbol or ""))
