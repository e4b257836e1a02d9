"""The workspace: panes at computed places, drawn by the paint clock.

Places are absolute, so there is no CSS layout to solve in a frame.
"""

from collections import deque
from collections.abc import Iterable
from functools import partial

from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import Screen

from cockpit.views.deferred import Pane
from cockpit.views.keymap import ACTIONS, Keymap, footer
from cockpit.views.painted import PaintedApp
from cockpit.views.palette import Palette
from cockpit.views.pane import Draw, Hz, LivePane
from cockpit.views.panes import status
from cockpit.views.scene import Scene
from cockpit.views.text import Line, clip, width_of
from cockpit.views.workspaces import PANES, WORKSPACES, boxes, show

_GOLDEN = 0.618
_HINT = "read-only: nothing is ever sent to a venue but questions "


class WorkspaceScreen(Screen[None], inherit_bindings=False):
    """The scene's workspace."""

    DEFAULT_CSS = """
    WorkspaceScreen { layers: base; overflow: hidden; }
    WorkspaceScreen > LivePane { position: absolute; layer: base; }
    """

    def __init__(self, host: PaintedApp, scene: Scene, palette: Palette, keymap: Keymap) -> None:
        super().__init__(id="_default")
        self._host = host
        self.above: list[LivePane] = []
        """What may lie over the panes; it draws itself."""
        self._scene = scene
        self._palette = palette
        self._keymap = keymap
        show(scene, scene.workspace)
        self._status = self._pane(status.lines, lambda: status.HZ, "status", 1.0)
        self._keys = self._pane(self._key_line, lambda: 1.0, "keys", 1.0)
        self._panes = {
            name: self._pane(pane.lines, partial(_hz_of, pane), name, (i + 1) * _GOLDEN % 1.0)
            for i, (name, pane) in enumerate(PANES.items())
        }
        self._all = deque([self._status, *self._panes.values(), self._keys])

    def _pane(self, draw: Draw, hz: Hz, name: str, phase: float) -> LivePane:
        return LivePane(draw, self._scene, self._palette, hz, name, phase)

    def compose(self) -> ComposeResult:
        yield from self._all
        yield from self.above

    def on_mount(self) -> None:
        self.styles.background = self._palette.screen_background
        self.place_panes()

    def on_resize(self) -> None:
        self.place_panes()

    # --- painting -----------------------------------------------------------------------------

    def paint(self, now_s: float) -> None:
        """One frame: panes that are due compare, and the lines that changed are sent."""
        for pane in self._all:
            pane.tick(now_s)
        self._send(self._all)
        self._all.rotate(-1)

    def echo(self, before: str) -> None:
        """A key was pressed: the pane that the trader looks at, now; the others at the next beat.

        `before` is the pane that was focused until then.
        """
        self.answer()
        names = ("status", self._scene.focus, before, "keys")
        first = sorted((p for p in self._all if p.id in names), key=lambda p: names.index(p.id))
        for pane in self._all:
            if pane.id not in names:
                pane.hurry()
            elif pane.display and pane is not self._status:
                pane.draw_now()
        self._send(first)

    def answer(self) -> None:
        """The status line, before any pane is placed or drawn: a key is answered by this first."""
        self._status.draw_now()
        top = self._status.render_lines(Region(0, 0, self._status.size.width, 1))
        self._host.send_row(self, 0, top[0])

    def _send(self, panes: Iterable[LivePane]) -> None:
        """Everything that is dirty."""
        sending = {p: p.take(len(p.dirty)) for p in panes if p.dirty and p.display}
        if sending and not self._host.send_now(self, sending):
            for pane, regions in sending.items():
                pane.refresh(*regions)

    def restyle(self) -> None:
        """The palette wears another theme: every strip is made anew."""
        self.styles.background = self._palette.screen_background
        for pane in self._all:
            pane.forget()

    # --- places -------------------------------------------------------------------------------

    def place_panes(self) -> None:
        """Put every pane where this size wants it; hide those that have no place."""
        self.answer()
        width, height = self.app.size
        places = boxes(self._scene, width, height, self._scene.layout)
        _place(self._status, 0, 0, width, 1)
        _place(self._keys, 0, height - 1, width, 1)
        for name, pane in self._panes.items():
            box = places.get(name)
            if box is not None:
                if not pane.display:
                    pane.forget()
                _place(pane, box.x, box.y, box.width, box.height)
            pane.display = box is not None

    def _key_line(self, scene: Scene, width: int, height: int) -> list[Line]:
        if scene.count:
            return [[(f" {scene.count} ", "accent"), ("times: now a key that moves", "dim")]]
        line: Line = []
        known = {f"workspace.{workspace.id}" for workspace in WORKSPACES}
        missing = {a.id for a in ACTIONS if a.id.startswith("workspace.")} - known
        for action in footer(self._keymap, scene.focus, width, missing):
            here = action.id == f"workspace.{scene.workspace}"
            name = (f"{action.name} ", "text" if here else "dim")
            line += [(f" {self._keymap.shown(action.id)} ", "accent"), name]
        if width_of(line) + len(_HINT) <= width:
            line = [*clip(line, width - len(_HINT)), (_HINT, "dim")]
        return [line]


def _hz_of(pane: Pane) -> float:
    return pane.HZ


def _place(pane: LivePane, x: int, y: int, width: int, height: int) -> None:
    pane.styles.offset = (x, y)
    pane.styles.width = width
    pane.styles.height = height
