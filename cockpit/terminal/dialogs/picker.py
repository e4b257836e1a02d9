"""Choose one of a list by typing: the palette, the help and the themes are this dialog."""

from cockpit.terminal.dialogs.base import Dialog
from cockpit.terminal.renderer.palette import Palette
from cockpit.ui.dialogs.search import Choice, search
from cockpit.ui.input.host import PickerSpec
from cockpit.ui.layout.geometry import Box
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.text_entry import Entry
from cockpit.ui.text.styled import Line, fit, framed, right, width_of, wrap

WIDTH = 98
MOST_NAME = 20
_CHROME = 4
"""Frame, typed line and the rule under it."""


class Picker(Dialog[str | None]):
    """Ends with the id of a choice, or None after escape and where nothing can be chosen."""

    def __init__(self, readings: Readings, palette: Palette, spec: PickerSpec) -> None:
        super().__init__(readings, palette)
        self._spec = spec
        self._matches = list(spec.choices)
        self._entry = Entry()
        self._index = next((i for i, c in enumerate(spec.choices) if c.id == spec.chosen), 0)
        self._top = 0

    @property
    def choice(self) -> Choice | None:
        """What is under the cursor; None when nothing matches."""
        return self._matches[self._index] if self._matches else None

    def box(self, width: int, height: int) -> Box:
        rows = len(self._spec.choices) + len({c.group for c in self._spec.choices if c.group})
        w = min(WIDTH, max(4, width - 2))
        h = min(rows + _CHROME, max(3, height - 4))
        return Box((width - w) // 2, max(0, min(3, height - h)), w, h)

    def lines(self, width: int, height: int) -> list[Line]:
        inner, rows = width - 2, max(1, height - _CHROME)
        body: list[Line] = [[(" ", "text"), *self._entry.line(inner - 1)], [("─" * inner, "frame")]]
        body += self._window(inner, rows)
        if not self._matches:
            body.append([(f" nothing matches {self._entry.text!r}", "warn")])
        return framed(
            body,
            width,
            height,
            title=[(self._spec.title, "title"), (" · type to search", "dim")],
            note=f"{len(self._matches)} of {len(self._spec.choices)}",
            verdict=[(self._spec.hint, "dim")],
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
                self.dismiss(choice.id if self._spec.can_choose else None)
        elif key in ("home", "end") and not self._entry.text:
            self._move(0 if key == "home" else len(self._matches) - 1)
        else:
            self._type(key, character)

    def _type(self, key: str, character: str | None) -> None:
        """Into the search; the cursor stays where it is until the words are others."""
        before = self._entry.text
        if self._entry.press(key, character) and self._entry.text != before:
            self._search()

    def paste(self, text: str) -> None:
        self._entry.insert(text)
        self._search()

    def _search(self) -> None:
        self._matches = search(self._spec.choices, self._entry.text)
        self._index = self._top = 0
        self._move(0)

    def _move(self, index: int) -> None:
        self._index = max(0, min(len(self._matches) - 1, index))
        if self.choice is not None:
            self._spec.preview(self.choice.id)

    def _window(self, inner: int, rows: int) -> list[Line]:
        """The rows around the cursor, with a heading above each group while nothing is typed."""
        out: list[Line] = []
        at = end = 0
        group = ""
        for i, choice in enumerate(self._matches):
            if choice.group != group and not self._entry.text:
                group = choice.group
                out.append([(f" {group}", "dim")])
            if i == self._index:
                at = len(out)
            out += self._rows(choice, inner, i == self._index)
            if i == self._index:
                end = len(out)
        self._top = max(0, min(self._top, len(out) - rows))
        if at < self._top + (1 if at == 1 else 0):
            self._top = max(0, at - 1)
        elif end > self._top + rows:
            self._top = min(at, end - rows)
        return out[self._top : self._top + rows]

    def _rows(self, choice: Choice, inner: int, chosen: bool) -> list[Line]:
        """One line of a choice; in a list for reading as many as its note needs."""
        keys = max((width_of([(c.keys, "")]) for c in self._spec.choices), default=0)
        names = min(MOST_NAME, max((len(c.name) for c in self._spec.choices), default=0))
        room = max(1, inner - names - keys - 6)
        notes = [choice.note] if self._spec.can_choose else wrap(choice.note, room)
        return [
            [
                ("▌ " if chosen else "  ", "accent"),
                (fit(choice.name if i == 0 else "", names), "number" if chosen else "text"),
                ("  ", "text"),
                (fit(note, room), "text" if chosen else "dim"),
                (right(choice.keys if i == 0 else "", keys + 1), "accent" if chosen else "title"),
            ]
            for i, note in enumerate(notes)
        ]
