"""A calculator's form: labels dim, values bright, what each means and where it comes from."""

from dataclasses import dataclass
from typing import Any

import msgspec

from cockpit.calculators.common.form import FormField
from cockpit.core.assumptions import Assumption
from cockpit.ui.model.calculator_form import Form, Row, module
from cockpit.ui.model.input_names import in_labels
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.answer import pinned
from cockpit.ui.text import form_values
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, longest, wrap

HZ = 4.0
ALONE = 76
"""Cells from which on nothing stands beside the form: the verdict is then its last line."""
_MOST_LABEL = 24
_LEAST_VALUE = 8
_ROOMY = 34
"""Cells beside a value in which its source may take a line of its own."""
_MOST_VALUE = 22
_LEAST_NOTE = 22
"""Cells that what a field means keeps beside a long value."""
_NOTHING = 1e-8
"""What was measured smaller than this is noise."""


@dataclass(frozen=True, slots=True)
class FormPane:
    """`id` is the pane's name for focus; `calculator` the one it always shows, if any."""

    id: str
    calculator: str = ""
    HZ: float = HZ

    def form(self, readings: Readings) -> Form | None:
        if self.calculator:
            return readings.ui.forms.opened.get(self.calculator)
        return readings.ui.forms.shown

    def lines(self, readings: Readings, width: int, height: int) -> list[Line]:
        """The framed pane at exactly `width` x `height`."""
        form = self.form(readings)
        focused = readings.ui.focus == self.id
        if form is None:
            body: list[Line] = [[], [(" No form is open: C, H, S or X opens one", "dim")]]
            return framed(body, width, height, title=[("form", "title")], focused=focused)
        title = module(form.name).TITLE.lower()
        return framed(
            _body(form, width - 2, height - 2, focused),
            width,
            height,
            title=[(title, "title"), (" · inputs", "dim")],
            note=_note(form),
            verdict=_advice(form, width - 4) if focused else [],
            focused=focused,
        )


def _note(form: Form) -> str:
    if form.kept_as:
        return f"frozen · {form.kept_as}"
    count = len(form.errors)
    return f"{count} to mend" if count > 1 else "1 to mend" if count else ""


def _body(form: Form, inner: int, room: int, focused: bool) -> list[Line]:
    """Rows around the cursor, what was assumed and has no row; help and the verdict at the end."""
    verdict = pinned(form, inner) if inner + 2 >= ALONE else []
    below = ([_help(form, inner)] if focused and room > 3 else []) + verdict
    left = room - len(below)
    drawn = _rows(form, inner, left, focused)
    if left - len(drawn) > 1:
        drawn.append(_more(form))
    if left - len(drawn) > 2:
        drawn += _assumptions(form, inner, left - len(drawn))
    return [*drawn, *([[]] * (left - len(drawn))), *below]


def _rows(form: Form, inner: int, room: int, focused: bool) -> list[Line]:
    """As many rows as fit around the cursor; what they mean is whole where there is room."""
    rows = form.rows()
    cursor = max(0, min(len(rows) - 1, form.cursor))
    label = min(_MOST_LABEL, max(len(row.label) + 2 * ("." in row.key) for row in rows)) + 1
    longest_value = max(len(_value(form, row)[0]) for row in rows)
    value = max(_LEAST_VALUE, min(_MOST_VALUE, longest_value, inner - label - _LEAST_NOTE))
    blocks = [
        _row(form, row, (label, value), inner, chosen=at == cursor, focused=focused)
        for at, row in enumerate(rows)
    ]
    if sum(map(len, blocks)) > room:
        blocks = [_first_line(block) for block in blocks]
        top = max(0, min(cursor - room // 2, len(rows) - room))
        blocks = blocks[top : top + room]
    return [line for block in blocks for line in block]


def _first_line(block: list[Line]) -> list[Line]:
    """Where rows have one line each, what goes on below is left out, and seen to be."""
    if len(block) == 1:
        return block
    *line, (words, role) = block[0]
    return [[*line, (fit(f"{words.rstrip()} …", len(words)), role)]]


def _row(
    form: Form, row: Row, sizes: tuple[int, int], inner: int, *, chosen: bool, focused: bool
) -> list[Line]:
    """A row of the form; what it means goes on below where it is longer than the room beside."""
    label, value = sizes
    is_part = "." in row.key
    line: Line = [
        ("▌" if chosen else " ", "accent"),
        (fit("  " * is_part + row.label, label), "text" if chosen and focused else "dim"),
    ]
    if chosen and form.entry is not None:
        text = form.entry.text
        if form.is_fresh and text:
            line.append((fit(text, min(len(text), value)), "cursor"))
            line.append((" " * max(0, value - len(text)), "text"))
        else:
            typed = form.entry.line(value - 1)
            size = sum(len(text) for text, _ in typed)
            line += [*typed, (" " * max(0, value - size), "text")]
    else:
        text, role = _value(form, row)
        line.append((fit(text, value), role))
    room = max(1, inner - 3 - label - value)
    parts, role = _beside(form, row, room)
    lead = " " * (1 + label + value + 2)
    return [
        [*line, ("  ", "text"), (fit(parts[0], room), role)],
        *([(lead, "text"), (fit(part, room), role)] for part in parts[1:]),
    ]


def _value(form: Form, row: Row) -> tuple[str, str]:
    text = form.text(row.key)
    unit = form_values.unit_of(row.field)
    if text:
        shown = brief(form_values.said(row.field, text))
        is_number = row.field.kind in ("number", "whole") or "." in row.key
        with_unit = f"{shown} {unit}" if unit and is_number else shown
        return with_unit, "loss" if row.key in form.errors else "number"
    default = form_values.default(row.field)
    if row.key == row.field.name and default:
        return f"{default} {unit}".rstrip(), "text"
    if row.field.is_required:
        return fmt.MISSING, "warn"
    return _nothing(form, row), "warn" if form.assumption(row) else "dim"


def _nothing(form: Form, row: Row) -> str:
    """What stands for an empty field."""
    assumed = form.assumption(row)
    if assumed is not None and (assumed.number or row.field.kind != "names"):
        return _assumed_value(row, assumed)
    if row.field.kind == "table":
        return "" if any(r.field is row.field and "." in r.key for r in form.rows()) else "as is"
    if row.field.kind == "names" or row.key.endswith("_venue"):
        return "all"
    return fmt.MISSING


def _beside(form: Form, row: Row, room: int) -> tuple[list[str], str]:
    """What the field means and where its value comes from, or what is wrong with it."""
    if row.key in form.errors:
        return wrap(in_labels(form.errors[row.key], form.name), room), "loss"
    meaning = wrap(_meaning(row), room)
    assumed = form.assumption(row)
    if assumed is not None:
        said = in_labels(assumed.why if assumed.number else assumed.what, form.name) or "assumed"
        return wrap(" · ".join(filter(None, (_meaning(row), said))), room), "warn"
    source = form.source(row)
    if source in ("", "default", "typed"):
        return meaning, "dim"
    both = wrap(" · ".join(filter(None, (_meaning(row), source))), room)
    return both if room >= _ROOMY or len(both) == len(meaning) else meaning, "dim"


def _assumed_value(row: Row, assumed: Assumption) -> str:
    """What was assumed, as it would be typed."""
    if assumed.value is None:
        return clean(assumed.number) or "assumed"
    return f"{_rounded(row.field, assumed.value)} {form_values.unit_of(row.field)}"


def _rounded(field: FormField, value: float) -> str:
    """What was measured or fitted has no more digits than mean something."""
    if 0 < abs(value) < _NOTHING:
        return "about 0"
    digits = 6 if field.unit == "usd" else 4
    return form_values.number(field, float(f"{value:.{digits}g}"))


def _sentences(form: Form) -> list[str]:
    """Assumptions without a row, by the labels of the form; those that differ by place and value
    alone are one."""
    groups: dict[tuple[str, str], list[Assumption]] = {}
    for each in form.others():
        own = each.sentence if each.value is None else each.why
        groups.setdefault((each.field, own), []).append(each)
    said = []
    for (name, why), group in groups.items():
        fields = [field for field in form.fields if field.name == name]
        if not fields or group[0].value is None:
            said.append(in_labels(group[0].sentence, form.name))
            continue
        values = ", ".join(_of_place(fields[0], each) for each in group)
        because = f"; {in_labels(why, form.name)}" if why else ""
        said.append(f"{fields[0].label}: {values}{because}")
    return said


def _of_place(field: FormField, assumed: Assumption) -> str:
    """`NAME 0.045%`, or the value alone."""
    value = f"{_rounded(field, assumed.value or 0.0)} {form_values.unit_of(field)}".rstrip()
    return f"{clean(assumed.place)} {value}" if assumed.place else value


def _meaning(row: Row) -> str:
    """The field's help, but for the shape of JSON, which stands in the last line."""
    shape, bracket, rest = row.field.help.partition("]")
    if "." in row.key:
        return ""
    return rest.strip(" ,:;") if bracket and shape.startswith("[") else row.field.help


def _more(form: Form) -> Line:
    """How many fields are not shown, and how many of them rest on an assumption."""
    if form.shows_all:
        return [(" … fewer: . hides what has a default", "dim")]
    count = form.hidden()
    assumed = len(form.result.assumptions) if form.result else 0
    line: Line = [(f" … {count} more: . shows them", "dim")] if count else []
    if count and assumed:
        line.append((f", and the {assumed} assumptions", "warn"))
    return line


def _assumptions(form: Form, inner: int, room: int) -> list[Line]:
    """Assumptions without a field of their own."""
    said: list[Line] = [[], [(" assumed", "dim")]]
    for words in _sentences(form):
        for i, part in enumerate(wrap(words, inner - 4)):
            said.append([(" · " if i == 0 else "   ", "dim"), (part, "warn")])
    if len(said) == 2:
        return []
    if len(said) > room:
        said = [*said[: room - 1], [(f"   … {len(said) - room + 1} more", "dim")]]
    return said


def _help(form: Form, inner: int) -> Line:
    """What the field under the cursor means and takes."""
    row = form.row()
    head = f" {form.label(row.key)}: "
    if row.key in form.errors:
        words = in_labels(form.errors[row.key], form.name)
        return [(head, "dim"), (words, "loss")]
    expects = in_labels(row.field.expected, form.name)
    help_ = row.field.help
    words = f"{help_}; {expects}" if help_ and help_ != expects else expects
    return longest(inner, [(head, "dim"), (words, "text")], [(head, "dim"), (expects, "text")])


def _advice(form: Form, width: int) -> Line:
    if form.entry is not None:
        words = ("enter takes it · tab next field · esc leaves", "enter · tab · esc")
    else:
        keep = "" if form.name == "stress" else " · W keeps the plan · Y copies it"
        words = (f"enter edits · ←→ other value · . all fields{keep}", "enter edits · . all fields")
    return longest(width, *([(text, "dim")] for text in words))


def brief(text: str) -> str:
    """A field's text in a few words: a list of positions by size, symbol and venue."""
    if not text.startswith(("[", "{")):
        return text
    try:
        rows: Any = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return text
    parts = []
    for row in rows:
        size = row.get("size")
        number = (
            fmt.signed(size, 4).rstrip("0").rstrip(".") if isinstance(size, int | float) else "?"
        )
        parts.append(f"{number} {row.get('symbol', '?')} {row.get('venue', '?')}")
    return f"{len(rows)}: " + ", ".join(parts)
