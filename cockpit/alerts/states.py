"""What is armed, firing, acknowledged or muted. Alerts are transitions: nothing repeats.

    quiet --reached--> armed --for `for_s`--> firing --over--> quiet (cooling)
                                              firing --next step--> firing, escalated

A figure that flaps around the threshold stays armed or firing between `threshold` and `clear`. A
figure that became unknown neither fires nor clears: not knowing is no news about the market.
A step of a rule speaks once, and again after the alert was over.
"""

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from cockpit.alerts.baseline import Past
from cockpit.alerts.rule import UNIT, Rule, Severity
from cockpit.core.units import NS_PER_S

Happening = Literal["fired", "escalated", "cleared", "tested"]
MOST_UNSEEN_NS = 15 * NS_PER_S
"""A figure that was not known for longer has to last anew before it is news."""
SAME_NS = 60 * NS_PER_S
"""Two cockpits that look at the same market fire within this time of each other."""


class Reading(NamedTuple):
    """One figure of one rule: `subject` is `venue/symbol`, `venue`, an asset, or `book`.

    `may_clear` is False where a part of the figure is not known: it may fire, but is not over.
    """

    subject: str
    venue: str | None
    symbol: str | None
    value: float
    words: str
    may_clear: bool = True


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """A transition, as shown, piped and kept: one object of `cockpit watch --alerts --json`.

    `value` and `threshold` are in `unit`; `value` is None where the figure is not known any more.
    """

    at_ns: int
    rule: str
    kind: str
    happening: Happening
    severity: Severity
    subject: str
    venue: str | None
    symbol: str | None
    value: float | None
    unit: str = ""
    threshold: float | None = None
    words: str


class Firing(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that is on now."""

    alert: Alert
    acknowledged: bool = False
    step: int = 0
    """How many of the rule's steps were told."""


class Cooling(msgspec.Struct, frozen=True, kw_only=True):
    """A rule and a subject that were over lately."""

    rule: str
    subject: str
    since_ns: int


class Memory(msgspec.Struct, kw_only=True):
    """What survives a restart."""

    firing: list[Firing] = []
    muted: list[str] = []
    cooling: list[Cooling] = []
    past: Past = Past()


class _Watchpoint:
    __slots__ = ("armed_ns", "cooling_ns", "firing", "seen_ns")

    def __init__(self) -> None:
        self.armed_ns: int | None = None
        self.cooling_ns: int | None = None
        self.seen_ns = 0
        self.firing = False

    def has_waited(self, rule: Rule, now_ns: int) -> bool:
        """Whether the figure has been reached for long enough; called while it is."""
        if self.armed_ns is None or self.armed_ns > now_ns:
            self.armed_ns = now_ns
        return now_ns - self.armed_ns >= round(rule.for_s * NS_PER_S)

    def is_cooling(self, rule: Rule, now_ns: int) -> bool:
        """A clock that was put back does not make the pause longer."""
        since = self.cooling_ns
        return since is not None and 0 <= now_ns - since < round(rule.cooldown_s * NS_PER_S)


class AlertBook:
    """The state of every rule and subject."""

    def __init__(self, rules: Iterable[Rule], memory: Memory | None = None) -> None:
        self.rules = tuple(rule for rule in rules if rule.enabled)
        self._points: dict[tuple[str, str], _Watchpoint] = {}
        self._firing: dict[tuple[str, str], Firing] = {}
        memory = memory or Memory()
        self._muted: set[str] = set(memory.muted)
        known = {rule.name: rule for rule in self.rules}
        for firing in memory.firing:
            alert, rule = firing.alert, known.get(firing.alert.rule)
            # A rule of another kind, or of other venues, would never see it again.
            if rule and rule.kind == alert.kind and rule.covers(alert.venue, alert.symbol):
                key = (alert.rule, alert.subject)
                self._firing[key] = firing
                self._point(key).firing = True
        for cooling in memory.cooling:
            if cooling.rule in known:
                self._point((cooling.rule, cooling.subject)).cooling_ns = cooling.since_ns

    def see(self, rule: Rule, readings: Iterable[Reading], now_ns: int) -> list[Alert]:
        """Take one rule's figures; returns what fired or cleared, muted ones left out."""
        happened = []
        for reading in readings:
            if not math.isfinite(reading.value):
                continue
            alert = self._step(rule, reading, now_ns)
            if alert is not None and not self.is_muted(alert):
                happened.append(alert)
        return happened

    def _step(self, rule: Rule, reading: Reading, now_ns: int) -> Alert | None:
        key = (rule.name, reading.subject)
        point = self._point(key)
        unseen_ns, point.seen_ns = now_ns - point.seen_ns, now_ns
        if point.firing:
            if not (reading.may_clear and rule.is_over(reading.value)):
                return self._escalate(rule, reading, now_ns)
            self._end(key, now_ns)
            return _alert(rule, reading, now_ns, "cleared")
        if not 0 <= unseen_ns <= MOST_UNSEEN_NS:
            point.armed_ns = None
        if not rule.reached(reading.value):
            if rule.is_over(reading.value):
                point.armed_ns = None
            return None
        step = rule.step(reading.value)
        # What has come as near as a step is told, however lately the last alert was over.
        if not point.has_waited(rule, now_ns) or (not step and point.is_cooling(rule, now_ns)):
            return None
        point.firing = True
        alert = _alert(rule, reading, now_ns, "fired", step)
        self._firing[key] = Firing(alert=alert, step=step)
        return alert

    def _escalate(self, rule: Rule, reading: Reading, now_ns: int) -> Alert | None:
        """The next step of what is on: it is news again, also to who has seen the one before."""
        key = (rule.name, reading.subject)
        firing, step = self._firing[key], rule.step(reading.value)
        if step <= firing.step:
            return None
        alert = _alert(rule, reading, now_ns, "escalated", step)
        self._firing[key] = Firing(alert=alert, step=step)
        return alert

    def end(self, alert: Alert, words: str, now_ns: int) -> Alert | None:
        """What it was about does not exist any more; None if it was not on, or is muted."""
        if (alert.rule, alert.subject) not in self._firing:
            return None
        self._end((alert.rule, alert.subject), now_ns)
        over = msgspec.structs.replace(
            alert, at_ns=now_ns, happening="cleared", value=None, words=words
        )
        return None if self.is_muted(over) else over

    def _end(self, key: tuple[str, str], now_ns: int) -> None:
        point = self._point(key)
        point.firing, point.armed_ns, point.cooling_ns = False, None, now_ns
        self._firing.pop(key, None)

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

    def on(self) -> list[Alert]:
        """Whatever is on now, muted or not."""
        return [firing.alert for firing in self._firing.values()]

    def acknowledge(self, rule: str, subject: str) -> bool:
        """Seen. It stays in the list, quietly, until it clears. False if it is not firing."""
        firing = self._firing.get((rule, subject))
        if firing is None:
            return False
        self._firing[rule, subject] = msgspec.structs.replace(firing, acknowledged=True)
        return True

    def mute(self, name: str) -> None:
        """Silence a rule, a venue, a symbol, or one subject, by its name."""
        self._muted.add(name)

    def unmute(self, name: str) -> None:
        self._muted.discard(name)

    def counts(self, now_ns: int) -> dict[str, tuple[int, int, int]]:
        """Of each rule how many subjects are firing, are waiting to, and are cooling."""
        found: dict[str, tuple[int, int, int]] = {}
        rules = {rule.name: rule for rule in self.rules}
        for (name, _), point in self._points.items():
            on, waiting, cooling = found.get(name, (0, 0, 0))
            if point.firing:
                on += 1
            elif point.armed_ns is not None:
                waiting += 1
            elif name in rules and point.is_cooling(rules[name], now_ns):
                cooling += 1
            found[name] = on, waiting, cooling
        return found

    @property
    def muted(self) -> frozenset[str]:
        return frozenset(self._muted)

    def is_muted(self, alert: Alert) -> bool:
        names = (alert.rule, alert.venue, alert.symbol, alert.subject)
        return any(name in self._muted for name in names if name)

    # --- memory -------------------------------------------------------------------------------

    def memory(self, now_ns: int, past: Past | None = None) -> Memory:
        """What to keep for the next start."""
        rules = {rule.name: rule for rule in self.rules}
        cooling = [
            Cooling(rule=name, subject=subject, since_ns=point.cooling_ns)
            for (name, subject), point in self._points.items()
            if point.cooling_ns is not None and point.is_cooling(rules[name], now_ns)
        ]
        return Memory(
            firing=list(self._firing.values()),
            muted=sorted(self._muted),
            cooling=cooling,
            past=past or Past(),
        )

    def merge(self, theirs: Memory, agreed: frozenset[str]) -> None:
        """Take over what was muted and acknowledged in another cockpit of the same trader.

        `agreed` is what was muted when both knew the same.
        """
        others = set(theirs.muted)
        self._muted = (others | (self._muted - agreed)) - (agreed - self._muted)
        for firing in theirs.firing:
            if firing.acknowledged:
                self._see_too(firing.alert)

    def _see_too(self, theirs: Alert) -> None:
        """Acknowledge what another cockpit has, where it is the same happening."""
        mine = self._firing.get((theirs.rule, theirs.subject))
        if mine is not None and abs(mine.alert.at_ns - theirs.at_ns) <= SAME_NS:
            self.acknowledge(theirs.rule, theirs.subject)


def _alert(rule: Rule, reading: Reading, now_ns: int, happening: Happening, step: int = 0) -> Alert:
    """At a step of the rule it is a danger, whatever the rule says, and its threshold the step."""
    return Alert(
        at_ns=now_ns,
        rule=rule.name,
        kind=rule.kind,
        happening=happening,
        severity="danger" if step else rule.severity,
        subject=reading.subject,
        venue=reading.venue,
        symbol=reading.symbol,
        value=reading.value,
        unit=UNIT[rule.kind],
        threshold=rule.steps[step - 1] if step else rule.threshold,
        words=reading.words,
    )
