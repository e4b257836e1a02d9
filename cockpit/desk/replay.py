"""The desk that plays tapes: the same state, clock and notices as a live engine."""

import asyncio
from pathlib import Path

from cockpit.config import Config
from cockpit.core.clock import Clock
from cockpit.core.errors import InputError
from cockpit.core.events import Event
from cockpit.core.typed import parse_time
from cockpit.core.units import utc
from cockpit.desk.contract import (
    Intent,
    Notice,
)
from cockpit.desk.core import SAMPLE_S, DeskCore, DeskSetup
from cockpit.desk.recordings import open_recording
from cockpit.desk.stats import DeskStats, FeedStats, Mode, VenueStats
from cockpit.desk.trader_files import NOTHING_KEPT, TraderPaths
from cockpit.wire.replay import Replay

LOOK_NS = 1_000_000_000
"""Alerts are looked for once a second of the tape, at any speed."""


class ReplayEngine:
    """A `Desk` on tape time. Watches what the tapes were made for."""

    def __init__(
        self,
        files: list[Path],
        *,
        speed: float | None,
        start: str | None,
        config: Config | None = None,
        trader_paths: TraderPaths = NOTHING_KEPT,
    ) -> None:
        """`config` has what the trader says of alerts, assets and margins; nothing of a replay's
        alerts is kept or told to a hook."""
        config = config or Config()
        self.mode: Mode = "REPLAY"
        recordings = [open_recording(path) for path in files]
        first_ns = min(tape.header.at_ns for tape, _, _ in recordings)
        wanted = [symbol for tape, _, _ in recordings for symbol in tape.header.wants.symbols]
        self.specs = {spec.name: spec for _, spec, _ in recordings}
        self._speed = speed
        from_ns = start_ns(start, first_ns) if start else None
        self._replay = Replay(recordings, self._sink, speed=speed, from_ns=from_ns)
        self.clock: Clock = self._replay.clock
        self.core = DeskCore(
            DeskSetup(
                mode=self.mode,
                clock=self.clock,
                specs=self.specs,
                symbols=list(dict.fromkeys(wanted)),
                rules=config.alert,
                assets=config.assets,
                own_margins=config.own_margins,
                trader_paths=trader_paths,
            ),
            self,
        )
        self.view = self.core.view
        self.alerting = self.core.alerting
        self._next_sample_ns = 0
        self._next_look_ns = 0
        self._task: asyncio.Task[None] | None = None

    def _sink(self, events: list[Event]) -> None:
        self.core.take(events)
        now_ns = self.clock.now_ns()
        if now_ns >= self._next_sample_ns:
            self._next_sample_ns = now_ns + round(SAMPLE_S * 1e9)
            self.core.sample()
        if now_ns >= self._next_look_ns:
            self._next_look_ns = now_ns + LOOK_NS
            self.alerting.look()

    async def start(self) -> None:
        self.core.files.read()
        self._task = asyncio.create_task(self._replay.run(), name="replay")

    async def stop(self) -> None:
        self.core.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # --- Desk ---------------------------------------------------------------------------------

    def post(self, intent: Intent) -> None:
        self.core.post(intent)

    def notices(self) -> list[Notice]:
        return self.core.notices()

    def stats(self) -> DeskStats:
        return self.core.stats()

    # --- Feed ---------------------------------------------------------------------------------

    def want(self, symbols: tuple[str, ...]) -> None:
        """A tape brings what it was made for."""

    def survey(self, is_on: bool) -> None:
        """A tape has a survey or has none."""

    def venue_stats(self, name: str) -> VenueStats | None:
        """A tape has no wire to speak of."""
        return None

    def feed_stats(self) -> FeedStats:
        return FeedStats(messages_per_s=None, coalescing=False, recording=False)

    def record(self, folder: Path | None) -> str:
        """What is played has been recorded."""
        raise InputError("a replay is a recording already; its tapes are files that you can copy")

    def detail(self) -> str:
        """Where the replay stands, for the status bar."""
        progress = self._replay.progress
        speed = "max" if self._speed is None else f"{self._speed:g}x"
        state = "end of tape" if progress.finished else f"{progress.read_frac:.0%}"
        return f"{utc(self.clock.now_ns()):%Y-%m-%d} {speed} {state}"


def start_ns(text: str, first_ns: int) -> int:
    """`--from` as ns: UTC, or `+30s` after the first tape begins. InputError if it is neither."""
    try:
        return parse_time(text, first_ns)
    except ValueError:
        raise InputError(
            f"--from is {text!r}; expected a UTC time such as 2025-10-09T20:33:16 or +30s"
        ) from None
