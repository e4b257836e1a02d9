"""What to do with a store or a disk that fails: set aside, wait, say so. Nothing is deleted."""

import errno
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

import msgspec

from cockpit.core.units import utc_stamp
from cockpit.history.hot import NewerStore
from cockpit.history.layout import Folder
from cockpit.storage import atomic

Cause = Literal["disk full", "read only", "damaged", "newer schema", "busy", "gone", "failing"]
"""Why nothing is written; also what the gap says."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why history cannot be written just now, and what that means for the trader."""

    cause: Cause
    sentence: str

    @property
    def must_set_aside(self) -> bool:
        """The store cannot be used as it is; waiting would not help."""
        return self.cause in ("damaged", "newer schema")


FULL_BYTES: Final = 1 << 17
"""A store needs a few times 32 KiB beside it."""
_BY_SQLITE: dict[int, Cause] = {
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_READONLY: "read only",
    sqlite3.SQLITE_PERM: "read only",
    sqlite3.SQLITE_CANTOPEN: "read only",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
}
_BY_ERRNO: dict[int, Cause] = {
    errno.ENOSPC: "disk full",
    errno.EDQUOT: "disk full",
    errno.EROFS: "read only",
    errno.EACCES: "read only",
    errno.EPERM: "read only",
}
_WORDS: dict[Cause, str] = {
    "disk full": "the disk is full; history goes on when there is room",
    "read only": "cannot be written to; history goes on when it can",
    "damaged": "is damaged and was set aside; history begins anew",
    "newer schema": "was written by a later version and was set aside; history begins anew",
    "busy": "is held by another process; history goes on when it is free",
    "gone": "was removed while in use; history begins anew",
    "failing": "cannot be written; history is tried again",
}


def trouble(error: Exception, folder: Folder) -> Trouble:
    """What an error of SQLite or of the system means, by its number, not by its words."""
    cause: Cause = "failing"
    if isinstance(error, NewerStore):
        cause = "newer schema"
    elif isinstance(error, sqlite3.Error):
        # The low byte is the error, the rest tells its finer kinds apart.
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None:
            cause = _BY_SQLITE.get(code & 0xFF, "failing")
            # Of the index beside the store it cannot say why there was no room for it.
            if code & 0xFF == sqlite3.SQLITE_IOERR and _is_full(folder):
                cause = "disk full"
        elif isinstance(error, sqlite3.DatabaseError) and not isinstance(
            error, sqlite3.OperationalError
        ):
            cause = "damaged"
    elif isinstance(error, OSError):
        cause = _BY_ERRNO.get(error.errno or 0, "failing")
    return of_cause(cause, folder)


def _is_full(folder: Folder) -> bool:
    try:
        disk = os.statvfs(folder.path)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < FULL_BYTES


def of_cause(cause: Cause, folder: Folder) -> Trouble:
    """The sentence of a cause."""
    return Trouble(cause=cause, sentence=f"{folder.hot}: {_WORDS[cause]}")


def set_aside(folder: Folder, paths: Iterable[Path], now_ns: int) -> str | None:
    """Move files into quarantine, the moment in their names; returns the first one's new path.

    None if none of them is there. OSError if they cannot be moved.
    """
    first: str | None = None
    for path in paths:
        if not path.exists():
            continue
        target = folder.quarantine / f"{utc_stamp(now_ns)}-{path.name}"
        number = 1
        while target.exists():
            number += 1
            target = folder.quarantine / f"{utc_stamp(now_ns)}-{number}-{path.name}"
        atomic.move(path, target)
        first = first or str(target)
    return first


def set_store_aside(folder: Folder, now_ns: int) -> str | None:
    """Move the hot store and what belongs to it; the cold files stay and are taken over."""
    names = (folder.hot.name + ending for ending in ("", "-wal", "-shm"))
    return set_aside(folder, [folder.path / name for name in names], now_ns)
