"""A replay as a line: where it stands between the ends of its tapes, and what was on the way."""

from cockpit.desk.stats import Playback, PlaybackState
from cockpit.ui.text.styled import Line

_WORDS: dict[PlaybackState, str] = {
    "running": "", "paused": "HELD", "seeking": "seeking", "ended": "end of tape",
}  # fmt: skip
_GLYPHS = {"alert": ("▲", "warn"), "jump": ("┴", "accent")}


def timeline(playback: Playback, cells: int) -> Line:
    """`5x ──▲─●────── 31% HELD`; the line itself in so many cells, none of them where that is 0."""
    pace = "max" if playback.times is None else f"{playback.times:g}x"
    line: Line = [(f"{pace} ", "number")]
    if cells > 0:
        row = [("─", "dim")] * cells
        for mark in playback.marks:
            row[_place(mark.read_frac, cells)] = _GLYPHS[mark.what]
        row[_place(playback.read_frac, cells)] = ("●", "danger")
        line += row
        line.append((" ", "text"))
    line.append((f"{playback.read_frac:.0%}", "number"))
    words = _WORDS[playback.state]
    return [*line, (" ", "text"), (words, "danger")] if words else line


def _place(frac: float, cells: int) -> int:
    return max(0, min(cells - 1, round(frac * (cells - 1))))
