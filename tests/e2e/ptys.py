"""A program in a pseudo terminal: type, wait for what it shows, see how it leaves."""

import contextlib
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyte

from tests.support import PATIENCE_S

COCKPIT = (sys.executable, "-m", "cockpit")
QUERY = b"\x1b[?2026$p"
# pyte would print these: mode queries, the kitty keyboard protocol, device reports.
_UNKNOWN = re.compile(rb"\x1b\[[<>=?][0-9;]*[u$]p?|\x1b\[\?[0-9;]*\$p")


class Terminal:
    """One running program and the screen that it draws on."""

    def __init__(self, pid: int, fd: int, width: int, height: int) -> None:
        self.pid = pid
        self.screen = pyte.Screen(width, height)
        self.output = b""
        self.answers = True
        self.code: int | None = None
        self._fd: int | None = fd
        self._stream = pyte.ByteStream(self.screen)

    def send(self, text: str) -> None:
        assert self._fd is not None
        os.write(self._fd, text.encode())

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def modes(self) -> list[Any]:
        """The terminal's settings, as `stty` would show them."""
        assert self._fd is not None
        return termios.tcgetattr(self._fd)

    def hang_up(self) -> None:
        assert self._fd is not None
        os.close(self._fd)
        self._fd = None

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def wait(self, until: Callable[[], bool]) -> None:
        """Read and draw until the condition holds; fails with what the screen shows."""
        assert self.watch(until, PATIENCE_S), f"not within {PATIENCE_S:g} s:\n{self.text()}"

    def watch(self, until: Callable[[], bool], within_s: float) -> bool:
        """Read and draw until the condition holds or time is up; whether it holds."""
        deadline_s = time.monotonic() + within_s
        while not until():
            if time.monotonic() >= deadline_s:
                return False
            self._read(0.02)
        return True

    def press_until(self, key: str, until: Callable[[], bool]) -> None:
        """Press a key that may come too early (a toast says so) again every 3 s until it took."""
        presses = int(PATIENCE_S / 3.0)
        for _ in range(presses):
            self.send(key)
            if self.watch(until, 3.0):
                return
        raise AssertionError(f"{key!r} {presses} times was not enough:\n{self.text()}")

    def wait_for(self, words: str) -> None:
        self.wait(lambda: words in self.text())

    def wait_for_live(self, count: int) -> None:
        """Until so many venues are live; on a narrow screen the count stands closer."""
        self.wait(lambda: re.search(rf"● ?{count}\b", self.text()) is not None)

    def has_ended(self) -> bool:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def has_stopped(self) -> bool:
        pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
        return bool(pid) and os.WIFSTOPPED(status)

    def is_deserted(self) -> bool:
        """Whether nobody is left of the whole process group, children included."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def _read(self, within_s: float) -> None:
        if self._fd is None or not select.select([self._fd], [], [], within_s)[0]:
            if self._fd is None:
                time.sleep(within_s)
            return
        try:
            data = os.read(self._fd, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            data = b""
        self.output += data
        if self.answers and QUERY in data:
            with contextlib.suppress(OSError):
                os.write(self._fd, b"\x1b[?2026;2$y" * data.count(QUERY))
        self._stream.feed(_UNKNOWN.sub(b"", data))

    def close(self) -> None:
        """End what is left, by its own id."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.code is None:
            # Just forked, it leads no group yet. Not collected, so its id is still its own.
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self._fd is not None:
            os.close(self._fd)


@contextlib.contextmanager
def terminal(
    *command: str,
    size: tuple[int, int] = (100, 30),
    env: Mapping[str, str] | None = None,
    ignore: int | None = None,
) -> Iterator[Terminal]:
    """Run a command; `ignore` is a signal that it inherits as ignored."""
    width, height = size
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLORTERM")}
    environment |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", **(env or {})}
    pid, fd = pty.fork()
    if pid == 0:
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
            if ignore is not None:
                signal.signal(ignore, signal.SIG_IGN)
            os.execvpe(command[0], list(command), environment)
        finally:
            os._exit(127)
    running = Terminal(pid, fd, width, height)
    try:
        yield running
    finally:
        running.close()
