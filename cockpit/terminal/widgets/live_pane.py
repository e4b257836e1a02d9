"""A pane that redraws only the lines that changed, when something it shows may have.

`tick` asks the pane's pure function for its lines, compares them with the last ones and rebuilds
only the strips that differ. Frames are part of the lines, and a strip is exactly as wide as its
pane. A pane is no widget: thirty of them cost textual nothing, neither at the start nor at a turn
to another workspace.
"""

from collections.abc import Callable

from rich.segment import Segment
from textual.strip import Strip

from cockpit.terminal.renderer.palette import Palette
from cockpit.ui.layout.geometry import Box
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.cells import harmless
from cockpit.ui.text.styled import Line, clip

Draw = Callable[[Readings, int, int], list[Line]]
Hz = Callable[[], float]
"""Asked for when the pane is drawn, not before: a hidden pane need not even be imported."""
QUIET_S = 1.0
"""Without news a pane is drawn this often all the same: ages and countdowns go on."""


class LivePane:
    """One pane of the screen, fed by the paint clock. Hidden while it has no box."""

    def __init__(
        self,
        draw: Draw,
        readings: Readings,
        palette: Palette,
        hz: Hz,
        name: str,
        phase: float = 1.0,
    ) -> None:
        """At most `hz()` draws a second. `phase` (0 to 1) of an interval keeps panes apart."""
        self.id = name
        self.box: Box | None = None
        self.dirty: dict[int, None] = {}
        self._draw = draw
        self._hz = hz
        self._readings = readings
        self._palette = palette
        self._phase = phase
        self._lines: list[Line] = []
        self._strips: list[Strip] = []
        self._due_s: float | None = None
        self._drawn_s = 0.0
        self._version = -1

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in cells; zero while hidden."""
        return (self.box.width, self.box.height) if self.box else (0, 0)

    def place(self, box: Box | None) -> None:
        """Put it there; all of it is sent when it is drawn next. None hides it.

        What it showed elsewhere is dropped: it may be an hour old, and until it is drawn anew
        nothing stands in its place.
        """
        if box != self.box:
            self.box = box
            self._strips = []
            self.dirty = {}
            self.forget()

    def tick(self, now_s: float) -> int:
        """Draw if it is time to and there may be news; returns how many lines changed."""
        if self.box is None or (self._due_s is not None and now_s < self._due_s):
            return 0
        version = self._readings.view.version
        if version == self._version and now_s - self._drawn_s < QUIET_S:
            return 0
        interval_s = 1.0 / self._hz()
        if self._due_s is None:
            self._due_s = now_s + interval_s * self._phase
        else:
            self._due_s = max(self._due_s + interval_s, now_s + 0.5 * interval_s)
        self._drawn_s, self._version = now_s, version
        return self.draw_now()

    def draw_now(self) -> int:
        """Compose whatever the clock says: after a key or a resize. Returns how much changed.

        The changed lines stand in `dirty`, oldest first, until somebody sends them.
        """
        width, height = self.size
        if width < 2 or height < 1:
            return 0
        fresh = [clip(line, width) for line in self._draw(self._readings, width, height)[:height]]
        fresh += [[(" " * width, "text")]] * (height - len(fresh))
        if len(fresh) != len(self._lines) or self._strips[0].cell_length != width:
            self._lines = fresh
            self._strips = [self._strip(line, width) for line in fresh]
            self.dirty = dict.fromkeys(range(height))
            return height
        changed = [y for y in range(height) if fresh[y] != self._lines[y]]
        for y in changed:
            self._lines[y] = fresh[y]
            self._strips[y] = self._strip(fresh[y], width)
        self.dirty |= dict.fromkeys(changed)
        return len(changed)

    def take(self) -> list[tuple[int, Strip]]:
        """(row of the screen, strip) of the dirty lines, to be sent now."""
        rows, self.dirty = self.dirty, {}
        if self.box is None:
            return []
        top, height = self.box.y, len(self._strips)
        return [(top + y, self._strips[y]) for y in rows if y < height]

    def hurry(self) -> None:
        """Something that this pane shows was changed by a key: draw at the next beat."""
        self._due_s = None
        self._version = -1

    def forget(self) -> None:
        """Draw every line anew at the next beat."""
        self._lines = []
        self.hurry()

    def strip(self, y: int) -> Strip | None:
        """The cached line `y`; None before it was drawn at this width."""
        if self.box is None or not 0 <= y < len(self._strips):
            return None
        strip = self._strips[y]
        return strip if strip.cell_length == self.box.width else None

    def _strip(self, line: Line, width: int) -> Strip:
        palette = self._palette
        segments = [
            Segment(palette.text(harmless(text)), palette.style(role)) for text, role in line
        ]
        strip = Strip(segments)
        # Where the renderer measures a character of somebody's name differently, it is right.
        return strip if strip.cell_length == width else strip.adjust_cell_length(width)
