"""Reading the hot store without leaving a trace: a reader creates no file and takes no lock.

A WAL store that nobody has open consists of one file. Opening that in the usual way would create
the two beside it, so it is opened as a file that does not change; and if a writer began meanwhile,
what was read is thrown away and read again.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

from cockpit.history.errors import HistoryError
from cockpit.history.schema import VERSION, version_of

T = TypeVar("T")

ATTEMPTS: Final = 5
_BUSY_S: Final = 2.0


def read_hot(path: Path, work: Callable[[sqlite3.Connection], T], empty: T) -> T:
    """`work` on one unchanging view of the store; `empty` where there is no store yet.

    HistoryError with a sentence if the store cannot be read.
    """
    for _ in range(ATTEMPTS):
        before = _stamp(path)
        if before is None:
            return empty
        is_live = _wal(path).exists()
        mode = "mode=ro" if is_live else "mode=ro&immutable=1"
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(path))}?{mode}", uri=True, isolation_level=None, timeout=_BUSY_S
            )
            try:
                connection.execute("BEGIN")
                version = version_of(connection)
                if version.number == 0:
                    return empty
                if version.is_newer:
                    raise HistoryError(
                        f"{path}: was written by a later version (schema {version.number}, this "
                        f"program knows {VERSION}); update the program"
                    )
                result = work(connection)
            finally:
                connection.close()
        except sqlite3.DatabaseError as error:
            if _stamp(path) != before or _wal(path).exists() != is_live:
                continue
            raise HistoryError(f"{path}: cannot be read: {error}", detail=repr(error)) from error
        if is_live or (_stamp(path) == before and not _wal(path).exists()):
            return result
    raise HistoryError(f"{path}: cannot be read: it kept changing; try again")


def _wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What tells whether the file has changed; None where there is none yet."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        words = f"{path}: cannot be read: {error.strerror}"
        raise HistoryError(words, detail=repr(error)) from error
    return found.st_ino, found.st_mtime_ns, found.st_size
