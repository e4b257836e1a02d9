"""What a calculator answers: warnings first, then the figures and the table, and one sentence."""

from collections.abc import Callable
from dataclasses import dataclass

from cockpit.ui.model.calculator_form import Form, module
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.result_table import figure_lines, part_lines, table_lines
from cockpit.ui.text.styled import Line, clean, framed, wrap

HZ = 4.0
LEGS_ALONE = frozenset({"hedge", "stagger"})
"""Calculators whose table is their legs: those have a pane of their own."""


@dataclass(frozen=True, slots=True)
class ResultPane:
    """`id` is the pane's name for focus; `calculator` the one it always shows, if any.

    `below` says more about the row under the cursor.
    """

    id: str
    calculator: str = ""
    below: Callable[[Form, int], list[Line]] = lambda form, inner: []
    HZ: float = HZ

    def lines(self, readings: Readings, width: int, height: int) -> list[Line]:
        """The framed pane at exactly `width` x `height`."""
        forms = readings.ui.forms
        form = forms.opened.get(self.calculator) if self.calculator else forms.shown
        body, note = self._body(form, width - 2, height - 2)
        name = form.name if form else "result"
        return framed(
            body,
            width,
            height,
            title=[(name, "title"), (" · result", "dim"), *_state(form)],
            note=note,
            focused=readings.ui.focus == self.id,
        )

    def _body(self, form: Form | None, inner: int, room: int) -> tuple[list[Line], str]:
        """Errors and warnings, figures, the table, and the sentence: what fits, in this order."""
        if form is None:
            return [
                [],
                [(" Nothing is computed: C, H, S or X takes the focused cell", "dim")],
            ], ""
        errors: list[Line] = []
        for key, words in form.errors.items():
            errors += [[(f" {part}", "loss")] for part in wrap(clean(f"{key}: {words}"), inner - 2)]
        if form.result is None:
            return errors or [[], [(" computing …", "dim")]], ""
        result, calculator = form.result, module(form.name)
        sentence: list[Line] = [
            [(f" {part}", "dim" if form.is_outdated else "number")]
            for part in wrap(clean(calculator.verdict(result)), inner - 2)
        ]
        more = self.below(form, inner)
        above = [*errors, *_warnings(form, inner, max(2, room // 3))]
        if len(above) + len(sentence) + len(more) + 6 > room:
            more = []
        sentence += more
        left = room - len(above) - len(sentence)
        table = calculator.rows(result)
        numbers = [*figure_lines(result.values, inner), *part_lines(result.values, inner)]
        if form.name in LEGS_ALONE:
            table = table._replace(rows=())
        least = min(len(table.rows), 4) + 2 if table.rows else 0
        if len(numbers) + least + 2 > left:
            numbers = []
        rest = left - len(numbers) - bool(numbers) - 1
        rows: list[Line] = []
        hidden = shown = 0
        if table.rows and rest > 2:
            names = [row[0] for row in table.rows]
            picked = names.index(form.picked) if form.picked in names else -1
            rows, hidden = table_lines(table, inner, rest, picked)
            shown = len(rows) - 2
        body = [*above, *numbers, *([[]] if numbers and rows else []), *rows]
        blank: list[Line] = [[]] if len(body) + len(sentence) < room else []
        cut = len(table.rows) - shown
        notes = [f"{cut} more rows"] if cut > 0 and rows else []
        if hidden:
            notes.append(f"+{hidden} →")
        return [*body, *blank, *sentence], "  ".join(notes)


def _state(form: Form | None) -> Line:
    if form is None:
        return []
    if form.is_outdated and form.result is not None:
        return [(" · of the last inputs that made sense", "warn")]
    if form.result is not None and form.result.is_incomplete:
        return [(" · from incomplete data", "warn")]
    return []


def _warnings(form: Form, inner: int, room: int) -> list[Line]:
    result = form.result
    assert result is not None
    said: list[Line] = []
    if result.infeasible:
        parts = wrap(clean(f"cannot be done: {result.infeasible}"), inner - 2)
        said += [[(f" {part}", "danger")] for part in parts]
    for words in result.warnings:
        for i, part in enumerate(wrap(clean(words), inner - 4)):
            said.append([(" ! " if i == 0 else "   ", "warn"), (part, "warn")])
    if len(said) > room:
        hidden = len(said) - room + 1
        said = [*said[: room - 1], [(f"   … {hidden} more lines of warnings: zoom", "warn")]]
    return said
