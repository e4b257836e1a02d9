"""Styled text without a toolkit: what panes return and tests read.

A `Line` is a list of spans `(text, role)`. Roles are names from the theme; what they look like is
decided elsewhere, so a pane is a pure function of the state.
"""

import re
from collections.abc import Iterable, Sequence

from cockpit.ui.text.cells import cell_len, set_cell_size

_PART = re.compile(r"[,:;] ")
_UNITS = frozenset(("h", "d", "s", "min", "days", "bps", "%"))

Span = tuple[str, str]
Line = list[Span]


def plain(line: Iterable[Span]) -> str:
    """The characters of a line."""
    return "".join(text for text, _ in line)


def clean(text: str) -> str:
    """Foreign text, each control character replaced by a blank: it cannot steer the terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def fit(text: str, width: int) -> str:
    """Exactly `width` cells, padded at the right; a cut name ends in `…`, never silently."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def brief(text: str, width: int) -> str:
    """A sentence in at most `width` cells: all of it, else its first part, else whole words and
    `…`. What is left of a number would read as another one."""
    for part in (text, _PART.split(text, maxsplit=1)[0]):
        if cell_len(part) <= width:
            return part
    words = _words(text)
    while words and cell_len(" ".join(words)) >= width:
        words.pop()
    return " ".join(words) + "…" if words else fit(text, width)


def right(text: str, width: int) -> str:
    """Right-aligned. A number that does not fit becomes `…`: half a number reads as another."""
    missing = width - cell_len(text)
    return " " * missing + text if missing >= 0 else "…".rjust(max(0, width))


def width_of(line: Iterable[Span]) -> int:
    return sum(cell_len(text) for text, _ in line)


def clip(line: Sequence[Span], width: int, role: str = "text") -> Line:
    """The line at exactly `width` cells, padded with `role`, or cut at the right.

    What was cut ends in `…`: the rest of a number must not read as another number.
    """
    out: Line = []
    left = width
    for i, (text, style) in enumerate(line):
        size = cell_len(text)
        if size > left or (size == left and _says_more(line[i + 1 :])):
            if size > left and text[left:].isspace() and not _says_more(line[i + 1 :]):
                text = set_cell_size(text, left)
            elif left:
                text = set_cell_size(text, left - 1) + "…"
            if left:
                out.append((text, style))
            return out
        out.append((text, style))
        left -= size
    if left:
        out.append((" " * left, role))
    return out


def _says_more(rest: Sequence[Span]) -> bool:
    return any(text and not text.isspace() for text, _ in rest)


def longest(width: int, *variants: Line) -> Line:
    """The first of these sentences that fits; the last one, cut, where none does."""
    for line in variants:
        if width_of(line) <= width:
            return line
    return clip(variants[-1], max(0, width)) if variants else []


def parts(width: int, *pieces: Line, gap: str = "  ") -> Line:
    """As many pieces, in order, as fit whole. What comes first matters most."""
    out: Line = []
    for piece in pieces:
        if not piece:
            continue
        lead: Line = [(gap, "text")] if out else []
        if width_of(out) + width_of(lead) + width_of(piece) <= width:
            out += [*lead, *piece]
    return out


def wrap(text: str, width: int) -> list[str]:
    """Whole words, lines of at most `width` cells where a word allows it; a number stays beside its
    unit."""
    lines = [""]
    for word in _words(text):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _words(text: str) -> list[str]:
    words: list[str] = []
    for word in text.split():
        if words and words[-1][-1:].isdigit() and word.rstrip(".,;:)") in _UNITS:
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words


def framed(
    body: Sequence[Line],
    width: int,
    height: int,
    *,
    title: Line,
    note: str = "",
    verdict: Line | None = None,
    focused: bool = False,
) -> list[Line]:
    """A thin frame: the title in the top line at the left, a verdict in the bottom line.

    Exactly `height` lines of `width` cells. Rows that do not fit are counted in the last one. The
    name of the focused pane has a look of its own; `note` counts, and is as readable as words.
    """
    if width < 4 or height < 2:
        return [clip([("…", "dim")], width) for _ in range(height)]
    role = "frame_focus" if focused else "frame"
    inner = width - 2
    has_note = bool(note) and cell_len(note) + 10 <= width
    tail: Line = [(f" {note} ", "dim"), ("┐", role)] if has_note else [("┐", role)]
    room = width - width_of(tail)
    if focused:
        title = [(text, "title_focus" if style == "title" else style) for text, style in title]
    while len(title) > 1 and width_of(title) + 3 > room:
        title = title[:-1]
    top: Line = [("┌ ", role), *title, (" ", role)]
    if width_of(top) > room:
        top = clip(top, room, role)
    lines: list[Line] = [[*top, ("─" * (room - width_of(top)), role), *tail]]
    hidden = len(body) - (height - 2)
    if hidden > 0 and not plain(body[0]).strip():
        body, hidden = body[1:], hidden - 1
    if hidden > 0 and height > 3:
        body = [
            *body[: height - 3],
            [(f" … {hidden + 1} more lines: zoom, or a larger terminal", "dim")],
        ]
    for i in range(height - 2):
        row = clip(body[i], inner) if i < len(body) else [(" " * inner, "text")]
        lines.append([("│", role), *row, ("│", role)])
    bottom: Line = [("└", role)]
    if verdict and inner > 3:
        bottom += [(" ", role), *clip(verdict, min(inner - 2, width_of(verdict))), (" ", role)]
    bottom.append(("─" * max(0, width - 1 - width_of(bottom)), role))
    lines.append([*bottom, ("┘", role)])
    return lines[:height]
