"""Keys and verbs of the alerts: go to the market, acknowledge, mute a rule, venue or market."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from cockpit.core.errors import InputError
from cockpit.core.names import did_you_mean
from cockpit.desk.contract import Acknowledge, Intent, Mute, Unmute
from cockpit.ui.input import navigation, past_actions, rule_actions, scan_actions
from cockpit.ui.input.host import Host
from cockpit.ui.input.market_selection import filter_rows, select_symbol

Command = Callable[[], object]
EVERYTHING = "all"
PANE = "alerts"
_WORKSPACE = {
    "depth": "depth", "venue": "health", "block_age": "health", "latency": "health",
    "funding_flip": "funding", "predicted_flip": "funding", "unpinned": "funding",
    "spread": "funding", "liquidation": "positions", "margin": "positions",
    "net_delta": "positions", "carry": "positions", "orphan": "positions",
    "flip_likely": "funding", "spike_likely": "funding",
}  # fmt: skip
"""Kind of alert -> the workspace that says most of it; else the markets."""


def refresh(host: Host, *, in_place: bool = True) -> None:
    """Copy what the desk knows now for the panes; the cursor stays on its alert if `in_place`."""
    if host.ui.past.shown_ns is not None:
        return
    known, readings, alerts = host.desk.stats().alerts, host.readings, host.ui.alerts
    is_focused = readings.ui.focus == PANE
    if is_focused and not alerts.is_focused:
        alerts.touched_ns = readings.now_ns
    alerts.is_focused = is_focused
    is_held = alerts.is_held(readings.now_ns)
    if not is_held:
        alerts.index = 0
    keep = in_place and is_focused and is_held
    before = alerts.selected if keep else None
    alerts.firing, alerts.history = known.firing, known.history
    alerts.muted, alerts.problem = known.muted, known.problem
    alerts.channels = known.channels
    host.ui.rules.take(known.standings, known.own)
    alerts.keep_in_place(before)


def _touch(host: Host, *, is_chosen: bool) -> None:
    alerts = host.ui.alerts
    alerts.touched_ns, alerts.is_chosen = host.readings.now_ns, is_chosen


def _go(host: Host, index: int) -> None:
    host.ui.alerts.index = 0
    host.ui.alerts.move(index)
    _touch(host, is_chosen=host.ui.alerts.index > 0)


def _move(step: int) -> navigation.Handler:
    return lambda host, count: _go(host, host.ui.alerts.index + step * max(1, count))


def _first(host: Host, count: int) -> None:
    _go(host, count - 1 if count else 0)


def _last(host: Host, count: int) -> None:
    _go(host, len(host.ui.alerts.entries()))


def jump(host: Host, count: int) -> None:
    """To the market of the alert under the cursor, in the workspace that says most of it; of one
    that is over, to how it was then."""
    alert = host.ui.alerts.selected
    if alert is None:
        navigation.closer(host, count)
        return
    readings = host.readings
    if alert.kind == "scan":
        scan_actions.show_asset(host, alert.subject)
        return
    if alert.symbol is not None and alert.symbol in readings.view.symbols():
        if alert.symbol not in readings.symbols:
            filter_rows(readings, "")
        select_symbol(readings, alert.symbol)
    elif alert.symbol is not None:
        host.say(f"{alert.symbol} is not watched any more; :add {alert.symbol}", "warn")
        return
    venues = [venue.name for venue in readings.venues]
    if alert.venue in venues:
        host.ui.venue_index = venues.index(alert.venue)
    navigation.go(host, _WORKSPACE.get(alert.kind, "markets"))
    if all(firing.alert != alert for firing in host.ui.alerts.firing):
        # What is over is looked at where it happened.
        past_actions.look(host, alert.at_ns)


def acknowledge(host: Host, _: int) -> None:
    alert = host.ui.alerts.selected
    on = {(f.alert.rule, f.alert.subject) for f in host.desk.stats().alerts.firing}
    if alert is None or (alert.rule, alert.subject) not in on:
        host.say("this alert is not on any more", "warn")
    else:
        host.desk.post(Acknowledge(alert.rule, alert.subject))
    # What was seen goes down; the cursor is then on the next one.
    _touch(host, is_chosen=False)
    refresh(host, in_place=False)


def mute(host: Host, _: int) -> None:
    alert = host.ui.alerts.selected
    if alert is None:
        host.say("there is no alert to mute", "warn")
        return
    host.desk.post(Mute(alert.rule))
    host.say(f"muted {alert.rule!r}; :unmute {alert.rule}", "info")
    _touch(host, is_chosen=False)
    refresh(host, in_place=False)


# --- verbs --------------------------------------------------------------------------------------


def read_mute(host: Host, words: Sequence[str]) -> Command:
    name = _known(" ".join(words), muting(host, 1), "mute RULE|VENUE|SYMBOL|MARKET")
    return _posting(host, [Mute(name)], f"muted {name!r}")


def read_unmute(host: Host, words: Sequence[str]) -> Command:
    muted = host.desk.stats().alerts.muted
    if not muted:
        raise InputError("nothing is muted")
    name = _known(" ".join(words), unmuting(host, 1), "unmute NAME|all")
    names = list(muted) if name == EVERYTHING else [name]
    return _posting(host, [Unmute(name) for name in names], f"{', '.join(names)} may speak again")


def read_acknowledge(host: Host, words: Sequence[str]) -> Command:
    """A rule's name acknowledges all its alerts, a market's name all of that market."""
    on = host.desk.stats().alerts.firing
    if not on:
        raise InputError("no alert is firing")
    name = _known(" ".join(words) or EVERYTHING, acknowledging(host, 1), "ack [all|RULE|MARKET]")
    meant = [f.alert for f in on if name in (EVERYTHING, f.alert.rule, f.alert.subject)]
    seen = [Acknowledge(alert.rule, alert.subject) for alert in meant]
    return _posting(host, seen, f"{len(seen)} acknowledged")


def muting(host: Host, _: int) -> Iterable[str]:
    """Whatever an alert can be silenced by."""
    alerts = host.desk.stats().alerts
    return dict.fromkeys(
        [
            *(rule.name for rule in alerts.rules),
            *(venue.name for venue in host.readings.venues),
            *host.readings.view.symbols(),
            *(firing.alert.subject for firing in alerts.firing),
        ]
    )


def unmuting(host: Host, _: int) -> Iterable[str]:
    return [*sorted(host.desk.stats().alerts.muted), EVERYTHING]


def acknowledging(host: Host, _: int) -> Iterable[str]:
    on = [firing.alert for firing in host.desk.stats().alerts.firing]
    return dict.fromkeys([EVERYTHING, *(a.rule for a in on), *(a.subject for a in on)])


def _known(word: str, known: Iterable[str], usage: str) -> str:
    names = {name.casefold(): name for name in known}
    if not word:
        raise InputError(f"write :{usage}")
    if word.casefold() not in names:
        hint = did_you_mean(word, names.values())
        raise InputError(f"{word!r} is no name of a rule, venue or market that is known{hint}")
    return names[word.casefold()]


def _posting(host: Host, intents: Sequence[Intent], words: str) -> Command:
    def command() -> None:
        for intent in intents:
            host.desk.post(intent)
        refresh(host, in_place=False)
        host.say(words, "info")

    return command


HANDLERS: Mapping[str, navigation.Handler] = {
    "alert.acknowledge": acknowledge,
    "alert.mute": mute,
    **rule_actions.HANDLERS,
}
LOCAL: Mapping[str, Mapping[str, navigation.Handler]] = {
    PANE: {
        "cursor.up": _move(-1),
        "cursor.down": _move(1),
        "cursor.first": _first,
        "cursor.last": _last,
        "pane.focus": jump,
    },
}
"""Pane -> what keys of the table mean in it instead of what they mean everywhere."""
