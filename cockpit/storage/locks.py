"""Locks of files that another process sees: held by an open descriptor, free when it dies."""

import fcntl
import os
from pathlib import Path

EXCLUSIVE = fcntl.LOCK_EX
SHARED = fcntl.LOCK_SH


def open_lock(path: Path) -> int:
    """A descriptor of a lock file, mode 0600, made where it lacks. OSError if it cannot be had."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(fd: int, kind: int) -> bool:
    """Take the lock, EXCLUSIVE or SHARED, if it is free; never waits."""
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(path: Path, kind: int) -> bool:
    """Whether a lock of that kind could be taken now. Creates nothing."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        return try_lock(fd, kind)
    finally:
        os.close(fd)


def is_at(fd: int, path: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False
