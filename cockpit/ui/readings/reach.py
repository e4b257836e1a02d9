"""What is said while no venue is reached: why, and that nobody has to do anything about it."""

from collections import Counter
from typing import NamedTuple

from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import clean

RETRIED = "each is tried again by itself, within 30 s"
WHERE_TO_LOOK = "HEALTH (7) shows each link; `cockpit check` in a shell says what is wrong"


class Unreached(NamedTuple):
    """`words` say why; `is_first_try` while every venue is being connected to."""

    words: str
    is_first_try: bool


def unreached(readings: Readings) -> Unreached | None:
    """Until the first venue is reached, and when the last one is lost; None in the past."""
    states = Counter(venue.state for venue in readings.venues)
    if not states or not _is_now(readings) or states["live"] or states["stale"]:
        return None
    count = len(readings.venues)
    reasons = Counter(clean(venue.reason) for venue in readings.venues if venue.reason)
    if states["connecting"] == count and not reasons:
        return Unreached(f"connecting to {count} venues" if count > 1 else "connecting", True)
    said = ", ".join(
        f"{reason} ({times} of {count})" if times < count else reason
        for reason, times in reasons.most_common(2)
    )
    return Unreached(f"no venue is reached: {said or 'no reason given'}", False)


def retried(readings: Readings) -> str:
    """That what is down is tried again; nothing while a tape or a past moment is shown."""
    is_any_down = any(venue.state == "down" for venue in readings.venues)
    return RETRIED if is_any_down and _is_now(readings) else ""


def _is_now(readings: Readings) -> bool:
    return readings.mode != "REPLAY" and not readings.ui.past.is_on
