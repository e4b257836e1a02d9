"""A few lines over the workspace until a key is pressed or their time is over: the first start, the
tour."""

from collections.abc import Callable, Sequence

from textual.timer import Timer

from cockpit.terminal.renderer.palette import Palette
from cockpit.terminal.widgets.pane_host import Sheet
from cockpit.ui.help.tour import FIRST_RUN, FIRST_RUN_BRIEF, FIRST_RUN_S, STEP_S, TOUR
from cockpit.ui.layout.geometry import Box, shape_of
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import Line, framed, wrap

MOST_WIDTH = 96


class GuideBox(Sheet):
    """Hidden while there is nothing to say. It lies in the middle, above the key line."""

    def __init__(
        self, readings: Readings, palette: Palette, press: Callable[[str], object]
    ) -> None:
        """`press` does what a key does: the tour goes from workspace to workspace by keys."""
        self._press = press
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
        self.display = False
        return was_tour

    def _show(
        self, title: str, texts: Sequence[str], hint: str, *, brief: Sequence[str] = ()
    ) -> None:
        self._title, self._texts, self._hint = title, texts, hint
        self._brief = brief or texts
        self.follow_terminal()

    def follow_terminal(self) -> None:
        if not self._texts:
            return
        width, height = self.app.size
        wide = min(MOST_WIDTH, width - 2)
        tall = min(len(self._rows(wide)) + 2, height - 2)
        self.display = tall > 2
        if self.display:
            self.lay(Box((width - wide) // 2, max(1, height - 2 - tall), wide, tall))
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
