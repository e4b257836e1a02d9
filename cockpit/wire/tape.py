"""The recording: a header line, then one line an input. Nothing in it is secret.

`TapeWriter` writes, `read_tape` reads. A name that ends in `.gz` is compressed as one stream that
is made readable at every `Tick`, so that a crash costs a second. A tail that was torn off (a
crash, a full disk) is dropped and named in `Tape.torn`; lines in the middle that say nothing are
counted in `Tape.skipped`; neither is ever fatal. Only a file that is no tape raises `TapeError`.
"""

import contextlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from cockpit.core.errors import TapeError
from cockpit.storage.streams import Stream
from cockpit.venues.contract import Input, Tick, Wanted, Wants
from cockpit.wire.tape_lines import TapeWants, as_taped, decode_line, encode_line
from cockpit.wire.tape_text import GZIP_WBITS, START, Place, TapeLines

FORMAT: Final = "cockpit-tape/1"
MAX_SKIPPED_KEPT = 1000
_GZIP_LEVEL = 3
"""Twice as fast as the default for a seventh more bytes; the tape is written on the event loop."""

Origin = Literal["mainnet", "testnet", "docs", "sim"]


class TapeHeader(msgspec.Struct, frozen=True, kw_only=True):
    """Line 1. `origin` `docs` is a fixture typed from documentation; `wants` hold at `at_ns`."""

    format: Literal["cockpit-tape/1"] = FORMAT
    venue: str
    origin: Origin
    version: str
    at_ns: int
    wants: Wants = Wants()


class TapeWriter:
    """Writes a new tape with mode 0600; never over an existing file.

    With `rotate_bytes`, a file that has reached that size on disk is closed at the next input and
    `NAME.0001.jsonl.gz`, `NAME.0002…` follow, each a tape of its own whose header carries the
    wants of that moment. `messages` and `bytes_written` (on disk) count over all files.

    Raises TapeError if a file cannot be begun; OSError (disk full) from `write` and `close`, with
    which the tape has ended, readable up to its last `Tick`.
    """

    def __init__(
        self, path: Path | str, header: TapeHeader, *, rotate_bytes: int | None = None
    ) -> None:
        self._first_path = Path(path)
        self._header = header
        self._rotate_bytes = rotate_bytes
        self.messages = 0
        self.paths: list[Path] = []
        self._closed_bytes = 0
        self._file = self._start(self._first_path)

    @property
    def path(self) -> Path:
        """The file that is being written now."""
        return self.paths[-1]

    @property
    def bytes_written(self) -> int:
        return self._closed_bytes + self._file.bytes_written

    def write(self, item: Input) -> None:
        if self._rotate_bytes is not None and self._file.bytes_written >= self._rotate_bytes:
            self._rotate(item.at_ns)
        self._file.write(encode_line(item))
        self.messages += 1
        if isinstance(item, Tick):
            self._file.flush()
        elif isinstance(item, Wanted):
            self._header = msgspec.structs.replace(self._header, wants=item.wants)

    def close(self) -> None:
        """Complete the file; may be called twice."""
        self._file.close()

    def _rotate(self, at_ns: int) -> None:
        self._file.close()
        self._closed_bytes += self._file.bytes_written
        self._header = msgspec.structs.replace(self._header, at_ns=at_ns)
        self._file = self._start(_numbered(self._first_path, len(self.paths)))

    def _start(self, path: Path) -> "_Out":
        out = _Out(path)
        header = {**msgspec.to_builtins(self._header), "wants": as_taped(self._header.wants)}
        try:
            out.write(msgspec.json.encode(header) + b"\n")
            out.flush()
        except OSError as error:
            path.unlink(missing_ok=True)
            raise TapeError(f"{path} cannot be written: {error.strerror}", str(error)) from None
        self.paths.append(path)
        return out


class Tape:
    """A recording, read line by line each time it is iterated.

    `torn` says why the tail of the last iteration was dropped, None if the tape ended well.
    `skipped` are (line number, reason) of lines that say nothing, the first thousand of
    `skipped_total`. `read_frac` is how much of the file has been read, 0 to 1.
    """

    def __init__(self, path: Path, header: TapeHeader) -> None:
        self.path = path
        self.header = header
        self._lines = TapeLines(path)
        self._forget()

    def _forget(self) -> None:
        self.torn: str | None = None
        self.skipped: list[tuple[int, str]] = []
        self.skipped_total = 0
        self.read_frac = 0.0

    def __iter__(self) -> Iterator[Input]:
        return self.read_from(START)

    @property
    def place(self) -> Place:
        """Behind the input that was read last."""
        return self._lines.place

    def read_from(self, place: Place) -> Iterator[Input]:
        """The inputs behind a place, which this tape or another of the same file was at."""
        self._forget()
        self._lines = TapeLines(self.path, place)
        self.read_frac = place.read_frac
        return self._inputs(self._lines)

    def _inputs(self, lines: TapeLines) -> Iterator[Input]:
        for number, line in lines:
            self.read_frac = lines.read_frac
            if number == 1 or line.isspace():
                continue
            item = "the line is longer than 64 MiB" if line == b"" else decode_line(line)
            if not isinstance(item, str):
                yield item
            elif line.endswith(b"\n") or line == b"":
                self.skipped_total += 1
                if len(self.skipped) < MAX_SKIPPED_KEPT:
                    self.skipped.append((number, item))
            else:
                self.torn = f"line {number} is cut off"
        self.torn = lines.torn or self.torn
        self.read_frac = 1.0


def read_tape(path: Path | str) -> Tape:
    """Open a recording by its header. TapeError if it has none or cannot be read."""
    path = Path(path)
    lines = TapeLines(path)
    for _, line in lines:
        return Tape(path, _header(path, line))
    why = f": {lines.torn} before" if lines.torn else " is empty; a tape begins with"
    raise TapeError(f"{path}{why} a {FORMAT} header")


def _header(path: Path, line: bytes) -> TapeHeader:
    expected = f"{path}, line 1: expected a {FORMAT} header"
    try:
        format_ = msgspec.json.decode(line, type=_AnyHeader).format
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
        raise TapeError(f"{expected}, found something else", str(error)) from None
    if format_ != FORMAT:
        raise TapeError(f"{expected}, found {format_[:40]!r}; record it again with this version")
    try:
        header = msgspec.json.decode(line, type=TapeHeader)
        wants = msgspec.json.decode(line, type=_HeaderWants).wants.read()
        return msgspec.structs.replace(header, wants=wants)
    except msgspec.ValidationError as error:
        raise TapeError(f"{expected}: {error}") from None


class _AnyHeader(msgspec.Struct):
    format: str


class _HeaderWants(msgspec.Struct):
    wants: TapeWants = TapeWants()


def _numbered(path: Path, number: int) -> Path:
    """`x.jsonl.gz`, 1 -> `x.0001.jsonl.gz`."""
    for suffix in (".jsonl.gz", ".jsonl"):
        if path.name.endswith(suffix):
            return path.with_name(f"{path.name.removesuffix(suffix)}.{number:04}{suffix}")
    return path.with_name(f"{path.name}.{number:04}")


class _Out:
    """A new file, compressed if its name says so. `bytes_written` is what went to the disk.

    When the disk is full, the file ends where it was last flushed, complete and readable to its
    end, before the OSError is passed on.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._stream = Stream(path)
        except FileExistsError:
            raise TapeError(f"{path} exists; a tape is never written over another file") from None
        except OSError as error:
            raise TapeError(f"{path} cannot be written: {error.strerror}", str(error)) from None
        self._deflate = (
            zlib.compressobj(_GZIP_LEVEL, wbits=GZIP_WBITS) if path.suffix == ".gz" else None
        )
        self._flushed_size = 0
        self._flushed_deflate = self._deflate.copy() if self._deflate else None

    @property
    def bytes_written(self) -> int:
        return self._stream.size

    def write(self, data: bytes) -> None:
        try:
            self._stream.write(self._deflate.compress(data) if self._deflate else data)
        except OSError:
            self._end_at_last_flush()
            raise

    def flush(self) -> None:
        """Make everything so far readable by another process."""
        try:
            if self._deflate:
                self._stream.write(self._deflate.flush(zlib.Z_SYNC_FLUSH))
            self._stream.flush()
        except OSError:
            self._end_at_last_flush()
            raise
        self._flushed_size = self._stream.size
        self._flushed_deflate = self._deflate.copy() if self._deflate else None

    def close(self) -> None:
        if self._stream.closed:
            return
        try:
            if self._deflate:
                self._stream.write(self._deflate.flush(zlib.Z_FINISH))
            self._stream.flush()
        except OSError:
            self._end_at_last_flush()
            raise
        self._stream.close()

    def _end_at_last_flush(self) -> None:
        """What came after it goes, which makes room for the end of the compressed stream."""
        with contextlib.suppress(OSError):
            self._stream.cut(self._flushed_size)
            if self._flushed_deflate:
                self._stream.write(self._flushed_deflate.flush(zlib.Z_FINISH))
        with contextlib.suppress(OSError):
            self._stream.close()
