"""A process that writes history until it is killed, or its stdin closes: FOLDER VENUES SYMBOLS.

Says on stdout when it writes, and again when it has written `COMMITS` slots, one after the other.
"""

import sys
import time
from pathlib import Path
from typing import Final

from cockpit.bench.history_rows import Walk
from cockpit.core.clock import WallClock
from cockpit.core.units import NS_PER_S
from cockpit.history.layout import Folder
from cockpit.history.rows import Batch
from cockpit.history.service import HistoryService
from cockpit.history.settings import HistorySettings

COMMITS: Final = 20
SLOT_S: Final = 10


def main(path: str, venues: str, symbols: str) -> None:
    service = HistoryService(Folder(Path(path)), HistorySettings(), WallClock())
    service.start()
    while service.status.standing != "writing":
        time.sleep(0.005)
    _say("writing")
    walk, at_ns = Walk(int(venues), int(symbols)), WallClock().now_ns() // NS_PER_S * NS_PER_S
    for slot in range(COMMITS):
        before = service.status.samples
        at_slot_ns = at_ns + slot * SLOT_S * NS_PER_S
        service.offer(Batch(samples=walk.samples(at_slot_ns)))
        while service.status.samples == before:
            time.sleep(0.005)
    _say("written")
    sys.stdin.read()
    service.stop()


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
