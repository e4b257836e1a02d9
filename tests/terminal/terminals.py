"""A terminal emulator to draw on, and what stands in its cells."""

from typing import Any

import pyte


class Emulator:
    """pyte with the few sequences taken out that it does not know."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self.screen)
        # Textual switches line wrap off: the last column must not start a new line.
        self._stream.feed("\x1b[?7l")

    def feed(self, text: str) -> None:
        self._stream.feed(text.replace("\x1b[?2026h", "").replace("\x1b[?2026l", ""))

    def resize(self, width: int, height: int) -> None:
        self.screen.resize(height, width)

    def cells(self) -> list[list[tuple[Any, ...]]]:
        """What a person sees: of a blank, only its background and its lines."""
        return [
            [_seen(self.screen.buffer[y][x]) for x in range(self.screen.columns)]
            for y in range(self.screen.lines)
        ]

    def text(self) -> str:
        return "\n".join(self.screen.display)


def _seen(cell: Any) -> tuple[Any, ...]:
    lines = (cell.reverse, cell.underscore, cell.strikethrough)
    if cell.data == " " and not any(lines):
        return (" ", cell.bg)
    return (cell.data, cell.fg, cell.bg, cell.bold, cell.italics, *lines)
