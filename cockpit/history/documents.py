"""Documents over a pipe: four bytes of length, then MessagePack."""

import struct
from typing import IO, Final

import msgspec

_LENGTH: Final = struct.Struct("<I")


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
    rest = memoryview(_LENGTH.pack(len(body)) + body)
    # An unbuffered stdout writes a part and says how much.
    while rest:
        rest = rest[target.write(rest) :]
    target.flush()
