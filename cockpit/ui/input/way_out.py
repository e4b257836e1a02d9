"""How positions are closed: both sides together in rounds, one side alone in slices."""

import json
from collections.abc import Sequence
from typing import Literal

from cockpit.portfolio.positions import Row

WayOut = Literal["unwind", "stagger"]


def way_out(taken: Sequence[Row]) -> WayOut:
    """The calculator that closes these legs of one asset: where some are long and some short,
    closing one side first would leave the other naked."""
    return "unwind" if len({row.leg.size > 0 for row in taken}) == 2 else "stagger"


def as_positions(taken: Sequence[Row]) -> str:
    """What the field `positions` of a form takes: JSON rows, sizes signed, in base units."""
    rows = []
    for row in taken:
        one: dict[str, object] = {
            "venue": row.leg.venue, "symbol": row.leg.symbol, "size": row.leg.size
        }  # fmt: skip
        if row.leg.entry is not None:
            one["entry"] = row.leg.entry
        rows.append(one)
    return json.dumps(rows)
