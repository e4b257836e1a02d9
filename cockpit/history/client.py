"""The cockpit's end of the worker: started when first asked, used from one thread at a time."""

import subprocess
import sys
import threading
from typing import TypeVar

import msgspec

from cockpit.history.documents import read_document, write_document
from cockpit.history.errors import HistoryError
from cockpit.history.layout import Folder
from cockpit.history.protocol import Answered, Failed, MaintainQuestion, Question

T = TypeVar("T")

_ANSWER = msgspec.msgpack.Decoder(Answered | Failed)


class Worker:
    """Answers one question after the other; a worker that died is replaced at the next one."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, question: Question, kind: type[T]) -> T:
        """Blocks: never called on the loop. HistoryError with a sentence if there is no answer."""
        with self._lock:
            process = self._running()
            source, target = process.stdout, process.stdin
            assert source is not None
            assert target is not None
            try:
                write_document(target, question)
                document = read_document(source)
            except OSError:
                document = None
            if document is None:
                self._end()
                raise HistoryError(f"{self._folder.path}: the reader of history died; ask again")
        return decoded(document, kind)

    def close(self) -> None:
        """End the process; it holds nothing that needs saving."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "cockpit.history.worker", str(self._folder.path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    # A ctrl-c in the terminal is the cockpit's to answer.
                    start_new_session=True,
                )
            except OSError as error:
                raise HistoryError(
                    f"{self._folder.path}: the reader of history cannot be started: "
                    f"{error.strerror}; ask again"
                ) from error
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        process.kill()
        process.wait()


def start_maintenance(folder: Folder, question: MaintainQuestion) -> subprocess.Popen[bytes]:
    """A process that does one round and ends; its stdout holds the answer. OSError if it cannot
    be started."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cockpit.history.worker", str(folder.path), "maintain"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    process.stdin.write(msgspec.msgpack.encode(question))
    process.stdin.close()
    return process


def decoded(document: bytes, kind: type[T]) -> T:
    """The value of an answer; HistoryError with the worker's own sentence if it failed."""
    answer = _ANSWER.decode(document)
    if isinstance(answer, Failed):
        raise HistoryError(answer.sentence, detail=answer.detail)
    return msgspec.msgpack.decode(answer.value, type=kind)
