"""The only writer of whole files: a crash at any moment leaves the old file or the new one.

What grows line by line (tapes, the history of alerts) is written through `streams`.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file, mode 0600, folders made where they lack. OSError if it fails.

    A link is followed, so that a file kept elsewhere stays there. Whatever interrupts the writing,
    nothing half-written is left behind.
    """
    path = path.resolve()
    with _whole(path, data) as temporary:
        os.replace(temporary, path)
    _sync_folder(path.parent)


def create_atomically(path: Path, data: bytes) -> None:
    """A new file, mode 0600. FileExistsError if the name is taken; OSError if it fails.

    The finished file is linked to its name, so that of two writers only one gets it and nobody
    ever sees a part.
    """
    with _whole(path, data) as temporary:
        os.link(temporary, path)
    _sync_folder(path.parent)


@contextlib.contextmanager
def _whole(path: Path, data: bytes) -> Iterator[str]:
    """The data on the disk beside its place, under a name that is gone afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def claim(path: Path) -> None:
    """An empty private file for an engine that writes it itself. FileExistsError if it is there."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def publish(temporary: Path, path: Path) -> None:
    """Give a file that an engine has written its name, durably; what had the name is replaced."""
    temporary.chmod(0o600)
    fd = os.open(temporary, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
    os.replace(temporary, path)
    _sync_folder(path.parent)


def move(path: Path, target: Path) -> None:
    """Another name in the same file system; the folder is made where it lacks. OSError."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.rename(path, target)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable. A file system that cannot is no reason to fail: the data is."""
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
