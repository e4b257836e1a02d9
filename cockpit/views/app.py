"""The screen: one workspace, a cursor, a paint clock, and keys that the table names."""

import asyncio
import gc
import signal
import time
from functools import partial

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from cockpit import paths
from cockpit.config import Config
from cockpit.core.errors import CockpitError, ConfigError
from cockpit.intents import Desk
from cockpit.views.keymap import ACTIONS, key_line
from cockpit.views.palette import Palette
from cockpit.views.pane import Draw, LivePane
from cockpit.views.panes import status
from cockpit.views.scene import Scene
from cockpit.views.terminal import Terminal
from cockpit.views.text import Line, clip, width_of
from cockpit.views.themes import Theme, load_theme
from cockpit.views.workspaces import PANES, boxes, show, walk, zoom

SSH_HZ = 5.0


class MarketsScreen(Screen[None]):
    """Panes at computed places; no CSS layout to resolve per frame."""

    DEFAULT_CSS = """
    MarketsScreen { layers: base; overflow: hidden; }
    MarketsScreen > LivePane { position: absolute; layer: base; }
    """


class CockpitApp(App[int]):
    """Connects the desk to the panes. Market events never become messages: panes poll."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [  # noqa: RUF012
        Binding(",".join(a.keys), f"do('{a.id}')", a.name, id=a.id, show=False) for a in ACTIONS
    ]

    def __init__(self, desk: Desk, config: Config, terminal: Terminal) -> None:
        super().__init__()
        self._desk = desk
        self._config = config
        theme, problem = _theme_or_default(config.screen.theme)
        self.palette = Palette(theme, terminal)
        self.scene = Scene(
            view=desk.view, specs=dict(desk.specs), mode=desk.mode, glyphs=terminal.glyphs
        )
        self.scene.problem = problem
        show(self.scene, self.scene.workspace)
        self._hz = min(config.screen.hz, SSH_HZ) if terminal.over_ssh else config.screen.hz
        self._panes: dict[str, LivePane] = {}
        self._status = self._pane(status.lines, status.HZ, "status")
        self._keys = self._pane(_key_line, 1.0, "keys")
        self._starting: asyncio.Task[None] | None = None

    def _pane(self, draw: Draw, hz: float, name: str) -> LivePane:
        return LivePane(draw, self.scene, self.palette, hz, name)

    # --- life ---------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        return MarketsScreen(id="_default")

    def compose(self) -> ComposeResult:
        yield self._status
        for name, pane in PANES.items():
            self._panes[name] = self._pane(pane.lines, pane.HZ, name)
            yield self._panes[name]
        yield self._keys

    def on_mount(self) -> None:
        self.screen.styles.background = self.palette.theme.background
        loop = asyncio.get_running_loop()
        for number, code in ((signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            # Also where they were inherited as ignored: a dead terminal must end us.
            loop.add_signal_handler(number, partial(self.exit, None, code))
        self._arrange()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Connect after the first paint: a picture first, then the network."""
        self._starting = asyncio.create_task(self._start_desk())
        self.set_interval(1.0 / self._hz, self._paint)
        self.set_timer(5.0, _settle_garbage)

    async def _start_desk(self) -> None:
        try:
            await self._desk.start()
        except CockpitError as error:
            self.scene.problem = error.ui_message

    async def on_unmount(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
        await self._desk.stop()

    # --- painting -----------------------------------------------------------------------------

    def _paint(self) -> None:
        """One frame: panes that are due compare and redraw their changed lines."""
        self._look()
        now_s = time.monotonic()
        for pane in (self._status, *self._panes.values()):
            pane.tick(now_s)

    def _look(self) -> None:
        scene = self.scene
        scene.now_ns = self._desk.clock.now_ns()
        scene.notices = self._desk.notices()
        scene.detail = self._desk.detail()
        scene.feed = self._desk.feed_stats()
        stats = {name: self._desk.venue_stats(name) for name in scene.specs}
        scene.venue_stats = {name: known for name, known in stats.items() if known}

    def _redraw(self) -> None:
        """After a key: everything that depends on the cursor, now."""
        self._look()
        for pane in (self._status, *self._panes.values(), self._keys):
            if pane.display:
                pane.draw_now()

    def _arrange(self) -> None:
        width, height = self.size
        places = boxes(self.scene, width, height, self._config.screen.layout)
        _place(self._status, 0, 0, width, 1)
        _place(self._keys, 0, height - 1, width, 1)
        for name, pane in self._panes.items():
            box = places.get(name)
            pane.display = box is not None
            if box is not None:
                _place(pane, box.x, box.y, box.width, box.height)

    def on_resize(self) -> None:
        self._arrange()
        for pane in (self._status, self._keys, *self._panes.values()):
            pane.forget()
        self.call_after_refresh(self._redraw)

    # --- keys ---------------------------------------------------------------------------------

    def action_do(self, action: str) -> None:
        """One entry of the key table."""
        area, _, verb = action.partition(".")
        if area == "cursor":
            self._move(verb)
        elif area == "pane":
            self._pane_key(verb)
        elif area == "workspace":
            show(self.scene, verb)
            self._arrange()
        elif action == "screen.repaint":
            self.refresh(repaint=True, layout=True)
        elif action == "app.quit":
            self.exit(return_code=0)
        self._redraw()

    def _move(self, verb: str) -> None:
        scene = self.scene
        last = max(0, len(scene.symbols) - 1)
        columns = max(0, len(scene.venues) - 1)
        moves = {
            "up": (max(0, scene.symbol_index - 1), scene.venue_index),
            "down": (min(last, scene.symbol_index + 1), scene.venue_index),
            "left": (scene.symbol_index, max(0, scene.venue_index - 1)),
            "right": (scene.symbol_index, min(columns, scene.venue_index + 1)),
            "first": (0, scene.venue_index),
            "last": (last, scene.venue_index),
        }
        scene.symbol_index, scene.venue_index = moves[verb]

    def _pane_key(self, verb: str) -> None:
        if verb == "zoom":
            zoom(self.scene)
        else:
            walk(self.scene, 1 if verb == "next" else -1)
        self._arrange()


def _place(pane: LivePane, x: int, y: int, width: int, height: int) -> None:
    pane.styles.offset = (x, y)
    pane.styles.width = width
    pane.styles.height = height


def _key_line(scene: Scene, width: int, height: int) -> list[Line]:
    line: Line = []
    for key, name in key_line():
        line += [(f" {key} ", "accent"), (f"{name} ", "dim")]
    hint = "read-only: nothing is ever sent to a venue but questions "
    if width_of(line) + len(hint) <= width:
        line = [*clip(line, width - len(hint)), (hint, "dim")]
    return [line]


def _theme_or_default(name: str) -> tuple[Theme, str]:
    """The wanted theme, or the default and one sentence why not."""
    try:
        return load_theme(name, paths.user_themes()), ""
    except ConfigError as error:
        return load_theme("dark"), error.ui_message


def _settle_garbage() -> None:
    """What exists after the first full paint stays: keep the collector away from it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
