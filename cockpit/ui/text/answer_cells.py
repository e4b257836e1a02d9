"""Cells of a calculator's table: constant decimals in a column, and `·` for what is unknown."""

import math
from collections.abc import Sequence

from cockpit.calculators.common.result import Cell, Column
from cockpit.core.units import utc
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import clean

_HEADS = {"usd": "$", "frac": "%", "base": "coins", "price": "", "ns": "UTC", "count": ""}
_DECIMALS = {"usd": 2, "bps": 1, "frac": 2, "h": 0, "count": 0, "s": 0}
_ENDLESS = {"h": "never", "s": "never", "price": "none", "frac": "none"}
"""What infinity means: a time that does not come, a price that does not matter."""
_EARNED = frozenset({"result", "net", "left", "worst"})
"""Columns in which less than nothing is a loss."""


def heading(column: Column) -> str:
    """The unit as it stands below the column's name."""
    return _HEADS.get(column.unit, column.unit)


def role_of(column: Column, cell: Cell) -> str:
    """The colour of a cell: dim for what is unknown or nothing."""
    if cell is None or cell == 0 or (isinstance(cell, float) and math.isnan(cell)):
        return "dim"
    if column.unit == "":
        return "text"
    is_loss = column.name in _EARNED and isinstance(cell, int | float) and cell < 0
    return "loss" if is_loss else "number"


def column_texts(cells: Sequence[Cell], unit: str, peers: Sequence[float]) -> list[str]:
    """The cells of one column, with the decimals that `peers` need.

    Prices and sizes of coins that are worlds apart have no decimals in common: each then has its
    own, for 0.69 BTC beside a billion PEPE must not become 1.
    """
    decimals = decimals_for(unit, peers)
    if unit in ("base", "price") and _is_lost(peers, decimals):
        return [cell_text(cell, unit, _own_decimals(cell, unit)) for cell in cells]
    return [cell_text(cell, unit, decimals) for cell in cells]


def _is_lost(numbers: Sequence[float], decimals: int) -> bool:
    """Whether the smallest figure would keep less than three of its digits."""
    smallest = min((abs(number) for number in numbers if number), default=math.inf)
    return smallest < 100 * 10.0**-decimals and not _is_round(smallest, decimals)


def _own_decimals(cell: Cell, unit: str) -> int:
    if not isinstance(cell, int | float) or not math.isfinite(cell):
        return 0
    return fmt.decimals_of(None, abs(cell)) if unit == "price" else decimals_for(unit, [cell])


def decimals_for(unit: str, numbers: Sequence[float]) -> int:
    """Constant for a column: what its largest figure needs, six digits at most."""
    largest = max(map(abs, numbers), default=0.0)
    if unit in ("base", "price"):
        whole = len(str(int(largest)))
        most = max(0, 6 - whole) if largest >= 1 else 8
        return next((d for d in range(most) if all(_is_round(n, d) for n in numbers)), most)
    if unit == "usd" and largest >= 1000:
        return 0
    return _DECIMALS.get(unit, 2)


def _is_round(number: float, decimals: int) -> bool:
    return abs(number - round(number, decimals)) <= 1e-9 * abs(number)


def cell_text(cell: Cell, unit: str, decimals: int) -> str:
    """One cell as it is printed; units are in the head of its column."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return fmt.MISSING
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, float) and math.isinf(cell):
        return _ENDLESS.get(unit, fmt.MISSING)
    if unit == "ns":
        return f"{utc(int(cell)):%H:%M:%S}"
    value = cell * 100 if unit == "frac" else cell
    if value == 0:
        # Below the whole numbers of its column, and not to be taken for what rounds to zero.
        return "0" + " " * (decimals + 1 if decimals else 0)
    text = f"{abs(value):.{decimals}f}"
    return (fmt.MINUS if value < 0 and float(text) else "") + text
