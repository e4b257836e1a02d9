"""How a desk stands: one value, asked for before each frame."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from cockpit.alerts.rule import Rule
from cockpit.alerts.standing import Standing
from cockpit.alerts.states import Alert, Firing
from cockpit.calculators.saved_plans import SavedPlan
from cockpit.desk.kept_series import Earlier, LegMids, SpanSeries
from cockpit.history.rows import ExposureSample, Figures
from cockpit.history.service import Standing as HistoryStanding
from cockpit.history.service import Status
from cockpit.state.view import MarketView

if TYPE_CHECKING:
    from cockpit.calculators.scan.ranked import RankedPairs

Mode = Literal["LIVE", "DEMO", "REPLAY"]
PlaybackState = Literal["running", "paused", "seeking", "ended"]


class Computation(msgspec.Struct, frozen=True, kw_only=True):
    """How far a `Compute` is: `done` of `asked` (0 until it is known), then `result` or `error`."""

    number: int
    state: Literal["running", "done", "failed"]
    done: int = 0
    asked: int = 0
    result: Any = None
    error: str = ""


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """Every pair of every asset, ranked: `pairs` of the last ranking, None before the first.

    `problem` is a sentence about a ranking that failed after it, empty where none did.
    """

    is_on: bool = False
    pairs: "RankedPairs | None" = None
    problem: str = ""


class PastMoment(msgspec.Struct, frozen=True, kw_only=True):
    """How everything stood at `at_ns`; or, without a view, a sentence why that is not known.

    `asked_ns` is what was asked for: None was the first moment that is kept. Beside the view stands
    what is kept only as sums: by (venue, symbol) the figures of the row, with the depth of its
    bands, and each account's exposure.
    """

    asked_ns: int | None
    at_ns: int = 0
    view: MarketView | None = None
    figures: Mapping[tuple[str, str], Figures] = {}
    exposure: tuple[ExposureSample, ...] = ()
    day_before: Earlier | None = None
    problem: str = ""


class VenueStats(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's wire, counted since the start, as the health screen shows it.

    `bytes` are characters for text frames. `tape` is the file that is recorded to, with so many
    bytes written; None where none is. `budget_left` is request weight that could be spent
    now, of `budget_burst`; `blocked_s` is how long the venue still refuses us, `is_refusing` that
    it has answered nothing since it did. `new_fields` are names that the wire did not have before,
    with the messages of a sample that had them.
    """

    frames: int
    bytes: int
    faults: int
    budget_left: float
    budget_burst: int
    blocked_s: float
    fetches_pending: int
    is_refusing: bool = False
    rejects: int = 0
    reconnects: int = 0
    tape: str | None = None
    tape_bytes: int = 0
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


class AlertStats(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts: `history` has the newest last, `told` counts what happened since the start.

    `firing` is what is on and not muted, newest first; `rules` are those that are enabled,
    `standings` how every rule stands, and `own` the names of those that were made by keys.
    `problem` is a sentence about a hook, a file or a channel that does not work, empty if all do;
    `channels` has one about each channel to people that does not. `targets` are those there are.
    """

    told: int = 0
    history: tuple[Alert, ...] = ()
    firing: tuple[Firing, ...] = ()
    rules: tuple[Rule, ...] = ()
    standings: tuple[Standing, ...] = ()
    own: frozenset[str] = frozenset()
    muted: frozenset[str] = frozenset()
    problem: str = ""
    channels: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


class Mark(msgspec.Struct, frozen=True):
    """A place of a tape, as a fraction of its bytes, where something happened: behind so many of
    its inputs that stated a fact."""

    read_frac: float
    what: Literal["alert", "jump"]
    stated: int = 0


class LiveBeneath(msgspec.Struct, frozen=True, kw_only=True):
    """The live desk that goes on while a tape is looked at: its time, its alerts, and what is
    written. `history` None: nothing of it is remembered. Its time is `clock_offset_ns` ahead of
    the venues' clock."""

    at_ns: int
    alerts: AlertStats
    is_recording: bool
    history: HistoryStanding | None
    clock_offset_ns: int = 0


class Playback(msgspec.Struct, frozen=True, kw_only=True):
    """Where a replay stands: the fraction of its bytes that was read, and what was on the way.

    `times` is its pace, None as fast as it goes. `first_ns` is where the tapes begin; `beside` are
    the tapes that lie in the same folder; `live` is the desk beneath, None where there is none.
    """

    state: PlaybackState
    is_held: bool
    times: float | None
    first_ns: int
    read_frac: float
    marks: tuple[Mark, ...] = ()
    beside: tuple[str, ...] = ()
    live: LiveBeneath | None = None


class DeskStats(msgspec.Struct, frozen=True, kw_only=True):
    """How a desk stands at one moment, without its state.

    `at_ns` is the desk's time, which is that of the tape in a replay. `detail` is for the status
    bar. A venue without a wire (a tape) is not in `venues`. `plans` are those that are kept, the
    newest first. `past` is what the last `LookBack` found, None while it is being read. `playback`
    is of a desk that plays tapes. `span` is what the last `ReadSpan` found, or the one
    before, `leg_mids` the same of `ReadLegMids`, `day_ago` how the markets stood 24 hours before,
    as far as that is kept.
    """

    mode: Mode
    at_ns: int
    detail: str
    feed: FeedStats
    venues: dict[str, VenueStats]
    alerts: AlertStats
    plans: tuple[SavedPlan, ...] = ()
    computation: Computation | None = None
    past: PastMoment | None = None
    playback: Playback | None = None
    scan: Scan = Scan()
    span: SpanSeries | None = None
    leg_mids: LegMids | None = None
    day_ago: Earlier | None = None
    recordings: tuple[str, ...] = ()
    """Folders of tapes that can be played over this desk, the newest first."""
