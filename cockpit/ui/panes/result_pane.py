"""What a calculator answers: what to beware of, the verdict, the figures behind it, its table."""

from collections.abc import Callable
from dataclasses import dataclass

from cockpit.ui.model.answer_table import AnswerRow, view_of_answer
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.input_names import in_labels
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.table import TableCursor, TableView
from cockpit.ui.panes.answer import faded, figure_lines, verdict_lines
from cockpit.ui.panes.table import HEAD, table_lines, visible_rows
from cockpit.ui.text.styled import Line, framed, wrap

HZ = 4.0
_LEAST_ROWS = 4
"""Rows of a table that are worth more than the figures behind the verdict."""
_STORY = 5
"""Lines about the row under the cursor that are worth more than the rest of the table."""
Below = Callable[[Readings, Form, int, int], list[Line]]
"""(readings, form, inner width, room) -> more about the row under the cursor."""


def _nothing(readings: Readings, form: Form, inner: int, room: int) -> list[Line]:
    return []


@dataclass(frozen=True, slots=True)
class ResultPane:
    """`id` is the pane's name for focus; `calculator` the one it always shows, if any.

    `below` says more about the row under the cursor. `keeps_first` keeps the first of the
    calculator's rows in sight, wherever the cursor is.
    """

    id: str
    calculator: str = ""
    below: Below = _nothing
    keeps_first: bool = False
    HZ: float = HZ

    def lines(self, readings: Readings, width: int, height: int) -> list[Line]:
        """The framed pane at exactly `width` x `height`."""
        forms = readings.ui.forms
        form = forms.opened.get(self.calculator) if self.calculator else forms.shown
        focused = readings.ui.focus == self.id
        body, note = self._body(readings, form, width - 2, height - 2)
        return framed(
            body,
            width,
            height,
            title=[(form.name if form else "result", "title"), (" · result", "dim"), *_state(form)],
            note=note,
            verdict=_advice(form) if focused else [],
            focused=focused,
        )

    def _body(
        self, readings: Readings, form: Form | None, inner: int, room: int
    ) -> tuple[list[Line], str]:
        if form is None:
            return [
                [],
                [(" Nothing is computed: C, H, S or X takes the focused cell", "dim")],
            ], ""
        if form.kept_as:
            return _kept(form, inner), ""
        errors = _errors(form, inner)
        if form.result is None:
            return errors or [[], [(" computing …", "dim")]], ""
        answer, note = self._answer(readings, form, inner, room - len(errors))
        return [*errors, *(faded(answer) if form.is_outdated else answer)], note

    def _answer(
        self, readings: Readings, form: Form, inner: int, room: int
    ) -> tuple[list[Line], str]:
        """What to beware of, the verdict, its figures, the table and more about its row."""
        above = _warnings(form, inner, max(2, room // 3))
        above += verdict_lines(form, readings.glyphs, inner, room)
        view = view_of_answer(form)
        left = room - len(above)
        figures = figure_lines(form, inner)
        least = HEAD + min(_LEAST_ROWS, len(view.rows)) + 1 if view.rows else 0
        shown = figures[: max(0, left - least - 1)]
        if shown:
            above += [[], *shown]
        left = room - len(above)
        spare = left - HEAD - len(view.rows) - 1
        more = self.below(readings, form, inner, max(spare, min(_STORY, left - least)))
        if not view.rows or left < HEAD + 2:
            return [*above, *more], ""
        focused = readings.ui.focus == self.id
        drawn = table_lines(view, inner, left - 1 - len(more), is_focused=focused)
        table = drawn.lines
        if self.keeps_first and visible_rows(view, len(table)).start > 0:
            table = [*table[:HEAD], *_first_row(view, inner), *table[HEAD + 1 :]]
        return [*above, [], *table, *more], drawn.note


def _first_row(view: TableView[AnswerRow], inner: int) -> list[Line]:
    """The row that the calculator ranks first, without the mark of a cursor."""
    first = [row for row in view.table.rows if row.number == 0]
    alone = TableView(view.table, TableCursor(column=view.cursor.column), first)
    rows = table_lines(alone, inner, HEAD + 1, is_focused=False).lines[HEAD:]
    return [[("▴", "dim"), *row[1:]] for row in rows]


def _kept(form: Form, inner: int) -> list[Line]:
    """What a kept plan said, and to beware of, when it was made."""
    lines: list[Line] = []
    for words in form.warnings:
        for i, part in enumerate(wrap(in_labels(words, form.name), inner - 4)):
            lines.append([(" ! " if i == 0 else "   ", "warn"), (part, "warn")])
    verdict = in_labels(form.verdict, form.name)
    lines += [[], *([(f" {part}", "title")] for part in wrap(verdict, inner - 2))]
    hint = "This is how it was when it was kept. enter in the form computes it anew."
    return [*lines, [], *([(f" {part}", "dim")] for part in wrap(hint, inner - 2))]


def _state(form: Form | None) -> Line:
    if form is None:
        return []
    if form.kept_as:
        return [(f" · as {form.kept_as} was kept", "accent")]
    if form.is_outdated and form.result is not None:
        return [(" · of the last inputs that made sense", "warn")]
    if form.result is not None and form.result.is_incomplete:
        return [(" · from incomplete data", "warn")]
    return []


def _advice(form: Form | None) -> Line:
    if form is None or form.result is None or not view_of_answer(form).rows:
        return []
    return [("enter takes the row · s sorts · / filters", "dim")]


def _errors(form: Form, inner: int) -> list[Line]:
    """What is wrong with the inputs, by the labels of the form; of what is being typed the form
    itself says it."""
    lines: list[Line] = []
    for key, problem in form.errors.items():
        if key == form.edited:
            continue
        words = f"{form.label(key)}: {in_labels(problem, form.name)}"
        lines += [[(f" {part}", "loss")] for part in wrap(words, inner - 2)]
    return lines


def _warnings(form: Form, inner: int, room: int) -> list[Line]:
    """What cannot be done, then what to beware of: above everything that it concerns."""
    result = form.result
    assert result is not None
    said: list[Line] = []
    if result.infeasible:
        words = in_labels(f"cannot be done: {result.infeasible}", form.name)
        said += [[(f" {part}", "danger")] for part in wrap(words, inner - 2)]
    for words in result.warnings:
        for i, part in enumerate(wrap(in_labels(words, form.name), inner - 4)):
            said.append([(" ! " if i == 0 else "   ", "warn"), (part, "warn")])
    if len(said) > room:
        hidden = len(said) - room + 1
        said = [*said[: room - 1], [(f"   … {hidden} more lines of warnings: zoom", "warn")]]
    return said
