"""A table that can be walked: its columns and rows, and where the trader stands in it.

A row is whatever the owner of the table likes; columns read it. Rows never move by themselves while
the cursor is on one: their order is then held, and what comes in anew is put where it belongs.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

R = TypeVar("R")
Value = float | str | None
"""What a column is sorted by; None is not known and comes last either way."""
Cell = tuple[str, str]
"""Text and role."""


def _no_mark(_: Any) -> str:
    return " "


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn(Generic[R]):
    """`name` stands in the head and `unit` below it; a column is never narrower than `width`.

    Text stands left and numbers right. A column that `grows` takes the room that is left over.
    """

    name: str
    cell: Callable[[R], Cell]
    value: Callable[[R], Value]
    unit: str = ""
    width: int = 0
    is_text: bool = False
    grows: bool = False

    @property
    def cells(self) -> int:
        """Its width, with room for the mark of the sorted column."""
        return max(self.width, len(self.name) + 1, len(self.unit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[R]):
    """`rows` in the order of their owner. `key` tells rows apart whatever their figures become;
    `text` is what a filter looks in. The first `fixed` columns are always shown. `mark` is one
    character before a row."""

    columns: Sequence[TableColumn[R]]
    rows: Sequence[R]
    key: Callable[[R], Hashable]
    text: Callable[[R], str]
    fixed: int = 1
    mark: Callable[[R], str] = _no_mark


@dataclass(slots=True)
class TableCursor:
    """Where the trader stands, kept between frames.

    `key` is the row that he took the cursor to; None: he stands at the top, whichever row that is.
    `order` are the keys as they stood when he did. `sort` empty is the owner's order.
    """

    key: Hashable | None = None
    index: int = 0
    column: str = ""
    sort: str = ""
    ascending: bool = False
    filter: str = ""
    order: tuple[Hashable, ...] = ()


@dataclass(frozen=True)
class TableView(Generic[R]):
    """A table as the trader sees it: what passes the filter, in his order, and his cursor."""

    table: Table[R]
    cursor: TableCursor
    rows: Sequence[R]
    """As `arranged` has them."""

    @cached_property
    def index(self) -> int:
        """Where the cursor is; after its row has gone, where that was. 0 without rows."""
        cursor = self.cursor
        if cursor.key is None or not self.rows:
            return 0
        key = self.table.key
        if cursor.index < len(self.rows) and key(self.rows[cursor.index]) == cursor.key:
            return cursor.index
        for place, row in enumerate(self.rows):
            if key(row) == cursor.key:
                return place
        return min(cursor.index, len(self.rows) - 1)

    @property
    def selected(self) -> R | None:
        return self.rows[self.index] if self.rows else None

    @property
    def column(self) -> int:
        """The number of the cursor's column; the first where it stands on none."""
        names = [column.name for column in self.table.columns]
        return names.index(self.cursor.column) if self.cursor.column in names else 0

    def go(self, index: int) -> None:
        """To a row, or the nearest; the order of rows is held from now on."""
        if not self.rows:
            return
        cursor, key = self.cursor, self.table.key
        cursor.index = max(0, min(len(self.rows) - 1, index))
        if cursor.key is None or not cursor.order:
            cursor.order = tuple(key(row) for row in self.rows)
        cursor.key = key(self.rows[cursor.index])

    def move(self, step: int) -> None:
        self.go(self.index + step)

    def move_column(self, step: int) -> None:
        columns = self.table.columns
        if not columns:
            return
        self.cursor.column = columns[max(0, min(len(columns) - 1, self.column + step))].name

    def sort(self) -> None:
        """By the cursor's column, the largest first and text from A on; again: the other way."""
        if not self.table.columns:
            return
        cursor, column = self.cursor, self.table.columns[self.column]
        is_again = cursor.sort == column.name
        cursor.ascending = not cursor.ascending if is_again else column.is_text
        cursor.sort = column.name
        self.release()

    def unsort(self) -> None:
        self.cursor.sort = ""
        self.release()

    def release(self) -> None:
        """To the top: rows stand from now on as their figures put them."""
        self.cursor.key, self.cursor.index, self.cursor.order = None, 0, ()


def arranged(table: Table[R], cursor: TableCursor) -> list[R]:
    """The rows that pass the filter, in the trader's order. Dear for thousands of rows: keep it
    for as long as the table and the cursor's fields are the same."""
    rows = list(table.rows)
    if cursor.filter:
        rows = [row for row in rows if _passes(cursor.filter, table.text(row))]
    column = next((column for column in table.columns if column.name == cursor.sort), None)
    if column is not None:
        rows = _sorted(rows, column, ascending=cursor.ascending)
    if cursor.key is not None:
        rows = _held(rows, table.key, cursor.order)
    return rows


def view_of(table: Table[R], cursor: TableCursor) -> TableView[R]:
    """A small table, arranged anew."""
    return TableView(table, cursor, arranged(table, cursor))


def _passes(wanted: str, text: str) -> bool:
    """Every typed word is in it; a word after `!` is not."""
    text = text.casefold()
    return all(
        (word.removeprefix("!") in text) is not word.startswith("!")
        for word in wanted.casefold().split()
        if word != "!"
    )


def _sorted(rows: list[R], column: TableColumn[R], *, ascending: bool) -> list[R]:
    values: list[tuple[Any, R]] = [(column.value(row), row) for row in rows]
    known = [pair for pair in values if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=not ascending)
    return [row for _, row in known] + [row for value, row in values if value is None]


def _held(rows: list[R], key: Callable[[R], Hashable], order: Sequence[Hashable]) -> list[R]:
    """In the order that was; what was not there then, where its figures put it now."""
    places = {name: place for place, name in enumerate(order)}
    found = [(places.get(key(row)), place, row) for place, row in enumerate(rows)]
    held = sorted(((at, row) for at, _, row in found if at is not None), key=lambda pair: pair[0])
    out = [row for _, row in held]
    for at, place, row in found:
        if at is None:
            out.insert(place, row)
    return out
