"""The object that a cockpit or a recorder holds: rows in, never a wait.

The loop hands over what a tick remembers in one call; a thread contends for the right to write,
writes, and starts the hourly maintenance in a process of its own. Trouble with the disk is a
sentence in `status` and a gap in the store, and the screen goes on.
"""

import logging
import os
import subprocess
import threading
from collections import deque
from pathlib import Path
from typing import Final, Literal

import msgspec

from cockpit.core.clock import Clock
from cockpit.core.units import hour_floor_ns
from cockpit.history.batch_writer import WAITING_BATCHES, BatchWriter
from cockpit.history.client import decoded, start_maintenance
from cockpit.history.errors import HistoryError
from cockpit.history.layout import Folder
from cockpit.history.manifest import LATE_NS
from cockpit.history.protocol import MaintainAnswer, MaintainQuestion
from cockpit.history.quarantine import of_cause, trouble
from cockpit.history.rows import Batch
from cockpit.history.settings import HistorySettings
from cockpit.history.writer_lock import MOUNTS, Role, WriterLock, refuse_network

log = logging.getLogger(__name__)

Standing = Literal["off", "starting", "writing", "following", "waiting"]
"""`following`: another process writes; `waiting`: it is our turn, and the disk does not let us."""

CONTEND_S: Final = 1.0
FOLLOWED_BATCHES: Final = 2
"""What a follower keeps, so that it can write what the writer did not before it died."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """`problem` is a sentence for the trader while something is wrong; `notice` the last thing
    that was set aside or found damaged. `samples` counts the rows of this process."""

    standing: Standing
    problem: str = ""
    notice: str = ""
    committed_ns: int | None = None
    samples: int = 0
    lost_batches: int = 0


class HistoryService:
    """One a process. `start` and `stop` once; `offer` from the loop; `status` from anywhere."""

    def __init__(
        self,
        folder: Folder,
        settings: HistorySettings,
        clock: Clock,
        role: Role = "cockpit",
        mounts: Path = MOUNTS,
    ) -> None:
        """`mounts` lists what is mounted where, as the kernel writes it."""
        self._folder = folder
        self._settings = settings
        self._clock = clock
        self._mounts = mounts
        self._lock = WriterLock(folder, role)
        self._writer = BatchWriter(folder, clock)
        self._offered: deque[Batch] = deque(maxlen=WAITING_BATCHES)
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._maintenance: subprocess.Popen[bytes] | None = None
        self._maintained_ns: int | None = None
        self._notice = ""
        self.status = Status(standing="off")

    def start(self) -> None:
        """Begin in the background. Switched off, or on a network file system, nothing begins and
        `status` says why."""
        if not self._settings.enabled:
            return
        try:
            refuse_network(self._folder.path, self._mounts)
        except HistoryError as error:
            self.status = Status(standing="off", problem=error.ui_message)
            return
        self.status = Status(standing="starting")
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def offer(self, batch: Batch) -> None:
        """Hand over what a tick remembers; returns at once, whatever the disk does."""
        if self._thread is not None and batch:
            self._offered.append(batch)
            self._wake.set()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Write what was offered, give up the right to write, and end the thread."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stopping = True
        self._wake.set()
        thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._wake.wait(CONTEND_S)
                self._wake.clear()
                self._safely()
            self._safely()
        finally:
            self._end_maintenance()
            self._writer.close()
            self._lock.leave()
            self.status = msgspec.structs.replace(self.status, standing="off")

    def _safely(self) -> None:
        """A step; whatever happens in it is said and the next one comes."""
        try:
            self._step()
        except Exception as error:
            found = of_cause("failing", self._folder)
            if isinstance(error, OSError):
                # Without a folder nobody is elected: the same sentence as for a failing store.
                found = trouble(error, self._folder)
            else:
                log.exception("history: a step failed")
            self.status = msgspec.structs.replace(
                self.status, standing="waiting", problem=found.sentence
            )

    def _step(self) -> None:
        """Contend, write, look after the helper."""
        if self._lock.must_yield():
            self._end_maintenance()
            self._writer.close()
            self._lock.release()
        self._folder.create()
        is_elected = self._lock.try_take(os.getpid(), self._clock.now_ns())
        if not is_elected:
            while len(self._offered) > FOLLOWED_BATCHES:
                self._offered.popleft()
            self.status = Status(standing="following", notice=self._notice)
            return
        self._writer.write([self._offered.popleft() for _ in range(len(self._offered))])
        self._maintain()
        self._tell()

    def _tell(self) -> None:
        writer = self._writer
        self.status = Status(
            standing="waiting" if writer.trouble else "writing",
            problem=writer.trouble.sentence if writer.trouble else "",
            notice=self._notice or writer.notice,
            committed_ns=writer.committed_ns,
            samples=writer.samples,
            lost_batches=writer.lost_batches,
        )

    def _maintain(self) -> None:
        """Once an hour, and once after the start; the answer is collected when it is there."""
        running = self._maintenance
        if running is not None:
            if running.poll() is not None:
                self._maintenance = None
                self._collect(running)
            return
        hour_ns = hour_floor_ns(self._clock.now_ns() - LATE_NS)
        if hour_ns == self._maintained_ns or self._writer.trouble or not self._writer.committed_ns:
            return
        self._maintained_ns = hour_ns
        question = MaintainQuestion(settings=self._settings, now_ns=self._clock.now_ns())
        try:
            self._maintenance = start_maintenance(self._folder, question)
        except OSError as error:
            self._notice = f"{self._folder.path}: old rows cannot be put away: {error.strerror}"

    def _collect(self, ended: subprocess.Popen[bytes]) -> None:
        assert ended.stdout is not None
        document = ended.stdout.read()[4:]
        ended.stdout.close()
        if not document:
            log.warning("history: maintenance ended without an answer code=%s", ended.returncode)
            return
        try:
            answer = decoded(document, MaintainAnswer)
        except HistoryError as error:
            log.warning("history: maintenance failed %s detail=%s", error.ui_message, error.detail)
            self._notice = error.ui_message
            return
        self._notice = " · ".join(answer.problems)

    def _end_maintenance(self) -> None:
        """Each of its steps is complete in itself, so it may be ended anywhere."""
        running, self._maintenance = self._maintenance, None
        if running is not None:
            running.kill()
            running.wait()
            if running.stdout is not None:
                running.stdout.close()
