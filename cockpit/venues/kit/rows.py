"""Rows of one message, each read by itself: one that makes no sense costs itself and no other."""

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

import msgspec

from cockpit.core.events import Reject
from cockpit.venues.contract import Output, Reply
from cockpit.venues.kit.decoding import decode, reject

T = TypeVar("T")
_ANY = msgspec.json.Decoder(dict[str, object])


class Unread(NamedTuple):
    """The rows that could not be read."""

    rejects: list[Reject]
    """Why not, one a row."""
    names: list[str | None]
    """The native name of each; None where not even that could be read."""


class RowReader(Generic[T]):
    """Reads rows of this type, whose native name stands under `name_key`."""

    def __init__(self, venue: str, kind: type[T], name_key: str) -> None:
        self._venue = venue
        self._decoder = msgspec.json.Decoder(kind, strict=False)
        self._name_key = name_key

    def read(self, raws: Iterable[msgspec.Raw], what: str, at_ns: int) -> tuple[list[T], Unread]:
        """The rows in their order, and those that make no sense; `what` is the message's name."""
        rows: list[T] = []
        unread = Unread([], [])
        for raw in raws:
            row = decode(self._decoder, raw)
            if isinstance(row, str):
                unread.rejects.append(reject(self._venue, at_ns, f"{what}: {row}", bytes(raw)))
                unread.names.append(self._name(raw))
            else:
                rows.append(row)
        return rows, unread

    def each(
        self,
        raws: Iterable[msgspec.Raw],
        reply: Reply,
        says: Callable[[T, int], Iterable[Output]],
    ) -> list[Output]:
        """What every row of a reply says at its time, after those that make no sense."""
        rows, unread = self.read(raws, reply.name, reply.at_ns)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            out += says(row, reply.at_ns)
        return out

    def _name(self, raw: msgspec.Raw) -> str | None:
        fields = decode(_ANY, raw)
        name = None if isinstance(fields, str) else fields.get(self._name_key)
        return name if isinstance(name, str) else None
