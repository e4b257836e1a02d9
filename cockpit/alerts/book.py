"""What is armed, firing, acknowledged or muted. Alerts are transitions: nothing repeats.

    quiet --reached--> armed --for `for_s`--> firing --over--> quiet (cooling)

A figure that flaps around the threshold stays armed or firing between `threshold` and `clear`. A
figure that became unknown neither fires nor clears: not knowing is no news about the market.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from cockpit.alerts.rule import Rule, Severity

Happening = Literal["fired", "cleared"]


class Reading(NamedTuple):
    """One figure of one rule: `subject` is `venue/symbol`, `venue`, an asset, or `book`."""

    subject: str
    venue: str | None
    symbol: str | None
    value: float
    words: str


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """A transition, as shown, piped and kept. `value` is in the unit of the rule's kind."""

    at_ns: int
    rule: str
    kind: str
    happening: Happening
    severity: Severity
    subject: str
    venue: str | None
    symbol: str | None
    value: float
    words: str


class Firing(msgspec.Struct, kw_only=True):
    """An alert that is on now."""

    alert: Alert
    acknowledged: bool = False


class _Watchpoint:
    __slots__ = ("armed_ns", "cooling_until_ns", "firing")

    def __init__(self) -> None:
        self.armed_ns: int | None = None
        self.cooling_until_ns = 0
        self.firing = False


class Memory(msgspec.Struct, kw_only=True):
    """What survives a restart."""

    firing: list[Firing] = []
    muted: list[str] = []


class AlertBook:
    """The state of every rule and subject."""

    def __init__(self, rules: Iterable[Rule], memory: Memory | None = None) -> None:
        self.rules = tuple(rule for rule in rules if rule.enabled)
        self._points: dict[tuple[str, str], _Watchpoint] = {}
        self._firing: dict[tuple[str, str], Firing] = {}
        self._muted: set[str] = set(memory.muted) if memory else set()
        names = {rule.name for rule in self.rules}
        for firing in memory.firing if memory else ():
            if firing.alert.rule in names:
                key = (firing.alert.rule, firing.alert.subject)
                self._firing[key] = firing
                self._point(key).firing = True

    def see(self, rule: Rule, readings: Iterable[Reading], now_ns: int) -> list[Alert]:
        """Take one rule's figures; returns what fired or cleared, muted ones left out."""
        happened = []
        for reading in readings:
            alert = self._step(rule, reading, now_ns)
            if alert is not None and not self.is_muted(alert):
                happened.append(alert)
        return happened

    def _step(self, rule: Rule, reading: Reading, now_ns: int) -> Alert | None:
        key = (rule.name, reading.subject)
        point = self._point(key)
        if point.firing:
            if not rule.is_over(reading.value):
                return None
            point.firing = False
            point.armed_ns = None
            point.cooling_until_ns = now_ns + round(rule.cooldown_s * 1e9)
            self._firing.pop(key, None)
            return _alert(rule, reading, now_ns, "cleared")
        if not rule.reached(reading.value):
            if rule.is_over(reading.value):
                point.armed_ns = None
            return None
        if point.armed_ns is None:
            point.armed_ns = now_ns
        waited = now_ns - point.armed_ns >= round(rule.for_s * 1e9)
        if not waited or now_ns < point.cooling_until_ns:
            return None
        point.firing = True
        alert = _alert(rule, reading, now_ns, "fired")
        self._firing[key] = Firing(alert=alert)
        return alert

    def _point(self, key: tuple[str, str]) -> _Watchpoint:
        point = self._points.get(key)
        if point is None:
            point = self._points[key] = _Watchpoint()
        return point

    # --- the trader ---------------------------------------------------------------------------

    def firing(self) -> list[Firing]:
        """What is on now and not muted, newest first."""
        on = [firing for firing in self._firing.values() if not self.is_muted(firing.alert)]
        return sorted(on, key=lambda firing: firing.alert.at_ns, reverse=True)

    def acknowledge(self, rule: str, subject: str) -> bool:
        """Seen. It stays in the list, quietly, until it clears. False if it is not firing."""
        firing = self._firing.get((rule, subject))
        if firing is None:
            return False
        firing.acknowledged = True
        return True

    def mute(self, name: str) -> None:
        """Silence a rule, a venue, a symbol, or one subject, by its name."""
        self._muted.add(name)

    def unmute(self, name: str) -> None:
        self._muted.discard(name)

    @property
    def muted(self) -> frozenset[str]:
        return frozenset(self._muted)

    def is_muted(self, alert: Alert) -> bool:
        names = (alert.rule, alert.venue, alert.symbol, alert.subject)
        return any(name in self._muted for name in names if name)

    def memory(self) -> Memory:
        """What to keep for the next start."""
        return Memory(firing=list(self._firing.values()), muted=sorted(self._muted))


def _alert(rule: Rule, reading: Reading, now_ns: int, happening: Happening) -> Alert:
    return Alert(
        at_ns=now_ns,
        rule=rule.name,
        kind=rule.kind,
        happening=happening,
        severity=rule.severity,
        subject=reading.subject,
        venue=reading.venue,
        symbol=reading.symbol,
        value=reading.value,
        words=reading.words,
    )
