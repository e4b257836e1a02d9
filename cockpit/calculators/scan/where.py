"""`--where "net>50 and oi>5m and venue!=NAME"`: conditions on rows, all of which must hold.

A row of which the figure is not known does not pass a condition on it. Figures are fractions, rates
an hour, as the document has them; with a per cent sign rates are a year, as the screen has them.
"""

import math
import operator
import re
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import numpy as np

from cockpit.calculators.scan.columns import Flags, Floats
from cockpit.calculators.scan.ranked import COST_BASES, FIGURES, NOTHING, REALISED, RankedPairs
from cockpit.core.assets import listed_symbol
from cockpit.core.names import did_you_mean
from cockpit.core.typed import parse_number
from cockpit.core.units import HOURS_PER_YEAR

_CONDITION: Final = re.compile(r"\s*([A-Za-z0-9_]+)\s*(<=|>=|!=|==|=|<|>)\s*(\S+)\s*")
_COMPARE: Final[dict[str, Callable[[Floats, float], Flags]]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
    "=": operator.eq, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_SHORT: Final = {
    "net": "net_usd", "return": "net_apr", "spread": "spread_hourly",
    "expected": "expected_hourly", "cost": "cost_bps", "even": "breakeven_h", "odds": "odds",
    "1d": "d1", "3d": "d3", "7d": "d7", "30d": "d30", "sign": "sign_share", "since": "sign_h",
    "halves": "half_life_h", "depth": "depth_x", "oi": "oi_usd", "share": "oi_share",
    "volume": "volume_24h_usd", "basis": "basis_bps",
}  # fmt: skip
"""As the screen's columns are called."""
_OTHER: Final = {"apr": "net_apr", "breakeven": "breakeven_h", "half_life": "half_life_h"}
NUMBERS: Final = {**_SHORT, **_OTHER, **{name: name for name in FIGURES}}
"""What may be compared with a number -> the figure that is meant."""
_WORDS: Final = ("venue", "long", "short", "symbol", "quote", "cost_basis", "gate")
NAMES: Final = (*_WORDS, "long_venue", "short_venue")
_RATES: Final = frozenset({"spread_hourly", "expected_hourly", *REALISED})
_MOST: Final = {
    "sign_share": 1.0, "odds": 1.0, "oi_share": 1.0, "net_apr": 10.0,
    **dict.fromkeys(_RATES, 1.0),
}  # fmt: skip
"""Nobody means a larger fraction: he left out the per cent sign."""


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
    return symbol.lower(), listed_symbol(symbol).lower()


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
        raise ValueError(
            f"{column!r} is not a column{did_you_mean(column, (*NUMBERS, *NAMES))}; "
            f"expected one of {', '.join((*_SHORT, *_WORDS))}"
        )
    return Condition(column=column, sign=sign, number=_number(column, value))


def _number(column: str, text: str) -> float:
    """As the figure of that column is counted. ValueError for a per cent without its sign."""
    number, figure = parse_number(text), NUMBERS[column]
    if text.endswith("%"):
        return number / HOURS_PER_YEAR if figure in _RATES else number
    if abs(number) > _MOST.get(figure, math.inf):
        unit = " a year" if figure in _RATES or figure == "net_apr" else ""
        raise ValueError(f"{column} is a fraction: write {text}% for {text} per cent{unit}")
    return number
