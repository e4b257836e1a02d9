"""A dialog: a modal screen with one sheet, drawn with the lines and roles of panes.

The workspace goes on underneath. A dialog has no widgets of its own, so opening one costs one
sheet, and a key in it redraws the lines that changed.
"""

from typing import TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from cockpit.terminal.renderer.palette import Palette
from cockpit.terminal.widgets.pane_host import Sheet
from cockpit.ui.layout.geometry import Box
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import Line

Result = TypeVar("Result")


class Dialog(ModalScreen[Result], inherit_bindings=False):
    """Subclasses say where they are (`box`), what they show (`lines`), what keys do (`press`)."""

    DEFAULT_CSS = """
    Dialog { background: transparent; overflow: hidden; layers: base; }
    Dialog > Sheet { position: absolute; layer: base; }
    """

    def __init__(self, readings: Readings, palette: Palette) -> None:
        super().__init__()
        self._sheet = Sheet(lambda _, w, h: self.lines(w, h), readings, palette, "sheet")
        self._early: list[tuple[str, str | None]] | None = []
        """Keys that came before the dialog stood; None from then on."""

    def compose(self) -> ComposeResult:
        yield self._sheet

    def on_mount(self) -> None:
        self.place()
        early, self._early = self._early or [], None
        for key, character in early:
            if self.is_current:
                self.type(key, character)
            else:
                self.app.post_message(events.Key(key, character))

    def on_resize(self) -> None:
        self.place()

    def place(self) -> None:
        """Lay the sheet out for the terminal's size and its own content."""
        self._sheet.lay(self.box(*self.app.size))

    def redraw(self) -> None:
        self.place()
        self._sheet.redraw()

    def restyle(self) -> None:
        """The palette wears another theme."""
        self._sheet.pane.forget()
        self.redraw()

    def box(self, width: int, height: int) -> Box:
        raise NotImplementedError

    def lines(self, width: int, height: int) -> list[Line]:
        raise NotImplementedError

    def press(self, key: str, character: str | None) -> None:
        raise NotImplementedError

    def paste(self, text: str) -> None:
        """Text from the terminal's clipboard."""

    def type(self, key: str, character: str | None) -> None:
        """A key of the keyboard; `character` None for one that prints nothing."""
        if self._early is not None:
            self._early.append((key, character))
            return
        self.press(key, character)
        if self.is_current:
            self.redraw()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.paste(event.text)
        self.redraw()
