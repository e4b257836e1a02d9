"""From bytes to a typed message, or to a sentence that says why not."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from cockpit.core.account import mask
from cockpit.core.events import Reject
from cockpit.venues.contract import Reply

REJECT_DATA_CHARS = 200
BROKEN = (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError)
"""What a decoder may raise: of these `decode` makes a sentence."""

T = TypeVar("T")


def decode(decoder: "msgspec.json.Decoder[T]", data: str | bytes | msgspec.Raw) -> T | str:
    """The decoded message, or a sentence that says why it could not be one.

    Binary garbage, truncation, wrong types and nesting bombs all end here.
    """
    try:
        return decoder.decode(data)
    except BROKEN as error:
        return str(error) or type(error).__name__


def encode(message: object) -> str:
    """A request of ours as JSON."""
    return msgspec.json.encode(message).decode()


def reject(venue: str, at_ns: int, reason: str, data: str | bytes = "") -> Reject:
    """A `Reject` with the first characters of what was not understood, made printable.

    Addresses in it are shortened before the cut, so that none is left in one piece. A venue's own
    words may be none.
    """
    reason = reason or "no reason given"
    head = data[: 2 * REJECT_DATA_CHARS]
    text = head.decode("utf-8", "replace") if isinstance(head, bytes) else head
    return Reject(
        venue=venue, recv_ns=at_ns,
        reason=printable(mask(reason[: 2 * REJECT_DATA_CHARS])[:REJECT_DATA_CHARS]),
        data=printable(mask(text)[:REJECT_DATA_CHARS]),
    )  # fmt: skip


def rejects(
    venue: str, at_ns: int, what: str, odd: Iterable[str], data: str | bytes
) -> list[Reject]:
    """A `Reject` for each figure of a row, a message or a reply that makes no sense."""
    return [reject(venue, at_ns, f"{what}: {sentence}", data) for sentence in odd]


def printable(text: str) -> str:
    """Text from a venue without control characters: it may end up in a terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)


def refused(reply: Reply) -> str | None:
    """Why a reply is not an answer, or None if it is one."""
    if reply.status == 200:
        return None
    if reply.status == 0:
        return f"{reply.name}: no answer"
    return f"{reply.name}: HTTP {reply.status}"


def request_number(text: str | int | None) -> int:
    """The number of a request of ours that an answer names; 0 where it names none of ours."""
    if isinstance(text, int):
        return text
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_number and text is not None else 0
