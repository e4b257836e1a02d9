"""Test blocks of two weeks, each forecast by what was known before it.

Training rows end a horizon and a day before the block: the horizon so that no outcome reaches
into it (purge), the day because neighbours share their weather (embargo).
"""

from collections.abc import Iterator

import msgspec

from cockpit.forecast.cells import Ints
from cockpit.forecast.labels import Bools
from cockpit.forecast.training import PURGE_H, Rows


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Days before the first forecast, days to a refit, hours of embargo."""

    first_days: int = 45
    block_days: int = 14
    embargo_h: int = 24


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts made from `start_hour` to before `end_hour`, trained up to `known_hour`."""

    start_hour: int
    end_hour: int
    known_hour: int

    def known(self, hours: Ints) -> Bools:
        """Rows whose outcomes had all come before the block."""
        result: Bools = hours <= self.known_hour
        return result

    def asked(self, hours: Ints) -> Bools:
        """Rows that the block forecasts."""
        result: Bools = (hours >= self.start_hour) & (hours < self.end_hour)
        return result

    def training(self, rows: Rows) -> Rows:
        return rows.where(self.known(rows.hours))


def blocks(first_hour: int, last_hour: int, plan: Plan) -> Iterator[Block]:
    """The blocks of decisions from `first_hour` to `last_hour`, one after the other."""
    start = first_hour + plan.first_days * 24 + PURGE_H + plan.embargo_h
    while start <= last_hour:
        end = start + plan.block_days * 24
        yield Block(start_hour=start, end_hour=end, known_hour=start - PURGE_H - plan.embargo_h)
        start = end
