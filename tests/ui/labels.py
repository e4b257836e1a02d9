"""What panes print as labels: heads of columns, and names at the left of a figure."""

import re
from collections.abc import Iterator

from cockpit.ui.text.styled import Line

_QUIET = {"dim", "accent", "frame", "text", "title"}
_SPLIT = re.compile(r"\s{2,}")


def labels_of(lines: list[Line], names: set[str]) -> set[str]:
    """The labels of a framed pane's body; `names` (venues, coins) are none."""
    found: set[str] = set()
    for number, line in enumerate(lines[1:-1]):
        inside = [(text, role) for text, role in line if role not in ("frame", "frame_focus")]
        found |= set(_heads(inside) if number == 0 else _label(inside))
    return {label for label in found if label and label not in names and _is_word(label)}


def _heads(line: Line) -> Iterator[str]:
    """A first row of nothing but quiet words is a head: each span is one, or several apart."""
    if any(role not in _QUIET and not role.startswith("venue") for _, role in line):
        return
    for text, role in line:
        if role in ("dim", "accent"):
            yield from (part.strip() for part in _SPLIT.split(text.strip()))


def _label(line: Line) -> Iterator[str]:
    """A dim name before a figure that is not dim."""
    said = [(text.strip(), role) for text, role in line if text.strip()]
    if len(said) > 1 and said[0][1] == "dim" and said[1][1] != "dim":
        yield said[0][0]


def _is_word(text: str) -> bool:
    return any(char.isalpha() for char in text) and len(text) <= 24
