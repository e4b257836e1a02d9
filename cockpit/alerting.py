"""Alerts while the program runs: looks once a second, remembers over restarts, tells the outside.

The rules and their evaluation are pure (`cockpit.alerts`); here are the clock, the files and the
hook. The hook is a command of the trader's own: an argument list, no shell, JSON on its stdin, a
time limit. It is off unless configured.
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from cockpit.alerts.book import Alert, AlertBook, Firing, Memory
from cockpit.alerts.measures import Measures
from cockpit.alerts.rule import Hook, Rule
from cockpit.core.clock import Clock
from cockpit.core.market import FundingTerms
from cockpit.files import write_atomically
from cockpit.state.view import MarketView

log = logging.getLogger(__name__)

LOOK_S = 1.0
HISTORY = 500
HOOKS_AT_ONCE = 4
Listener = Callable[[Alert], None]


class Alerting:
    """Owns the alert book. `history`, newest last, and acknowledgements survive restarts.

    `told` counts the alerts since the start, so that a reader knows how many are new to it.
    """

    def __init__(
        self,
        rules: tuple[Rule, ...],
        view: MarketView,
        clock: Clock,
        terms: Mapping[str, FundingTerms | None],
        *,
        folder: Path | None = None,
        hook: Hook | None = None,
    ) -> None:
        """`folder` None keeps nothing on disk."""
        self._view = view
        self._clock = clock
        self._measures = Measures(terms)
        self._folder = folder
        self._hook = hook or Hook()
        self._hooks: set[asyncio.Task[None]] = set()
        self.book = AlertBook(rules, self._load_memory())
        self.history: deque[Alert] = deque(self._load_history(), maxlen=HISTORY)
        self.told = 0
        self.hook_problem = ""
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Be told each alert as it fires or clears."""
        self._listeners.append(listener)

    async def run(self) -> None:
        """Look once a second until cancelled; what is firing is saved at the end."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                self.look()
        finally:
            self.save()
            for task in self._hooks:
                task.cancel()

    def look(self) -> list[Alert]:
        """Measure every rule now; returns what fired or cleared."""
        now_ns = self._clock.now_ns()
        happened: list[Alert] = []
        for rule in self.book.rules:
            readings = self._measures.read(rule, self._view, now_ns)
            happened += self.book.see(rule, readings, now_ns)
        for alert in happened:
            self._tell(alert)
        if happened:
            self.save()
        return happened

    def _tell(self, alert: Alert) -> None:
        self.history.append(alert)
        self.told += 1
        self._append_history(alert)
        for listener in self._listeners:
            listener(alert)
        if self._hook.command and len(self._hooks) < HOOKS_AT_ONCE:
            task = asyncio.create_task(self._run_hook(alert))
            self._hooks.add(task)
            task.add_done_callback(self._hooks.discard)

    async def _run_hook(self, alert: Alert) -> None:
        """A hook that fails or hangs is one line in the log and on the screen, nothing else."""
        name = Path(self._hook.command[0]).name
        try:
            process = await asyncio.create_subprocess_exec(
                *self._hook.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            self._hook_failed(f"alert hook {name}: {error.strerror}")
            return
        try:
            async with asyncio.timeout(self._hook.timeout_s):
                await process.communicate(msgspec.json.encode(alert) + b"\n")
        except TimeoutError:
            process.kill()
            self._hook_failed(f"alert hook {name}: still running after {self._hook.timeout_s:g} s")
            return
        if process.returncode:
            self._hook_failed(f"alert hook {name}: exit code {process.returncode}")

    def _hook_failed(self, words: str) -> None:
        self.hook_problem = words
        log.warning("hook failed words=%s", words)

    # --- the trader ---------------------------------------------------------------------------

    def firing(self) -> list[Firing]:
        """What is on now and not muted, newest first."""
        return self.book.firing()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Those that are enabled."""
        return self.book.rules

    @property
    def muted(self) -> frozenset[str]:
        return self.book.muted

    def acknowledge(self, rule: str, subject: str) -> bool:
        """Seen, also after a restart. False if it is not firing."""
        is_on = self.book.acknowledge(rule, subject)
        self.save()
        return is_on

    def mute(self, name: str) -> None:
        """Silence a rule, venue, symbol or subject, also after a restart."""
        self.book.mute(name)
        self.save()

    def unmute(self, name: str) -> None:
        self.book.unmute(name)
        self.save()

    # --- files --------------------------------------------------------------------------------

    def save(self) -> None:
        """Keep what is firing, acknowledged and muted. A full disk costs a line in the log."""
        if self._folder is None:
            return
        try:
            write_atomically(self._folder / "alerts.json", msgspec.json.encode(self.book.memory()))
        except OSError as error:
            log.warning("alerts not saved error=%s", error)

    def _load_memory(self) -> Memory | None:
        if self._folder is None:
            return None
        try:
            return msgspec.json.decode((self._folder / "alerts.json").read_bytes(), type=Memory)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, UnicodeError) as error:
            log.warning("alerts not restored error=%s", error)
            return None

    def _append_history(self, alert: Alert) -> None:
        if self._folder is None:
            return
        path = self._folder / "alert_history.jsonl"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(fd, "wb") as file:
                file.write(msgspec.json.encode(alert) + b"\n")
        except OSError as error:
            log.warning("alert history not written error=%s", error)

    def _load_history(self) -> list[Alert]:
        if self._folder is None:
            return []
        path = self._folder / "alert_history.jsonl"
        try:
            lines = path.read_bytes().splitlines()[-HISTORY:]
        except OSError:
            return []
        found = []
        for line in lines:
            try:
                found.append(msgspec.json.decode(line, type=Alert))
            except (msgspec.MsgspecError, UnicodeError):
                log.warning("an alert of the history is unreadable path=%s", path)
        return found
