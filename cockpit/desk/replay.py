"""The desk that plays tapes: a player with the same state, clock and notices as a live engine.

Wherever it goes, it begins at the nearest state that was kept on the way, beside what is on the
screen, and shows that once it has arrived. Where nothing is kept it reads on from where it stands,
or from the beginning.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Final

import msgspec

from cockpit.config import Config
from cockpit.core.errors import CockpitError, InputError
from cockpit.core.typed import parse_time
from cockpit.core.units import NS_PER_S, utc
from cockpit.desk.checkpoints import Checkpoint, Checkpoints
from cockpit.desk.contract import (
    END_NS,
    GoLive,
    Intent,
    Notice,
    OpenTapes,
    Pause,
    ReplayIntent,
    Seek,
    SeekNext,
    SetSpeed,
    Severity,
    Step,
)
from cockpit.desk.core import DeskCore
from cockpit.desk.read_ahead import PAUSE_S, ReadAhead, next_mark
from cockpit.desk.recordings import find_tapes, tapes_beside
from cockpit.desk.replay_run import Run, RunOrder, Said
from cockpit.desk.stats import DeskStats, FeedStats, Mark, Playback, PlaybackState, VenueStats
from cockpit.desk.trader_files import NOTHING_KEPT, TraderPaths
from cockpit.state.store import MarketStore
from cockpit.wire.replay import Goal

STEP_NS: Final = 60 * NS_PER_S
"""A step while the tape runs. While it is held a step is one input that states a fact."""


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
        alerts is kept or told to a hook. Kept plans can be looked at, but what is done to them
        bears the tape's time: it is forgotten at the end."""
        self._config = config or Config()
        self._trader_paths = msgspec.structs.replace(trader_paths, plans_are_read_only=True)
        self._files = tuple(files)
        self._beside = tuple(map(str, tapes_beside(self._files[0])))
        self._speed = speed
        self._coming: Run | None = None
        """A pass that is on its way to what was asked for."""
        self._gone: set[asyncio.Task[None]] = set()
        self._sought: SeekNext | None = None
        self._ahead: ReadAhead | None = None
        self._checkpoints = Checkpoints()
        self._run = self._new_run(Said())
        if start:
            self._run.replay.hasten(Goal(at_ns=start_ns(start, self._run.first_ns)))

    @property
    def view(self) -> MarketStore:
        """Another one after each step back."""
        return self._run.core.view

    @property
    def core(self) -> DeskCore:
        """Of the pass on the screen."""
        return self._run.core

    async def start(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Play; on a running loop."""
        self._run.core.files.read()
        self._run.start()
        self._run.show()
        self._read_ahead()

    async def stop(self) -> None:
        self._run.core.close()
        await self._run.stop()
        if self._ahead is not None:
            await self._ahead.stop()
        if self._coming is not None:
            await self._coming.stop()
        await asyncio.gather(*self._gone)

    # --- Desk ---------------------------------------------------------------------------------

    def post(self, intent: Intent) -> None:
        if not isinstance(intent, ReplayIntent):
            self._run.post(intent)
            self._read_ahead()
            return
        match intent:
            case Pause():
                self._hold(intent.is_on)
            case SetSpeed():
                self._speed = intent.times
                for run in self._runs():
                    run.replay.set_speed(intent.times)
            case Step():
                self._step(intent.count)
            case Seek():
                self._go(Goal(at_ns=max(intent.at_ns, self._run.first_ns)))
            case SeekNext():
                self._seek_next(intent)
            case OpenTapes():
                self._open(intent.paths)
            case GoLive():
                self._say("nothing is live here: this cockpit began with a tape")
        self._leave_room()

    def notices(self) -> list[Notice]:
        return self._run.core.notices()

    def stats(self) -> DeskStats:
        return msgspec.structs.replace(self._run.core.stats(), playback=self._playback())

    # --- the player ---------------------------------------------------------------------------

    def _runs(self) -> list[Run]:
        return [self._run, *([self._coming] if self._coming else [])]

    def _hold(self, is_on: bool) -> None:
        for run in self._runs():
            run.replay.hold(is_on)

    def _step(self, count: int) -> None:
        """Counted from where the last step goes, if it has not arrived."""
        replay = (self._coming or self._run).replay
        goal = replay.goal
        if replay.is_held:
            stated = goal.stated if goal and goal.stated is not None else replay.progress.stated
            self._go(Goal(stated=max(0, stated + count)))
            return
        at_ns = goal.at_ns if goal and goal.at_ns is not None else replay.clock.now_ns()
        self._go(Goal(at_ns=max(self._run.first_ns, at_ns + count * STEP_NS)))

    def _seek_next(self, intent: SeekNext) -> None:
        """Stops where it has happened: that is what the trader wants to look at."""
        run = self._run
        self._drop_coming()
        self._hold(True)
        known = self._marks()
        stated = run.replay.progress.stated
        mark = next_mark(known, intent.what, stated, is_back=intent.is_back)
        if mark is not None and (run.is_as_read or intent.is_back):
            self._go(Goal(stated=mark.stated))
            return
        if intent.is_back:
            self._say(f"no {intent.what} before this on the tape")
            return
        if run.is_as_read and self._ahead is not None and self._ahead.is_whole:
            self._go(Goal(at_ns=END_NS))
            self._sought = intent
            return
        before = run.fired if intent.what == "alert" else run.jumped

        def is_there() -> bool:
            return (run.fired if intent.what == "alert" else run.jumped) > before

        self._sought = intent
        if run.replay.progress.finished:
            self._say_no_more()
        run.replay.hasten(Goal(is_there=is_there))

    def _say_no_more(self) -> None:
        """What was looked for does not come before the end."""
        sought, self._sought = self._sought, None
        if sought is not None:
            self._say(f"no further {sought.what} on this tape")

    def _say(self, words: str, severity: Severity = "info") -> None:
        now_ns = self._run.core.clock.now_ns()
        self._run.core.note(Notice(now_ns, "", words, severity, is_answer=True))

    def _go(self, goal: Goal) -> None:
        self._drop_coming()
        self._sought = None
        run, replay = self._run, self._run.replay
        progress = replay.progress
        is_behind = (goal.at_ns is not None and goal.at_ns < replay.clock.now_ns()) or (
            goal.stated is not None and goal.stated < progress.stated
        )
        start = self._kept_before(goal)
        if not is_behind:
            is_nearer = start is not None and run.is_as_read and start.is_beyond(progress)
            if not is_nearer:
                replay.hasten(goal)
                return
        replay.hasten(None)
        try:
            coming = self._new_run(run.said, goal=goal, start=start)
        except CockpitError as error:
            # Its files may have gone meanwhile.
            self._say(error.ui_message, "warn")
            return
        coming.inherit(run)
        coming.replay.hold(replay.is_held)
        coming.start()
        self._coming = coming

    def _kept_before(self, goal: Goal) -> Checkpoint | None:
        is_same = self._ahead is None or self._ahead.said == self._run.said
        return self._checkpoints.before(goal) if is_same else None

    def _read_ahead(self) -> None:
        """For what the trader has said until now. States of before are those of another pass."""
        said = self._run.said
        if self._ahead is None:
            self._ahead = self._ahead_of(said)
        elif self._ahead.said != said:
            self._end_ahead()
            self._checkpoints = Checkpoints()
            self._ahead = self._ahead_of(said)

    def _ahead_of(self, said: Said) -> ReadAhead | None:
        """None where the tapes cannot be read any more: whoever plays them will say so."""
        try:
            run = self._new_run(said, pause_s=PAUSE_S)
        except CockpitError:
            return None
        run.replay.set_speed(None)
        return ReadAhead(said, run)

    def _leave_room(self) -> None:
        """What is looked at, or waited for, goes before what may be asked for later."""
        replay = self._run.replay
        is_flat_out = replay.speed is None and not (replay.is_held or replay.progress.finished)
        is_waited_for = self._coming is not None or replay.goal is not None
        if self._ahead is not None:
            self._ahead.rest(is_flat_out or is_waited_for)

    def _end_ahead(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            self._let_go(ahead.stop())

    def _marks(self) -> list[Mark]:
        """What is known to have happened, also further on."""
        ahead = self._ahead
        if ahead is None or ahead.said != self._run.said or not self._run.is_as_read:
            return self._run.marks
        return max(self._run.marks, ahead.marks, key=len)

    def _open(self, paths: tuple[str, ...]) -> None:
        before, kept = self._files, self._checkpoints
        now_ns = self._run.core.clock.now_ns()
        try:
            self._files = tuple(find_tapes(list(paths)))
            self._checkpoints = Checkpoints()
            opened = self._new_run(Said(rules=self._run.said.rules))
        except CockpitError as error:
            self._files, self._checkpoints = before, kept
            self._run.core.note(Notice(now_ns, "", error.ui_message, "warn", is_answer=True))
            return
        opened.inherit(self._run)
        self._drop_coming()
        self._beside = tuple(map(str, tapes_beside(self._files[0])))
        opened.start()
        self._show(opened)
        self._end_ahead()
        self._read_ahead()
        count = len(self._files)
        words = f"{count} tapes" if count > 1 else self._files[0].name
        opened.core.note(Notice(opened.first_ns, "", f"playing {words}", is_answer=True))

    def _new_run(
        self,
        said: Said,
        *,
        goal: Goal | None = None,
        start: Checkpoint | None = None,
        pause_s: float = 0.0,
    ) -> Run:
        order = RunOrder(
            files=self._files,
            config=self._config,
            trader_paths=self._trader_paths,
            speed=self._speed,
            goal=goal,
            arrived=self._arrived,
            said=said,
            checkpoints=self._checkpoints,
            start=start,
            pause_s=pause_s,
        )
        return Run(order, self)

    def _arrived(self) -> None:
        """Show the pass that was prepared, if it is the one that has arrived."""
        coming = self._coming
        if coming is not None and coming.replay.goal is None:
            self._coming = None
            self._show(coming)
        if self._run.replay.progress.finished:
            self._say_no_more()
        self._sought = None
        self._leave_room()

    def _show(self, run: Run) -> None:
        before, self._run = self._run, run
        self._let_go(before.stop())
        run.show()

    def _drop_coming(self) -> None:
        coming, self._coming = self._coming, None
        if coming is not None:
            self._let_go(coming.stop())

    def _let_go(self, ending: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(ending)
        self._gone.add(task)
        task.add_done_callback(self._gone.discard)

    def _playback(self) -> Playback:
        replay = self._run.replay
        state: PlaybackState = "running"
        if self._coming is not None or replay.goal is not None:
            state = "seeking"
        elif replay.progress.finished:
            state = "ended"
        elif replay.is_held:
            state = "paused"
        return Playback(
            state=state,
            is_held=replay.is_held,
            times=self._speed,
            first_ns=self._run.first_ns,
            read_frac=replay.read_frac,
            marks=tuple(self._marks()),
            beside=self._beside,
        )

    # --- Feed ---------------------------------------------------------------------------------

    def want(self, symbols: tuple[str, ...]) -> None:
        """A tape brings what it was made for."""

    def survey(self, is_on: bool) -> None:
        """A tape has a survey or has none."""

    def lend(self, symbols: Mapping[str, frozenset[str]]) -> None:
        """A tape has the books that were followed then."""

    def venue_stats(self, name: str) -> VenueStats | None:
        """A tape has no wire to speak of."""
        return None

    def feed_stats(self) -> FeedStats:
        return FeedStats(messages_per_s=None, coalescing=False, recording=False)

    def follow_account(self, venue: str, address: str) -> str:
        """Nobody is asked anything while a tape plays."""
        raise InputError("a replay has the accounts of its tapes and follows no others")

    def record(self, folder: Path | None) -> str:
        """What is played has been recorded."""
        raise InputError("a replay is a recording already; its tapes are files that you can copy")

    def detail(self) -> str:
        """The day of the tape, for the status bar."""
        return f"{utc(self._run.core.clock.now_ns()):%Y-%m-%d}"


def start_ns(text: str, first_ns: int) -> int:
    """`--from` as ns: UTC, or `+30s` after the first tape begins. InputError if it is neither."""
    try:
        return parse_time(text, first_ns)
    except ValueError:
        raise InputError(
            f"--from is {text!r}; expected a UTC time such as 2025-10-09T20:33:16 or +30s"
        ) from None
