"""Keys of kept plans: keep, open, copy, mark filled, take fills that were seen, delete."""

from collections.abc import Mapping

from cockpit.calculators import saved_plans
from cockpit.core.errors import CockpitError, InputError
from cockpit.core.typed import Unit, parse_number
from cockpit.core.units import utc_stamp
from cockpit.desk.contract import DropPlan, FillLeg, KeepPlan, PlanIntent, UnfillLeg
from cockpit.storage import paths
from cockpit.ui.export import clipboard
from cockpit.ui.input import jump_actions, navigation
from cockpit.ui.input.host import Host, PromptSpec
from cockpit.ui.model.calculator_form import frozen_form
from cockpit.ui.text import format as fmt
from cockpit.ui.text.form_values import plain


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
    host.ui.forms.frozen = frozen_form(plan)
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
    # A comma ends a word; within one it parts thousands, as in 64,001.5.
    words = [word.removesuffix(",") for word in text.split()]
    if plan is None or len(words) not in (2, 3):
        raise InputError("expected price, size and perhaps the fee in USD, such as 64001.5 0.25")
    units: tuple[Unit, ...] = ("price", "base", "usd")
    try:
        price, size, *fee = map(parse_number, words, units)
    except ValueError as error:
        raise InputError(str(error)) from None
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

    state = "done" if done.is_done else f"{fmt.done_share(done.filled_frac)} filled"
    ask_to_delete(host, f"{plan.name}, {state}", act)


ANYWHERE: Mapping[str, navigation.Handler] = {"pane.write": write, "pane.copy": copy}
"""Keys that mean the plan on the screen in every pane of PLAN."""
LOCAL: Mapping[str, Mapping[str, navigation.Handler]] = {
    "legs": {
        **ANYWHERE, "cursor.up": _legs(-1), "cursor.down": _legs(1), "pane.focus": enter_leg,
    },
    "plans": {
        **ANYWHERE, "cursor.up": _rows(-1), "cursor.down": _rows(1), "pane.focus": open_plan,
    },
}  # fmt: skip
"""Pane -> what keys of the table mean in it."""
