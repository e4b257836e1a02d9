"""`--where "net>50 and oi>5m and venue!=NAME"`: conditions on rows, all of which must hold.

A row of which the figure is not known does not pass a condition on it.
"""

import operator
import re
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import numpy as np

from cockpit.calculators.scan.columns import Flags, Floats
from cockpit.calculators.scan.ranked import COST_BASES, FIGURES, NOTHING, RankedPairs
from cockpit.core.names import did_you_mean
from cockpit.core.typed import parse_number

_CONDITION: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(<=|>=|!=|==|=|<|>)\s*(\S+)\s*")
_COMPARE: Final[dict[str, Callable[[Floats, float], Flags]]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
    "=": operator.eq, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_SHORT: Final = {
    "net": "net_usd", "apr": "net_apr", "spread": "spread_hourly", "expected": "expected_hourly",
    "sign": "sign_share", "half_life": "half_life_h", "cost": "cost_bps",
    "breakeven": "breakeven_h", "depth": "depth_x", "oi": "oi_usd", "share": "oi_share",
    "volume": "volume_24h_usd", "basis": "basis_bps",
}  # fmt: skip
NUMBERS: Final = {**_SHORT, **{name: name for name in FIGURES}}
"""What may be compared with a number -> the figure that is meant."""
NAMES: Final = (
    "venue", "long", "long_venue", "short", "short_venue", "symbol", "quote", "cost_basis",
    "gate",
)  # fmt: skip


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison: with a number, or with a name of which one of the row's must be equal."""

    column: str
    sign: str
    number: float | None = None
    name: str = ""

    def holds(self, pairs: RankedPairs) -> Flags:
        """For each pair, (m,)."""
        if self.number is None:
            has = self._has_name(pairs)
            return np.asarray(~has if self.sign == "!=" else has)
        values = pairs.figure(NUMBERS[self.column])
        return np.asarray(_COMPARE[self.sign](values, self.number) & ~np.isnan(values))

    def _has_name(self, pairs: RankedPairs) -> Flags:
        column = self.column
        if column in ("venue", "long", "long_venue", "short", "short_venue"):
            meant = np.array([name.lower() == self.name for name in pairs.venues], dtype=bool)
            sides = {"long": (pairs.long,), "short": (pairs.short,)}
            found = sides.get(column.removesuffix("_venue"), (pairs.long, pairs.short))
            return np.asarray(np.any([meant[side] for side in found], axis=0))
        if column == "symbol":
            meant = np.array([self.name in _names_of(name) for name in pairs.symbols], dtype=bool)
            return np.asarray(meant[pairs.symbol])
        if column == "quote":
            # Nothing is meant by the last place, where NOTHING points to.
            meant = np.array([*(name.lower() == self.name for name in pairs.quotes), False])
            return np.asarray(meant[pairs.quote].any(axis=1))
        if column == "gate":
            return np.asarray((pairs.gate == NOTHING) == (self.name == "pass"))
        places = [place for place, basis in enumerate(COST_BASES) if basis == self.name]
        return np.asarray(np.isin(pairs.cost_basis, places))


def _names_of(symbol: str) -> tuple[str, str]:
    return symbol.lower(), symbol.partition("@")[0].lower()


def parse_where(text: str) -> tuple[Condition, ...]:
    """ValueError with a sentence that names the part that cannot be read."""
    parts = re.split(r"\s+and\s+|\s*&&?\s*|\s*,\s*", text.strip(), flags=re.IGNORECASE)
    return tuple(_condition(part) for part in parts)


def chosen(pairs: RankedPairs, conditions: Sequence[Condition]) -> Flags:
    """For each pair whether all conditions hold, (m,)."""
    kept = np.ones(len(pairs), dtype=bool)
    for condition in conditions:
        kept &= condition.holds(pairs)
    return kept


def _condition(part: str) -> Condition:
    found = _CONDITION.fullmatch(part)
    if found is None:
        raise ValueError(f"{part!r} is not a condition such as net>50 or venue!=NAME")
    column, sign, value = found[1].lower(), found[2], found[3]
    if column in NAMES:
        if sign not in ("=", "==", "!="):
            raise ValueError(f"{part!r}: {column} is a name; compare it by = or !=")
        return Condition(column=column, sign=sign, name=value.lower())
    if column not in NUMBERS:
        names = (*NUMBERS, *NAMES)
        raise ValueError(
            f"{column!r} is not a column{did_you_mean(column, names)}; "
            f"expected one of {', '.join(names)}"
        )
    return Condition(column=column, sign=sign, number=parse_number(value))
