"""What is kept, in figures: `cockpit history status`."""

import sqlite3
from pathlib import Path

import msgspec

from cockpit.core.units import HOUR_NS
from cockpit.history.hot import meta
from cockpit.history.hot_read import read_hot
from cockpit.history.layout import Folder
from cockpit.history.manifest import ColdFile, cold_files
from cockpit.history.settings import HistorySettings
from cockpit.history.writer_lock import Writer, current_writer


class TierStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One tier; the newest of its times is included in hot, the end of the last hour in others."""

    from_ns: int | None = None
    to_ns: int | None = None
    rows: int = 0
    bytes: int = 0


class SettledStatus(msgspec.Struct, frozen=True, kw_only=True):
    rows: int = 0
    markets: int = 0
    from_ns: int | None = None


class HistoryStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The document. Hours that have a file already may stand in `hot` and in `cold`: a query reads
    each of them once. `imported_rows` wait to be put into their day."""

    folder: str
    enabled: bool
    writer: Writer | None
    hot: TierStatus
    cold: TierStatus
    minute: TierStatus
    settled: SettledStatus
    gaps: int
    imported_rows: int
    used_bytes: int
    max_bytes: int
    quarantined: tuple[str, ...]
    warnings: tuple[str, ...]


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the store says."""

    hot: TierStatus = TierStatus()
    files: tuple[ColdFile, ...] = ()
    settled: SettledStatus = SettledStatus()
    gaps: int = 0
    imported_rows: int = 0


def status(folder: Folder, settings: HistorySettings) -> HistoryStatus:
    """Reads only. HistoryError if the store cannot be read."""
    kept = read_hot(folder.hot, _read, _Kept())
    wal = folder.hot.with_name(folder.hot.name + "-wal")
    hot_bytes = (_size(folder.hot) or 0) + (_size(wal) or 0)
    hot = msgspec.structs.replace(kept.hot, bytes=hot_bytes)
    raw = _tier([file for file in kept.files if file.tier == "raw"])
    minute = _tier([file for file in kept.files if file.tier == "minute"])
    quarantined = sorted(path.name for path in folder.quarantine.glob("*"))
    damaged = [
        f"{folder.cold / file.name}: is damaged or missing"
        for file in kept.files
        if _size(folder.cold / file.name) != file.size
    ]
    used = hot.bytes + sum(path.stat().st_size for path in folder.cold.glob("*.parquet"))
    warnings = damaged
    if used > settings.max_bytes:
        warnings.append(
            f"{folder.path}: uses {used} bytes; history.max_gb allows {settings.max_bytes}"
        )
    return HistoryStatus(
        folder=str(folder.path),
        enabled=settings.enabled,
        writer=current_writer(folder),
        hot=hot,
        cold=raw,
        minute=minute,
        settled=kept.settled,
        gaps=kept.gaps,
        imported_rows=kept.imported_rows,
        used_bytes=used,
        max_bytes=settings.max_bytes,
        quarantined=tuple(quarantined),
        warnings=tuple(warnings),
    )


def _read(connection: sqlite3.Connection) -> _Kept:
    begins_ns = meta(connection, "hot_from_ns")
    first_ns, last_ns = connection.execute(
        "SELECT min(oldest), max(newest) FROM (SELECT "
        "(SELECT min(at_ns) FROM samples WHERE market = id AND at_ns >= ?) AS oldest, "
        "(SELECT max(at_ns) FROM samples WHERE market = id AND at_ns >= ?) AS newest "
        "FROM markets)",
        (begins_ns, begins_ns),
    ).fetchone()
    (rows,) = connection.execute("SELECT coalesce(sum(hot_rows), 0) FROM hours").fetchone()
    settled = connection.execute(
        "SELECT count(*), count(DISTINCT market), min(paid_at_ns) FROM settled"
    ).fetchone()
    (gaps,) = connection.execute("SELECT count(*) FROM gaps").fetchone()
    (imported,) = connection.execute("SELECT count(*) FROM imported").fetchone()
    return _Kept(
        hot=TierStatus(from_ns=first_ns, to_ns=last_ns, rows=rows),
        files=tuple(cold_files(connection)),
        settled=SettledStatus(rows=settled[0], markets=settled[1], from_ns=settled[2]),
        gaps=gaps,
        imported_rows=imported,
    )


def _tier(files: list[ColdFile]) -> TierStatus:
    owned = [hour_ns for file in files for hour_ns in file.hours]
    return TierStatus(
        from_ns=min(owned, default=None),
        to_ns=max(owned) + HOUR_NS if owned else None,
        rows=sum(file.rows for file in files),
        bytes=sum(file.size for file in files),
    )


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
