"""Every venue's links and chain in full: states, cadence, latency, losses, budgets."""

from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.venue_columns import GLYPHS, LINK_COLUMNS, Column
from cockpit.ui.readings.venue_table import NAME_CELLS, fitting, head, row, verdict
from cockpit.ui.readings.venue_window import window
from cockpit.ui.text.styled import Line, clean, fit, framed, longest

TITLE = "links"
HZ = 2.0
_LEAST_ROWS = 4


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    blocks = _blocks(inner - NAME_CELLS)
    names = [venue.name for venue in readings.venues]
    shown = window(readings, names, _rows_a_table(len(names), len(blocks), height - 2))
    venues = [venue for venue in readings.venues if venue.name in shown.names]
    body: list[Line] = []
    hidden = 0
    for columns in blocks if readings.venues else []:
        if body and len(body) + len(venues) + 2 > height - 2:
            hidden += len(columns)
            continue
        body += [[], head(columns)] if body else [head(columns)]
        body += [row(readings, venue, columns) for venue in venues]
    if not readings.venues:
        body = [[], [(" no venue is watched: add some under [watch] in the config", "dim")]]
    elif len(body) + len(readings.venues) < height - 2:
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


def _rows_a_table(venues: int, tables: int, room: int) -> int:
    """Rows so that all tables fit below each other; of one table where they would be too short."""
    if tables < 2 or tables * (venues + 2) - 1 <= room:
        return room - 1
    stacked = (room + 1) // tables - 2
    return stacked if stacked >= _LEAST_ROWS else room - 1


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
    """Each venue's connections by name, with the reason of those that are not live."""
    out: list[Line] = []
    for venue in readings.venues:
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
        out.append(line)
    return out
