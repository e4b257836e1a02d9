"""The thread in which a desk reads its history, one question after the other."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

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
