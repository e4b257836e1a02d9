"""Runs one session live: connects, ticks, sends, fetches, records. The only loop there is.

Everything that happens goes through `feed`, one input at a time: to the tape, through the pump,
then its outputs are performed. A venue that fails takes nobody with it: whatever it does ends as
a `Link` with a reason or a `Reject`.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec

from cockpit import __version__
from cockpit.core.clock import Clock
from cockpit.core.errors import TapeError
from cockpit.core.events import Event, Link, LinkState, Reject
from cockpit.venues.contract import (
    MAIN,
    Fetch,
    Frame,
    Input,
    LinkSpec,
    Opened,
    Restart,
    Send,
    Session,
    Tick,
    VenueSpec,
    Wanted,
    Wants,
)
from cockpit.wire.coalesce import Coalescer
from cockpit.wire.drift import FieldDrift
from cockpit.wire.endpoints import Endpoint
from cockpit.wire.fetcher import Fetcher
from cockpit.wire.link import AnyLink, PolledLink, WebSocketLink
from cockpit.wire.pump import ACTIONS, Outcome, Pump, facts
from cockpit.wire.reasons import Ending
from cockpit.wire.tape import TapeHeader, TapeWriter

log = logging.getLogger(__name__)

TICK_S = 1.0
_NOTED = ACTIONS | {Reject, Link}
"""Outcomes that are more to a driver than facts to hand on."""
BLACK_BOX_EVERY_S = 60.0


class DriverStats(msgspec.Struct):
    """What the health screen shows of one venue. Counts are since the start.

    `bytes` are characters for text frames. `connected_since_ns` has the open links only.
    `budget_left` is request weight that could be spent now, of `budget_burst`; `blocked_s` is how
    long the venue still refuses us, `is_refusing` that it has answered nothing since it did.
    `tape_error` says why recording ended early. `new_fields` are
    names that the venue's wire did not have before, with the messages of a sample that had them.
    """

    frames: int = 0
    bytes: int = 0
    rejects: int = 0
    reconnects: int = 0
    faults: int = 0
    last_reject: str = ""
    links: dict[str, LinkState] = msgspec.field(default_factory=dict)
    connected_since_ns: dict[str, int] = msgspec.field(default_factory=dict)
    budget_left: float = 0.0
    budget_burst: int = 0
    blocked_s: float = 0.0
    is_refusing: bool = False
    fetches_pending: int = 0
    tape_error: str = ""
    new_fields: tuple[tuple[str, int], ...] = ()


class Driver:
    """One venue, live. `sink` gets the events of each input as one list, never an empty one.

    `endpoint` replaces the venue's own addresses. `tape` records every input; closing it is the
    caller's. `black_box_dir` is where the last inputs before a fault of an adapter are kept.
    `drift` counts fields that are new on the wire.

    InputError if the endpoint lacks a link that the venue needs.
    """

    def __init__(
        self,
        spec: VenueSpec,
        make_session: Callable[[Wants], Session],
        wants: Wants,
        *,
        sink: Callable[[list[Event]], None],
        clock: Clock,
        endpoint: Endpoint | None = None,
        tape: TapeWriter | None = None,
        black_box_dir: Path | None = None,
        coalescer: Coalescer | None = None,
        drift: FieldDrift | None = None,
    ) -> None:
        if endpoint is not None:
            endpoint.require(spec)
        self._spec = spec
        self._sink = sink
        self._clock = clock
        self._endpoint = endpoint
        self._tape = tape
        self._black_box_dir = black_box_dir
        self._black_box_ns: int | None = None
        self._coalescer = coalescer
        self._drift = drift
        self._pump = Pump(spec, make_session, wants)
        self._stats = DriverStats(budget_burst=spec.burst)
        self._ever_open: set[str] = set()
        self._links = self._make_links()
        rest_url, hosts = (endpoint.rest_url, {}) if endpoint else (spec.rest_url, spec.hosts)
        self._fetcher = Fetcher(
            spec, rest_url, clock, reply=self.feed, reject=self.reject, hosts=hosts
        )

    @property
    def stats(self) -> DriverStats:
        self._stats.budget_left = self._fetcher.budget_left
        self._stats.blocked_s = self._fetcher.blocked_s
        self._stats.is_refusing = self._fetcher.is_refusing
        self._stats.fetches_pending = self._fetcher.pending
        self._stats.new_fields = tuple(self._drift.new.items()) if self._drift else ()
        return self._stats

    def want(self, wants: Wants) -> None:
        """Change the watch list."""
        self.feed(Wanted(at_ns=self._clock.now_ns(), wants=wants))

    @property
    def spec(self) -> VenueSpec:
        return self._spec

    def record(self, tape: TapeWriter | None) -> None:
        """Write every input from now on to this tape, from a fresh connection on; None stops."""
        self._tape = tape
        self._stats.tape_error = ""
        if tape is not None:
            for link in self._links.values():
                link.restart("a recording begins")

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name, link in self._links.items():
                group.create_task(link.run(), name=f"{self._spec.name} {name}")
            group.create_task(self._fetcher.run(), name=f"{self._spec.name} fetcher")
            group.create_task(self._ticks(), name=f"{self._spec.name} ticks")

    async def _ticks(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.feed(Tick(at_ns=self._clock.now_ns()))

    # --- the one way in -----------------------------------------------------------------------

    def feed(self, item: Input) -> None:
        """Record an input, hand it to the session, perform what it answers."""
        if self._tape is not None:
            self._record(self._tape, item)
        stats = self._stats
        if type(item) is Frame:
            stats.frames += 1
            stats.bytes += len(item.data)
            if self._drift is not None:
                self._drift.look(item.data)
        elif type(item) is Opened:
            self._count_open(item)
        outcomes = self._pump.feed(item)
        for outcome in outcomes:
            if type(outcome) in _NOTED:
                events = self._perform(outcomes)
                break
        else:
            events = cast(list[Event], outcomes)
        if events:
            self._sink(events)
        if self._pump.faults != stats.faults:
            self._keep_black_box(item.at_ns)

    def _perform(self, outcomes: list[Outcome]) -> list[Event]:
        """Do what is to be done, count what is counted; returns the facts."""
        for output in outcomes:
            match output:
                case Send():
                    self._send(output)
                case Fetch():
                    self._fetcher.add(output)
                case Restart():
                    self._restart(output)
                case Reject():
                    self._count_reject(output)
                case Link():
                    self._note_link(output)
        return facts(outcomes)

    def connecting(self, link: str, ended: Ending | None) -> None:
        """A link is being opened; `ended` is why the one before did, None for the first."""
        event = Link(
            venue=self._spec.name,
            recv_ns=self._clock.now_ns(),
            link=link,
            state="connecting",
            reason="" if ended is None else ended.words,
            cause=msgspec.UNSET if ended is None else ended.cause,
            essential=not self._spec.links[link].telemetry,
        )
        self._note_link(event)
        self._sink([event])

    def reject(self, reason: str) -> None:
        """Something of the venue's that never became an input, because it was too large."""
        event = Reject(venue=self._spec.name, recv_ns=self._clock.now_ns(), reason=reason)
        self._count_reject(event)
        self._sink([event])

    # --- performing ---------------------------------------------------------------------------

    def _send(self, send: Send) -> None:
        link = self._links.get(send.link)
        if link is not None:
            link.send(send.data)

    def _restart(self, restart: Restart) -> None:
        link = self._links.get(restart.link)
        if link is not None:
            log.info(
                "restart venue=%s link=%s reason=%s",
                self._spec.name, restart.link, restart.reason,
            )  # fmt: skip
            link.restart(restart.reason)

    def _record(self, tape: TapeWriter, item: Input) -> None:
        try:
            tape.write(item)
        except OSError as error:
            self._end_tape(f"{tape.path}: {error.strerror}")
        except TapeError as error:
            self._end_tape(error.ui_message)

    def _end_tape(self, reason: str) -> None:
        self._tape = None
        self._stats.tape_error = reason
        log.error("recording ended venue=%s reason=%s", self._spec.name, reason)

    # --- counting -----------------------------------------------------------------------------

    def _count_open(self, opened: Opened) -> None:
        if opened.link in self._ever_open:
            self._stats.reconnects += 1
        self._ever_open.add(opened.link)
        self._stats.connected_since_ns[opened.link] = opened.at_ns

    def _count_reject(self, reject: Reject) -> None:
        self._stats.rejects += 1
        self._stats.last_reject = reject.reason

    def _note_link(self, link: Link) -> None:
        self._stats.links[link.link] = link.state
        if link.state == "down":
            self._stats.connected_since_ns.pop(link.link, None)

    def _keep_black_box(self, at_ns: int) -> None:
        """Write the inputs that broke the session to a tape, at most one a minute."""
        self._stats.faults = self._pump.faults
        log.error("adapter fault venue=%s\n%s", self._spec.name, self._pump.last_fault)
        recent = self._black_box_ns is not None and (
            at_ns - self._black_box_ns < BLACK_BOX_EVERY_S * 1e9
        )
        if self._black_box_dir is None or recent:
            return
        self._black_box_ns = at_ns
        inputs = list(self._pump.black_box)
        header = TapeHeader(
            venue=self._spec.name,
            origin=self._endpoint.origin if self._endpoint else "mainnet",
            version=__version__,
            at_ns=inputs[0].at_ns,
            wants=self._pump.wants,
        )
        try:
            self._black_box_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            writer = TapeWriter(self._black_box_dir / f"{self._spec.name}-{at_ns}.jsonl", header)
            for item in inputs:
                writer.write(item)
            writer.close()
        except (OSError, TapeError) as error:
            log.error("no black box venue=%s error=%s", self._spec.name, error)

    # --- wiring -------------------------------------------------------------------------------

    def _make_links(self) -> dict[str, AnyLink]:
        links: dict[str, AnyLink] = {}
        for name, link in self._spec.links.items():
            url = self._url_of(name, link)
            if url is not None:
                coalescer = None if link.telemetry else self._coalescer
                links[name] = WebSocketLink(
                    name, url, self._spec.max_frame_bytes, self, self._clock, coalescer,
                    queries=link.queries,
                    compressed=link.compressed,
                )  # fmt: skip
        if not self._spec.links:
            links[MAIN] = PolledLink(self, self._clock)
        return links

    def _url_of(self, name: str, link: LinkSpec) -> str | None:
        """The URL; None for telemetry that the endpoint does not have."""
        return link.url if self._endpoint is None else self._endpoint.ws_urls.get(name)
