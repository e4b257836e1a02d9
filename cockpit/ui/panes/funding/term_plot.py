"""The funding curve of the selected symbol as a plot: from what was paid to what is expected."""

from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.funding.term_curve import plot
from cockpit.ui.readings.plotted import how_many
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, framed, longest

TITLE = "term_plot"
HZ = 1.0


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    return framed(
        plot(readings, width - 2, height - 2),
        width,
        height,
        title=[
            ("curve", "title"),
            (f" · {readings.symbol or '-'}", "dim"),
            (f" · {fmt.UNIT_LABEL[readings.ui.unit]}", "dim"),
        ],
        note=how_many(readings.listing()),
        verdict=longest(
            width - 4,
            [("left of live: means of what was paid; right: predicted and expected", "dim")],
            [("paid, live, expected", "dim")],
        ),
        focused=readings.ui.focus == TITLE,
    )
