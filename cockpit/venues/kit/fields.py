"""What the fields of messages may be, and how a message is read.

A field that must be what it is (a level, a fill, a time that stamps) has bounds, and a message in
which it is otherwise is none. A `Number` is read by itself later and costs itself alone.
"""

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from cockpit.core.units import HOUR_S, NS_PER_MS, NS_PER_S
from cockpit.venues.kit.numbers import MAX_EXPONENT, SMALLEST, Odd, finite, is_nothing

FIRST_S, LAST_S = 1_483_228_800, 4_102_444_800
"""2017 and 2100: no venue is older, and a time outside of them is in another unit."""
_FIRST_NS, _LAST_NS = FIRST_S * NS_PER_S, LAST_S * NS_PER_S
MINUTE_S, DAY_S = 60, 86_400
Price = Annotated[float, Meta(ge=SMALLEST, lt=MAX_EXPONENT)]
Size = Annotated[float, Meta(ge=0, lt=MAX_EXPONENT)]
"""Of a level: 0 removes it."""
Ladder = tuple[tuple[Price, Size], ...]
Seconds = Annotated[int, Meta(ge=FIRST_S, lt=LAST_S)]
Ms = Annotated[int, Meta(ge=FIRST_S * 1_000, lt=LAST_S * 1_000)]
Ns = Annotated[int, Meta(ge=FIRST_S * NS_PER_S, lt=LAST_S * NS_PER_S)]
Position = Annotated[int, Meta(ge=0)]
"""A place in a sequence."""
Stamp = int | float | str | None
"""A time as it may be: one that is none leaves the age to the arrival (`moment_ns`)."""
Number = str | float | None
"""A number as it may be: blank, or nonsense that costs this figure and no other."""
Rows = tuple[msgspec.Raw, ...]
"""Rows that are read one by one (`rows.RowReader`)."""
NOTHING = msgspec.Raw(b"null")

T = TypeVar("T")


class Refusal(Struct, gc=False, frozen=True):
    """Why a venue does not answer, as most of them say it."""

    code: int | str | None = None
    message: str | None = None

    @property
    def words(self) -> str:
        return f"{self.code}: {self.message or 'without a reason'}"


def decoder(kind: type[T]) -> "msgspec.json.Decoder[T]":
    """Reads messages of this type, in which "1.5" is a number too."""
    return msgspec.json.Decoder(kind, strict=False)


def interval_s(value: object, unit_s: int = HOUR_S) -> int | None:
    """A funding interval in units of `unit_s`; None for none of which a day has a whole number, or
    that is below a minute."""
    number = finite(value)
    if number is None or not MINUTE_S <= number * unit_s <= DAY_S:
        return None
    seconds = round(number * unit_s)
    return seconds if DAY_S % seconds == 0 else None


def ms_to_ns(ms: int | None) -> int | None:
    """A time that may be missing."""
    return None if ms is None else ms * NS_PER_MS


def told_interval_s(odd: Odd, what: str, value: object, unit_s: int = HOUR_S) -> int | None:
    """An `interval_s` of a venue's figure, of which nothing and zero say nothing."""
    seconds = interval_s(value, unit_s)
    if seconds is None and not is_nothing(value):
        odd.append(f"{what} is {value!r:.40}")
    return seconds


def moment_ns(value: object, unit_ns: int = NS_PER_MS) -> int | None:
    """A time in units of `unit_ns` as ns; None for what is none, or is in another unit.

    Digits are read as a whole number: a double does not hold ns.
    """
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        value = int(value)
    number = value if type(value) is int or type(value) is float else finite(value)
    if number is None or not _FIRST_NS <= number * unit_ns < _LAST_NS:
        return None
    return int(number) * unit_ns
