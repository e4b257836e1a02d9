"""Intents that every desk does in the same way: alerts, and answers to what feeds are asked."""

from collections.abc import Callable

from cockpit.alerts.service import Alerting
from cockpit.core.errors import CockpitError
from cockpit.desk.contract import Acknowledge, AlertIntent, Mute, Notice, TryRule, Unmute


def change_alerts(alerting: Alerting, intent: AlertIntent) -> None:
    """Mute, unmute, acknowledge or try."""
    match intent:
        case Mute():
            alerting.mute(intent.name)
        case Unmute():
            alerting.unmute(intent.name)
        case Acknowledge():
            alerting.acknowledge(intent.rule, intent.subject)
        case TryRule():
            alerting.try_rule(intent.name)


def answer(act: Callable[[], str], now_ns: int) -> Notice:
    """What came of an act, in words; a failure is a notice, never an exception."""
    try:
        words = act()
    except CockpitError as error:
        return Notice(now_ns, "", error.ui_message, "warn", is_answer=True)
    except OSError as error:
        words = f"the tapes could not be completed: {error.strerror}"
        return Notice(now_ns, "", words, "danger", is_answer=True)
    return Notice(now_ns, "", words, is_answer=True)
