"""Intents that every desk does in the same way: alerts, and the answer to a wish to record."""

from collections.abc import Callable
from pathlib import Path

from cockpit.alerts.service import Alerting
from cockpit.core.errors import CockpitError
from cockpit.desk.contract import Acknowledge, AlertIntent, Mute, Notice, Record, Unmute


def change_alerts(alerting: Alerting, intent: AlertIntent) -> None:
    """Mute, unmute or acknowledge."""
    match intent:
        case Mute():
            alerting.mute(intent.name)
        case Unmute():
            alerting.unmute(intent.name)
        case Acknowledge():
            alerting.acknowledge(intent.rule, intent.subject)


def answer_record(record: Callable[[Path | None], str], intent: Record, now_ns: int) -> Notice:
    """Record or stop, and what came of it in words; a failure is a notice, never an exception."""
    try:
        words = record(None if intent.folder is None else Path(intent.folder))
    except CockpitError as error:
        return Notice(now_ns, "", error.ui_message, "warn", is_answer=True)
    except OSError as error:
        words = f"the tapes could not be completed: {error.strerror}"
        return Notice(now_ns, "", words, "danger", is_answer=True)
    return Notice(now_ns, "", words, is_answer=True)
