"""Cells of a calculator's table: constant decimals in a column, and `·` for what is unknown."""

import math
from collections.abc import Sequence

from cockpit.calculators.common.result import Cell, Column
from cockpit.core.units import utc
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import clean

_HEADS = {"usd": "$", "frac": "%", "base": "coins", "price": "", "ns": "UTC", "count": ""}
_DECIMALS = {"usd": 2, "bps": 1, "frac": 2, "h": 0, "count": 0, "s": 0}
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
        return "never" if unit in ("h", "s") else fmt.MISSING
    if unit == "ns":
        return f"{utc(int(cell)):%H:%M:%S}"
    value = cell * 100 if unit == "frac" else cell
    text = "0" if value == 0 else f"{abs(value):.{decimals}f}"
    return (fmt.MINUS if value < 0 and float(text) else "") + text
