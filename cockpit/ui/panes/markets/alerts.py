"""What is firing, worst first, and what has happened before: a line each."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cockpit.alerts.measures_forecast import why_off
from cockpit.alerts.states import Alert, Firing
from cockpit.core.units import utc
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.markets.rules import rule_lines
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, longest, right

TITLE = "alerts"
HZ = 2.0
_ROLE = {"info": "accent", "warn": "warn", "danger": "danger"}
_LEAD, _AGE = 12, 5
"""Cells before the words, and those behind them."""
NAME, SHORT_NAME = 24, 16
"""Cells for the rule's name, on a wide and on a narrow pane."""


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    if readings.ui.rules.is_shown:
        return rule_lines(readings, width, height, focused=readings.ui.focus == TITLE)
    inner, room = width - 2, max(1, height - 2)
    alarms = readings.ui.alerts
    entries = alarms.entries()
    at = min(alarms.index, len(entries) - 1)
    focused = readings.ui.focus == TITLE
    top = max(0, min(at - room // 2, len(entries) - room)) if focused else 0
    shown = entries[top : top + room]
    cells = _name_cells([alert for alert, _ in shown], inner)
    body = [
        _line(readings, alert, firing, _Sizes(inner, cells), focused and top + i == at)
        for i, (alert, firing) in enumerate(shown)
    ]
    if not body:
        body = [[(" all is quiet: no rule has fired", "dim")],
                [(" r lists the rules, ! on a cell makes one", "dim")]]  # fmt: skip
    if readings.problem:
        body.insert(0, [(fit(f" {clean(readings.problem)}", inner), "danger")])
    hidden = len(entries) - top - room
    nameless = entries[at][0] if entries and focused and not cells else None
    return framed(
        body[:room],
        width,
        height,
        title=[("alerts", "title"), (f" · {_counts(readings)}", "dim")],
        note=" · ".join(_beyond(top, hidden)),
        verdict=_verdict(readings, width - 4, nameless),
        focused=focused,
    )


class _Sizes(NamedTuple):
    """Cells of a line, and of the rule's name in it."""

    inner: int
    name: int


def _name_cells(alerts: Sequence[Alert], inner: int) -> int:
    """Cells for the rule's name. What happened matters more: where its words would be cut on a
    narrow pane, the name gives way, and stands in the bottom line for the cursor's row."""
    room = inner - _LEAD - _AGE
    if room >= 72:
        return NAME
    longest_words = max((len(alert.words) for alert in alerts), default=0)
    return SHORT_NAME if room - SHORT_NAME - 1 >= longest_words else 0


def _beyond(above: int, below: int) -> Iterator[str]:
    """What the cursor keeps out of sight."""
    if above > 0:
        yield f"+{above} above"
    if below > 0:
        yield f"+{below} older"


def _counts(readings: Readings) -> str:
    alarms = readings.ui.alerts
    on, loud = len(alarms.firing), alarms.loud()
    words = f"{on} firing" if on else "none firing"
    if on > loud:
        words += f", {on - loud} seen"
    return words


def _verdict(readings: Readings, width: int, nameless: Alert | None) -> Line | None:
    """`nameless` is the cursor's alert where lines do not say their rule."""
    alarms = readings.ui.alerts
    if alarms.problem:
        return longest(width, [(clean(alarms.problem), "warn")])
    if nameless is not None:
        return longest(width, [("rule ", "dim"), (clean(nameless.rule), "text")])
    if alarms.muted:
        words = f"muted: {clean(', '.join(sorted(alarms.muted)))}"
        return longest(width, [(words, "dim")], [(f"{len(alarms.muted)} muted", "dim")])
    off = why_off("flip_likely", readings.view.outlooks)
    return longest(width, [(clean(off), "dim")], [("flip alerts are off", "dim")]) if off else None


def _when(at_ns: int, now_ns: int) -> str:
    """The time of day, or the day where it is another one: nine cells."""
    at = utc(at_ns)
    return f"{at:%H:%M:%S} " if at.date() == utc(now_ns).date() else f"{at:%d %b}   "


def _line(
    readings: Readings, alert: Alert, firing: Firing | None, sizes: _Sizes, here: bool
) -> Line:
    """`▌14:31:55 ● funding flipped  words`; what is on says for how long."""
    edge = ("▌" if here else " ", "accent")
    if firing is None:
        glyph, role = ("○", "dim") if alert.happening == "cleared" else ("·", "dim")
        text_role = "dim"
    else:
        role = "dim" if firing.acknowledged else _ROLE[alert.severity]
        glyph, text_role = "●", "dim" if firing.acknowledged else "number"
    when = _when(alert.at_ns, readings.now_ns)
    words = clean(alert.words)
    if firing is None and alert.happening == "cleared":
        words = f"over: {words}"
    elif alert.happening == "escalated":
        words = f"nearer: {words}"
    # What was kept before the clock was put back lies in the future.
    age = right(fmt.age(max(0, readings.now_ns - alert.at_ns) / 1e9), _AGE) if firing else ""
    rule = clean(alert.rule)
    room = sizes.inner - _LEAD - _AGE
    name = f"{fit(rule, sizes.name)} " if sizes.name else ""
    if firing is None:
        # The past has no age to show: its words take the room.
        room += _AGE
    return [
        edge,
        (when, "dim"),
        (glyph, role),
        (f" {name}", text_role),
        (fit(words, room - len(name)), text_role),
        (age, "dim"),
    ]
