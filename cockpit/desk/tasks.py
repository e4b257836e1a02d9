"""The tasks of a running desk: one that fails takes no other with it, and begins anew."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

log = logging.getLogger(__name__)

AGAIN_S: Final = 5.0
"""A task that failed rests for so long: what made it fail may still be there."""


class Tasks:
    """Used on the loop; `say` is told of each task that failed for the first time, in words."""

    def __init__(self, say: Callable[[str], None], again_s: float = AGAIN_S) -> None:
        self._say = say
        self._again_s = again_s
        self._tasks: list[asyncio.Task[None]] = []
        self._failed: set[str] = set()

    def once(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do this beside the others; what it raises is for whoever waits for it."""
        task = asyncio.create_task(work, name=name)
        self._tasks.append(task)
        return task

    def keep(self, name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run this for as long as the desk lives, anew where it fails."""
        self.once(name, self._keep(name, run))

    async def stop(self) -> None:
        """End all of them."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await run()
            except Exception:
                # It is a bug, but no reason to go without alerts, curves or history from now on.
                log.exception("task failed name=%s", name)
            else:
                return
            if name not in self._failed:
                self._failed.add(name)
                self._say(f"{name} failed and begin anew: the log says why")
            await asyncio.sleep(self._again_s)
