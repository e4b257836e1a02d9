"""The alerts as the screen shows them: what is firing first, then the past, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.alerts.book import Alert, Firing
from cockpit.alerts.rule import Severity

SEVERITIES: tuple[Severity, ...] = ("info", "warn", "danger")


@dataclass(slots=True)
class Alarms:
    """Copied from the desk at each look; `index` is the cursor among `entries`."""

    firing: Sequence[Firing] = ()
    history: Sequence[Alert] = ()
    """Newest last."""
    muted: frozenset[str] = frozenset()
    problem: str = ""
    index: int = 0

    def entries(self) -> list[tuple[Alert, Firing | None]]:
        """(alert, its state while it is on), worst and newest first; then the past without them."""
        on = sorted(
            self.firing,
            key=lambda f: (f.acknowledged, -SEVERITIES.index(f.alert.severity), -f.alert.at_ns),
        )
        shown: list[tuple[Alert, Firing | None]] = [(f.alert, f) for f in on]
        there = {(f.alert.at_ns, f.alert.rule, f.alert.subject) for f in on}
        shown += [
            (alert, None)
            for alert in reversed(self.history)
            if (alert.at_ns, alert.rule, alert.subject) not in there
        ]
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


def tell(severity: Severity, least: str) -> bool:
    """Whether an alert of this severity is told where the least is `off` or a severity."""
    return least in SEVERITIES and SEVERITIES.index(severity) >= SEVERITIES.index(least)
