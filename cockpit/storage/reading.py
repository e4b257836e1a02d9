"""Files that a person hands over, as Windows tools write them too."""

import codecs
import csv
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

MOST_BYTES: Final = 256 * 2**20
"""Of a file that is read whole; a snapshot of every market of every venue is a quarter of it."""

MOST_LETTERS: Final = 2**20
"""Of a line of CSV."""


def read_utf8(path: Path) -> bytes:
    """The file as UTF-8 without a byte order mark; UTF-16 with one is turned into it.

    OSError if it cannot be read or is larger than `MOST_BYTES`, which a device may be without end;
    UnicodeDecodeError if its mark says UTF-16 and it is none.
    """
    with path.open("rb") as file:
        is_larger = os.fstat(file.fileno()).st_size > MOST_BYTES
        data = b"" if is_larger else file.read(MOST_BYTES + 1)
    if is_larger or len(data) > MOST_BYTES:
        words = f"it is larger than {MOST_BYTES // 2**20} MB"
        raise OSError(errno.EFBIG, words, str(path))
    return as_utf8(data)


def as_utf8(data: bytes) -> bytes:
    """Text without its byte order mark. UnicodeDecodeError if that says UTF-16 and it is none."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # PowerShell's `>` writes it.
        return data.decode("utf-16").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def csv_lines(file: IO[str]) -> Iterator[str]:
    """The file line by line. csv.Error for a line that is longer than any of figures: a device, or
    a file of zeros, may be one line without end."""
    while line := file.readline(MOST_LETTERS):
        if len(line) == MOST_LETTERS:
            raise csv.Error(f"a line is longer than {MOST_LETTERS} letters")
        yield line
