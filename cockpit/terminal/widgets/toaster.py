"""Shows the toasts over the workspace, above the key line."""

import time
from collections.abc import Callable

from cockpit.terminal.renderer.palette import Palette
from cockpit.terminal.widgets.pane_host import Sheet
from cockpit.ui.dialogs.toasts import LASTS_S, Toasts, Tone
from cockpit.ui.layout.geometry import Box, clear_of
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import Line, width_of


class Toaster(Sheet):
    """Hidden while there is nothing to say."""

    def __init__(
        self, readings: Readings, palette: Palette, told_by: Callable[[], Box | None]
    ) -> None:
        """`told_by` is where the same is told by a pane."""
        self.toasts = Toasts()
        self._told_by = told_by
        super().__init__(self._lines_of, readings, palette, "toast")
        self.display = False

    def _lines_of(self, _: Readings, width: int, height: int) -> list[Line]:
        return self.toasts.lines(width, self.app.size.height)

    def say(self, text: str, tone: Tone) -> None:
        self.toasts.add(text, tone, time.monotonic())
        self._show()
        self.set_timer(LASTS_S + 0.1, self._expire)

    def _expire(self) -> None:
        self.toasts.expire(time.monotonic())
        self._show()

    def follow_terminal(self) -> None:
        self._show()

    def _show(self) -> None:
        width, height = self.app.size
        lines = self.toasts.lines(width - 2, height)
        self.display = bool(lines)
        if lines:
            wide = width_of(lines[0])
            # One row higher than it could be: the panes' verdicts stand in the lowest frame.
            top = max(1, height - 2 - len(lines))
            self.lay(clear_of(self._told_by(), Box(width - wide - 1, top, wide, len(lines))))
            self.redraw()
