"""`--where "net>50 and oi>5m and venue!=NAME"`: conditions on rows, all of which must hold.

A row of which the figure is not known does not pass a condition on it.
"""

import operator
import re
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from cockpit.calculators.scan.listing import Row
from cockpit.core.names import did_you_mean
from cockpit.core.typed import parse_number

_CONDITION: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(<=|>=|!=|==|=|<|>)\s*(\S+)\s*")
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
    "=": operator.eq, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_NUMBERS: Final[dict[str, Callable[[Row], float | None]]] = {
    "net": lambda row: row.net_usd,
    "net_usd": lambda row: row.net_usd,
    "apr": lambda row: row.net_apr,
    "net_apr": lambda row: row.net_apr,
    "spread": lambda row: row.spread_hourly,
    "spread_hourly": lambda row: row.spread_hourly,
    "expected": lambda row: row.expected_hourly,
    "expected_hourly": lambda row: row.expected_hourly,
    "d1": lambda row: row.realised.d1,
    "d3": lambda row: row.realised.d3,
    "d7": lambda row: row.realised.d7,
    "d30": lambda row: row.realised.d30,
    "sign": lambda row: row.sign_share,
    "sign_share": lambda row: row.sign_share,
    "half_life": lambda row: row.half_life_h,
    "half_life_h": lambda row: row.half_life_h,
    "cost": lambda row: row.cost_bps,
    "cost_bps": lambda row: row.cost_bps,
    "breakeven": lambda row: row.breakeven_h,
    "breakeven_h": lambda row: row.breakeven_h,
    "odds": lambda row: row.odds,
    "depth": lambda row: row.depth_x,
    "depth_x": lambda row: row.depth_x,
    "oi": lambda row: row.oi_usd,
    "oi_usd": lambda row: row.oi_usd,
    "volume": lambda row: row.volume_24h_usd,
    "volume_24h_usd": lambda row: row.volume_24h_usd,
    "basis": lambda row: row.basis_bps,
    "basis_bps": lambda row: row.basis_bps,
}
_NAMES: Final[dict[str, Callable[[Row], tuple[str, ...]]]] = {
    "venue": lambda row: (row.long_venue, row.short_venue),
    "long": lambda row: (row.long_venue,),
    "long_venue": lambda row: (row.long_venue,),
    "short": lambda row: (row.short_venue,),
    "short_venue": lambda row: (row.short_venue,),
    "symbol": lambda row: (row.symbol, row.symbol.partition("@")[0]),
    "cost_basis": lambda row: (row.cost_basis or "",),
    "gate": lambda row: ("pass" if row.gate is None else "fail",),
}


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison: with a number, or with a name of which one of the row's must be equal."""

    column: str
    sign: str
    number: float | None = None
    name: str = ""

    def holds(self, row: Row) -> bool:
        if self.number is None:
            names = [name.lower() for name in _NAMES[self.column](row)]
            return (self.name in names) == (self.sign != "!=")
        value = _NUMBERS[self.column](row)
        return value is not None and _COMPARE[self.sign](value, self.number)


def parse_where(text: str) -> tuple[Condition, ...]:
    """ValueError with a sentence that names the part that cannot be read."""
    parts = re.split(r"\s+and\s+|\s*&&?\s*|\s*,\s*", text.strip(), flags=re.IGNORECASE)
    return tuple(_condition(part) for part in parts)


def chosen(rows: Sequence[Row], conditions: Sequence[Condition]) -> list[Row]:
    """The rows of which all conditions hold, in their order."""
    return [row for row in rows if all(condition.holds(row) for condition in conditions)]


def _condition(part: str) -> Condition:
    found = _CONDITION.fullmatch(part)
    if found is None:
        raise ValueError(f"{part!r} is not a condition such as net>50 or venue!=NAME")
    column, sign, value = found[1].lower(), found[2], found[3]
    if column in _NAMES:
        if sign not in ("=", "==", "!="):
            raise ValueError(f"{part!r}: {column} is a name; compare it by = or !=")
        return Condition(column=column, sign=sign, name=value.lower())
    if column not in _NUMBERS:
        names = (*_NUMBERS, *_NAMES)
        raise ValueError(
            f"{column!r} is not a column{did_you_mean(column, names)}; "
            f"expected one of {', '.join(names)}"
        )
    return Condition(column=column, sign=sign, number=parse_number(value))
