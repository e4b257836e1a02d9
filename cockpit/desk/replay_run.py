"""One pass over tapes from their beginning: the state that comes of it, its alerts and marks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cockpit.config import Config
from cockpit.core.events import Event
from cockpit.core.units import NS_PER_S
from cockpit.desk.core import SAMPLE_S, DeskCore, DeskSetup, Feed
from cockpit.desk.recordings import open_recording
from cockpit.desk.stats import Mark
from cockpit.desk.trader_files import TraderPaths
from cockpit.wire.replay import Goal, Replay

LOOK_NS: Final = NS_PER_S
"""Alerts are looked for once a second of the tape, at any speed."""
SAMPLE_NS: Final = round(SAMPLE_S * NS_PER_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """What to play and how: `goal` is gone to flat out, `arrived` is called there."""

    files: tuple[Path, ...]
    config: Config
    trader_paths: TraderPaths
    speed: float | None
    goal: Goal | None
    arrived: Callable[[], None]


class Run:
    """Its own state and clock, so that another pass can be prepared beside it. TapeError, as
    `open_recording`, for a file that is no tape."""

    def __init__(self, order: RunOrder, feed: Feed) -> None:
        recordings = [open_recording(path) for path in order.files]
        wanted = [symbol for tape, _, _ in recordings for symbol in tape.header.wants.symbols]
        self.first_ns = min(tape.header.at_ns for tape, _, _ in recordings)
        self.replay = Replay(
            recordings, self._sink, speed=order.speed, goal=order.goal, arrived=order.arrived
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
                trader_paths=order.trader_paths,
                config=order.config,
            ),
            feed,
        )
        self.marks: list[Mark] = []
        self.fired = 0
        """Alerts that have fired since the beginning."""
        self.jumped = 0
        """Jumps of the book's exposure since the beginning."""
        self._last_jump_ns = 0
        self._next_sample_ns = 0
        self._next_look_ns = 0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks.append(asyncio.create_task(self.replay.run(), name="replay"))

    def show(self) -> None:
        """From now on it is looked at."""
        self.core.scan()
        self._tasks.append(asyncio.create_task(self.core.scanner.run(), name="scanner"))

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def inherit(self, before: "Run") -> None:
        """Take over what is no tape's: what is computed, and the plans that are kept."""
        self.core.jobs = before.core.jobs
        self.core.take_over_scan(before.core)
        self.core.files.plans = before.core.files.plans

    def go_on_from(self, before: "Run") -> None:
        """What the trader has said to a pass over the same tapes holds for this one too."""
        self.inherit(before)
        self.replay.hold(before.replay.is_held)
        self.core.view.watch(before.core.view.symbols())
        self.core.view.set_manual(tuple(before.core.view.manual()))
        for name in before.core.alerting.muted:
            self.core.alerting.mute(name)

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
                self.marks.append(Mark(self.replay.read_frac, "alert"))

    def _count_jumps(self) -> None:
        jumps = self.core.view.exposure.jumps
        new = [jump for jump in jumps if jump.at_ns > self._last_jump_ns]
        if new:
            self._last_jump_ns = new[-1].at_ns
            self.jumped += len(new)
            self.marks.append(Mark(self.replay.read_frac, "jump"))
