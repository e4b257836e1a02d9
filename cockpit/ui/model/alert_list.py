"""The alerts as the screen shows them: what is firing first, then the past, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.alerts.rule import Severity
from cockpit.alerts.states import Alert, Firing, Happening
from cockpit.core.units import NS_PER_S

_ON: tuple[Happening, ...] = ("fired", "escalated")
"""After these an alert is on."""
HELD_NS = 10 * NS_PER_S
"""How long a key keeps the cursor on its alert."""
SEVERITIES: tuple[Severity, ...] = ("info", "warn", "danger")


@dataclass(slots=True)
class AlertList:
    """Copied from the desk at each look; `index` is the cursor among `entries`."""

    firing: Sequence[Firing] = ()
    history: Sequence[Alert] = ()
    """Newest last."""
    muted: frozenset[str] = frozenset()
    problem: str = ""
    channels: Sequence[str] = ()
    """A sentence about each channel to people that does not work."""
    index: int = 0
    is_chosen: bool = False
    """Whether the trader took the cursor to where it is."""
    is_focused: bool = False
    touched_ns: int = 0
    """When a key was last meant for the alerts, or they came into focus."""

    def is_held(self, now_ns: int) -> bool:
        """Whether the cursor belongs to its alert. Else the worst and newest stays on top, in
        sight and under the cursor: who has walked away comes back to it."""
        return self.is_chosen or 0 <= now_ns - self.touched_ns < HELD_NS

    def keep_in_place(self, before: Alert | None) -> None:
        """The cursor stays on its alert when others come in above it: `enter` and `A` are about
        what the trader has read, not about what arrived while the key went down."""
        if before is None:
            return
        for index, (alert, _) in enumerate(self.entries()):
            if _is_same(alert, before):
                self.index = index
                return

    def entries(self) -> list[tuple[Alert, Firing | None]]:
        """(alert, its state while it is on), worst and newest first; then the past without them."""
        on = sorted(
            self.firing,
            key=lambda f: (f.acknowledged, -SEVERITIES.index(f.alert.severity), -f.alert.at_ns),
        )
        shown: list[tuple[Alert, Firing | None]] = [(f.alert, f) for f in on]
        there = {_name(f.alert) for f in on}
        shown += [(alert, None) for alert in reversed(self.history) if _name(alert) not in there]
        return shown

    def move(self, step: int) -> None:
        self.index = max(0, min(len(self.entries()) - 1, self.index + step))

    @property
    def selected(self) -> Alert | None:
        entries = self.entries()
        return entries[min(self.index, len(entries) - 1)][0] if entries else None

    def loud(self) -> int:
        """How many are on that nobody has acknowledged."""
        return sum(not firing.acknowledged for firing in self.firing)


def as_of(history: Sequence[Alert], at_ns: int) -> tuple[list[Firing], list[Alert]]:
    """(what was on at a moment, what had happened by then), as far as the history reaches back;
    what the trader had seen of it is not kept."""
    before = [alert for alert in history if alert.at_ns <= at_ns]
    last = {(alert.rule, alert.subject): alert for alert in before}
    on = [Firing(alert=alert) for alert in last.values() if alert.happening in _ON]
    return on, before


def _name(alert: Alert) -> tuple[int, str, str]:
    return alert.at_ns, alert.rule, alert.subject


def _is_same(first: Alert, second: Alert) -> bool:
    return _name(first) == _name(second)


def tell(severity: Severity, least: str) -> bool:
    """Whether an alert of this severity is told where the least is `off` or a severity."""
    return least in SEVERITIES and SEVERITIES.index(severity) >= SEVERITIES.index(least)
