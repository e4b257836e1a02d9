"""Which venues a table shows that has fewer rows than there are: those around the cursor's."""

from collections.abc import Sequence
from typing import NamedTuple

from cockpit.ui.model.readings import Readings


class Window(NamedTuple):
    """The venues of a table in their order; `note` counts them where they are not all."""

    names: list[str]
    note: str


def window(readings: Readings, names: Sequence[str], room: int) -> Window:
    """As many of `names` as `room` has rows for; the venue under the cursor is among them."""
    room = max(1, room)
    if len(names) <= room:
        return Window(list(names), "")
    at = names.index(readings.venue) if readings.venue in names else 0
    first = max(0, min(at - room // 2, len(names) - room))
    shown = list(names[first : first + room])
    return Window(shown, f"{first + 1}–{first + len(shown)} of {len(names)}")
