"""Forms of calculators: what is typed, what is wrong with it, and what came out. No toolkit here.

A form's rows are the fields of a calculator's `Inputs`: those that matter, and the rest when they
are asked for. A table field has a row for each of its keys that was typed or assumed, so whatever a
result rests on can be replaced where it stands.
Calculators are imported when the first form is opened, not with the screen.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from cockpit.core.typed import parse_number
from cockpit.state.view import MarketView
from cockpit.ui.model.table import TableCursor
from cockpit.ui.model.text_entry import Entry
from cockpit.ui.text import form_values

if TYPE_CHECKING:
    import msgspec

    from cockpit.calculators.common.form import FieldError, FormField
    from cockpit.calculators.common.market_data import Settings
    from cockpit.calculators.common.result import Calculator, Result
    from cockpit.calculators.saved_plans import SavedPlan
    from cockpit.calculators.stress.montecarlo import MonteCarloValues
    from cockpit.core.assumptions import Assumption


CELL, PAIR, TYPED, PLAN = "from the cell", "the cell's pair", "typed", "as it was kept"
"""Sources of a field's text: the focused cell, it against another venue, the trader, a plan."""
_OF_ONE_COIN = ("symbol", "size", "positions", "plan")


class Given(NamedTuple):
    """A field's text and where it comes from, in a word or two."""

    text: str
    source: str


class Row(NamedTuple):
    """One line of a form. `key` is a field's name, or `taker_fee.VENUE` for a part of a table."""

    key: str
    field: "FormField"
    label: str


@dataclass(slots=True)
class Form:
    """One calculator's form; `cursor` is an index into `rows`, `entry` the text being typed.

    `errors` maps a key to words. `result` belongs to the last values that could be computed;
    `is_outdated` says that the present ones could not.
    """

    name: str
    fields: tuple["FormField", ...]
    given: dict[str, Given] = field(default_factory=dict)
    cursor: int = 0
    entry: Entry | None = None
    is_fresh: bool = False
    """The next character replaces the text."""
    before: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    result: "Result | None" = None
    is_outdated: bool = False
    table: TableCursor = field(default_factory=TableCursor)
    """Where the trader stands in the table of the answer."""
    wants: bool = True
    """Something changed since the last computation."""
    took_ms: float = 0.0
    computed_s: float = 0.0
    seen: tuple[int, int] = (-1, 0)
    """(version of the state, moment) that were answered: figures grow old without any new fact."""
    progress: tuple[int, int] | None = None
    """(done, asked) while a process draws its futures."""
    futures: "MonteCarloValues | None" = None
    wants_futures: bool = False
    """The futures belong to inputs that have changed."""
    cell: str | None = None
    """The symbol that the screen stood on when the form was filled."""
    shows_all: bool = False
    """Whether fields that have good defaults are shown as well."""
    is_unasked: bool = False
    """The screen began with it, perhaps before anything was known: it fills up as things become so,
    until the trader types into it or asks for it."""
    kept_as: str = ""
    """The name of the plan that the form belongs to; such a form is never computed again."""
    verdict: str = ""
    """What that plan said when it was kept."""
    warnings: tuple[str, ...] = ()
    """What it warned of."""
    edited: str = ""
    """The key of the row that is typed into: rows may come and go meanwhile."""

    # --- rows ---------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """The fields that matter, then those with a value of their own; all, if asked for."""
        rows = []
        main = [form_field for form_field in self.fields if form_field.is_main]
        for form_field in (*main, *self._others()):
            rows.append(Row(form_field.name, form_field, form_field.label))
            if form_field.kind == "table":
                rows += [
                    Row(key, form_field, key.partition(".")[2]) for key in self._parts(form_field)
                ]
        return rows

    def _others(self) -> list["FormField"]:
        used = {key.partition(".")[0] for key in (*self.given, *self.errors, self.edited)}
        others = [form_field for form_field in self.fields if not form_field.is_main]
        return others if self.shows_all else [f for f in others if f.name in used]

    def hidden(self) -> int:
        """Fields that are not shown."""
        shown = {row.field.name for row in self.rows()}
        return sum(form_field.name not in shown for form_field in self.fields)

    def toggle_all(self) -> None:
        """Show every field, or only those that matter; the cursor stays on its field."""
        key = self.row().key
        self.shows_all = not self.shows_all
        keys = [row.key for row in self.rows()]
        self.cursor = keys.index(key) if key in keys else 0

    def label(self, key: str) -> str:
        """What the form calls a field, or a part of a table."""
        name, _, part = key.partition(".")
        label = next((f.label for f in self.fields if f.name == name), name)
        return f"{label} of {part}" if part else label

    def _parts(self, table: "FormField") -> list[str]:
        typed = [key for key in self.given if key.startswith(f"{table.name}.")]
        assumed = [
            f"{table.name}.{each.place}"
            for each in self._assumptions()
            if each.field == table.name and each.place
        ]
        return list(dict.fromkeys((*typed, *assumed)))

    def _assumptions(self) -> "tuple[Assumption, ...]":
        return self.result.assumptions if self.result else ()

    def row(self) -> Row:
        rows = self.rows()
        keys = [row.key for row in rows]
        if self.edited in keys:
            self.cursor = keys.index(self.edited)
        self.cursor = max(0, min(len(rows) - 1, self.cursor))
        return rows[self.cursor]

    def text(self, key: str) -> str:
        return self.given[key].text if key in self.given else ""

    def source(self, row: Row) -> str:
        """Where the value comes from: typed, the focused cell, a default; empty where it was
        assumed or there is none."""
        if self.text(row.key):
            return self.given[row.key].source
        is_default = _has_default(row.field) and row.key == row.field.name
        return "default" if is_default and self.assumption(row) is None else ""

    def assumption(self, row: Row) -> "Assumption | None":
        """What was assumed in place of this row; None where something was typed, or nothing."""
        if self.text(row.key):
            return None
        return next((each for each in self._assumptions() if _is_of(each, row)), None)

    def others(self) -> "list[Assumption]":
        """Assumptions that belong to no row."""
        rows = self.rows()
        return [each for each in self._assumptions() if not any(_is_of(each, row) for row in rows)]

    # --- typing -------------------------------------------------------------------------------

    def move(self, step: int) -> None:
        self.cursor = max(0, min(len(self.rows()) - 1, self.cursor + step))

    def edit(self) -> None:
        """Begin to type into the row under the cursor."""
        row = self.row()
        self.edited = row.key
        self.before = self.text(row.key)
        shown = self.before
        if not shown and row.key == row.field.name and _has_default(row.field):
            shown = form_values.typed(row.field, row.field.default)
        self.entry, self.is_fresh = Entry(shown), True

    def type(self, key: str, character: str | None) -> bool:
        """A key while a row is edited; whether the text may have changed."""
        if self.entry is None:
            return False
        if self.is_fresh and (character is not None or key == "backspace"):
            self.entry.set("")
        self.is_fresh = False
        before = self.entry.text
        self.entry.press(key, character)
        if self.entry.text == before and self.text(self.row().key) == before:
            return False
        self.put(self.row().key, self.entry.text, "typed")
        return True

    def leave(self) -> None:
        """Stop typing. A table's `VENUE=0.0005, …` becomes a row for each of its keys."""
        row = self.row()
        self.entry, self.edited = None, ""
        text = self.text(row.key)
        if row.field.kind == "table" and row.key == row.field.name and "=" in text:
            del self.given[row.key]
            for part in text.split(","):
                key, _, number = part.partition("=")
                self.put(f"{row.key}.{key.strip()}", number.strip(), "typed")

    def put(self, key: str, text: str, source: str) -> None:
        """Set a field; empty text leaves it to the view."""
        text = text.strip() if source != "typed" else text
        if text.strip():
            self.given[key] = Given(text, source)
        else:
            self.given.pop(key, None)
        self.errors.pop(key, None)
        self.wants = True

    def fill(self, given: Mapping[str, Given]) -> None:
        """Prefill: what an earlier prefill said is forgotten, what was typed stays elsewhere."""
        known = {form_field.name for form_field in self.fields}
        self.given = {k: g for k, g in given.items() if k.partition(".")[0] in known and g.text}
        self.errors.clear()
        self.result, self.futures, self.is_outdated = None, None, False
        self.entry, self.edited = None, ""
        self.cursor, self.wants = 0, True

    def follows(self, symbol: str | None) -> bool:
        """Whether it speaks of the cell, and the cell has moved on."""
        sources = {self.given[k].source for k in ("symbol", "positions") if k in self.given}
        is_still = self.entry is None and self.cell not in (None, symbol)
        return is_still and bool(sources & {CELL, PAIR})

    def follow(self, given: Mapping[str, Given]) -> None:
        """Prefill for another cell: what was typed stays, unless it is of the coin before."""
        typed = {
            key: value
            for key, value in self.given.items()
            if value.source == TYPED and key not in _OF_ONE_COIN
        }
        is_sized = not typed.keys().isdisjoint(("size_usd", "notional_usd"))
        fresh = {k: value for k, value in given.items() if not (is_sized and k == "size")}
        cursor = self.cursor
        self.fill({**fresh, **typed})
        self.cursor = cursor

    def knows_less_than(self, given: Mapping[str, Given]) -> bool:
        """Whether a prefill says more than what the form began with, and nothing was typed yet.

        What is held is more than a pair of the cell, which nobody holds.
        """
        sources = {value.source for value in self.given.values()}
        if TYPED in sources or self.entry is not None:
            return False
        is_pair = PAIR in sources and all(value.source != PAIR for value in given.values())
        is_mended = bool(self.errors) and given != self.given
        return is_pair or is_mended or given.keys() > self.given.keys()

    def nudge(self, step: int) -> None:
        """The next choice, the other flag, or the next round number: 1, 2, 5, 10 …"""
        row = self.row()
        form_field = row.field
        now = self.text(row.key)
        if not now and _has_default(form_field) and row.key == form_field.name:
            now = form_values.typed(form_field, form_field.default)
        if form_field.kind in ("choice", "flag"):
            choices = form_field.choices if form_field.kind == "choice" else ("true", "false")
            texts = [form_values.said(form_field, choice) for choice in choices]
            shown = form_values.said(form_field, now)
            at = texts.index(shown) if shown in texts else -1 if step > 0 else 0
            self.put(row.key, texts[(at + step) % len(texts)], "typed")
        elif form_field.kind in ("number", "whole", "table") and now:
            try:
                value = parse_number(now, form_field.number_unit)
            except ValueError:
                return
            after = round_step(value, step)
            if form_field.kind == "whole":
                after = int(max(after, 1.0))
            self.put(row.key, form_values.typed(form_field, after), "typed")

    # --- values -------------------------------------------------------------------------------

    def values(self) -> dict[str, str]:
        """What `read` takes; parts of tables stay apart even while they are typed in one line."""
        tables = {form_field.name for form_field in self.fields if form_field.kind == "table"}
        values: dict[str, str] = {}
        for key, given in self.given.items():
            parts = [part.partition("=") for part in given.text.split(",") if part.strip()]
            if key in tables and all(equals for _, equals, _ in parts):
                values |= {f"{key}.{name.strip()}": number for name, _, number in parts}
            else:
                values[key] = given.text
        return values


@dataclass(slots=True)
class Forms:
    """Every form that was opened; `chosen` is the one that the plan's workspace shows.

    `frozen` is the form of a kept plan that is open, as it was; it stands before the chosen one.
    """

    opened: dict[str, Form] = field(default_factory=dict)
    chosen: str = ""
    frozen: Form | None = None

    @property
    def shown(self) -> Form | None:
        return self.frozen or self.opened.get(self.chosen)

    def open(self, name: str) -> Form:
        """The form of a calculator, made when it is first asked for. KeyError if there is none."""
        from cockpit.calculators.common.form import form_fields

        if name not in self.opened:
            self.opened[name] = Form(name, form_fields(module(name).Inputs))
        return self.opened[name]


def frozen_form(plan: "SavedPlan") -> Form | None:
    """The form that a kept plan was made with; None for a calculator that there is no more."""
    from cockpit.calculators import CALCULATORS
    from cockpit.calculators.common.form import form_fields

    if plan.calculator not in CALCULATORS:
        return None
    form = Form(plan.calculator, form_fields(module(plan.calculator).Inputs))
    form.fill({key: Given(str(text), PLAN) for key, text in plan.inputs.items()})
    form.wants, form.kept_as = False, plan.name
    form.verdict, form.warnings = plan.verdict, plan.warnings
    return form


def module(name: str) -> "Calculator":
    """A calculator, imported when it is first asked for. KeyError if there is none."""
    from cockpit import calculators

    return calculators.load(name)


def checked(form: Form) -> "msgspec.Struct | None":
    """The calculator's inputs; None, and words in `errors` for each field, if they are not."""
    from cockpit.calculators.common.form import FieldError, read

    kind = module(form.name).Inputs
    values: dict[str, Any] = form.values()
    errors: dict[str, str] = {}
    inputs = None
    while inputs is None:
        try:
            inputs = read(kind, values)
        except FieldError as error:
            bad = [key for key in values if key.partition(".")[0] == error.field]
            errors[_culprit(error, bad)] = _words(error)
            if not bad:
                break
            values = {key: text for key, text in values.items() if key not in bad}
    form.errors = errors
    return None if errors else inputs


def compute(form: Form, view: MarketView, settings: "Settings") -> "msgspec.Struct | None":
    """Answer the form from the view, or say in `errors` why not; returns its inputs.

    Random futures are left out: they are drawn elsewhere.
    """
    from msgspec.structs import replace

    from cockpit.calculators.common.form import FieldError

    inputs = checked(form)
    form.wants, form.is_outdated = False, True
    if inputs is None:
        return None
    calculator = module(form.name)
    quick = replace(inputs, monte_carlo=False) if hasattr(inputs, "monte_carlo") else inputs
    try:
        form.result = calculator.compute(quick, view, settings)
    except FieldError as error:
        refuse(form, error)
        return None
    form.is_outdated = False
    return inputs


def refuse(form: Form, error: "FieldError") -> None:
    form.errors = {error.field: _words(error)}
    form.is_outdated = True


def _culprit(error: "FieldError", keys: list[str]) -> str:
    """The row to mark: the part of a table that the sentence quotes, if one can be told."""
    return next((key for key in keys if "." in key), error.field) if keys else error.field


def _words(error: "FieldError") -> str:
    return str(error).removeprefix(f"{error.field}: ")


def _is_of(assumption: "Assumption", row: Row) -> bool:
    """Whether it stands in for this row: a field, or the part of a table for one place."""
    if row.field.name != assumption.field:
        return False
    if row.field.kind == "table":
        part = f".{assumption.place}" if assumption.place else ""
        return row.key == f"{row.field.name}{part}"
    return True


def _has_default(form_field: "FormField") -> bool:
    return form_field.default not in (None, (), {}, "")


def round_step(value: float, step: int) -> float:
    """The next number of 1, 2, 5 times a power of ten, away from zero for a positive step."""
    if value == 0:
        return 0.0
    size = abs(value)
    power = 10.0 ** math.floor(math.log10(size) + 1e-12)
    ladder = [power * m for m in (0.5, 1, 2, 5, 10)]
    if step > 0:
        nearest = next(rung for rung in ladder if rung > size * (1 + 1e-9))
    else:
        nearest = next(rung for rung in reversed(ladder) if rung < size * (1 - 1e-9))
    return math.copysign(float(f"{nearest:.12g}"), value)
