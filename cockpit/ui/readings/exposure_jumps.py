"""The jumps that the plot of exposure through time shows, and which of them is under the cursor."""

from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.state.exposure_history import Jump
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.through_time import kept_span

_LEAST_NS = 120 * NS_PER_S


def since_ns(readings: Readings) -> int:
    """The trader's span, or since the first sample where that is shorter."""
    at, _ = readings.view.exposure.net_usd.read()
    span = kept_span(readings)
    older = span.net_usd.at_ns[:1] if span is not None else at[:0]
    first = min([readings.now_ns, *map(int, at[:1]), *map(int, older)])
    return max(
        readings.now_ns - readings.ui.span_h * HOUR_NS, min(first, readings.now_ns - _LEAST_NS)
    )


def jumps(readings: Readings) -> list[Jump]:
    """Those within the plot, newest first."""
    since = since_ns(readings)
    return [jump for jump in reversed(readings.view.exposure.jumps) if jump.at_ns >= since]


def cursor(readings: Readings) -> int:
    """The row of the cursor; 0 while there is none."""
    return max(0, min(readings.ui.jump_row, len(jumps(readings)) - 1))
