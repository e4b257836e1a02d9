"""Lines drawn in characters: braille, block or ASCII, from arrays.

A canvas is a grid of dots, finer than the cells it becomes. Each cell takes the colour of the
series drawn last in it.
"""

import math

import numpy as np
from numpy.typing import NDArray

from cockpit.views.terminal import GlyphSet
from cockpit.views.text import Line

_DOTS = {"braille": (2, 4), "block": (1, 2), "ascii": (1, 1)}
_BRAILLE_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_ASCII_MARKS = "*+xo#@"
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
        self._roles: list[str] = []

    @property
    def dots_wide(self) -> int:
        return self.width * self._dx

    def plot(self, values: Floats, low: float, high: float, role: str) -> None:
        """One value a dot column, shape (dots_wide,); NaN leaves a gap. `low` is the bottom."""
        self._roles.append(role)
        index = len(self._roles) - 1
        rows = self._dots.shape[0]
        span = high - low or 1.0
        previous: int | None = None
        for x, value in enumerate(values):
            if math.isnan(value):
                previous = None
                continue
            y = round((high - value) / span * (rows - 1))
            y = min(rows - 1, max(0, y))
            start, end = (y, y) if previous is None else (min(previous, y), max(previous, y))
            if previous is not None and end > start:
                # A step: the riser joins the two levels without thickening either.
                start, end = (start + 1, end) if previous < y else (start, end - 1)
            self._dots[start : end + 1, x] = True
            self._owner[start // self._dy : end // self._dy + 1, x // self._dx] = index
            previous = y

    def lines(self) -> list[Line]:
        """The cells as styled text, one line a row."""
        out: list[Line] = []
        codes = self._codes()
        for row in range(self.height):
            line: Line = []
            for column in range(self.width):
                owner = int(self._owner[row, column])
                char = self._char(int(codes[row, column]), owner)
                role = self._roles[owner] if owner >= 0 else "dim"
                if line and line[-1][1] == role:
                    line[-1] = (line[-1][0] + char, role)
                else:
                    line.append((char, role))
            out.append(line)
        return out

    def _codes(self) -> NDArray[np.int64]:
        cells = self._dots.reshape(self.height, self._dy, self.width, self._dx)
        if self._glyphs == "braille":
            weights = _BRAILLE_BITS
        elif self._glyphs == "block":
            weights = np.array([[1], [2]])
        else:
            weights = np.array([[1]])
        codes: NDArray[np.int64] = np.einsum("hywx,yx->hw", cells.astype(np.int64), weights)
        return codes

    def _char(self, code: int, owner: int) -> str:
        if not code:
            return " "
        if self._glyphs == "braille":
            return chr(0x2800 + code)
        if self._glyphs == "block":
            return " ▀▄█"[code]
        return _ASCII_MARKS[owner % len(_ASCII_MARKS)]


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


SPARK = "▁▂▃▄▅▆▇█"


def spark(values: Floats, width: int) -> str:
    """The newest `width` values as bars between their own bounds; unknown ones are spaces."""
    tail = values[-width:]
    known = tail[~np.isnan(tail)]
    if not len(known):
        return " " * width
    low, high = float(known.min()), float(known.max())
    span = high - low
    chars = [
        " " if math.isnan(v) else SPARK[3 if not span else round((v - low) / span * 7)]
        for v in tail
    ]
    return "".join(chars).rjust(width)
