"""Rows and clocks for the tests of history."""

import os
import time
from pathlib import Path

from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.history.hot import HotStore
from cockpit.history.layout import DAY_NS, Folder
from cockpit.history.maintenance import Maintenance, Report
from cockpit.history.query import Bounds, query
from cockpit.history.rows import Batch, Figures, Sample, Settled
from cockpit.history.settings import HistorySettings

DAY = 1_760_054_400_000_000_000
"""2025-10-10 00:00 UTC."""
SETTINGS = HistorySettings()

__all__ = ["DAY", "DAY_NS", "HOUR_NS", "NS_PER_S", "SETTINGS", "Folder", "HotStore"]


class FastClock:
    """A clock on which `speed` seconds pass in one; `start_ns` is when the machine's was `zero`."""

    def __init__(self, start_ns: int, zero_ns: int, speed: int) -> None:
        self._start_ns, self._zero_ns, self._speed = start_ns, zero_ns, speed

    def now_ns(self) -> int:
        return self._start_ns + (time.monotonic_ns() - self._zero_ns) * self._speed


def sample(at_ns: int, venue: str = "bybit", symbol: str = "BTC", **figures: float) -> Sample:
    return Sample(venue=venue, symbol=symbol, at_ns=at_ns, figures=Figures(**figures))


def marks(first_ns: int, count: int, step_s: int = 10, **names: str) -> Batch:
    """So many rows of one market, the mark counting up from 1."""
    return Batch(
        samples=tuple(
            sample(first_ns + i * step_s * NS_PER_S, mark=float(i + 1), **names)
            for i in range(count)
        )
    )


def paid(at_ns: int, rate: float, venue: str = "bybit", symbol: str = "BTC") -> Settled:
    return Settled(venue=venue, symbol=symbol, paid_at_ns=at_ns, rate=rate, interval_s=3600)


def maintain(folder: Folder, now_ns: int, settings: HistorySettings = SETTINGS) -> Report:
    store = HotStore(folder)
    try:
        return Maintenance(store, settings, now_ns).run()
    finally:
        store.close()


def rows(folder: Folder, columns: str = "at_ns, mark", more: str = "") -> list[tuple]:
    """What a query says is there, oldest first."""
    sql = f"SELECT {columns} FROM samples {more} ORDER BY ALL"
    return query(folder, sql, Bounds(rows=1_000_000)).rows


def files(folder: Folder) -> set[str]:
    """Every file below the folder, the names of the cold ones without their generation."""
    return {
        str(path.relative_to(folder.path)).rpartition("-")[0] or path.name
        if path.suffix == ".parquet"
        else str(path.relative_to(folder.path))
        for path in folder.path.rglob("*")
        if path.is_file()
    }


def modes(path: Path) -> set[int]:
    return {found.stat().st_mode & 0o777 for found in path.rglob("*") if found.is_file()}


def is_root() -> bool:
    """Rights do not hold for root."""
    return os.geteuid() == 0
