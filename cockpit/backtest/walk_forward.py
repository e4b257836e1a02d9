"""Test blocks of two weeks, each forecast by what was known before it.

Training rows end a horizon and a day before the block: the horizon so that no outcome reaches
into it (purge), the day because neighbours share their weather (embargo).
"""

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.forecast.cells import Ints

Bools = NDArray[np.bool_]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Days before the first forecast, days to a refit, hours of embargo."""

    first_days: int = 45
    block_days: int = 14
    embargo_h: int = 24


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Rows (masks) to be trained on and to be forecast; the block starts at `start_hour`."""

    start_hour: int
    train: Bools
    test: Bools


def blocks(hours: Ints, horizon_h: int, plan: Plan) -> Iterator[Block]:
    """The blocks of decisions made at `hours` (oldest first), those without a row left out."""
    if not len(hours):
        return
    start = int(hours[0]) + plan.first_days * 24 + horizon_h + plan.embargo_h
    while start <= hours[-1]:
        end = start + plan.block_days * 24
        test = (hours >= start) & (hours < end)
        if test.any():
            yield Block(
                start_hour=start, train=hours <= start - horizon_h - plan.embargo_h, test=test
            )
        start = end
