"""Settled funding within a window, and pages of longer lists."""

import base64
from collections.abc import Callable, Sequence
from typing import TypeVar

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit.parameters import Parameters
from cockpit.sim.world.contract import MarketState

Row = TypeVar("Row")
Settled = tuple[int, float, float, float]
"""Stamp in ns, rate per interval, average premium, reference price."""


def settled(
    state: MarketState, begin_ns: int = 0, end_ns: int = 2**63 - 1, *, on_the_hour: bool = False
) -> list[Settled]:
    """Payments with begin <= stamp <= end, newest first.

    `on_the_hour` moves stamps back to the interval's boundary, from where venues that stamp the
    hour count, instead of the moment shortly after it when the payment was made.
    """
    interval_ns = state.rule.interval_s * NS_PER_S
    found = []
    for stamp_ns, rate, premium, price in reversed(state.settled):
        shown_ns = stamp_ns - stamp_ns % interval_ns if on_the_hour else stamp_ns
        if begin_ns <= shown_ns <= end_ns:
            found.append((shown_ns, rate, premium, price))
    return found


def after_key(
    rows: Sequence[Row], key: Callable[[Row], str], last: str | None, size: int
) -> tuple[list[Row], bool]:
    """The rows after the key `last` (None: from the first), and whether there are more.

    `rows` are sorted by `key`.
    """
    left = [row for row in rows if last is None or key(row) > last]
    return left[:size], len(left) > size


def by_cursor(rows: Sequence[Row], cursor: str, size: int) -> tuple[list[Row], str | None]:
    """The rows from a cursor on, and the next cursor, None at the end.

    A cursor that nobody handed out, or none (""), begins with the first row.
    """
    begin = int(cursor) if cursor.isdecimal() else 0
    end = begin + size
    return list(rows[begin:end]), str(end) if end < len(rows) else None


def sealed_page(rows: Sequence[Row], asked: Parameters, size: int) -> tuple[list[Row], str | None]:
    """`by_cursor` by the parameter `cursor`, which means nothing to a client."""
    try:
        cursor = base64.b64decode(asked.text("cursor", "MA=="), validate=True).decode()
    except ValueError:
        raise asked.refusal("cursor") from None
    page, following = by_cursor(rows, cursor, size)
    return page, following and base64.b64encode(following.encode()).decode()
