"""Ranks every market again and again, for as long as somebody wants to know.

The state is read on the event loop, as it can be read nowhere else, some milliseconds at a time;
what was read is ranked in a process of its own. Calculators are imported with the first question,
not with the desk.
"""

import asyncio
import contextlib
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from cockpit.desk.contract import Rank
from cockpit.desk.stats import Scan
from cockpit.desk.worker import Background, KeepGoing, Task
from cockpit.state.view import MarketView

if TYPE_CHECKING:
    from cockpit.calculators.common.market_data import Settings
    from cockpit.calculators.scan.listing import Listing, ScanInputs
    from cockpit.calculators.scan.packed import PackedScan
    from cockpit.calculators.scan.ranked import RankedPairs

J = TypeVar("J")
R = TypeVar("R")

log = logging.getLogger(__name__)

EVERY_S: Final = 5.0
SOON_S: Final = 0.5
"""While markets are still coming in."""
SETTLED_FRAC: Final = 0.98
"""Of the pairs whose markets are known now: if so many were before, they have come in."""
COMING_S: Final = 30.0
"""Venues that have not told their markets by then are not waited for."""
SLICE_S: Final = 0.004
"""Of reading at a time: frames and keys come in between."""
PAUSE_S: Final = 0.015
FIRST_PAUSE_S: Final = 0.002
"""While the trader waits for the first table."""


class Scanner:
    """`run` ranks for ever; it sleeps while nobody asks. `history` is the folder of what is kept;
    `heard` is told every ranking; `recall` is waited for before the first of them, each time that
    ranking begins."""

    def __init__(
        self,
        view: MarketView,
        settings: "Callable[[], Settings]",
        history: Path | None,
        heard: "Callable[[RankedPairs], None]",
        recall: Callable[[], Awaitable[None]],
    ) -> None:
        self.scan = Scan()
        self._view = view
        self._settings = settings
        self._history = history
        self._heard = heard
        self._recall = recall
        self._is_recalled = False
        self._unsettled_until_s = 0.0
        self.question = Rank()
        self._asked = asyncio.Event()
        self._has_ranked = asyncio.Event()
        self._background = Background()

    def ask(self, question: Rank) -> None:
        """Rank as asked from now on, first at once."""
        if question != self.question:
            self.question = question
            self.scan = msgspec.structs.replace(self.scan, is_on=question.is_on, problem="")
            self._asked.set()

    def take_over(self, before: "Scanner") -> None:
        """Rank in its process from now on, in its place."""
        self._background = before._background

    async def run(self) -> None:
        while True:
            self._asked.clear()
            if self.question.is_on:
                await self._begin()
                pause_s: float | None = await self._rank(self.question)
                self._has_ranked.set()
            else:
                self._is_recalled, pause_s = False, None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), pause_s)

    async def first(self, timeout_s: float) -> None:
        """Until the first table of what is kept stands, or so long; at once where there is none to
        wait for. Ten venues' lists would take its time."""
        if self.question.is_on and self._history is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._has_ranked.wait(), timeout_s)

    def close(self) -> None:
        self._background.close()

    async def _begin(self) -> None:
        """Before the first ranking: start its process, and have what is kept of the markets."""
        if self._is_recalled:
            return
        self._is_recalled = True
        self._unsettled_until_s = time.monotonic() + COMING_S
        from cockpit.desk.scan_worker import get_ready

        self._start(get_ready, None)
        await self._recall()

    def _start(self, work: "Callable[[J, KeepGoing], R]", job: J) -> "Task[R]":
        # A screen stands in for stderr, and a process cannot inherit a screen.
        with contextlib.redirect_stderr(sys.__stderr__):
            return self._background.start(work, job)

    async def _rank(self, question: Rank) -> float:
        """One ranking; how long to wait before the next."""
        from cockpit.desk.scan_worker import ScanOrder, rank_order

        before = self.scan.pairs
        # What was paid in a month takes a while to read for the first time: the first answer is
        # without it, and the next one comes at once.
        history = None if before is None else self._history
        order = ScanOrder(scan=await self._read(question), history=history)
        task = self._start(rank_order, order)
        try:
            pairs = await asyncio.wrap_future(task.future)
        except Exception as error:
            # Whatever it was that failed over there: the screen says it and goes on.
            log.exception("scan failed")
            words = str(error) or type(error).__name__
            self.scan = msgspec.structs.replace(self.scan, problem=words)
            return EVERY_S
        self.scan = Scan(is_on=self.question.is_on, pairs=pairs)
        self._heard(pairs)
        if history is not self._history:
            return 0.0
        is_coming = time.monotonic() < self._unsettled_until_s and (
            before is None or sound(before) < max(1, SETTLED_FRAC * sound(pairs))
        )
        return SOON_S if is_coming else EVERY_S

    async def _read(self, question: Rank) -> "PackedScan":
        from cockpit.calculators.scan.listing import ScanInputs
        from cockpit.calculators.scan.packed import PackedScan

        inputs = ScanInputs(usd=question.usd, hold_h=question.hold_h)
        settings = self._settings()
        pause_s = FIRST_PAUSE_S if self.scan.pairs is None else PAUSE_S
        parts = []
        for part in read_slices(self._view, settings, inputs):
            parts.append(part)
            await asyncio.sleep(pause_s)
        return PackedScan(parts=tuple(parts), inputs=inputs, at_ns=settings.now_ns)


def sound(pairs: "RankedPairs") -> int:
    """How many pairs have two markets that nothing is wrong with."""
    return int(pairs.is_sound.sum())


def read_slices(view: MarketView, settings: "Settings", inputs: "ScanInputs") -> "Iterator[bytes]":
    """Every market as a packed listing; each step takes `SLICE_S` and little more."""
    from cockpit.calculators.scan.packed import pack
    from cockpit.calculators.scan.reading import listings_by_symbol

    part: list[Listing] = []
    until_s = time.perf_counter() + SLICE_S
    for listings in listings_by_symbol(view, settings, inputs):
        part += listings
        if time.perf_counter() >= until_s:
            yield pack(part)
            part = []
            until_s = time.perf_counter() + SLICE_S
    yield pack(part)
