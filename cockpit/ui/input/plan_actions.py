"""Keys of the plan's and the stress workspace: open a calculator, type, keep, mark filled, copy."""

from collections.abc import Callable, Mapping

from cockpit.calculators import saved_plans
from cockpit.core.errors import CockpitError, InputError
from cockpit.core.units import utc_stamp
from cockpit.desk.contract import DropPlan, FillLeg, KeepPlan, PlanIntent, UnfillLeg
from cockpit.storage import paths
from cockpit.ui.export import clipboard
from cockpit.ui.input import jump_actions, navigation, table_keys
from cockpit.ui.input.host import Host, PromptSpec
from cockpit.ui.model.answer_table import AnswerRow, row_inputs, view_of_answer
from cockpit.ui.model.calculator_form import Form, frozen_form
from cockpit.ui.model.table import TableCursor, TableView
from cockpit.ui.text.form_values import plain

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


# --- plans --------------------------------------------------------------------------------------


def refresh(host: Host) -> None:
    """Copy what the desk keeps now for the panes."""
    host.ui.plans.take(host.desk.stats().plans)


def write(host: Host, _: int) -> None:
    """Keep what is proposed under a name of its own, and export it; a kept plan anew."""
    keep(host, "")


def keep(host: Host, name: str) -> saved_plans.SavedPlan | None:
    """Have the plan on the screen kept, and export it; with a name, under that name."""
    from cockpit.ui.readings import plan_pricing

    readings = host.readings
    host.forms.catch_up()
    shown = host.ui.plans.shown
    try:
        plan = plan_pricing.renamed(shown, name) if shown and name else shown
        plan = plan or plan_pricing.proposed(readings, name or _free_name(host))
    except CockpitError as error:
        host.say(error.ui_message, "warn")
        return None
    if plan is None:
        host.say("there are no legs to keep: C, H or S proposes some", "warn")
        return None
    host.desk.post(KeepPlan(plan, is_new=not shown and not name))
    host.ui.plans.open(plan.name)
    refresh(host)
    _export(host, plan)
    return plan


def _export(host: Host, plan: saved_plans.SavedPlan) -> None:
    """The other forms of a plan, on this machine, for programs and for reading out."""
    folder = paths.exports_dir()
    try:
        files = saved_plans.export(folder, plan)
    except OSError as error:
        host.say(f"{folder}: nothing was exported: {error.strerror}", "warn")
    else:
        others = ", ".join(path.suffix for path in files)
        host.say(f"{plan.name} exported to {folder} as {others}", "info")


def _free_name(host: Host) -> str:
    from cockpit.ui.readings import plan_pricing

    readings = host.readings
    form = host.ui.forms.shown
    symbol = next((leg.symbol for leg in host.ui.plans.legs(host.ui.forms)), "plan")
    stamp = utc_stamp(readings.now_ns)[2:13].replace("T", "-")
    wanted = f"{symbol}-{form.name if form else 'plan'}-{stamp}".lower()
    taken = {plan.name for plan in host.desk.stats().plans}
    return saved_plans.free_name(taken, plan_pricing.plain_name(wanted))


def copy(host: Host, _: int) -> None:
    """One line a leg, of a kept plan what is left of it, to the clipboard of the terminal."""
    host.forms.catch_up()
    plan = host.ui.plans.shown
    text = saved_plans.tickets(
        saved_plans.remaining(plan) if plan else host.ui.plans.legs(host.ui.forms)
    )
    why_not = clipboard.refusal(text)
    if why_not:
        host.say(why_not, "warn")
        return
    host.hand_over(clipboard.osc52(text))
    count = text.count("\n")
    host.say(f"sent to terminal clipboard: {count} legs ({len(text.encode())} bytes)", "info")


def open_plan(host: Host, _: int) -> None:
    """The kept plan under the cursor with its own form as it was, or back to what is proposed."""
    plans = host.ui.plans
    if plans.saved:
        plan = plans.saved[min(plans.row, len(plans.saved) - 1)]
        is_shown = plans.opened == plan.name
        plans.opened, plans.leg = "" if is_shown else plan.name, 0
        host.ui.forms.frozen = None if is_shown else frozen_form(plan)


def _rows(step: int) -> navigation.Handler:
    return lambda host, count: host.ui.plans.move_row(step * max(1, count))


def _legs(step: int) -> navigation.Handler:
    def handler(host: Host, count: int) -> None:
        plans = host.ui.plans
        plans.move_leg(step * max(1, count), len(plans.legs(host.ui.forms)))

    return handler


def fill(host: Host, _: int) -> None:
    """Ask for price and size of a fill of the leg under the cursor, and mark it."""
    from cockpit.ui.readings.plan_pricing import likely_price

    readings = host.readings
    plan = host.ui.plans.shown or keep(host, "")
    if plan is None:
        return
    number = min(host.ui.plans.leg, len(plan.legs) - 1)
    leg, left = plan.legs[number], saved_plans.progress(plan).legs[number].left
    if left == 0:
        host.say(f"leg {number + 1} is filled; U takes its last fill back", "warn")
        return
    price = likely_price(readings, leg)
    typed = f"{'' if price is None else plain(price)} {plain(left)}".strip()

    def accept(text: str) -> str:
        try:
            _mark(host, number, text)
        except InputError as error:
            return error.ui_message
        return ""

    host.ask(
        PromptSpec(
            mark="F",
            title=f"{leg.side.value} {leg.symbol} on {leg.venue}: price and size that were filled",
            hint="price size [fee $] · enter marks it · esc closes",
            text=typed,
            accept=accept,
            done=lambda _: host.redraw(),
        )
    )


def enter_leg(host: Host, count: int) -> None:
    """Mark a fill of the leg under the cursor; of one that is filled, look at when it was."""
    plan = host.ui.plans.shown
    number = host.ui.plans.leg
    if plan is None or number >= len(plan.legs) or saved_plans.progress(plan).legs[number].left:
        fill(host, count)
        return
    last = next(fill for fill in reversed(plan.fills) if fill.leg == number)
    jump_actions.to_fill(host, last, plan.legs[number].symbol)


def _mark(host: Host, number: int, text: str) -> None:
    plan = host.ui.plans.shown
    words = text.replace(",", " ").split()
    if plan is None or len(words) not in (2, 3):
        raise InputError("expected price, size and perhaps the fee in USD, such as 64001.5 0.25")
    try:
        price, size, *fee = map(float, words)
    except ValueError:
        raise InputError(f"expected numbers, got {text.strip()!r}") from None
    filled = saved_plans.fill(plan, number, price, size, host.readings.now_ns, *fee)
    _post(host, FillLeg(plan.name, filled.fills[-1]))


def take_fills(host: Host, _: int) -> None:
    """Mark the fills that followed accounts report and the open plan has room for."""
    from cockpit.ui.readings.plan_fills import seen

    plan = host.ui.plans.shown
    found = seen(host.readings, plan) if plan else ()
    if plan is None or not found:
        host.say("no fill was seen that a leg of this plan has room for", "warn")
        return
    for one in found:
        _post(host, FillLeg(plan.name, one))
    host.say(f"{plan.name}: {len(found)} fills taken", "info")


def unfill(host: Host, _: int) -> None:
    plan = host.ui.plans.shown
    if plan is None or not plan.fills:
        host.say("nothing is marked as filled here", "warn")
        return
    _post(host, UnfillLeg(plan.name, min(host.ui.plans.leg, len(plan.legs) - 1)))


def _post(host: Host, intent: PlanIntent) -> None:
    host.desk.post(intent)
    refresh(host)


def delete(host: Host, _: int) -> None:
    """Delete the kept plan under the cursor, after asking; what was exported of it stays."""
    from cockpit.ui.dialogs.confirm import ask_to_delete

    plans = host.ui.plans
    if not plans.saved:
        host.say("no plan is kept", "warn")
        return
    plan = plans.saved[min(plans.row, len(plans.saved) - 1)]
    done = saved_plans.progress(plan)

    def act() -> None:
        if plans.opened == plan.name:
            host.ui.forms.frozen = None
        plans.close(plan.name)
        _post(host, DropPlan(plan.name))

    state = "done" if done.is_done else f"{done.filled_frac:.0%} filled"
    ask_to_delete(host, f"{plan.name}, {state}", act)


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
_KEPT: Mapping[str, navigation.Handler] = {"pane.write": write, "pane.copy": copy}
LOCAL: Mapping[str, Mapping[str, navigation.Handler]] = {
    "funding": {"pane.focus": opening("carry")},
    "spreads": {"pane.focus": opening("carry")},
    "form": {**_FORM, **_KEPT},
    "result": {**_KEPT, **_answers("pairs")},
    "legs": {
        **_KEPT, "cursor.up": _legs(-1), "cursor.down": _legs(1), "pane.focus": enter_leg,
    },
    "plans": {
        **_KEPT, "cursor.up": _rows(-1), "cursor.down": _rows(1), "pane.focus": open_plan,
    },
    "stress_form": _FORM,
    "stress": {**_answers("scenarios"), "app.back": cancel},
    "histogram": {"app.back": cancel},
}  # fmt: skip
"""Pane -> what keys of the table mean in it instead of what they mean everywhere."""
