"""From a command line to a screen: look at the terminal, say hello, only then import textual."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from cockpit.core.errors import InputError

if TYPE_CHECKING:
    from cockpit.config import Config
    from cockpit.desk.contract import RunningDesk

SPLASH = "cockpit: starting..."
"""In ASCII, because nothing is known of the terminal yet."""
SWITCH_S = 0.001
"""A thread reads the keys: it must not wait the usual five milliseconds for whoever draws."""


def refuse_without_terminal() -> None:
    """InputError with advice when there is nothing to draw on."""
    if not _has_terminal():
        raise InputError(
            "the screen needs a terminal on stdin and stderr; "
            "for scripts use `cockpit snapshot --json` or `cockpit watch --json`"
        )
    if os.environ.get("TERM", "dumb") == "dumb":
        raise InputError("TERM is dumb or not set; set it to what your terminal is, such as xterm")


def _has_terminal() -> bool:
    # Of a program that was started with a stream closed there is none.
    streams: tuple[IO[str] | None, ...] = (sys.stdin, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


@contextmanager
def splash() -> Iterator[None]:
    """The first byte, long before the first frame: over SSH silence looks like a hang.

    Said before anything is read or imported; wiped where a mistake is told in its place.
    What the screen is made of stays for good, so nothing is collected until it stands: that would
    look through every import again and again.
    """
    gc.disable()
    if _has_terminal():
        _say(f"\r{SPLASH}")
    try:
        yield
    except BaseException:
        _wipe()
        raise


def _wipe() -> None:
    if _has_terminal():
        _say("\r" + " " * len(SPLASH) + "\r")


def _say(text: str) -> None:
    stream = sys.__stderr__
    if stream is not None:
        with suppress(OSError):
            stream.write(text)
            stream.flush()


def run_screen(
    desk: "RunningDesk", config: "Config", *, diff: bool = True, is_tour: bool = False
) -> int:
    """Draw until the trader quits; returns the exit code."""
    from cockpit.cli.logs import start_logging
    from cockpit.ui.theme.capabilities import decide, decide_mouse

    start_logging(config.log_level)
    terminal = decide(config.screen, os.environ, sys.__stderr__)
    os.environ.update(terminal.environment)
    # Left by a wrapper, they would hide the terminal's real size and every change of it.
    for stale in ("COLUMNS", "LINES"):
        os.environ.pop(stale, None)
    from cockpit.terminal.app import CockpitApp

    app = CockpitApp(desk, config, terminal, diff=diff, is_tour=is_tour)
    sys.setswitchinterval(SWITCH_S)
    _wipe()
    try:
        app.run(mouse=decide_mouse(config, os.environ)[0])
    finally:
        if app.lifeline is not None:
            app.lifeline.release()
    return app.return_code or 0
