"""Every venue's links and chain in full: states, cadence, latency, losses, budgets.

Columns that do not fit beside each other stand below, of all venues or, where that would hide
venues, of the cursor's.
"""

from cockpit.state.view import VenueRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.venue_columns import GLYPHS, LINK_COLUMNS, Column
from cockpit.ui.readings.venue_table import NAME_CELLS, fitting, head, row, verdict
from cockpit.ui.readings.venue_window import window
from cockpit.ui.text.styled import Line, clean, fit, framed, longest

TITLE = "links"
HZ = 2.0
_OF_ONE = 2
"""Rows that more columns take where they are of the cursor's venue alone."""

_LEAST_LINKS = 2
"""Rows below the tables from which connections are worth naming."""


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    room = height - 2
    first, *more = _blocks(width - 2 - NAME_CELLS) or [[]]
    names = [venue.name for venue in readings.venues]
    is_stacked = (len(names) + 2) * (1 + len(more)) - 1 <= room
    of_one = 0 if is_stacked else min(len(more), max(0, (room - 2) // (_OF_ONE + 1)))
    shown = window(readings, names, room - 1 - (1 + _OF_ONE * of_one if of_one else 0))
    body: list[Line] = [head(first)]
    body += [row(readings, venue, first) for venue in readings.venues if venue.name in shown.names]
    for i, columns in enumerate(more if is_stacked else more[:of_one]):
        below = [v for v in readings.venues if is_stacked or v.name == readings.venue]
        lead: list[Line] = [[]] if is_stacked or i == 0 else []
        body += [*lead, head(columns), *(row(readings, venue, columns) for venue in below)]
    hidden = 0 if is_stacked else sum(map(len, more[of_one:]))
    if not readings.venues:
        body = [[], [(" no venue is watched: add some under [watch] in the config", "dim")]]
    elif len(body) + _LEAST_LINKS < room:
        body += [[], *_links(readings)]
    left_out = f"{hidden} columns need more room" if hidden and width >= 60 else ""
    return framed(
        body,
        width,
        height,
        title=[("links and chains", "title"), (" · counts since the start", "dim")],
        note="  ".join(filter(None, (shown.note, left_out))),
        verdict=longest(
            width - 4,
            verdict(readings)
            or [("latency is our receive time less the venue's own stamp; b.age is the age of the "
                 "newest block; asks wait for the budget", "dim")],
            verdict(readings) or [("latency is receive time less the venue's stamp", "dim")],
        ),
        focused=readings.ui.focus == TITLE,
    )  # fmt: skip


def _blocks(room: int) -> list[list[Column]]:
    """All columns, in as many tables one below the other as this width takes."""
    left = list(LINK_COLUMNS)
    out = []
    while left:
        columns = fitting(room, left)
        if not columns:
            break
        out.append(columns)
        left = [column for column in left if column not in columns]
    return out


def _links(readings: Readings) -> list[Line]:
    """Connections by name, with the reason of those that are not live; venues that have a single
    one are counted by what is said of it, where that is the same of several."""
    alike: dict[tuple[str, str], list[VenueRead]] = {}
    for venue in readings.venues:
        if len(venue.links) == 1:
            (link,) = venue.links.values()
            alike.setdefault((link.state, link.reason), []).append(venue)
    several = {
        said: venues for said, venues in alike.items() if said[0] == "live" or len(venues) > 1
    }
    counted = {venue.name for venues in several.values() for venue in venues}
    out = [_of_venue(readings, venue) for venue in readings.venues if venue.name not in counted]
    for (state, reason), venues in several.items():
        who = f"{len(venues)} {'other ' * bool(out)}venues" if len(venues) > 1 else venues[0].name
        if len(venues) == len(readings.venues) > 1:
            who = "every venue"
        why = f": {clean(reason)}" if reason and state != "live" else ""
        out.append([(f"   {who}: one link, {state}{why}", "dim" if state == "live" else "warn")])
    return out


def _of_venue(readings: Readings, venue: VenueRead) -> Line:
    line: Line = [("   " + fit(venue.name, 12), readings.colour_of(venue.name))]
    for link in venue.links.values():
        glyph, role = GLYPHS[link.state]
        line += [(f"{glyph} ", role), (f"{link.link} {link.state}", "text")]
        if not link.essential:
            line.append((" (timing only)", "dim"))
        if link.reason and link.state != "live":
            line.append((f": {clean(link.reason)}", "warn"))
        line.append(("   ", "text"))
    if not venue.links:
        line.append(("no link was tried yet", "dim"))
    return line
