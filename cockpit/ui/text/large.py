"""One figure, three rows high: what the eye must find first."""

from cockpit.ui.text.styled import Line
from cockpit.ui.theme.capabilities import GlyphSet

HEIGHT = 3
_PIXELS = {
    "0": ("███", "█ █", "█ █", "█ █", "███"), "1": ("██ ", " █ ", " █ ", " █ ", "███"),
    "2": ("███", "  █", "███", "█  ", "███"), "3": ("███", "  █", " ██", "  █", "███"),
    "4": ("█ █", "█ █", "███", "  █", "  █"), "5": ("███", "█  ", "███", "  █", "███"),
    "6": ("███", "█  ", "███", "█ █", "███"), "7": ("███", "  █", "  █", " █ ", " █ "),
    "8": ("███", "█ █", "███", "█ █", "███"), "9": ("███", "█ █", "███", "  █", "███"),
    "$": (" ██", "██ ", " █ ", " ██", "██ "), "%": ("█ █", "  █", " █ ", "█  ", "█ █"),
    "−": ("   ", "   ", "███", "   ", "   "), "+": ("   ", " █ ", "███", " █ ", "   "),
    ".": (" ", " ", " ", " ", "█"), ",": (" ", " ", " ", "█", "█"), " ": ("  ",) * 5,
    "M": ("█   █", "██ ██", "█ █ █", "█   █", "█   █"), "B": ("██ ", "█ █", "██ ", "█ █", "██ "),
    "b": ("█  ", "█  ", "███", "█ █", "███"), "p": ("   ", "███", "█ █", "███", "█  "),
    "s": ("   ", "███", "██ ", " ██", "███"),
}  # fmt: skip
"""Five rows of pixels; two of them make a row of cells."""
_CELLS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def large(text: str, role: str, glyphs: GlyphSet) -> list[Line] | None:
    """The text as three lines of one width; None where a character, or the glyphs, are lacking."""
    if glyphs == "ascii" or not text or any(character not in _PIXELS for character in text):
        return None
    rows = [" ".join(_PIXELS[character][y] for character in text) for y in range(5)]
    rows.append(" " * len(rows[0]))
    return [
        [("".join(_CELLS[a == "█", b == "█"] for a, b in zip(top, low, strict=True)), role)]
        for top, low in zip(rows[::2], rows[1::2], strict=True)
    ]
