"""Tells the trader that a slice of a kept plan is due: a toast, and the terminal's bell."""

from collections.abc import Callable, Sequence

from cockpit.calculators.common.words import base_words
from cockpit.calculators.plan_fills import late_legs
from cockpit.calculators.saved_plans import SavedPlan, progress
from cockpit.config import AlertOut
from cockpit.core.units import HOUR_NS
from cockpit.ui.alert_announcer import BELL
from cockpit.ui.dialogs.toasts import Tone
from cockpit.ui.model.alert_list import tell
from cockpit.ui.model.readings import Readings

LONGEST_NS = 12 * HOUR_NS
"""A slice that is due for longer is a plan that was given up: it is said in the list alone."""


class PlanAnnouncer:
    """Polled once a second; each slice is told once, those of one moment together."""

    def __init__(
        self,
        readings: Readings,
        out: AlertOut,
        say: Callable[[str, Tone], None],
        hand_over: Callable[[str], None],
    ) -> None:
        self._readings = readings
        self._out = out
        self._say = say
        self._hand_over = hand_over
        self._told: set[tuple[str, int]] = set()

    def poll(self) -> None:
        now_ns = _present_ns(self._readings)
        for plan in self._readings.ui.plans.saved:
            due = [
                number
                for number in late_legs(plan, now_ns)
                if now_ns - (plan.legs[number].not_before_ns or now_ns) < LONGEST_NS
            ]
            new = [number for number in due if (plan.name, number) not in self._told]
            self._told.update((plan.name, number) for number in new)
            if new:
                self._tell(plan, new)

    def _tell(self, plan: SavedPlan, due: Sequence[int]) -> None:
        leg, left = plan.legs[due[0]], progress(plan).legs[due[0]].left
        size = base_words(float(f"{left:.12g}"))
        words = f"{leg.side.value} {size} {leg.symbol} on {leg.venue}"
        more = f" and {len(due) - 1} more slices" if len(due) > 1 else ""
        self._say(f"{plan.name}: {words} is due{more}", "warn")
        if tell("warn", self._out.bell):
            self._hand_over(BELL)


def _present_ns(readings: Readings) -> int:
    """Of the desk, also while the picture is held, or of the past, or of a tape over it; by the
    venues' clock, which due times are in."""
    live = readings.playback.live if readings.playback else None
    if live is not None:
        return live.at_ns - live.clock_offset_ns
    if readings.clock_ns:
        return readings.clock_ns - readings.clock_offset_ns
    return readings.venue_now_ns
