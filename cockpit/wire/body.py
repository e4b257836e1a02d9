"""The body of an answer, decompressed no further than an answer of a venue may be large.

A few kilobytes may stand for gigabytes, more so where they are compressed twice: so only one layer
is taken, and only as much of it as fits.
"""

import zlib

ACCEPTED = "gzip, deflate"
"""What is asked for (`Accept-Encoding`)."""
_ANY_HEADER, _NO_HEADER = 47, -15
_LAYERS = {"": None, "identity": None, "gzip": _ANY_HEADER, "x-gzip": _ANY_HEADER,
           "deflate": _ANY_HEADER}  # fmt: skip


class BodyTooLargeError(Exception):
    """The answer is larger than any answer of a venue."""


class BodyError(Exception):
    """The answer is not compressed as it says, or in a way that was not asked for."""


class Body:
    """What came so far, of at most `most` bytes. `encoding` is the answer's `Content-Encoding`."""

    def __init__(self, encoding: str, most: int) -> None:
        name = encoding.strip().lower()
        if name not in _LAYERS:
            raise BodyError(f"content encoding {encoding[:40]!r} was not asked for")
        self._most = most
        self._data = bytearray()
        layer = _LAYERS[name]
        self._inflate = None if layer is None else zlib.decompressobj(layer)
        self._is_begun = False

    def add(self, chunk: bytes) -> None:
        """Take the next bytes of the wire. BodyTooLargeError, BodyError."""
        if self._inflate is not None:
            chunk = self._inflated(chunk)
        self._data += chunk
        if len(self._data) > self._most:
            raise BodyTooLargeError

    def whole(self) -> bytes:
        """All of it. BodyError where the end is missing."""
        if self._inflate is not None and self._is_begun and not self._inflate.eof:
            raise BodyError("the compressed body has no end")
        return bytes(self._data)

    def _inflated(self, chunk: bytes) -> bytes:
        assert self._inflate is not None
        room = self._most + 1 - len(self._data)
        try:
            return self._inflate.decompress(chunk, room)
        except zlib.error as error:
            if self._is_begun:
                raise BodyError(str(error)) from None
        finally:
            self._is_begun = True
        # Some servers send deflate without the header that it should have.
        self._inflate = zlib.decompressobj(_NO_HEADER)
        try:
            return self._inflate.decompress(chunk, room)
        except zlib.error as error:
            raise BodyError(str(error)) from None
