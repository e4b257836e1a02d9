"""What the trader can ask for, and the desk that answers.

Whoever shows a desk knows it only as a `Desk`: what it says and what is asked of it are values, so
that it could live in another process.
"""

from collections.abc import Callable
from typing import Any, Final, Literal, Protocol

import msgspec

from cockpit.alerts.rule import Rule
from cockpit.calculators.saved_plans import Fill, SavedPlan
from cockpit.core.events import Position
from cockpit.desk.stats import DeskStats
from cockpit.portfolio.manual import Entry
from cockpit.state.trades import LegKey
from cockpit.state.view import MarketView

Severity = Literal["info", "warn", "danger"]
END_NS: Final = 2**62
"""Later than any tape ends: to `Seek` it is to go to the end."""


class Watch(msgspec.Struct, frozen=True):
    """Watch these symbols from now on."""

    symbols: tuple[str, ...]


class Survey(msgspec.Struct, frozen=True):
    """Have the figures of every listed market beside those that are watched, or no longer."""

    is_on: bool


class Lease(msgspec.Struct, frozen=True):
    """Follow the books of these (venue, symbol) for half a minute from now on, watched or not."""

    markets: tuple[tuple[str, str], ...]


class Rank(msgspec.Struct, frozen=True, kw_only=True):
    """Rank every pair of every asset at this size and hold, again and again, or no longer.

    All markets are surveyed for as long. The newest ranking is under `scan` of the desk's stats.
    """

    is_on: bool = False
    usd: float = 10_000.0
    hold_h: int = 24


class FollowAccount(msgspec.Struct, frozen=True):
    """Follow a public address at a venue from now on, beside those of the config.

    What came of it is a notice that `is_answer`.
    """

    venue: str
    address: str


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


class TryRule(msgspec.Struct, frozen=True):
    """Say a test of this rule wherever its alerts are said; nothing else happens."""

    name: str


class KeepRule(msgspec.Struct, frozen=True):
    """Alert by this rule from now on, in place of that named `before` where there is one."""

    rule: Rule
    before: str = ""


class DropRule(msgspec.Struct, frozen=True):
    """Forget the rule of this name that was made by keys."""

    name: str


class LookBack(msgspec.Struct, frozen=True):
    """Find how everything stood then; None is the first moment that is kept.

    What was found is under `past` of the desk's stats until the next moment is asked for.
    """

    at_ns: int | None


class ReadSpan(msgspec.Struct, frozen=True):
    """Read what is kept of a symbol in the hours before a moment; found under `span` of the desk's
    stats."""

    symbol: str
    hours: int
    end_ns: int


class ReadLegMids(msgspec.Struct, frozen=True):
    """Read what is kept of the mids of these markets, (venue, symbol), in a span; found under
    `leg_mids` of the desk's stats."""

    markets: tuple[tuple[str, str], ...]
    from_ns: int
    end_ns: int


class KeepPlan(msgspec.Struct, frozen=True):
    """Keep this plan in place of the one of its name; `is_new` where there must not be one."""

    plan: SavedPlan
    is_new: bool = False


class DropPlan(msgspec.Struct, frozen=True):
    """Forget the kept plan of this name, and its file."""

    name: str


class FillLeg(msgspec.Struct, frozen=True):
    """A part of a leg of this kept plan was executed."""

    plan: str
    fill: Fill


class UnfillLeg(msgspec.Struct, frozen=True):
    """Take back the last fill of this leg, counted from 0."""

    plan: str
    leg: int


class Retype(msgspec.Struct, frozen=True):
    """Put `after` in place of `before` among the typed positions.

    `before` None types one more, `after` None deletes.
    """

    before: Entry | None
    after: Entry | None


class Pause(msgspec.Struct, frozen=True):
    """Hold the tape, or let it run."""

    is_on: bool


class SetSpeed(msgspec.Struct, frozen=True):
    """Play at so many times the tape's own pace; None is as fast as it goes."""

    times: float | None


class Step(msgspec.Struct, frozen=True):
    """So many minutes of the tape on, or back where it is below 0; of a tape that is held, so many
    of its inputs that state a fact."""

    count: int


class Seek(msgspec.Struct, frozen=True):
    """To how everything stood at this time of the tape."""

    at_ns: int


class SeekNext(msgspec.Struct, frozen=True):
    """On to where the next alert fires, or the exposure jumps, and hold there; or back to where the
    last one did."""

    what: Literal["alert", "jump"]
    is_back: bool = False


class OpenTapes(msgspec.Struct, frozen=True):
    """Play these tapes, or folders of tapes, from their beginning: in place of what is played, or
    over the live desk."""

    paths: tuple[str, ...]


class GoLive(msgspec.Struct, frozen=True):
    """Back from a tape to the live desk that goes on beneath."""


class MakeTrade(msgspec.Struct, frozen=True):
    """Take these positions for one trade; `origin` is `plan` where a kept plan was filled."""

    legs: tuple[LegKey, ...]
    name: str = ""
    origin: Literal["made", "plan"] = "made"


class RenameTrade(msgspec.Struct, frozen=True):
    """Call a trade so, and wait for this profit (None: for none)."""

    id: str
    name: str
    target_usd: float | None = None


class LookAtTrades(msgspec.Struct, frozen=True):
    """Bring every trade up to this moment, and not with the next look."""


class SplitTrade(msgspec.Struct, frozen=True):
    """Take a trade apart: each of its legs stands alone from now on."""

    id: str


AlertIntent = Mute | Unmute | Acknowledge | TryRule
RuleIntent = KeepRule | DropRule
TradeIntent = MakeTrade | RenameTrade | SplitTrade
PlanIntent = KeepPlan | DropPlan | FillLeg | UnfillLeg
FileIntent = PlanIntent | RuleIntent | Retype
"""What is written into a file of the trader's, by the desk."""
ReplayIntent = Pause | SetSpeed | Step | Seek | SeekNext | OpenTapes | GoLive
"""Only a desk that plays tapes does these; they mean nothing to another."""
Intent = (
    Watch
    | Survey
    | Lease
    | Rank
    | FollowAccount
    | Hold
    | Compute
    | Cancel
    | Record
    | SetRules
    | LookBack
    | ReadSpan
    | ReadLegMids
    | AlertIntent
    | FileIntent
    | ReplayIntent
    | LookAtTrades
    | TradeIntent
)


class Notice(msgspec.Struct, frozen=True):
    """Something worth a line in the log pane.

    `is_answer`: what became of an intent, told to the trader at once; its venue is empty.
    """

    at_ns: int
    venue: str
    text: str
    severity: Severity = "info"
    is_answer: bool = False


class Desk(Protocol):
    """The state, what happened, how it all stands, and somebody who does what the trader wants."""

    @property
    def view(self) -> MarketView: ...
    def post(self, intent: Intent) -> None:
        """Do this; what came of it is state, or a notice that `is_answer`."""
        ...

    def notices(self) -> list[Notice]:
        """The newest last."""
        ...

    def stats(self) -> DeskStats: ...


class RunningDesk(Desk, Protocol):
    """A desk of this process: whoever shows it also starts and ends it."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
