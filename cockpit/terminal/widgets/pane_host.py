"""Where panes meet textual: one widget that hands out the panes' cached strips.

However many panes there are, textual lays out one widget, once. No CSS border or padding: places
are computed by us.
"""

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from cockpit.terminal.renderer.palette import Palette
from cockpit.terminal.widgets.live_pane import Draw, LivePane
from cockpit.ui.layout.geometry import Box
from cockpit.ui.model.readings import Readings


class PaneHost(Widget):
    """Panes side by side. Those without a box are not there; what no pane covers is blank."""

    ALLOW_SELECT = False

    def __init__(self, panes: Sequence[LivePane], palette: Palette, name: str) -> None:
        super().__init__(id=name)
        self._panes = panes
        self._palette = palette

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows of the panes, each exactly as wide as asked for."""
        rows = self.rows(range(crop.y, crop.bottom))
        if crop.x or crop.width != self.size.width:
            return [row.crop(crop.x, crop.right) for row in rows]
        return rows

    def rows(self, rows: range) -> list[Strip]:
        """These rows at their whole width."""
        shown = sorted((pane.box.x, i) for i, pane in enumerate(self._panes) if pane.box)
        panes = [self._panes[i] for _, i in shown]
        return [self._row(panes, y) for y in rows]

    def _row(self, panes: Sequence[LivePane], y: int) -> Strip:
        pieces: list[Strip] = []
        at, width = 0, self.size.width
        for pane in panes:
            box = pane.box
            if box is None or not box.y <= y < box.y + box.height or box.x < at:
                continue
            if box.x > at:
                pieces.append(self._blank(box.x - at))
            pieces.append(pane.strip(y - box.y) or self._blank(box.width))
            at = box.x + box.width
        if at < width:
            pieces.append(self._blank(width - at))
        row = pieces[0] if len(pieces) == 1 else Strip.join(pieces)
        return row if at <= width else row.crop(0, width)

    def _blank(self, width: int) -> Strip:
        return Strip.blank(width, self._palette.background)


class Sheet(PaneHost):
    """One pane as a widget of its own, over everything else: a dialog, a toast."""

    def __init__(self, draw: Draw, readings: Readings, palette: Palette, name: str) -> None:
        self.pane = LivePane(draw, readings, palette, lambda: 1.0, name)
        super().__init__([self.pane], palette, name)

    def lay(self, box: Box) -> None:
        """Put it there."""
        self.styles.offset = (box.x, box.y)
        self.styles.width = box.width
        self.styles.height = box.height
        self.pane.place(Box(0, 0, box.width, box.height))

    @property
    def rows_kept(self) -> int:
        """Rows at the bottom of the workspace that no pane may have while this is shown."""
        return 0

    def follow_terminal(self) -> None:
        """The terminal has another size: stand where there is room now."""

    def redraw(self) -> None:
        """Show what changed."""
        self.pane.draw_now()
        width = self.pane.size[0]
        regions = [Region(0, y, width, 1) for y, _ in self.pane.take()]
        if regions:
            self.refresh(*regions)

    def on_resize(self) -> None:
        self.pane.draw_now()
        self.pane.dirty.clear()
        self.refresh()
