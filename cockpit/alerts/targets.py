"""Who is told of alerts outside of the screen: `[notify.NAME]`, and what is said to them.

A target's URL is a secret: it is shown by its scheme alone, in no sentence, document or log.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from cockpit.alerts.rule import Severity, matches
from cockpit.alerts.states import Alert
from cockpit.core.errors import ConfigError
from cockpit.core.names import did_you_mean

SEVERITIES: tuple[Severity, ...] = ("info", "warn", "danger")
ENV, FILE = "env:", "file:"
MOST_LINES: Final = 10
MOST_CHARACTERS: Final = 300
_EXPECTED = {
    "url": "env:NAME (a variable), file:PATH (a file that only you can read) or a URL, in quotes",
    "severity": "info, warn or danger",
}


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[notify.NAME]`: `url` is one of apprise, or where it is kept; `severity` the least told."""

    url: str
    severity: Severity = "warn"

    def __repr__(self) -> str:
        return f"Target(url={self.shown!r}, severity={self.severity!r})"

    @property
    def shown(self) -> str:
        """Where the URL is kept, or its scheme; never more."""
        if self.url.startswith((ENV, FILE)):
            return self.url
        return f"{self.url.partition('://')[0]}://…"

    def wants(self, alert: Alert, name: str, to: tuple[str, ...]) -> bool:
        """Whether it is told of this alert of a rule that is told to `to`. A test is always."""
        if alert.happening == "cleared" or not matches(name, to):
            return False
        least = SEVERITIES.index(self.severity)
        return alert.happening == "tested" or SEVERITIES.index(alert.severity) >= least


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: plain text."""

    title: str
    body: str
    severity: Severity


def message(alerts: Sequence[Alert], left_out: int = 0) -> Message:
    """One alert in its own words; of many their number, how many of each rule, and the worst.

    `left_out` were too many to be kept until they could be sent.
    """
    worst = sorted(alerts, key=lambda alert: -SEVERITIES.index(alert.severity))
    if len(alerts) == 1 and not left_out:
        [alert] = alerts
        title = f"cockpit: {_plain(alert.rule)}"
        return Message(title=title, body=_line(alert), severity=alert.severity)
    rules = Counter(_plain(alert.rule) for alert in alerts)
    counted = ", ".join(f"{rule} ×{n}" if n > 1 else rule for rule, n in rules.most_common())
    lines = [counted, *(_line(alert) for alert in worst[:MOST_LINES])]
    more = len(alerts) - MOST_LINES
    if more > 0:
        lines.append(f"and {more} more")
    if left_out:
        lines.append(f"{left_out} older ones are left out")
    return Message(
        title=f"cockpit: {len(alerts) + left_out} alerts",
        body="\n".join(lines),
        severity=worst[0].severity,
    )


def _line(alert: Alert) -> str:
    rule = "" if alert.happening == "tested" else f"{_plain(alert.subject)}: "
    words = _plain(alert.words)
    return words if words.startswith(rule) else f"{_plain(alert.rule)}: {words}"


def _plain(text: str) -> str:
    """Text of a venue, without what could steer whoever shows it."""
    return "".join(char if char.isprintable() else " " for char in text)[:MOST_CHARACTERS]


def check_targets(tables: object, source: str) -> None:
    """ConfigError about `[notify.NAME]`; it never repeats what was written as a URL."""
    if not isinstance(tables, Mapping) or not all(isinstance(t, Mapping) for t in tables.values()):
        raise ConfigError(f"{source}: notify: expected tables that begin with [notify.NAME]")
    for name, table in tables.items():
        _check(name, table, f"{source}: notify.{name}")


def _check(name: str, table: Mapping[str, Any], where: str) -> None:
    if not name.isprintable() or not 0 < len(name) <= 24 or set(name) & set("*?[] ,"):
        raise ConfigError(f"{where}: is no name; expected up to 24 letters, such as phone")
    for key, value in table.items():
        if key not in _EXPECTED:
            raise ConfigError(
                f"{where}.{key}: unknown key{did_you_mean(key, _EXPECTED)}; "
                f"expected one of {', '.join(_EXPECTED)}"
            )
        if not isinstance(value, str) or (key == "severity" and value not in SEVERITIES):
            raise ConfigError(f"{where}.{key}: expected {_EXPECTED[key]}")
    url = table.get("url", "")
    kept = next((url.removeprefix(how) for how in (ENV, FILE) if url.startswith(how)), None)
    if (kept is not None and not kept.strip()) or (kept is None and "://" not in url):
        raise ConfigError(f"{where}.url: expected {_EXPECTED['url']}")
