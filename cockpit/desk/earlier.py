"""How every market stood a day ago, read from history once a minute."""

from concurrent.futures import Future
from functools import partial
from typing import Final

from cockpit.core.errors import CockpitError
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.history_reads import HistoryReads
from cockpit.desk.kept_series import Earlier
from cockpit.history.protocol import MomentQuestion
from cockpit.history.reader import HistoryReader

EVERY_NS: Final = 60 * NS_PER_S
DAY_NS: Final = 24 * HOUR_NS


class DayAgo:
    """Used on the loop; `look` now and then."""

    def __init__(self, reads: HistoryReads | None) -> None:
        """`reads` None remembers nothing, and answers nothing."""
        self._reads = reads
        self._asked: Future[Earlier | None] | None = None
        self._asked_ns = 0
        self._found: Earlier | None = None

    def look(self, now_ns: int) -> None:
        """Ask anew once a minute, never before the last answer has come."""
        is_due = abs(now_ns - self._asked_ns) >= EVERY_NS
        if self._reads is None or self._asked is not None or not is_due:
            return
        self._asked_ns = now_ns
        self._asked = self._reads.submit(partial(read_earlier, at_ns=now_ns - DAY_NS))

    def answer(self) -> Earlier | None:
        """What was found last; None before anything was."""
        asked = self._asked
        if asked is not None and asked.done() and not asked.cancelled():
            self._found, self._asked = asked.result(), None
        return self._found


def read_earlier(reader: HistoryReader, at_ns: int) -> Earlier | None:
    """In the thread: never raises. What cannot be read is not known; HEALTH says why."""
    try:
        rows = reader.samples_at(MomentQuestion(at_ns=at_ns))
    except CockpitError:
        return None
    return Earlier(at_ns=at_ns, figures={(row.venue, row.symbol): row.figures for row in rows})
