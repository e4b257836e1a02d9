"""Reads tapes to their end beside the screen, so that every moment of them is near.

Going anywhere begins at a checkpoint, and alerts and jumps are known before the tape has reached
them. It takes what the screen leaves over, a part of a core, until the end is read.
"""

from typing import Final, Literal

from cockpit.desk.replay_run import Run, Said
from cockpit.desk.stats import Mark

PAUSE_S: Final = 0.01
"""After each piece of work, which is half as long."""


class ReadAhead:
    """Of one recording, and of what the trader has said to its passes."""

    def __init__(self, said: Said, run: Run) -> None:
        """`run` is the pass that reads ahead, to which this was said."""
        self.said = said
        self._run = run
        run.start()

    async def stop(self) -> None:
        await self._run.stop()

    def rest(self, is_on: bool) -> None:
        """While somebody waits for another pass, all of the time is its own."""
        if self._run.replay.is_held != is_on:
            self._run.replay.hold(is_on)

    @property
    def is_whole(self) -> bool:
        """Whether the end was read."""
        return self._run.replay.progress.finished

    @property
    def marks(self) -> list[Mark]:
        """What happened as far as was read, in order of the tape."""
        return self._run.marks


def next_mark(
    marks: list[Mark], what: Literal["alert", "jump"], stated: int, *, is_back: bool
) -> Mark | None:
    """The nearest of its kind behind, or before, so many inputs that stated a fact."""
    if is_back:
        marks = marks[::-1]
    return next(
        (
            mark
            for mark in marks
            if mark.what == what and (mark.stated < stated if is_back else mark.stated > stated)
        ),
        None,
    )
