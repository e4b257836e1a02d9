"""Pages of longer lists."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from cockpit.sim.faces.kit.parameters import Parameters

Row = TypeVar("Row")


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
