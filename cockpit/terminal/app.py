"""The cockpit: connects the desk to the workspace, and keys to what they do."""

import asyncio
import gc
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module

from textual.screen import Screen

from cockpit.config import Config
from cockpit.core.errors import CockpitError
from cockpit.desk.contract import RunningDesk
from cockpit.terminal import memory
from cockpit.terminal.controls import ControlledApp
from cockpit.terminal.renderer.paint_clock import in_words
from cockpit.terminal.shutdown import Lifeline
from cockpit.ui.answers import Answers
from cockpit.ui.layout.lazy_panes import load_all
from cockpit.ui.layout.workspaces import PANES
from cockpit.ui.theme.capabilities import Terminal

SSH_HZ = 5.0
STOP_WITHIN_S = 1.5
SETTLE_AFTER_S = 3.0
WARM_EVERY_S = 0.1
TIDY_EVERY_S = 60.0
IDLE_S = 1.0
HANDLERS = "cockpit.ui.input.dispatch"
"""What keys do: imported between the first frame and the first key."""
MODULES_FOR_LATER = (
    "cockpit.ui.input.command_line",
    "cockpit.ui.input.help_list",
    "cockpit.ui.input.rule_form",
    "cockpit.terminal.dialogs.picker",
    "cockpit.terminal.dialogs.prompt",
    "cockpit.ui.export.writer",
)
"""What opens with a key and not with the screen; imported while the screen is idle."""


class CockpitApp(ControlledApp):
    """Market events never become messages: panes poll on the paint clock."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        desk: RunningDesk,
        config: Config,
        terminal: Terminal,
        *,
        diff: bool = True,
        is_tour: bool = False,
    ) -> None:
        hz = min(config.screen.hz, SSH_HZ) if terminal.over_ssh else config.screen.hz
        super().__init__(desk, config, terminal, hz, diff=diff)
        self.readings.problem = self.drawing_problem
        self.saves: list[Callable[[], None]] = [self.save_memory]
        """Called once before leaving, whatever the reason."""
        self.lifeline: Lifeline | None = None
        self._starting: asyncio.Task[None] | None = None
        self._pending = load_all(PANES.values(), MODULES_FOR_LATER)
        self._key_s = 0.0
        self._is_tour = is_tour
        self._answers = Answers()
        self._looked_at = self.ui.focus

    # --- life ---------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        return self.workspace

    def on_mount(self) -> None:
        if not self.is_headless:
            self.lifeline = Lifeline(self.leave, self.modes_before)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Connect after the first paint: a picture first, then the network."""
        import_module(HANDLERS)
        # What was imported until now stays for good: no collection ever looks at it.
        gc.freeze()
        self.begin_controls()
        if not self.is_headless:
            self._begin_guide()
        # Who was in SCAN when he left is there again: what is kept is ranked while links are made.
        self.attempt("the scan", partial(self.scans.beat, self.size.height))
        self._starting = asyncio.create_task(self._start_desk())
        self.set_interval(1.0 / self.clock.hz, self._beat)
        self.set_timer(SETTLE_AFTER_S, self._warm)
        self.set_interval(TIDY_EVERY_S, self._tidy)

    def _begin_guide(self) -> None:
        """The tour that was asked for; at the first start of all three lines."""
        if self._is_tour:
            self.guide.tour()
        elif self.is_first_run:
            self.guide.welcome()

    async def _start_desk(self) -> None:
        try:
            await self.desk.start()
        except CockpitError as error:
            self.readings.problem = error.ui_message
        except Exception as error:  # nobody waits for this task: nothing else would tell
            self.fault("the desk", error)

    def leave(self, code: int = 0) -> None:
        """Save and exit, in this order."""
        saves, self.saves = self.saves, []
        for save in saves:
            save()
        if self.lifeline is not None:
            self.lifeline.leaving(code)
        self.exit(return_code=code)

    async def on_unmount(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
        try:
            await asyncio.wait_for(self.desk.stop(), STOP_WITHIN_S)
        except TimeoutError:
            self.log.warning("a link did not close in time")

    def _warm(self) -> None:
        """Import what the first frame did not need, a little at a time; settle when all is here."""
        if next(self._pending, self) is self:
            memory.settle()
        else:
            self.set_timer(WARM_EVERY_S, self._warm)

    def _tidy(self) -> None:
        """Only while nobody is waiting for a key to do something."""
        if time.monotonic() - self._key_s > IDLE_S:
            memory.tidy()

    # --- painting -----------------------------------------------------------------------------

    def _beat(self) -> None:
        if self.may_draw():
            self._paint()

    def overdue(self) -> None:
        self._beat()

    def _paint(self) -> None:
        start_s = time.monotonic()
        self._look()
        # Not with each key: it prices rows, which the key's own redraw does not wait for.
        self.attempt("the scan", partial(self.scans.beat, self.size.height))
        self.workspace.paint(start_s)
        self.clock.drew(time.monotonic() - start_s)

    def _look(self) -> None:
        """What panes read and only we know. A frozen picture keeps its time and its words."""
        from cockpit.ui.input import alert_actions, past_actions, span_actions, tape_actions

        readings, stats = self.readings, self.desk.stats()
        readings.feed = stats.feed
        self.ui.plans.take(stats.plans)
        notices = self.desk.notices()
        for answer in self._answers.new(notices):
            self.say(answer.text, answer.severity)
        readings.clock_ns = stats.at_ns
        readings.clock_offset_ns = self.desk.view.clock_offset_ns
        if past_actions.poll(self):
            self.workspace.restyle()
        readings.playback, readings.span = stats.playback, stats.span
        self._wear_frames()
        readings.leg_mids = stats.leg_mids
        if not (readings.ui.frozen or readings.ui.past.shown_ns is not None):
            tape_actions.follow(self)
            readings.now_ns = stats.at_ns
            readings.notices = notices
            readings.detail = stats.detail
            alert_actions.refresh(self)
            readings.venue_stats = stats.venues
            readings.day_ago = stats.day_ago
            readings.scan = stats.scan
        span_actions.follow(self)
        self.attempt("the answer", self.forms.beat)
        frames = self.frame_stats()
        if frames is not None:
            readings.frames = frames
            readings.stats = in_words(frames)

    def _wear_frames(self) -> None:
        """Frames of another colour for what is not now, and back: every line is drawn anew."""
        playback = self.readings.playback
        is_tape = playback is not None and playback.live is not None
        is_past = is_tape or self.ui.past.shown_ns is not None
        if self.palette.is_past != is_past:
            self.palette.is_past = is_past
            self.workspace.restyle()

    def redraw(self) -> None:
        """Show what a key changed, at once."""
        self._key_s = time.monotonic()
        self.workspace.place_moved()
        self._look()
        self._wear_frames()
        self.workspace.echo(self._looked_at)
        self._looked_at = self.ui.focus
        if self.clock.hurry(self._key_s):
            self.call_after_refresh(self._beat)
