"""Which pair of venues the cursor of the spreads is on."""

from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.heatmap_cells import fresh_hourly
from cockpit.ui.readings.pair_ranking import is_ranked, ranking_view

SPREADS = "spreads"
"""The pane whose cursor is on a pair."""


def pair_under_cursor(readings: Readings) -> tuple[str, str] | None:
    """(short, long) of the cell, or of the row where pairs are ranked; None on the diagonal."""
    names = readings.listing()
    if is_ranked(names):
        row = ranking_view(readings).selected
        return (row.short, row.long) if row is not None else None
    row_name, column = matrix_row(readings, names), readings.venue
    if row_name is None or column not in names or row_name == column:
        return None
    return in_direction(readings, row_name, column) or (row_name, column)


def matrix_row(readings: Readings, names: list[str]) -> str | None:
    """The venue of the cursor's row in the matrix of spreads."""
    return names[max(0, min(len(names) - 1, readings.ui.pair_row))] if names else None


def in_direction(readings: Readings, first: str, second: str) -> tuple[str, str] | None:
    """(short, long) so that the pair receives at the rates of now; None if one is not known."""
    symbol = readings.symbol or ""
    a, b = fresh_hourly(readings, first, symbol), fresh_hourly(readings, second, symbol)
    if a is None or b is None:
        return None
    return (first, second) if a >= b else (second, first)
