"""stdout is data: written whole, and where it cannot be written that is one sentence."""

import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from cockpit.core.errors import InputError


def is_open() -> bool:
    """Whether there is a stdout: `>&-` starts a program without one."""
    stream: object = sys.stdout
    return stream is not None


@contextmanager
def stdout() -> Iterator[BinaryIO]:
    """stdout as bytes, flushed at the end.

    InputError if it cannot be written (a full disk); a reader that has gone stays a
    BrokenPipeError.
    """
    if not is_open():
        raise InputError("stdout is closed; expected a terminal, a file or a pipe")
    out: BinaryIO = sys.stdout.buffer
    # Unbuffered (PYTHONUNBUFFERED), it writes a part of a large document and says how much.
    whole = io.BufferedWriter(out) if isinstance(out, io.RawIOBase) else None
    try:
        yield whole or out
        (whole or sys.stdout).flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        give_up_stdout()
        raise InputError(f"stdout cannot be written: {error.strerror}") from error
    finally:
        if whole is not None:
            _leave_open(whole)


def write_document(document: Any) -> None:
    """One JSON document and a newline on stdout. Errors as those of `stdout`."""
    import msgspec

    with stdout() as out:
        out.write(msgspec.json.encode(document) + b"\n")


def write_lines(lines: Iterable[str]) -> None:
    """Text on stdout, a line each; names of files as they are. Errors as those of `stdout`."""
    with stdout() as out:
        for line in lines:
            out.write(line.encode("utf-8", "surrogateescape") + b"\n")


def _leave_open(whole: "io.BufferedWriter[Any]") -> None:
    """Its end closes stdout, unless it is told to let go of it."""
    with suppress(OSError):
        whole.detach()


def give_up_stdout() -> None:
    """What still waits goes nowhere, or the interpreter would fail on it again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
