"""Batches into the hot store, come what may: what the disk does not take waits, and is said."""

import logging
import sqlite3
from collections.abc import Sequence
from typing import Final

import msgspec

from cockpit.core.clock import Clock
from cockpit.core.units import NS_PER_S
from cockpit.history.errors import HistoryError
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.quarantine import Trouble, of_cause, set_store_aside, trouble
from cockpit.history.rows import Batch, Gap, together

log = logging.getLogger(__name__)

SET_BACK: Final = "clock set back"
"""Why of a gap that reaches from the time that the clock shows now to the last one before. Until
that has come again a row is written only where none of its market follows: what was seen at two
different times is not mixed."""
ASLEEP: Final = "asleep, or clock set forward"
RETRY_NS: Final = 5 * NS_PER_S
SILENT_NS: Final = 15 * NS_PER_S
"""After this long without a commit there is a gap: more than one slot was missed."""
APART_NS: Final = 75 * NS_PER_S
"""A market that is looked at has a row a minute: where none is so near, nobody looked."""
WAITING_BATCHES: Final = 30
"""What is kept while the disk does not take it: five minutes."""


class BatchWriter:
    """Used by the elected writer's thread alone. Never raises for what the disk does.

    `trouble` is why nothing is written just now; `notice` the last thing that was set aside.
    """

    def __init__(self, folder: Folder, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._store: HotStore | None = None
        self._pending: list[Batch] = []
        self._failing_since_ns: int | None = None
        self._last_trouble: Trouble | None = None
        self._retry_ns = 0
        self._again_until_ns = 0
        """Times before this one have been once already."""
        self.trouble: Trouble | None = None
        self.notice = ""
        self.committed_ns: int | None = None
        self.samples = 0
        self.lost_batches = 0

    def write(self, batches: Sequence[Batch]) -> None:
        """One commit of these and of what waited. Opens the store where that is not yet done."""
        self._pending += batches
        excess = len(self._pending) - WAITING_BATCHES
        if excess > 0:
            del self._pending[:excess]
            self.lost_batches += excess
        now_ns = self._clock.now_ns()
        # A clock that was set back may be far before what was to be waited for.
        if 0 < self._retry_ns - now_ns <= RETRY_NS:
            return
        try:
            self._write(now_ns)
        except (sqlite3.Error, OSError, HistoryError) as error:
            self._failed(error, now_ns)
        except Exception:
            # Rows that cannot be written at all must not keep the next ones out.
            log.exception("history: rows were given up")
            self.lost_batches += len(self._pending)
            self._pending.clear()

    def close(self) -> None:
        """Leave the store; what still waits is kept for the next `write`."""
        store, self._store = self._store, None
        if store is not None:
            try:
                store.close()
            except sqlite3.Error as error:
                log.warning("history: store not closed detail=%r", error)

    def _write(self, now_ns: int) -> None:
        if self._store is not None and self._store.was_replaced():
            self.close()
            self._begin_failing(of_cause("gone", self._folder), now_ns)
            self.notice = of_cause("gone", self._folder).sentence
        if self._store is None:
            self._store = HotStore(self._folder)
            self._again_until_ns = self._store.gap_ahead_ns(SET_BACK, now_ns)
        if self._pending:
            gap = self._gap(self._store.committed_ns(), now_ns)
            gaps = [Batch(gaps=(gap,))] if gap else []
            if gap is not None and gap.why == SET_BACK:
                self._again_until_ns = gap.to_ns
                back_s = round((gap.to_ns - now_ns) / NS_PER_S)
                self.notice = (
                    f"{self._folder.hot}: the clock was set back by {back_s} s; rows stay as they "
                    "were written, new ones go where there are none"
                )
            batch = together([*gaps, *self._pending])
            if now_ns < self._again_until_ns:
                free = self._store.not_followed(batch.samples, APART_NS)
                batch = msgspec.structs.replace(batch, samples=free)
            written = self._store.append(batch, now_ns)
            self._pending.clear()
            self.committed_ns = now_ns
            self.samples += written.samples
            self._failing_since_ns = self._last_trouble = None
        self.trouble = None

    def _gap(self, committed_ns: int | None, now_ns: int) -> Gap | None:
        """Why nothing was written since the last commit of whoever wrote, if that is long ago.

        After trouble what waited fills the gap as far as it reaches back, unless the store that it
        would go on is gone.
        """
        last_ns = self._failing_since_ns if committed_ns is None else committed_ns
        if last_ns is None:
            return None
        if last_ns > now_ns + SILENT_NS:
            return Gap(from_ns=now_ns, to_ns=last_ns, why=SET_BACK)
        if self._last_trouble is None:
            why = ASLEEP if last_ns == self.committed_ns else "not running"
            is_silent = now_ns - last_ns > SILENT_NS
            return Gap(from_ns=last_ns, to_ns=now_ns, why=why) if is_silent else None
        cause = self._last_trouble.cause
        if committed_ns is None:
            return Gap(from_ns=last_ns, to_ns=now_ns, why=cause)
        stamps = (row.at_ns for batch in self._pending for row in batch.samples)
        oldest_ns = min(stamps, default=now_ns)
        is_silent = oldest_ns - last_ns > SILENT_NS
        return Gap(from_ns=last_ns, to_ns=oldest_ns, why=cause) if is_silent else None

    def _begin_failing(self, found: Trouble, now_ns: int) -> None:
        if self._failing_since_ns is None:
            self._failing_since_ns = self.committed_ns or now_ns
        self._last_trouble = found

    def _failed(self, error: Exception, now_ns: int) -> None:
        """Say it, set the store aside if waiting would not help, try again a little later."""
        found = trouble(error, self._folder)
        if self.trouble is None or self.trouble.cause != found.cause:
            log.warning("history: %s detail=%r", found.sentence, error)
        self._begin_failing(found, now_ns)
        self.trouble = found
        self._retry_ns = now_ns + RETRY_NS
        self.close()
        if not found.must_set_aside:
            return
        try:
            if self.committed_ns is None:
                # Whoever wrote it last did so when the file was last changed.
                self._failing_since_ns = min(now_ns, self._folder.hot.stat().st_mtime_ns)
            kept = set_store_aside(self._folder, now_ns)
        except OSError as error:
            log.warning("history: store cannot be set aside detail=%r", error)
            return
        self.notice = f"{found.sentence} ({kept})"
        self._retry_ns = now_ns
