"""The thread in which a desk reads its history, one question after the other."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader

T = TypeVar("T")


class HistoryReads:
    """Used on the loop. Nothing is opened before the first question."""

    def __init__(self, folder: Folder) -> None:
        self._reader = HistoryReader(folder)
        self._threads: ThreadPoolExecutor | None = None

    def submit(self, work: Callable[[HistoryReader], T]) -> Future[T]:
        """`work` in the thread, after what was asked before."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(1, thread_name_prefix="history")
        return self._threads.submit(work, self._reader)

    def close(self) -> None:
        """After what is being read: the screen does not wait for it."""
        threads, self._threads = self._threads, None
        if threads is None:
            return
        threads.submit(self._reader.close)
        threads.shutdown(wait=False)


class NewestRead(Generic[T]):
    """One question at a time: a new one replaces the one before. Used on the loop."""

    def __init__(self, reads: HistoryReads | None) -> None:
        """`reads` None remembers nothing, and answers nothing."""
        self._reads = reads
        self._asked: Future[T] | None = None
        self._found: T | None = None

    def ask(self, work: Callable[[HistoryReader], T]) -> None:
        """`work` never raises: what cannot be read is a sentence of its answer."""
        if self._reads is None:
            return
        if self._asked is not None:
            self._asked.cancel()
        self._asked = self._reads.submit(work)

    def answer(self) -> T | None:
        """What was found last; the one before while the next is read."""
        asked = self._asked
        if asked is not None and asked.done() and not asked.cancelled():
            self._found, self._asked = asked.result(), None
        return self._found
