"""A typed line at the bottom: the command line and the filter are this dialog."""

from cockpit.terminal.dialogs.base import Dialog
from cockpit.terminal.renderer.palette import Palette
from cockpit.ui.dialogs.search import Choice
from cockpit.ui.input.host import PromptSpec
from cockpit.ui.layout.geometry import Box
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.text_entry import Entry
from cockpit.ui.text.styled import Line, fit, framed, wrap

WIDTH = 80
ROWS = 8


class Prompt(Dialog[str | None]):
    """Ends with the text, or None after escape. Up and down walk through the history."""

    def __init__(self, readings: Readings, palette: Palette, spec: PromptSpec) -> None:
        super().__init__(readings, palette)
        self._spec = spec
        self._history = [*spec.history, spec.text]
        self._at = len(spec.history)
        self._entry = Entry(spec.text)
        self._problem = ""
        self._choices = list(spec.complete(spec.text))
        self._index: int | None = None

    @property
    def text(self) -> str:
        return self._entry.text

    def box(self, width: int, height: int) -> Box:
        rows = len(self._story(min(WIDTH, width))) or min(ROWS, len(self._choices))
        h = min(3 + rows, max(3, height - 2))
        return Box(0, max(0, height - 1 - h), min(WIDTH, width), h)

    def lines(self, width: int, height: int) -> list[Line]:
        room = height - 3
        top = max(0, (self._index or 0) - room + 1)
        story = self._story(width)
        body: list[Line] = story[:room] or [
            self._row(choice, width - 2, top + i == self._index)
            for i, choice in enumerate(self._choices[top : top + room])
        ]
        # `:quit` and `/BTC` as they are typed; a letter is the name of an action.
        mark = f" {self._spec.mark}" + " " * self._spec.mark[-1:].isalnum()
        body.append([(mark, "accent"), *self._entry.line(width - 2 - len(mark))])
        more = 0 if story else len(self._choices) - room
        is_short = self._problem and not story
        return framed(
            body,
            width,
            height,
            title=[(self._spec.title, "title")],
            note=f"{more} more" if more > 0 else "",
            verdict=[(self._problem, "warn")] if is_short else [(self._spec.hint, "dim")],
            focused=True,
        )

    def _story(self, width: int) -> list[Line]:
        """A problem that is longer than the bottom line: whole, in place of the choices."""
        if len(self._problem) <= width - 4:
            return []
        return [[(f" {part}", "warn")] for part in wrap(self._problem, max(1, width - 4))]

    def _row(self, choice: Choice, inner: int, chosen: bool) -> Line:
        names = max((len(c.name) for c in self._choices), default=0)
        return [
            ("▌ " if chosen else "  ", "accent"),
            (fit(choice.name, names), "number" if chosen else "text"),
            ("  ", "text"),
            (fit(choice.note, max(0, inner - names - 4)), "dim"),
        ]

    def press(self, key: str, character: str | None) -> None:
        if key in ("escape", "ctrl+c"):
            self.dismiss(None)
        elif key == "enter":
            self._problem = self._spec.accept(self._entry.text)
            if not self._problem:
                self.dismiss(self._entry.text)
        elif key in ("up", "down"):
            self._recall(-1 if key == "up" else 1)
        elif key in ("tab", "shift+tab"):
            self._next_choice(1 if key == "tab" else -1)
        elif key == "backspace" and not self._entry.text:
            self.dismiss(None)
        elif self._entry.press(key, character):
            self._changed()

    def paste(self, text: str) -> None:
        self._entry.insert(text)
        self._changed()

    def _changed(self) -> None:
        self._problem = ""
        self._index = None
        self._choices = list(self._spec.complete(self._entry.text))
        self._spec.change(self._entry.text)

    def _recall(self, step: int) -> None:
        if not 0 <= self._at + step < len(self._history):
            return
        self._at += step
        self._entry.set(self._history[self._at])
        self._changed()

    def _next_choice(self, step: int) -> None:
        """Walk through what the text may become; the list stays while walking."""
        if not self._choices:
            return
        if len(self._choices) == 1:
            self._entry.set(self._choices[0].id)
            self._changed()
            return
        at = -1 if self._index is None and step > 0 else self._index or 0
        self._index = (at + step) % len(self._choices)
        self._entry.set(self._choices[self._index].id)
        self._problem = ""
        self._spec.change(self._entry.text)
