"""Rich styles as small numbers, and the shortest escape sequence from one to another.

A cell style is a rich style at this terminal's colour depth: two styles that differ only in
what they mean are one cell style, so cells can be compared by number.
"""

from dataclasses import dataclass
from typing import NamedTuple

from rich.color import Color, ColorSystem
from rich.color_triplet import ColorTriplet
from rich.style import Style

_SGR_ON = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "21", "51", "52", "53")
_SGR_OFF = ("22", "22", "23", "24", "25", "25", "27", "28", "29", "24", "54", "54", "55")
"""By rich's attribute bit: bold, dim, italic, underline, blink, blink2, reverse, conceal, strike,
underline2, frame, encircle, overline."""
_BOLD, _DIM = 1 << 0, 1 << 1
_UNDERLINES = (1 << 3) | (1 << 9)
_SEEN_ON_BLANK = _UNDERLINES | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11) | (1 << 12)
_MOST = 4096
"""Cell styles before the table is started anew: themes and opacities make some hundreds."""


def _cube() -> dict[ColorTriplet | None, int]:
    steps = (0, 95, 135, 175, 215, 255)
    cube: dict[ColorTriplet | None, int] = {
        ColorTriplet(r, g, b): 16 + 36 * i + 6 * j + k
        for i, r in enumerate(steps)
        for j, g in enumerate(steps)
        for k, b in enumerate(steps)
    }
    cube |= {ColorTriplet(v, v, v): 232 + i for i, v in enumerate(range(8, 248, 10))}
    return {rgb: number for rgb, number in cube.items() if number > 21}


_EXACT = _cube()
"""Colours that the 256-colour palette has exactly: the same light in half the bytes. 16 to 21 are
left out, because some shells put colours of their own there."""


class CellStyle(NamedTuple):
    """SGR parameters of the colours ("" is the terminal's own), and rich's attribute bits."""

    fore: str
    back: str
    attributes: int


PLAIN = CellStyle("", "", 0)


@dataclass(slots=True)
class Depth:
    """`system` None draws no colour at all: attributes only."""

    system: ColorSystem | None


class SgrTable:
    """Escape sequences between the cell styles of one terminal, valid until `is_full`."""

    def __init__(self, depth: Depth) -> None:
        self._system = depth.system
        self._cell_styles: list[CellStyle] = []
        self._numbers: dict[CellStyle, int] = {}
        self._by_style: dict[Style | None, tuple[int, int]] = {}
        self._steps: dict[tuple[int | None, int], str] = {}
        self._blanks: dict[tuple[int | None, int], int] = {}

    @property
    def is_full(self) -> bool:
        return len(self._cell_styles) > _MOST or len(self._by_style) > 4 * _MOST

    def of(self, style: Style | None) -> tuple[int, int]:
        """(cell style of a glyph, of a blank) in this style.

        A blank shows its background and its lines, whatever its foreground: blanks that look the
        same have the same number.
        """
        numbers = self._by_style.get(style)
        if numbers is None:
            cell_style = self._read(style)
            blank = (
                cell_style
                if cell_style.attributes & _SEEN_ON_BLANK
                else CellStyle("", cell_style.back, 0)
            )
            numbers = self._by_style[style] = (self._number(cell_style), self._number(blank))
        return numbers

    def for_blank(self, pen: int | None, blank: int) -> int:
        """The cell style to draw a blank with: the pen's own where that shows the same."""
        key = (pen, blank)
        number = self._blanks.get(key)
        if number is None:
            wanted = self._cell_styles[blank]
            number = blank
            if pen is not None and not wanted.attributes:
                fore, _, attributes = self._cell_styles[pen]
                number = self._number(CellStyle(fore, wanted.back, attributes & ~_SEEN_ON_BLANK))
            self._blanks[key] = number
        return number

    def step(self, pen: int | None, cell_style: int) -> str:
        """The escape sequence that turns `pen` (None: unknown) into `cell_style`."""
        if pen == cell_style:
            return ""
        key = (pen, cell_style)
        sequence = self._steps.get(key)
        if sequence is None:
            after = self._cell_styles[cell_style]
            codes = _from_reset(after)
            if pen is not None:
                codes = min(codes, _from_pen(self._cell_styles[pen], after), key=len)
            sequence = self._steps[key] = f"\x1b[{codes}m"
        return sequence

    def _number(self, cell_style: CellStyle) -> int:
        number = self._numbers.get(cell_style)
        if number is None:
            number = self._numbers[cell_style] = len(self._cell_styles)
            self._cell_styles.append(cell_style)
        return number

    def _read(self, style: Style | None) -> CellStyle:
        if style is None:
            return PLAIN
        set_bits = sum(
            1 << bit
            for bit, value in enumerate(
                (
                    style.bold, style.dim, style.italic, style.underline, style.blink,
                    style.blink2, style.reverse, style.conceal, style.strike,
                    style.underline2, style.frame, style.encircle, style.overline,
                )
            )
            if value
        )  # fmt: skip
        return CellStyle(
            self._codes(style.color, foreground=True),
            self._codes(style.bgcolor, foreground=False),
            set_bits,
        )

    def _codes(self, color: Color | None, *, foreground: bool) -> str:
        if color is None or color.is_default or self._system is None:
            return ""
        if self._system is ColorSystem.TRUECOLOR and color.triplet in _EXACT:
            return f"{38 if foreground else 48};5;{_EXACT[color.triplet]}"
        if self._system is ColorSystem.EIGHT_BIT and color.triplet in _EXACT:
            return f"{38 if foreground else 48};5;{_EXACT[color.triplet]}"
        return ";".join(color.downgrade(self._system).get_ansi_codes(foreground))


def _on(attributes: int) -> list[str]:
    return [code for bit, code in enumerate(_SGR_ON) if attributes >> bit & 1]


def _from_reset(after: CellStyle) -> str:
    return ";".join(filter(None, ("0", *_on(after.attributes), after.fore, after.back)))


def _from_pen(before: CellStyle, after: CellStyle) -> str:
    """Only what changes. Bold and dim are switched off together, and so are the underlines."""
    off = before.attributes & ~after.attributes
    codes = list(dict.fromkeys(c for bit, c in enumerate(_SGR_OFF) if off >> bit & 1))
    on = after.attributes & ~before.attributes
    for group in (_BOLD | _DIM, _UNDERLINES):
        if off & group:
            on |= after.attributes & group
    codes += _on(on)
    if before.fore != after.fore:
        codes.append(after.fore or "39")
    if before.back != after.back:
        codes.append(after.back or "49")
    return ";".join(codes)
