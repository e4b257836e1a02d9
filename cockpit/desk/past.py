"""How everything stood at a moment, from history: read in a thread, polled by the screen."""

from concurrent.futures import Future
from functools import partial
from typing import Final

import msgspec

from cockpit.core.errors import CockpitError
from cockpit.core.units import utc
from cockpit.desk.history_reads import HistoryReads
from cockpit.desk.past_view import Frame, frame_of, moment_at
from cockpit.desk.recall import GAP_NS
from cockpit.desk.stats import PastMoment
from cockpit.history.reader import HistoryReader
from cockpit.state.store import MarketStore

NO_HISTORY: Final = "nothing is remembered here: history is off, or this is a demo or a tape"


class Past:
    """One moment at a time: a new one replaces the one before. Used on the loop."""

    def __init__(self, reads: HistoryReads | None, view: MarketStore) -> None:
        """`reads` None remembers nothing: each moment is answered by a sentence."""
        self._view = view
        self._reads = reads
        self._asked: Future[PastMoment] | None = None

    def ask(self, at_ns: int | None) -> None:
        """How it stood then; None is the first moment that is kept."""
        if self._asked is not None:
            self._asked.cancel()
        if self._reads is None:
            self._asked = Future()
            self._asked.set_result(PastMoment(asked_ns=at_ns, problem=NO_HISTORY))
            return
        frame = frame_of(self._view)
        self._asked = self._reads.submit(partial(_moment, frame=frame, asked_ns=at_ns))

    def answer(self) -> PastMoment | None:
        """What was found last; None while nothing was asked or nothing is found yet."""
        asked = self._asked
        return asked.result() if asked is not None and asked.done() else None


def _moment(reader: HistoryReader, frame: Frame, asked_ns: int | None) -> PastMoment:
    """In the thread: never raises, what cannot be read is a sentence."""
    try:
        at_ns = reader.first_ns() if asked_ns is None else asked_ns
        if at_ns is None:
            return PastMoment(asked_ns=asked_ns, problem="nothing is kept yet")
        found = moment_at(reader, frame, at_ns)
        if found is None:
            return PastMoment(asked_ns=asked_ns, problem=_why_nothing(reader, at_ns))
        return msgspec.structs.replace(found, asked_ns=asked_ns)
    except CockpitError as error:
        return PastMoment(asked_ns=asked_ns, problem=error.ui_message)


def _why_nothing(reader: HistoryReader, at_ns: int) -> str:
    whys = dict.fromkeys(gap.why for gap in reader.gaps(at_ns - GAP_NS, at_ns + 1))
    why = f": {', '.join(whys)}" if whys else ""
    return f"nothing was kept at {utc(at_ns):%Y-%m-%d %H:%M:%S}{why}"
