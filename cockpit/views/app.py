"""The cockpit: connects the desk to the workspace, and keys to what they do."""

import asyncio
import gc
import time
from collections.abc import Callable

from textual import events
from textual.screen import Screen

from cockpit import paths
from cockpit.config import Config
from cockpit.core.errors import CockpitError, ConfigError
from cockpit.intents import Desk
from cockpit.views.frame import in_words
from cockpit.views.keymap import Keymap, key_of
from cockpit.views.painted import PaintedApp
from cockpit.views.palette import Palette
from cockpit.views.scene import Scene
from cockpit.views.screen import WorkspaceScreen
from cockpit.views.signals import Lifeline
from cockpit.views.terminal import Terminal
from cockpit.views.themes import Theme, load_theme
from cockpit.views.workspaces import show, walk, zoom

SSH_HZ = 5.0
STOP_WITHIN_S = 1.5
SETTLE_AFTER_S = 5.0
TIDY_EVERY_S = 60.0
IDLE_S = 5.0


class CockpitApp(PaintedApp):
    """Market events never become messages: panes poll on the paint clock."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self, desk: Desk, config: Config, terminal: Terminal, *, diff: bool = True
    ) -> None:
        hz = min(config.screen.hz, SSH_HZ) if terminal.over_ssh else config.screen.hz
        super().__init__(terminal, hz, diff=diff)
        self._desk = desk
        theme, problem = _theme_or_default(config.screen.theme)
        palette = Palette(theme, terminal)
        self.scene = Scene(
            view=desk.view, specs=dict(desk.specs), mode=desk.mode, glyphs=terminal.glyphs
        )
        self.scene.problem = problem or self.drawing_problem
        self.keys = Keymap()
        self.workspace = WorkspaceScreen(self, self.scene, palette, self.keys, config.screen.layout)
        self.saves: list[Callable[[], None]] = []
        """Called once before leaving, whatever the reason."""
        self.lifeline: Lifeline | None = None
        self._starting: asyncio.Task[None] | None = None
        self._key_s = 0.0

    # --- life ---------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        return self.workspace

    def on_mount(self) -> None:
        if not self.is_headless:
            self.lifeline = Lifeline(self.leave)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Connect after the first paint: a picture first, then the network."""
        self._starting = asyncio.create_task(self._start_desk())
        self.set_interval(1.0 / self.clock.hz, self._beat)
        self.set_timer(SETTLE_AFTER_S, _settle_garbage)
        self.set_interval(TIDY_EVERY_S, self._tidy)

    async def _start_desk(self) -> None:
        try:
            await self._desk.start()
        except CockpitError as error:
            self.scene.problem = error.ui_message

    def leave(self, code: int = 0) -> None:
        """Save and exit, in this order."""
        saves, self.saves = self.saves, []
        for save in saves:
            save()
        self.exit(return_code=code)

    async def on_unmount(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
        try:
            await asyncio.wait_for(self._desk.stop(), STOP_WITHIN_S)
        except TimeoutError:
            self.log.warning("a link did not close in time")

    def _tidy(self) -> None:
        """Collect by hand while nobody is waiting for a key to do something."""
        if time.monotonic() - self._key_s > IDLE_S:
            gc.collect()

    # --- painting -----------------------------------------------------------------------------

    def _beat(self) -> None:
        if self.may_draw():
            self._paint()

    def overdue(self) -> None:
        self._beat()

    def _paint(self) -> None:
        start_s = time.monotonic()
        self._look()
        self.workspace.paint(start_s)
        self.clock.drew(time.monotonic() - start_s)

    def _look(self) -> None:
        scene = self.scene
        scene.now_ns = self._desk.clock.now_ns()
        scene.notices = self._desk.notices()
        scene.detail = self._desk.detail()
        scene.feed = self._desk.feed_stats()
        given = {name: self._desk.venue_stats(name) for name in scene.specs}
        scene.venue_stats = {name: stats for name, stats in given.items() if stats is not None}
        stats = self.frame_stats()
        if stats is not None:
            scene.frames = stats
            scene.stats = in_words(stats)

    # --- keys ---------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if self.screen is not self.workspace:
            return
        action = self.keys.find(key_of(event.key, event.character), self.scene.focus)
        if action is not None:
            event.stop()
            self.do(action.id)

    async def action_quit(self) -> None:
        self.leave()

    def do(self, action: str) -> None:
        """One entry of the key table, then what it changed, at once."""
        self._key_s = time.monotonic()
        before = self.scene.focus
        area, _, verb = action.partition(".")
        if area == "cursor":
            self._move(verb)
        elif area == "workspace":
            show(self.scene, verb)
            self.workspace.place_panes()
        elif action == "pane.zoom":
            zoom(self.scene)
            self.workspace.place_panes()
        elif action in ("pane.next", "pane.previous"):
            walk(self.scene, 1 if verb == "next" else -1)
            self.workspace.place_panes()
        elif action == "view.repaint":
            self.repaint()
        elif action == "app.suspend":
            self.action_suspend_process()
        elif action == "app.quit":
            self.leave()
        self._look()
        self.workspace.echo(before)
        if self.clock.hurry(time.monotonic()):
            self.call_after_refresh(self._beat)

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
