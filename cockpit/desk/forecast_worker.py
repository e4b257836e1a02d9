"""The process that forecasts, so that the screen never waits for it.

    python -m cockpit.desk.forecast_worker [FOLDER]

Questions and answers are MessagePack documents on stdin and stdout, each after four bytes of
length. With a history folder the models are learned anew once a day, in a thread beside the
answers, and the ledger of earlier forecasts goes on where it was. The time never comes from here.
"""

import os
import sys
import threading
import traceback
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import msgspec

from cockpit import venues
from cockpit.core.errors import CockpitError
from cockpit.core.market import FundingTerms
from cockpit.desk.forecast_protocol import (
    Answer,
    Failed,
    Hear,
    Heard,
    Look,
    Question,
    Said,
    unpacked,
)
from cockpit.forecast.forecaster import Forecaster, Remembered
from cockpit.forecast.kept import (
    made_of,
    outcome_rows,
    remembered,
    rows_of,
    series_of,
    told,
)
from cockpit.forecast.learned import Learned
from cockpit.forecast.learning import Key, Lesson, learn
from cockpit.forecast.ledger import MOST_ROWS
from cockpit.forecast.reference import decode
from cockpit.history.documents import read_document, write_document
from cockpit.history.layout import DAY_NS, Folder
from cockpit.history.reader import HistoryReader

LEARN_DAYS = 400
"""Of settlements that models learn from: a year and what its first month looks back on."""

SAMPLED_DAYS = 60
"""Of samples that models learn from: 700 markets of them are some hundred megabytes."""

RECALL_DAYS = 90
LAST = 19
"""The lowest priority that there is."""

ROWS_A_FORECAST = 4


class Taught(msgspec.Struct, frozen=True, kw_only=True):
    """Models, and what was sampled of past hours by market."""

    lesson: Lesson
    past: Mapping[Key, Remembered]


class Trouble(msgspec.Struct, frozen=True):
    """Why nothing could be learned: a sentence, and the trace for the log."""

    words: str = ""
    trace: str = ""


class Teacher:
    """Learns from history in a thread, once a day by the clock of whoever asks."""

    def __init__(self, folder: Folder, reference: Learned) -> None:
        self._folder = folder
        self._reference = reference
        self._learned_ns: int | None = None
        self._thread: threading.Thread | None = None
        self._taught: Taught | None = None
        self.words = ""
        self.trouble = Trouble()

    def taught(self, now_ns: int) -> Taught | None:
        """What was learned, once; begins to learn anew when a day has passed."""
        if self._thread is not None:
            if self._thread.is_alive():
                return None
            self._thread = None
            taught, self._taught = self._taught, None
            return taught
        if self._learned_ns is None or not 0 <= now_ns - self._learned_ns < DAY_NS:
            self._learned_ns = now_ns
            self._thread = threading.Thread(target=self._learn, args=(now_ns,), daemon=True)
            self._thread.start()
        return None

    def _learn(self, now_ns: int) -> None:
        if sys.platform == "linux":
            # Here a thread has a priority of its own: a lesson has the whole day, an answer not.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LAST)
        reader = HistoryReader(self._folder)
        try:
            paid = reader.payments(now_ns - LEARN_DAYS * DAY_NS, now_ns)
            hourly = reader.hourly(now_ns - SAMPLED_DAYS * DAY_NS, now_ns)
            series = [series_of(one, _terms(one.venue)) for one in paid]
            lesson = learn(series, self._reference, lambda one: told(one, hourly))
        except CockpitError as error:
            self.trouble = Trouble(
                f"nothing could be learned: {error.ui_message}", traceback.format_exc()
            )
            return
        except Exception as error:
            words = str(error) or type(error).__name__
            self.trouble = Trouble(f"nothing could be learned: {words}", traceback.format_exc())
            return
        finally:
            reader.close()
        self.trouble = Trouble()
        self._taught = Taught(lesson=lesson, past=remembered(hourly))
        self.words = (
            f"learned from {len(paid)} markets: {len(lesson.markets)} have 45 days of their own, "
            f"{len(lesson.venues)} venues speak for their others"
        )


class Worker:
    """Answers one question after the other."""

    def __init__(self, folder: Folder | None) -> None:
        text = (resources.files("cockpit") / "data" / "forecast_reference.json").read_bytes()
        reference = decode(text)
        self._forecaster = Forecaster(reference)
        self._folder = folder
        self._teacher = Teacher(folder, reference) if folder else None
        self._is_recalled = folder is None

    def answer(self, question: Question) -> Answer:
        if isinstance(question, Hear):
            self._forecaster.hear([unpacked(one) for one in question.news], question.now_ns)
            return Heard()
        return self._look(question)

    def _look(self, question: Look) -> Said:
        if not self._is_recalled:
            self._is_recalled = True
            self._recall(question.now_ns)
        if self._teacher is not None:
            taught = self._teacher.taught(question.now_ns)
            if taught is not None:
                self._forecaster.teach(taught.lesson)
                self._forecaster.recall(taught.past)
        looked = self._forecaster.look(question.now_ns, question.markets)
        rows = list(outcome_rows(looked.outcomes))
        if looked.made is not None:
            expected = {(one.venue, one.symbol): one for one in looked.outlooks}
            rows += rows_of(looked.made, expected)
        trouble = self._teacher.trouble if self._teacher else Trouble()
        return Said(
            outlooks=looked.outlooks,
            rows=tuple(rows),
            scores=looked.scores,
            lesson=self._teacher.words if self._teacher else "",
            trouble=trouble.words,
            trace=trouble.trace,
        )

    def _recall(self, now_ns: int) -> None:
        assert self._folder is not None
        rows = HistoryReader(self._folder).forecasts(
            now_ns - RECALL_DAYS * DAY_NS, now_ns, MOST_ROWS * ROWS_A_FORECAST
        )
        for made in made_of(rows):
            self._forecaster.ledger.add(made)


def _terms(venue: str) -> FundingTerms | None:
    """The documented formula; None where there is none, or the venue is no longer known."""
    return venues.spec(venue).funding_terms if venue in venues.REGISTRY else None


def main(argv: list[str]) -> int:
    """Runs until its stdin ends; whatever goes wrong is an answer in words."""
    # Below the screen, and not so far that no forecast comes where the machine is full.
    os.nice(10)
    worker = Worker(Folder(Path(argv[0])) if argv else None)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    decoder = msgspec.msgpack.Decoder(Question)
    while (document := read_document(source)) is not None:
        question = decoder.decode(document)
        answer: Answer
        try:
            answer = worker.answer(question)
        except CockpitError as error:
            answer = Failed(sentence=error.ui_message, detail=error.detail)
        except Exception as error:
            answer = Failed(sentence=f"no forecast: {error}", detail=traceback.format_exc())
        write_document(target, answer)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
