"""Leaving when told to, and when there is nobody left to draw for.

SIGTERM, SIGHUP and SIGINT are handled even where they were inherited as ignored: a program whose
terminal is gone and that ignores it reads its dead input for ever. A thread watches the terminal as
well, because a hang-up may come without a signal, and because a blocked event loop leaves to
nobody's call: it ends the process when the loop has not done so in time.
"""

import asyncio
import contextlib
import os
import select
import signal
import termios
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

LEAVE_WITHIN_S = 2.0
_POLL_MS = 500
_SCREEN = 2
_RESTORE = (
    b"\x1b[0m\x1b[?2004l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l\x1b[?7h"
    b"\x1b[<u\x1b[?1049l\x1b[?25h"
)
"""Pen, paste, mouse, focus, wrap, keyboard, screen, cursor: as a shell expects them."""
EXIT_TERM, EXIT_HUP, EXIT_INT = 143, 129, 130
_CODES = {signal.SIGTERM: EXIT_TERM, signal.SIGHUP: EXIT_HUP, signal.SIGINT: EXIT_INT}


class Lifeline:
    """Calls `leave(exit code)` on the event loop; if that takes too long, ends the process itself.

    `modes` are the terminal's settings (`termios.tcgetattr`) to put back in that case.
    """

    def __init__(
        self, leave: Callable[[int], None], modes: list[Any] | None = None, tty: int = 0
    ) -> None:
        self._leave = leave
        self._modes = modes
        self._tty = tty
        self._loop = asyncio.get_running_loop()
        self._told: threading.Event = threading.Event()
        self._done = threading.Event()
        self._code = 0
        self._before = {number: signal.signal(number, self._on_signal) for number in _CODES}
        self._thread = threading.Thread(target=self._watch, daemon=True, name="lifeline")
        self._thread.start()

    def leaving(self, code: int) -> None:
        """We leave by ourselves; from now on it must not take too long."""
        if not self._told.is_set():
            self._code = code
            self._told.set()

    def release(self) -> None:
        """We have left in order: the signals are what they were, the thread ends."""
        self._done.set()
        for number, handler in self._before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._tell(_CODES[signal.Signals(number)])

    def _tell(self, code: int) -> None:
        if self._told.is_set():
            return
        self.leaving(code)
        with contextlib.suppress(RuntimeError):
            # A closed loop is one that has left already.
            self._loop.call_soon_threadsafe(self._leave, code)

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(self._tty, 0)
        while not self._done.is_set() and not self._told.is_set():
            if any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(_POLL_MS)):
                self._tell(EXIT_HUP)
        deadline_s = time.monotonic() + LEAVE_WITHIN_S
        while not self._done.is_set() and time.monotonic() < deadline_s:
            self._done.wait(0.1)
        if not self._done.is_set():
            self._abandon()

    def _abandon(self) -> None:
        """Put the terminal back as well as can be done from here, without waiting for it."""
        with contextlib.suppress(OSError, termios.error):
            if self._modes is not None:
                termios.tcsetattr(self._tty, termios.TCSANOW, self._modes)
            if select.select([], [_SCREEN], [], 0)[1]:
                os.write(_SCREEN, _RESTORE)
        os._exit(self._code)
