"""The half of the app that the trader touches: keys, words to the trader, themes, memory."""

from collections.abc import Callable
from functools import partial

from textual import events
from textual.notifications import SeverityLevel

from cockpit import venues
from cockpit.config import Config
from cockpit.core.errors import ConfigError
from cockpit.desk.contract import RunningDesk
from cockpit.storage import paths
from cockpit.terminal.dialogs.base import Dialog
from cockpit.terminal.faults import Faults
from cockpit.terminal.painted_app import PaintedApp
from cockpit.terminal.renderer.palette import Palette
from cockpit.terminal.widgets.guide_box import GuideBox
from cockpit.terminal.widgets.toaster import Toaster
from cockpit.terminal.workspace_screen import WorkspaceScreen
from cockpit.ui.alert_announcer import EVERY_S, Announcer, alerts_of_tape
from cockpit.ui.dialogs.toasts import Tone
from cockpit.ui.input.form_runner import FormRunner
from cockpit.ui.input.host import Done, FormSpec, PickerSpec, PromptSpec
from cockpit.ui.input.keymap import key_of, keymap_of
from cockpit.ui.input.market_selection import select_symbol
from cockpit.ui.input.navigation import LAYOUTS
from cockpit.ui.input.scan_runner import ScanRunner
from cockpit.ui.layout.workspaces import WORKSPACES
from cockpit.ui.model import remembered
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import CELL_MODES, UNITS, UiState
from cockpit.ui.plan_announcer import PlanAnnouncer
from cockpit.ui.readings.settings_words import settings_words
from cockpit.ui.theme.capabilities import Terminal
from cockpit.ui.theme.themes import DEFAULT, Theme, load_theme, stamp

RELOAD_S = 2.0
MAX_SIZE_USD = 1e9
"""What a file may say that the trader asked costs for."""
_TONES: dict[SeverityLevel, Tone] = {"information": "info", "warning": "warn", "error": "danger"}


class ControlledApp(PaintedApp):
    """The `Host` of the key handlers: what a key does is theirs, how it is shown is done here.

    ConfigError if the trader's `[keys]` cannot be used. A theme or a memory that cannot be used is
    one toast.
    """

    def __init__(
        self, desk: RunningDesk, config: Config, terminal: Terminal, hz: float, *, diff: bool
    ) -> None:
        super().__init__(terminal, hz, diff=diff)
        self.desk = desk
        self.config = config
        self.keymap = keymap_of(config)
        memory = paths.state_dir() / remembered.FILE
        self.is_first_run = not memory.exists()
        self.remembered, problem = remembered.load(memory)
        self._problems = [problem] if problem else []
        theme = self._first_theme(config)
        self.palette = Palette(theme, terminal)
        self._theme_stamp = stamp(theme.name, paths.user_themes())
        stats = desk.stats()
        self.readings = Readings(
            view=desk.view,
            specs=venues.specs(venue.name for venue in desk.view.venues()),
            mode=stats.mode,
            glyphs=terminal.glyphs,
            has_colour=terminal.color != "none",
        )
        self.readings.now_ns = stats.at_ns
        self._recall(config)
        self.faults = Faults()
        self.workspace = WorkspaceScreen(
            self, self.readings, self.palette, self.keymap, self.faults
        )
        self.toaster = Toaster(self.readings, self.palette, self.workspace.told_by)
        self.guide = GuideBox(self.readings, self.palette, self.press, self.redraw)
        self.workspace.above += [self.toaster, self.guide]
        self.readings.settings = settings_words(
            config.origins, paths.config_file(), self.readings.mode
        )
        self.forms = FormRunner(self.readings, desk, config)
        self.scans = ScanRunner(self.readings, desk, config)

    @property
    def ui(self) -> UiState:
        """Where the trader looks, and how."""
        return self.readings.ui

    def _first_theme(self, config: Config) -> Theme:
        """What a setting says, else what was worn last; the default if that cannot be used."""
        is_set = "screen.theme" in config.origins
        name = config.screen.theme if is_set else self.remembered.theme or config.screen.theme
        try:
            return load_theme(name, paths.user_themes())
        except ConfigError as error:
            self._problems.append(error.ui_message)
            return load_theme(DEFAULT)

    def _recall(self, config: Config) -> None:
        """Look as at the end of the last time, as far as that still exists."""
        ui, kept = self.ui, self.remembered
        known = {venue.name for venue in self.readings.venues}
        is_set = "screen.layout" in config.origins
        ui.layout = config.screen.layout
        if not is_set and kept.layout in LAYOUTS:
            ui.layout = kept.layout
        ui.unit = next((unit for unit in UNITS if unit == kept.unit), ui.unit)
        ui.cell = next((cell for cell in CELL_MODES if cell == kept.cell), ui.cell)
        if kept.workspace in {workspace.id for workspace in WORKSPACES}:
            ui.workspace = kept.workspace
        ui.pinned = tuple(name for name in kept.pinned[:2] if name in known)
        if 1.0 <= kept.size_usd <= MAX_SIZE_USD:
            ui.size_usd = kept.size_usd
        ui.positions.notes = dict(kept.notes)
        ui.band_usd = config.exposure.band_usd
        ui.scan.hold_h = config.scan.hold_h
        select_symbol(self.readings, kept.symbol)

    def save_memory(self) -> None:
        """Keep how the screen looks now for the next time."""
        ui, kept = self.ui, self.remembered
        kept.theme, kept.layout = self.palette.theme.name, ui.layout
        kept.unit, kept.cell = ui.unit, ui.cell
        kept.pinned, kept.size_usd = list(ui.pinned), ui.size_usd
        kept.notes = dict(ui.positions.notes)
        kept.symbol, kept.workspace = self.readings.symbol or kept.symbol, ui.workspace
        self._problems.append(remembered.save(paths.state_dir() / remembered.FILE, kept))

    def begin_controls(self) -> None:
        """Once the workspace is on the screen."""
        self._use_colours()
        self.set_interval(RELOAD_S, self._reload_theme)
        announcer = Announcer(self.desk, self.config.alert_out, self.say, self.hand_over)
        self.set_interval(EVERY_S, partial(self.attempt, "telling alerts", announcer.poll))
        of_tape = Announcer(
            self.desk, self.config.alert_out, self.say, self.hand_over, alerts_of_tape
        )
        self.set_interval(EVERY_S, partial(self.attempt, "telling alerts", of_tape.poll))
        plans = PlanAnnouncer(self.readings, self.config.alert_out, self.say, self.hand_over)
        self.set_interval(EVERY_S, partial(self.attempt, "telling plans", plans.poll))
        for problem in filter(None, self._problems):
            self.call_after_refresh(self.say, problem, "warn")

    def leave(self, code: int = 0) -> None:
        """Save and exit, in this order."""
        raise NotImplementedError

    def resend(self, rows: range) -> None:
        if self.screen is not self.workspace or not self.workspace.resend(rows):
            super().resend(rows)

    def redraw(self) -> None:
        """Show what a key changed, at once."""
        raise NotImplementedError

    # --- keys ---------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Keys go to whom they mean at once, past the screens' queues: what is typed ahead of a
        dialog, as on a slow link, is meant for the dialog and not for the workspace."""
        if isinstance(event, events.Key) and not event.is_forwarded and self._typed(event):
            return
        await super().on_event(event)

    def _typed(self, event: events.Key) -> bool:
        screen = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(screen, Dialog):
            character = event.character if event.is_printable else None
            self.attempt(f"key {event.key}", partial(screen.type, event.key, character))
            return True
        if screen is not self.workspace:
            return False
        self.key_arrived()
        if self.guide.end():
            return True
        try:
            return self.press(key_of(event.key, event.character))
        except Exception as error:  # a fault behind a key costs what it would have done
            self.fault(f"key {event.key}", error)
            return True

    def press(self, key: str) -> bool:
        """What a key means here is done; False if that is nothing. The handlers are imported with
        the first key, or before: the first frame does not wait."""
        from cockpit.ui.input import dispatch

        return dispatch.press(self, key)

    def on_paste(self, event: events.Paste) -> None:
        from cockpit.ui.input import plan_actions

        if self.screen is self.workspace and plan_actions.paste(self, event.text):
            event.stop()
            self.redraw()

    def do(self, action_id: str) -> None:
        """One entry of the key table, however it was asked for."""
        from cockpit.ui.input import dispatch

        self.attempt(action_id.replace("_", " "), partial(dispatch.perform, action_id, self))

    def attempt(self, where: str, act: Callable[[], object]) -> None:
        """A fault of the program in it costs what it would have done, and never the screen."""
        try:
            act()
        except Exception as error:
            self.fault(where, error)

    def fault(self, where: str, error: Exception) -> None:
        """Tell of a fault of the program; whoever was in it goes on without."""
        if sentence := self.faults.tell(where, error):
            self.say(sentence, "danger")

    @property
    def pane_size(self) -> tuple[int, int]:
        """An export is composed as wide and as high as the whole screen."""
        return self.size.width, self.size.height

    def suspend_process(self) -> None:
        self.action_suspend_process()

    async def action_quit(self) -> None:
        self.leave()

    def action_help_quit(self) -> None:
        self.say(f"{self.keymap.shown('app.quit')} leaves", "info")

    # --- dialogs ------------------------------------------------------------------------------

    def ask(self, spec: PromptSpec) -> None:
        """A prompt, unless a dialog is open. Imported here: the first frame does not wait."""
        from cockpit.terminal.dialogs.prompt import Prompt

        if not isinstance(self.screen, Dialog):
            prompt = Prompt(self.readings, self.palette, spec)
            self.push_screen(prompt, self._attempting(spec.title, spec.done))

    def choose(self, spec: PickerSpec) -> None:
        """A list, unless a dialog is open."""
        from cockpit.terminal.dialogs.picker import Picker

        if not isinstance(self.screen, Dialog):
            picker = Picker(self.readings, self.palette, spec)
            self.push_screen(picker, self._attempting(spec.title, spec.done))

    def fill(self, spec: FormSpec) -> None:
        """A form, unless a dialog is open."""
        from cockpit.terminal.dialogs.form import Form

        if not isinstance(self.screen, Dialog):
            self.push_screen(Form(self.readings, self.palette, spec))

    def _attempting(self, title: str, done: Done) -> Done:
        return lambda text: self.attempt(title, partial(done, text))

    # --- words --------------------------------------------------------------------------------

    def say(self, text: str, tone: Tone = "info") -> None:
        """A toast. For what the trader did or must know once; states belong to panes."""
        self.toaster.say(text, tone)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """What textual itself has to say looks like everything else."""
        self.say(f"{title}: {message}" if title else message, _TONES[severity])

    def hand_over(self, sequence: str) -> None:
        """An escape sequence for the terminal itself, such as its clipboard's."""
        if self.out is not None:
            self.out.put(sequence)

    # --- themes -------------------------------------------------------------------------------

    @property
    def worn(self) -> Theme:
        """The theme that the screen has now."""
        return self.palette.theme

    def wear(self, theme: Theme) -> None:
        """Look like this theme, at once and everywhere."""
        self.palette.wear(theme)
        self._theme_stamp = stamp(theme.name, paths.user_themes())
        self._use_colours()
        self.workspace.restyle()
        if isinstance(self.screen, Dialog):
            self.screen.restyle()
        self.redraw()
        self.repaint()

    def _use_colours(self) -> None:
        """Named colours are the terminal's own: textual must not translate them."""
        native = self.palette.is_native
        self.theme = "ansi-dark" if native else "textual-dark"

    def _reload_theme(self) -> None:
        """Wear the theme's file again when it was edited; a broken one is one toast."""
        name = self.palette.theme.name
        now = stamp(name, paths.user_themes())
        if now is None or now == self._theme_stamp:
            return
        self._theme_stamp = now
        try:
            self.wear(load_theme(name, paths.user_themes()))
        except ConfigError as error:
            self.say(error.ui_message, "warn")
