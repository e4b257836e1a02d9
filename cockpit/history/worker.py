"""The process that loads DuckDB, so that the cockpit does not: reads, and the hourly maintenance.

    python -m cockpit.history.worker FOLDER              answers reads until its stdin ends
    python -m cockpit.history.worker FOLDER maintain     one round of maintenance, settings on stdin

A question and its answer are one MessagePack document each, after four bytes of length. The time
never comes from this process: whoever asks states it.
"""

import os
import struct
import sys
from pathlib import Path
from typing import IO, Final

import msgspec

from cockpit.core.errors import CockpitError
from cockpit.history.layout import Folder
from cockpit.history.protocol import (
    Answered,
    BaselineQuestion,
    Failed,
    MaintainQuestion,
    MomentQuestion,
    Question,
    SeriesQuestion,
    Value,
)

_LENGTH: Final = struct.Struct("<I")


def main(argv: list[str]) -> int:
    """Runs until there is nothing more to do; never writes anything but documents to stdout."""
    folder = Folder(Path(argv[0]))
    source, target = sys.stdin.buffer, sys.stdout.buffer
    if argv[1:] == ["maintain"]:
        os.nice(10)
        question = msgspec.msgpack.decode(source.read(), type=MaintainQuestion)
        write_document(target, _answer(folder, question))
        return 0
    decoder = msgspec.msgpack.Decoder(Question)
    while (document := read_document(source)) is not None:
        write_document(target, _answer(folder, decoder.decode(document)))
    return 0


def _answer(folder: Folder, question: Question) -> Answered | Failed:
    """Whatever goes wrong is an answer in words: the one who asked must not wait for ever."""
    try:
        return Answered(msgspec.Raw(msgspec.msgpack.encode(_value(folder, question))))
    except CockpitError as error:
        return Failed(sentence=error.ui_message, detail=error.detail)
    except Exception as error:
        return Failed(sentence=f"{folder.path}: cannot be read", detail=repr(error))


def _value(folder: Folder, question: Question) -> Value:
    from cockpit.history import analytic

    match question:
        case SeriesQuestion():
            return analytic.series(folder, question)
        case MomentQuestion():
            return analytic.moment(folder, question)
        case BaselineQuestion():
            return analytic.baselines(folder, question)
        case MaintainQuestion():
            return analytic.maintain(folder, question)


def read_document(source: IO[bytes]) -> bytes | None:
    """The next document; None at the end, also if it is cut short."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = source.read(length)
    return body if len(body) == length else None


def write_document(target: IO[bytes], document: msgspec.Struct) -> None:
    body = msgspec.msgpack.encode(document)
    target.write(_LENGTH.pack(len(body)) + body)
    target.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
