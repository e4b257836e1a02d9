"""Rows and clocks for the tests of history."""

import ctypes
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

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


class _Header(ctypes.Structure):
    """Of `capget`: this thread."""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


_SECOND_VERSION = 0x20080522
_OVERRIDES_RIGHTS = 0b110
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, by which root writes what is read only."""


@contextmanager
def rights_hold() -> Iterator[None]:
    """Within it the rights of files hold for root too, for this thread and those that it starts."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = _Header(version=_SECOND_VERSION, pid=0)
    # Two parts of 32 each: those that count here are in the first.
    held = (ctypes.c_uint32 * 6)()
    assert libc.capget(ctypes.byref(header), held) == 0
    before = held[0]
    held[0] = before & ~_OVERRIDES_RIGHTS
    assert libc.capset(ctypes.byref(header), held) == 0
    try:
        yield
    finally:
        held[0] = before
        assert libc.capset(ctypes.byref(header), held) == 0


@contextmanager
def small_disk(path: Path, kib: int) -> Iterator[None]:
    """A disk of so many KiB there. Skips the test where none may be mounted."""
    path.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kib}k,mode=700", "tmpfs", str(path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def fill_up(path: Path) -> None:
    """Write this file until the disk has no byte left."""
    size = 1 << 16
    with path.open("wb", buffering=0) as file:
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
