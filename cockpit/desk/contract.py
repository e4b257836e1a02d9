"""What the trader can ask for, and the desk that answers.

Views know the engine only as a `Desk`: they read its state and post intents to it.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from cockpit.alerts.rule import Rule
from cockpit.alerts.states import Alert, Firing
from cockpit.core.clock import Clock
from cockpit.core.events import Position
from cockpit.history.service import Status
from cockpit.state.view import MarketView
from cockpit.venues.contract import VenueSpec

Mode = Literal["LIVE", "DEMO", "REPLAY"]
Severity = Literal["info", "warn", "danger"]


class Watch(msgspec.Struct, frozen=True):
    """Watch these symbols from now on."""

    symbols: tuple[str, ...]


class Survey(msgspec.Struct, frozen=True):
    """Have the figures of every listed market beside those that are watched, or no longer."""

    is_on: bool


class Quit(msgspec.Struct, frozen=True):
    """Leave; close links and tapes."""


class Hold(msgspec.Struct, frozen=True):
    """These are the positions that the trader typed; those from before are forgotten."""

    positions: tuple[Position, ...]


class Compute(msgspec.Struct, frozen=True):
    """Run `function(job, keep_going)` in a process of its own; both must survive a pickle.

    `number` comes back with the answer; what was asked before is ended.
    """

    number: int
    function: Callable[[Any, Callable[[int, int], bool]], Any]
    job: Any


class Cancel(msgspec.Struct, frozen=True):
    """Stop what is being computed."""


class Record(msgspec.Struct, frozen=True):
    """Start one tape a venue in a new folder of this path, or stop (None).

    What came of it is a notice that `is_answer`.
    """

    folder: str | None


class Mute(msgspec.Struct, frozen=True):
    """Silence what has this name: a rule, a venue, a symbol or a market."""

    name: str


class Unmute(msgspec.Struct, frozen=True):
    """Let it speak again."""

    name: str


class Acknowledge(msgspec.Struct, frozen=True):
    """The trader has seen this alert; nothing happens where it is not on any more."""

    rule: str
    subject: str


class SetRules(msgspec.Struct, frozen=True):
    """Alert by these rules of the trader's and the built-in ones; what is on stays on."""

    rules: tuple[Rule, ...]


class LookBack(msgspec.Struct, frozen=True):
    """Find how everything stood then; None is the first moment that is kept."""

    at_ns: int | None


AlertIntent = Mute | Unmute | Acknowledge
Intent = (
    Watch | Survey | Quit | Hold | Compute | Cancel | Record | SetRules | LookBack | AlertIntent
)


class Computation(msgspec.Struct, frozen=True, kw_only=True):
    """How far a `Compute` is: `done` of `asked` (0 until it is known), then `result` or `error`."""

    number: int
    state: Literal["running", "done", "failed"]
    done: int = 0
    asked: int = 0
    result: Any = None
    error: str = ""


class PastMoment(msgspec.Struct, frozen=True, kw_only=True):
    """How everything stood at `at_ns`; or, without a view, a sentence why that is not known."""

    at_ns: int = 0
    view: MarketView | None = None
    problem: str = ""


class Notice(msgspec.Struct, frozen=True):
    """Something worth a line in the log pane.

    `is_answer`: what became of an intent, told to the trader at once; its venue is empty.
    """

    at_ns: int
    venue: str
    text: str
    severity: Severity = "info"
    is_answer: bool = False


class VenueStats(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's wire, counted since the start, as the health screen shows it.

    `bytes` are characters for text frames. `budget_left` is request weight that could be spent
    now, of `budget_burst`; `blocked_s` is how long the venue still refuses us. `new_fields` are
    names that the wire did not have before, with the messages of a sample that had them.
    """

    frames: int
    bytes: int
    faults: int
    budget_left: float
    budget_burst: int
    blocked_s: float
    fetches_pending: int
    tape_error: str = ""
    new_fields: tuple[tuple[str, int], ...] = ()


class FeedStats(msgspec.Struct, frozen=True, kw_only=True):
    """All venues' wires together: how much arrives, how it is read, whether it is recorded.

    `history` None: nothing of this desk is remembered.
    """

    messages_per_s: float | None
    coalescing: bool
    recording: bool
    history: Status | None = None


class DeskStats(msgspec.Struct, frozen=True, kw_only=True):
    """How a desk stands at one moment, without its state.

    `detail` is for the status bar. A venue without a wire (a tape) is not in `venues`.
    """

    mode: Mode
    at_ns: int
    detail: str
    feed: FeedStats
    venues: dict[str, VenueStats]
    computation: Computation | None


class AlertDesk(Protocol):
    """The alerts, and what the trader does about them.

    `history` has the newest last; `told` counts what happened since the start.
    """

    @property
    def told(self) -> int: ...
    @property
    def history(self) -> Sequence[Alert]: ...
    @property
    def rules(self) -> Sequence[Rule]: ...
    @property
    def muted(self) -> frozenset[str]: ...
    @property
    def hook_problem(self) -> str: ...
    def firing(self) -> list[Firing]: ...
    def acknowledge(self, rule: str, subject: str) -> bool: ...
    def mute(self, name: str) -> None: ...
    def unmute(self, name: str) -> None: ...


class Desk(Protocol):
    """What a screen needs: the state, the time, and somebody who listens."""

    @property
    def mode(self) -> Mode: ...
    @property
    def view(self) -> MarketView: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def alerting(self) -> AlertDesk: ...
    @property
    def specs(self) -> Mapping[str, VenueSpec]: ...
    def post(self, intent: Intent) -> None: ...
    def notices(self) -> list[Notice]: ...
    def stats(self) -> DeskStats: ...
    def detail(self) -> str: ...
    def venue_stats(self, name: str) -> VenueStats | None: ...
    def feed_stats(self) -> FeedStats: ...
    def record(self, folder: Path | None) -> str: ...
    def computation(self) -> Computation | None: ...
    def past(self) -> PastMoment | None:
        """The answer to the last `LookBack`, once; None before it is found."""
        ...

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
