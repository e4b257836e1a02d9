"""One pass over tapes: the state that comes of it, its alerts and marks."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from cockpit.config import Config
from cockpit.core.errors import CockpitError
from cockpit.core.events import Event, Position
from cockpit.core.units import NS_PER_S
from cockpit.desk.checkpoints import Checkpoint, Checkpoints
from cockpit.desk.contract import (
    Cancel,
    Compute,
    FollowAccount,
    Intent,
    LookBack,
    Notice,
    PlanIntent,
    ReadLegMids,
    ReadSpan,
    Record,
    Watch,
)
from cockpit.desk.core import SAMPLE_S, DeskCore, DeskSetup, DeskState, Feed
from cockpit.desk.recordings import open_recording
from cockpit.desk.stats import Mark
from cockpit.desk.trader_files import TraderPaths
from cockpit.wire.pump import Pump
from cockpit.wire.replay import Begun, Goal, Replay

log = logging.getLogger(__name__)

LOOK_NS: Final = NS_PER_S
"""Alerts are looked for once a second of the tape, at any speed."""
SAMPLE_NS: Final = round(SAMPLE_S * NS_PER_S)
_LEAVES_STATE: Final = (
    Cancel, Compute, FollowAccount, LookBack, PlanIntent, ReadLegMids, ReadSpan, Record,
)  # fmt: skip
"""After these intents a pass is still what a fresh one would be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the trader has said to a pass that holds for every other over the same tapes.

    `symbols` None watches what the tapes were made for. `rules` are those made by keys, as text.
    """

    symbols: tuple[str, ...] | None = None
    positions: tuple[Position, ...] = ()
    muted: frozenset[str] = frozenset()
    is_surveying: bool = False
    rules: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """What to play and how: `goal` is gone to flat out, `arrived` is called there. It begins at
    `start`, or where that is None at the beginning, and keeps its own `checkpoints`."""

    files: tuple[Path, ...]
    config: Config
    trader_paths: TraderPaths
    speed: float | None
    goal: Goal | None
    arrived: Callable[[], None]
    said: Said
    checkpoints: Checkpoints
    start: Checkpoint | None = None
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """All that a pass goes on from, beside its place on the tapes."""

    pumps: Mapping[str, Pump]
    desk: DeskState
    marks: tuple[Mark, ...]
    fired: int
    jumped: int
    last_jump_ns: int
    next_sample_ns: int
    next_look_ns: int


class Run:
    """Its own state and clock, so that another pass can be prepared beside it. TapeError, as
    `open_recording`, for a file that is no tape."""

    def __init__(self, order: RunOrder, feed: Feed) -> None:
        recordings = [open_recording(path) for path in order.files]
        wanted = [symbol for tape, _, _ in recordings for symbol in tape.header.wants.symbols]
        self.first_ns = min(tape.header.at_ns for tape, _, _ in recordings)
        start = order.start
        begun: RunState | None = start.copy.unpacked() if start else None
        self.replay = Replay(
            recordings,
            self._sink,
            speed=order.speed,
            goal=order.goal,
            arrived=order.arrived,
            begun=Begun(place=start.place, pumps=begun.pumps) if start and begun else None,
            pause_s=order.pause_s,
        )
        self.core = DeskCore(
            DeskSetup(
                mode="REPLAY",
                clock=self.replay.clock,
                specs={spec.name: spec for _, spec, _ in recordings},
                symbols=list(dict.fromkeys(wanted)),
                rules=order.config.alert,
                assets=order.config.assets,
                own_margins=order.config.own_margins,
                own_taker_fees=order.config.own_taker_fees,
                trader_paths=order.trader_paths,
                rules_text=order.said.rules,
                config=order.config,
                begun=begun.desk if begun else None,
            ),
            feed,
        )
        self.marks = list(begun.marks) if begun else []
        self.fired = begun.fired if begun else 0
        """Alerts that have fired since the beginning."""
        self.jumped = begun.jumped if begun else 0
        """Jumps of the book's exposure since the beginning."""
        self._last_jump_ns = begun.last_jump_ns if begun else 0
        self._next_sample_ns = begun.next_sample_ns if begun else 0
        self._next_look_ns = begun.next_look_ns if begun else 0
        self.is_as_read = True
        """What it shows is what a fresh pass would, to which was said what was said to this one
        before its beginning."""
        self._symbols = order.said.symbols
        self._checkpoints = order.checkpoints
        self._next_checkpoint_s = order.checkpoints.next_s(self.replay.progress.busy_s)
        self._tasks: list[asyncio.Task[None]] = []
        if begun is None:
            self._hear(order.said)

    def _hear(self, said: Said) -> None:
        if said.symbols is not None:
            self.core.view.watch(said.symbols)
        self.core.view.set_manual(said.positions)
        self.core.view.survey(said.is_surveying)
        for name in said.muted:
            self.core.alerting.mute(name)

    @property
    def said(self) -> Said:
        """For another pass over the same tapes."""
        return Said(
            symbols=self._symbols,
            positions=tuple(self.core.view.manual()),
            muted=self.core.alerting.muted,
            is_surveying=self.core.scanner.scan.is_on,
            rules=self.core.files.rules.text,
        )

    def start(self) -> None:
        self._tasks.append(asyncio.create_task(self._play(), name="replay"))

    async def _play(self) -> None:
        """To the end, or to where the tapes cannot be read any more: that is said."""
        try:
            await self.replay.run()
        except CockpitError as error:
            self._give_up(error.ui_message)
        except Exception:
            # A fault of the program: without this the player would seem to run, and stand.
            log.exception("replay failed")
            self._give_up("the tape cannot be played on: the log says why")

    def _give_up(self, words: str) -> None:
        # Whoever waits for something on the tape is answered by this last.
        self.replay.give_up()
        self.core.note(Notice(self.core.clock.now_ns(), "", words, "danger", is_answer=True))

    def show(self) -> None:
        """From now on it is looked at."""
        self.core.scan()
        self._tasks.append(asyncio.create_task(self.core.scanner.run(), name="scanner"))

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def post(self, intent: Intent) -> None:
        """Do what the trader wants of what is shown."""
        if isinstance(intent, Watch):
            self._symbols = intent.symbols
        self.is_as_read &= isinstance(intent, _LEAVES_STATE)
        self.core.post(intent)

    def inherit(self, before: "Run") -> None:
        """Take over what is no tape's: what is computed, and the plans that are kept."""
        self.core.jobs = before.core.jobs
        self.core.take_over_scan(before.core)
        self.core.files.plans = before.core.files.plans

    def _sink(self, events: list[Event]) -> None:
        self.core.take(events)
        now_ns = self.core.clock.now_ns()
        if now_ns >= self._next_sample_ns:
            self._next_sample_ns = now_ns + SAMPLE_NS
            self.core.sample()
            self._count_jumps()
        if now_ns >= self._next_look_ns:
            self._next_look_ns = now_ns + LOOK_NS
            fired = [a for a in self.core.alerting.look() if a.happening != "cleared"]
            self.fired += len(fired)
            if fired:
                self._mark("alert")
        busy_s = self.replay.progress.busy_s
        if busy_s >= self._next_checkpoint_s and self.is_as_read:
            self._checkpoints.offer(self.replay.place, self._state)
            self._next_checkpoint_s = self._checkpoints.next_s(busy_s)

    def _state(self) -> RunState:
        return RunState(
            pumps=self.replay.pumps,
            desk=self.core.state,
            marks=tuple(self.marks),
            fired=self.fired,
            jumped=self.jumped,
            last_jump_ns=self._last_jump_ns,
            next_sample_ns=self._next_sample_ns,
            next_look_ns=self._next_look_ns,
        )

    def _count_jumps(self) -> None:
        jumps = self.core.view.exposure.jumps
        new = [jump for jump in jumps if jump.at_ns > self._last_jump_ns]
        if new:
            self._last_jump_ns = new[-1].at_ns
            self.jumped += len(new)
            self._mark("jump")

    def _mark(self, what: Literal["alert", "jump"]) -> None:
        self.marks.append(Mark(self.replay.read_frac, what, self.replay.progress.stated))
