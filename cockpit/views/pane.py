"""A pane that repaints only the lines that changed, when something it shows may have.

`tick` asks the pane's pure function for its lines, compares them with the last ones, rebuilds only
the strips that differ and refreshes only their regions; `render_line` hands out cached strips. No
CSS border or padding: frames are part of the lines, and a strip is exactly as wide as its region.
"""

from collections.abc import Callable

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from cockpit.views.palette import Palette
from cockpit.views.scene import Scene
from cockpit.views.text import Line, clip

Draw = Callable[[Scene, int, int], list[Line]]
QUIET_S = 1.0
"""Without news a pane is drawn this often all the same: ages and countdowns go on."""


class LivePane(Widget):
    """One pane of the screen, fed by the paint clock."""

    ALLOW_SELECT = False

    def __init__(
        self, draw: Draw, scene: Scene, palette: Palette, hz: float, name: str, phase: float = 1.0
    ) -> None:
        """At most `hz` draws a second. `phase` (0 to 1) of an interval keeps panes apart."""
        super().__init__(id=name)
        self.hz = hz
        self._draw = draw
        self._scene = scene
        self._palette = palette
        self._phase = phase
        self._lines: list[Line] = []
        self._strips: list[Strip] = []
        self._due_s: float | None = None
        self._drawn_s = 0.0
        self._version = -1

    def tick(self, now_s: float) -> int:
        """Draw if it is time to and there may be news; returns how many lines changed."""
        if not self.display or (self._due_s is not None and now_s < self._due_s):
            return 0
        version = self._scene.view.version
        if version == self._version and now_s - self._drawn_s < QUIET_S:
            return 0
        interval_s = 1.0 / self.hz
        if self._due_s is None:
            self._due_s = now_s + interval_s * self._phase
        else:
            self._due_s = max(self._due_s + interval_s, now_s + 0.5 * interval_s)
        self._drawn_s, self._version = now_s, version
        return self.draw_now()

    def draw_now(self) -> int:
        """Draw whatever the clock says: after a key or a resize."""
        width, height = self.size
        if width < 2 or height < 1:
            return 0
        fresh = [clip(line, width) for line in self._draw(self._scene, width, height)[:height]]
        fresh += [[(" " * width, "text")]] * (height - len(fresh))
        if len(fresh) != len(self._lines) or self._strips[0].cell_length != width:
            self._lines = fresh
            self._strips = [self._strip(line, width) for line in fresh]
            self.refresh()
            return height
        changed = [y for y in range(height) if fresh[y] != self._lines[y]]
        for y in changed:
            self._lines[y] = fresh[y]
            self._strips[y] = self._strip(fresh[y], width)
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))
        return len(changed)

    def forget(self) -> None:
        """Draw every line anew at the next tick."""
        self._lines = []
        self._due_s = None
        self._version = -1

    def render_line(self, y: int) -> Strip:
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self._palette.background)

    def on_resize(self) -> None:
        self.draw_now()

    def _strip(self, line: Line, width: int) -> Strip:
        palette = self._palette
        segments = [Segment(palette.text(text), palette.style(role)) for text, role in line]
        return Strip(segments, width)
