"""How many cells of a terminal a text takes. Pure; whoever draws checks it against the renderer.

Wide and full-width characters take two cells, marks that combine with the one before take none.
Emoji made of several characters are measured one by one: the renderer cuts or pads such a line.
"""

import unicodedata
from functools import lru_cache

_JOINER = "\u200d"
_STEERING = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_NO_CELL = frozenset(("Mn", "Me", "Mc", "Cf", "Cc", "Zl", "Zp"))


@lru_cache(maxsize=4096)
def char_cells(char: str) -> int:
    """0, 1 or 2."""
    if char < "\u0300":
        return 1 if char.isprintable() or char == "\u00ad" else 0
    if unicodedata.category(char) in _NO_CELL:
        return 0
    wide = unicodedata.east_asian_width(char) in ("W", "F") and unicodedata.category(char) != "Cn"
    return 2 if wide else 1


def harmless(text: str) -> str:
    """The text without what steers a terminal or reorders a line. Such characters take no cell, so
    nothing moves; marks that join emoji stay."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c == _JOINER or unicodedata.category(c) not in _STEERING)


def cell_len(text: str) -> int:
    """Cells that the text takes."""
    return len(text) if text.isascii() and text.isprintable() else _cell_len(text)


@lru_cache(maxsize=4096)
def _cell_len(text: str) -> int:
    return sum(map(char_cells, text))


def set_cell_size(text: str, width: int) -> str:
    """The text padded or cut to exactly `width` cells; half a wide character becomes a blank."""
    size = cell_len(text)
    if size <= width:
        return text + " " * (width - size)
    if width <= 0:
        return ""
    left = width
    for at, char in enumerate(text):
        cells = char_cells(char)
        if cells > left:
            return text[:at] + " " * left
        left -= cells
    return text
