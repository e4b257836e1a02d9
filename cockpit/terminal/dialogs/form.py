"""A few fields over the workspace: a rule of alerts is made in this dialog."""

from cockpit.terminal.dialogs.base import Dialog
from cockpit.terminal.renderer.palette import Palette
from cockpit.ui.dialogs.entry_form import EntryForm
from cockpit.ui.input.host import FormSpec
from cockpit.ui.layout.geometry import Box
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import Line, framed, wrap

WIDTH = 92
SAID = 2
"""Lines for what the form amounts to, or what is wrong with it."""
_FRAME = 2


class Form(Dialog[None]):
    """Ends when what was entered is accepted, or after escape."""

    def __init__(self, readings: Readings, palette: Palette, spec: FormSpec) -> None:
        super().__init__(readings, palette)
        self._spec = spec
        self._form = EntryForm(spec.fields, spec.first, spec.follow)
        self._problem = ""

    def box(self, width: int, height: int) -> Box:
        w = min(WIDTH, max(4, width - 2))
        h = min(len(self._form.fields) + 1 + SAID + _FRAME, max(3, height - 2))
        return Box((width - w) // 2, max(0, (height - h) // 3), w, h)

    def lines(self, width: int, height: int) -> list[Line]:
        inner = width - 2
        body = [*self._form.lines(inner), [("─" * inner, "frame")]]
        words = self._problem or self._spec.says(self._form.values())
        role = "warn" if self._problem else "text"
        said: list[Line] = [[(f" {line}", role)] for line in wrap(words, inner - 2)[:SAID]]
        body += [*said, *[[]] * (SAID - len(said))]
        room = height - _FRAME
        if len(body) > room:
            # The field in hand and what is said of it stay in sight.
            top = max(0, min(self._form.index - room // 2, len(self._form.fields) - room + 1))
            body = [*body[top : top + room - 1], *said[:1]]
        return framed(
            body,
            width,
            height,
            title=[(self._spec.title, "title")],
            verdict=[(self._spec.hint, "dim")],
            focused=True,
        )

    def press(self, key: str, character: str | None) -> None:
        if key in ("escape", "ctrl+c"):
            self.dismiss(None)
        elif key == "enter":
            self._problem = self._spec.accept(self._form.values())
            if not self._problem:
                self.dismiss(None)
        elif self._form.press(key, character):
            self._problem = ""

    def paste(self, text: str) -> None:
        self._form.paste(text)
        self._problem = ""
