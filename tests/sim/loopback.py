"""The built-in exchange on real sockets, in a thread, for clients that block."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cockpit.core.scenario import Scenario
from cockpit.sim.server.exchange import Exchange
from cockpit.sim.world.contract import FaceModule
from tests.support import PATIENCE_S


@contextmanager
def exchange(name: str, module: FaceModule, symbols: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """One venue, running; yields where it is, as the ready line says it."""
    ready = threading.Event()
    where: dict[str, Any] = {}
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        market = Exchange({name: module}, symbols, Scenario(name="calm"), seed=7)
        await market.listen()
        where.update(market.ready()["venues"][name])
        ready.set()
        try:
            await market.run()
        finally:
            await market.close()

    task = loop.create_task(serve())

    def run() -> None:
        with loop_closed(loop):
            loop.run_until_complete(asyncio.gather(task, return_exceptions=True))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        assert ready.wait(PATIENCE_S), "the exchange did not come up"
        yield where
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(PATIENCE_S)


@contextmanager
def loop_closed(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    try:
        yield
    finally:
        loop.close()
