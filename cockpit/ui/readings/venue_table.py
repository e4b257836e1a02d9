"""A table with a row a venue: its state and name, then the columns that fit."""

from collections.abc import Sequence

from cockpit.state.view import VenueRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.reach import retried
from cockpit.ui.readings.venue_columns import Column, is_late, mark_of
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, right

NAME_CELLS = 15
"""What a row's state and name take."""


def fitting(room: int, columns: Sequence[Column]) -> list[Column]:
    """The columns that fit, in their order, by how much they matter."""
    chosen: list[Column] = []
    for column in sorted(columns, key=lambda c: c.rank):
        if column.width <= room:
            chosen.append(column)
            room -= column.width
    return [column for column in columns if column in chosen]


def head(columns: list[Column]) -> Line:
    return [
        (" " * NAME_CELLS, "dim"),
        *((right(column.title, column.width), "dim") for column in columns),
    ]


def row(readings: Readings, venue: VenueRead, columns: list[Column]) -> Line:
    glyph, role = mark_of(readings, venue)
    line: Line = [(f" {glyph} ", role), (fit(venue.name, 12), readings.colour_of(venue.name))]
    for column in columns:
        text, style = column.cell(readings, venue)
        line.append((right(text, column.width), style if text != fmt.MISSING else "dim"))
    return line


def verdict(readings: Readings) -> Line:
    """What is missing from the other panes because of this one."""
    bad = [venue.name for venue in readings.venues if venue.state != "live"]
    late = [v.name for v in readings.venues if v.state == "live" and is_late(readings, v)]
    if len(bad) == len(readings.venues) > 1:
        again = retried(readings)
        return [(f"no venue is live{': ' * bool(again)}{again}", "warn")]
    words = [f"{', '.join(bad)}: no depth is shown, no rate is compared"] if bad else []
    words += [f"{', '.join(late)}: no new block, figures may stand still"] if late else []
    return [("; ".join(words), "warn")] if words else []
