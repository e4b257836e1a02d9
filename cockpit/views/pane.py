"""A pane that repaints only the lines that changed, when something it shows may have.

`tick` asks the pane's pure function for its lines, compares them with the last ones and rebuilds
only the strips that differ; `render_lines` hands out cached strips. No CSS border or padding:
frames are part of the lines, and a strip is exactly as wide as its region.
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
Hz = Callable[[], float]
"""Asked for when the pane is drawn, not before: a hidden pane need not even be imported."""
QUIET_S = 1.0
"""Without news a pane is drawn this often all the same: ages and countdowns go on."""


class LivePane(Widget):
    """One pane of the screen, fed by the paint clock."""

    ALLOW_SELECT = False

    def __init__(
        self, draw: Draw, scene: Scene, palette: Palette, hz: Hz, name: str, phase: float = 1.0
    ) -> None:
        """At most `hz()` draws a second. `phase` (0 to 1) of an interval keeps panes apart."""
        super().__init__(id=name)
        self.dirty: dict[int, None] = {}
        self._draw = draw
        self._hz = hz
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
        fresh = [clip(line, width) for line in self._draw(self._scene, width, height)[:height]]
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
            self.dirty[y] = None
        return len(changed)

    def take(self, most: int) -> list[Region]:
        """At most so many of the dirty lines, to be sent now."""
        rows = list(self.dirty)[:most]
        for y in rows:
            del self.dirty[y]
        width, height = self.size
        return [Region(0, y, width, 1) for y in rows if y < height]

    def hurry(self) -> None:
        """Something that this pane shows was changed by a key: draw at the next beat."""
        self._due_s = None
        self._version = -1

    def forget(self) -> None:
        """Draw every line anew at the next beat."""
        self._lines = []
        self.hurry()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The cached strips; there is no CSS border or padding around them."""
        x, y, width, height = crop
        blank = Strip.blank(width, self._palette.background)
        strips = self._strips[y : y + height]
        if x or width != self.size.width:
            strips = [strip.crop(x, x + width) for strip in strips]
        return strips + [blank] * (height - len(strips))

    def on_resize(self) -> None:
        self.draw_now()
        self.dirty.clear()
        self.refresh()

    def _strip(self, line: Line, width: int) -> Strip:
        palette = self._palette
        segments = [Segment(palette.text(text), palette.style(role)) for text, role in line]
        return Strip(segments, width)
