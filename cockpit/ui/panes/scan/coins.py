"""Every coin at every venue: in place of the pairs, for whoever looks for rates."""

from cockpit.ui.model.readings import Readings
from cockpit.ui.model.scan_state import SPANS
from cockpit.ui.panes.scan.words import age_of_ranking, sentence
from cockpit.ui.panes.table import table_lines
from cockpit.ui.readings.scan import selected
from cockpit.ui.readings.scan_coins import HIGHEST, LOWEST, coins_view
from cockpit.ui.text.styled import Line, clean, framed, longest

PANE = "scan"


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    view = coins_view(readings)
    focused = readings.ui.focus == PANE
    if view is None or not view.rows:
        words = "No market is read yet: every venue is being asked …"
        if view is not None and view.cursor.filter:
            words = f"no coin matches {clean(view.cursor.filter)!r}: esc clears the filter"
        body: list[Line] = [[], [(f" {words}", "dim")]]
        return framed(body, width, height, title=[("scan", "title")], focused=focused)
    drawn = table_lines(view, width - 2, height - 2, is_focused=focused)
    row = selected(readings)
    if row is None:
        verdict: Line = [("It makes no pair: one venue alone lists it", "dim")]
    else:
        verdict = sentence(readings, row, width - 4)
    return framed(
        drawn.lines, width, height, title=_title(readings, width - len(drawn.note) - 14),
        note=drawn.note, verdict=verdict, focused=focused,
    )  # fmt: skip


def _title(readings: Readings, room: int) -> Line:
    view = coins_view(readings)
    narrowed = view.cursor.filter if view is not None else ""
    narrow: Line = [(f" /{clean(narrowed)}", "accent")] if narrowed else []
    age = age_of_ranking(readings)
    span = readings.ui.scan.span
    what = "rates of each coin at each venue"
    if span != SPANS[0]:
        what = f"what each venue paid on average in {span}"
    head: Line = [("scan", "title"), (f" · {what}", "dim")]
    marks: Line = [(f" · {LOWEST} lowest {HIGHEST} highest · m other days · v pairs", "dim")]
    return longest(
        room, [*head, *marks, *narrow, *age], [*head, *narrow, *age], [head[0], *narrow, *age]
    )
