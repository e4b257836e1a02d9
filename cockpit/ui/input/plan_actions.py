"""Keys of forms and of their answers: open a calculator, type, walk its table, take a row."""

from collections.abc import Callable, Mapping

from cockpit.ui.input import kept_plan_actions, navigation, table_keys
from cockpit.ui.input.host import Host
from cockpit.ui.model.answer_table import AnswerRow, row_inputs, view_of_answer
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.table import TableCursor, TableView

HARD = "half filled flip"
"""The scenario that the stress key asks about: flip, half fill, delay, half depth at once."""
_CHARACTERS = {"space": " ", "comma": ","}
_NEXT = {"tab": 1, "down": 1, "shift+tab": -1, "up": -1}


def form_of(host: Host) -> Form | None:
    """The form of the workspace on the screen."""
    if host.ui.workspace == "stress":
        return host.ui.forms.opened.get("stress")
    return host.ui.forms.shown if host.ui.workspace == "plan" else None


def open_calculator(host: Host, name: str) -> None:
    """Its form, prefilled from what is focused, in its workspace. What was typed before is gone."""
    from cockpit.ui.input.form_prefill import prefill

    readings = host.readings
    host.forms.catch_up()
    given = prefill(readings, name)
    form = host.ui.forms.open(name)
    if form.progress is not None:
        host.forms.cancel()
    form.fill(given)
    form.cell, form.is_unasked = readings.symbol, False
    workspace, pane = ("stress", "stress") if name == "stress" else ("plan", "form")
    form.table = TableCursor()
    if name == "stress":
        form.table.key = (HARD,)
    else:
        if name == "carry" and "long_venue" in given:
            names = ("symbol", "long_venue", "short_venue")
            form.table.key = tuple(given[key].text for key in names)
        host.ui.forms.chosen, host.ui.forms.frozen = name, None
        host.ui.plans.opened = ""
        host.ui.plans.leg = 0
    navigation.go(host, workspace)
    host.ui.focus = pane


def opening(name: str) -> navigation.Handler:
    return lambda host, _: open_calculator(host, name)


# --- typing into a form -------------------------------------------------------------------------


def typing(host: Host, key: str) -> bool:
    """A key while a field is edited: it goes into the field. False when none is."""
    form = form_of(host)
    if form is None or form.entry is None:
        return False
    if key in ("ctrl+q", "ctrl+z", "ctrl+l"):
        return False
    if key in ("enter", "escape", *_NEXT):
        form.leave()
        form.move(_NEXT.get(key, 1 if key == "enter" else 0))
        if key in _NEXT:
            form.edit()
        return True
    character = _CHARACTERS.get(key, key if len(key) == 1 else None)
    form.type(key, character)
    return True


def paste(host: Host, text: str) -> bool:
    """Text from the terminal's clipboard into the edited field."""
    form = form_of(host)
    if form is None or form.entry is None:
        return False
    if form.is_fresh:
        form.entry.set("")
        form.is_fresh = False
    form.entry.insert(text)
    form.put(form.row().key, form.entry.text, "typed")
    return True


def _on_form(act: Callable[[Form, int], None]) -> navigation.Handler:
    def handler(host: Host, count: int) -> None:
        form = form_of(host)
        if form is not None:
            act(form, count)

    return handler


def _thaw(host: Host) -> None:
    """Before a value changes: the inputs of a kept plan go on as a form that is computed now."""
    frozen = host.ui.forms.frozen
    if frozen is None or host.ui.workspace != "plan":
        return
    form = host.ui.forms.open(frozen.name)
    form.fill(frozen.given)
    form.shows_all, form.cursor = frozen.shows_all, frozen.cursor
    form.cell = host.readings.symbol
    host.ui.forms.chosen, host.ui.forms.frozen = frozen.name, None
    host.ui.plans.opened, host.ui.plans.leg = "", 0
    host.say(f"computed now with the inputs of {frozen.kept_as}; what was kept stays", "info")


def _edit(host: Host, _: int) -> None:
    _thaw(host)
    form = form_of(host)
    if form is not None:
        form.edit()


def _nudge(step: int) -> navigation.Handler:
    def handler(host: Host, _: int) -> None:
        _thaw(host)
        form = form_of(host)
        if form is not None:
            form.nudge(step)

    return handler


all_fields = _on_form(lambda form, _: form.toggle_all())
"""Show the fields with good defaults as well, or hide them again."""


def _move(step: int) -> navigation.Handler:
    return _on_form(lambda form, count: form.move(step * max(1, count)))


def _first(form: Form, count: int) -> None:
    form.cursor = max(0, count - 1)


def _last(form: Form, count: int) -> None:
    form.cursor = (count or len(form.rows())) - 1


def take_row(host: Host, _: int) -> None:
    """The row of the answer under the cursor into the form, which then proposes its legs."""
    form = form_of(host)
    row = None if form is None else view_of_answer(form).selected
    if form is None or form.result is None or row is None:
        return
    inputs = row_inputs(form, row)
    if not inputs:
        host.say(f"a row of {form.name} is a part of one plan: there is nothing to take", "warn")
    for key, text in inputs.items():
        form.put(key, text, "the row")
    host.forms.catch_up()


def _answers(title: str) -> Mapping[str, navigation.Handler]:
    """Keys of the table of answers: it is walked, and `enter` takes its row."""

    def find(host: Host) -> TableView[AnswerRow] | None:
        form = form_of(host)
        return None if form is None else view_of_answer(form)

    return {**table_keys.handlers(find, title), "pane.focus": take_row}


def cancel(host: Host, count: int) -> None:
    """Stop a computation that runs; else what the key does elsewhere."""
    form = form_of(host)
    if form is not None and form.progress is not None:
        host.forms.cancel()
        host.say(f"{form.name}: stopped", "info")
    else:
        navigation.back(host, count)


_FORM: Mapping[str, navigation.Handler] = {
    "cursor.up": _move(-1),
    "cursor.down": _move(1),
    "cursor.left": _nudge(-1),
    "cursor.right": _nudge(1),
    "cursor.first": _on_form(_first),
    "cursor.last": _on_form(_last),
    "pane.focus": _edit,
    "app.back": cancel,
}
LOCAL: Mapping[str, Mapping[str, navigation.Handler]] = {
    **kept_plan_actions.LOCAL,
    "funding": {"pane.focus": opening("carry")},
    "spreads": {"pane.focus": opening("carry")},
    "form": {**_FORM, **kept_plan_actions.ANYWHERE},
    "result": {**kept_plan_actions.ANYWHERE, **_answers("pairs")},
    "stress_form": _FORM,
    "stress": {**_answers("scenarios"), "app.back": cancel},
    "histogram": {"app.back": cancel},
}  # fmt: skip
"""Pane -> what keys of the table mean in it instead of what they mean everywhere."""
