"""The app underneath the cockpit: what has been drawn, what has been taken, what is still owed.

Overrides how textual sends a frame: changed cells instead of changed lines, in one write, followed
by a query whose answer says that the terminal has consumed it. Dialogs and toasts are ordinary
textual widgets and go the same way. Nothing here knows a market.
"""

import logging
import resource
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.color import ColorSystem
from rich.console import RenderableType
from rich.style import Style
from textual import messages
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from cockpit.terminal.renderer.compositor_adapter import self_test, spans_of
from cockpit.terminal.renderer.driver import ScreenDriver, Writer
from cockpit.terminal.renderer.front_buffer import FrontBuffer, Span
from cockpit.terminal.renderer.paint_clock import PaintClock
from cockpit.terminal.renderer.sgr import Depth
from cockpit.ui.model.frame_stats import FrameStats
from cockpit.ui.theme.capabilities import Terminal

log = logging.getLogger(__name__)

QUERY = "\x1b[?2026$p"
_MOST_BACKLOG = 2
"""Writes under way beyond which even an echo of a key is put off: the terminal is not reading."""
_SYSTEMS = {
    "truecolor": ColorSystem.TRUECOLOR, "256": ColorSystem.EIGHT_BIT, "16": ColorSystem.STANDARD,
    "none": None,
}  # fmt: skip


class PaintedApp(App[int]):
    """Draws cells. `clock` decides when a data frame may be drawn; keys may be echoed at once."""

    def __init__(self, terminal: Terminal, hz: float, *, diff: bool) -> None:
        native = terminal.color in ("16", "none")
        super().__init__(driver_class=ScreenDriver, ansi_color=native or None)
        if native:
            self.theme = "ansi-dark"
        # Toasts are ours and tooltips nobody's: textual need not make widgets and styles for them.
        self._disable_notifications = self._disable_tooltips = True
        self.clock = PaintClock(hz)
        self.drawing_problem = ""
        self._front: FrontBuffer | None = None
        self._owed = False
        self._next_row = 0
        if diff:
            self.drawing_problem = self_test(self)
        if diff and not self.drawing_problem:
            self._front = FrontBuffer(
                Depth(_SYSTEMS[terminal.color]), ascii_only=terminal.glyphs == "ascii"
            )

    @property
    def out(self) -> Writer | None:
        """The writer; None in tests without a terminal and while suspended."""
        return self._driver.out if isinstance(self._driver, ScreenDriver) else None

    @property
    def modes_before(self) -> list[Any] | None:
        """The terminal's settings as we found them; None without a terminal."""
        return self._driver.attrs_before if isinstance(self._driver, ScreenDriver) else None

    # --- for the paint clock ------------------------------------------------------------------

    def may_draw(self) -> bool:
        """A beat of the screen's timer: whether this frame is drawn. Settles what is owed first."""
        if not self.screen_stack:
            # The timer's last beat may come after the screen has gone.
            return False
        now_s = time.monotonic()
        backlog = self.out.backlog if self.out else 0
        self._settle(now_s, backlog)
        self._sweep(now_s)
        if self.out is not None:
            self.clock.budget.account(now_s, self.out.sent_bytes, self.size.area)
        return self.clock.beat(now_s, backlog)

    def is_key_waiting(self, now_s: float) -> bool:
        """Whether a key has arrived that nobody has answered yet: drawing can wait for it."""
        return isinstance(self._driver, ScreenDriver) and self._driver.is_key_waiting(now_s)

    def key_arrived(self) -> None:
        """The key that was waiting has come through to us."""
        if isinstance(self._driver, ScreenDriver):
            self._driver.key_arrived()

    def send_now(self, screen: Screen[Any], spans: Sequence[Span]) -> bool:
        """Send these cells in one frame, now, past textual's queues, layout and repaint timer.

        False if they must go the usual way: a dialog is open, or a layout is due.
        """
        out, front = self.out, self._front
        if front is None or out is None or screen is not self.screen or screen._layout_required:
            return False
        if out.backlog > _MOST_BACKLOG:
            self._owed = True
        elif spans:
            self._send(out, front, spans)
        return True

    def send_row(self, screen: Screen[Any], y: int, strip: Strip) -> bool:
        """Send a whole row at once; nothing may lie over it. False if it was not sent."""
        out, front = self.out, self._front
        if front is None or out is None or out.backlog > _MOST_BACKLOG:
            return False
        if screen is not self.screen or not self._running or self._closed:
            return False
        front.resize(*self.size)
        text = front.paint([(y, 0, strip._segments)])
        if text:
            out.put(text)
        return True

    def wipe(self, screen: Screen[Any], background: Style) -> None:
        """On a thin link, where the next picture comes in parts: nothing of the last one stays.

        Not under a dialog, which would be gone with it.
        """
        out, front = self.out, self._front
        if front is None or out is None or out.backlog > _MOST_BACKLOG:
            return
        if self.clock.window is not None and screen is self.screen:
            out.put(front.wipe(background))

    def repaint(self) -> None:
        """Send every cell again: somebody else may have written to the terminal."""
        if self._front is not None:
            self._front.forget()
        self.screen.refresh()

    def _settle(self, now_s: float, backlog: int) -> None:
        """Send more of what is owed, once the terminal has taken what was sent before."""
        if self._owed and not backlog and not self.clock.is_waiting(now_s):
            self._owed = False
            self.resend(range(self.size.height))

    def _sweep(self, now_s: float) -> None:
        rows = self.clock.sweep(now_s, self.size.height)
        if rows and self._front is not None:
            self._front.forget_rows(rows)
            self.resend(rows)

    def resend(self, rows: range) -> None:
        """Send what these rows should show and the terminal does not show yet."""
        self.screen.refresh(Region(0, rows.start, self.size.width, len(rows)))

    def on_terminal_supports_synchronized_output(
        self, _: messages.TerminalSupportsSynchronizedOutput
    ) -> None:
        """The answer to our query (and to textual's own, once)."""
        now_s = time.monotonic()
        is_overdue = self.clock.answered(now_s)
        self._settle(now_s, self.out.backlog if self.out else 0)
        if is_overdue:
            self.overdue()

    def overdue(self) -> None:
        """The terminal is ready for a frame that was held back."""

    # --- sending ------------------------------------------------------------------------------

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        out = self.out
        if out is None or renderable is None or self._batch_count:
            super()._display(screen, renderable)
            return
        if out.backlog > _MOST_BACKLOG:
            # Nothing is lost: the front buffer still says what the terminal shows.
            self._owed = True
            self.post_display_hook()
            return
        front = self._front
        if front is None or not isinstance(renderable, CompositorUpdate):
            super()._display(screen, renderable)
            self._ask(out, "")
            return
        self._send(out, front, spans_of(renderable))
        self.post_display_hook()

    def _send(self, out: Writer, front: FrontBuffer, spans: Iterable[Span]) -> None:
        """Whatever of this the terminal does not show yet, in one write."""
        if not self._running or self._closed:
            return
        try:
            front.resize(*self.size)
            text = self._paint_within(front, spans)
        except (AttributeError, TypeError, ValueError, LookupError):
            log.exception("cell diff failed")
            self.drawing_problem = "only whole lines are sent: comparing cells failed, see the log"
            self._front = None
            self.repaint()
            return
        if not text:
            return
        if self.cursor_position != (0, 0):
            cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
            text += front.move_cursor(cursor.x, cursor.y)
        if self._sync_available:
            text = SYNC_START + text + SYNC_END
        self._ask(out, text)

    def _paint_within(self, front: FrontBuffer, spans: Iterable[Span]) -> str:
        """The changed cells; on a thin link as many rows as it takes soon, the rest is owed.

        The status line first, then on from where the last write ended, so that every row has its
        turn.
        """
        window = self.clock.window
        if window is None:
            return front.paint(spans)
        height = max(1, self.size.height)
        start = self._next_row
        out, size = [], 0
        for span in sorted(spans, key=lambda s: (s[0] > 0, (s[0] - start) % height)):
            if size >= window:
                self._owed = True
                self._next_row = span[0]
                break
            text = front.paint((span,))
            size += len(text)
            out.append(text)
        return "".join(out)

    def _ask(self, out: Writer, text: str) -> None:
        """Write it; it ends with the query, if the terminal answers and owes no answer."""
        if self.clock.asks and not self.clock.is_asked:
            self.clock.asked(time.monotonic(), len(text))
            text += QUERY
        out.put(text)

    # --- life ---------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, self._on_continued)
        if isinstance(self._driver, ScreenDriver):
            self._driver.is_answer_due = lambda: self.clock.is_asked

    def _on_continued(self, _: object) -> None:
        self.clock.paused()
        self._owed = False
        self.repaint()

    def frame_stats(self) -> FrameStats | None:
        """Fresh figures every two seconds, None in between."""
        sent = self.out.sent_bytes if self.out else 0
        return self.clock.stats(time.monotonic(), sent, memory_mb)


def memory_mb() -> float | None:
    """Resident memory of this process; None where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * resource.getpagesize() / 1e6
