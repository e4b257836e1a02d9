"""Tells the trader of alerts: one toast for many, the terminal's bell, a desktop notification.

What is told is decided here; how it looks belongs to the toasts and the terminal.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from cockpit.alerts.states import Alert
from cockpit.config import AlertOut
from cockpit.desk.contract import Desk
from cockpit.desk.stats import AlertStats, DeskStats
from cockpit.ui.dialogs.toasts import Tone
from cockpit.ui.model.alert_list import SEVERITIES, tell
from cockpit.ui.text.styled import clean

EVERY_S = 1.0
"""What fires within this time is told together."""
REST_POLLS = 5
"""A rule that was told rests for so many polls; what it fires meanwhile is told together then."""
MOST_CHARACTERS = 200
BELL = "\a"


def alerts_of_now(stats: DeskStats) -> AlertStats:
    """Those of the live desk, also under a tape; of a replay that has none beneath, its own."""
    live = stats.playback.live if stats.playback else None
    return live.alerts if live else stats.alerts


def alerts_of_tape(stats: DeskStats) -> AlertStats | None:
    """Those of a tape over a live desk."""
    return stats.alerts if stats.playback and stats.playback.live else None


class Announcer:
    """Polled once a second; tells what is new since the last time. A rule that fires for one market
    after the other, as when the whole market turns, is told every few seconds and not every time.

    `say` shows a toast, `hand_over` gives the terminal an escape sequence.
    """

    def __init__(
        self,
        desk: Desk,
        out: AlertOut,
        say: Callable[[str, Tone], None],
        hand_over: Callable[[str], None],
        whose: Callable[[DeskStats], AlertStats | None] = alerts_of_now,
    ) -> None:
        """Of the alerts of `whose`; while that is None nothing is told."""
        self._desk = desk
        self._out = out
        self._say = say
        self._hand_over = hand_over
        self._whose = whose
        alerts = whose(desk.stats())
        self._count = alerts.told if alerts else None
        self._problem = ""
        self._resting: dict[str, int] = {}
        """Rule -> polls until it may be told again."""
        self._waiting: list[Alert] = []

    def poll(self) -> None:
        stats = self._desk.stats()
        alerts = self._whose(stats)
        if alerts is None:
            self._count, self._waiting = None, []
            return
        before = alerts.told if self._count is None else self._count
        new, self._count = alerts.told - before, alerts.told
        problem, self._problem = self._problem, alerts.problem
        if self._problem and self._problem != problem:
            self._say(self._problem, "warn")
        recent = alerts.history[-new:] if new > 0 else ()
        self._resting = {rule: left - 1 for rule, left in self._resting.items() if left > 1}
        self._waiting += [alert for alert in recent if alert.happening != "cleared"]
        fired = [alert for alert in self._waiting if alert.rule not in self._resting]
        if not fired:
            return
        self._waiting = [alert for alert in self._waiting if alert.rule in self._resting]
        self._resting.update(dict.fromkeys((alert.rule for alert in fired), REST_POLLS))
        self._tell(fired, "LIVE, not of the tape: " if alerts is not stats.alerts else "")

    def _tell(self, fired: Sequence[Alert], head: str) -> None:
        toasts = [alert for alert in fired if tell(alert.severity, self._out.toast)]
        if toasts:
            self._say(head + in_words(toasts), _worst(toasts))
        if any(tell(alert.severity, self._out.bell) for alert in fired):
            self._hand_over(BELL)
        wanted = [alert for alert in fired if tell(alert.severity, self._out.notify)]
        if wanted:
            self._hand_over(notification(head + in_words(wanted), self._out.protocol))


def in_words(alerts: Sequence[Alert]) -> str:
    """One alert in its own words; of many the worst, and how many of each rule there are."""
    worst = max(alerts, key=lambda alert: SEVERITIES.index(alert.severity))
    if len(alerts) == 1:
        return f"{worst.rule}: {worst.words}"
    rules = Counter(alert.rule for alert in alerts)
    counted = ", ".join(f"{rule} ×{n}" if n > 1 else rule for rule, n in rules.items())
    return f"{len(alerts)} alerts: {counted}; {worst.words}"


def notification(text: str, protocol: str) -> str:
    """The escape sequence of a desktop notification. Text that could end it early is taken out."""
    plain = clean(text)[:MOST_CHARACTERS]
    if protocol == "osc777":
        return f"\x1b]777;notify;cockpit;{plain.replace(';', ',')}\x1b\\"
    # A leading digit and a semicolon would be read as another command of OSC 9.
    return f"\x1b]9;cockpit: {plain}\x1b\\"


def _worst(alerts: Sequence[Alert]) -> Tone:
    return max((alert.severity for alert in alerts), key=SEVERITIES.index)
