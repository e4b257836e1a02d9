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
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.forecast_protocol import Answer, Failed, Hear, Look, Packed, Question, Said
from cockpit.forecast.hour_figures import HourFigures
from cockpit.forecast.kept import terms_of
from cockpit.history.documents import read_document, write_document
from cockpit.history.layout import Folder
from cockpit.history.readings import chain_samples, market_figures
from cockpit.history.rows import Batch, Sample
from cockpit.state.store import MarketStore
from cockpit.state.view import MarketRead
from cockpit.venues.contract import VenueSpec

log = logging.getLogger(__name__)

MINUTE_NS: Final = 60 * NS_PER_S
LOOK_S: Final = 1.0
SETTLE_S: Final = 10.0
"""After a start the venues say first what was paid."""
WRITTEN_NS: Final = 3 * NS_PER_S
"""So long after its end an hour's last rows have been sampled."""
MARKETS_A_STEP: Final = 4
MOST_HOURS: Final = 24
"""After a sleep of the machine; what ended earlier is in history."""

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
            process = self._process = self._start()
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

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "cockpit.desk.forecast_worker", *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # One core: the matrices are small, and the screen needs the other.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,
            )
        except OSError as error:
            words = f"the process that forecasts cannot be started: {error.strerror}"
            raise CockpitError(words, detail=str(error)) from error

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
        self._hours = HourFigures()
        self._is_remembered = False
        self._told_hour: int | None = None
        self._looked_ns = 0
        self._failing = ""

    async def run(self) -> None:
        """Once a minute, until cancelled."""
        await asyncio.sleep(SETTLE_S)
        while True:
            now_ns = self._clock.now_ns()
            due_ns = now_ns - WRITTEN_NS
            if due_ns // MINUTE_NS != self._looked_ns // MINUTE_NS:
                self._looked_ns = due_ns
                await self.look(now_ns)
            await asyncio.sleep(LOOK_S)

    def sampled(self, batch: Batch) -> None:
        """Rows that history writes: what stood at the end of each hour is read from them. Who
        never hears of any looks for himself, once a minute."""
        self._is_remembered = True
        watched = {(market.venue, market.symbol) for market in self._view.markets()}
        samples = tuple(one for one in batch.samples if (one.venue, one.symbol) in watched)
        self._hours.hear(msgspec.structs.replace(batch, samples=samples))

    async def look(self, now_ns: int) -> None:
        """Tell what arrived, ask for forecasts, and take them over. Never raises."""
        try:
            said = await self._ask(now_ns)
        except CockpitError as error:
            self._told_hour = None
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
            untaught=said.trouble,
        )
        if said.trouble and said.trouble != before.untaught:
            log.error("forecasts: %s\n%s", said.trouble, said.trace)
        if said.lesson != self._lesson:
            self._lesson = said.lesson
            self._say(f"forecasts: {said.lesson}")
        if said.rows and self._remember is not None:
            self._remember(Batch(forecasts=said.rows))

    async def _ask(self, now_ns: int) -> Said:
        if not self._process.is_running:
            self._told.clear()
            self._told_hour = None
        ended = (now_ns - WRITTEN_NS) // HOUR_NS
        # What ended before the process began is in the history that it learns from.
        first = ended if self._told_hour is None else max(self._told_hour + 1, ended - MOST_HOURS)
        hours = range(first, ended + 1)
        markets = list(self._view.markets())
        if not self._is_remembered:
            self._hours.hear(Batch(chain=tuple(chain_samples(self._view, _minute_ns(now_ns)))))
        for start in range(0, len(markets), MARKETS_A_STEP):
            step = markets[start : start + MARKETS_A_STEP]
            if not self._is_remembered:
                self._hours.hear(Batch(samples=tuple(_sample(one, now_ns) for one in step)))
            news = tuple(self._news(market, hours, now_ns) for market in step)
            await asyncio.to_thread(self._process.ask, Hear(now_ns=now_ns, news=news))
        self._told_hour = ended
        self._hours.forget_before(ended)
        names = tuple((market.venue, market.symbol) for market in markets)
        said = await asyncio.to_thread(self._process.ask, Look(now_ns=now_ns, markets=names))
        assert isinstance(said, Said)
        return said

    def _news(self, market: MarketRead, hours: range, now_ns: int) -> Packed:
        spec = self._specs.get(market.venue)
        interest_hourly, dampener = terms_of(spec.funding_terms if spec else None)
        at_ns, payments = _packed(self._payments(market))
        figures = {
            hour: of
            for hour in hours
            if (of := self._hours.of(hour, market.venue, market.symbol)) is not None
        }
        return Packed(
            venue=market.venue,
            symbol=market.symbol,
            interest_hourly=interest_hourly,
            dampener=dampener,
            paid_at_ns=at_ns,
            payments=payments,
            premium=_premium(market, now_ns),
            hours=np.array(list(figures), dtype="<i8").tobytes(),
            figures=b"".join(of.astype("<f8").tobytes() for of in figures.values()),
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

    def close(self) -> None:
        self._process.close()


def _minute_ns(now_ns: int) -> int:
    return now_ns - now_ns % MINUTE_NS


def _sample(market: MarketRead, now_ns: int) -> Sample:
    return Sample(
        venue=market.venue,
        symbol=market.symbol,
        at_ns=_minute_ns(now_ns),
        figures=market_figures(market, now_ns),
    )


def paid_ns(row: Funding) -> int:
    """When a payment was due."""
    return row.recv_ns if row.venue_ns is None else row.venue_ns


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
