"""The funding curve of the selected symbol as a plot: from what was paid to what is expected."""

from cockpit.ui.model.ui_state import Scene
from cockpit.ui.panes.funding.term_curve import plot
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, framed, longest

TITLE = "term_plot"
HZ = 1.0


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    return framed(
        plot(scene, width - 2, height - 2),
        width,
        height,
        title=[
            ("curve", "title"),
            (f" · {scene.symbol or '-'} · {fmt.UNIT_LABEL[scene.unit]}", "dim"),
        ],
        verdict=longest(
            width - 4,
            [("left of live: means of what was paid; right: predicted and expected", "dim")],
            [("paid, live, expected", "dim")],
        ),
        focused=scene.focus == TITLE,
    )
