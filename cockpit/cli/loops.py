"""The event loop of the headless commands: uvloop where the `fast` extra installed it."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, on the faster loop if there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    result: T = uvloop.run(work)
    return result


class StopSignals:
    """SIGTERM, SIGINT and a time limit end a command in order.

    `told` is whether a signal did, `interrupted` whether that was SIGINT. Made inside the running
    loop. `duration_s` None is no limit.
    """

    def __init__(self, duration_s: float | None) -> None:
        self.interrupted = self.told = False
        self._stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._end, False)
        loop.add_signal_handler(signal.SIGINT, self._end, True)
        if duration_s is not None:
            loop.call_later(duration_s, self._stop.set)

    def _end(self, is_interrupt: bool) -> None:
        self.told, self.interrupted = True, self.interrupted or is_interrupt
        self._stop.set()

    @property
    def is_set(self) -> bool:
        return self._stop.is_set()

    async def within(self, seconds: float) -> bool:
        """Wait at most so long; whether the command is to end."""
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return False
        return True
