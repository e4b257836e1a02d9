"""The way to the terminal: writes that never wait, and a count of what has not left yet.

Textual's own writer blocks the event loop when a terminal stops reading, and dies with it when the
terminal goes away. Here a thread writes and whoever draws asks first how much is still waiting.
"""

import os
import sys
import threading
from collections import deque

from textual.drivers.linux_driver import LinuxDriver

FLUSH_WITHIN_S = 0.3
"""How long leaving waits for a terminal that does not read."""
_RESET = "\x1b[0m"


class Writer(threading.Thread):
    """Writes to a file descriptor in order. After an error everything is dropped: nobody reads."""

    def __init__(self, fileno: int, encoding: str) -> None:
        super().__init__(daemon=True, name="terminal-writer")
        self._fileno = fileno
        self._encoding = encoding
        self._queue: deque[bytes] = deque()
        self._wake = threading.Event()
        self._stopping = False
        self.is_gone = False
        self.sent_bytes = 0

    @property
    def backlog(self) -> int:
        """Writes that the terminal has not taken; 0 when it has everything."""
        return len(self._queue)

    def put(self, text: str) -> None:
        """Queue the text; never waits."""
        if self.is_gone or not text:
            return
        self._queue.append(text.encode(self._encoding, "replace"))
        self._wake.set()

    def run(self) -> None:
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
        self.join(within_s)


class ScreenDriver(LinuxDriver):
    """Textual's driver with our writer, and a SIGCONT that may come out of nowhere."""

    out: Writer | None = None
    """None before the start and while suspended."""

    def start_application_mode(self) -> None:
        stream = sys.__stderr__
        if stream is None:
            raise OSError("there is no stderr to draw on")
        self.out = Writer(stream.fileno(), stream.encoding)
        self.out.start()
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
