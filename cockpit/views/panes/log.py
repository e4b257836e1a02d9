"""What happened to links and books, newest first."""

from cockpit.core.units import utc
from cockpit.intents import Notice
from cockpit.views.scene import Scene
from cockpit.views.text import Line, fit, framed

TITLE = "log"
HZ = 2.0
_ROLE = {"info": "text", "warn": "warn", "danger": "loss"}


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    body: list[Line] = []
    if scene.problem:
        body.append([(fit(scene.problem, inner), "danger")])
    newest = reversed(scene.notices[-(height - 2) :])
    body += [_line(scene, notice, inner) for notice in newest]
    if not body:
        body = [[("nothing has happened yet: link changes and lost books appear here", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[("6 ", "accent"), ("log", "title")],
        focused=scene.focus == TITLE,
    )


def _line(scene: Scene, notice: Notice, width: int) -> Line:
    return [
        (f"{utc(notice.at_ns):%H:%M:%S} ", "dim"),
        (fit(notice.venue, 12), scene.colour_of(notice.venue)),
        (fit(notice.text, max(0, width - 21)), _ROLE[notice.severity]),
    ]
