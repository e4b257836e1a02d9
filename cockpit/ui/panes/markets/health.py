"""Health of each venue's links and chain, one line a venue, and why it is not live."""

from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.venue_columns import COLUMNS
from cockpit.ui.readings.venue_table import NAME_CELLS, fitting, head, row, verdict
from cockpit.ui.readings.venue_window import window
from cockpit.ui.text.styled import Line, clean, fit, framed

TITLE = "health"
HZ = 2.0


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    columns = fitting(inner - NAME_CELLS, COLUMNS)
    body: list[Line] = [head(columns)] if readings.venues else []
    used = NAME_CELLS + sum(column.width for column in columns)
    shown = window(readings, [venue.name for venue in readings.venues], height - 3)
    venues = [venue for venue in readings.venues if venue.name in shown.names]
    for i, venue in enumerate(venues):
        body.append(row(readings, venue, columns))
        if venue.state != "live":
            words = clean(f"{venue.state}: {venue.reason or 'no reason given'}")
            if inner - used >= 24:
                body[-1].append((fit(f"  {words}", inner - used), "warn"))
            elif len(body) + len(venues) - i < height - 2:
                body.append([(fit(f"   {words}", inner), "warn")])
    if not readings.venues:
        body = [[], [(" no venue is watched: add some under [watch] in the config", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[("health", "title"), (" · chain and link", "dim")],
        note=shown.note,
        verdict=verdict(readings),
        focused=readings.ui.focus == TITLE,
    )
