"""How everything stood at a moment, from history: read in a thread, polled by the screen."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import msgspec

from cockpit.core.errors import CockpitError
from cockpit.core.units import utc
from cockpit.desk.past_view import Frame, frame_of, moment_at
from cockpit.desk.recall import GAP_NS
from cockpit.desk.stats import PastMoment
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.state.store import MarketStore

NO_HISTORY: Final = "nothing is remembered here: history is off, or this is a demo or a tape"


class Past:
    """One moment at a time: a new one replaces the one before. Used on the loop."""

    def __init__(self, folder: Folder | None, view: MarketStore) -> None:
        """`folder` None remembers nothing: each moment is answered by a sentence."""
        self._view = view
        self._reader = HistoryReader(folder) if folder else None
        self._threads: ThreadPoolExecutor | None = None
        self._asked: Future[PastMoment] | None = None

    def ask(self, at_ns: int | None) -> None:
        """How it stood then; None is the first moment that is kept."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(1, thread_name_prefix="past")
        if self._asked is not None:
            self._asked.cancel()
        frame = frame_of(self._view)
        self._asked = self._threads.submit(_moment, self._reader, frame, at_ns)

    def answer(self) -> PastMoment | None:
        """What was found last; None while nothing was asked or nothing is found yet."""
        asked = self._asked
        return asked.result() if asked is not None and asked.done() else None

    def close(self) -> None:
        threads, self._threads = self._threads, None
        if threads is None:
            return
        if self._asked is not None:
            self._asked.cancel()
        if self._reader is not None:
            # After what is being read: the screen does not wait for it.
            threads.submit(self._reader.close)
        threads.shutdown(wait=False)


def _moment(reader: HistoryReader | None, frame: Frame, asked_ns: int | None) -> PastMoment:
    """In the thread: never raises, what cannot be read is a sentence."""
    if reader is None:
        return PastMoment(asked_ns=asked_ns, problem=NO_HISTORY)
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
