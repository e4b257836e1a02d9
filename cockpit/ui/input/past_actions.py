"""Looking back: the whole screen as it stood, a minute or many before, and back to now.

A key asks the desk for a moment; the picture changes when the desk has found it. Nothing that plans
or acts is done on a past picture, for it would be done to a market that is gone.
"""

from collections.abc import Mapping
from typing import Final

from cockpit.core.units import NS_PER_S
from cockpit.desk.contract import LookBack, Seek
from cockpit.ui.input.host import Host
from cockpit.ui.input.navigation import Handler
from cockpit.ui.model.alert_list import as_of
from cockpit.ui.model.frame_cache import FrameCache
from cockpit.ui.model.past import Back

MINUTE_NS: Final = 60 * NS_PER_S
_REFUSED_AREAS: Final = frozenset({"calc", "plan", "position", "trade"})
_ALLOWED: Final = frozenset({"position.mark", "position.group"})
_REFUSED: Final = frozenset({"workspace.plan", "workspace.stress", "view.freeze", "rule.add"})
_PLANNING: Final = frozenset({"plan", "stress"})


def refusal(action_id: str, host: Host) -> str:
    """Why an action is not done on a past picture; empty where it is, or the picture is live."""
    if not host.ui.past.is_on:
        return ""
    area = action_id.partition(".")[0]
    is_refused = action_id in _REFUSED or (area in _REFUSED_AREAS and action_id not in _ALLOWED)
    if not is_refused:
        return ""
    return f"this is the past, nothing is planned in it; {host.keymap.shown('cursor.last')} is now"


def look(host: Host, at_ns: int | None) -> None:
    """Ask for a moment; None is the first that is kept. A replay has that of its tape."""
    if host.readings.mode == "REPLAY":
        host.desk.post(Seek(at_ns or 0))
        return
    if host.ui.workspace in _PLANNING:
        host.say("plans are made now: look back from another workspace", "warn")
        return
    host.ui.past.asked_ns, host.ui.past.is_asked = at_ns, True
    host.desk.post(LookBack(at_ns))


def stepping(step: int) -> Handler:
    def move(host: Host, count: int) -> None:
        back = host.ui.past
        now_ns = host.desk.stats().at_ns
        from_ns = back.asked_ns or back.shown_ns
        if from_ns is None:
            if step > 0:
                host.say("this is now", "info")
                return
            from_ns = now_ns
        at_ns = from_ns + step * max(1, count) * MINUTE_NS
        if at_ns >= now_ns:
            live(host, 0)
        else:
            look(host, at_ns)

    return move


def first(host: Host, _: int) -> None:
    look(host, None)


def live(host: Host, _: int) -> None:
    """Back to now."""
    host.ui.past = Back()
    _show(host)
    host.readings.view = host.desk.view
    host.readings.moment = None
    host.readings.now_ns = host.desk.stats().at_ns


def poll(host: Host) -> bool:
    """Show what the desk has found since; whether the picture is another one."""
    back = host.ui.past
    found = host.desk.stats().past if back.is_asked else None
    if found is None or found.asked_ns != back.asked_ns:
        return False
    if found.view is None:
        back.asked_ns, back.is_asked = None, False
        host.say(found.problem, "warn")
        return False
    host.ui.past = Back(shown_ns=found.at_ns)
    host.ui.frozen = False
    _show(host)
    host.readings.view = found.view
    host.readings.moment, host.readings.day_ago = found, found.day_before
    host.readings.now_ns = found.at_ns
    host.readings.venue_stats = {}
    host.readings.notices = [n for n in host.desk.notices() if n.at_ns <= found.at_ns]
    alerts = host.ui.alerts
    alerts.firing, alerts.history = as_of(host.desk.stats().alerts.history, found.at_ns)
    return True


def _show(host: Host) -> None:
    """What was derived from the picture before is not of this one."""
    host.readings.cache = FrameCache()


HANDLERS: Mapping[str, Handler] = {
    "past.back": stepping(-1),
    "past.forward": stepping(1),
}
IN_THE_PAST: Mapping[str, Handler] = {
    "cursor.first": first,
    "cursor.last": live,
    "app.back": live,
}
"""What keys mean while the past is on the screen, in every pane."""
