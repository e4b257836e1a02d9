"""Where one pane has the screen: the others of the workspace, by name, the one on it lit."""

from cockpit.ui.help.pane_guides import PANE_GUIDES
from cockpit.ui.layout.workspaces import workspace_of
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import Line, clip, width_of

HZ = 1.0


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """One line. Where not all names fit, those around the lit one; what is left out is counted."""
    panes = workspace_of(readings.ui).panes
    at = panes.index(readings.ui.focus) if readings.ui.focus in panes else 0
    names = [f" {PANE_GUIDES[pane].name} " for pane in panes]
    first, last = at, at + 1
    room = width - len(" tab ") - len("+9 ") - len(names[at])
    while first > 0 or last < len(names):
        after = last < len(names) and len(names[last]) <= room
        before = not after and first > 0 and len(names[first - 1]) <= room
        if not (after or before):
            break
        room -= len(names[last if after else first - 1])
        first, last = first - before, last + after
    line: Line = [(" tab ", "dim")]
    for i in range(first, last):
        line.append((names[i], "cursor" if i == at else "dim"))
    left_out = len(names) - (last - first)
    if left_out and width_of(line) + 3 <= width:
        line.append((f"+{left_out}", "dim"))
    return [clip(line, width)]
