"""Files that grow: what is there stays as it is, and a crash costs the end at most.

Whole files are written through `atomic`.
"""

import os
from pathlib import Path
from typing import BinaryIO


def start_stream(path: Path, buffer_bytes: int) -> BinaryIO:
    """A new file to append to, mode 0600, in a folder that is there.

    FileExistsError if the name is taken; OSError if it cannot be made.
    """
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(fd, "wb", buffering=buffer_bytes)


def append_line(path: Path, line: bytes) -> None:
    """Add to a file, mode 0600, made where it lacks, in one write. OSError if it fails."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(fd, line)
    finally:
        os.close(fd)
