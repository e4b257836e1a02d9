"""Files that grow: what is there stays as it is, and a crash costs the end at most.

Whole files are written through `atomic`.
"""

import os
from pathlib import Path
from typing import Final

_CHUNK_BYTES: Final = 64 * 2**10


class Stream:
    """A new file that is appended to, mode 0600, in a folder that is there.

    What is written waits in memory until 64 kB have come together, or `flush`. `size` counts both.
    FileExistsError if the name is taken; OSError if it cannot be made, and from whatever writes.
    """

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._waiting = bytearray()
        self.size = 0
        self.closed = False

    def write(self, data: bytes) -> None:
        self._waiting += data
        self.size += len(data)
        if len(self._waiting) >= _CHUNK_BYTES:
            self.flush()

    def flush(self) -> None:
        """Make everything so far readable by another process."""
        while self._waiting:
            del self._waiting[: os.write(self._fd, self._waiting)]

    def cut(self, size: int) -> None:
        """Forget everything after the first `size` bytes, on the disk too."""
        self._waiting.clear()
        os.ftruncate(self._fd, size)
        os.lseek(self._fd, size, os.SEEK_SET)
        self.size = size

    def close(self) -> None:
        """Write what waits and close; the file is closed even where that fails. Twice is fine."""
        if self.closed:
            return
        self.closed = True
        try:
            self.flush()
            os.fsync(self._fd)
        finally:
            os.close(self._fd)


def append_line(path: Path, line: bytes) -> None:
    """Add to a file, mode 0600, made where it lacks, in one write. OSError if it fails."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(fd, line)
    finally:
        os.close(fd)
