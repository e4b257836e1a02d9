"""Intents that change a file of the trader's own: each is carried out, and answered by a notice.

A kind of file is a class of its own (`KeptPlans`, `KeptRules`, `TypedPositions`): it does its
intents, says what came of them in words, and raises where nothing came of them. Here is what they
have in common.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from cockpit.core.clock import Clock
from cockpit.core.errors import CockpitError
from cockpit.desk.contract import FileIntent, Hold, Notice, Retype, RuleIntent, Severity
from cockpit.desk.kept_plans import KeptPlans
from cockpit.desk.kept_rules import KeptRules
from cockpit.desk.typed_positions import TypedPositions
from cockpit.state.view import MarketView


class TraderPaths(msgspec.Struct, frozen=True, kw_only=True):
    """Where the trader's own files lie; what has no place is forgotten at the end."""

    plans: Path | None = None
    positions: Path | None = None
    rules: Path | None = None
    trades: Path | None = None
    """A folder: trades, and what their legs traded."""
    plans_are_read_only: bool = False
    """Their folder is read, and what is done to them is forgotten at the end."""


NOTHING_KEPT: Final = TraderPaths()


class TraderFiles:
    """`note` hears the answers, `hold` what is held from now on."""

    def __init__(
        self,
        paths: TraderPaths,
        view: MarketView,
        clock: Clock,
        note: Callable[[Notice], None],
        hold: Callable[[Hold], None],
        rules: KeptRules,
    ) -> None:
        self._clock = clock
        self._note = note
        self.plans = KeptPlans(paths.plans, is_read_only=paths.plans_are_read_only)
        self.positions = TypedPositions(paths.positions, view, hold)
        self.rules = rules

    def read(self) -> None:
        """What was kept before, once at the start; what cannot be read is said."""
        for problem in self.plans.read():
            self._say(problem, "warn")
        if self.rules.problem:
            self._say(self.rules.problem, "warn")

    def look(self) -> None:
        """Take over what other hands have edited; called every second or so."""
        self._answer(lambda: self.positions.look(self._clock.now_ns()))
        self._answer(self.rules.look)

    def post(self, intent: FileIntent) -> None:
        """Carry it out; a failure is a notice, never an exception."""
        self._answer(lambda: self._do(intent))

    def _do(self, intent: FileIntent) -> str:
        if isinstance(intent, Retype):
            return self.positions.do(intent, self._clock.now_ns())
        if isinstance(intent, RuleIntent):
            return self.rules.do(intent)
        return self.plans.do(intent)

    def _answer(self, act: Callable[[], str]) -> None:
        try:
            words = act()
        except CockpitError as error:
            self._say(error.ui_message, "warn")
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            self._say(f"{place}nothing was written: {error.strerror}", "danger")
        else:
            if words:
                self._say(words, "info")

    def _say(self, words: str, severity: Severity) -> None:
        self._note(Notice(self._clock.now_ns(), "", words, severity, is_answer=True))
