"""Every rule and how it stands, a line each: in place of the alerts, while it is asked for."""

from cockpit.alerts.rule import Severity
from cockpit.alerts.standing import Standing, State
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.rule_list import is_built_in
from cockpit.ui.readings.rule_words import rule_words, told_words
from cockpit.ui.text.styled import Line, clean, fit, framed, longest, wrap

_MARKS: dict[State, tuple[str, str]] = {
    "firing": ("●", "danger"), "waiting": ("◐", "number"), "armed": ("·", "dim"),
    "cooling": ("○", "text"), "muted": ("–", "dim"), "off": (" ", "dim"),
}  # fmt: skip
_ROLES: dict[Severity, str] = {"info": "accent", "warn": "warn", "danger": "danger"}
_STATE, _ORIGIN, _TOLD = 8, 9, 22
_ALL_FITS, _LEAST_ROWS = 160, 8
"""Cells beside which lines need not cut, and rows that a list needs before one is spelled out."""
_HINT = "! on a cell makes one · E changes · D deletes · M mutes · F tries it · r alerts"
_SHORT_HINT = "E edit D delete M mute F try r alerts"


def rule_lines(readings: Readings, width: int, height: int, *, focused: bool) -> list[Line]:
    """The framed list at exactly `width` x `height`."""
    inner = width - 2
    rules = readings.ui.rules
    whole = _whole(readings, inner, height - 2) if focused else []
    room = max(1, height - 2 - len(whole))
    top = max(0, min(rules.index - room // 2, len(rules.standings) - room))
    body = [
        _line(readings, standing, inner, focused and top + i == rules.index)
        for i, standing in enumerate(rules.standings[top : top + room])
    ]
    hidden = len(rules.standings) - top - room
    notes = [f"+{top} above"] * (top > 0) + [f"+{hidden} below"] * (hidden > 0)
    if whole:
        body += [[]] * (room - len(body)) + whole
    return framed(
        body,
        width,
        height,
        title=[("rules", "title"), (f" · {_counts(readings)}", "dim")],
        note=" · ".join(notes),
        verdict=longest(width - 4, [(_HINT, "dim")], [(_SHORT_HINT, "dim")]),
        focused=focused,
    )


def _whole(readings: Readings, inner: int, room: int) -> list[Line]:
    """What the rule under the cursor is about and whom it tells, where its line had to cut it."""
    rules = readings.ui.rules
    if inner >= _ALL_FITS or room < _LEAST_ROWS or not 0 <= rules.index < len(rules.standings):
        return []
    standing = rules.standings[rules.index]
    words = f"{_how(standing)} · {told_words(standing.rule)} · {_origin(readings, standing)}"
    return [[], *([(f" {part}", "text")] for part in wrap(clean(words), inner - 2))]


def _counts(readings: Readings) -> str:
    rules = readings.ui.rules
    off = sum(standing.state == "off" for standing in rules.standings)
    words = f"{len(rules.standings)}, {len(rules.own)} made by keys"
    return f"{words}, {off} off" if off else words


def _line(readings: Readings, standing: Standing, inner: int, here: bool) -> Line:
    rule = standing.rule
    is_quiet = standing.state in ("muted", "off")
    mark, role = _MARKS[standing.state]
    if standing.state == "firing":
        role = _ROLES[rule.severity]
    name_cells = 36 if inner >= 120 else 24 if inner >= 70 else 16
    line: Line = [
        ("▌" if here else " ", "accent"),
        (f"{mark} ", role),
        (fit(standing.state, _STATE), role),
        (fit(clean(rule.name), name_cells), "dim" if is_quiet else "number"),
    ]
    room = inner - 3 - _STATE - name_cells
    wide = room >= 40 + _TOLD + _ORIGIN
    words = f" {_how(standing)}"
    if wide:
        room -= _TOLD + _ORIGIN
    line.append((fit(clean(words), room - wide), "dim" if is_quiet else "text"))
    if wide:
        line += [
            (f" {fit(told_words(rule), _TOLD)}", "dim"),
            (fit(_origin(readings, standing), 9), "dim"),
        ]
    return line


def _how(standing: Standing) -> str:
    """What it is about; before that why it is off, or of how many it is on."""
    about = rule_words(standing.rule)
    if standing.state == "off":
        return f"{standing.why} ({about})"
    counts = {"firing": standing.firing, "waiting": standing.waiting, "cooling": standing.cooling}
    count = counts.get(standing.state)
    if count:
        return f"{count} of {max(count, standing.measured)}: {about}"
    return about


def _origin(readings: Readings, standing: Standing) -> str:
    if readings.ui.rules.is_own(standing):
        return "by keys"
    return "built in" if is_built_in(standing) else "config"
