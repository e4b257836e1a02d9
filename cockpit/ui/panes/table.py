"""A walkable table as lines: the columns that fit, and the rows around the cursor."""

from typing import Any, NamedTuple

from cockpit.ui.model.table import TableColumn, TableView
from cockpit.ui.text.styled import Line, brief, clean, fit, right

HEAD = 2
"""Lines of names and units above the rows."""
_EDGE = 2
"""The mark of the cursor's row, and the row's own."""


class DrawnTable(NamedTuple):
    """`note` says which rows are seen and how many columns are not, for the frame."""

    lines: list[Line]
    note: str


class _Shown(NamedTuple):
    """Columns with their cells, and how many are left out at either side."""

    columns: list[tuple[TableColumn[Any], int]]
    left: int
    right: int


def table_lines(view: TableView[Any], width: int, height: int, *, is_focused: bool) -> DrawnTable:
    """Two lines of heads and the rows around the cursor, at most `height` lines of `width` cells.

    The cursor's column is always among those shown, and so are the fixed ones.
    """
    shown = _columns(view, width)
    seen = visible_rows(view, height)
    lines = _heads(view, shown)[: max(0, height - 1)]
    for place in seen:
        lines.append(_row(view, shown, place, is_here=place == view.index, is_focused=is_focused))
    notes = []
    if len(view.rows) > len(seen):
        notes.append(f"{seen.start + 1}–{seen.stop} of {len(view.rows)}")
    if shown.left:
        notes.append(f"← {shown.left}")
    if shown.right:
        notes.append(f"+{shown.right} →")
    return DrawnTable(lines, "  ".join(notes))


def visible_rows(view: TableView[Any], height: int) -> range:
    """Places of the rows that `table_lines` shows at this height."""
    room = max(1, height - HEAD)
    top = max(0, min(view.index - room // 2, len(view.rows) - room))
    return range(top, min(len(view.rows), top + room))


def _columns(view: TableView[Any], width: int) -> _Shown:
    """The fixed columns, then as many as fit from the first that brings the cursor's in."""
    columns, fixed = list(view.table.columns), view.table.fixed
    head, rest = columns[:fixed], columns[fixed:]
    room = width - _EDGE - sum(column.cells + 1 for column in head)
    wanted = view.column - fixed
    first = 0
    count = _fitting(rest, first, room)
    while wanted >= first + count and first < len(rest) - 1:
        first += 1
        count = _fitting(rest, first, room)
    shown = [*head, *rest[first : first + count]]
    left_over = width - _EDGE - sum(column.cells + 1 for column in shown)
    growing = next((column for column in reversed(shown) if column.grows), None)
    return _Shown(
        [
            (column, column.cells + (max(0, left_over) if column is growing else 0))
            for column in shown
        ],
        first,
        len(rest) - first - count,
    )


def _fitting(columns: list[TableColumn[Any]], first: int, room: int) -> int:
    count = 0
    for column in columns[first:]:
        room -= column.cells + 1
        if room < 0:
            break
        count += 1
    return count


def _heads(view: TableView[Any], shown: _Shown) -> list[Line]:
    cursor = view.cursor
    here = view.table.columns[view.column].name
    names: Line = [(" " * _EDGE, "dim")]
    units: Line = [(" " * _EDGE, "dim")]
    for column, size in shown.columns:
        mark = ("▲" if cursor.ascending else "▼") if column.name == cursor.sort else ""
        place = fit if column.is_text else right
        names.append((place(column.name + mark, size), "accent" if column.name == here else "dim"))
        units.append((place(column.unit, size), "dim"))
        names.append((" ", "dim"))
        units.append((" ", "dim"))
    return [names, units]


def _row(
    view: TableView[Any], shown: _Shown, place: int, *, is_here: bool, is_focused: bool
) -> Line:
    row = view.rows[place]
    line: Line = [
        ("▌" if is_here else " ", "accent"),
        (view.table.mark(row), "accent"),
    ]
    chosen = view.table.columns[view.column].name
    for column, size in shown.columns:
        text, role = column.cell(row)
        if is_here and is_focused and column.name == chosen:
            role = "cursor"
        if column.grows:
            text = brief(clean(text), size)
        line.append(((fit(clean(text), size) if column.is_text else right(text, size)), role))
        line.append((" ", "text"))
    return line
