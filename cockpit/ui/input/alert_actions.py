"""Keys and verbs of the alerts: go to the market, acknowledge, mute a rule, venue or market."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from cockpit.alerts.states import Alert
from cockpit.core.errors import InputError
from cockpit.core.names import did_you_mean
from cockpit.ui.input import navigation as moves
from cockpit.ui.model.ui_state import filter_rows, select_symbol

if TYPE_CHECKING:
    from cockpit.terminal.controls import ControlledApp

Deed = Callable[[], object]
EVERYTHING = "all"
PANE = "alerts"
_WORKSPACE = {
    "depth": "depth", "venue": "health", "block_age": "health", "latency": "health",
    "funding_flip": "funding", "predicted_flip": "funding", "unpinned": "funding",
    "spread": "funding", "liquidation": "positions", "margin": "positions",
    "net_delta": "positions", "carry": "positions",
}  # fmt: skip
"""Kind of alert -> the workspace that says most of it; else the markets."""


def refresh(app: "ControlledApp", *, in_place: bool = True) -> None:
    """Copy what the desk knows now for the panes; the cursor stays on its alert if `in_place`."""
    desk, scene, alarms = app.desk.alerting, app.scene, app.scene.alarms
    is_focused = scene.focus == PANE
    if is_focused and not alarms.is_focused:
        alarms.touched_ns = scene.now_ns
    alarms.is_focused = is_focused
    is_held = alarms.is_held(scene.now_ns)
    if not is_held:
        alarms.index = 0
    keep = in_place and is_focused and is_held
    before = alarms.selected if keep else None
    alarms.firing, alarms.history = desk.firing(), list(desk.history)
    alarms.muted, alarms.problem = desk.muted, desk.hook_problem
    alarms.keep_in_place(before)


def _touch(app: "ControlledApp", *, is_chosen: bool) -> None:
    alarms = app.scene.alarms
    alarms.touched_ns, alarms.is_chosen = app.scene.now_ns, is_chosen


def _go(app: "ControlledApp", index: int) -> None:
    app.scene.alarms.index = 0
    app.scene.alarms.move(index)
    _touch(app, is_chosen=app.scene.alarms.index > 0)


def _move(step: int) -> moves.Handler:
    return lambda app, count: _go(app, app.scene.alarms.index + step * max(1, count))


def _first(app: "ControlledApp", count: int) -> None:
    _go(app, count - 1 if count else 0)


def _last(app: "ControlledApp", count: int) -> None:
    _go(app, len(app.scene.alarms.entries()))


def jump(app: "ControlledApp", count: int) -> None:
    """To the market of the alert under the cursor, in the workspace that says most of it."""
    alert = app.scene.alarms.selected
    if alert is None:
        moves.closer(app, count)
        return
    scene = app.scene
    if alert.symbol is not None and alert.symbol in scene.view.symbols():
        if alert.symbol not in scene.symbols:
            filter_rows(scene, "")
        select_symbol(scene, alert.symbol)
    elif alert.symbol is not None:
        app.say(f"{alert.symbol} is not watched any more; :add {alert.symbol}", "warn")
        return
    venues = [venue.name for venue in scene.venues]
    if alert.venue in venues:
        scene.venue_index = venues.index(alert.venue)
    moves.go(app, _WORKSPACE.get(alert.kind, "markets"))


def acknowledge(app: "ControlledApp", _: int) -> None:
    alert = app.scene.alarms.selected
    if alert is None or not app.desk.alerting.acknowledge(alert.rule, alert.subject):
        app.say("this alert is not on any more", "warn")
    # What was seen goes down; the cursor is then on the next one.
    _touch(app, is_chosen=False)
    refresh(app, in_place=False)


def mute(app: "ControlledApp", _: int) -> None:
    alert = app.scene.alarms.selected
    if alert is None:
        app.say("there is no alert to mute", "warn")
        return
    app.desk.alerting.mute(alert.rule)
    app.say(f"muted {alert.rule!r}; :unmute {alert.rule}", "info")
    _touch(app, is_chosen=False)
    refresh(app, in_place=False)


# --- verbs --------------------------------------------------------------------------------------


def read_mute(app: "ControlledApp", words: Sequence[str]) -> Deed:
    name = _known(" ".join(words), muting(app, 1), "mute RULE|VENUE|SYMBOL|MARKET")
    return lambda: _do(app, lambda: app.desk.alerting.mute(name), f"muted {name!r}")


def read_unmute(app: "ControlledApp", words: Sequence[str]) -> Deed:
    muted = unmuting(app, 1)
    if not app.desk.alerting.muted:
        raise InputError("nothing is muted")
    name = _known(" ".join(words), muted, "unmute NAME|all")
    names = list(app.desk.alerting.muted) if name == EVERYTHING else [name]

    def deed() -> None:
        for one in names:
            app.desk.alerting.unmute(one)

    return lambda: _do(app, deed, f"{', '.join(names)} may speak again")


def read_acknowledge(app: "ControlledApp", words: Sequence[str]) -> Deed:
    """A rule's name acknowledges all its alerts, a market's name all of that market."""
    on = app.desk.alerting.firing()
    if not on:
        raise InputError("no alert is firing")
    name = _known(" ".join(words) or EVERYTHING, acknowledging(app, 1), "ack [all|RULE|MARKET]")
    meant = [f.alert for f in on if name in (EVERYTHING, f.alert.rule, f.alert.subject)]

    def deed() -> None:
        for alert in meant:
            app.desk.alerting.acknowledge(alert.rule, alert.subject)

    return lambda: _do(app, deed, f"{len(meant)} acknowledged")


def muting(app: "ControlledApp", _: int) -> Iterable[str]:
    """Whatever an alert can be silenced by."""
    desk = app.desk.alerting
    alerts: list[Alert] = [firing.alert for firing in desk.firing()]
    return dict.fromkeys(
        [
            *(rule.name for rule in desk.rules),
            *(venue.name for venue in app.scene.venues),
            *app.scene.view.symbols(),
            *(alert.subject for alert in alerts),
        ]
    )


def unmuting(app: "ControlledApp", _: int) -> Iterable[str]:
    return [*sorted(app.desk.alerting.muted), EVERYTHING]


def acknowledging(app: "ControlledApp", _: int) -> Iterable[str]:
    on = [firing.alert for firing in app.desk.alerting.firing()]
    return dict.fromkeys([EVERYTHING, *(a.rule for a in on), *(a.subject for a in on)])


def _known(word: str, known: Iterable[str], usage: str) -> str:
    names = {name.casefold(): name for name in known}
    if not word:
        raise InputError(f"write :{usage}")
    if word.casefold() not in names:
        hint = did_you_mean(word, names.values())
        raise InputError(f"{word!r} is no name of a rule, venue or market that is known{hint}")
    return names[word.casefold()]


def _do(app: "ControlledApp", deed: Deed, words: str) -> None:
    deed()
    refresh(app, in_place=False)
    app.say(words, "info")


HANDLERS: Mapping[str, moves.Handler] = {
    "alert.acknowledge": acknowledge,
    "alert.mute": mute,
}
LOCAL: Mapping[str, Mapping[str, moves.Handler]] = {
    PANE: {
        "cursor.up": _move(-1),
        "cursor.down": _move(1),
        "cursor.first": _first,
        "cursor.last": _last,
        "pane.focus": jump,
    },
}
"""Pane -> what keys of the table mean in it instead of what they mean everywhere."""
