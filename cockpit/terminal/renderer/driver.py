"""The terminal's output and input: writes that never block, and input read in whole sequences.

Textual's own writer blocks the event loop when a terminal stops reading, and dies with it when the
terminal goes away. Here a thread writes and whoever draws asks first how much is still waiting.
"""

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable

from textual import constants, events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from cockpit.terminal.input.reader import read_input

FLUSH_WITHIN_S = 0.3
"""How long leaving waits for a terminal that does not read."""
_KEY_WITHIN_S = 0.03
"""A key that has not been answered in this time is not one that the screen answers."""
_RESET = "\x1b[0m"
_ANSWER_S = 1.0
"""How long a lone ESC may be the beginning of an answer of the terminal that is under way."""
_FIRST_ANSWERS_S = 2.0
"""For so long after the start the terminal may still answer what textual asked it."""


class Writer:
    """Writes to a file descriptor in order. After an error everything is dropped: nobody reads.

    What the terminal takes at once is written at once; a thread waits with the rest. To hand
    everything to the thread would cost a key some milliseconds: it has to wait until whoever draws
    lets go of the interpreter.
    """

    def __init__(self, fileno: int, encoding: str) -> None:
        self._fileno = fileno
        self._encoding = encoding
        self._queue: deque[bytes] = deque()
        self._wake = threading.Event()
        self._stopping = False
        self._quick: int | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="terminal-writer")
        self.is_gone = False
        self.sent_bytes = 0

    @property
    def backlog(self) -> int:
        """Writes that the terminal has not taken; 0 when it has everything."""
        return len(self._queue)

    def start(self) -> None:
        self._quick = _reopened(self._fileno)
        self._thread.start()

    def put(self, text: str) -> None:
        """Write or queue the text; never waits."""
        if self.is_gone or not text:
            return
        data = text.encode(self._encoding, "replace")
        if self._quick is not None and not self._queue:
            data = self._write_now(self._quick, data)
        if data:
            self._queue.append(data)
            self._wake.set()

    def _write_now(self, fileno: int, data: bytes) -> bytes:
        """What the terminal did not take."""
        try:
            count = os.write(fileno, data)
        except BlockingIOError:
            return data
        except OSError:
            self.is_gone = True
            return b""
        self.sent_bytes += count
        return data[count:]

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait()
            self._wake.clear()
            while self._queue:
                self._send(self._queue[0])
                self._queue.popleft()

    def _send(self, data: bytes) -> None:
        view = memoryview(data)
        while view and not self.is_gone:
            try:
                count = os.write(self._fileno, view)
            except OSError:
                self.is_gone = True
                return
            view = view[count:]
            self.sent_bytes += count

    def stop(self, within_s: float) -> None:
        """Let the rest go out if the terminal takes it in time, then end."""
        self._stopping = True
        self._wake.set()
        self._thread.join(within_s)
        if self._quick is not None:
            os.close(self._quick)
            self._quick = None


def _reopened(fileno: int) -> int | None:
    """The same terminal, opened once more for writes that do not wait; None where that fails.

    To switch the waiting off on `fileno` itself would do it to the shell as well.
    """
    flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(os.ttyname(fileno), flags)
    except OSError:
        return None


class ScreenDriver(LinuxDriver):
    """Textual's driver with our writer and reader, and a SIGCONT that may come out of nowhere."""

    out: Writer | None = None
    """None before the start and while suspended."""
    _key_s: float | None = None
    _started_s: float = 0.0
    is_answer_due: Callable[[], bool] | None = None
    """Whether an answer of the terminal is under way, which begins with an ESC as well."""

    def run_input_thread(self) -> None:
        read_input(self.fileno, self.exit_event, self.process_message, self._patience_s)

    def _patience_s(self) -> float:
        """How long an ESC stands alone before it is a key."""
        is_due = self.is_answer_due is not None and self.is_answer_due()
        if is_due or time.monotonic() - self._started_s < _FIRST_ANSWERS_S:
            return _ANSWER_S
        return constants.ESCAPE_DELAY

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Key):
            self._key_s = time.monotonic()
        super().process_message(message)

    def is_key_waiting(self, now_s: float) -> bool:
        """Whether a key was read that is still on its way through textual's queues."""
        return self._key_s is not None and now_s - self._key_s < _KEY_WITHIN_S

    def key_arrived(self) -> None:
        """The key has reached the screen."""
        self._key_s = None

    def start_application_mode(self) -> None:
        stream = sys.__stderr__
        if stream is None:
            raise OSError("there is no stderr to draw on")
        self.out = Writer(stream.fileno(), stream.encoding)
        self.out.start()
        self._started_s = time.monotonic()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def write(self, data: str) -> None:
        if self.out is not None:
            self.out.put(data)

    def stop_application_mode(self) -> None:
        # The pen is left as it was between frames, but not to the shell.
        self.write(_RESET)
        super().stop_application_mode()

    def close(self) -> None:
        super().close()
        if self.out is not None:
            self.out.stop(FLUSH_WITHIN_S)
            self.out = None

    def _sigcont_application(self, *_: object) -> None:
        """Continued: after ctrl+z the terminal is set up again, otherwise only drawn again."""
        if self.out is None:
            super()._sigcont_application()
        elif self._app._loop is not None:
            self._app._loop.call_soon_threadsafe(self._app.post_message, self.SignalResume())
