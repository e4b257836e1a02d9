"""From a key to what it does: the one place where the key table meets the functions."""

from collections.abc import Mapping

from cockpit.ui.input import (
    alert_actions,
    dialog_openers,
    export_actions,
    jump_actions,
    kept_plan_actions,
    navigation,
    pair_actions,
    past_actions,
    plan_actions,
    position_actions,
    rule_actions,
    scan_actions,
    span_actions,
    tape_actions,
    trade_actions,
)
from cockpit.ui.input.host import Host
from cockpit.ui.input.keymap import show_key

MAX_COUNT = 9999


def press(host: Host, key: str) -> bool:
    """A key of the keyboard. False when it means nothing here."""
    if plan_actions.typing(host, key):
        host.redraw()
        return True
    if host.ui.count and key.isdecimal():
        host.ui.count = str(min(MAX_COUNT, int(host.ui.count + key)))
        host.redraw()
        return True
    action = host.keymap.find(key, host.ui.focus)
    count, host.ui.count = int(host.ui.count or 0), ""
    if action is None:
        if count:
            host.redraw()
        _say_unknown(host, key)
        return False
    perform(action.id, host, count)
    return True


def _say_unknown(host: Host, key: str) -> None:
    """Once a key: what it would mean in another pane, or where the keys are listed."""
    if key in host.ui.unknown_keys:
        return
    host.ui.unknown_keys.add(key)
    elsewhere = [action for action in host.keymap.actions if key in host.keymap.keys(action.id)]
    if elsewhere:
        action = elsewhere[0]
        host.say(f"{show_key(key)} is {action.name} in {action.scope} and does nothing here")
    else:
        help_key = host.keymap.shown("app.help")
        host.say(f"{show_key(key)} does nothing here; {help_key} lists the keys of this pane")


def perform(action_id: str, host: Host, count: int = 0) -> None:
    """Do it and show what changed. `count` 0 is none given."""
    refusal = past_actions.refusal(action_id, host)
    why_not = refusal or dialog_openers.unavailable(action_id, host.readings)
    if why_not:
        host.say(why_not, "warn")
    else:
        _meaning(action_id, host)(host, count)
    host.redraw()


def _meaning(action_id: str, host: Host) -> navigation.Handler:
    """To the tape of a replay, in the past, in the focused pane, or everywhere: the first of these
    in which the action means something."""
    on_a_tape = tape_actions.meaning(action_id, host)
    if on_a_tape is not None:
        return on_a_tape
    is_past = host.ui.past.shown_ns is not None
    if is_past and action_id in past_actions.IN_THE_PAST:
        return past_actions.IN_THE_PAST[action_id]
    on_a_pair = pair_actions.meaning(action_id, host)
    on_rules = rule_actions.meaning(action_id, host)
    if on_rules is not None:
        return on_rules
    on_trades = trade_actions.meaning(action_id, host)
    in_this_pane = LOCAL.get(host.ui.focus, {}).get(action_id)
    return on_a_pair or on_trades or in_this_pane or HANDLERS[action_id]


def _help(host: Host, _: int) -> None:
    from cockpit.ui.input.help_list import help_list

    help_list(host)


def _begin_count(host: Host, _: int) -> None:
    host.ui.count = "0"


HANDLERS: dict[str, navigation.Handler] = {
    "cursor.up": navigation.rows(-1),
    "cursor.down": navigation.rows(1),
    "cursor.left": navigation.columns(-1),
    "cursor.right": navigation.columns(1),
    "cursor.first": navigation.first,
    "cursor.last": navigation.last,
    "symbol.previous": navigation.rows(-1),
    "symbol.next": navigation.rows(1),
    "pane.next": navigation.walking(1),
    "pane.previous": navigation.walking(-1),
    "pane.focus": navigation.closer,
    "pane.zoom": navigation.zoom_pane,
    "app.back": navigation.back,
    "workspace.markets": navigation.going("markets"),
    "workspace.depth": navigation.going("depth"),
    "workspace.funding": navigation.going("funding"),
    "workspace.positions": navigation.going("positions"),
    "workspace.plan": navigation.going("plan"),
    "workspace.stress": navigation.going("stress"),
    "workspace.health": navigation.going("health"),
    "workspace.scan": navigation.going("scan"),
    "view.freeze": navigation.freeze,
    "view.filter": lambda host, _: dialog_openers.filter_prompt(host),
    "view.sort": navigation.sort,
    "view.unsort": navigation.unsort,
    "view.pin": navigation.toggle_pin,
    "view.cell": navigation.next_cell,
    "view.unit": navigation.next_unit,
    "view.tenor": navigation.next_tenor,
    "view.span": span_actions.next_span,
    "view.books": navigation.next_books,
    "view.size_down": navigation.size(-1),
    "view.size_up": navigation.size(1),
    "view.layout": navigation.next_layout,
    "view.theme": lambda host, _: dialog_openers.themes(host),
    "view.repaint": lambda host, _: host.repaint(),
    "app.count": _begin_count,
    "app.command": lambda host, _: dialog_openers.command_prompt(host),
    "app.palette": lambda host, _: dialog_openers.palette(host),
    "app.help": _help,
    "tape.record": export_actions.toggle_record,
    "pane.write": export_actions.write,
    "pane.copy": export_actions.copy,
    "calc.carry": plan_actions.opening("carry"),
    "calc.hedge": plan_actions.opening("hedge"),
    "calc.stagger": plan_actions.opening("stagger"),
    "calc.stress": plan_actions.opening("stress"),
    "form.all": plan_actions.all_fields,
    "stress.all": plan_actions.all_fields,
    "plan.fill": kept_plan_actions.fill,
    "plan.unfill": kept_plan_actions.unfill,
    "plan.take": kept_plan_actions.take_fills,
    "plan.delete": kept_plan_actions.delete,
    **past_actions.HANDLERS,
    **tape_actions.HANDLERS,
    **position_actions.HANDLERS,
    **trade_actions.HANDLERS,
    **alert_actions.HANDLERS,
    **scan_actions.HANDLERS,
    "app.suspend": lambda host, _: host.suspend_process(),
    "app.quit": lambda host, _: host.leave(),
}
"""Every id of the table; a test holds the two together."""
LOCAL: dict[str, Mapping[str, navigation.Handler]] = {
    "scores": {"view.cell": navigation.toggle_score_figures},
    **plan_actions.LOCAL,
    **position_actions.LOCAL,
    **alert_actions.LOCAL,
    **jump_actions.LOCAL,
    **scan_actions.LOCAL,
}
"""Pane -> what keys of the table mean in it instead of what they mean everywhere."""
