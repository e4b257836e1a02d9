"""What the writer's helper does every hour: hot to cold, days together, old days to minutes.

Runs in a process of its own at low priority. Each step is complete in itself, so that being
killed between two of them, or within one, loses nothing.
"""

import contextlib
import shutil
from collections.abc import Collection
from typing import Final

import msgspec

from cockpit.core.units import HOUR_NS, hour_floor_ns, utc
from cockpit.history import columnar
from cockpit.history.cold import Cold
from cockpit.history.columnar import first_line
from cockpit.history.hot import HotStore
from cockpit.history.layout import DAY_NS, ColdName, Folder, Tier
from cockpit.history.manifest import (
    GRACE_NS,
    LATE_NS,
    NewFile,
    adopt,
    cold_files,
    drop_hours,
    forget_before,
    release_file,
    unowned_hours,
)
from cockpit.history.quarantine import set_aside
from cockpit.history.retention import Day, Drop, RollUp, next_action
from cockpit.history.rows import Batch, Gap
from cockpit.history.settings import HistorySettings

_ABANDONED_NS: Final = HOUR_NS
"""A half-written file this old belongs to a process that is gone."""
_VACUUM_PAGES: Final = 1_000


class Report(msgspec.Struct, kw_only=True):
    """What was done, and what was found wrong, in sentences."""

    sealed_hours: int = 0
    merged_days: int = 0
    rolled_up_days: int = 0
    dropped_days: int = 0
    problems: list[str] = []


class Maintenance:
    """One round over one store."""

    def __init__(self, store: HotStore, settings: HistorySettings, now_ns: int) -> None:
        self._store = store
        self._folder: Folder = store.folder
        self._settings = settings
        self._now_ns = now_ns
        self._cold = Cold(store)
        self.report = Report()

    def run(self) -> Report:
        """Every step once. OSError, sqlite3.Error or duckdb.Error if the disk gives up: what was
        done until then stays done."""
        try:
            self._remove_leftovers()
            self._set_damaged_files_aside()
            self._adopt_unknown_files()
            self._seal_hours()
            self._forget_hot_rows()
            self._merge_days()
            self._apply_retention()
        finally:
            self._cold.close()
        return self.report

    def _seal_hours(self) -> None:
        for hour in unowned_hours(self._store.connection, self._now_ns - LATE_NS):
            self.report.sealed_hours += self._cold.seal(hour)

    def _merge_days(self) -> None:
        """A day that is over becomes one file, and imported rows are put where they belong."""
        connection = self._store.connection
        late = connection.execute(f"SELECT DISTINCT at_ns / {DAY_NS} * {DAY_NS} FROM imported")
        days = {day_ns for (day_ns,) in late}
        minutes = set()
        parts: dict[int, int] = {}
        for file in cold_files(connection):
            day_ns = _day_of(file.from_ns)
            parts[day_ns] = parts.get(day_ns, 0) + 1
            if file.tier == "minute":
                minutes.add(day_ns)
        open_days = {
            _day_of(hour.hour_ns) for hour in unowned_hours(connection, self._now_ns + DAY_NS)
        }
        for day_ns, count in parts.items():
            is_over = day_ns + DAY_NS <= self._now_ns - LATE_NS
            if count > 1 and is_over and day_ns not in open_days:
                days.add(day_ns)
        for day_ns in sorted(days):
            tier: Tier = "minute" if day_ns in minutes else "raw"
            self.report.merged_days += self._rewrite(day_ns, tier)

    def _rewrite(self, day_ns: int, tier: Tier) -> bool:
        """A day that cannot be rewritten stays as it is, and does not keep the others from it."""
        try:
            return self._cold.rewrite_day(day_ns, tier, self._now_ns)
        except columnar.Error as error:
            day = utc(day_ns).date()
            self.report.problems.append(
                f"{self._folder.cold}: {day} stays as it was written: {first_line(error)}"
            )
            return False

    def _forget_hot_rows(self) -> None:
        """Rows older than `hot_h` whose hour has a file; in steps, so that nobody waits long."""
        wanted_ns = hour_floor_ns(self._now_ns) - self._settings.hot_h * HOUR_NS
        begins_ns = forget_before(self._store, wanted_ns)
        connection = self._store.connection
        for (market,) in connection.execute("SELECT id FROM markets").fetchall():
            connection.execute(
                "DELETE FROM samples WHERE market = ? AND at_ns < ?", (market, begins_ns)
            )
        for table in ("chain", "exposure"):
            oldest_ns = self._now_ns - self._settings.raw_days * DAY_NS
            connection.execute(f"DELETE FROM {table} WHERE at_ns < ?", (oldest_ns,))
        oldest_ns = self._now_ns - self._settings.minute_days * DAY_NS
        connection.execute("DELETE FROM forecasts WHERE made_ns < ?", (oldest_ns,))
        self._give_room_back()

    def _give_room_back(self) -> None:
        """Pages that the coming rows will not fill again go back to the disk, some at a time."""
        connection = self._store.connection
        pages, free = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count")
        )
        excess = free - pages // 4
        while excess > 0:
            connection.execute(
                f"PRAGMA incremental_vacuum({min(excess, _VACUUM_PAGES)})"
            ).fetchall()
            excess -= _VACUUM_PAGES

    def _apply_retention(self) -> None:
        # Damaged, or overtaken by another process: the next round tries them again.
        stuck: set[int] = set()
        dropped: set[int] = set()
        while action := self._next_action(stuck):
            match action:
                case RollUp(from_ns):
                    if self._rewrite(from_ns, "minute"):
                        self.report.rolled_up_days += 1
                    else:
                        stuck.add(from_ns)
                case Drop(from_ns):
                    if from_ns in dropped:
                        return
                    dropped.add(from_ns)
                    drop_hours(self._store, from_ns, from_ns + DAY_NS, self._now_ns)
                    self.report.dropped_days += 1

    def _next_action(self, stuck: Collection[int]) -> RollUp | Drop | None:
        connection = self._store.connection
        days = days_of(self._store)
        begins_ns = connection.execute(
            "SELECT value FROM meta WHERE key = 'hot_from_ns'"
        ).fetchone()[0]
        size = hot_bytes(self._store)
        return next_action(days, size, begins_ns, self._now_ns, self._settings, stuck)

    def _set_damaged_files_aside(self) -> None:
        """A cold file whose length is not what was written, or that is gone."""
        for file in cold_files(self._store.connection):
            path = self._folder.cold / file.name
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_size == file.size:
                    continue
            kept = set_aside(self._folder, [path], self._now_ns)
            lost = release_file(self._store, file, self._now_ns)
            where = f"set aside as {kept}" if kept else "gone"
            sentence = f"{path}: was damaged or removed and is {where}; {len(lost)} h are missing"
            self.report.problems.append(sentence)
            self._store.append(
                Batch(
                    gaps=tuple(
                        Gap(from_ns=hour_ns, to_ns=hour_ns + HOUR_NS, why="cold file damaged")
                        for hour_ns in lost
                    )
                )
            )

    def _adopt_unknown_files(self) -> None:
        """Files that the store does not know: they outlive a store that was set aside, and a
        process that was killed leaves some. The newest that holds an unowned hour takes it."""
        connection = self._store.connection
        known = {
            name
            for (name,) in connection.execute(
                "SELECT name FROM files UNION SELECT name FROM obsolete"
            )
        }
        unknown = [
            name
            for path in self._folder.cold.glob("*.parquet")
            if path.name not in known and (name := ColdName.parse(path.name))
        ]
        for name in sorted(unknown, key=lambda name: -name.generation):
            path = self._folder.cold / str(name)
            taken = {
                hour_ns for (hour_ns,) in connection.execute("SELECT hour_ns FROM hours").fetchall()
            }
            wanted = tuple(
                hour_ns
                for hour_ns in range(name.from_ns, name.to_ns, HOUR_NS)
                if hour_ns not in taken
            )
            rows = self._cold.count_rows(str(name)) if wanted else 0
            if rows is None:
                kept = set_aside(self._folder, [path], self._now_ns)
                self.report.problems.append(f"{path}: is not whole and is set aside as {kept}")
            elif wanted:
                file = NewFile(name=name, rows=rows, size=path.stat().st_size)
                adopt(self._store, file, wanted)
            elif self._age_ns(path.stat().st_mtime_ns) > _ABANDONED_NS:
                path.unlink(missing_ok=True)

    def _remove_leftovers(self) -> None:
        """Replaced files whose readers have had their time, and what killed processes left."""
        connection = self._store.connection
        old = connection.execute(
            "SELECT name FROM obsolete WHERE since_ns < ?", (self._now_ns - GRACE_NS,)
        ).fetchall()
        for (name,) in old:
            (self._folder.cold / name).unlink(missing_ok=True)
            connection.execute("DELETE FROM obsolete WHERE name = ?", (name,))
        for path in (*self._folder.cold.glob(".*.part"), *self._folder.cold.glob(".spill-*")):
            with contextlib.suppress(FileNotFoundError):
                if self._age_ns(path.stat().st_mtime_ns) <= _ABANDONED_NS:
                    continue
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()

    def _age_ns(self, stamp_ns: int) -> int:
        return self._now_ns - stamp_ns


def days_of(store: HotStore) -> list[Day]:
    """Every day of the cold tier, oldest first. A file counts to the day on which it begins."""
    sizes: dict[tuple[int, bool], int] = {}
    for file in cold_files(store.connection):
        key = (_day_of(file.from_ns), file.tier == "raw")
        sizes[key] = sizes.get(key, 0) + file.size
    return [
        Day(from_ns=day_ns, tier="raw" if is_raw else "minute", size=size)
        for (day_ns, is_raw), size in sorted(sizes.items())
    ]


def hot_bytes(store: HotStore) -> int:
    """What the hot store's rows take. Free pages are filled again or given back."""
    pages, free, size = (
        store.connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _day_of(at_ns: int) -> int:
    return at_ns - at_ns % DAY_NS
