"""A document on stdout is whole, however stdout takes it."""

import io
import json
import types

from cockpit.cli import output


class Stubborn(io.RawIOBase):
    """Takes at most a thousand bytes at a time, as a full pipe that a signal interrupts."""

    def __init__(self) -> None:
        self.taken = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        part = bytes(data)[:1000]
        self.taken += part
        return len(part)


def written(monkeypatch, *documents) -> bytes:
    """What arrives of these on a stdout that nothing buffers."""
    raw = Stubborn()
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", types.SimpleNamespace(buffer=raw, flush=lambda: None))
        for document in documents:
            output.write_document(document)
    assert not raw.closed
    return bytes(raw.taken)


def test_a_document_is_whole_where_nothing_buffers_it(monkeypatch):
    rows = list(range(5_000))
    arrived = written(monkeypatch, {"rows": rows})
    assert arrived.endswith(b"4999]}\n")
    assert json.loads(arrived)["rows"] == rows


def test_two_documents_are_two_lines(monkeypatch):
    assert written(monkeypatch, {"a": 1}, {"b": 2}) == b'{"a":1}\n{"b":2}\n'
