"""Where panes go, by the size of the terminal. Pure: (width, height) -> rectangles."""

from dataclasses import dataclass

PANES = ("funding", "curves", "depth", "interest", "health", "log")
"""In the order in which `tab` walks them."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in cells."""

    x: int
    y: int
    width: int
    height: int


def arrange(width: int, height: int, shape: str, focus: str, zoomed: bool) -> dict[str, Box]:
    """The visible panes of MARKETS. Two lines stay free: status above, keys below.

    `shape` is `auto`, `wide`, `normal` or `narrow`. Narrow shows the focused pane alone.
    """
    body = max(1, height - 2)
    if shape == "auto":
        shape = "wide" if width >= 160 and height >= 45 else "normal"
        if width < 100 or height < 30:
            shape = "narrow"
    if zoomed or shape == "narrow":
        return {focus: Box(0, 1, width, body)}
    if shape == "wide":
        return _wide(width, body)
    return _normal(width, body)


def _wide(width: int, body: int) -> dict[str, Box]:
    left = max(62, width * 37 // 100)
    top = body * 45 // 100
    bottom = max(8, body * 18 // 100)
    middle = body - top - bottom
    depth = width * 66 // 100
    health = width * 48 // 100
    return {
        "funding": Box(0, 1, left, top),
        "curves": Box(left, 1, width - left, top),
        "depth": Box(0, 1 + top, depth, middle),
        "interest": Box(depth, 1 + top, width - depth, middle),
        "health": Box(0, 1 + top + middle, health, bottom),
        "log": Box(health, 1 + top + middle, width - health, bottom),
    }


def _normal(width: int, body: int) -> dict[str, Box]:
    left = max(52, width * 45 // 100)
    bottom = 7
    top = (body - bottom) * 52 // 100
    middle = body - bottom - top
    interest = 38
    return {
        "funding": Box(0, 1, left, top),
        "curves": Box(left, 1, width - left, top),
        "depth": Box(0, 1 + top, width - interest, middle),
        "interest": Box(width - interest, 1 + top, interest, middle),
        "health": Box(0, 1 + top + middle, width, bottom),
    }
