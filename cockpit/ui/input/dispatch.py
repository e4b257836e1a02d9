"""From a key to what it does: the one place where the key table meets the functions."""

from typing import TYPE_CHECKING

from cockpit.ui.input import alert_actions as alert_keys
from cockpit.ui.input import dialog_openers as opening
from cockpit.ui.input import export_actions as acting
from cockpit.ui.input import navigation as moves
from cockpit.ui.input import plan_actions as planning
from cockpit.ui.input import position_actions as position_keys

if TYPE_CHECKING:
    from cockpit.terminal.controls import ControlledApp

MAX_COUNT = 9999


def press(app: "ControlledApp", key: str) -> bool:
    """A key of the keyboard. False when it means nothing here."""
    scene = app.scene
    if planning.typing(app, key):
        app.redraw()
        return True
    if scene.count and key.isdecimal():
        scene.count = str(min(MAX_COUNT, int(scene.count + key)))
        app.redraw()
        return True
    action = app.keymap.find(key, scene.focus)
    count, scene.count = int(scene.count or 0), ""
    if action is None:
        if count:
            app.redraw()
        return False
    perform(action.id, app, count)
    return True


def perform(action_id: str, app: "ControlledApp", count: int = 0) -> None:
    """Do it and show what changed. `count` 0 is none given."""
    why_not = opening.unavailable(action_id, app)
    if why_not:
        app.say(why_not, "warn")
    else:
        here = LOCAL.get(app.scene.focus, {})
        (here.get(action_id) or HANDLERS[action_id])(app, count)
    app.redraw()


def _begin_count(app: "ControlledApp", _: int) -> None:
    app.scene.count = "0"


HANDLERS: dict[str, moves.Handler] = {
    "cursor.up": moves.rows(-1),
    "cursor.down": moves.rows(1),
    "cursor.left": moves.columns(-1),
    "cursor.right": moves.columns(1),
    "cursor.first": moves.first,
    "cursor.last": moves.last,
    "symbol.previous": moves.rows(-1),
    "symbol.next": moves.rows(1),
    "pane.next": moves.walking(1),
    "pane.previous": moves.walking(-1),
    "pane.focus": moves.closer,
    "pane.zoom": moves.zoom_pane,
    "app.back": moves.back,
    "workspace.markets": moves.going("markets"),
    "workspace.depth": moves.going("depth"),
    "workspace.funding": moves.going("funding"),
    "workspace.positions": moves.going("positions"),
    "workspace.plan": moves.going("plan"),
    "workspace.stress": moves.going("stress"),
    "workspace.health": moves.going("health"),
    "view.freeze": moves.freeze,
    "view.filter": lambda app, _: opening.filter_prompt(app),
    "view.sort": moves.sort,
    "view.unsort": moves.unsort,
    "view.pin": moves.toggle_pin,
    "view.cell": moves.next_cell,
    "view.unit": moves.next_unit,
    "view.tenor": moves.next_tenor,
    "view.span": moves.next_span,
    "view.size_down": moves.size(-1),
    "view.size_up": moves.size(1),
    "view.layout": moves.next_layout,
    "view.theme": lambda app, _: opening.themes(app),
    "view.repaint": lambda app, _: app.repaint(),
    "app.count": _begin_count,
    "app.command": lambda app, _: opening.command_prompt(app),
    "app.palette": lambda app, _: opening.palette(app),
    "app.help": lambda app, _: opening.help_list(app),
    "tape.record": acting.toggle_record,
    "pane.write": acting.write,
    "pane.copy": acting.copy,
    "calc.carry": planning.opening("carry"),
    "calc.hedge": planning.opening("hedge"),
    "calc.stagger": planning.opening("stagger"),
    "calc.stress": planning.opening("stress"),
    "plan.fill": planning.fill,
    "plan.unfill": planning.unfill,
    "plan.delete": planning.delete,
    **position_keys.HANDLERS,
    **alert_keys.HANDLERS,
    "app.suspend": lambda app, _: app.action_suspend_process(),
    "app.quit": lambda app, _: app.leave(),
}
"""Every id of the table; a test holds the two together."""
LOCAL = {**planning.LOCAL, **position_keys.LOCAL, **alert_keys.LOCAL}
"""Pane -> what keys of the table mean in it instead of what they mean everywhere."""
