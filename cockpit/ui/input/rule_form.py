"""A rule of alerts by keys: the form over a cell, and over a rule that there is already.

What is typed is checked here; the desk keeps the rule in a file of its own.
"""

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence

import msgspec

from cockpit.alerts import own_rules
from cockpit.alerts.rule import ALL, ONE_SIDED, UNIT, Kind, Rule, Severity, Side
from cockpit.core.errors import CockpitError
from cockpit.core.typed import parse_duration, parse_number
from cockpit.desk.contract import KeepRule
from cockpit.desk.stats import AlertStats
from cockpit.ui.dialogs.entry_form import Fields, FormField
from cockpit.ui.input.host import FormSpec, Host
from cockpit.ui.readings.alert_figures import LABELS, AlertFigure, figures, suggested, with_now
from cockpit.ui.readings.rule_words import (
    EVERYBODY,
    SCREEN,
    about_words,
    again_words,
    duration_text,
    figure_text,
    figure_unit,
    is_percent,
    now_text,
)
from cockpit.venues import REGISTRY

SEVERITIES: tuple[Severity, ...] = ("info", "warn", "danger")
HABIT = "as usual"
"""What stands in a field that the rule's kind decides."""
NO_TIME = ("", "0", "0s")
Values = Mapping[str, str]


def add(host: Host, _: int) -> None:
    """A rule about the figure under the cursor."""
    found = [with_now(figure, host.readings) for figure in figures(host.readings)]
    if not found:
        host.say(host.readings.no_symbol, "warn")
        return
    first, alerts = found[0], host.desk.stats().alerts
    is_named = False

    def follow(values: Values, key: str) -> Fields:
        """A name that was typed stays."""
        nonlocal is_named
        is_named = is_named or key == "name"
        changed = _followed(found, values, key)
        if changed is None:
            return ()
        name = values["name"] if is_named else ""
        return _fields(found, _figure(changed, found), {**changed, "name": name}, alerts)

    host.fill(
        FormSpec(
            title=f"alert · {first.about}",
            fields=_fields(found, first, _usual(first, first.side), alerts),
            first="threshold",
            says=lambda values: _says(values, found, host.desk.stats().alerts),
            follow=follow,
            accept=_accepting(host, lambda values: _rule(values, found), ""),
        )
    )


def edit(host: Host, rule: Rule) -> None:
    """Change a rule that was made by keys."""
    about = AlertFigure(
        kind=rule.kind, about=about_words(rule) or "everything", venues=rule.venues,
        symbols=rule.symbols, trades=rule.trades,
    )  # fmt: skip
    found = [with_now(about, host.readings)]
    values = {
        "figure": _label(about),
        "side": "under" if rule.fires_below else "over",
        "threshold": figure_text(rule.kind, rule.threshold),
        "clear": HABIT if rule.clear is None else figure_text(rule.kind, rule.clear),
        "for": duration_text(rule.for_s),
        "cooldown": duration_text(rule.cooldown_s),
        "severity": rule.severity,
        "to": _told_text(rule.to),
        "name": rule.name,
    }
    host.fill(
        FormSpec(
            title=f"change the rule {rule.name!r}",
            fields=_fields(found, found[0], values, host.desk.stats().alerts),
            first="threshold",
            says=lambda values: _says(values, found, host.desk.stats().alerts, rule.escalate),
            accept=_accepting(host, lambda values: _rule(values, found, rule), rule.name),
        )
    )


# --- the fields ---------------------------------------------------------------------------------


def _usual(figure: AlertFigure, side: str) -> dict[str, str]:
    """What a new rule is filled with."""
    at = suggested(figure, side)
    severity = "danger" if figure.kind in ("liquidation", "venue") else "warn"
    return {
        "figure": _label(figure),
        "side": side,
        "threshold": "" if at is None else figure_text(figure.kind, at),
        "clear": HABIT,
        "for": "0s",
        "cooldown": "5m",
        "severity": severity,
        "to": EVERYBODY,
        "name": "",
    }


def _fields(
    found: Sequence[AlertFigure], figure: AlertFigure, values: Values, alerts: AlertStats
) -> Fields:
    sides = ("over",) if figure.kind in ONE_SIDED else ("over", "under")
    now = "not known now" if figure.now is None else f"now {now_text(figure.kind, figure.now)}"
    labels = tuple(dict.fromkeys(_label(one) for one in found))
    to = (EVERYBODY, *alerts.targets, SCREEN)
    told = to if values["to"] in to else (values["to"], *to)
    people = "each from its severity on" if alerts.targets else "nobody yet: [notify] in config"
    name = values["name"] or _named(figure, values)
    lines: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
        ("figure", "figure", "← → another one of this cell", labels),
        ("side", "fires", "", sides),
        ("threshold", "threshold", f"{figure_unit(figure.kind)}; {now}", ()),
        ("clear", "clear", _over_words(figure, values), ()),
        ("for", "lasts", "must last so long: 0s 30s 5m", ()),
        ("cooldown", "cool-down", "then quiet for so long", ()),
        ("severity", "severity", "danger rings the bell", SEVERITIES),
        ("to", "tell", people, told),
        ("name", "name", "", ()),
    )
    texts = {**values, "name": name}
    return [
        FormField(key=key, label=label, text=texts[key], note=note, options=options)
        for key, label, note, options in lines
    ]


def _over_words(figure: AlertFigure, values: Values) -> str:
    """Where an alert of these values is over, if that is the rule's habit."""
    rule = _sketch(figure, values)
    if rule is None:
        return "where it is over"
    return f"as usual it is over at {figure_text(figure.kind, rule.cleared_at)}"


def _sketch(figure: AlertFigure, values: Values) -> Rule | None:
    """The figure, side and threshold as they stand; None while that is no number."""
    try:
        at = _number(figure.kind, values["threshold"], "threshold")
    except ValueError:
        return None
    side: Side = "under" if values["side"] == "under" else "over"
    return Rule(name="", kind=figure.kind, threshold=at, side=side)


def _followed(found: Sequence[AlertFigure], values: Values, key: str) -> Values | None:
    """Another figure, or the other side, has another threshold; None where nothing follows."""
    figure = _figure(values, found)
    if key == "figure":
        return _usual(figure, figure.side)
    if key == "side":
        return {**values, "threshold": _usual(figure, values["side"])["threshold"]}
    return values if key == "threshold" else None


def _figure(values: Values, found: Sequence[AlertFigure]) -> AlertFigure:
    return next((one for one in found if _label(one) == values["figure"]), found[0])


def _label(figure: AlertFigure) -> str:
    return f"{LABELS[figure.kind]} · {figure.about}"


def _named(figure: AlertFigure, values: Values) -> str:
    """What a rule is called whose name is left to us."""
    at = _threshold_text(figure, values)
    return f"{figure.about} {LABELS[figure.kind]} {values['side']} {at}".strip()


def _threshold_text(figure: AlertFigure, values: Values) -> str:
    """With its unit; as it was typed while it is no number."""
    at = values["threshold"].strip()
    with contextlib.suppress(ValueError):
        at = figure_text(figure.kind, _number(figure.kind, at, "threshold"))
    return at


# --- what is entered ----------------------------------------------------------------------------


def _accepting(host: Host, make: Callable[[Values], Rule], before: str) -> Callable[[Values], str]:
    """At enter: a mistake is said in the form, which stays open to be mended."""

    def accept(values: Values) -> str:
        try:
            rule = make(values)
            own_rules.check(rule, [*REGISTRY, *(venue.name for venue in host.readings.venues)])
        except CockpitError as error:
            return error.ui_message
        except ValueError as error:
            return str(error)
        others = {standing.rule.name for standing in host.desk.stats().alerts.standings}
        if rule.name != before and rule.name in others:
            return f"name: there is a rule {rule.name!r} already"
        host.desk.post(KeepRule(rule, before))
        host.redraw()
        return ""

    return accept


def _rule(values: Values, found: Sequence[AlertFigure], before: Rule | None = None) -> Rule:
    """ValueError names the field."""
    figure = _figure(values, found)
    clear = values["clear"].strip()
    side: Side = "under" if values["side"] == "under" else "over"
    name = values["name"].strip() or _named(figure, values)
    rule = before or Rule(
        name=name, kind=figure.kind, threshold=1.0, venues=figure.venues, symbols=figure.symbols,
        trades=figure.trades,
    )  # fmt: skip
    return msgspec.structs.replace(
        rule,
        name=name,
        side=None if side == figure.side else side,
        threshold=_number(figure.kind, values["threshold"], "threshold"),
        clear=None if clear in ("", HABIT) else _number(figure.kind, clear, "clear"),
        for_s=_seconds(values["for"], "lasts"),
        cooldown_s=_seconds(values["cooldown"], "cool-down"),
        severity=next(one for one in SEVERITIES if one == values["severity"]),
        to=_to(values["to"]),
    )


def _to(text: str) -> tuple[str, ...]:
    if text == EVERYBODY:
        return ALL
    return () if text == SCREEN else tuple(text.split(", "))


def _told_text(to: tuple[str, ...]) -> str:
    return EVERYBODY if to == ALL else ", ".join(to) or SCREEN


def _number(kind: Kind, text: str, label: str) -> float:
    """As it is shown: percent where the figure is one."""
    text = text.strip().replace("−", "-")
    try:
        if UNIT[kind] == "s" and text[-1:].isalpha():
            return parse_duration(text)
        value = parse_number(text, "bps" if UNIT[kind] == "bps" else "")
    except ValueError as error:
        raise ValueError(f"{label}: {error}") from None
    is_plain = text[-1:].isdigit() or text.endswith(".")
    value = value / 100 if is_percent(kind) and is_plain else value
    if not math.isfinite(value):
        raise ValueError(f"{label}: is too large")
    return value


def _seconds(text: str, label: str) -> float:
    text = text.strip()
    if text in NO_TIME:
        return 0.0
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ValueError(f"{label}: {error}") from None


def _says(
    values: Values,
    found: Sequence[AlertFigure],
    alerts: AlertStats,
    escalate: tuple[float, ...] | None = None,
) -> str:
    """What the rule would do, as a trader would say it; `escalate` are steps of its own."""
    figure = _figure(values, found)
    to = values["to"] if alerts.targets else SCREEN
    what = f"{LABELS[figure.kind]} of {figure.about}"
    at = _threshold_text(figure, values) or "…"
    words = f"Tells {to} when the {what} is {values['side']} {at}"
    lasts, cooldown = values["for"].strip(), values["cooldown"].strip()
    if lasts not in NO_TIME:
        words += f" for {lasts}"
    if cooldown not in NO_TIME:
        words += f"; then quiet for {cooldown}"
    rule = _sketch(figure, values)
    if rule is not None:
        again = again_words(msgspec.structs.replace(rule, escalate=escalate))
        words += f"; {again}" if again else ""
    return f"{words}."
