"""The workspace: panes at computed places, drawn by the paint clock.

Lines that changed go straight to the terminal's cells; textual draws them only where a dialog or
a toast lies over them, and after a resize. So there is no CSS layout to solve when keys turn to
another workspace.
"""

import time
from collections import deque
from collections.abc import Iterable
from functools import partial

from textual.app import ComposeResult
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip

from cockpit.terminal.faults import Faults
from cockpit.terminal.painted_app import PaintedApp
from cockpit.terminal.renderer.palette import Palette
from cockpit.terminal.widgets.live_pane import Draw, Hz, LivePane
from cockpit.terminal.widgets.pane_host import PaneHost, Sheet
from cockpit.ui.input.dialog_openers import unavailable
from cockpit.ui.input.key_hints import hints
from cockpit.ui.input.keymap import Keymap
from cockpit.ui.layout.geometry import Box
from cockpit.ui.layout.lazy_panes import Pane
from cockpit.ui.layout.workspaces import PANES, boxes, show
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes import pane_strip, status
from cockpit.ui.text.styled import Line, clip, width_of

_Piece = tuple[int, int, Strip]
"""(column, row, styled text)."""
MOVE_S = 0.008
"""What of a key's time panes that have moved may take before the first write."""
_GOLDEN = 0.618
_TELLING = ("alerts", "log")
_HINT = "read-only: nothing is ever sent to a venue but questions "


class WorkspaceScreen(Screen[None], inherit_bindings=False):
    """Status line, panes of the workspace, key line."""

    DEFAULT_CSS = """
    WorkspaceScreen { layers: base; overflow: hidden; }
    WorkspaceScreen > #panes { layer: base; width: 100%; height: 100%; }
    WorkspaceScreen > Sheet { position: absolute; layer: base; }
    """

    def __init__(
        self,
        host: PaintedApp,
        readings: Readings,
        palette: Palette,
        keymap: Keymap,
        faults: Faults,
    ) -> None:
        super().__init__(id="_default")
        self._host = host
        self._faults = faults
        self.above: list[Sheet] = []
        """What may lie over the panes; it draws itself."""
        self._readings = readings
        self._palette = palette
        self._keymap = keymap
        show(readings.ui, readings.ui.workspace)
        self._status = self._pane(status.lines, lambda: status.HZ, "status", 1.0)
        self._strip = self._pane(pane_strip.lines, lambda: pane_strip.HZ, "strip", 1.0)
        self._keys = self._pane(self._key_line, lambda: 1.0, "keys", 1.0)
        self._panes = {
            name: self._pane(pane.lines, partial(_hz_of, pane), name, (i + 1) * _GOLDEN % 1.0)
            for i, (name, pane) in enumerate(PANES.items())
        }
        self._all = [self._status, self._strip, *self._panes.values(), self._keys]
        self._pane_host = PaneHost(self._all, palette, "panes")
        self._arranged: Size | None = None
        self._places: dict[str, Box] = {}
        self._is_moved = False
        """Panes stand elsewhere since the last write."""
        self._sent_workspace = readings.ui.workspace
        self._turns: deque[LivePane] = deque()
        """What is visible, in the order in which it is drawn: each is first in its turn."""

    def _pane(self, draw: Draw, hz: Hz, name: str, phase: float) -> LivePane:
        guarded = self._faults.guarded(draw, name)
        return LivePane(guarded, self._readings, self._palette, hz, name, phase)

    def compose(self) -> ComposeResult:
        yield self._pane_host
        yield from self.above

    def on_mount(self) -> None:
        self.styles.background = self._palette.screen_background
        self._arrange()

    def on_resize(self) -> None:
        self._arrange()

    # --- painting -----------------------------------------------------------------------------

    def paint(self, now_s: float) -> None:
        """One frame: panes that are due compare, and the lines that changed are sent.

        A key that is on its way goes first: what is due or drawn by then is sent after it.
        """
        for pane in self._turns:
            pane.tick(now_s)
            if self._host.is_key_waiting(now_s):
                return
        self._send(_changed(self._turns))
        self._turns.rotate(-1)

    def echo(self, before: str) -> None:
        """A key was pressed: the pane that the trader looks at, now; the others at the next beat.

        `before` is the pane that was focused until then. Where panes stand elsewhere now, as many
        as a key may wait for are drawn too, and the places of the others are blanked in the same
        write: on a busy machine the next beat is late, and rows of the workspace before would be
        read as rows of this one.
        """
        start_s = time.monotonic()
        self.answer()
        names = ("status", "strip", self._readings.ui.focus, before, "keys")
        for pane in sorted(self._turns, key=lambda pane: pane.id not in names):
            has_time = self._is_moved and time.monotonic() - start_s < MOVE_S
            if pane is self._status:
                continue
            if pane.id in names or has_time:
                pane.draw_now()
            else:
                pane.hurry()
        if self._is_moved:
            self._is_moved = False
            if self._sent_workspace != self._readings.ui.workspace:
                self._sent_workspace = self._readings.ui.workspace
                self._host.wipe(self, self._palette.background)
            self._send(self._whole_rows())
        else:
            self._send(_changed(p for p in self._turns if p.id in names))

    def answer(self) -> None:
        """The status line, before any pane is placed or drawn: a key is answered by this first."""
        self._status.draw_now()
        top = self._status.strip(0)
        if top is not None and self._host.send_row(self, 0, top):
            self._status.dirty.clear()

    def resend(self, rows: range) -> bool:
        """Whole rows, whether or not anything changed. False if something lies over them."""
        if any(self._is_covered(y) for y in rows):
            return False
        spans = [
            (y, 0, strip._segments)
            for y, strip in zip(rows, self._pane_host.rows(rows), strict=True)
        ]
        return self._host.send_now(self, spans)

    def _whole_rows(self) -> list[_Piece]:
        """The screen as it is now, blank where a pane was not drawn yet."""
        for pane in self._turns:
            pane.dirty.clear()
        rows = self._pane_host.rows(range(self.app.size.height))
        return [(0, y, strip) for y, strip in enumerate(rows)]

    def _send(self, lines: list[_Piece]) -> None:
        """All of it in one write; through textual where something lies over it."""
        covered = [line for line in lines if self._is_covered(line[1])]
        free = [line for line in lines if line not in covered] if covered else lines
        if not self._host.send_now(self, [(y, x, strip._segments) for x, y, strip in free]):
            covered = lines
        if covered:
            self._pane_host.refresh(
                *(Region(x, y, strip.cell_length, 1) for x, y, strip in covered)
            )

    def _is_covered(self, y: int) -> bool:
        return any(w.display and w.region.y <= y < w.region.bottom for w in self.above)

    def told_by(self) -> Box | None:
        """Where the screen tells already what toasts tell: no toast is put over it."""
        return next((self._places[name] for name in _TELLING if name in self._places), None)

    def restyle(self) -> None:
        """The palette wears another theme: every strip is made anew."""
        self.styles.background = self._palette.screen_background
        for pane in self._all:
            pane.forget()

    # --- places -------------------------------------------------------------------------------

    def place_moved(self) -> None:
        """Place the panes anew if a key turned to others, zoomed one or chose another layout."""
        places = self._boxes()
        if places != self._places:
            self.answer()
            self._place(places)
            self._is_moved = True

    def _boxes(self) -> dict[str, Box]:
        width, height = self.app.size
        kept = max((sheet.rows_kept for sheet in self.above), default=0)
        return boxes(self._readings, width, height, self._readings.ui.layout, kept=kept)

    def _place(self, places: dict[str, Box]) -> None:
        """Put every pane where this size wants it; hide those that have no place."""
        width, height = self.app.size
        self._places = places
        for name, pane in self._panes.items():
            pane.place(places.get(name))
        self._status.place(Box(0, 0, width, 1))
        has_strip = min((box.y for box in places.values()), default=1) > 1
        self._strip.place(Box(0, 1, width, 1) if has_strip else None)
        self._keys.place(Box(0, height - 1, width, 1))
        self._turns = deque(pane for pane in self._all if pane.box)

    def _arrange(self) -> None:
        """The terminal has another size: all of it is drawn before it is shown."""
        if self.app.size == self._arranged:
            return
        self._arranged = self.app.size
        self.answer()
        self._place(self._boxes())
        for pane in self._turns:
            pane.draw_now()
            pane.dirty.clear()
        self._pane_host.refresh()
        for sheet in self.above:
            sheet.follow_terminal()

    def _key_line(self, readings: Readings, width: int, height: int) -> list[Line]:
        if readings.ui.count:
            return [[(f" {readings.ui.count} ", "accent"), ("times: now a key that moves", "dim")]]
        line: Line = []
        for hint in hints(
            self._keymap, readings.ui.focus, width, lambda action: unavailable(action, readings)
        ):
            here = hint.ids == (f"workspace.{readings.ui.workspace}",)
            line += [(f" {hint.keys} ", "accent"), (f"{hint.name} ", "text" if here else "dim")]
        if width_of(line) + len(_HINT) <= width:
            line = [*clip(line, width - len(_HINT)), (_HINT, "dim")]
        return [line]


def _changed(panes: Iterable[LivePane]) -> list[_Piece]:
    return [(pane.box.x, y, strip) for pane in panes if pane.box for y, strip in pane.take()]


def _hz_of(pane: Pane) -> float:
    return pane.HZ
