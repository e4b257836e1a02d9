"""Long calculations in a process of their own, so that the screen never waits for one.

One calculation runs at a time: a new one ends those before it, as a form that has changed does. A
calculation is a module-level function of plain data and `keep_going(done, asked)`, which it calls
now and then and obeys.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from ctypes import Array, c_longlong
from typing import Any, Generic, NamedTuple, TypeVar

J = TypeVar("J")
R = TypeVar("R")
KeepGoing = Callable[[int, int], bool]

_RUNNING, _DONE, _ASKED, _ENDED = range(4)
"""Number of the task that reported last, how far it is, of how much, and up to which all end."""

_board: "Array[c_longlong] | None" = None


class Progress(NamedTuple):
    """`asked` is 0 until the calculation has reported."""

    done: int
    asked: int


class Task(Generic[R]):
    """A calculation under way. `future` can be awaited through `asyncio.wrap_future`."""

    def __init__(self, number: int, future: "Future[R]", board: "Array[c_longlong]") -> None:
        self.number = number
        self.future = future
        self._board = board

    @property
    def progress(self) -> Progress:
        if self._board[_RUNNING] != self.number:
            return Progress(0, 0)
        return Progress(self._board[_DONE], self._board[_ASKED])

    def cancel(self) -> None:
        """End this one, and those before it; the result is what is done by then, if it began."""
        self._board[_ENDED] = max(self._board[_ENDED], self.number)
        self.future.cancel()


class Background:
    """One worker process, started when it is first needed, and anew after it died."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._board: Any = self._context.Array(c_longlong, 4, lock=False)
        self._pool: ProcessPoolExecutor | None = None
        self._last: Task[Any] | None = None
        self._count = 0

    def start(self, function: Callable[[J, KeepGoing], R], job: J) -> Task[R]:
        """Run `function(job, keep_going)` in the worker, after ending what runs there."""
        if self._last is not None:
            self._last.cancel()
        self._count += 1
        try:
            future = self._worker().submit(_run, self._count, function, job)
        except BrokenProcessPool:
            self._pool = None
            future = self._worker().submit(_run, self._count, function, job)
        task = Task(self._count, future, self._board)
        self._last = task
        return task

    def _worker(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1, mp_context=self._context, initializer=_adopt, initargs=(self._board,)
            )
        return self._pool

    def close(self) -> None:
        """End everything and the worker with it."""
        if self._last is not None:
            self._last.cancel()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _adopt(board: Any) -> None:
    """In the worker: the board that both processes see, no ear for Ctrl-C, which the screen
    answers by closing it, and no mouth: a traceback of Python's own would be drawn over the screen.
    What fails is said by the future. Where both want the only core, the screen has it."""
    global _board
    _board = board
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    os.nice(10)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run(number: int, function: Callable[[J, KeepGoing], R], job: J) -> R:
    board = _board
    assert board is not None

    def keep_going(done: int, asked: int) -> bool:
        board[_RUNNING], board[_DONE], board[_ASKED] = number, done, asked
        return board[_ENDED] < number

    return function(job, keep_going)
