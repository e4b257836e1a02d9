"""A tape as lines of text: decompressed, and read on from any place that it once was at."""

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from cockpit.core.errors import TapeError

MAX_LINE_BYTES = 64 * 2**20
_CHUNK_BYTES = 64 * 2**10
_INFLATE_BYTES = 1024
"""What a damaged place may cost before it: zlib gives nothing of a piece that it refuses."""
_GZIP_MAGIC = b"\x1f\x8b"
GZIP_WBITS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Behind line `number`: so much of the file was read, and what of it is not yet given.

    `compressed` is read and not inflated, `text` is inflated and not given as lines; `inflate` is
    None of a tape that is not compressed. A place may be gone to any number of times.
    """

    number: int = 0
    offset: int = 0
    compressed: bytes = b""
    inflate: "zlib._Decompress | None" = None
    text: bytes = b""
    read_frac: float = 0.0


START: Final = Place()


class TapeLines:
    """(number, line) of a file from a place on, decompressed; an overlong line comes as b"".

    The last line may lack its newline. `torn` says why a compressed stream ended early,
    `read_frac` how much of the file was read, 0 to 1. TapeError if the file cannot be read.
    """

    def __init__(self, path: Path, start: Place = START) -> None:
        self._path = path
        self.torn: str | None = None
        self.read_frac = start.read_frac
        self._number = start.number
        self._offset = start.offset
        self._compressed = start.compressed
        self._inflate = start.inflate.copy() if start.inflate else None
        self._waiting = [start.text]
        """Lines of the last piece that are not given yet, the next one last."""
        self._rest: list[bytes] = []
        """The beginning of the line that the next piece goes on with."""
        self._rest_bytes = 0

    @property
    def place(self) -> Place:
        """Behind the line that was given last."""
        return Place(
            number=self._number,
            offset=self._offset,
            compressed=self._compressed,
            inflate=self._inflate.copy() if self._inflate else None,
            text=b"".join(self._rest) + b"\n".join(reversed(self._waiting)),
            read_frac=self.read_frac,
        )

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        for piece in self._pieces():
            self._waiting = piece.split(b"\n")
            self._waiting.reverse()
            while len(self._waiting) > 1:
                self._go_on(self._waiting.pop())
                line = self._whole(b"\n")
                yield self._number, line
            self._go_on(self._waiting.pop())
        if self._rest_bytes:
            line = self._whole(b"")
            yield self._number, line

    def _go_on(self, text: bytes) -> None:
        if self._rest_bytes <= MAX_LINE_BYTES:
            self._rest.append(text)
        self._rest_bytes += len(text)
        if not self._number and self._rest_bytes > MAX_LINE_BYTES:
            raise TapeError(f"{self._path}, line 1: expected a cockpit-tape/1 header, found no end")

    def _whole(self, end: bytes) -> bytes:
        """The line that is complete now."""
        line = b"".join(self._rest) + end if self._rest_bytes <= MAX_LINE_BYTES else b""
        self._rest, self._rest_bytes = [], 0
        self._number += 1
        return line

    def _pieces(self) -> Iterator[bytes]:
        waiting, self._waiting = self._waiting, []
        yield from waiting
        try:
            with self._path.open("rb") as file:
                size = max(1, os.fstat(file.fileno()).st_size)
                head = file.peek(1)
                file.seek(self._offset)
                if head.startswith(_GZIP_MAGIC):
                    yield from self._inflated(self._chunks(file, size, _INFLATE_BYTES))
                elif head and self._path.suffix == ".gz":
                    raise TapeError(f"{self._path} is not gzip, although its name says so")
                else:
                    yield from self._chunks(file, size, _CHUNK_BYTES)
        except OSError as error:
            raise TapeError(f"{self._path} cannot be read: {error.strerror}", str(error)) from None

    def _chunks(self, file: BinaryIO, size: int, chunk_bytes: int) -> Iterator[bytes]:
        while chunk := file.read(chunk_bytes):
            self._offset = file.tell()
            self.read_frac = self._offset / size
            yield chunk

    def _inflated(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pieces of bounded size, so that a small file cannot fill the memory."""
        inflate = self._inflate or zlib.decompressobj(wbits=GZIP_WBITS)
        while self._compressed or (chunk := next(chunks, b"")):
            data = self._compressed or chunk
            if inflate.eof:
                inflate = zlib.decompressobj(wbits=GZIP_WBITS)
            self._inflate = inflate
            try:
                piece = inflate.decompress(data, _CHUNK_BYTES)
            except zlib.error as error:
                self.torn = f"the compressed stream is damaged ({error})"
                return
            self._compressed = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            yield piece
        if not inflate.eof:
            self.torn = "the compressed stream ends early"
