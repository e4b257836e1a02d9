"""A part of a desk that fails goes on, is told of once, and takes no other with it."""

import asyncio

import pytest

from cockpit.desk.tasks import Tasks
from tests.support import PATIENCE_S


class Desk:
    """Alerts that fail whenever they are told to, beside samples that do not."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.tasks = Tasks(self.said.append, again_s=0.0)
        self.failures_left = 3
        self.alerts_look = asyncio.Event()
        self.is_sampling = False

    async def alerts(self) -> None:
        if self.failures_left:
            self.failures_left -= 1
            raise ZeroDivisionError("a market without a price")
        self.alerts_look.set()
        await asyncio.Event().wait()

    async def samples(self) -> None:
        self.is_sampling = True
        try:
            await asyncio.Event().wait()
        finally:
            self.is_sampling = False


def test_alerts_that_fail_look_again_and_samples_do_not_notice(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scene() -> None:
        desk = Desk()
        desk.tasks.keep("samples", desk.samples)
        desk.tasks.keep("alerts", desk.alerts)
        async with asyncio.timeout(PATIENCE_S):
            await desk.alerts_look.wait()
        assert desk.said == ["alerts failed and begin anew: the log says why"], "said once"
        assert desk.is_sampling
        await desk.tasks.stop()
        assert not desk.is_sampling

    asyncio.run(scene())
    assert "ZeroDivisionError" in caplog.text


def test_what_is_done_once_raises_where_it_is_waited_for() -> None:
    async def scene() -> None:
        desk = Desk()
        with pytest.raises(ZeroDivisionError):
            await desk.tasks.once("importing", desk.alerts())
        assert desk.said == []
        await desk.tasks.stop()

    asyncio.run(scene())
