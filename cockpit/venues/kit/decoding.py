"""Mechanics that venues share: polling, numbers, names, rejects.

Book sequencing lives beside it in `books.py`.
"""

from itertools import pairwise
from typing import TypeVar

import msgspec

from cockpit.core.account import mask
from cockpit.core.events import Levels, Reject
from cockpit.venues.contract import Reply, Wants

REJECT_DATA_CHARS = 200
MAX_EXPONENT = 1e18
"""No price, size or open interest of a real market is as large as this."""

BROKEN = (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError)
"""What a decoder may raise: of these `decode` makes a sentence."""

T = TypeVar("T")


class Every:
    """True at most once per interval, measured on the times it is shown.

    The first call is due at once unless `wait_first`; `reset` makes the next call due.
    """

    def __init__(self, interval_s: float, *, wait_first: bool = False) -> None:
        self._interval_ns = round(interval_s * 1e9)
        self._wait_first = wait_first
        self._next_ns: int | None = None

    def due(self, at_ns: int) -> bool:
        if self._next_ns is None:
            self._next_ns = at_ns + self._interval_ns
            return not self._wait_first
        if at_ns < self._next_ns:
            return False
        self._next_ns = at_ns + self._interval_ns
        return True

    def reset(self) -> None:
        self._next_ns = None
        self._wait_first = False


def decode(decoder: "msgspec.json.Decoder[T]", data: str | bytes | msgspec.Raw) -> T | str:
    """The decoded message, or a sentence that says why it could not be one.

    Binary garbage, truncation, wrong types and nesting bombs all end here.
    """
    try:
        return decoder.decode(data)
    except BROKEN as error:
        return str(error) or type(error).__name__


def reject(venue: str, at_ns: int, reason: str, data: str | bytes = "") -> Reject:
    """A `Reject` with the first characters of what was not understood, made printable.

    Addresses in it are shortened before the cut, so that none is left in one piece.
    """
    head = data[: 2 * REJECT_DATA_CHARS]
    text = head.decode("utf-8", "replace") if isinstance(head, bytes) else head
    return Reject(
        venue=venue,
        recv_ns=at_ns,
        reason=printable(mask(reason[: 2 * REJECT_DATA_CHARS])[:REJECT_DATA_CHARS]),
        data=printable(mask(text)[:REJECT_DATA_CHARS]),
    )


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


def subject(reply: Reply, wants: Wants) -> str | None:
    """What a reply is about, where its body does not say: its key, else the only wanted symbol."""
    if reply.key:
        return reply.key
    return wants.symbols[0] if len(wants.symbols) == 1 else None


def positive(value: float | str | None) -> float | None:
    """A price or size as a float, or None where a venue says "nothing": null, "", 0, NaN, inf.

    Use it only for fields in which the venue page says that zero means nothing.
    """
    number = value if type(value) is float else finite(value)
    return number if number is not None and 0.0 < number <= MAX_EXPONENT else None


def finite(value: float | str | None) -> float | None:
    """A number as a float, zero included; None for null, blank, NaN, infinite or absurd."""
    if type(value) is not float:
        if value is None or value == "" or (isinstance(value, str) and "_" in value):
            return None
        try:
            value = float(value)
        except (ValueError, OverflowError):
            return None
    # False for NaN too, which is neither above nor below anything.
    return value if -MAX_EXPONENT <= value <= MAX_EXPONENT else None


def sane_levels(levels: Levels, *, deltas: bool = False) -> bool:
    """Whether every level has a positive price and a positive size (or zero, in a delta)."""
    for price, size in levels:
        if not 0.0 < price < MAX_EXPONENT:
            return False
        if not (0.0 < size < MAX_EXPONENT or (deltas and size == 0.0)):
            return False
    return True


def sane_book(bids: Levels, asks: Levels) -> bool:
    """Whether a snapshot can be a book: sane levels, each side best first, not crossed."""
    if not (sane_levels(bids) and sane_levels(asks)):
        return False
    if any(better[0] <= worse[0] for better, worse in pairwise(bids)):
        return False
    if any(better[0] >= worse[0] for better, worse in pairwise(asks)):
        return False
    return not (bids and asks and bids[0][0] >= asks[0][0])


def scale_levels(levels: Levels, contract: float) -> Levels:
    """Levels quoted per `contract` coins, in base units: price / contract, size x contract."""
    if contract == 1.0:
        return levels
    return tuple([(price / contract, size * contract) for price, size in levels])
