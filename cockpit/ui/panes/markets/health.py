"""How healthy each venue's machinery is, one line a venue, and why it is not live."""

from collections.abc import Sequence

from cockpit.ui.model.ui_state import Scene
from cockpit.ui.readings.venue_columns import COLUMNS, GLYPHS, Column
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, right

TITLE = "health"
HZ = 2.0
_NAME = 15


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    columns = fitting(inner - _NAME, COLUMNS)
    body: list[Line] = [head(columns)] if scene.venues else []
    used = _NAME + sum(column.width for column in columns)
    for i, venue in enumerate(scene.venues):
        body.append(row(scene, i, columns))
        if venue.state != "live":
            words = clean(f"{venue.state}: {venue.reason or 'no reason given'}")
            if inner - used >= 24:
                body[-1].append((fit(f"  {words}", inner - used), "warn"))
            elif len(body) + len(scene.venues) - i < height - 2:
                body.append([(fit(f"   {words}", inner), "warn")])
    if not scene.venues:
        body = [[], [(" no venue is watched: add some under [watch] in the config", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[("health", "title"), (" · chain and link", "dim")],
        verdict=verdict(scene),
        focused=scene.focus == TITLE,
    )


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
        (" " * _NAME, "dim"),
        *((right(column.title, column.width), "dim") for column in columns),
    ]


def row(scene: Scene, index: int, columns: list[Column]) -> Line:
    venue = scene.venues[index]
    glyph, role = GLYPHS[venue.state]
    line: Line = [(f" {glyph} ", role), (fit(venue.name, 12), scene.colour_of(venue.name))]
    for column in columns:
        text, style = column.cell(scene, venue)
        line.append((right(text, column.width), style if text != fmt.MISSING else "dim"))
    return line


def verdict(scene: Scene) -> Line:
    """What is missing from the other panes because of this one."""
    bad = [venue.name for venue in scene.venues if venue.state != "live"]
    if not bad:
        return []
    return [(f"{', '.join(bad)}: no depth is shown, no rate is compared", "warn")]
