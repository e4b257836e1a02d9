"""Choose one of a list by typing: the palette, the help and the themes are this dialog."""

from collections.abc import Callable, Sequence

from cockpit.terminal.dialogs.base import Dialog
from cockpit.terminal.renderer.palette import Palette
from cockpit.ui.dialogs.search import Choice, search
from cockpit.ui.layout.geometry import Box
from cockpit.ui.model.text_entry import Entry
from cockpit.ui.model.ui_state import Scene
from cockpit.ui.text.styled import Line, fit, framed, right, width_of

WIDTH = 98
_CHROME = 4
"""Frame, typed line and the rule under it."""


class Picker(Dialog[str | None]):
    """Ends with the id of a choice, or None after escape.

    `look` is told which choice is under the cursor whenever that changes: a preview.
    `can_choose` False makes a list for reading: enter closes it.
    """

    def __init__(
        self,
        scene: Scene,
        palette: Palette,
        *,
        title: str,
        choices: Sequence[Choice],
        chosen: str = "",
        can_choose: bool = True,
        look: Callable[[str], None] | None = None,
        hint: str = "enter does it · esc closes",
    ) -> None:
        super().__init__(scene, palette)
        self._title = title
        self._choices = choices
        self._found = list(choices)
        self._can_choose = can_choose
        self._look = look
        self._hint = hint if can_choose else "esc closes"
        self._entry = Entry()
        self._index = next((i for i, c in enumerate(choices) if c.id == chosen), 0)
        self._top = 0

    @property
    def choice(self) -> Choice | None:
        """What is under the cursor; None when nothing matches."""
        return self._found[self._index] if self._found else None

    def box(self, width: int, height: int) -> Box:
        rows = len(self._choices) + len({c.group for c in self._choices if c.group})
        w = min(WIDTH, max(4, width - 2))
        h = min(rows + _CHROME, max(3, height - 4))
        return Box((width - w) // 2, max(0, min(3, height - h)), w, h)

    def lines(self, width: int, height: int) -> list[Line]:
        inner, rows = width - 2, max(1, height - _CHROME)
        body: list[Line] = [[(" ", "text"), *self._entry.line(inner - 1)], [("─" * inner, "frame")]]
        body += self._window(inner, rows)
        if not self._found:
            body.append([(f" nothing matches {self._entry.text!r}", "warn")])
        return framed(
            body,
            width,
            height,
            title=[(self._title, "title"), (" · type to search", "dim")],
            note=f"{len(self._found)} of {len(self._choices)}",
            verdict=[(self._hint, "dim")],
            focused=True,
        )

    def press(self, key: str, character: str | None) -> None:
        step = {
            "up": -1, "down": 1, "ctrl+p": -1, "ctrl+n": 1, "shift+tab": -1, "tab": 1,
            "pageup": -10, "pagedown": 10,
        }.get(key)  # fmt: skip
        if step is not None:
            self._move(self._index + step)
        elif key in ("escape", "ctrl+c"):
            self.dismiss(None)
        elif key == "enter":
            choice = self.choice
            if choice is not None:
                self.dismiss(choice.id if self._can_choose else None)
        elif self._entry.press(key, character):
            self._search()

    def paste(self, text: str) -> None:
        self._entry.insert(text)
        self._search()

    def _search(self) -> None:
        self._found = search(self._choices, self._entry.text)
        self._index = self._top = 0
        self._move(0)

    def _move(self, index: int) -> None:
        self._index = max(0, min(len(self._found) - 1, index))
        if self._look is not None and self.choice is not None:
            self._look(self.choice.id)

    def _window(self, inner: int, rows: int) -> list[Line]:
        """The rows around the cursor, with a heading above each group while nothing is typed."""
        out: list[Line] = []
        at = 0
        group = ""
        for i, choice in enumerate(self._found):
            if choice.group != group and not self._entry.text:
                group = choice.group
                out.append([(f" {group}", "dim")])
            if i == self._index:
                at = len(out)
            out.append(self._row(choice, inner, i == self._index))
        self._top = max(0, min(self._top, len(out) - rows))
        if at < self._top + (1 if at == 1 else 0):
            self._top = max(0, at - 1)
        elif at >= self._top + rows:
            self._top = at - rows + 1
        return out[self._top : self._top + rows]

    def _row(self, choice: Choice, inner: int, chosen: bool) -> Line:
        keys = max((width_of([(c.keys, "")]) for c in self._choices), default=0)
        names = min(20, max((len(c.name) for c in self._choices), default=0))
        room = max(0, inner - names - keys - 6)
        return [
            ("▌ " if chosen else "  ", "accent"),
            (fit(choice.name, names), "number" if chosen else "text"),
            ("  ", "text"),
            (fit(choice.note, room), "text" if chosen else "dim"),
            (right(choice.keys, keys + 1), "accent" if chosen else "title"),
        ]
