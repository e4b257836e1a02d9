"""One of the processes of `kill_run`: NAME FOLDER ZERO_NS."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from cockpit.core.units import hour_floor_ns
from cockpit.history.batch_writer import BatchWriter
from cockpit.history.client import start_maintenance
from cockpit.history.layout import Folder
from cockpit.history.protocol import MaintainQuestion
from cockpit.history.rows import Batch
from cockpit.history.settings import HistorySettings
from cockpit.history.writer_lock import WriterLock
from tests.history.kill_run import SPEED, SYMBOLS
from tests.history.kit import DAY, FastClock, sample

SETTINGS = HistorySettings(hot_h=2)


def main(name: str, path: str, zero_ns: str) -> None:
    folder = Folder(Path(path))
    clock = FastClock(DAY, int(zero_ns), SPEED)
    folder.create()
    lock = WriterLock(folder, "recorder" if name == "recorder" else "cockpit")
    writer = BatchWriter(folder, clock)
    helper: subprocess.Popen[bytes] | None = None
    maintained_ns = 0
    number = 0
    while True:
        time.sleep(0.005)
        if lock.must_yield():
            writer.close()
            lock.release()
        if not lock.try_take(os.getpid(), clock.now_ns()):
            time.sleep(0.02)
            continue
        number += 1
        at_ns = clock.now_ns()
        tick = tuple(
            sample(at_ns, venue=name, symbol=symbol, mark=float(number)) for symbol in SYMBOLS
        )
        before_ns = writer.committed_ns
        writer.write([Batch(samples=tick)])
        if writer.committed_ns != before_ns:
            say(at_ns=at_ns, mark=float(number))
        if helper is not None and helper.poll() is not None:
            helper = None
        hour_ns = hour_floor_ns(clock.now_ns())
        if helper is None and hour_ns != maintained_ns:
            maintained_ns = hour_ns
            question = MaintainQuestion(settings=SETTINGS, now_ns=clock.now_ns())
            helper = start_maintenance(folder, question)
            say(helper=helper.pid)


def say(**what: float) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
