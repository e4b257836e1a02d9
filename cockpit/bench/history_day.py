"""A whole day of fourteen venues of fifty markets, as fast as it goes: disk, time and memory.

Slots are written by this process, hours are put away by the one that a cockpit starts for it.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from cockpit.bench.history_rows import Walk
from cockpit.core.clock import WallClock
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.history.client import start_maintenance
from cockpit.history.hot import HotStore
from cockpit.history.layout import DAY_NS, Folder
from cockpit.history.maintenance import hot_bytes
from cockpit.history.manifest import cold_files
from cockpit.history.protocol import MaintainQuestion
from cockpit.history.rows import Batch
from cockpit.history.settings import HistorySettings

VENUES, SYMBOLS = 14, 50
SLOT_S: Final = 10
COMMIT_S: Final = 300
"""What a commit costs is measured elsewhere: here many slots share one."""
HOT_H: Final = 2
"""So that the day is cold at its end; a cockpit keeps two days."""
MB: Final = 1e6


def measure(runs: int) -> dict[str, Any]:
    """Section `history_day` of the document; one day, whatever the `runs`.

    `raw_mb` is the day as Parquet, `minute_mb` once it is a row a minute, `hot_mb` the most that
    the hot store grew to with `hot_h` of 2; `seal_s` an hour put away, `merge_s` the day as one
    file, `roll_up_s` the day reduced to minutes; `worker_mb` the most memory of the process that
    did it; `write_s` what all slots together took.
    """
    settings = HistorySettings(hot_h=HOT_H)
    with tempfile.TemporaryDirectory() as home:
        folder = Folder(Path(home) / "history")
        begin_ns = WallClock().now_ns() // DAY_NS * DAY_NS - DAY_NS
        store, walk = HotStore(folder), Walk(VENUES, SYMBOLS)
        seals: list[tuple[float, float]] = []
        write_s = hot_mb = 0.0
        for hour in range(24):
            for first in range(0, 3600, COMMIT_S):
                at_ns = begin_ns + hour * HOUR_NS + first * NS_PER_S
                slots = range(0, COMMIT_S, SLOT_S)
                samples = [row for s in slots for row in walk.samples(at_ns + s * NS_PER_S)]
                began_s = time.perf_counter()
                store.append(Batch(samples=tuple(samples)), at_ns)
                write_s += time.perf_counter() - began_s
            hot_mb = max(hot_mb, hot_bytes(store) / MB)
            seals.append(_maintain(folder, settings, begin_ns + (hour + 1) * HOUR_NS))
        merge = _maintain(folder, settings, begin_ns + DAY_NS + 3 * HOUR_NS)
        raw_mb = _cold_mb(store)
        month_ns = (settings.raw_days + 2) * DAY_NS
        roll_up = _maintain(folder, settings, begin_ns + month_ns)
        minute_mb = _cold_mb(store)
        store.close()
    rounds = [*seals, merge, roll_up]
    return {
        "raw_mb": round(raw_mb, 1),
        "minute_mb": round(minute_mb, 1),
        "hot_mb": round(hot_mb, 1),
        "write_s": round(write_s, 1),
        "seal_s": round(statistics.median(took for took, _ in seals), 2),
        "merge_s": round(merge[0], 2),
        "roll_up_s": round(roll_up[0], 2),
        "worker_mb": round(max(peak for _, peak in rounds), 0),
    }


def _maintain(folder: Folder, settings: HistorySettings, now_ns: int) -> tuple[float, float]:
    """(seconds, peak MB) of one round in a process of its own."""
    began_s = time.perf_counter()
    process = start_maintenance(folder, MaintainQuestion(settings=settings, now_ns=now_ns))
    assert process.stdout is not None
    process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - began_s, usage.ru_maxrss / 1e3


def _cold_mb(store: HotStore) -> float:
    return sum(file.size for file in cold_files(store.connection)) / MB
