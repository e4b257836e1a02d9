"""Forecasts on the desk: what arrived is told to a process beside it once a minute, what it says
becomes state and history. The loop reads a few markets at a time and never waits."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from cockpit.core.clock import Clock
from cockpit.core.errors import CockpitError
from cockpit.core.events import Funding
from cockpit.core.outlook import Outlooks
from cockpit.core.units import NS_PER_S
from cockpit.desk.forecast_protocol import Answer, Failed, Hear, Look, Packed, Question, Said
from cockpit.forecast.kept import terms_of
from cockpit.history.documents import read_document, write_document
from cockpit.history.layout import Folder
from cockpit.history.rows import Batch
from cockpit.state.store import MarketStore
from cockpit.state.view import Field, MarketRead
from cockpit.venues.contract import VenueSpec

log = logging.getLogger(__name__)

MINUTE_NS: Final = 60 * NS_PER_S
LOOK_S: Final = 1.0
SETTLE_S: Final = 10.0
"""After a start the venues say first what was paid."""
MARKETS_A_STEP: Final = 4

_ANSWER = msgspec.msgpack.Decoder(Answer)
Remember = Callable[[Batch], None]
Say = Callable[[str], None]


class ForecastProcess:
    """The process's end on this side; started when first asked, anew after it died. Blocks."""

    def __init__(self, folder: Folder | None) -> None:
        self._arguments = [str(folder.path)] if folder else []
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ask(self, question: Question) -> Answer:
        """CockpitError with a sentence if there is no answer."""
        process = self._process
        if process is None or process.poll() is not None:
            self.close()
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", "cockpit.desk.forecast_worker", *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # One core: the matrices are small, and the screen needs the other.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,
            )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            write_document(process.stdin, question)
            document = read_document(process.stdout)
        except OSError:
            document = None
        if document is None:
            self.close()
            raise CockpitError("the process that forecasts died; it is started anew")
        answer: Answer = _ANSWER.decode(document)
        if isinstance(answer, Failed):
            raise CockpitError(answer.sentence, detail=answer.detail)
        return answer

    def close(self) -> None:
        """End it; it holds nothing that needs saving."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue


class _Told(msgspec.Struct, frozen=True):
    """How much of a market's payments the process knows."""

    count: int
    last: Funding


class Forecasts:
    """The forecasts of one desk's watched markets. `remember` takes rows for history, `say` what
    the models have learned, in words."""

    def __init__(
        self,
        view: MarketStore,
        clock: Clock,
        specs: Mapping[str, VenueSpec],
        folder: Folder | None,
        remember: Remember | None,
        say: Say,
    ) -> None:
        self._view = view
        self._clock = clock
        self._specs = specs
        self._remember = remember
        self._say = say
        self._lesson = ""
        self._process = ForecastProcess(folder)
        self._told: dict[tuple[str, str], _Told] = {}
        self._looked_ns = 0
        self._failing = ""

    async def run(self) -> None:
        """Once a minute, until cancelled."""
        await asyncio.sleep(SETTLE_S)
        while True:
            now_ns = self._clock.now_ns()
            if now_ns // MINUTE_NS != self._looked_ns // MINUTE_NS:
                self._looked_ns = now_ns
                await self.look(now_ns)
            await asyncio.sleep(LOOK_S)

    async def look(self, now_ns: int) -> None:
        """Tell what arrived, ask for forecasts, and take them over. Never raises."""
        try:
            said = await self._ask(now_ns)
        except CockpitError as error:
            if error.ui_message != self._failing:
                log.warning("forecasts: %s detail=%s", error.ui_message, error.detail)
            self._failing = error.ui_message
            self._view.outlooks = msgspec.structs.replace(
                self._view.outlooks, problem=error.ui_message
            )
            return
        self._failing = ""
        before = self._view.outlooks
        self._view.outlooks = Outlooks(
            markets={(one.venue, one.symbol): one for one in said.outlooks},
            scores=before.scores if said.scores is None else said.scores,
        )
        if said.lesson != self._lesson:
            self._lesson = said.lesson
            self._say(f"forecasts: {said.lesson}")
        if said.rows and self._remember is not None:
            self._remember(Batch(forecasts=said.rows))

    async def _ask(self, now_ns: int) -> Said:
        if not self._process.is_running:
            self._told.clear()
        markets = list(self._view.markets())
        for start in range(0, len(markets), MARKETS_A_STEP):
            step = markets[start : start + MARKETS_A_STEP]
            news = tuple(self._news(market, now_ns) for market in step)
            await asyncio.to_thread(self._process.ask, Hear(now_ns=now_ns, news=news))
        names = tuple((market.venue, market.symbol) for market in markets)
        said = await asyncio.to_thread(self._process.ask, Look(now_ns=now_ns, markets=names))
        assert isinstance(said, Said)
        return said

    def _news(self, market: MarketRead, now_ns: int) -> Packed:
        spec = self._specs.get(market.venue)
        interest_hourly, dampener = terms_of(spec.funding_terms if spec else None)
        at_ns, payments = _packed(self._payments(market))
        return Packed(
            venue=market.venue,
            symbol=market.symbol,
            interest_hourly=interest_hourly,
            dampener=dampener,
            paid_at_ns=at_ns,
            payments=payments,
            premium=_premium(market, now_ns),
            figures=self._figures(market, now_ns),
        )

    def _payments(self, market: MarketRead) -> Sequence[Funding]:
        """What the process does not know yet; all of it where older payments came later."""
        rows = market.settled.rows()
        if not rows:
            return ()
        key = (market.venue, market.symbol)
        told = self._told.get(key)
        if told is not None and told.count == len(rows) and told.last is rows[-1]:
            return ()
        self._told[key] = _Told(len(rows), rows[-1])
        if told is None:
            return rows
        newer = [row for row in rows[-told.count :] if paid_ns(row) >= paid_ns(told.last)]
        came_late = len(rows) - len(newer) >= told.count
        return rows if came_late else newer

    def _figures(self, market: MarketRead, now_ns: int) -> tuple[float | None, ...]:
        """`market_past.FIGURES` where they are fresh."""
        venue = self._view.venue(market.venue)
        chain = venue.chain if venue else None
        return (
            _fresh(market, "open_interest", market.open_interest, now_ns),
            _fresh(market, "mark", market.mark, now_ns),
            _fresh(market, "index", market.index, now_ns),
            chain.cadence_s() if chain else None,
            chain.latency_ms(50) if chain else None,
        )

    def close(self) -> None:
        self._process.close()


def paid_ns(row: Funding) -> int:
    """When a payment was due."""
    return row.recv_ns if row.venue_ns is None else row.venue_ns


def _fresh(market: MarketRead, field: Field, value: float | None, now_ns: int) -> float | None:
    return None if market.is_stale(field, now_ns) else value


def _premium(market: MarketRead, now_ns: int) -> float | None:
    """The venue's premium behind the rate of now."""
    stated: Iterator[Funding | None] = iter(
        (
            None if market.is_stale("funding", now_ns) else market.live,
            None if market.is_stale("predicted", now_ns) else market.predicted,
        )
    )
    return next((one.premium for one in stated if one and one.premium is not None), None)


def _packed(rows: Sequence[Funding]) -> tuple[bytes, bytes]:
    at_ns = np.array([paid_ns(row) for row in rows], dtype="<i8")
    values = np.array(
        [
            [row.rate for row in rows],
            [row.interval_s for row in rows],
            [np.nan if row.premium is None else row.premium for row in rows],
        ],
        dtype="<f8",
    )
    return at_ns.tobytes(), values.tobytes()
