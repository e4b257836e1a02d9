"""Reading waits for company only when there is much to read, and loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cockpit.wire import coalesce
from cockpit.wire.coalesce import Coalescer, next_mode
from tests.support import until
from tests.wire.loopback import Desk, Venue, desk, venue


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coalesce, "MEASURE_S", 0.1)


@asynccontextmanager
async def running() -> AsyncIterator[Coalescer]:
    subject = Coalescer()
    task = asyncio.create_task(subject.run())
    try:
        yield subject
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def flooded(subject: Coalescer, per_s: int) -> AsyncIterator[tuple[Desk, Venue]]:
    """A venue that sends the prices 1, 2, 3 … at this rate."""

    async def pour() -> None:
        loop = asyncio.get_running_loop()
        began, sent = loop.time(), 0
        while True:
            due = int((loop.time() - began) * per_s)
            await there.say(*(f"px {n}" for n in range(sent + 1, due + 1)))
            sent = max(sent, due)
            await asyncio.sleep(0.005)

    async with (
        venue() as there,
        desk(f"ws://127.0.0.1:{there.port}/ws", coalescer=subject) as here,
    ):
        await until(lambda: there.open, "the connection")
        task = asyncio.create_task(pour())
        try:
            yield here, there
        finally:
            task.cancel()
            await asyncio.wait([task])


async def test_many_messages_turn_it_on_and_all_arrive_in_order() -> None:
    async with running() as subject, flooded(subject, 3000) as (here, _):
        await until(lambda: subject.mode == "on", "coalescing")
        seen = len(here.marks())
        await until(lambda: len(here.marks()) > seen + 1000, "a thousand prices more")

        assert here.marks() == [float(n) for n in range(1, len(here.marks()) + 1)]
        assert subject.rate_per_s > coalesce.ON_ABOVE_PER_S


async def test_few_messages_leave_it_off() -> None:
    async with running() as subject, flooded(subject, 300) as (here, _):
        await until(lambda: subject.rate_per_s > 0 and len(here.marks()) > 100, "some prices")

        assert subject.mode == "off"


def test_between_the_two_rates_it_stays_as_it_is() -> None:
    assert [next_mode(mode, 1250.0) for mode in ("off", "on")] == ["off", "on"]
    assert [next_mode(mode, 1501.0) for mode in ("off", "on")] == ["on", "on"]
    assert [next_mode(mode, 999.0) for mode in ("off", "on")] == ["off", "off"]


async def test_a_link_that_closes_while_paused_is_noticed() -> None:
    async with running() as subject, flooded(subject, 3000) as (here, there):
        await until(lambda: subject.mode == "on", "coalescing")
        there.open[0].transport.abort()
        await until(lambda: len(there.open) == 2, "the second connection")

        assert here.reasons() == ["connection lost"]


async def test_when_it_ends_everything_is_read_again() -> None:
    subject = Coalescer()
    task = asyncio.create_task(subject.run())
    async with flooded(subject, 3000) as (here, _):
        await until(lambda: subject.mode == "on", "coalescing")
        task.cancel()
        await asyncio.wait([task])
        seen = len(here.marks())
        await until(lambda: len(here.marks()) > seen + 100, "prices without a coalescer")

        assert subject.mode == "off"
