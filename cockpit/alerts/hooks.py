"""Runs the trader's own command for each alert: an argument list, no shell, a time limit.

Whatever the command does, the cockpit goes on: one that fails, hangs, or leaves children behind
is one sentence, and is ended with everything that it started.
"""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

from cockpit.alerts.rule import Hook
from cockpit.alerts.states import Alert

AT_ONCE = 4
MOST_WAITING = 100
LOOK_AGAIN_S = 0.05


class HookRunner:
    """Few at a time, the others wait in order.

    `complain` gets a sentence, and "" when the command has worked again.
    """

    def __init__(self, hook: Hook, complain: Callable[[str], None]) -> None:
        self._hook = hook
        self._complain = complain
        self._waiting: deque[Alert] = deque()
        self._running: set[asyncio.Task[None]] = set()

    @property
    def is_idle(self) -> bool:
        return not self._running

    def tell(self, alert: Alert) -> None:
        """Have the command run for it, now or after those before it."""
        if not self._hook.command:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._complain(f"{self._name}: too slow, the oldest alerts that waited are left out")
        self._waiting.append(alert)
        self._start()

    def stop(self) -> None:
        """End what runs, and forget what waits."""
        self._waiting.clear()
        for task in self._running:
            task.cancel()

    @property
    def _name(self) -> str:
        return f"alert hook {Path(self._hook.command[0]).name}"

    def _start(self) -> None:
        while self._waiting and len(self._running) < AT_ONCE:
            task = asyncio.create_task(self._run(self._waiting.popleft()))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled():
            self._start()

    async def _run(self, alert: Alert) -> None:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._hook.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                # Its own session: no terminal to write to, and one name for all its children.
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            words = error.strerror if isinstance(error, OSError) else str(error)
            self._complain(f"{self._name}: cannot be started: {words}")
            return
        is_over = False
        try:
            async with asyncio.timeout(self._hook.timeout_s):
                await process.communicate(msgspec.json.encode(alert) + b"\n")
                while _lives(process.pid):
                    await asyncio.sleep(LOOK_AGAIN_S)
            is_over = True
        except TimeoutError:
            what = "still running" if process.returncode is None else "has left children running"
            self._complain(f"{self._name}: {what} after {self._hook.timeout_s:g} s, ended")
            return
        finally:
            if not is_over:
                _end(process.pid)
                await process.wait()
        code = process.returncode or 0
        how = f"exit code {code}" if code > 0 else f"ended by signal {-code}"
        self._complain(f"{self._name}: {how}" if code else "")


def _lives(group: int) -> bool:
    """Whether a process of the group is left."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _end(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
