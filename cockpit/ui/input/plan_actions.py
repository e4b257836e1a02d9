"""Keys of the plan's and the stress workspace: open a calculator, type, keep, mark filled, copy."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cockpit.calculators import saved_plans as plans
from cockpit.core.errors import CockpitError, InputError
from cockpit.core.units import utc_stamp
from cockpit.storage import paths
from cockpit.ui.export import clipboard
from cockpit.ui.input import navigation as moves
from cockpit.ui.model.calculator_form import Form, module, plain

if TYPE_CHECKING:
    from cockpit.terminal.controls import ControlledApp

PLAN_PANES = ("form", "result", "legs", "plans")
STRESS_PANES = ("stress_form", "stress", "histogram")
HARD = "half_filled_flip"
"""The scenario that the stress key asks about: flip, half fill, delay, half depth at once."""
_CHARACTERS = {"space": " ", "comma": ","}
_NEXT = {"tab": 1, "down": 1, "shift+tab": -1, "up": -1}


def form_of(app: "ControlledApp") -> Form | None:
    """The form of the workspace on the screen."""
    scene = app.scene
    if scene.workspace == "stress":
        return scene.forms.opened.get("stress")
    return scene.forms.shown if scene.workspace == "plan" else None


def open_calculator(app: "ControlledApp", name: str) -> None:
    """Its form, prefilled from what is focused, in its workspace. What was typed before is gone."""
    from cockpit.ui.input.form_prefill import prefill

    scene = app.scene
    app.computing.catch_up()
    given = prefill(scene, name)
    form = scene.forms.open(name)
    if form.progress is not None:
        app.computing.cancel()
    form.fill(given)
    form.cell = scene.symbol
    workspace, pane = ("stress", "stress") if name == "stress" else ("plan", "form")
    if name == "stress":
        form.picked = HARD
    else:
        scene.forms.chosen = name
        scene.plans.opened = ""
        scene.plans.leg = 0
    moves.go(app, workspace)
    scene.focus = pane
    app.workspace.place_panes()


def opening(name: str) -> moves.Handler:
    return lambda app, _: open_calculator(app, name)


# --- typing into a form -------------------------------------------------------------------------


def typing(app: "ControlledApp", key: str) -> bool:
    """A key while a field is edited: it goes into the field. False when none is."""
    form = form_of(app)
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


def paste(app: "ControlledApp", text: str) -> bool:
    """Text from the terminal's clipboard into the edited field."""
    form = form_of(app)
    if form is None or form.entry is None:
        return False
    if form.is_fresh:
        form.entry.set("")
        form.is_fresh = False
    form.entry.insert(text)
    form.put(form.row().key, form.entry.text, "typed")
    return True


def _on_form(act: Callable[[Form, int], None]) -> moves.Handler:
    def handler(app: "ControlledApp", count: int) -> None:
        form = form_of(app)
        if form is not None:
            act(form, count)

    return handler


def _move(step: int) -> moves.Handler:
    return _on_form(lambda form, count: form.move(step * max(1, count)))


def _first(form: Form, count: int) -> None:
    form.cursor = max(0, count - 1)


def _last(form: Form, count: int) -> None:
    form.cursor = (count or len(form.rows())) - 1


def _pick(step: int) -> moves.Handler:
    """The cursor in the table of scenarios."""

    def act(form: Form, count: int) -> None:
        if form.result is None:
            return
        names = [str(row[0]) for row in module(form.name).rows(form.result).rows]
        at = names.index(form.picked) + step * max(1, count) if form.picked in names else 0
        form.picked = names[max(0, min(len(names) - 1, at))] if names else ""

    return _on_form(act)


# --- plans --------------------------------------------------------------------------------------


def load(app: "ControlledApp") -> None:
    """The plans of the folder, once at the start; what cannot be read is said."""
    app.scene.plans.saved, problems = plans.load_all(paths.plans_dir())
    for problem in problems:
        app.say(problem, "warn")


def write(app: "ControlledApp", _: int) -> None:
    """Keep what is proposed under a name of its own; of a kept plan, its files anew."""
    keep(app, "")


def keep(app: "ControlledApp", name: str) -> plans.SavedPlan | None:
    """Write the plan on the screen; with a name, under that name."""
    from cockpit.ui.readings import plan_pricing as keeping

    scene = app.scene
    app.computing.catch_up()
    plan = scene.plans.shown
    try:
        if plan is None:
            plan = keeping.proposed(scene, name or _free_name(app))
            if plan is None:
                app.say("there are no legs to keep: C, H or S proposes some", "warn")
                return None
        elif name:
            plan = keeping.renamed(plan, name)
        plans.check_name(plan.name)
        files = plans.save(paths.plans_dir(), plan)
    except CockpitError as error:
        app.say(error.ui_message, "warn")
    except OSError as error:
        app.say(f"{paths.plans_dir()}: the plan was not written: {error.strerror}", "danger")
    else:
        scene.plans.keep(plan)
        others = ", ".join(path.suffix for path in files[1:])
        app.say(f"kept as {files[0]} and {others}", "info")
        return plan
    return None


def _free_name(app: "ControlledApp") -> str:
    from cockpit.ui.readings import plan_pricing as keeping

    scene = app.scene
    form = scene.forms.shown
    symbol = next((leg.symbol for leg in scene.plans.legs(scene.forms)), "plan")
    stamp = utc_stamp(scene.now_ns)[2:13].replace("T", "-")
    wanted = f"{symbol}-{form.name if form else 'plan'}-{stamp}".lower()
    return plans.free_name(paths.plans_dir(), keeping.plain_name(wanted))


def copy(app: "ControlledApp", _: int) -> None:
    """One line a leg, of a kept plan what is left of it, to the clipboard of the terminal."""
    scene = app.scene
    app.computing.catch_up()
    plan = scene.plans.shown
    text = plans.tickets(plans.remaining(plan) if plan else scene.plans.legs(scene.forms))
    why_not = clipboard.refusal(text)
    if why_not:
        app.say(why_not, "warn")
        return
    app.hand_over(clipboard.osc52(text))
    count = text.count("\n")
    app.say(f"sent to terminal clipboard: {count} legs ({len(text.encode())} bytes)", "info")


def open_plan(app: "ControlledApp", _: int) -> None:
    """The kept plan under the cursor, or back to what the form proposes."""
    board = app.scene.plans
    if board.saved:
        name = board.saved[min(board.row, len(board.saved) - 1)].name
        board.opened = "" if board.opened == name else name
        board.leg = 0


def _rows(step: int) -> moves.Handler:
    return lambda app, count: app.scene.plans.move_row(step * max(1, count))


def _legs(step: int) -> moves.Handler:
    def handler(app: "ControlledApp", count: int) -> None:
        board = app.scene.plans
        board.move_leg(step * max(1, count), len(board.legs(app.scene.forms)))

    return handler


def fill(app: "ControlledApp", _: int) -> None:
    """Ask for price and size of a fill of the leg under the cursor, and mark it."""
    from cockpit.terminal.dialogs.prompt import Prompt
    from cockpit.ui.readings.plan_pricing import likely_price

    scene = app.scene
    plan = scene.plans.shown or keep(app, "")
    if plan is None:
        return
    number = min(scene.plans.leg, len(plan.legs) - 1)
    leg, left = plan.legs[number], plans.progress(plan).legs[number].left
    if left == 0:
        app.say(f"leg {number + 1} is filled; U takes its last fill back", "warn")
        return
    price = likely_price(scene, leg)
    typed = f"{'' if price is None else plain(price)} {plain(left)}".strip()

    def accept(text: str) -> str:
        try:
            _mark(app, number, text)
        except InputError as error:
            return error.ui_message
        return ""

    app.push_screen(
        Prompt(
            scene,
            app.palette,
            mark="F",
            title=f"{leg.side.value} {leg.symbol} on {leg.venue}: price and size that were filled",
            hint="price size [fee $] · enter marks it · esc closes",
            text=typed,
            accept=accept,
        ),
        lambda _: app.redraw(),
    )


def _mark(app: "ControlledApp", number: int, text: str) -> None:
    plan = app.scene.plans.shown
    words = text.replace(",", " ").split()
    if plan is None or len(words) not in (2, 3):
        raise InputError("expected price, size and perhaps the fee in USD, such as 64001.5 0.25")
    try:
        price, size, *fee = map(float, words)
    except ValueError:
        raise InputError(f"expected numbers, got {text.strip()!r}") from None
    _put(app, plans.fill(plan, number, price, size, app.scene.now_ns, *fee))


def unfill(app: "ControlledApp", _: int) -> None:
    plan = app.scene.plans.shown
    if plan is None or not plan.fills:
        app.say("nothing is marked as filled here", "warn")
        return
    _put(app, plans.unfill(plan, min(app.scene.plans.leg, len(plan.legs) - 1)))


def _put(app: "ControlledApp", plan: plans.SavedPlan) -> None:
    """Show a changed plan and write it, so that a crash forgets no fill."""
    app.scene.plans.keep(plan)
    try:
        plans.save(paths.plans_dir(), plan)
    except OSError as error:
        app.say(f"{paths.plans_dir()}: the fill was not written: {error.strerror}", "danger")


def delete(app: "ControlledApp", _: int) -> None:
    """Delete the kept plan under the cursor with its files, after asking."""
    from cockpit.ui.dialogs.confirm import ask_to_delete

    board = app.scene.plans
    if not board.saved:
        app.say("no plan is kept", "warn")
        return
    plan = board.saved[min(board.row, len(board.saved) - 1)]
    done = plans.progress(plan)

    def act() -> str:
        try:
            plans.delete(paths.plans_dir(), plan.name)
        except OSError as error:
            return f"{paths.plans_dir()}: {plan.name} was not deleted: {error.strerror}"
        board.drop(plan.name)
        app.say(f"deleted {plan.name} and its files", "info")
        return ""

    state = "done" if done.is_done else f"{done.filled_frac:.0%} filled"
    ask_to_delete(app, f"{plan.name}, {state}", act)


def cancel(app: "ControlledApp", count: int) -> None:
    """Stop a computation that runs; else what the key does elsewhere."""
    form = form_of(app)
    if form is not None and form.progress is not None:
        app.computing.cancel()
        app.say(f"{form.name}: stopped", "info")
    else:
        moves.back(app, count)


_FORM: Mapping[str, moves.Handler] = {
    "cursor.up": _move(-1),
    "cursor.down": _move(1),
    "cursor.left": _on_form(lambda form, count: form.nudge(-1)),
    "cursor.right": _on_form(lambda form, count: form.nudge(1)),
    "cursor.first": _on_form(_first),
    "cursor.last": _on_form(_last),
    "pane.focus": _on_form(lambda form, _: form.edit()),
    "app.back": cancel,
}
_KEPT: Mapping[str, moves.Handler] = {"pane.write": write, "pane.copy": copy}
LOCAL: Mapping[str, Mapping[str, moves.Handler]] = {
    "funding": {"pane.focus": opening("carry")},
    "spreads": {"pane.focus": opening("carry")},
    "form": {**_FORM, **_KEPT},
    "result": _KEPT,
    "legs": {
        **_KEPT, "cursor.up": _legs(-1), "cursor.down": _legs(1), "pane.focus": fill,
    },
    "plans": {
        **_KEPT, "cursor.up": _rows(-1), "cursor.down": _rows(1), "pane.focus": open_plan,
    },
    "stress_form": _FORM,
    "stress": {"app.back": cancel, "cursor.up": _pick(-1), "cursor.down": _pick(1)},
    "histogram": {"app.back": cancel},
}  # fmt: skip
"""Pane -> what keys of the table mean in it instead of what they mean everywhere."""
