"""Files that a person hands over, as Windows tools write them too."""

import codecs
from pathlib import Path


def read_utf8(path: Path) -> bytes:
    """The file as UTF-8 without a byte order mark; UTF-16 with one is turned into it.

    OSError if it cannot be read, UnicodeDecodeError if its mark says UTF-16 and it is none.
    """
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # PowerShell's `>` writes it.
        return data.decode("utf-16").encode()
    return data.removeprefix(codecs.BOM_UTF8)
