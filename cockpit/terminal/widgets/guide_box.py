"""A few lines below the workspace until a key is pressed or their time is over: the first start,
the tour. The panes make room for them: nothing is said over what it speaks of."""

from collections.abc import Callable, Sequence

from textual.timer import Timer

from cockpit.terminal.renderer.palette import Palette
from cockpit.terminal.widgets.pane_host import Sheet
from cockpit.ui.help.tour import FIRST_RUN, FIRST_RUN_BRIEF, FIRST_RUN_S, STEP_S, TOUR
from cockpit.ui.layout.geometry import Box, shape_of
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import Line, framed, wrap

LEAST_PANES = 8
"""Rows that the panes keep; a terminal with fewer is told nothing."""


class GuideBox(Sheet):
    """Hidden while there is nothing to say. It stands above the key line."""

    def __init__(
        self,
        readings: Readings,
        palette: Palette,
        press: Callable[[str], object],
        arrange: Callable[[], None],
    ) -> None:
        """`press` does what a key does: the tour goes from workspace to workspace by keys.
        `arrange` places the panes anew, after it came or went."""
        self._press = press
        self._arrange = arrange
        self._title = self._hint = ""
        self._texts: Sequence[str] = ()
        self._brief: Sequence[str] = ()
        """What is said on a small terminal."""
        self._step = 0
        self._next: Timer | None = None
        self._going: Timer | None = None
        super().__init__(self._lines_of, readings, palette, "guide")
        self.display = False

    def welcome(self) -> None:
        """The lines of the first start; a key that hides them does what it does."""
        self._show("welcome", FIRST_RUN, "any key hides this", brief=FIRST_RUN_BRIEF)
        self._going = self.set_timer(FIRST_RUN_S, self.end)

    def tour(self) -> None:
        """One thing after the other, until all were shown or a key is pressed."""
        if self._step == len(TOUR):
            self.end()
            return
        step = TOUR[self._step]
        self._step += 1
        for key in step.keys:
            self._press(key)
        self._show(f"tour {self._step} of {len(TOUR)}", (step.text,), "any key ends the tour")
        self._next = self.set_timer(STEP_S, self.tour)

    def end(self) -> bool:
        """Hide it; whether a tour was on, which takes the key that ended it."""
        was_tour = self._next is not None
        for timer in filter(None, (self._next, self._going)):
            timer.stop()
        self._next = self._going = None
        self._texts = ()
        if self.display:
            self.display = False
            self._arrange()
        return was_tour

    def _show(
        self, title: str, texts: Sequence[str], hint: str, *, brief: Sequence[str] = ()
    ) -> None:
        self._title, self._texts, self._hint = title, texts, hint
        self._brief = brief or texts
        self.follow_terminal()
        self._arrange()

    @property
    def rows_kept(self) -> int:
        """Rows above the key line that it stands in: no pane is placed there."""
        width, height = self.app.size
        tall = len(self._rows(width)) + 2 if self._texts else 0
        return tall if height - 2 - tall >= LEAST_PANES else 0

    def follow_terminal(self) -> None:
        width, height = self.app.size
        tall = self.rows_kept
        self.display = tall > 0
        if tall:
            self.lay(Box(0, height - 1 - tall, width, tall))
            self.redraw()

    def _rows(self, width: int) -> list[str]:
        is_small = shape_of(*self.app.size, "auto") == "narrow"
        texts = self._brief if is_small and self._texts else self._texts
        return [row for text in texts for row in wrap(text, max(1, width - 4))]

    def _lines_of(self, _: Readings, width: int, height: int) -> list[Line]:
        return framed(
            [[(f" {row}", "number")] for row in self._rows(width)],
            width,
            height,
            title=[(self._title, "title")],
            verdict=[(self._hint, "dim")],
            focused=True,
        )
