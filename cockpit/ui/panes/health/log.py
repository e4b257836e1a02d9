"""What happened to links and books, newest first."""

from cockpit.core.units import utc
from cockpit.desk.contract import Notice
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import Line, clean, fit, framed

TITLE = "log"
HZ = 2.0
_ROLE = {"info": "text", "warn": "warn", "danger": "loss"}
_VENUE = 12


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner, rows = width - 2, max(0, height - 2)
    body: list[Line] = []
    if readings.problem:
        body.append([(fit(f" {clean(readings.problem)}", inner), "danger")])
    newest = list(reversed(readings.notices))[: rows - len(body)]
    body += [_line(readings, notice, inner) for notice in newest]
    if not body:
        body = [[(" nothing has happened yet: link changes and lost books", "dim")],
                [(" appear here, newest first", "dim")]]  # fmt: skip
    hidden = len(readings.notices) - len(newest)
    return framed(
        body,
        width,
        height,
        title=[("log", "title"), (" · newest first", "dim")],
        note=f"+{hidden} older" if hidden > 0 else "",
        focused=readings.ui.focus == TITLE,
    )


def _line(readings: Readings, notice: Notice, width: int) -> Line:
    name = notice.venue if width >= 56 else readings.short(notice.venue)
    size = _VENUE if width >= 56 else 4
    return [
        (f" {utc(notice.at_ns):%H:%M:%S} ", "dim"),
        (fit(name, size), readings.colour_of(notice.venue)),
        (fit(clean(notice.text), max(0, width - 10 - size)), _ROLE[notice.severity]),
    ]
