"""A calculator's form: labels dim, values bright, and where each value comes from at its right."""

from dataclasses import dataclass
from typing import Any

import msgspec

from cockpit.ui.model.calculator_form import Form, Row, module, plain
from cockpit.ui.model.readings import Readings
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, longest, wrap

HZ = 4.0
_MOST_LABEL = 20
_LEAST_VALUE = 14
_SMALL = 1e-4
"""A fraction below it is said in per cent as well."""


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
        body = _rows(form, width - 2, height - 2, focused)
        return framed(
            body,
            width,
            height,
            title=[(title, "title"), (" · inputs", "dim")],
            note=_note(form),
            verdict=_advice(form, width - 4) if focused else [],
            focused=focused,
        )


def _note(form: Form) -> str:
    count = len(form.errors)
    return f"{count} to mend" if count > 1 else "1 to mend" if count else ""


def _rows(form: Form, inner: int, room: int, focused: bool) -> list[Line]:
    """As many rows as fit around the cursor, then what was assumed and has no row."""
    rows = form.rows()
    form_cursor = max(0, min(len(rows) - 1, form.cursor))
    label = min(_MOST_LABEL, max(len(row.label) + 2 * ("." in row.key) for row in rows)) + 1
    value = max(_LEAST_VALUE, min(26, (inner - label) * 2 // 5))
    help_room = 2 if focused else 0
    shown = max(1, room - help_room)
    top = max(0, min(form_cursor - shown // 2, len(rows) - shown))
    drawn = [
        _row(form, row, label, value, inner, at == form_cursor, focused)
        for at, row in enumerate(rows[top : top + shown], top)
    ]
    left = room - len(drawn) - help_room
    if left > 2:
        drawn += _assumptions(form, inner, left)
    if focused and room > 3:
        drawn += [[]] * (room - len(drawn) - 1)
        drawn.append(_help(form, rows[form_cursor], inner))
    return drawn


def _row(
    form: Form, row: Row, label: int, value: int, inner: int, chosen: bool, focused: bool
) -> Line:
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
        line.append(_value(form, row, value))
    note, role = _beside(form, row)
    return [*line, (" ", "text"), (fit(note, max(0, inner - 2 - label - value)), role)]


def _value(form: Form, row: Row, width: int) -> tuple[str, str]:
    text = form.text(row.key)
    if text:
        return fit(brief(text), width), "loss" if row.key in form.errors else "number"
    default = row.field.default
    if row.key == row.field.name and default not in (None, (), {}, ""):
        return fit(plain(default), width), "text"
    if row.field.is_required:
        return fit(fmt.MISSING, width), "warn"
    return fit(_nothing(form, row), width), "warn" if form.assumption(row) else "dim"


def _nothing(form: Form, row: Row) -> str:
    """What stands for an empty field."""
    assumed = form.assumption(row)
    if assumed is not None:
        return clean(assumed.number) or "assumed"
    if row.field.kind == "table":
        return "" if any(r.field is row.field and "." in r.key for r in form.rows()) else "view's"
    if row.field.kind == "names":
        return "all"
    return fmt.MISSING


def _beside(form: Form, row: Row) -> tuple[str, str]:
    """The unit and the source, or what is wrong."""
    if row.key in form.errors:
        return form.errors[row.key], "loss"
    unit = row.field.unit
    said = form.source(row)
    text = form.text(row.key)
    if unit == "frac" and text:
        unit = _percent(text)
    assumed = form.assumption(row)
    if assumed is not None:
        value = assumed.value
        is_small = unit == "frac" and value is not None and 0 < abs(value) < _SMALL
        percent = _percent(assumed.number) if is_small else ""
        words = assumed.why if assumed.number else assumed.what
        return " ".join(filter(None, (percent, clean(words)))) or "assumed", "warn"
    return " · ".join(filter(None, (unit, said))), "dim"


def _percent(text: str) -> str:
    try:
        return f"= {float(text) * 100:g} %"
    except ValueError:
        return ""


def _assumptions(form: Form, inner: int, room: int) -> list[Line]:
    """Assumptions without a field of their own."""
    said: list[Line] = [[], [(" also assumed", "dim")]]
    for words in form.others():
        for i, part in enumerate(wrap(clean(words), inner - 4)):
            said.append([(" · " if i == 0 else "   ", "dim"), (part, "text")])
    if len(said) == 2:
        return []
    if len(said) > room:
        said = [*said[: room - 1], [(f"   … {len(said) - room + 1} more", "dim")]]
    return said


def _help(form: Form, row: Row, inner: int) -> Line:
    name = row.key if row.key != row.label else ""
    head = f" {name}: " if name else " "
    if row.key in form.errors:
        return [(head, "dim"), (clean(form.errors[row.key]), "loss")]
    help_ = row.field.help
    expects = row.field.expected
    words = f"{help_}; {expects}" if help_ and help_ != expects else expects
    return longest(inner, [(head, "dim"), (words, "text")], [(head, "dim"), (expects, "text")])


def _advice(form: Form, width: int) -> Line:
    if form.entry is not None:
        words = ("enter takes it · tab next field · esc leaves", "enter · tab · esc")
    else:
        keep = "" if form.name == "stress" else " · W keeps the plan · Y copies it"
        words = (f"enter edits · ←→ other value{keep}", "enter edits · ←→ other value")
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
