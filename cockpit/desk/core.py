"""The desk itself, whoever feeds it: the state, the alerts, the notices, the computations.

A live engine and a replay hand it facts and the time; what the trader changes arrives as intents.
Nothing here knows where facts come from.
"""

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from cockpit.alerts.rule import Hook, Rule, with_defaults
from cockpit.alerts.service import Alerting, AlertState
from cockpit.alerts.targets import Target
from cockpit.config import Config
from cockpit.core.assets import AssetRules
from cockpit.core.clock import Clock
from cockpit.core.events import BookReset, Event, Link, LinkState
from cockpit.core.margins import VenueMargin
from cockpit.desk.contract import (
    AlertIntent,
    Cancel,
    Compute,
    FileIntent,
    FollowAccount,
    Hold,
    Intent,
    Lease,
    LookAtTrades,
    LookBack,
    MakeTrade,
    Notice,
    Rank,
    ReadLegMids,
    ReadSpan,
    Record,
    RenameTrade,
    SetRules,
    Severity,
    SplitTrade,
    Survey,
    Watch,
)
from cockpit.desk.earlier import DayAgo
from cockpit.desk.history_reads import HistoryReads, NewestRead
from cockpit.desk.jobs import Jobs
from cockpit.desk.kept_rules import KeptRules
from cockpit.desk.kept_series import LegMids, SpanSeries
from cockpit.desk.leases import Leases
from cockpit.desk.leg_mids import read_leg_mids
from cockpit.desk.past import Past
from cockpit.desk.recall_survey import recall_survey
from cockpit.desk.scanner import Scanner
from cockpit.desk.spans import read_span
from cockpit.desk.stats import AlertStats, DeskStats, FeedStats, Mode, VenueStats
from cockpit.desk.trader_files import NOTHING_KEPT, TraderFiles, TraderPaths
from cockpit.desk.trader_intents import answer, change_alerts
from cockpit.desk.trades import HELD, DeskTrades
from cockpit.history.layout import Folder
from cockpit.portfolio.attribution import Tracker
from cockpit.portfolio.trades.keeper import Keeper
from cockpit.state.store import MarketStore
from cockpit.venues import REGISTRY
from cockpit.venues.contract import VenueSpec

if TYPE_CHECKING:
    from cockpit.calculators.common.market_data import Settings
    from cockpit.calculators.scan.ranked import RankedPairs
    from cockpit.desk.history_round import HistoryRound

log = logging.getLogger(__name__)

SAMPLE_S: Final = 5.0
NOTICES: Final = 500
_LOOKED_AT = HELD | {Link, BookReset}
"""Facts that are more to a desk than state: after them a trade may be another, or they are worth a
line to the trader."""
_SEVERITY: dict[LinkState, Severity] = {"live": "info", "stale": "warn", "down": "danger"}


class Feed(Protocol):
    """Where a desk's facts come from, as far as the desk has anything to ask of it."""

    def want(self, symbols: tuple[str, ...]) -> None:
        """Bring the facts of these symbols from now on."""
        ...

    def survey(self, is_on: bool) -> None:
        """Bring the figures of every listed market beside them, or no longer."""
        ...

    def lend(self, symbols: Mapping[str, frozenset[str]]) -> None:
        """By venue, what else to bring the facts of from now on, beside what is wanted of all."""
        ...

    def follow_account(self, venue: str, address: str) -> str:
        """Read this public address too; what happened, in words. CockpitError."""
        ...

    def record(self, folder: Path | None) -> str:
        """Record into a new folder, or stop (None); what happened, in words. CockpitError."""
        ...

    def detail(self) -> str:
        """How the feed stands, for the status bar; empty if there is nothing to say."""
        ...

    def venue_stats(self, name: str) -> VenueStats | None: ...
    def feed_stats(self) -> FeedStats: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskState:
    """What came of facts until now: a desk that begins with it goes on as if it had heard them."""

    view: MarketStore
    alerts: AlertState
    tracker: Tracker
    trades: tuple[Keeper, int]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSetup:
    """What a desk is made of. `alerts_dir` None keeps no alert on disk; `hook` and `targets` are
    told of them. `history` None has no past to look back to. `assets`, `own_margins` and
    `own_taker_fees` are what the trader says in place of prices and of documents. `rules_text` has
    the rules that were made by keys, where no file of `trader_paths` does. `config` is what
    calculators go by. `begun` None has heard nothing yet."""

    mode: Mode
    clock: Clock
    specs: Mapping[str, VenueSpec]
    symbols: Sequence[str]
    rules: tuple[Rule, ...] = ()
    alerts_dir: Path | None = None
    hook: Hook | None = None
    targets: Mapping[str, Target] = field(default_factory=dict)
    history: Folder | None = None
    assets: AssetRules = field(default_factory=AssetRules)
    own_margins: Mapping[str, VenueMargin] = field(default_factory=dict)
    own_taker_fees: Mapping[str, float] = field(default_factory=dict)
    trader_paths: TraderPaths = NOTHING_KEPT
    rules_text: bytes = b""
    config: Config = field(default_factory=Config)
    begun: DeskState | None = None


class DeskCore:
    """One desk. `feed` may be the object that holds it: it is asked nothing while it is made."""

    def __init__(self, setup: DeskSetup, feed: Feed) -> None:
        self.mode = setup.mode
        self.clock = setup.clock
        self.specs = dict(setup.specs)
        self._feed = feed
        begun = setup.begun
        self.view = (
            begun.view
            if begun
            else MarketStore(
                ((name, spec.chain) for name, spec in self.specs.items()), setup.symbols
            )
        )
        self.view.asset_rules, self.view.own_margins = setup.assets, setup.own_margins
        self.view.own_taker_fees = setup.own_taker_fees
        self._rules = KeptRules(
            setup.trader_paths.rules,
            with_defaults(setup.rules),
            {*REGISTRY, *self.specs},
            self._use_rules,
            setup.rules_text,
        )
        self.alerting = Alerting(
            self._rules.all,
            self.view,
            self.clock,
            {name: spec.funding_terms for name, spec in self.specs.items()},
            folder=setup.alerts_dir,
            hook=setup.hook,
            targets=setup.targets,
        )
        self.jobs = Jobs()
        self._config = setup.config
        self._is_survey_asked = self._is_surveying = False
        self._leases = Leases()
        self.scanner = Scanner(
            self.view,
            self._calculator_settings,
            setup.history.path if setup.history else None,
            self._ranked,
            self._recall_survey,
        )
        self._asked = Rank()
        self._history_round: HistoryRound | None = None
        self._history = setup.history
        self._reads = HistoryReads(setup.history) if setup.history else None
        self._past = Past(self._reads, self.view)
        self._span = NewestRead[SpanSeries](self._reads)
        self._leg_mids = NewestRead[LegMids](self._reads)
        self._day_ago = DayAgo(self._reads)
        self._tracker = Tracker(self.view, self.view.exposure)
        self._notices: deque[Notice] = deque(maxlen=NOTICES)
        self.files = TraderFiles(
            setup.trader_paths, self.view, self.clock, self.note, self.post, self._rules
        )
        self.trades = DeskTrades(self.view, self.clock, setup.trader_paths.trades, self.note)
        if begun is not None:
            self.alerting.go_on_from(begun.alerts)
            self.trades.go_on_from(begun.trades)
            self._tracker = begun.tracker
            self._notices.extend(begun.notices)

    @property
    def state(self) -> DeskState:
        """Its parts go on changing: who keeps it copies it."""
        return DeskState(
            view=self.view,
            alerts=self.alerting.state,
            tracker=self._tracker,
            trades=self.trades.state,
            notices=tuple(self._notices),
        )

    # --- from the feed ------------------------------------------------------------------------

    def take(self, events: list[Event]) -> None:
        """Facts of one input, in their order."""
        if _LOOKED_AT.isdisjoint(map(type, events)):
            self.view.apply_all(events)
            return
        for event in events:
            # Before the state changes: what is worth a line is a change of it.
            self._look_at(event)
            self.view.apply(event)
        self.trades.heard(events)

    def sample(self) -> None:
        """Append the present to the curves; called every `SAMPLE_S` of the desk's time."""
        now_ns = self.clock.now_ns()
        if self._leases.expire(now_ns):
            self._lend()
        self.view.sample(now_ns)
        self._tracker.look(now_ns)
        self._day_ago.look(now_ns)
        self.trades.look()
        self.trades.keep()

    def note(self, notice: Notice) -> None:
        """A line for the trader."""
        self._notices.append(notice)

    def _look_at(self, event: Event) -> None:
        if type(event) is Link:
            self._on_link(event)
        elif type(event) is BookReset:
            words = f"{event.symbol} book lost: {event.reason}"
            self.note(Notice(event.recv_ns, event.venue, words, "warn"))

    def _on_link(self, event: Link) -> None:
        venue = self.view.venue(event.venue)
        before = venue.links.get(event.link) if venue else None
        if before is not None and before.state == event.state:
            return
        log.info(
            "link venue=%s link=%s state=%s reason=%s",
            event.venue, event.link, event.state, event.reason,
        )  # fmt: skip
        if event.state == "connecting":
            return
        words = f"{event.link} link {event.state}" + (f": {event.reason}" * bool(event.reason))
        self.note(Notice(event.recv_ns, event.venue, words, _SEVERITY[event.state]))

    # --- to the trader ------------------------------------------------------------------------

    def post(self, intent: Intent) -> None:
        """Do what the trader wants; what came of it is state, or a notice."""
        match intent:
            case Watch():
                self.view.watch(intent.symbols)
                self._feed.want(intent.symbols)
            case Survey():
                self._is_survey_asked = intent.is_on
                self._survey()
            case Lease():
                if self._leases.take(intent.markets, self.clock.now_ns()):
                    self._lend()
            case Rank():
                self._asked = intent
                self.scan()
            case FollowAccount():
                self.note(
                    answer(
                        lambda: self._feed.follow_account(intent.venue, intent.address),
                        self.clock.now_ns(),
                    )
                )
            case Hold():
                self.view.set_manual(intent.positions)
            case Compute() | Cancel():
                self.jobs.post(intent)
            case Record():
                folder = None if intent.folder is None else Path(intent.folder)
                self.note(answer(lambda: self._feed.record(folder), self.clock.now_ns()))
            case LookBack():
                self._past.ask(intent.at_ns)
            case ReadSpan():
                venues = tuple(venue.name for venue in self.view.venues())
                self._span.ask(partial(read_span, wanted=intent, venues=venues))
            case ReadLegMids():
                self._leg_mids.ask(partial(read_leg_mids, wanted=intent))
            case SetRules():
                self._rules.replace_others(with_defaults(intent.rules))
            case LookAtTrades():
                self.trades.look()
            case MakeTrade() | RenameTrade() | SplitTrade():
                self.trades.change(intent)
            case _ if isinstance(intent, AlertIntent):
                change_alerts(self.alerting, intent)
            case _ if isinstance(intent, FileIntent):
                self.files.post(intent)

    def _use_rules(self) -> None:
        self.alerting.set_rules(self._rules.all)
        self.scan()

    def scan(self) -> None:
        """Rank what the trader asks for; else, where a rule is about it, at his usual size."""
        question = self._asked
        if not question.is_on and any(rule.kind == "scan" for rule in self.alerting.rules):
            own = self._config.scan
            question = Rank(is_on=True, usd=own.usd, hold_h=own.hold_h)
        self.scanner.ask(question)
        self._survey()

    def _ranked(self, pairs: "RankedPairs") -> None:
        from cockpit.calculators.scan.passing import passing_of
        from cockpit.desk.history_round import HistoryRound

        now_ns = self.clock.now_ns()
        self.view.passing = passing_of(pairs, now_ns)
        if self._history is not None:
            self._history_round = self._history_round or HistoryRound()
            if self._leases.take(self._history_round.next(pairs, now_ns), now_ns):
                self._lend()

    def _survey(self) -> None:
        """All markets are read for whoever asked for them, and for the scan."""
        is_on = self._is_survey_asked or self.scanner.scan.is_on
        if is_on != self._is_surveying:
            self._is_surveying = is_on
            self.view.survey(is_on)
            self._feed.survey(is_on)

    async def _recall_survey(self) -> None:
        """Let the survey begin with what is kept; but a tape holds all that its state is made of,
        so who records waits for the venues."""
        if self._history is not None and not self._feed.feed_stats().recording:
            await recall_survey(self.view, self._history, self.clock.now_ns(), self.note)

    def take_over_scan(self, before: "DeskCore") -> None:
        """Rank what was asked of another desk, in its process."""
        self.scanner.take_over(before.scanner)
        self._asked = before._asked
        self.scan()

    def _lend(self) -> None:
        symbols = self._leases.by_venue()
        self.view.lend(symbols)
        self._feed.lend(symbols)

    def _calculator_settings(self) -> "Settings":
        from cockpit.desk.calculator_settings import settings_for

        offset_ns = self.view.clock_offset_ns
        return settings_for(self._config, self.specs, self.clock.now_ns(), offset_ns)

    def close(self) -> None:
        """End what runs beside the screen, and write down what is to be kept."""
        self.trades.keep()
        self.jobs.close()
        self.scanner.close()
        if self._reads is not None:
            self._reads.close()

    def notices(self) -> list[Notice]:
        """The newest last."""
        return list(self._notices)

    def stats(self) -> DeskStats:
        """How the desk stands at this moment."""
        asked = {name: self._feed.venue_stats(name) for name in self.specs}
        return DeskStats(
            mode=self.mode,
            at_ns=self.clock.now_ns(),
            detail=self._feed.detail(),
            feed=self._feed.feed_stats(),
            venues={name: stats for name, stats in asked.items() if stats is not None},
            alerts=alert_stats(self.alerting, self._rules.own.rules),
            plans=self.files.plans.plans,
            computation=self.jobs.computation(),
            past=self._past.answer(),
            scan=self.scanner.scan,
            span=self._span.answer(),
            leg_mids=self._leg_mids.answer(),
            day_ago=self._day_ago.answer(),
        )


def alert_stats(alerting: Alerting, own: tuple[Rule, ...] = ()) -> AlertStats:
    """How the alerts stand now, as a value that later alerts leave as it is; `own` are the rules
    that were made by keys."""
    return AlertStats(
        told=alerting.told,
        history=tuple(alerting.history),
        firing=tuple(alerting.firing()),
        rules=alerting.rules,
        standings=alerting.standings,
        own=frozenset(rule.name for rule in own),
        muted=alerting.muted,
        problem=alerting.hook_problem,
        channels=alerting.channel_problems,
        targets=alerting.targets,
    )
