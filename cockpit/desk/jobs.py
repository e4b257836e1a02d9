"""What the trader asks to be computed beside the screen, and how far it is."""

import contextlib
import sys
from concurrent.futures import CancelledError

from cockpit.desk.contract import Cancel, Compute
from cockpit.desk.stats import Computation
from cockpit.desk.worker import Background, Task


class Jobs:
    """One computation at a time: a new one ends the one before."""

    def __init__(self) -> None:
        self._background = Background()
        self._task: Task[object] | None = None
        self._number = 0

    def post(self, intent: Compute | Cancel) -> None:
        if isinstance(intent, Cancel):
            if self._task is not None:
                self._task.cancel()
            self._task = None
            return
        self._number = intent.number
        # A screen stands in for stderr, and a process cannot inherit a screen.
        with contextlib.redirect_stderr(sys.__stderr__):
            self._task = self._background.start(intent.function, intent.job)

    def computation(self) -> Computation | None:
        """The last one that was asked for; None before any, and after it was cancelled."""
        task, number = self._task, self._number
        if task is None:
            return None
        if not task.future.done():
            done, asked = task.progress
            return Computation(number=number, state="running", done=done, asked=asked)
        try:
            result = task.future.result()
        except CancelledError:
            return None
        except Exception as error:
            # Whatever it was that failed over there: the screen says it and goes on.
            words = str(error) or type(error).__name__
            return Computation(number=number, state="failed", error=words)
        return Computation(number=number, state="done", result=result)

    def close(self) -> None:
        self._background.close()
