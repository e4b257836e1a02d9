"""Alerts while the program runs: looks once a second, remembers over restarts, tells the outside.

The rules and their evaluation are pure (`cockpit.alerts`); here are the clock and the files. Two
cockpits of one trader may share a folder: what is seen or muted in one is seen and muted in both.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cockpit.alerts.baseline import Past
from cockpit.alerts.expiry import Gone
from cockpit.alerts.hooks import HookRunner
from cockpit.alerts.measures_market import Measures
from cockpit.alerts.measures_scan import SCAN_KINDS
from cockpit.alerts.notify import Notifier
from cockpit.alerts.rule import ALL, UNIT, Hook, Rule
from cockpit.alerts.standing import Standing, standings
from cockpit.alerts.states import Alert, AlertBook, Firing, Memory
from cockpit.alerts.storage import KEPT, MOST_LINES, read_history, read_memory
from cockpit.alerts.targets import Target
from cockpit.core.clock import Clock
from cockpit.core.market import FundingTerms
from cockpit.state.view import MarketView
from cockpit.storage.atomic import write_atomically
from cockpit.storage.streams import append_line

log = logging.getLogger(__name__)

LOOK_S = 1.0
SAVE_EVERY_NS = 60_000_000_000
MEMORY = "alerts.json"
HISTORY = "alert_history.jsonl"


@dataclass(frozen=True, slots=True)
class AlertState:
    """What came of the looks until now."""

    book: AlertBook
    measures: Measures
    gone: Gone
    measured: dict[str, int]
    history: tuple[Alert, ...]
    told: int


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
        targets: Mapping[str, Target] | None = None,
    ) -> None:
        """`folder` None keeps nothing on disk; `targets` are the people to tell."""
        self._view = view
        self._clock = clock
        self._folder = folder
        self._problems: dict[str, str] = {}
        self._unlogged: list[str] = []
        """The log is not open yet while the screen is made, and stderr is the screen."""
        self._stamp: tuple[int, ...] | None = None
        """Which version of the memory's file is known here."""
        self._tail_is_torn = False
        memory = self._load_memory()
        self._agreed = frozenset(memory.muted)
        self._measures = Measures(terms, _usual(memory.past, clock.now_ns()))
        self._gone = Gone()
        self._all_rules = rules
        self._measured: dict[str, int] = {}
        """Rule -> how many figures it had at the last look."""
        self.book = AlertBook(rules, memory)
        self.history: deque[Alert] = deque(self._load_history(), maxlen=KEPT)
        self.hooks = HookRunner(hook or Hook(), lambda words: self._problem("hook", words))
        self._channel_problems: dict[str, str] = {}
        self.targets = tuple(targets or {})
        """The names of the channels to people."""
        self._notifier = Notifier(targets or {}, self._channel_problem)
        self.told = 0
        self.standings: tuple[Standing, ...] = ()
        """How every rule stood at the last look."""
        self._saved_ns = clock.now_ns()
        self._stand(self._saved_ns)

    @property
    def state(self) -> AlertState:
        """Its parts go on changing: who keeps it copies it."""
        return AlertState(
            self.book,
            self._measures,
            self._gone,
            self._measured,
            tuple(self.history),
            self.told,
        )

    def go_on_from(self, state: AlertState) -> None:
        """Begin where another one stood, which had the same rules and looked at the same view."""
        self.book, self._measures, self._gone = state.book, state.measures, state.gone
        self._measured, self.told = state.measured, state.told
        self.history.clear()
        self.history.extend(state.history)
        self._stand(self._clock.now_ns())

    async def run(self) -> None:
        """Look once a second until cancelled; what is firing is saved at the end."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                self.look()
        finally:
            self.hooks.stop()
            self._notifier.stop()
            self.save()

    def look(self) -> list[Alert]:
        """Measure every rule now; returns what fired or cleared."""
        now_ns = self._clock.now_ns()
        for words in self._unlogged:
            log.warning("alerts words=%s", words)
        self._unlogged.clear()
        self._take_over()
        happened: list[Alert] = []
        for rule in self.book.rules:
            happened += self._see(rule, now_ns)
        for alert, words in self._gone.look(self.book.on(), self._view, now_ns):
            over = self.book.end(alert, words, now_ns)
            happened += [over] if over else []
        for alert in happened:
            self._tell(alert)
        self._stand(now_ns)
        if happened or not 0 <= now_ns - self._saved_ns < SAVE_EVERY_NS:
            self.save()
        return happened

    def _see(self, rule: Rule, now_ns: int) -> list[Alert]:
        """One rule that cannot be measured must not silence the others."""
        name = f"rule {rule.name}"
        try:
            readings = self._measures.read(rule, self._view, now_ns)
            happened = self.book.see(rule, readings, now_ns)
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            if name not in self._problems:
                log.exception("rule failed rule=%s", rule.name)
            self._problem(name, f"alert {rule.name!r} cannot be measured: the log says why")
            return []
        # A ranking is measured once, and its figures are known until it is old.
        is_known = rule.kind in SCAN_KINDS and self._view.passing.is_known(now_ns)
        if readings or not is_known:
            self._measured[rule.name] = len(readings)
        self._problem(name, "")
        return happened

    def _tell(self, alert: Alert) -> None:
        self.history.append(alert)
        self.told += 1
        self._append_history(alert)
        self.hooks.tell(alert)
        rule = next((rule for rule in self._all_rules if rule.name == alert.rule), None)
        self._notifier.tell(alert, rule.to if rule else ALL)

    # --- what does not work -------------------------------------------------------------------

    @property
    def hook_problem(self) -> str:
        """The newest thing about the hook or the files that does not work; empty if all does."""
        return next(reversed(self._problems.values()), "")

    @property
    def channel_problems(self) -> tuple[str, ...]:
        """A sentence about each channel to people that does not work."""
        return tuple(self._channel_problems.values())

    def _channel_problem(self, channel: str, words: str) -> None:
        self._channel_problems.pop(channel, None)
        if words:
            self._channel_problems[channel] = words
        # Each try has another sentence: the first of them is told as news, the newest is HEALTH's.
        what = f"channel {channel}"
        if not words or what not in self._problems:
            self._problem(what, words)

    def _problem(self, what: str, words: str) -> None:
        if self._problems.get(what, "") == words:
            return
        self._problems.pop(what, None)
        if words:
            self._problems[what] = words
            self._unlogged.append(words)

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

    def set_rules(self, rules: tuple[Rule, ...]) -> None:
        """Measure these from now on; what is on stays on where a rule of its name still sees it."""
        now_ns = self._clock.now_ns()
        memory = self.book.memory(now_ns, self._measures.past(self._view, now_ns))
        self._all_rules, self.book = rules, AlertBook(rules, memory)
        self._stand(now_ns)
        self.save()

    def try_rule(self, name: str) -> bool:
        """Tell a test of the rule to whom its alerts are told. False if there is none."""
        rule = next((rule for rule in self._all_rules if rule.name == name), None)
        if rule is None:
            return False
        self._tell(
            Alert(
                at_ns=self._clock.now_ns(), rule=name, kind=rule.kind, happening="tested",
                severity=rule.severity, subject="test", venue=None, symbol=None, value=None,
                unit=UNIT[rule.kind], threshold=rule.threshold,
                words="this is a test of the rule: nothing has happened",
            )
        )  # fmt: skip
        return True

    def _stand(self, now_ns: int) -> None:
        outlooks = self._view.outlooks
        self.standings = standings(self._all_rules, self.book, self._measured, outlooks, now_ns)

    def acknowledge(self, rule: str, subject: str) -> bool:
        """Seen, also after a restart. False if it is not firing."""
        is_on = self.book.acknowledge(rule, subject)
        self.save()
        return is_on

    def mute(self, name: str) -> None:
        """Silence a rule, venue, symbol or subject, also after a restart."""
        self.book.mute(name)
        self._stand(self._clock.now_ns())
        self.save()

    def unmute(self, name: str) -> None:
        self.book.unmute(name)
        self._stand(self._clock.now_ns())
        self.save()

    # --- files --------------------------------------------------------------------------------

    def save(self) -> None:
        """Keep what is firing, acknowledged and muted. A full disk costs a sentence."""
        now_ns = self._clock.now_ns()
        self._saved_ns = now_ns
        if self._folder is None:
            return
        self._take_over()
        memory = self.book.memory(now_ns, self._measures.past(self._view, now_ns))
        try:
            write_atomically(self._folder / MEMORY, msgspec.json.encode(memory))
        except OSError as error:
            self._problem("state", _not_kept(self._folder / MEMORY, error))
            return
        self._problem("state", "")
        self._problem("memory", "")
        self._agreed = self.book.muted
        self._stamp = self._stamp_now()

    def _take_over(self) -> None:
        """What another cockpit has changed in the file since it was read or written here."""
        if self._folder is None:
            return
        stamp = self._stamp_now()
        if stamp is None or stamp == self._stamp:
            return
        try:
            theirs, bad = read_memory((self._folder / MEMORY).read_bytes())
        except OSError:
            return
        self._stamp = stamp
        if "muted" not in bad and "everything" not in bad:
            self.book.merge(theirs, self._agreed)
            self._agreed = frozenset(theirs.muted)

    def _stamp_now(self) -> tuple[int, ...] | None:
        if self._folder is None:
            return None
        try:
            found = (self._folder / MEMORY).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _load_memory(self) -> Memory:
        if self._folder is None:
            return Memory()
        path = self._folder / MEMORY
        self._stamp = self._stamp_now()
        try:
            memory, bad = read_memory(path.read_bytes())
        except FileNotFoundError:
            return Memory()
        except OSError as error:
            self._problem("memory", f"{path}: cannot be read: {error.strerror}")
            return Memory()
        if bad:
            words = f"{path}: is damaged; forgotten: {', '.join(bad)}"
            self._problem("memory", words)
        return memory

    def _append_history(self, alert: Alert) -> None:
        if self._folder is None:
            return
        path = self._folder / HISTORY
        line = msgspec.json.encode(alert) + b"\n"
        try:
            # After a torn line a new one begins, or both would be lost.
            append_line(path, b"\n" + line if self._tail_is_torn else line)
        except OSError as error:
            self._problem("history", _not_kept(path, error))
            return
        self._tail_is_torn = False
        self._problem("history", "")

    def _load_history(self) -> list[Alert]:
        if self._folder is None:
            return []
        path = self._folder / HISTORY
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            self._problem("history", f"{path}: cannot be read: {error.strerror}")
            return []
        found, bad = read_history(data)
        self._tail_is_torn = bool(data) and not data.endswith(b"\n")
        if bad:
            self._unlogged.append(f"{path}: {bad} lines cannot be read")
        if data.count(b"\n") > MOST_LINES:
            self._cut_history(path, found)
        return found[-KEPT:]

    def _cut_history(self, path: Path, found: list[Alert]) -> None:
        lines = b"".join(msgspec.json.encode(alert) + b"\n" for alert in found[-KEPT:])
        try:
            write_atomically(path, lines)
        except OSError as error:
            self._problem("history", _not_kept(path, error))
            return
        self._tail_is_torn = False


def _usual(past: Past, now_ns: int) -> Past | None:
    """What the last run compared with; None where it was so long ago that it says nothing of now:
    a rate that turned days ago is no news."""
    return past if past.is_fresh(now_ns) else None


def _not_kept(path: Path, error: OSError) -> str:
    return f"{path}: cannot be written: {error.strerror}; alerts are forgotten at the end"
