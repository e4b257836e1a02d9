"""A screen without a toolkit: what key handlers need, and nothing that draws."""

import dataclasses

from cockpit.alerts.service import Alerting
from cockpit.config import Config
from cockpit.core.clock import ManualClock
from cockpit.desk.contract import Intent, Notice, Watch
from cockpit.desk.stats import DeskStats, Mode, PastMoment, Playback
from cockpit.ui.input import dispatch
from cockpit.ui.input.form_runner import FormRunner
from cockpit.ui.input.host import FormSpec, PickerSpec, PromptSpec
from cockpit.ui.input.keymap import keymap_of
from cockpit.ui.layout.workspaces import show
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.remembered import Remembered
from cockpit.ui.model.ui_state import UiState
from cockpit.ui.theme.themes import Theme, load_theme
from tests.desk.quiet import quiet_stats
from tests.support import AT_NS
from tests.ui import scenes


class QuietDesk:
    """A desk on the store of a scene; what was posted can be looked at."""

    def __init__(self, scene: Readings, mode: Mode) -> None:
        self.mode = mode
        self.clock = ManualClock(AT_NS)
        self.view = scenes.store_of(scene)
        self.alerting = Alerting((), self.view, self.clock, {})
        self.posted: list[Intent] = []
        self.found: PastMoment | None = None
        self.playback: Playback | None = None

    def post(self, intent: Intent) -> None:
        self.posted.append(intent)
        if isinstance(intent, Watch):
            self.view.watch(intent.symbols)

    def notices(self) -> list[Notice]:
        return []

    def stats(self) -> DeskStats:
        return quiet_stats(
            self.mode, self.clock, self.alerting, past=self.found, playback=self.playback
        )


DARK = load_theme("dark")


@dataclasses.dataclass
class PlainHost:
    """Keeps what handlers hand over: words, dialogs, escape sequences."""

    readings: Readings = dataclasses.field(default_factory=scenes.live)
    mode: Mode = "DEMO"

    def __post_init__(self) -> None:
        self.desk = QuietDesk(self.readings, self.mode)
        self.readings.mode = self.mode
        self.keymap = keymap_of(Config())
        self.forms = FormRunner(self.readings, self.desk, Config())
        self.remembered = Remembered()
        self.worn: Theme = DARK
        self.pane_size = (200, 60)
        self.said: list[tuple[str, str]] = []
        self.dialogs: list[PromptSpec | PickerSpec | FormSpec] = []
        self.handed_over: list[str] = []
        self.redraws = 0
        self.left_with: int | None = None
        show(self.ui, self.ui.workspace)

    @property
    def ui(self) -> UiState:
        return self.readings.ui

    def say(self, text: str, tone: str = "info") -> None:
        self.said.append((text, tone))

    def ask(self, spec: PromptSpec) -> None:
        self.dialogs.append(spec)

    def fill(self, spec: FormSpec) -> None:
        self.dialogs.append(spec)

    def choose(self, spec: PickerSpec) -> None:
        self.dialogs.append(spec)

    def do(self, action_id: str) -> None:
        dispatch.perform(action_id, self)

    def wear(self, theme: Theme) -> None:
        self.worn = theme

    def redraw(self) -> None:
        self.redraws += 1

    def repaint(self) -> None:
        self.redraws += 1

    def hand_over(self, sequence: str) -> None:
        self.handed_over.append(sequence)

    def suspend_process(self) -> None: ...

    def leave(self, code: int = 0) -> None:
        self.left_with = code

    def press(self, *keys: str) -> None:
        for key in keys:
            dispatch.press(self, key)
