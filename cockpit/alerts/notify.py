"""Sends alerts to people: a channel a target, one message for a storm, tried again until it goes.

What goes wrong is a sentence about the channel, without its URL. Sending is done by `send`.
"""

import asyncio
import contextlib
import importlib.util
import os
import signal
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from cockpit.alerts.send import NO_LIBRARY, NO_URL, SENT, Order
from cockpit.alerts.states import Alert
from cockpit.alerts.targets import ENV, FILE, Target, message
from cockpit.core.errors import ConfigError
from cockpit.storage.reading import read_utf8

MOST_WAITING: Final = 500
SEND_WITHIN_S: Final = 40.0
MOST_DOUBLINGS: Final = 30
"""Of the wait after a failure: longer than any `longest`."""
NEEDS_EXTRA: Final = (
    "notify: nobody is told, the library for it is missing: pip install 'perp-cockpit[notify]'"
)


class Pace(NamedTuple):
    """Seconds. What fires within `gather` is told together; after a message the channel rests for
    `rest`, and after a failure for `retry`, then twice that, at most `longest`; new danger is told
    at once."""

    gather: float = 3.0
    rest: float = 30.0
    retry: float = 5.0
    longest: float = 600.0


def is_installed() -> bool:
    """Whether the extra `notify` is there."""
    return importlib.util.find_spec("apprise") is not None


def resolve(target: Target) -> str:
    """The URL itself. ConfigError where it is kept nowhere, or where others can read it too."""
    if target.url.startswith(ENV):
        name = target.url.removeprefix(ENV)
        url = os.environ.get(name, "")
        if not url.strip():
            raise ConfigError(f"the variable {name} is not set; expected a URL in it")
        return url.strip()
    if target.url.startswith(FILE):
        return _kept_in(_path(target.url.removeprefix(FILE)))
    return target.url


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ConfigError(f"{text}: there is no such user here; expected a path") from None


def _kept_in(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            # Nobody may ever write into a pipe.
            raise ConfigError(f"{path}: is not a file; expected one that holds a URL")
        if stat.S_IMODE(mode) & 0o077:
            raise ConfigError(f"{path}: others can read it; expected mode 0600 (chmod 600)")
        url = read_utf8(path).decode().strip()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text; expected one URL") from None
    if not url or len(url.split()) > 1:
        raise ConfigError(f"{path}: expected one URL and nothing else")
    return url


async def run_send(order: Order) -> int:
    """The exit code of `send` for this order. OSError if it cannot be started; TimeoutError."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cockpit.alerts.send",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SEND_WITHIN_S):
            await process.communicate(msgspec.json.encode(order))
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return process.returncode or 0


class Notifier:
    """`complain` gets the name of a channel and a sentence, "" when it works again."""

    def __init__(
        self,
        targets: Mapping[str, Target],
        complain: Callable[[str, str], None],
        pace: Pace | None = None,
    ) -> None:
        self._complain = complain
        self._channels = {
            name: _Channel(name, target, complain, pace or Pace())
            for name, target in targets.items()
        }
        if targets and not is_installed():
            complain("notify", NEEDS_EXTRA)
            self._channels.clear()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or is being sent."""
        return all(channel.is_idle for channel in self._channels.values())

    def tell(self, alert: Alert, to: tuple[str, ...]) -> None:
        """Have the alert of a rule sent to those of `to` who want its severity."""
        for channel in self._channels.values():
            channel.tell(alert, to)

    def stop(self) -> None:
        """End what is being sent, and forget what waits."""
        for channel in self._channels.values():
            channel.stop()


class _Channel:
    """One target: what waits for it, and the one task that sends."""

    def __init__(
        self, name: str, target: Target, complain: Callable[[str, str], None], pace: Pace
    ) -> None:
        self._name = name
        self._target = target
        self._complain = complain
        self._pace = pace
        self._waiting: list[Alert] = []
        self._left_out = 0
        self._is_urgent = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        return not self._waiting and (self._task is None or self._task.done())

    def tell(self, alert: Alert, to: tuple[str, ...]) -> None:
        if not self._target.wants(alert, self._name, to):
            return
        self._waiting.append(alert)
        if len(self._waiting) > MOST_WAITING:
            del self._waiting[0]
            self._left_out += 1
        if alert.severity == "danger" or alert.happening == "tested":
            self._is_urgent.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        """Until nothing waits any more, and the rest after the last message is over."""
        failures = 0
        while self._waiting:
            await asyncio.sleep(self._pace.gather)
            self._is_urgent.clear()
            alerts, left_out = self._waiting, self._left_out
            self._waiting, self._left_out = [], 0
            problem = await self._send(alerts, left_out)
            if not problem:
                failures = 0
                self._complain(self._name, "")
                await self._wait(self._pace.rest)
                continue
            # What could not be told is told with what comes meanwhile.
            waiting = [*alerts, *self._waiting]
            self._left_out += left_out + max(0, len(waiting) - MOST_WAITING)
            self._waiting = waiting[-MOST_WAITING:]
            wait_s = min(self._pace.longest, self._pace.retry * 2.0**failures)
            # A service that is away for a week fails a thousand times: no power is so large.
            failures = min(failures + 1, MOST_DOUBLINGS)
            count = len(self._waiting) + self._left_out
            self._complain(
                self._name,
                f"notify {self._name}: {problem}; {count} "
                f"alert{'s wait' if count != 1 else ' waits'}, tried again after {wait_s:g} s",
            )
            await self._wait(wait_s)

    async def _wait(self, seconds: float) -> None:
        """Until so many have passed, or there is danger."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_urgent.wait()

    async def _send(self, alerts: list[Alert], left_out: int) -> str:
        """What went wrong, in words; empty if it was sent."""
        said = message(alerts, left_out)
        try:
            url = resolve(self._target)
            order = Order(url=url, title=said.title, body=said.body, severity=said.severity)
            code = await run_send(order)
        except ConfigError as error:
            return error.ui_message
        except TimeoutError:
            return f"no answer within {SEND_WITHIN_S:g} s"
        except OSError as error:
            return f"cannot be started: {error.strerror}"
        return why(code)


def why(code: int) -> str:
    """What an exit code of `send` means, in words; empty if it was sent."""
    if code == SENT:
        return ""
    if code == NO_LIBRARY:
        return NEEDS_EXTRA.removeprefix("notify: ")
    if code == NO_URL:
        return "its URL is not understood; expected one such as ntfys://host/topic"
    return "it was not reached, or refused the message"
