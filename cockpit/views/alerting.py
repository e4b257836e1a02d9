"""Tells the trader of alerts: one toast for many, the terminal's bell, a desktop notification.

What is told is decided here; how it looks belongs to the toasts and the terminal.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from cockpit.alerts.book import Alert
from cockpit.config import AlertOut
from cockpit.intents import AlertDesk
from cockpit.views.alarms import SEVERITIES, tell
from cockpit.views.text import clean
from cockpit.views.toasts import Tone

EVERY_S = 1.0
"""What fires within this time is told together."""
MOST_CHARACTERS = 200
BELL = "\a"


class Announcer:
    """Polled once a second; tells what is new since the last time.

    `say` shows a toast, `hand_over` gives the terminal an escape sequence.
    """

    def __init__(
        self,
        desk: AlertDesk,
        out: AlertOut,
        say: Callable[[str, Tone], None],
        hand_over: Callable[[str], None],
    ) -> None:
        self._desk = desk
        self._out = out
        self._say = say
        self._hand_over = hand_over
        self._told = desk.told
        self._problem = ""

    def poll(self) -> None:
        new, self._told = self._desk.told - self._told, self._desk.told
        problem, self._problem = self._problem, self._desk.hook_problem
        if self._problem and self._problem != problem:
            self._say(self._problem, "warn")
        recent = list(self._desk.history)[-new:] if new > 0 else []
        fired = [alert for alert in recent if alert.happening == "fired"]
        if not fired:
            return
        toasts = [alert for alert in fired if tell(alert.severity, self._out.toast)]
        if toasts:
            self._say(in_words(toasts), _worst(toasts))
        if any(tell(alert.severity, self._out.bell) for alert in fired):
            self._hand_over(BELL)
        wanted = [alert for alert in fired if tell(alert.severity, self._out.notify)]
        if wanted:
            self._hand_over(notification(in_words(wanted), self._out.protocol))


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
