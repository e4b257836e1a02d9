"""A live desk, and over it for a while a tape: the live one goes on beneath.

Its links, alerts, recordings and history do not notice. What is looked at is the tape alone: not a
figure of now stands beside one of then, and an alert that fires live is said to be of now.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cockpit.config import Config
from cockpit.core.errors import CockpitError
from cockpit.desk.contract import (
    GoLive,
    Intent,
    Notice,
    OpenTapes,
    Rank,
    Record,
    ReplayIntent,
    Severity,
)
from cockpit.desk.core import alert_stats
from cockpit.desk.live import Engine
from cockpit.desk.recordings import find_tapes, recordings_in
from cockpit.desk.stats import DeskStats, LiveBeneath
from cockpit.desk.trader_files import TraderPaths
from cockpit.state.store import MarketStore

if TYPE_CHECKING:
    from cockpit.desk.replay import ReplayEngine

SPEED: Final = 1.0


class TapeOverLive:
    """A `RunningDesk`: that of the tape while one is played, else the live one."""

    def __init__(self, live: Engine, config: Config, paths: TraderPaths, tapes_dir: Path) -> None:
        """`paths.plans` are read by the tape's desk too; `tapes_dir` has the trader's recordings,
        a folder each."""
        self._live = live
        self._config = config
        self._plans = TraderPaths(plans=paths.plans)
        self._tapes_dir = tapes_dir
        self._recordings: tuple[str, ...] = ()
        self._tape: ReplayEngine | None = None
        self._asked = Rank()
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def view(self) -> MarketStore:
        return self._shown.view

    @property
    def _shown(self) -> "Engine | ReplayEngine":
        return self._tape or self._live

    async def start(self) -> None:
        self._look_for_recordings()
        await self._live.start()

    async def stop(self) -> None:
        if self._tape is not None:
            await self._tape.stop()
        await self._live.stop()
        await asyncio.gather(*self._ending)

    def post(self, intent: Intent) -> None:
        if isinstance(intent, GoLive):
            self._end_tape()
        elif isinstance(intent, OpenTapes) and self._tape is None:
            self._play(intent)
        elif isinstance(intent, ReplayIntent) and self._tape is None:
            self._say("no tape is played; :replay plays one")
        else:
            if isinstance(intent, Rank):
                self._asked = intent
            self._shown.post(intent)
        if isinstance(intent, GoLive | Record):
            self._look_for_recordings()

    def notices(self) -> list[Notice]:
        return self._shown.notices()

    def stats(self) -> DeskStats:
        stats = self._shown.stats()
        playback = stats.playback
        if playback is not None:
            feed = self._live.feed_stats()
            beneath = LiveBeneath(
                at_ns=self._live.clock.now_ns(),
                alerts=alert_stats(self._live.alerting),
                is_recording=feed.recording,
                history=feed.history.standing if feed.history else None,
                clock_offset_ns=self._live.view.clock_offset_ns,
            )
            playback = msgspec.structs.replace(playback, live=beneath)
        return msgspec.structs.replace(stats, playback=playback, recordings=self._recordings)

    def _play(self, intent: OpenTapes) -> None:
        # Not needed for the first picture.
        from cockpit.desk.replay import ReplayEngine

        try:
            files = find_tapes(list(intent.paths))
            tape = ReplayEngine(
                files, speed=SPEED, start=None, config=self._config, trader_paths=self._plans
            )
        except CockpitError as error:
            self._say(error.ui_message, "warn")
            return
        self._tape = tape
        tape.begin()
        if self._asked.is_on:
            tape.post(self._asked)
        count = len(files)
        words = f"{count} tapes" if count > 1 else files[0].name
        self._say(f"playing {words}; the live desk goes on beneath")

    def _end_tape(self) -> None:
        tape, self._tape = self._tape, None
        if tape is None:
            return
        task = asyncio.get_running_loop().create_task(tape.stop())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        # Another ranking may have been asked for meanwhile, or none any more.
        self._live.post(self._asked)
        self._say("live again")

    def _say(self, words: str, severity: Severity = "info") -> None:
        core = self._tape.core if self._tape else self._live.core
        core.note(Notice(core.clock.now_ns(), "", words, severity, is_answer=True))

    def _look_for_recordings(self) -> None:
        self._recordings = tuple(map(str, recordings_in(self._tapes_dir)))
