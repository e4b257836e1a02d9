"""The one place that wires sessions, drivers, state and clock together.

An engine is a `Desk` for the screen and the source for every headless command. It holds no market
logic: facts go from the drivers into the store and to whoever listens.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cockpit import venues
from cockpit.config import Config, Follow
from cockpit.core.account import short_address
from cockpit.core.clock import Clock, WallClock
from cockpit.core.errors import InputError, TapeError
from cockpit.core.events import Event, Instrument, Link, Position
from cockpit.desk import heap
from cockpit.desk.contract import (
    Intent,
    Notice,
    Watch,
)
from cockpit.desk.core import SAMPLE_S, DeskCore, DeskSetup
from cockpit.desk.memory import Memory, MemoryOrder
from cockpit.desk.recall import recall
from cockpit.desk.recorder import Recorder, TapeOrder
from cockpit.desk.stats import DeskStats, FeedStats, Mode, VenueStats
from cockpit.desk.tasks import Tasks
from cockpit.desk.trader_files import NOTHING_KEPT, TraderPaths
from cockpit.desk.venue_urls import endpoint_of
from cockpit.desk.wanted import Wanted
from cockpit.venues.known_fields import known_fields
from cockpit.wire.coalesce import Coalescer
from cockpit.wire.drift import FieldDrift
from cockpit.wire.driver import Driver
from cockpit.wire.endpoints import Endpoint
from cockpit.wire.tape import Origin, TapeWriter

if TYPE_CHECKING:
    from cockpit.desk.forecasts import Forecasts

log = logging.getLogger(__name__)

_OF_HELD = frozenset({Instrument, Position})
"""Facts after which something may be held in a market that is not watched."""
LOOK_S = 1.0
"""How often files are looked at."""
FIRST_TABLE_S = 1.0
"""Links wait so long for the scan's table of what is kept, where it was left on the screen."""
Listener = Callable[[list[Event]], None]
EndpointSource = Callable[[], Awaitable[Mapping[str, Endpoint]]]
"""Where the URLs come from when they are not known before the start (the demo's exchange)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFiles:
    """What a live desk writes, and where; None is not written, and with `alerts_dir` and `memory`
    nothing is known of earlier runs. `trader` has the files of the trader's own."""

    tapes: TapeOrder | None = None
    black_boxes: Path | None = None
    alerts_dir: Path | None = None
    memory: MemoryOrder | None = None
    trader: TraderPaths = NOTHING_KEPT


NO_FILES: Final = DeskFiles()


class Engine:
    """Live or demo: one driver a venue, one store, one clock."""

    def __init__(
        self,
        config: Config,
        *,
        mode: Mode = "LIVE",
        endpoints: Mapping[str, Endpoint] | EndpointSource | None = None,
        clock: Clock | None = None,
        files: DeskFiles = NO_FILES,
        positions: Sequence[Position] = (),
        is_forecasting: bool = False,
        watches_held: bool = True,
    ) -> None:
        """`positions` were typed, and are read again where `files.trader` says from where;
        `watches_held` adds the markets of what is held to those that are watched.

        InputError if `endpoints` are known and have none of the wanted venues.
        """
        self._config = config
        self._endpoint_source = endpoints if callable(endpoints) else None
        self._endpoints = {} if endpoints is None or callable(endpoints) else endpoints
        self.recorder = Recorder(files.tapes) if files.tapes else None
        self._black_boxes = files.black_boxes
        self.specs = venues.specs(config.watch.venues)
        if self._endpoints:
            self.specs = {n: spec for n, spec in self.specs.items() if n in self._endpoints}
            if not self.specs:
                raise InputError("the endpoints file names none of the wanted venues")
        self._wanted = Wanted(config.watch, config.account, self.specs)
        self.core = DeskCore(
            DeskSetup(
                mode=mode,
                clock=clock or WallClock(),
                specs=self.specs,
                symbols=config.watch.symbols,
                rules=config.alert,
                alerts_dir=files.alerts_dir,
                hook=config.alert_hook,
                targets=config.notify,
                history=files.memory.folder if files.memory else None,
                assets=config.assets,
                own_margins=config.own_margins,
                own_taker_fees=config.own_taker_fees,
                trader_paths=files.trader,
                config=config,
            ),
            self,
        )
        self.mode: Mode = mode
        self.clock: Clock = self.core.clock
        self.view = self.core.view
        self.alerting = self.core.alerting
        self.follow(config.account)
        self.view.set_manual(positions)
        self.memory = Memory(files.memory, self.view, self.clock) if files.memory else None
        self._is_forecasting = is_forecasting
        self._watches_held = watches_held
        self.forecasts: Forecasts | None = None
        """Made at the start."""
        self.coalescer = Coalescer()
        self.drivers: dict[str, Driver] = {}
        self._tasks = Tasks(self._tell)
        self._listeners: list[Listener] = []

    # --- life ---------------------------------------------------------------------------------

    async def start(self) -> None:
        """Connect everything. Waits for the endpoint source, if there is one, and a moment for what
        is kept of the markets; for nothing else.

        TapeError if everything is to be recorded and no tape at all can be begun.
        """
        heap.keep_large_blocks_apart()
        if self._endpoint_source is not None:
            self._endpoints = await self._endpoint_source()
        self.core.files.read()
        self._tasks.keep("the trader's files", self._look)
        if self.memory is not None:
            if self.recorder is None:
                # A tape must hold all that its state is made of: who records asks anew.
                kept = await recall(self.view, self.memory.folder, self.clock, self.core.note)
                self._wanted.know(kept)
            self.memory.start()
            self._tasks.keep("rows for history", self.memory.run)
        # Not on the loop, which goes on drawing, and while others are waited for.
        importing = self._tasks.once("importing", asyncio.to_thread(self._import_sessions))
        # It needs no link: the first table is of what is kept.
        self.core.scan()
        self._tasks.keep("rankings of the scan", self.core.scanner.run)
        await self.core.scanner.first(FIRST_TABLE_S)
        await importing
        for name, spec in self.specs.items():
            driver = Driver(
                spec,
                venues.load(name).Session,
                self._wanted.of(name),
                sink=self.take,
                clock=self.clock,
                endpoint=endpoint_of(spec, self._config, self._endpoints),
                tape=self._tape_of(name),
                black_box_dir=self._black_boxes,
                coalescer=self.coalescer,
                drift=FieldDrift(known_fields(name)),
            )
            self.drivers[name] = driver
            self._tasks.once(f"driver {name}", self._run(name, driver))
        if self.recorder is not None:
            self.recorder.check()
        self._tasks.keep("measures of the feed", self.coalescer.run)
        self._tasks.keep("samples of the curves", self._sample)
        self._tasks.keep("alerts", self.alerting.run)
        if self._is_forecasting:
            self.forecasts = self._make_forecasts()
            self._tasks.keep("forecasts", self.forecasts.run)

    def _import_sessions(self) -> None:
        """The first picture does not wait for them: what it shows of a venue is in the specs."""
        for name in self.specs:
            venues.load(name)

    def _make_forecasts(self) -> "Forecasts":
        """With a memory they are kept, and the models learn from it. Imported here: the first
        picture does not wait for what they are made of."""
        from cockpit.desk.forecasts import Forecasts

        memory = self.memory
        folder, remember = (memory.folder, memory.offer) if memory else (None, None)

        def say(words: str) -> None:
            self.core.note(Notice(self.clock.now_ns(), "", words))

        made = Forecasts(self.view, self.clock, self.specs, folder, remember, say)
        if memory is not None:
            memory.listen(made.sampled)
        return made

    def follow(self, follows: Sequence[Follow]) -> None:
        """Follow these accounts in place of those before."""
        self._wanted.follow(follows)
        self._show_follows()

    def _show_follows(self) -> None:
        self.view.follow((f.venue, f.account.address, f.name) for f in self._wanted.follows)

    async def stop(self) -> None:
        """Close every link and tape."""
        self.core.close()
        if self.forecasts is not None:
            self.forecasts.close()
        await self._tasks.stop()
        if self.recorder is not None:
            self.recorder.close()
        if self.memory is not None:
            await asyncio.to_thread(self.memory.stop)

    def _tell(self, words: str) -> None:
        self.core.note(Notice(self.clock.now_ns(), "", words, "danger", is_answer=True))

    async def _run(self, name: str, driver: Driver) -> None:
        try:
            await driver.run()
        except Exception:
            # A driver that fails is a bug, but not a reason to lose the other venues.
            log.exception("driver failed venue=%s", name)
            link = Link(
                venue=name,
                recv_ns=self.clock.now_ns(),
                state="down",
                reason="driver fault, see log",
                cause="driver",
            )
            self.take([link])

    async def _sample(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_S)
            self.core.sample()
            self._watch_held()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.core.files.look()

    def _watch_held(self) -> None:
        """Watch the markets of what is held, and say so."""
        added = self._wanted.add_held(self.view) if self._watches_held else {}
        if not added:
            return
        self.post(Watch((*self._wanted.symbols, *added)))
        for symbol, venue in added.items():
            words = f"{symbol} is watched too: there is a position in it"
            self.core.note(Notice(self.clock.now_ns(), venue, words))

    def _tape_of(self, venue: str) -> TapeWriter | None:
        if self.recorder is None:
            return None
        return self.recorder.start(venue, self._wanted.of(venue), self.clock.now_ns())

    def _tape_error(self, venue: str) -> str:
        """Why the venue's tape could not be begun or completed; empty if it could."""
        return self.recorder.errors.get(venue, "") if self.recorder else ""

    def record(self, folder: Path | None) -> str:
        """Start one tape a venue in a new folder, or stop (None); what happened, in words.

        Every link is reopened at the start: a tape that begins in the middle of a connection has
        changes to books that it never saw. TapeError if no tape can be made.
        """
        if folder is None:
            return self._stop_recording()
        if self.recorder is not None:
            raise TapeError("a recording is running already")
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise TapeError(f"{folder}: cannot be made: {error.strerror}") from error
        origin: Origin = "sim" if self.mode == "DEMO" or self._endpoints else "mainnet"
        self.recorder = Recorder(TapeOrder(folder, origin=origin))
        tapes = {name: self._tape_of(name) for name in self.drivers}
        try:
            self.recorder.check()
        except TapeError:
            self.recorder = None
            raise
        for name, driver in self.drivers.items():
            driver.record(tapes[name])
        lost = "".join(f"; {error}" for error in self.recorder.errors.values())
        count = len(self.recorder.writers)
        return f"recording {count} venues into {folder}; links reopen for whole books{lost}"

    def _stop_recording(self) -> str:
        recorder, self.recorder = self.recorder, None
        if recorder is None:
            return "not recording"
        for driver in self.drivers.values():
            driver.record(None)
        recorder.close()
        return "; ".join((recorder.summary, *recorder.errors.values()))

    # --- facts --------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> None:
        """Be handed every batch of facts after the store has it."""
        self._listeners.append(listener)

    def take(self, events: list[Event]) -> None:
        """Facts of one input of a venue, in their order."""
        may_be_held = not _OF_HELD.isdisjoint(map(type, events))
        if may_be_held:
            events = [self._with_fees(e) if type(e) is Instrument else e for e in events]
        if self.memory is not None:
            self.memory.hear(events)
        self.core.take(events)
        for listener in self._listeners:
            listener(events)
        if may_be_held:
            # At last: what is asked for now is answered by facts of its own.
            self._watch_held()

    def _with_fees(self, event: Instrument) -> Instrument:
        """The trader's own tier, else what the venue said, else its documented base tier."""
        sources = (self._config.venue.get(event.venue), event, self.specs[event.venue])
        fees = {}
        for name in ("taker_fee", "maker_fee"):
            stated = (getattr(source, name, None) for source in sources)
            fees[name] = next((fee for fee in stated if fee is not None), None)
        return msgspec.structs.replace(event, **fees)

    # --- Desk ---------------------------------------------------------------------------------

    def post(self, intent: Intent) -> None:
        self.core.post(intent)

    def notices(self) -> list[Notice]:
        return self.core.notices()

    def stats(self) -> DeskStats:
        return self.core.stats()

    # --- Feed ---------------------------------------------------------------------------------

    def want(self, symbols: tuple[str, ...]) -> None:
        self._wanted.watch(symbols)
        self._ask_venues()

    def survey(self, is_on: bool) -> None:
        self._wanted.survey(is_on)
        self._ask_venues()

    def lend(self, symbols: Mapping[str, frozenset[str]]) -> None:
        self._wanted.lend(symbols)
        self._ask_venues()

    def follow_account(self, venue: str, address: str) -> str:
        self._wanted.follow_too(Follow(venue=venue, address=address))
        self._show_follows()
        if venue in self.drivers:
            self.drivers[venue].want(self._wanted.of(venue))
        return (
            f"following {short_address(address)} at {venue} until you leave; [[account]] keeps it"
        )

    def _ask_venues(self) -> None:
        for name, driver in self.drivers.items():
            driver.want(self._wanted.of(name))

    def detail(self) -> str:
        return ""

    def venue_stats(self, name: str) -> VenueStats | None:
        """None before the venue's driver exists."""
        driver = self.drivers.get(name)
        if driver is None:
            return None
        stats = driver.stats
        tape = self.recorder.writers.get(name) if self.recorder else None
        return VenueStats(
            frames=stats.frames,
            bytes=stats.bytes,
            faults=stats.faults,
            budget_left=stats.budget_left,
            budget_burst=stats.budget_burst,
            blocked_s=stats.blocked_s,
            is_refusing=stats.is_refusing,
            fetches_pending=stats.fetches_pending,
            rejects=stats.rejects,
            reconnects=stats.reconnects,
            tape=str(tape.path) if tape else None,
            tape_bytes=tape.bytes_written if tape else 0,
            tape_error=stats.tape_error or self._tape_error(name),
            new_fields=stats.new_fields,
        )

    def feed_stats(self) -> FeedStats:
        return FeedStats(
            messages_per_s=self.coalescer.rate_per_s if self.drivers else None,
            coalescing=self.coalescer.mode == "on",
            recording=self.recorder is not None,
            history=self.memory.status if self.memory else None,
        )
