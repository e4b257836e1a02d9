"""The process that loads DuckDB, so that the cockpit does not: reads, and the hourly maintenance.

    python -m cockpit.history.worker FOLDER              answers reads until its stdin ends
    python -m cockpit.history.worker FOLDER maintain     one round of maintenance, settings on stdin

A question and its answer are one MessagePack document each, after four bytes of length. The time
never comes from this process: whoever asks states it.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from cockpit.core.errors import CockpitError
from cockpit.history.analytic import Analyst, maintain
from cockpit.history.documents import read_document, write_document
from cockpit.history.layout import Folder
from cockpit.history.protocol import (
    Answered,
    BaselineQuestion,
    Failed,
    HourlyQuestion,
    MaintainQuestion,
    MomentQuestion,
    Question,
    SeriesQuestion,
    Value,
)


def main(argv: list[str]) -> int:
    """Runs until there is nothing more to do; never writes anything but documents to stdout."""
    # Where both want the only core, the screen has it.
    os.nice(10)
    folder = Folder(Path(argv[0]))
    source, target = sys.stdin.buffer, sys.stdout.buffer
    if argv[1:] == ["maintain"]:
        task = msgspec.msgpack.decode(source.read(), type=MaintainQuestion)
        write_document(target, _answer(folder, lambda: maintain(folder, task)))
        return 0
    analyst = Analyst(folder)
    decoder = msgspec.msgpack.Decoder(Question)
    while (document := read_document(source)) is not None:
        question = decoder.decode(document)
        write_document(target, _answer(folder, partial(_value, analyst, question)))
    return 0


def _answer(folder: Folder, work: Callable[[], Value]) -> Answered | Failed:
    """Whatever goes wrong is an answer in words: the one who asked must not wait for ever."""
    try:
        return Answered(msgspec.Raw(msgspec.msgpack.encode(work())))
    except CockpitError as error:
        return Failed(sentence=error.ui_message, detail=error.detail)
    except Exception as error:
        return Failed(sentence=f"{folder.path}: history failed: {error}", detail=repr(error))


def _value(analyst: Analyst, question: Question) -> Value:
    match question:
        case SeriesQuestion():
            return analyst.series(question)
        case MomentQuestion():
            return analyst.moment(question)
        case BaselineQuestion():
            return analyst.baselines(question)
        case HourlyQuestion():
            return analyst.hourly(question)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
