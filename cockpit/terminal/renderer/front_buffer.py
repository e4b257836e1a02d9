"""What the terminal shows, cell by cell, so that only cells that changed are sent.

Rows are kept as two parallel lists: the text of each cell and its style. The second half of a wide
character is the empty text. A cell of which nothing is known (before the first frame, after
somebody else wrote to the terminal) is None and differs from everything.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import get_character_cell_size, split_graphemes
from rich.segment import Segment
from rich.style import Style

from cockpit.terminal.renderer.sgr import Depth, SgrTable
from cockpit.ui.text.cells import harmless
from cockpit.ui.theme.capabilities import ASCII

Span = tuple[int, int, Sequence[Segment]]
"""(row, column, styled text to be shown from there)."""
_BRIDGE = 3
"""Unchanged cells that are cheaper to send again than to jump over."""
_MOST_GROUPED = 1500
"""Cells of a frame up to which it is worth while to draw them style by style."""


class _Change(NamedTuple):
    """Cells of a row that are to be drawn, by their index in `texts`, which begin at column `x`."""

    y: int
    x: int
    texts: list[str]
    styles: list[int]
    cells: list[int]


_Where = tuple[int | None, tuple[int, int] | None]
"""The pen and the cursor."""


class _Written(NamedTuple):
    out: str
    before: _Where
    after: _Where


class FrontBuffer:
    """The cells of a `width` x `height` terminal, and the pen and cursor left in it."""

    def __init__(self, depth: Depth, *, ascii_only: bool = False) -> None:
        self._depth = depth
        self._ascii_only = ascii_only
        self._cell_styles = SgrTable(depth)
        self._narrow = {chr(code) for code in range(0x20, 0x7F)}
        self.width = 0
        self.height = 0
        self._text: list[list[str | None]] = []
        self._look: list[list[int]] = []
        self._pen: int | None = None
        self._at: tuple[int, int] | None = None

    def resize(self, width: int, height: int) -> None:
        """Another size, or nothing: a terminal may rearrange its cells when it is resized."""
        if (width, height) != (self.width, self.height):
            self.width, self.height = width, height
            self.forget()

    def forget(self) -> None:
        """Nothing is known of the terminal any more: the next paint sends every cell."""
        self._text = [[None] * self.width for _ in range(self.height)]
        self._look = [[-1] * self.width for _ in range(self.height)]
        self._pen = None
        self._at = None
        if self._cell_styles.is_full:
            self._cell_styles = SgrTable(self._depth)

    def forget_rows(self, rows: range) -> None:
        """Send these rows anew when they are painted next."""
        for y in rows:
            if y < self.height:
                self._text[y] = [None] * self.width
        self._pen = None
        self._at = None

    def wipe(self, background: Style) -> str:
        """What to write so that the terminal shows nothing, in this background where it fills what
        it erases. Some fill with their own, so of no cell anything is known afterwards."""
        self.forget()
        _, blank = self._cell_styles.of(background)
        return self._cell_styles.step(None, blank) + "\x1b[2J"

    def paint(self, spans: Iterable[Span]) -> str:
        """What to write so that the terminal shows the spans; empty if it does already."""
        if self._cell_styles.is_full:
            self.forget()
        changes: list[_Change] = []
        for y, x, segments in spans:
            if 0 <= y < self.height and 0 <= x < self.width:
                texts, cell_styles = self._cells(segments, self.width - x)
                cells = self._row(y, x, texts, cell_styles)
                if cells:
                    changes.append(_Change(y, x, texts, cell_styles, cells))
        by_row = self._written(changes)
        if sum(len(change.cells) for change in changes) > _MOST_GROUPED:
            return by_row.out
        self._pen, self._at = by_row.before
        by_style = self._written(self._by_style(changes))
        if len(by_style.out) < len(by_row.out):
            return by_style.out
        self._pen, self._at = by_row.after
        return by_row.out

    def _written(self, changes: Iterable[_Change]) -> _Written:
        """What draws these, in this order, from where the pen and the cursor are."""
        before = (self._pen, self._at)
        out: list[str] = []
        for change in changes:
            self._write(out, *change)
        return _Written("".join(out), before, (self._pen, self._at))

    def _by_style(self, changes: Sequence[_Change]) -> list[_Change]:
        """The same cells, all of one style before those of another: a change of the pen costs more
        than a jump. Blanks that a neighbour's pen draws as well go with it."""
        groups: dict[int, list[_Change]] = {}
        for change in changes:
            mine: dict[int, list[int]] = {}
            style: int | None = None
            for cell in change.cells:
                wanted = change.styles[cell]
                is_free = (
                    style is not None
                    and change.texts[cell] == " "
                    and (self._cell_styles.for_blank(style, wanted) == style)
                )
                if style is None or not is_free:
                    style = wanted
                mine.setdefault(style, []).append(cell)
            for key, cells in mine.items():
                groups.setdefault(key, []).append(change._replace(cells=cells))
        order = sorted(groups, key=lambda style: style != self._pen)
        return [change for style in order for change in groups[style]]

    def move_cursor(self, x: int, y: int) -> str:
        """Move the cursor to where an input method opens its window; empty if it is there."""
        return self._move(y, x)

    # --- one row ------------------------------------------------------------------------------

    def _row(self, y: int, x: int, texts: list[str], cell_styles: list[int]) -> list[int]:
        """Take them over; which of these cells differ from what was there."""
        old_texts, old_styles = self._text[y], self._look[y]
        end = x + len(texts)
        before, styled = old_texts[x:end], old_styles[x:end]
        if before == texts and styled == cell_styles:
            return []
        changed = [
            i
            for i, (old, new, old_style, cell_style) in enumerate(
                zip(before, texts, styled, cell_styles, strict=True)
            )
            if old != new or old_style != cell_style
        ]
        if "" in texts:
            heads = {i - 1 if texts[i] == "" else i for i in changed}
            changed = sorted(heads)
        old_texts[x:end] = texts
        old_styles[x:end] = cell_styles
        return changed

    def _write(
        self,
        out: list[str],
        y: int,
        x: int,
        texts: list[str],
        cell_styles: list[int],
        changed: Iterable[int],
    ) -> None:
        """These cells of a row. Twelve thousand of them at a turn to another workspace: a cell
        that follows its neighbour in the same style is one append."""
        put, narrow = out.append, self._narrow
        for_blank, step = self._cell_styles.for_blank, self._cell_styles.step
        pen, last = self._pen, x - 1
        here = self._at[1] if self._at is not None and self._at[0] == y else None
        for i in changed:
            column = x + i
            if column <= last:
                continue
            if here != column:
                if here is not None and x <= last == here - 1 and column - here <= _BRIDGE:
                    self._pen = pen
                    bridge = range(here - x, i)
                    if all(self._is_free(texts[j], cell_styles[j]) for j in bridge):
                        out.extend(texts[j] for j in bridge)
                        here = column
                if here is not None:
                    self._at = (y, here)
                put(self._move(y, column))
            text, cell_style = texts[i], cell_styles[i]
            if cell_style != pen:
                target = for_blank(pen, cell_style) if text == " " else cell_style
                if target != pen:
                    put(step(pen, target))
                    pen = target
            put(text)
            if text in narrow:
                last = column
                # At the right edge the cursor waits in or behind the last column: nobody knows.
                here = column + 1 if column + 1 < self.width else None
            else:
                last = column + self._width(text) - 1
                # Terminals disagree about the width of new and of joined characters: go by address.
                here = None
            if here is None:
                self._at = None
        self._pen = pen
        if here is not None:
            self._at = (y, here)

    def _is_free(self, text: str, cell_style: int) -> bool:
        """Whether the pen, as it is, would draw this cell in one byte."""
        if text == " ":
            return self._cell_styles.for_blank(self._pen, cell_style) == self._pen
        return cell_style == self._pen and text != "" and text.isascii()

    def _move(self, y: int, x: int) -> str:
        """The shortest way of the cursor to a cell."""
        if self._at == (y, x):
            return ""
        at, self._at = self._at, (y, x)
        column = f";{x + 1}" if x else ""
        ways = [f"\x1b[{y + 1}{column}H" if y or x else "\x1b[H"]
        if at is not None:
            from_y, from_x = at
            if from_y == y:
                ways += ["\r"] if x == 0 else [_step(x - from_x, "C", "D")]
            elif from_x == x:
                ways.append(_step(y - from_y, "B", "A"))
            elif x == 0 and y == from_y + 1:
                ways.append("\x1b[E")
        return min(ways, key=len)

    # --- styled text into cells ---------------------------------------------------------------

    def _cells(self, segments: Sequence[Segment], room: int) -> tuple[list[str], list[int]]:
        texts: list[str] = []
        cell_styles: list[int] = []
        of, narrow = self._cell_styles.of, self._narrow
        for text, style, control in segments:
            if control or not text:
                continue
            cell_style, blank = of(style)
            parts = list(text) if narrow.issuperset(text) else self._split(text)
            texts += parts
            if cell_style == blank or " " not in text:
                cell_styles += [cell_style] * len(parts)
            else:
                cell_styles += [blank if part == " " else cell_style for part in parts]
        if len(texts) > room:
            cut_wide = texts[room] == ""
            del texts[room:], cell_styles[room:]
            if cut_wide:
                texts[-1] = " "
        return texts, cell_styles

    def _split(self, text: str) -> list[str]:
        """Text with rare characters: one entry a cell, "" for the second half of a wide one."""
        if self._ascii_only:
            text = text.translate(ASCII)
        fresh = {c for c in text if c not in self._narrow}
        if all(self._is_plain(c) for c in fresh):
            self._narrow |= fresh
            return list(text)
        # Venue text is not to be trusted with the terminal: no controls, no reordering.
        kept = harmless(text)
        parts: list[str] = []
        for start, end, width in split_graphemes(kept)[0]:
            if width:
                cell = kept[start:end]
                if self._ascii_only and not cell.isascii():
                    parts += ["?"] * width
                else:
                    parts += [cell, *[""] * (width - 1)]
        return parts

    def _is_plain(self, char: str) -> bool:
        return (
            not (self._ascii_only and ord(char) > 0x7E)
            and unicodedata.category(char) not in _NOT_PLAIN
            and get_character_cell_size(char) == 1
        )

    def _width(self, text: str) -> int:
        return max(1, sum(width for _, _, width in split_graphemes(text)[0]))


_NOT_PLAIN = ("Cc", "Cf", "Cs", "Zl", "Zp", "Mn", "Me", "Mc", "Co", "Cn")


def _step(distance: int, forward: str, back: str) -> str:
    """A relative move by `distance` cells."""
    size = abs(distance)
    return f"\x1b[{size if size > 1 else ''}{forward if distance > 0 else back}"
