"""Lines drawn in characters: braille, block or ASCII, from arrays.

A canvas is a grid of dots, finer than the cells it becomes. Each cell takes the colour of the
series drawn last in it; where one lies exactly on another they take turns.
"""

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cockpit.ui.text.styled import Line
from cockpit.ui.theme.capabilities import GlyphSet

_DOTS = {"braille": (2, 4), "block": (1, 2), "ascii": (1, 1)}
_BITS = {
    "braille": np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]),
    "block": np.array([[1], [2]]),
    "ascii": np.array([[1]]),
}
_BLOCKS = np.array([ord(c) for c in " ▀▄█"], dtype=np.uint32)
_ASCII_MARKS = "*+xo#@"
"""The characters of the lines in ASCII, by role, in the order in which they are drawn first."""
_ASCII_QUIET, _ASCII_AREA = ".", "|"
_QUIET = frozenset(("dim", "stale", "frame", "frame_focus"))
"""What is drawn in these is no line of its own: the edge of a band."""
_TURN = 3
"""Cells in which one of several lines that lie on each other is seen before the next is."""
Floats = NDArray[np.float64]


class Canvas:
    """`width` x `height` cells. Rows count from the top."""

    def __init__(self, width: int, height: int, glyphs: GlyphSet) -> None:
        self.width = width
        self.height = height
        self._glyphs = glyphs
        self._dx, self._dy = _DOTS[glyphs]
        self._dots = np.zeros((height * self._dy, width * self._dx), dtype=bool)
        self._owner = np.full((height, width), -1, dtype=np.int64)
        self._below = np.zeros((height, width), dtype=np.int64)
        """How many series lie under the last one without a dot of their own."""
        self._roles: list[str] = []
        self._shapes: list[str] = []
        """The ASCII character of each thing drawn."""
        self._lines: dict[str, str] = {}
        self._marks: list[tuple[int, int, str, str]] = []

    @property
    def dots_wide(self) -> int:
        return self.width * self._dx

    @property
    def marks(self) -> dict[str, str]:
        """The ASCII character of each line drawn so far, by role; empty lines have none."""
        return dict(self._lines)

    def plot(self, values: Floats, low: float, high: float, role: str) -> None:
        """One value a dot column, shape (dots_wide,); NaN leaves a gap. `low` is the bottom."""
        rows = self._dots.shape[0]
        known = ~np.isnan(values)
        if role not in _QUIET and known.any():
            self._lines.setdefault(role, _ASCII_MARKS[len(self._lines) % len(_ASCII_MARKS)])
        scaled = (high - np.where(known, values, low)) / ((high - low) or 1.0) * (rows - 1)
        y = np.clip(np.rint(scaled), 0, rows - 1).astype(np.int64)
        before = np.roll(y, 1)
        joined = known & np.roll(known, 1)
        joined[0] = False
        # A step: the riser joins the two levels without thickening either.
        top = np.where(joined & (before < y), before + 1, y)
        bottom = np.where(joined & (before > y), before - 1, y)
        self._fill(top, bottom, known, role, self._lines.get(role, _ASCII_QUIET))

    def bars(self, values: Floats, low: float, high: float, role: str) -> None:
        """As `plot`, with all the dots between each value and zero."""
        rows = self._dots.shape[0]
        known = ~np.isnan(values)

        def row(at: Floats) -> NDArray[np.int64]:
            scaled = (high - at) / ((high - low) or 1.0) * (rows - 1)
            return np.clip(np.rint(scaled), 0, rows - 1).astype(np.int64)

        ends, zero = row(np.where(known, values, 0.0)), row(np.zeros(len(values)))
        self._fill(np.minimum(ends, zero), np.maximum(ends, zero), known, role, _ASCII_MARKS[0])

    def area(self, columns: NDArray[np.bool_], role: str) -> None:
        """Every dot of these columns, shape (dots_wide,): a vertical mark."""
        rows = self._dots.shape[0]
        ends = np.zeros(len(columns), dtype=np.int64)
        self._fill(ends, ends + rows - 1, columns, role, _ASCII_AREA)

    def mark(self, dot_x: int, value: float, low: float, high: float, char: str, role: str) -> None:
        """One character over the plot at a dot column and a value."""
        row = self.row_of(value, low, high)
        if 0 <= dot_x < self.dots_wide and 0 <= row < self.height:
            self._marks.append((row, dot_x // self._dx, char, role))

    def row_of(self, value: float, low: float, high: float) -> int:
        """The row of cells in which a line at this value runs; outside, one that is not there."""
        dots = self._dots.shape[0]
        return math.floor(round((high - value) / ((high - low) or 1.0) * (dots - 1)) / self._dy)

    def _fill(
        self,
        top: NDArray[np.int64],
        bottom: NDArray[np.int64],
        known: NDArray[np.bool_],
        role: str,
        shape: str,
    ) -> None:
        self._roles.append(role)
        self._shapes.append(shape)
        level = np.arange(self._dots.shape[0])[:, None]
        drawn = (level >= top) & (level <= bottom) & known
        cells, adds = self._cells(drawn), self._cells(drawn & ~self._dots)
        self._dots |= drawn
        covers = cells & ~adds
        self._below[adds] = 0
        self._below[covers] += 1
        turn = (np.cumsum(covers, axis=1) - 1) // _TURN % (self._below + 1)
        self._owner[adds | (covers & (turn == 0))] = len(self._roles) - 1

    def _cells(self, dots: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which cells have any of these dots, shape (height, width)."""
        grid = dots.reshape(self.height, self._dy, self.width, self._dx)
        return np.asarray(grid.any(axis=(1, 3)), dtype=np.bool_)

    def lines(self) -> list[Line]:
        """The cells as styled text, one line a row; empty cells have the role `dim`."""
        chars = self._chars()
        owner = self._owner.copy()
        roles = [*self._roles, "dim"]
        owner[owner < 0] = len(self._roles)
        for row, column, char, role in self._marks:
            roles.append(role)
            chars[row, column] = ord(char)
            owner[row, column] = len(roles) - 1
        texts = [line.tobytes().decode("utf-32-le") for line in chars.astype("<u4")]
        out: list[Line] = []
        for text, owners in zip(texts, owner, strict=True):
            starts = [0, *(np.flatnonzero(np.diff(owners)) + 1).tolist(), len(text)]
            out.append([(text[a:b], roles[owners[a]]) for a, b in pairwise(starts)])
        return out

    def _chars(self) -> NDArray[np.uint32]:
        cells = self._dots.reshape(self.height, self._dy, self.width, self._dx)
        codes = np.einsum("hywx,yx->hw", cells.astype(np.int64), _BITS[self._glyphs])
        if self._glyphs == "braille":
            chars = np.where(codes > 0, 0x2800 + codes, ord(" "))
        elif self._glyphs == "block":
            chars = _BLOCKS[codes]
        else:
            shapes = np.array([ord(shape) for shape in [*self._shapes, " "]])
            chars = np.where(codes > 0, shapes[self._owner], ord(" "))
        return chars.astype(np.uint32)


def steps(at: NDArray[np.int64], value: Floats, edges: NDArray[np.int64], hold_ns: int) -> Floats:
    """A piecewise constant series read at the plot's columns, shape (len(edges),).

    Each column shows the last sample at or before it, unless that is older than `hold_ns` or
    unknown: then the column is NaN, and the plot has a gap.
    """
    if not len(at):
        return np.full(len(edges), np.nan)
    index = np.searchsorted(at, edges, side="right") - 1
    safe = np.maximum(index, 0)
    out = value[safe].astype(np.float64)
    out[(index < 0) | (edges - at[safe] > hold_ns)] = np.nan
    return out


def nice_scale(low: float, high: float, count: int) -> tuple[float, float, list[float]]:
    """Round bounds and ticks that contain [low, high] and zero."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-12:
        low, high = low - 1.0, high + 1.0
    raw = (high - low) / max(1, count)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= raw * 0.999)
    bottom = math.floor(low / step + 1e-9) * step
    top = math.ceil(high / step - 1e-9) * step
    ticks = [bottom + i * step for i in range(round((top - bottom) / step) + 1)]
    return bottom, top, [0.0 if abs(tick) < step * 1e-6 else tick for tick in ticks]


def round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, ... at or above a positive value; 1 for anything else."""
    if not value > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= value * 0.999)


SPARK = "▁▂▃▄▅▆"
"""Not up to the full block, so that the rows of a table stay apart."""


def spark(values: Floats, width: int) -> str:
    """The newest `width` values as bars between their own bounds; unknown ones are spaces."""
    tail = values[-width:]
    known = tail[~np.isnan(tail)]
    if not len(known):
        return " " * width
    low, high = float(known.min()), float(known.max())
    span = high - low
    chars = [
        " "
        if math.isnan(v)
        else SPARK[2 if not span else round((v - low) / span * (len(SPARK) - 1))]
        for v in tail
    ]
    return "".join(chars).rjust(width)


def bar(frac: float, width: int) -> str:
    """A bar from the left in half cells, `frac` of `width` cells; never empty above zero."""
    halves = 0 if frac <= 0 else max(1, round(min(1.0, frac) * width * 2))
    return ("█" * (halves // 2) + "▌" * (halves % 2)).ljust(width)


def bar_left(frac: float, width: int) -> str:
    """The same from the right."""
    halves = 0 if frac <= 0 else max(1, round(min(1.0, frac) * width * 2))
    return ("▐" * (halves % 2) + "█" * (halves // 2)).rjust(width)
