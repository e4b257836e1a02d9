"""How a desk without a wire stands: what desks of tests say of themselves."""

from typing import Any

from cockpit.alerts.service import Alerting
from cockpit.core.clock import Clock
from cockpit.desk.core import alert_stats
from cockpit.desk.stats import DeskStats, FeedStats, Mode


def quiet_stats(
    mode: Mode, clock: Clock, alerting: Alerting, *, recording: bool = False, **known: Any
) -> DeskStats:
    """`known` are further fields of `DeskStats`."""
    return DeskStats(
        mode=mode,
        at_ns=clock.now_ns(),
        detail="",
        feed=FeedStats(messages_per_s=None, coalescing=False, recording=recording),
        venues={},
        alerts=alert_stats(alerting),
        **known,
    )
