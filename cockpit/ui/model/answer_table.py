"""A calculator's table as one that can be walked: a row a pair, a venue or a scenario."""

import math
from typing import NamedTuple

from cockpit.calculators.common.result import Cell, Column
from cockpit.calculators.common.result import Table as Answered
from cockpit.ui.model.calculator_form import Form, module
from cockpit.ui.model.table import Table, TableColumn, TableView, Value, view_of
from cockpit.ui.text.answer_cells import column_texts, heading, role_of


class AnswerRow(NamedTuple):
    """`number` counts rows as the calculator ranked them, from 0."""

    number: int
    cells: tuple[Cell, ...]
    texts: tuple[str, ...]


def view_of_answer(form: Form) -> TableView[AnswerRow]:
    """The rows of the form's last answer as the trader has them; none before there is one."""
    if form.result is None:
        return view_of(table_of(Answered((), ())), form.table)
    answered = module(form.name).rows(form.result)
    return view_of(table_of(answered, asked(form)), form.table)


def asked(form: Form) -> tuple[Cell, ...]:
    """The row that the form asks for by name; empty for none."""
    if form.name != "carry" or form.result is None:
        return ()
    values = form.result.values
    return (values.symbol, values.long_venue, values.short_venue)


def row_inputs(form: Form, row: AnswerRow) -> dict[str, str]:
    """What the form must say for the row to be its answer; empty for a table without that."""
    if form.result is None:
        return {}
    values = form.result.values
    if form.name == "carry":
        pair = values.pairs[row.number]
        return {
            "symbol": pair.symbol or "",
            "long_venue": pair.long_venue or "",
            "short_venue": pair.short_venue or "",
        }
    if form.name == "slippage":
        return {"venues": str(row.cells[0])}
    if form.name == "stress":
        from cockpit.calculators.stress.calculator import ranked

        return {"scenarios": ranked(values)[row.number].name}
    return {}


def table_of(answered: Answered, asked: tuple[Cell, ...] = ()) -> Table[AnswerRow]:
    """A calculator's table with texts in place of its figures; the names of `asked` stand out."""
    texts = _texts(answered)
    names = [i for i, column in enumerate(answered.columns) if column.unit == ""]
    rows = [
        AnswerRow(number, cells, tuple(column[number] for column in texts))
        for number, cells in enumerate(answered.rows)
    ]
    last = len(answered.columns) - 1
    return Table(
        columns=[
            _column(i, column, texts[i], is_last=i == last, asked=asked)
            for i, column in enumerate(answered.columns)
        ],
        rows=rows,
        key=lambda row: row_key(row, names),
        text=lambda row: " ".join(row.texts),
        fixed=min(answered.fixed, len(answered.columns)),
    )


def row_key(row: AnswerRow, names: list[int]) -> tuple[Cell, ...]:
    """What a row is about, whatever its figures become: its first texts, three at the most."""
    return tuple(row.cells[i] for i in names[:3] if i < 3)


def _texts(answered: Answered) -> list[list[str]]:
    """Texts column by column; all dollars of a table have the same decimals."""
    dollars = [
        cell
        for i, column in enumerate(answered.columns)
        for cell in (row[i] for row in answered.rows)
        if column.unit == "usd" and isinstance(cell, int | float) and math.isfinite(cell)
    ]
    out = []
    for i, column in enumerate(answered.columns):
        cells = [row[i] for row in answered.rows]
        numbers = [c for c in cells if isinstance(c, int | float) and math.isfinite(c)]
        peers = dollars if column.unit == "usd" else numbers
        out.append(column_texts(cells, column.unit, peers))
    return out


def _column(
    i: int, column: Column, texts: list[str], *, is_last: bool, asked: tuple[Cell, ...]
) -> TableColumn[AnswerRow]:
    def cell(row: AnswerRow) -> tuple[str, str]:
        is_asked = i < len(asked) and row.cells[: len(asked)] == asked
        return row.texts[i], "accent" if is_asked else role_of(column, row.cells[i])

    def value(row: AnswerRow) -> Value:
        cell = row.cells[i]
        if isinstance(cell, float) and math.isnan(cell):
            return None
        return cell

    return TableColumn(
        name=column.name,
        unit=heading(column),
        width=max(map(len, texts), default=0) if not (is_last and column.unit == "") else 12,
        cell=cell,
        value=value,
        is_text=column.unit == "",
        grows=is_last and column.unit == "",
    )
