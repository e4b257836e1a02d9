"""Draws the pictures of the README and the manual: the seeded demo in a pseudo terminal, as SVG.

`make pictures` runs it. Letters are text; lines, blocks and braille dots are drawn, so that the
pictures look the same whatever fonts a reader has.
"""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import tempfile
import termios
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar
from xml.sax.saxutils import escape

import pyte

T = TypeVar("T")

COLUMNS, ROWS = 200, 54
WIDE, HIGH = 8, 17
FILLED_S = 33.0
PICTURES = {
    "markets": (b"1", 6.0),
    "depth": (b"2", 6.0),
    "funding": (b"3", 6.0),
    "positions": (b"4", 6.0),
    "scan": (b"8", 20.0),
    "stress": (b"6", 45.0),
}
"""The key of each, and how long it takes until all of it is there: random futures are computed."""
HERE = Path(__file__).resolve().parent
FORE, BACK = "bcbcbc", "080808"
_QUERY, _ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[>=<?][0-9;]*[uqmn]|\x1b\[\?[0-9;]*\$p")
LINES = {"─": "LR", "│": "UD", "┌": "RD", "┐": "LD", "└": "RU", "┘": "LU", "┤": "LUD", "├": "RUD"}
BLOCKS = "▁▂▃▄▅▆▇█"
DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        for name, screen in shots(home):
            path = HERE / f"{name}.svg"
            path.write_text(svg(screen))
            sys.stdout.write(f"{path.name}: {path.stat().st_size / 1000:.0f} kB\n")


def shots(home: str) -> Iterator[tuple[str, pyte.Screen]]:
    """The screen of each workspace, once it has figures to show."""
    command = [sys.executable, "-m", "cockpit", "demo", "--seed", "7", "--color", "256"]
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execve(
            sys.executable,
            command,
            {**os.environ, "COCKPIT_HOME": home, "TERM": "xterm-256color"},
        )
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    try:
        _read(fd, stream, FILLED_S)
        for name, (key, seconds) in PICTURES.items():
            os.write(fd, key)
            _read(fd, stream, seconds)
            yield name, screen
    finally:
        os.write(fd, b"q")
        _read(fd, stream, 3.0)
        os.close(fd)
        os.waitpid(pid, 0)


def _read(fd: int, stream: pyte.ByteStream, seconds: float) -> None:
    end_s = time.monotonic() + seconds
    while (left_s := end_s - time.monotonic()) > 0:
        if not select.select([fd], [], [], left_s)[0]:
            continue
        try:
            data = os.read(fd, 65536)
        except OSError:
            return
        if _QUERY in data:
            os.write(fd, _ANSWER)
        stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))


def svg(screen: pyte.Screen) -> str:
    """The screen as a document. Coordinates are whole pixels of a `WIDE` x `HIGH` cell."""
    grounds: dict[str, list[str]] = defaultdict(list)
    shapes: dict[str, list[str]] = defaultdict(list)
    words: list[str] = []
    for y in range(ROWS):
        cells = [screen.buffer[y][x] for x in range(COLUMNS)]
        for start, end, ground in _runs([_back(cell) for cell in cells]):
            if ground != BACK:
                grounds[ground].append(_box(start * WIDE, y * HIGH, (end - start) * WIDE, HIGH))
        for x, cell in enumerate(cells):
            shapes[_fore(cell)] += _shape(cell.data, x * WIDE, y * HIGH)
        looks = [(_fore(c), c.bold) if _is_text(c.data) else None for c in cells]
        for start, end, look in _runs(looks):
            if look is not None:
                text = "".join(cell.data for cell in cells[start:end])
                words.append(_word(text, start * WIDE, y * HIGH + 13, *look))
    width, height = COLUMNS * WIDE, ROWS * HIGH
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            'font-family="DejaVu Sans Mono,Menlo,Consolas,monospace" font-size="13">',
            f'<path fill="#{BACK}" d="{_box(0, 0, width, height)}"/>',
            *(f'<path fill="#{c}" d="{"".join(d)}"/>' for c, d in grounds.items()),
            *(f'<path fill="#{c}" d="{"".join(d)}"/>' for c, d in shapes.items() if d),
            *words,
            "</svg>\n",
        ]
    )


def _runs(values: list[T]) -> Iterator[tuple[int, int, T]]:
    start = 0
    for i in range(1, len(values) + 1):
        if i == len(values) or values[i] != values[start]:
            yield start, i, values[start]
            start = i


def _fore(cell: pyte.screens.Char) -> str:
    return FORE if cell.fg == "default" else cell.fg


def _back(cell: pyte.screens.Char) -> str:
    return BACK if cell.bg == "default" else cell.bg


def _is_text(char: str) -> bool:
    return char.strip() != "" and not _is_drawn(char)


def _is_drawn(char: str) -> bool:
    return char in LINES or char in BLOCKS or char in "▌▐" or "\u2800" <= char <= "\u28ff"


def _word(text: str, x: int, y: int, colour: str, bold: bool) -> str:
    """`textLength` holds the columns even in a font of another width."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" fill="#{colour}" textLength="{len(text) * WIDE}"{weight}>'
        f"{escape(text)}</text>"
    )


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z"


def _shape(char: str, x: int, y: int) -> list[str]:
    """Boxes of a character that is drawn; none for a letter."""
    if char in LINES:
        across, down = x + WIDE // 2, y + HIGH // 2
        arms = {
            "L": _box(x, down, WIDE // 2 + 1, 1), "R": _box(across, down, WIDE // 2, 1),
            "U": _box(across, y, 1, HIGH // 2 + 1), "D": _box(across, down, 1, HIGH - HIGH // 2),
        }  # fmt: skip
        return [arms[arm] for arm in LINES[char]]
    if char in BLOCKS:
        height = round(HIGH * (BLOCKS.index(char) + 1) / 8)
        return [_box(x, y + HIGH - height, WIDE, height)]
    if char in "▌▐":
        return [_box(x + (WIDE // 2 if char == "▐" else 0), y, WIDE // 2, HIGH)]
    if "\u2800" <= char <= "\u28ff":
        bits = ord(char) - 0x2800
        return [
            _box(x + 1 + 4 * column, y + 2 + 4 * row, 2, 2)
            for bit, (column, row) in enumerate(DOTS)
            if bits >> bit & 1
        ]
    return []


if __name__ == "__main__":
    main()
