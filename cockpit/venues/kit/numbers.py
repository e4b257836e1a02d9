"""Numbers as venues write them, and what can be a price, a size or a book."""

from itertools import pairwise

from cockpit.core.events import Levels

MAX_EXPONENT = 1e18
"""No price, size or open interest of a real market is as large as this."""
SMALLEST = 1e-18
"""No price or size is as small: what is divided by less is no number any more."""


def positive(value: object) -> float | None:
    """A price or size as a float, or None where a venue says "nothing": null, "", 0, NaN, inf.

    Use it only for fields in which the venue page says that zero means nothing.
    """
    number = value if type(value) is float else finite(value)
    return number if number is not None and SMALLEST <= number <= MAX_EXPONENT else None


def finite(value: object) -> float | None:
    """A number as a float, zero included; None for null, blank, NaN, infinite or absurd, and for
    what is neither a number nor the text of one."""
    if type(value) is not float:
        if value is None or value == "" or isinstance(value, bool):
            return None
        if isinstance(value, str) and "_" in value:
            return None
        try:
            value = float(value)  # type: ignore[arg-type]
        except (ValueError, OverflowError, TypeError):
            return None
    # False for NaN too, which is neither above nor below anything.
    return value if -MAX_EXPONENT <= value <= MAX_EXPONENT else None


def whole(value: object) -> int | None:
    """An integer, also as its text (`"1"`) or with a point (`1.0`); None for anything else."""
    number = finite(value)
    return int(number) if number is not None and number.is_integer() else None


def is_nothing(value: object) -> bool:
    """Whether a venue says that there is no such price or size: null, blank, or zero."""
    return value is None or value == "" or finite(value) == 0.0


class Odd(list[str]):
    """Sentences about figures that make no sense: each costs itself, and nothing beside it."""

    def number(
        self, what: str, value: object, least: float = -MAX_EXPONENT, most: float = MAX_EXPONENT
    ) -> float | None:
        """A number in its bounds; None where the venue said nothing, or nonsense."""
        if value is None or value == "":
            return None
        number = finite(value)
        if number is None or not least <= number <= most:
            self.append(f"{what} is {value!r:.40}")
            return None
        return number

    def price(self, what: str, value: object) -> float | None:
        """A price, of which zero says nothing."""
        return positive(self.number(what, value, 0.0))


def amount(value: object) -> float | None:
    """A count of something, zero included; None for what no count can be."""
    number = finite(value)
    return number if number is not None and number >= 0.0 else None


def sane_levels(levels: Levels, *, deltas: bool = False) -> bool:
    """Whether every level has a positive price and a positive size (or zero, in a delta)."""
    for price, size in levels:
        if not SMALLEST <= price < MAX_EXPONENT:
            return False
        if not (SMALLEST <= size < MAX_EXPONENT or (deltas and size == 0.0)):
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
