"""How much of the last 30 days of payments is known: what a verdict about decay rests on."""

import numpy as np

from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.funding_rates import HISTORY_H, hourly_history

ENOUGH = 0.9
"""With this part of the hours a verdict is given without a reservation."""


def known_days(readings: Readings, *venues: str) -> float:
    """Days of the selected symbol's payments, of the venue that knows fewest."""
    hours = [int(np.count_nonzero(~np.isnan(hourly_history(readings, v)))) for v in venues]
    return min(hours, default=0) / 24


def reservation(readings: Readings, *venues: str) -> str:
    """`history 9 of 30 d` while too little is known to speak of decay; else empty."""
    days = known_days(readings, *venues)
    if days * 24 >= ENOUGH * HISTORY_H:
        return ""
    return f"history {days:.0f} of {HISTORY_H // 24} d"
