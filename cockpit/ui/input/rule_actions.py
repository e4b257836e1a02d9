"""Keys of the list of rules: walk, change, delete, mute and try a rule."""

from collections.abc import Callable, Mapping, Sequence

from cockpit.alerts.rule import Rule
from cockpit.core.errors import InputError
from cockpit.desk.contract import DropRule, Mute, TryRule, Unmute
from cockpit.ui.input import navigation
from cockpit.ui.input.host import Host
from cockpit.ui.layout.workspaces import show

PANE = "alerts"


def meaning(action_id: str, host: Host) -> navigation.Handler | None:
    """What a key means while the rules stand in the pane of the alerts; None where they do not."""
    if host.ui.focus != PANE or not host.ui.rules.is_shown:
        return None
    return _KEYS.get(action_id)


def toggle(host: Host, _: int) -> None:
    """The rules in place of the alerts, and back."""
    host.ui.rules.is_shown = not host.ui.rules.is_shown


def open_list(host: Host) -> None:
    """`:rules`: from wherever the trader is, over the whole screen."""
    if host.ui.workspace != "markets":
        navigation.go(host, "markets")
    show(host.ui, "markets")
    host.ui.focus = PANE
    host.ui.zoomed.add("markets")
    host.ui.rules.is_shown = True


def _move(step: int) -> navigation.Handler:
    return lambda host, count: host.ui.rules.go(host.ui.rules.index + step * max(1, count))


def _first(host: Host, count: int) -> None:
    host.ui.rules.go(count - 1 if count else 0)


def _last(host: Host, _: int) -> None:
    host.ui.rules.go(len(host.ui.rules.standings) - 1)


def _selected(host: Host) -> Rule | None:
    standing = host.ui.rules.selected
    return standing.rule if standing is not None else None


def _own(host: Host) -> Rule | None:
    """The rule under the cursor if keys may change it; says why they may not."""
    rule = _selected(host)
    if rule is not None and rule.name in host.ui.rules.own:
        return rule
    key = host.keymap.shown("alert.mute")
    host.say(
        f"only rules made by keys change here: [[alert]] in the config, or {key} mutes", "warn"
    )
    return None


def edit(host: Host, _: int) -> None:
    if not host.ui.rules.is_shown:
        host.say(f"{host.keymap.shown('rule.list')} lists the rules", "info")
        return
    rule = _own(host)
    if rule is not None:
        from cockpit.ui.input import rule_form

        rule_form.edit(host, rule)


def add(host: Host, count: int) -> None:
    """A rule about the figure under the cursor."""
    from cockpit.ui.input import rule_form

    rule_form.add(host, count)


def delete(host: Host, _: int) -> None:
    from cockpit.ui.dialogs.confirm import ask_to_delete

    if not host.ui.rules.is_shown:
        host.say(f"{host.keymap.shown('rule.list')} lists the rules", "info")
        return
    rule = _own(host)
    if rule is not None:
        name = rule.name
        ask_to_delete(host, f"the rule {name!r}", lambda: host.desk.post(DropRule(name)))


def try_out(host: Host, _: int) -> None:
    """Of the rule under the cursor, or of the alert's."""
    alert = host.ui.alerts.selected
    rule = _selected(host) if host.ui.rules.is_shown else None
    name = rule.name if rule is not None else alert.rule if alert is not None else ""
    if not name:
        host.say("there is no rule to try", "warn")
        return
    host.desk.post(TryRule(name))
    told = ", ".join(host.desk.stats().alerts.targets) or "nobody outside: see [notify]"
    host.say(f"{name!r} is tried; people: {told}", "info")


def mute(host: Host, _: int) -> None:
    rule = _selected(host)
    if rule is None:
        return
    is_muted = rule.name in host.desk.stats().alerts.muted
    host.desk.post(Unmute(rule.name) if is_muted else Mute(rule.name))
    host.say(f"{rule.name!r} {'may speak again' if is_muted else 'is muted'}", "info")


def read_rules(host: Host, words: Sequence[str]) -> Callable[[], object]:
    if words:
        raise InputError("write :rules alone")
    return lambda: open_list(host)


HANDLERS: Mapping[str, navigation.Handler] = {
    "rule.add": add,
    "rule.list": toggle,
    "rule.edit": edit,
    "rule.delete": delete,
    "rule.try": try_out,
}
_KEYS: Mapping[str, navigation.Handler] = {
    "cursor.up": _move(-1),
    "cursor.down": _move(1),
    "cursor.first": _first,
    "cursor.last": _last,
    "pane.focus": edit,
    "app.back": toggle,
    "alert.mute": mute,
    "alert.acknowledge": lambda host, _: host.say("a rule is not seen: an alert is", "info"),
}
