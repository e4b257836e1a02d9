"""The cockpit with a trader in front of it: the real app on a market whose figures are known."""

import dataclasses
from typing import Any

from cockpit.alerts.service import Alerting
from cockpit.config import Config
from cockpit.core.clock import ManualClock
from cockpit.desk.contract import Intent, Notice, Watch
from cockpit.desk.stats import Mode
from cockpit.desk.trader_files import TraderPaths
from cockpit.state.store import MarketStore
from cockpit.storage import paths
from cockpit.terminal.app import CockpitApp
from cockpit.ui.input import dispatch
from cockpit.ui.theme.capabilities import Terminal
from tests.support import AT_NS
from tests.terminal.desks import StillDesk
from tests.ui import scenes

TERMINAL = Terminal(
    color="truecolor", color_reason="", glyphs="braille", glyphs_reason="", over_ssh=False
)


class KnownDesk(StillDesk):
    """Three live venues with the figures of `scenes.live`; records by remembering the folder."""

    def __init__(self, mode: Mode = "LIVE") -> None:
        scene = scenes.live()
        self.mode = mode
        self.clock = ManualClock(AT_NS)
        self.view = scenes.store_of(scene)
        self.posted: list[Intent] = []
        self.said: list[Notice] = []
        self.computed = None
        self.found = None
        self.tape = None
        self.look_at(self.view)
        self.alerting = Alerting((), self.view, self.clock, {})

    def look_at(self, view: MarketStore) -> None:
        """Stand on this market; what was typed is written only where it is live."""
        self.view = view
        typed = paths.positions_file() if self.mode == "LIVE" else None
        self.keep_files(TraderPaths(plans=paths.plans_dir(), positions=typed))

    def post(self, intent: Intent) -> None:
        super().post(intent)
        if isinstance(intent, Watch):
            self.view.watch(intent.symbols)


@dataclasses.dataclass
class Kept:
    """Stands where the terminal's writer stands."""

    sent: list[str] = dataclasses.field(default_factory=list)
    backlog: int = 0
    sent_bytes: int = 0

    def put(self, text: str) -> None:
        self.sent.append(text)


class Seat(CockpitApp):
    """What the terminal is handed and what the trader is told can be looked at."""

    def __init__(self, config: Config | None = None, **desk: Any) -> None:
        self.known = KnownDesk(**desk)
        self.kept = Kept()
        super().__init__(self.known, config or Config(), TERMINAL)
        # Venues that are made up are not registered.
        self.readings.specs = scenes.live().specs

    @property
    def out(self):
        return self.kept

    @property
    def told(self) -> list[str]:
        """The words of every toast on the screen."""
        return [toast.text for toast in self.toaster.toasts.shown]

    def type(self, *keys: str) -> None:
        """Keys as the table writes them, past the patience of a pilot."""
        for key in keys:
            dispatch.press(self, key)
