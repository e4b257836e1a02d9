"""A calculator's table and figures as lines: each column lines up, and what is unknown is `·`."""

import math
from collections.abc import Sequence
from typing import Any, get_args, get_origin, get_type_hints

from cockpit.calculators.common.result import Cell, Column, Table
from cockpit.calculators.common.words import base_words, usd_words
from cockpit.core.units import utc
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, right, wrap

GAP = 2
_HEADS = {"usd": "$", "frac": "%", "base": "base", "price": "", "ns": "UTC", "count": ""}
_DECIMALS = {"usd": 2, "bps": 1, "frac": 2, "h": 0, "count": 0, "s": 0}
_LEAST_TEXT = 8


def table_lines(table: Table, width: int, height: int, chosen: int = -1) -> tuple[list[Line], int]:
    """Two lines of heads and as many rows as fit around the chosen one; columns left out."""
    texts = _columns(table)
    widths = [
        max(len(column.name), len(_head(column)), *(map(len, cells or [""])))
        for column, cells in zip(table.columns, texts, strict=True)
    ]
    count = _fitting(table.columns, widths, width)
    last = width - sum(widths[: count - 1]) - GAP * (count - 1) - 2
    if count and table.columns[count - 1].unit == "":
        widths[count - 1] = max(1, min(widths[count - 1], last))
    names: Line = [(" ", "dim")]
    units: Line = [(" ", "dim")]
    for column, size in zip(table.columns[:count], widths, strict=False):
        place = fit if column.unit == "" else right
        names.append((place(column.name, size) + " " * GAP, "dim"))
        units.append((place(_head(column), size) + " " * GAP, "dim"))
    room = max(1, height - 2)
    top = max(0, min(chosen - room // 2, len(table.rows) - room))
    lines = [names, units]
    for number in range(top, min(len(table.rows), top + room)):
        line: Line = [("▌" if number == chosen else " ", "accent")]
        for i, column in enumerate(table.columns[:count]):
            text = texts[i][number]
            place = fit if column.unit == "" else right
            line.append((place(text, widths[i]) + " " * GAP, _role(column, table.rows[number][i])))
        lines.append(line)
    return lines, len(table.columns) - count


def _fitting(columns: Sequence[Column], widths: Sequence[int], width: int) -> int:
    """How many columns fit; a last one of text may be cut."""
    used = 1
    for count, (column, size) in enumerate(zip(columns, widths, strict=True)):
        least = min(size, _LEAST_TEXT) if column.unit == "" else size
        if used + least > width:
            return count
        used += size + GAP
    return len(columns)


def _head(column: Column) -> str:
    return _HEADS.get(column.unit, column.unit)


def _role(column: Column, cell: Cell) -> str:
    if cell is None or cell == 0 or (isinstance(cell, float) and math.isnan(cell)):
        return "dim"
    if column.unit == "":
        return "text"
    is_loss = column.name in ("pnl", "net", "worst") and isinstance(cell, int | float) and cell < 0
    return "loss" if is_loss else "number"


def _columns(table: Table) -> list[list[str]]:
    """Texts column by column; all dollars of a table have the same decimals."""
    texts = []
    dollars = [
        cell
        for i, column in enumerate(table.columns)
        for cell in (row[i] for row in table.rows)
        if column.unit == "usd" and isinstance(cell, int | float) and math.isfinite(cell)
    ]
    for i, column in enumerate(table.columns):
        cells = [row[i] for row in table.rows]
        numbers = [c for c in cells if isinstance(c, int | float) and math.isfinite(c)]
        decimals = decimals_for(column.unit, dollars if column.unit == "usd" else numbers)
        texts.append([cell_text(cell, column.unit, decimals) for cell in cells])
    return texts


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


# --- figures ------------------------------------------------------------------------------------

_SUFFIXES = (
    ("_usd_per_hour", "$/h"), ("_usd_per_hour_held", "$/h"), ("_usd", "$"), ("_bps", "bps"),
    ("_hourly", "%/h"), ("_apr", "% APR"), ("_frac", "%"), ("_probability", "%"), ("_h", "h"),
    ("_s", "s"), ("_price", ""), ("_per_min", "/min"),
)  # fmt: skip
_PERCENT = ("%/h", "% APR", "%")


def figures(values: Any) -> list[tuple[str, str, str]]:
    """(name, number, unit) of every plain number of a calculator's answer, None as `·`."""
    out = []
    for name, hint in _hints(type(values)).items():
        kinds = {hint, *get_args(hint)} - {hint if get_args(hint) else None, type(None)}
        if not kinds <= {int, float}:
            continue
        value = getattr(values, name)
        unit, label = "", name
        for suffix, shown in _SUFFIXES:
            if name.endswith(suffix):
                unit, label = shown, name.removesuffix(suffix)
                if suffix == "_probability":
                    label += " odds"
                break
        out.append((label.replace("_", " "), _figure(value, unit), unit))
    return out


_known_hints: dict[type, dict[str, Any]] = {}


def _hints(kind: type) -> dict[str, Any]:
    """The fields of a struct's class and their types, looked up once."""
    if kind not in _known_hints:
        _known_hints[kind] = get_type_hints(kind)
    return _known_hints[kind]


def _figure(value: float | None, unit: str) -> str:
    if value is None or math.isnan(value):
        return fmt.MISSING
    if unit in _PERCENT:
        return fmt.signed(value * 100, 4 if unit == "%/h" else 2)
    if unit == "bps":
        return fmt.bps(value)
    if unit == "$" and 100 <= abs(value) < 100_000:
        return f"{fmt.MINUS if value < 0 else ''}{abs(value):.0f}"
    return fmt.magnitude(value, 4)


def figure_lines(values: Any, width: int) -> list[Line]:
    """The figures side by side: labels dim, numbers bright, in as many columns as there is room."""
    shown = figures(values)
    if not shown:
        return []
    name = max(len(label) for label, _, _ in shown)
    number = max(len(text) for _, text, _ in shown)
    unit = max(len(text) for _, _, text in shown)
    size = name + number + unit + 5
    columns = max(1, min(3, (width - 1) // size))
    height = -(-len(shown) // columns)
    lines: list[Line] = []
    for y in range(height):
        line: Line = [(" ", "dim")]
        for label, text, of in shown[y::height]:
            line += [
                (fit(label, name) + " ", "dim"),
                (right(text, number), "dim" if text == fmt.MISSING else "number"),
                (fit(" " + of, unit + 4), "dim"),
            ]
        lines.append(line)
    return lines


def part_lines(values: Any, width: int) -> list[Line]:
    """Figures that are stated by venue or by symbol, a name a line: `margin: VENUE $10,000`."""
    lines: list[Line] = []
    for name, hint in _hints(type(values)).items():
        parts = getattr(values, name)
        if get_origin(hint) is not dict or not parts:
            continue
        words = usd_words if name.endswith("_usd") else base_words
        said = ", ".join(
            f"{clean(key)} {words(value)}" if isinstance(value, int | float) else f"{clean(key)} ·"
            for key, value in parts.items()
        )
        for i, part in enumerate(wrap(said, width - 20)):
            label = name.removesuffix("_usd").replace("_", " ") if i == 0 else ""
            lines.append([(f" {fit(label, 17)} ", "dim"), (part, "number")])
    return lines
